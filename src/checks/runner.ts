import { UserError, unknownName } from "../errors.ts";
import type { Evidence, Gather } from "../evidence/evidence.ts";
import { nthTime } from "../evidence/again.ts";
import { inOrder } from "../evidence/order.ts";
import { recording } from "../evidence/recording.ts";
import { switchedOff } from "../evidence/switched-off.ts";
import type { CalendarDate } from "../pipeline/dates.ts";
import type { Pipeline } from "../pipeline/load.ts";
import type { Accepted } from "./accepted.ts";
import { checksOf } from "./checks-of.ts";
import type { Check, Scope, Unit } from "./check.ts";
import type { Finding, Verdict } from "./finding.ts";
import type { Half } from "./moment.ts";
import { notApplicable, unknown, worst } from "./finding.ts";
import { scopeOn } from "./scope.ts";
import type { Slate } from "./slate.ts";

export interface JudgedSubject {
  readonly check: string;
  readonly subject: string;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** Ids of the looks it rests on. */
  readonly evidence: readonly string[];
}

export interface JudgedCheck {
  readonly check: Check;
  readonly verdict: Verdict;
  readonly subjects: readonly JudgedSubject[];
  /** False if the date gave the check nothing to judge: then its one subject is the date. */
  readonly judgedSomething: boolean;
}

export interface Judgement {
  readonly scope: Scope;
  readonly checks: readonly JudgedCheck[];
  /** Every look made, first and second, in the order they settled. */
  readonly looks: readonly Evidence<unknown>[];
  /** What the operator has decided to live with, set aside here; absent if nothing is. */
  readonly accepted?: readonly Accepted[];
  /** The judgement as it was before that. */
  readonly found?: Judgement;
}

export interface RunOptions {
  readonly checks: readonly Check[];
  readonly pipeline: Pipeline;
  readonly date: CalendarDate;
  readonly now: () => Date;
  readonly gather: Gather;
  /** Which half is judged: the one that the clock is in, or this. */
  readonly half?: Half;
  /** Lets that much time pass on the stores' clock. */
  readonly pass: (ms: number) => Promise<void>;
  /** The stores are as they are now, the clock is an earlier one: what is asked of their state can't be answered. */
  readonly past?: boolean;
  readonly onProgress?: (done: number, total: number, look: string) => void;
  /** The newest earlier game date that was found good, where reports are kept. */
  readonly lastGood?: ((date: CalendarDate) => Promise<string | undefined>) | undefined;
}

/** Judges a date: the slate first, then every check × subject on looks made once each, then a second look where one is owed. */
export async function judgeDate(options: RunOptions): Promise<Judgement> {
  const { pipeline, date } = options;
  const asOf = options.now();
  const rules = pipeline.rulesOn(date, asOf);
  refuseUnknownCore([...rules.core, ...rules.core_pre_game], [...checksOf(pipeline), ...options.checks]);
  const recorder = recording(options.gather, options.onProgress);
  const fresh = switchedOff(recorder.gather, rules.ports, options.now);
  const looks = inOrder(fresh);

  const scope = await scopeOn({ pipeline, date, asOf, gather: looks.gather, half: options.half, lastGood: options.lastGood?.(date) });
  const checks = options.checks.filter(({ halves = ["post_game"] }) => halves.includes(scope.half));
  const isLost = ({ ofState }: Check): boolean => options.past === true && ofState === true;
  const units = checks.flatMap((check) => (isLost(check) ? [] : check.units(scope)));
  const plan = units.flatMap((unit) => unit.looks);
  looks.plan(plan);
  recorder.expect(new Set(plan.map((look) => look.id)).size);

  const first = await Promise.all(units.map((unit) => examine(unit, looks.gather, asOf)));
  const settled = await confirmed({ units, options, fresh }, first, looks.gather, 2);
  return {
    scope,
    checks: checks.map((check) => (isLost(check) ? onlyNow(check, scope) : conclude(check, settled, scope))),
    looks: recorder.made,
  };
}

/** A misspelt core check would be one that nobody asks. */
function refuseUnknownCore(core: readonly string[], checks: readonly Check[]): void {
  const known = [...new Set(checks.map((check) => check.id))];
  const misspelt = core.find((id) => !known.includes(id));
  if (misspelt !== undefined) throw new UserError(`In the pipeline file's core: ${unknownName("check", misspelt, known)}`);
}

async function examine(unit: Unit, gather: Gather, asOf: Date): Promise<JudgedSubject> {
  const { findings, without, evidence } = await unit.examine(gather, asOf);
  const verdict = worst(findings.map((finding) => finding.verdict));
  return { check: unit.check, subject: unit.subject, verdict, findings: [...findings, ...without], evidence };
}

interface Confirming {
  readonly units: readonly Unit[];
  readonly options: RunOptions;
  /** Makes a look anew. */
  readonly fresh: Gather;
}

/** Looks made so often without the stores agreeing prove nothing either way. */
const mostLooks = 3;

