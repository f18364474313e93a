import type { Evidence } from "../evidence/evidence.ts";
import type { PublishedFacts } from "../evidence/looks/objects.ts";
import { publishedFile, publishedPath } from "../evidence/looks/objects.ts";
import type { GradedCount, HaltRow, PredictionCount } from "../evidence/looks/predictions.ts";
import { gradedCounts, haltState, predictionCounts } from "../evidence/looks/predictions.ts";
import type { ScheduleRow, TableFacts } from "../evidence/looks/tables.ts";
import { scheduleWindow } from "../evidence/looks/tables.ts";
import { quoted } from "../outside-text.ts";
import { dateAt, instantOf } from "../pipeline/dates.ts";
import type { Timeliness } from "../pipeline/due.ts";
import { dueAt, timeliness } from "../pipeline/due.ts";
import type { Rules } from "../pipeline/load.ts";
import type { Scope } from "./check.ts";
import { defineCheck } from "./check.ts";
import type { Finding } from "./finding.ts";
import { notApplicable, notDue, pass, problem, unknown, waitsFor } from "./finding.ts";
import { firstTipOff } from "./moment.ts";
import { haltOf, playedBefore } from "./predictions/systems.ts";
import { gamesOwing } from "./slate.ts";
import { at, consequences, listNames, severityBy } from "./words.ts";

interface ExportSubject {
  readonly id: string;
  readonly declared: NonNullable<Rules["objects"]>[string];
}

interface Facts {
  readonly published: PublishedFacts;
  readonly schedule: TableFacts<ScheduleRow>;
  readonly predictions: Evidence<TableFacts<PredictionCount>>;
  readonly halts: Evidence<TableFacts<HaltRow>>;
  readonly graded: Evidence<TableFacts<GradedCount>>;
}

/** Does the published file carry the right date? Files of a date are judged after its games, the rolling one before them. */
export const exports = defineCheck({
  id: "exports",
  question: "Does the published file carry the right date?",
  depth: "standard",
  halves: ["pre_game", "post_game"],
  about: {
    why: "The tables can be right while readers outside are shown yesterday. A check that compared the file's date in UTC cried wolf every evening, and was no longer believed.",
    rule: "A file of a date must be there by noon of the day after, be JSON and carry that date: else P1. Tonight's file must carry today's date once predictions are due, and until then today's or that of the last game date: any other is P1. What was never predicted or graded is named by those checks.",
    stage: "grading",
    todo: "Run the export for the date again, then fetch the file as a reader would.",
  },
  subjects: ({ rules, slate, half }): ExportSubject[] => {
    const rolling = half === "pre_game";
    if (gamesOwing(slate, rolling ? "predictions" : "grading").length === 0) return [];
    return Object.entries(rules.objects ?? {}).flatMap(([id, declared]) => (declared.rolling === rolling ? [{ id, declared }] : []));
  },
  needs: ({ declared }, { rules, date }) => ({ published: publishedFile(rules, declared, date), schedule: scheduleWindow(rules, date) }),
  wants: (_subject, { rules, date }) => ({
    predictions: predictionCounts(rules, date),
    halts: haltState(rules, date),
    graded: gradedCounts(rules, date),
  }),
  judge: (facts, { subject, scope }) => {
    const finding = subject.declared.rolling ? judgeRolling(subject, facts, scope) : judgeDated(subject, facts, scope);
    return [writtenSince(finding, subject, facts.published, scope) ?? finding];
  },
  numbers: ({ sums, subjects }): Record<string, string> =>
    sums["judged"] === undefined ? {} : { exports: `${sums["right"] ?? 0}/${subjects}` },
});

/** A file has no past: of one that was written after the clock that is asked about, nothing is known as it was then. */
function writtenSince({ verdict }: Finding, { declared }: ExportSubject, { file }: PublishedFacts, scope: Scope): Finding | undefined {
  if (file === null || !["pass", "warn", "fail"].includes(verdict)) return undefined;
  const updated = new Date(file.updatedAt);
  if (updated <= scope.asOf) return undefined;
  const path = publishedPath(declared, scope.rules, scope.date);
  return unknown("written_since", `${path} was written ${at(updated, scope)}, after the clock asked about`, "Ask as of now.", {
    judged: 1,
  });
}

function judgeDated(subject: ExportSubject, facts: Facts, scope: Scope): Finding {
  const { rules, date, asOf } = scope;
  const time = timeliness(rules, "grading", date, asOf, newestOf(facts.graded));
  if (time.state === "not_due") return notDue("the published file", time.from);
  const by = dueAt(rules, "grading", date);
  const { file } = facts.published;
  if (file === null) return earlierMiss(facts, scope) ?? faulty("missing", "is not there", subject, { time, by }, scope);
  return judgeContent(subject, file, { time, by }, scope);
}

