import type { Evidence } from "../../evidence/evidence.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { quoted } from "../../outside-text.ts";
import { addMinutes, durationText } from "../../pipeline/dates.ts";
import { timeliness } from "../../pipeline/due.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { StageName } from "../../pipeline/schema.ts";
import type { Scope } from "../check.ts";
import { couldNotLook } from "../check.ts";
import type { Finding } from "../finding.ts";
import { note, notDue, pass, problem, putOff, waitsFor } from "../finding.ts";
import type { BoxEvidence } from "../landing.ts";
import { inputOf } from "../landing.ts";
import type { RecentRun } from "../rewriting.ts";
import { beingRewritten } from "../rewriting.ts";
import { gamesOwing } from "../slate.ts";
import { surplusOf } from "../surplus.ts";
import { at, atSecond, consequences, counted, listNames, severityBy } from "../words.ts";
import type { Run } from "./run.ts";
import { overlapping, runText } from "./run.ts";

/** A processor by its class, or all those that the pipeline file doesn't name. */
export interface RunSubject {
  readonly id: string;
  readonly table?: string;
  /** Whether its output follows from the date's box scores. */
  readonly eatsGames?: boolean;
  readonly stage: StageName;
}

export type OutputEvidence = Evidence<TableFacts>;

interface Facts {
  readonly output: OutputEvidence | undefined;
  readonly boxes: Readonly<Record<string, BoxEvidence>>;
}

/** Runs of one named processor; there is at least one. */
export function judgeProcessor(subject: RunSubject, own: readonly Run[], facts: Facts, scope: Scope): readonly Finding[] {
  const ended = own.filter(({ state }) => state === "well");
  const found = [
    ...judgeRunning(own, surplusIn(subject, facts.output, scope) === 0, scope),
    ...judgeOverlaps(subject, own, facts.output, scope),
    ...judgeEmptySuccess(subject, own, facts, scope),
    ...judgeUnsuccessful(subject, own, facts.output, scope),
    ...partial(subject, ended, scope),
  ];
  const last = ended.at(-1);
  // Notes alone make no pass of runs that go on, nor of an empty table.
  if (found.some(({ verdict }) => verdict !== "pass")) return found;
  if (last === undefined)
    return own.some(({ state }) => state === "running") || found.length === 0 ? [stillAtWork(own, scope), ...found] : found;
  if (facts.output?.seen === true && facts.output.facts.rows.length === 0) return [waitsFor(spokenOfBy(subject.stage)), ...found];
  if (found.length > 0) return found;
  const when = last.ended === undefined ? "" : `, the last at ${at(last.ended, scope)}`;
  return [pass(`${counted(ended.length, "run")} ended well${when}${last.records === undefined ? "" : ` with ${last.records} records`}`)];
}

/** Processors without a declared table: how long they run can be judged, what they wrote can't. */
export function judgeOthers(own: readonly Run[], scope: Scope): readonly Finding[] {
  const running = judgeRunning(own, false, scope);
  const failed = own.filter(({ state }) => state === "failed");
  const notes =
    failed.length === 0 ? [] : [note("failed", `${counted(failed.length, "run")} of other processors failed: ${processorsIn(failed)}`)];
  const found = [...running, ...notes];
  return found.length > 0 ? found : [pass(`${counted(own.length, "run")} of other processors, none running too long`)];
}

function processorsIn(runs: readonly Run[]): string {
  return listNames([...new Set(runs.map(({ processor }) => quoted(processor)))]);
}

/** No run of the processor is recorded: its output, where there is any, came all the same. */
export function notRecorded(subject: RunSubject, output: OutputEvidence | undefined, wholeDate: boolean, { rules, date }: Scope): Finding {
  if (output === undefined || !output.seen) return output === undefined ? waitsFor(spokenOfBy(subject.stage)) : couldNotLook(output);
  if (output.facts.rows.length === 0) return waitsFor(spokenOfBy(subject.stage));
  const observed = `no run of ${subject.id} is recorded for ${date}, yet ${subject.table} holds ${counted(output.facts.rows.length, "row")}`;
  if (!wholeDate) return note("not_recorded", observed);
  return problem("P4", {
    reason: "history_silent",
    observed: `${observed}; the run history holds no run of the date at all`,
    expected: `runs of ${date} in ${rules.run_history}`,
    next: `Find out since when ${rules.run_history} is not written; no overlap or hanging run would show there.`,
  });
}

/** The check that speaks of a stage's missing output. */
function spokenOfBy(stage: StageName): string {
  return stage === "same-day" ? "completion" : stage;
}

