import type { Verdict } from "../../src/checks/finding.ts";
import type { Pipeline } from "../../src/pipeline/load.ts";
import { linesOf } from "../../src/report/lines.ts";
import type { Day } from "./day.ts";
import type { Dice } from "./dice.ts";
import type { Fault } from "./fault.ts";
import { editing, faulted } from "./fault.ts";
import type { DayMemory, Judged } from "./judge.ts";
import { findingsOf, forgetting, judge } from "./judge.ts";
import type { Kind, Sign } from "./kind.ts";

/** They read no table that a fault is put into; what is lost of the schedule or the run history is lost to them too. */
const onSlateAlone: readonly string[] = ["errors", "locks"];

/** What became of one fault on one day. */
export interface Tried {
  readonly fault: Fault;
  readonly judged: Judged;
  /** Every sign was there: check, subject, verdict and reason. Of an innocent one: nothing more was said than of the clean day. */
  readonly found: boolean;
  /** And the numbers in it were right. */
  readonly exact: boolean;
  /** Checks, or other subjects of the same check, that turned although they don't rest on it. */
  readonly turned: readonly string[];
  /** Whether the verdict on the whole was as bad as the worst sign. */
  readonly overall: boolean;
  /** What was expected and what was said, where something was not as it should be. */
  readonly trouble: string;
}

/** Undefined where the day can't have this fault. */
export async function tryKind(kind: Kind, day: Day, dice: Dice, pipeline: Pipeline, memory: DayMemory): Promise<Tried | undefined> {
  const edit = editing();
  const signs = kind.draw(day, dice, edit);
  if (signs === undefined) return undefined;
  const judged = await forgetting(memory, () => judge(faulted(day.stores, edit.fault), day.date, day.asOf, pipeline, memory));
  const turned = turnedIn(kind, signs, day, judged);
  if (kind.innocent === true) {
    const found = turned.length === 0;
    return { fault: edit.fault, judged, found, exact: found, turned, overall: true, trouble: found ? "" : turned.join(" | ") };
  }
  const missed = signs.filter((sign) => !isSaid(sign, judged));
  const inexact = signs.filter((sign) => !isExact(sign, judged));
  const overall = isAsBad(judged.overall.verdict, signs);
  return {
    fault: edit.fault,
    judged,
    found: missed.length === 0,
    exact: inexact.length === 0,
    turned,
    overall,
    trouble: [
      ...inexact.slice(0, 2).map((sign) => troubleOf(sign, judged)),
      ...turned,
      ...(overall ? [] : [`overall ${judged.overall.verdict}`]),
    ].join(" | "),
  };
}

function matching(sign: Sign, judged: Judged) {
  return findingsOf(judged).filter(
    ({ check, subject, verdict, reason }) =>
      check === sign.check && subject === (sign.subject ?? subject) && verdict === sign.verdict && reason === sign.reason,
  );
}

function isSaid(sign: Sign, judged: Judged): boolean {
  return matching(sign, judged).length > 0;
}

function isExact(sign: Sign, judged: Judged): boolean {
  const said = matching(sign, judged).some(({ observed }) => (sign.says ?? []).every((text) => observed.includes(text)));
  if (!said || (sign.line ?? []).length === 0) return said;
  const lines = linesOf(judged.judgement, false).filter(
    ({ id, reason }) => (id === sign.check || id.startsWith(`${sign.check}/`)) && reason === sign.reason,
  );
  return lines.some(({ observed }) => (sign.line ?? []).every((text) => observed.includes(text)));
}

const bad: readonly Verdict[] = ["warn", "fail", "unknown"];

/** What says more than on the clean day, and should not. */
function turnedIn(kind: Kind, signs: readonly Sign[], { clean }: Day, judged: Judged): readonly string[] {
  const before = new Map(
    clean.judgement.checks.flatMap(({ check, subjects }) => subjects.map((one) => [`${check.id}/${one.subject}`, one.verdict])),
  );
  return judged.judgement.checks.flatMap(({ check, subjects }) => {
    if ([...kind.rests, ...onSlateAlone].includes(check.id)) return [];
    const own = signs.filter((sign) => sign.check === check.id);
    return subjects
      .filter(({ subject, verdict }) => bad.includes(verdict) && before.get(`${check.id}/${subject}`) !== verdict)
      .filter(({ subject }) => !own.some((sign) => sign.subject === undefined || sign.subject === subject))
      .map(
        ({ subject, verdict, findings }) =>
          `${check.id}/${subject} ${verdict}: ${findings.find((each) => each.verdict === verdict)?.observed ?? ""}`,
      );
  });
}

/** Fail is worse than unknown, unknown than warn. */
function isAsBad(overall: Verdict, signs: readonly Sign[]): boolean {
  const order: readonly Verdict[] = ["fail", "unknown", "warn"];
  const worst = Math.min(...signs.map(({ verdict }) => order.indexOf(verdict)));
  return order.includes(overall) && order.indexOf(overall) <= worst;
}

function troubleOf(sign: Sign, judged: Judged): string {
  const own = findingsOf(judged).filter(({ check, subject }) => check === sign.check && subject === (sign.subject ?? subject));
  const got = own.map(({ verdict, reason, observed }) => `${verdict} ${reason}: ${observed}`).join("; ");
  return `expected ${sign.check}/${sign.subject ?? "*"} ${sign.verdict} ${sign.reason} [${[...(sign.says ?? []), ...(sign.line ?? [])].join(" … ")}], got ${got}`;
}
