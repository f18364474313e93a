import { couldNotLook } from "../../checks/check.ts";
import type { Scope } from "../../checks/check.ts";
import { isRecorded, judgeFlag } from "../../checks/completion/flags.ts";
import type { ModeName } from "../../checks/completion/mode.ts";
import { isOwed, modeAt } from "../../checks/completion/mode.ts";
import type { TableState } from "../../checks/completion/record.ts";
import { judgeRecord } from "../../checks/completion/record.ts";
import type { Finding } from "../../checks/finding.ts";
import { notApplicable, notDue, pass, problem, putOff, unknown } from "../../checks/finding.ts";
import type { RecentRun } from "../../checks/rewriting.ts";
import { recentAmong } from "../../checks/rewriting.ts";
import { at, consequences, listNames, severityBy } from "../../checks/words.ts";
import type { Unseen } from "../../evidence/evidence.ts";
import type { KeptRecord, RanRow } from "../../evidence/looks/reconcile.ts";
import { addMinutes, dateAt } from "../../pipeline/dates.ts";
import { timeliness } from "../../pipeline/due.ts";
import type { StageName } from "../../pipeline/schema.ts";

/** What a date's record comes to; closed. */
export const classes = [
  "flag_without_rows",
  "stalled",
  "missing",
  "record_wrong",
  "rows_without_flag",
  "cannot_tell",
  "waiting",
  "consistent",
  "repaired_earlier",
  "not_expected",
  "expired",
  "no_games",
] as const;
export type Class = (typeof classes)[number];

/** Games that the phase should have taken in. */
export interface Intake {
  readonly owed: number;
  /** Names of games that are not, or not wholly, in its tables. */
  readonly missing: readonly string[];
  /** Whether the input of any of those is there. */
  readonly input: "yes" | "no" | Unseen;
  /** When the last of that input landed. */
  readonly landedAt?: Date;
  /** Tables that lack any of the missing games. */
  readonly lackedBy?: readonly string[];
}

/** Everything known of one date. What was not read is `Unseen`, never empty. */
export interface DayFacts {
  readonly scope: Scope;
  /** The stage by which the record is due. */
  readonly due: StageName;
  readonly record: KeptRecord | null | Unseen;
  readonly tables: Readonly<Record<string, TableState | Unseen>>;
  readonly intake: Intake | Unseen;
  readonly runs: readonly RanRow[] | Unseen;
  /** Stores are as they are now, and the clock is an earlier one. */
  readonly past?: boolean;
  /** Parts of which the second look found another disagreement than the first. */
  readonly unsettled?: readonly string[];
}

/** A processor of the date, or its record as a whole. */
export interface Part {
  readonly name: string;
  readonly class: Class;
  readonly finding: Finding;
}

export interface Day {
  readonly facts: DayFacts;
  readonly class: Class;
  readonly mode: ModeName;
  readonly processors: readonly Part[];
  readonly record: Part;
  /** What decides the class; at least one. */
  readonly deciding: readonly Part[];
}

/** Name of the part that is the record itself. */
export const recordPart = "record";

/** Holds a date's record against the tables. Pure. */
export function judgeDay(facts: DayFacts): Day {
  const { scope } = facts;
  const mode = modeAt(scope.date, scope.asOf, scope.rules);
  const blocked = blockedBy(facts);
  const processors = Object.keys(scope.rules.completion.processors).map((name): Part => {
    const finding = blocked ?? settled(name, processorFinding(name, facts), facts);
    return { name, class: classOf(name, finding, facts, mode), finding };
  });
  const finding = blocked ?? settled(recordPart, recordFinding(facts), facts);
  const record = { name: recordPart, class: classOf(recordPart, finding, facts, mode), finding };
  return { facts, mode, processors, record, ...decided({ processors, record, mode }, scope) };
}

/** Parts whose finding rests on two stores disagreeing, to be said only after a second look. */
export function doubtedIn(day: Day): readonly string[] {
  return partsOf(day)
    .filter(({ finding }) => "confirm" in finding)
    .map(({ name }) => name);
}

export function partsOf({ processors, record }: Pick<Day, "processors" | "record">): readonly Part[] {
  return [...processors, record];
}