/**
 * Runs at work too long. While the table is clean, one without an end is only a note beside another that was at work too
 * and ended well: the lock may have refused it without saying so.
 */
function judgeRunning(own: readonly Run[], clean: boolean, scope: Scope): readonly Finding[] {
  const { warn_minutes: warn, fail_minutes: fail } = scope.rules.thresholds.runs.running;
  return own
    .filter(({ state }) => state === "running")
    .flatMap((run) => {
      const { started } = run;
      const minutes = started === undefined ? undefined : (scope.asOf.getTime() - started.getTime()) / 60_000;
      if (minutes !== undefined && minutes <= warn) return [];
      const good = clean ? own.find((other) => endedWellSince(other, run)) : undefined;
      if (good !== undefined) return [noEndRecorded(run, good, scope)];
      const age = minutes === undefined ? "at an unrecorded time" : `${durationText(minutes * 60_000)} ago`;
      return [
        problem(minutes !== undefined && minutes > fail ? "P2" : "P3", {
          reason: "running_long",
          observed: `a run of ${quoted(run.processor)} began ${age} and has not ended: ${runText(run, scope)}`,
          expected: `a run ends within ${warn} min`,
          next: "Read its log since the start: it may have been killed, or refused by the lock without saying so here; stop it before running the processor again.",
        }),
      ];
    });
}

function endedWellSince({ state, ended }: Run, { started }: Run): boolean {
  return state === "well" && ended !== undefined && started !== undefined && ended > started;
}

function noEndRecorded(run: Run, good: Run, scope: Scope): Finding {
  return note(
    "no_end_recorded",
    `a run of ${quoted(run.processor)} has no end on record: ${runText(run, scope)}; ${runText(good, scope)} ended well after it began, and no surplus row is there: the other may have been refused by the lock, killed, or still at work`,
  );
}

/** None has ended yet, and none has been at work too long. */
function stillAtWork(own: readonly Run[], scope: Scope): Finding {
  const since = own.flatMap(({ started }) => started ?? []).at(-1) ?? scope.asOf;
  const until = addMinutes(since, scope.rules.thresholds.runs.running.warn_minutes);
  return putOff(`${counted(own.length, "run")} at work since ${at(since, scope)}, none ended yet`, until);
}

function surplusIn({ table }: RunSubject, output: OutputEvidence | undefined, { rules }: Scope): number | undefined {
  return table !== undefined && output?.seen === true ? surplusOf(output.facts.rows, tableRules(rules, table)).rows : undefined;
}

function judgeOverlaps(subject: RunSubject, own: readonly Run[], output: OutputEvidence | undefined, scope: Scope): readonly Finding[] {
  const pairs = overlapping(own, scope.asOf);
  const pair = pairs.find((runs) => withoutEnd(runs) === undefined) ?? pairs[0];
  if (pair === undefined || subject.table === undefined) return [];
  const open = withoutEnd(pair);
  const more = pairs.length > 1 ? ` (and ${pairs.length - 1} more such pairs)` : "";
  const doubt =
    open === undefined ? "" : `, or only one was at work: no end of ${quoted(open.id)} is recorded, and the lock may have refused it`;
  const surplus = surplusIn(subject, output, scope);
  if (surplus === 0) {
    const when = pair.map(({ started }) => (started === undefined ? "?" : atSecond(started, scope))).join(" and ");
    return [note("overlapped", `two runs of ${subject.id}, begun ${when}, overlapped${more}${doubt}; no surplus row came of it`)];
  }
  if (open !== undefined && output?.seen === false) return [couldNotLook(output)];
  const observed = `runs ${runText(pair[0], scope)} and ${runText(pair[1], scope)} of ${subject.id} overlapped${more}${doubt}`;
  return [
    problem("P2", {
      reason: "overlapping",
      observed: `${observed}; ${surplus === undefined ? `${subject.table} could not be looked at` : `${subject.table} holds ${counted(surplus, "surplus row")}`}`,
      expected: `one run of ${subject.id} at a time for ${scope.date}`,
      next:
        surplus === undefined
          ? `Look at ${subject.table} for rows that are there more than once.`
          : `Remove the surplus from ${subject.table}; then see in the log what should have kept the second run out.`,
    }),
  ];
}

/** Of a pair the run that nobody saw end: the lock may have refused it, and then it was never at work. */
function withoutEnd(pair: readonly Run[]): Run | undefined {
  return pair.findLast(({ state }) => state === "running");
}