/**
 * What rests on two stores disagreeing is looked at again, flags first, before it is said: the stores may have been
 * caught between two writes. A flag looked at again takes along every look that is declared after it, and every subject
 * that used such a look is judged by the new ones. What only then appears needs another look of its own.
 */
async function confirmed(
  run: Confirming,
  judged: readonly JudgedSubject[],
  gather: Gather,
  nth: number,
  settled: ReadonlySet<string> = new Set(),
): Promise<readonly JudgedSubject[]> {
  const { units, options, fresh } = run;
  const doubted = units.filter(
    (unit, index) => !settled.has(idOf(unit)) && judged[index]?.findings.some((finding) => "confirm" in finding),
  );
  if (doubted.length === 0) return judged;
  if (nth > mostLooks)
    return judged.map((subject) => (doubted.some((unit) => idOf(unit) === idOf(subject)) ? unsettled(subject) : subject));
  const rules = options.pipeline.rulesOn(options.date, options.now());
  await options.pass(rules.thresholds.completion.second_look_seconds.seconds * 1000);

  const looks = units.flatMap((unit) => unit.looks);
  const asked = new Set(doubted.flatMap((unit) => unit.looks).map((look) => look.id));
  const again = new Map(
    looks.filter((look) => asked.has(look.id) || look.after.some((id) => asked.has(id))).map((look) => [look.id, nthTime(look, nth)]),
  );
  const ordered = inOrder(fresh);
  ordered.plan([...again.values()]);
  const mixed: Gather = (look) => (again.has(look.id) ? ordered.gather(nthTime(look, nth)) : gather(look));
  const asOf = options.now();
  const next = await Promise.all(
    units.map((unit, index) => {
      const before = judged[index];
      const said = settled.has(idOf(unit)) || !unit.looks.some((look) => again.has(look.id));
      const untouched = before !== undefined && said;
      return untouched ? Promise.resolve(before) : examine(unit, mixed, asOf);
    }),
  );
  return confirmed(run, next, mixed, nth + 1, new Set([...settled, ...doubted.map(idOf)]));
}

function idOf({ check, subject }: { readonly check: string; readonly subject: string }): string {
  return `${check}/${subject}`;
}

function unsettled(subject: JudgedSubject): JudgedSubject {
  const finding = unknown(
    "unsettled",
    `the stores disagreed in another way at each of ${mostLooks} looks`,
    "Ask again when nothing is being written for this date.",
  );
  return { ...subject, verdict: finding.verdict, findings: [finding] };
}

function conclude(check: Check, judged: readonly JudgedSubject[], scope: Scope): JudgedCheck {
  const own = judged.filter((subject) => subject.check === check.id).flatMap(apart);
  const subjects = own.length > 0 ? own : [withoutSubjects(check, scope)];
  return { check, verdict: worst(subjects.map((subject) => subject.verdict)), subjects, judgedSomething: own.length > 0 };
}

/**
 * Findings that name a subject of their own are judged under it. What is left stays with the unit's subject; if that is
 * nothing but looks judged without, nothing was said of it: unknown.
 */
function apart(unit: JudgedSubject): readonly JudgedSubject[] {
  const named = [...new Set(unit.findings.map((finding) => finding.subject ?? unit.subject))];
  if (named.length === 1 && named[0] === unit.subject) return [unit];
  return named.map((subject) => {
    const findings = unit.findings.filter((finding) => (finding.subject ?? unit.subject) === subject);
    const deciding = findings.filter(({ reason }) => reason !== "judged_without");
    return { ...unit, subject, findings, verdict: worst(deciding.map((finding) => finding.verdict)) };
  });
}

/** How things stand now says nothing of how they stood then. */
function onlyNow(check: Check, { date }: Scope): JudgedCheck {
  const finding = unknown(
    "only_now",
    "this is about how things stand, and the stores only tell how they stand now",
    "Ask without --clock.",
  );
  const subject = { check: check.id, subject: date, verdict: finding.verdict, findings: [finding], evidence: [] };
  return { check, verdict: finding.verdict, subjects: [subject], judgedSomething: true };
}

/** A check that found nothing to judge: because the date is unknown, because it has no games, or for no known reason. */
function withoutSubjects(check: Check, { slate, slateLooks, date }: Scope): JudgedSubject {
  const finding = reasonForNothing(slate);
  return { check: check.id, subject: date, verdict: finding.verdict, findings: [finding], evidence: slateLooks.map((look) => look.id) };
}

function reasonForNothing(slate: Slate): Finding {
  switch (slate.kind) {
    case "unknown":
      return unknown(slate.reason, slate.observed, slate.next);
    case "none":
      return notApplicable("no_games", slate.why);
    case "switched_off":
      return notApplicable("switched_off", slate.said);
    case "games":
      return notApplicable("not_owed", "no game of this date goes through this stage");
    case "every_date":
      return notApplicable("nothing_declared", "the pipeline file declares nothing that this check is about");
  }
}