/** Processors that are expected by now and have no entry; none where the record was not read. */
export function lackingIn({ facts: { record, scope }, mode }: Day): readonly string[] {
  const { expected } = scope.rules.completion.modes[mode];
  return isSeen(record) ? expected.filter((name) => !isRecorded(record, name)) : [];
}

/** Names of entries that no processor goes by. */
export function straysIn({ entries }: KeptRecord, { rules }: Scope): readonly string[] {
  return entries.map(({ name }) => name).filter((name) => !Object.hasOwn(rules.completion.processors, name));
}

export function seenStates(tables: DayFacts["tables"]): Readonly<Record<string, TableState>> {
  return Object.fromEntries(Object.entries(tables).flatMap(([table, state]) => (isSeen(state) ? [[table, state] as const] : [])));
}

function settled(name: string, finding: Finding, { unsettled = [] }: DayFacts): Finding {
  if (!unsettled.includes(name)) return finding;
  return unknown(
    "unsettled",
    "the stores disagreed in another way at the second look",
    "Ask again when nothing is being written for this date.",
  );
}

/** Whether somebody looked. */
export function isSeen<T>(found: T | Unseen): found is Exclude<T, Unseen> {
  return !(typeof found === "object" && found !== null && "seen" in found && found.seen === false);
}

/** Why nothing at all can be said of the date. */
function blockedBy({ scope, record, past = false }: DayFacts): Finding | undefined {
  const { slate } = scope;
  if (slate.kind === "switched_off") return notApplicable("switched_off", slate.said);
  if (slate.kind === "none") return notApplicable("no_games", slate.why);
  if (!isOwed(scope)) return notApplicable("no_games", "no game of this date goes through this phase");
  if (!isSeen(record)) return couldNotLook(record);
  const changed = record === null || new Date(record.updateTime) > scope.asOf;
  if (!past || !changed) return undefined;
  return unknown("only_now", "the record is only told as it is now, and it may have been another one then", "Ask without --clock.");
}

function processorFinding(name: string, facts: DayFacts): Finding {
  const { scope, record, tables, intake, runs } = facts;
  const processor = scope.rules.completion.processors[name];
  const state = processor === undefined ? undefined : tables[processor.table];
  if (processor === undefined || state === undefined || !isSeen(record)) return notRead(name);
  if (!isSeen(state)) return couldNotLook(state);
  const finding = judgeFlag(
    { id: name, name, processor },
    {
      stored: record,
      rows: state.rows,
      surplus: 0,
      written: state.written,
      rewriting: isSeen(runs) ? recentRunOf([processor.class], runs, scope) : undefined,
      complete: isSeen(intake) ? intake.missing.length === 0 : intake,
    },
    scope,
  );
  return finding.reason === "waits" && state.rows === 0 && !isRecorded(record, name) ? unfed(finding, facts) : finding;
}

function recordFinding(facts: DayFacts): Finding {
  const { scope, due, record, tables, intake } = facts;
  const { processors, next_phase: next } = scope.rules.completion;
  const needed = [...Object.values(processors).map(({ table }) => table), ...next.outputs];
  const lost = needed.flatMap((table) => tables[table] ?? []).find((state) => !isSeen(state));
  if (lost !== undefined && !isSeen(lost)) return couldNotLook(lost);
  if (!isSeen(intake)) return couldNotLook(intake);
  if (!isSeen(record) || needed.some((table) => tables[table] === undefined)) return notRead(recordPart);
  const complete = intake.missing.length === 0;
  const finding = judgeRecord({ stored: record, complete, tables: seenStates(tables) }, scope, due);
  return finding.reason === "waits" ? unfed(finding, facts) : finding;
}

function notRead(name: string): Finding {
  return unknown("not_read", `what belongs to ${name} was not read`, "Report this as a fault of Postgame.");
}