/** Success that wrote nothing: harmless where the table is filled, a broken promise where it is empty. */
function judgeEmptySuccess(subject: RunSubject, own: readonly Run[], facts: Facts, scope: Scope): readonly Finding[] {
  const empty = own.filter(({ state, records }) => state === "well" && records === 0);
  const last = empty.at(-1);
  if (last === undefined || subject.table === undefined) return [];
  const observed = `${counted(empty.length, "run")} of ${subject.id} ended in success with 0 records, the last ${runText(last, scope)}`;
  if (facts.output === undefined) return [];
  if (!facts.output.seen) return [couldNotLook(facts.output)];
  if (facts.output.facts.rows.length > 0) return [note("incremental", `${observed}; ${subject.table} is filled: nothing had changed`)];
  const recent = atWork(own, scope);
  return [recent === undefined ? emptyTable(subject, observed, facts, scope) : beingRewritten(recent, scope, {})];
}

function emptyTable(subject: RunSubject, observed: string, facts: Facts, scope: Scope): Finding {
  const { rules, date, asOf, slate } = scope;
  const owing = gamesOwing(slate, "analytics");
  if (subject.eatsGames === true && owing.some((game) => inputOf(game, facts.boxes, rules).there === "no")) return waitsFor("box-scores");
  const time = timeliness(rules, subject.stage, date, asOf);
  if (time.state === "not_due") return notDue("the processor's output", time.from);
  return problem(severityBy(time, "P1"), {
    reason: "success_without_rows",
    observed: `${observed}; ${subject.table} holds no row of ${date}`,
    expected: `rows for ${counted(owing.length, "game")} in ${subject.table}`,
    next: `Read the log of ${subject.id} at that time for an error that was swallowed; then run it again for ${date}.`,
    ...consequences(time),
  });
}

/** The newest start or end of a run within the last minutes: its table may stand between a DELETE and an INSERT. */
function atWork(own: readonly Run[], { rules, asOf }: Scope): RecentRun | undefined {
  const since = addMinutes(asOf, -rules.thresholds.completion.rewriting_minutes.minutes);
  const times = own
    .filter(({ state }) => state === "well" || state === "running")
    .flatMap(({ processor, started, ended }) => [started, ended].flatMap((when) => (when === undefined ? [] : [{ processor, at: when }])));
  return times.filter((run) => run.at >= since && run.at <= asOf).toSorted((a, b) => b.at.getTime() - a.at.getTime())[0];
}

/** Runs that failed or were refused: a note beside one that ended well, more where none did. */
function judgeUnsuccessful(subject: RunSubject, own: readonly Run[], output: OutputEvidence | undefined, scope: Scope): readonly Finding[] {
  const [refused, failed] = [own.filter(({ state }) => state === "refused"), own.filter(({ state }) => state === "failed")];
  const notes = [
    ...(refused.length === 0 ? [] : [note("refused", `${subject.id}: ${unsuccessful(refused, "skipped", scope)}`)]),
    ...(failed.length === 0 ? [] : [note("failed", `${subject.id}: ${unsuccessful(failed, "failed", scope)}`)]),
  ];
  if (own.some(({ state }) => state === "well" || state === "running")) return notes;
  if (output !== undefined && !output.seen) return [...notes, couldNotLook(output)];
  const rows = output?.seen === true ? output.facts.rows.length : 0;
  if (rows === 0) return [...notes, waitsFor(spokenOfBy(subject.stage))];
  return failed.length === 0 ? notes : [...notes.slice(0, -1), noneEndedWell(subject, failed, rows, scope)];
}

/** Recorded as completed like a success: worth knowing, while the tables say what is missing. */
function partial({ id }: RunSubject, ended: readonly Run[], scope: Scope): readonly Finding[] {
  const partly = ended.filter(({ status }) => status === "partial");
  return partly.length === 0 ? [] : [note("partial", `${id}: ${unsuccessful(partly, "ended as partial", scope)}`)];
}

function unsuccessful(runs: readonly Run[], how: string, scope: Scope): string {
  const last = runs.at(-1);
  if (last === undefined) return "";
  const why = last.why === undefined ? "" : ` ${quoted(last.why)}`;
  return `${counted(runs.length, "run")} ${how}, the last ${runText(last, scope)}${why}`;
}

function noneEndedWell(subject: RunSubject, failed: readonly Run[], rows: number, scope: Scope): Finding {
  return problem("P3", {
    reason: "none_ended_well",
    observed: `no run of ${subject.id} for ${scope.date} ended well: ${unsuccessful(failed, "failed", scope)}; ${subject.table} holds ${counted(rows, "row")} all the same`,
    expected: `a run of ${subject.id} that ends in success`,
    next: `See who wrote ${subject.table}, and read the log of the run that failed.`,
  });
}
