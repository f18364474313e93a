import type { OwnLogFacts, OwnObjectFacts } from "../../evidence/looks/own.ts";
import { quoted } from "../../outside-text.ts";
import { instantOf } from "../../pipeline/dates.ts";
import type { OwnCheck } from "../../pipeline/own-checks.ts";
import type { Scope } from "../check.ts";
import type { Finding } from "../finding.ts";
import { pass, unknown } from "../finding.ts";
import { at, counted } from "../words.ts";
import { miss, notDueYet, verdictOf } from "./verdict.ts";

type OwnLog = Extract<OwnCheck, { readonly measure: "log" }>;
type OwnObject = Extract<OwnCheck, { readonly measure: "object" }>;

/** How often a text was logged. Silence of the whole unit is no count of nothing: its lines may be gone, or it under another name. */
export function judgeLog(check: OwnLog, { count, more, loggedAtAll }: OwnLogFacts, scope: Scope): Finding {
  const { unit, text, from, to } = check.log;
  const [since, until] = [from, to].map((time) => at(instantOf(scope.date, time, scope.rules.zone), scope));
  const window = `between ${since} and ${until}`;
  if (!loggedAtAll) {
    const said = `${unit} logged nothing at all ${window}, so it proves nothing that ${quoted(text)} is not there`;
    return notDueYet(check, scope, check.why) ?? unknown("silent", said, `See whether ${unit} ran, and whether its lines are still kept.`);
  }
  return verdictOf(
    check,
    {
      kind: "measured",
      value: count,
      atLeast: more,
      pass: check.pass,
      ...(check.warn === undefined ? {} : { warn: check.warn }),
      said: `${more ? "at least " : ""}${counted(count, "line")} of ${unit} with ${quoted(text)} ${window}`,
      expected: `${check.pass.written} such lines`,
      figures: { n: count },
    },
    scope,
  );
}

/** Whether the published file is there and says the date. */
export function judgeObject(check: OwnObject, { there, updatedAt, date: written }: OwnObjectFacts, scope: Scope): Finding {
  const { date } = scope;
  const { date_field: field } = check.object;
  const path = check.object.path.replaceAll("{D}", date);
  const early = notDueYet(check, scope, `${path} is ${there ? "there already" : "not there yet"}`);
  if (early !== undefined) return early;
  const expected = `${path} with ${field} ${date}`;
  if (!there) return miss(check, { reason: "absent", observed: `${path} is not there`, expected }, scope);
  const when = updatedAt === null ? "" : `, written ${at(new Date(updatedAt), scope)}`;
  if (written === date) return pass(`${path} says ${field} ${date}${when}`);
  const observed = written === null ? `${path} has no ${field}${when}` : `${path} says ${field} ${quoted(written)}${when}`;
  return miss(check, { reason: "other_date", observed, expected }, scope);
}