/** Games are not in the tables: whether that is this phase's fault follows from whether it had anything to work on. */
function unfed(waiting: Finding, { scope, intake, runs }: DayFacts): Finding {
  const { rules, date, asOf } = scope;
  if (!isSeen(intake)) return couldNotLook(intake);
  const { missing, owed, input, landedAt } = intake;
  if (!isSeen(input)) return couldNotLook(input);
  const games = `${missing.length} of ${owed} games are not in the tables (${listNames(missing)})`;
  if (input === "no") return putOff(`${games}, and neither are their box scores`, addMinutes(asOf, 60));
  const time = timeliness(rules, "analytics", date, asOf, landedAt);
  if (time.state === "not_due") return notDue(games, time.from);
  const eaters = Object.values(rules.completion.processors).flatMap((processor) => (processor.eats_games ? [processor.class] : []));
  const run = isSeen(runs) ? recentRunOf(eaters, runs, scope) : undefined;
  if (run !== undefined) return putOff(`${games}; ${run.processor} was at work at ${at(run.at, scope)}`, rewrittenBy(run, scope));
  return problem(severityBy(time, "P1"), {
    reason: "missing",
    observed: `${games}, though their box scores are${landedAt === undefined ? "" : ` since ${at(landedAt, scope)}`}`,
    expected: "an entry and rows of every game",
    next: "Run the phase for the date: its input is there.",
    figures: waiting.figures ?? {},
    ...consequences(time),
  });
}

/** The history's grouped rows as the runs that they are. */
export function recentRunOf(processors: readonly string[], runs: readonly RanRow[], scope: Scope): RecentRun | undefined {
  const told = runs.map(({ processor_name, status, oldest, newest }) => ({
    processor_name,
    status,
    started_at: oldest,
    processed_at: newest,
  }));
  return recentAmong(processors, told, scope);
}

function rewrittenBy(run: RecentRun, { rules }: Scope): Date {
  return addMinutes(run.at, rules.thresholds.completion.rewriting_minutes.minutes);
}

function classOf(name: string, finding: Finding, { scope, record }: DayFacts, mode: ModeName): Class {
  switch (finding.verdict) {
    case "unknown":
      return "cannot_tell";
    case "pass":
      return finding.reason === "repaired" ? "repaired_earlier" : "consistent";
    case "not_applicable":
      return notApplicableClass(finding.reason);
    case "not_due": {
      const expected = name === recordPart || scope.rules.completion.modes[mode].expected.includes(name);
      return expected || (isSeen(record) && isRecorded(record, name)) ? "waiting" : "not_expected";
    }
    case "warn":
    case "fail":
      return faultClass(finding.reason);
  }
}

function notApplicableClass(reason: string): Class {
  if (reason === "no_document") return "rows_without_flag";
  if (reason === "expired") return "expired";
  return reason === "no_games" ? "no_games" : "cannot_tell";
}

function faultClass(reason: string): Class {
  if (reason === "next_phase_older") return "stalled";
  const known = classes.find((candidate) => candidate === reason);
  if (known === undefined) throw new Error(`No class for the finding ${reason}.`);
  return known;
}

/** The worst part decides; a date is only consistent where its record was judged, or on the day itself where nothing more is expected yet. */
function decided({ processors, record, mode }: Pick<Day, "processors" | "record" | "mode">, scope: Scope): Pick<Day, "class" | "deciding"> {
  const { expected } = scope.rules.completion.modes[mode];
  const today = dateAt(scope.asOf, scope.rules.zone) === scope.date;
  const begun = processors.filter((part) => expected.includes(part.name));
  const early = today && record.class === "waiting" && begun.every((part) => part.class === "consistent");
  const asked = early ? processors.filter((part) => begun.includes(part) || part.class !== "waiting") : partsOf({ processors, record });
  const judged = asked.filter((part) => part.class !== "not_expected");
  const worst = classes.find((candidate) => judged.some((part) => part.class === candidate)) ?? "waiting";
  if (early && worst === "consistent") {
    const finding = pass(
      `${begun.length} of ${begun.length} expected on the day itself recorded, with rows; the rest is due the morning after`,
    );
    return { class: worst, deciding: [{ name: recordPart, class: worst, finding }] };
  }
  if (worst === "consistent" || worst === "repaired_earlier") return { class: record.class, deciding: [record] };
  return { class: worst, deciding: judged.filter((part) => part.class === worst) };
}