interface Due {
  readonly time: Exclude<Timeliness, { state: "not_due" }>;
  readonly by: Date;
}

function judgeContent(subject: ExportSubject, file: NonNullable<PublishedFacts["file"]>, due: Due, scope: Scope): Finding {
  const { id, declared } = subject;
  if (file.dates.includes(scope.date)) return right(subject, file, scope);
  const written = `(written ${at(new Date(file.updatedAt), scope)})`;
  if (!file.readable) return faulty("unreadable", `${written} is no JSON`, subject, due, scope);
  if (file.dates.length > 0) return faulty("wrong_date", `${written} says ${listNames(file.dates.map(quoted))}`, subject, due, scope);
  if (declared.date_field !== undefined) return faulty("no_date", `${written} has no text in ${declared.date_field}`, subject, due, scope);
  return unknown(
    "no_date_known",
    `${publishedPath(declared, scope.rules, scope.date)} ${written} holds no date, and the pipeline file doesn't say where one should be`,
    `Name the field that carries the date in the pipeline file: objects.${id}.date_field.`,
    { judged: 1 },
  );
}

/** Tonight's file is one and the same object every day: only today's slate can be asked of it. */
function judgeRolling(subject: ExportSubject, facts: Facts, scope: Scope): Finding {
  const { rules, date, asOf, slate } = scope;
  const tip = firstTipOff(slate);
  const by = dueAt(rules, "predictions", date, tip);
  if (asOf >= instantOf(date, rules.moments.post_game_from, rules.zone))
    return notApplicable("rolled_on", `the file is written anew for each slate, and that of ${date} is over`);
  const { file } = facts.published;
  if (date > dateAt(asOf, rules.zone)) return notDue("tonight's file", by);
  const time = timeliness(rules, "predictions", date, asOf, newestOf(facts.predictions), tip);
  const before = lastGameDate(facts.schedule, scope);
  const isRight = file?.dates.includes(date) === true;
  const isOlder = !isRight && before !== undefined && file?.dates.includes(before) === true;
  if (time.state === "not_due") {
    const early = { time: { state: "late", since: by }, by } as const; // No grace: it was never right.
    const wrong = file !== null && before !== undefined && !isOlder && !isRight;
    return wrong ? judgeContent(subject, file, early, scope) : notDue("tonight's file", by);
  }
  if (file === null || isOlder) {
    const waiting = earlierMiss(facts, scope);
    if (waiting !== undefined) return waiting;
  }
  return file === null ? faulty("missing", "is not there", subject, { time, by }, scope) : judgeContent(subject, file, { time, by }, scope);
}

/** The newest date before this one with games that predictions are owed for; undefined if the schedule read holds none. */
function lastGameDate({ rows }: TableFacts<ScheduleRow>, { date, rules }: Scope): string | undefined {
  return playedBefore(rows, date, "predictions", rules)
    .map((row) => row.game_date)
    .toSorted()
    .at(-1);
}

/** The stage before that has nothing to publish; undefined if there is something, or nobody could look. */
function earlierMiss(facts: Facts, scope: Scope): Finding | undefined {
  const { predictions, halts } = facts;
  if (predictions.seen && !predictions.facts.rows.some((row) => row.is_active === true && row.n > 0)) {
    const halted = haltOf(undefined, scope, halts);
    return halted === undefined ? waitsFor("predictions") : notApplicable("halted", halted);
  }
  const ungraded = scope.half === "post_game" && facts.graded.seen && facts.graded.facts.rows.length === 0;
  return ungraded ? waitsFor("grading") : undefined;
}

function newestOf(counts: Evidence<TableFacts<{ newest: string | null }>>): Date | undefined {
  const times = counts.seen ? counts.facts.rows.flatMap(({ newest }) => (newest === null ? [] : [Date.parse(newest)])) : [];
  const newest = Math.max(...times.filter((time) => !Number.isNaN(time)));
  return Number.isFinite(newest) ? new Date(newest) : undefined;
}

function right({ declared }: ExportSubject, { updatedAt }: NonNullable<PublishedFacts["file"]>, scope: Scope): Finding {
  const path = publishedPath(declared, scope.rules, scope.date);
  return pass(`${path} carries ${scope.date}, written ${at(new Date(updatedAt), scope)}`, { judged: 1, right: 1 });
}

function faulty(reason: string, what: string, { declared }: ExportSubject, { time, by }: Due, scope: Scope): Finding {
  const { rules, date } = scope;
  const path = publishedPath(declared, rules, date);
  const older = declared.rolling ? ", and until then that of the last game date" : "";
  return problem(severityBy(time, "P1"), {
    reason,
    observed: `${path} ${what}`,
    expected: `${path} is JSON and carries ${date} by ${at(by, scope)}${older}`,
    next: `Read the log of the export, then publish ${date} again.`,
    figures: { judged: 1 },
    ...consequences(time),
  });
}
