import type { Scope } from "../checks/check.ts";
import type { Judgement } from "../checks/runner.ts";
import { listNames } from "../checks/words.ts";
import type { Report } from "./schema.ts";

const mostIds = 3;
const mostDecisions = 6;

/** Findings that the operator has decided to live with: per decision, three and how many more. */
export function acceptedOf(halves: readonly Judgement[]): Pick<Report, "accepted"> {
  const all = halves.flatMap(({ accepted = [] }) => accepted);
  if (all.length === 0) return {};
  return {
    accepted: all.slice(0, mostDecisions).map(({ id, findings, reason, until }, index) => {
      const others = index === mostDecisions - 1 ? all.length - mostDecisions : 0;
      const more = findings.length - mostIds;
      return {
        id,
        findings: [...findings.slice(0, mostIds), ...(more > 0 ? [`${more} more`] : [])],
        reason,
        until,
        ...(others > 0 ? { others } : {}),
      };
    }),
  };
}

/** Sentences on what the verdict leaves out: what is accepted, and what nobody is to look at. */
export function leftOut({ accepted = [], checks, scope }: Judgement): readonly string[] {
  const count = accepted.reduce((sum, { findings }) => sum + findings.length, 0);
  const listed = accepted.map(({ id, until }) => `${id} until ${until}`);
  const blind = checks.filter(({ subjects }) =>
    subjects.some(({ findings }) => findings.some(({ verdict, reason }) => verdict === "not_applicable" && reason === "switched_off")),
  );
  const off = Object.entries(offIn(scope)).map(([port, reason]) => `${port}: ${reason}`);
  const halted = checks.flatMap(({ check, subjects }) => {
    const said = subjects.flatMap(({ findings }) => findings.find(({ reason }) => reason === "halted")?.observed ?? []);
    return said[0] === undefined ? [] : [`${check.id}: ${said[0]}`];
  });
  return [
    ...(halted.length === 0 ? [] : [`Not judged, on purpose: ${listNames(halted, 1)}.`]),
    ...(count === 0 ? [] : [`Accepted: ${count === 1 ? "1 finding" : `${count} findings`} (${listNames(listed)}).`]),
    ...(blind.length === 0 ? [] : [`Not covered: ${listNames(blind.map(({ check }) => check.id))} (switched off: ${off.join("; ")}).`]),
  ];
}

/** Why nothing may be known. On a date of which it is proven that nothing was expected, nothing is missing. */
export function switchedOffIn(scope: Scope): Pick<Report["asked"], "switched_off"> | Record<never, never> {
  const off = Object.entries(offIn(scope)).map(([port, reason]) => `${port}: ${reason}`);
  return off.length === 0 || scope.slate.kind === "none" ? {} : { switched_off: off.join("; ") };
}

function offIn({ rules }: Scope): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(rules.ports).flatMap(([port, entry]) => (entry === undefined ? [] : [[port, entry.off] as const])),
  );
}
