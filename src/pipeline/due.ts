import type { CalendarDate } from "./dates.ts";
import { addMinutes, instantOf } from "./dates.ts";
import type { Rules } from "./load.ts";
import { stageRules } from "./load.ts";
import type { StageName } from "./schema.ts";

/** What a miss breaks: the next job that reads the stage's output, and when it starts. */
export interface Breaks {
  readonly job: string;
  readonly what: string;
  readonly at: Date;
  /** Whether it has started already, so that it has read without the missing output. */
  readonly started: boolean;
}

/** Where the clock stands against a stage's due time. */
export type Timeliness =
  | { readonly state: "not_due"; readonly from: Date }
  | { readonly state: "grace"; readonly until: Date; readonly breaks?: Breaks }
  | { readonly state: "late"; readonly since: Date; readonly breaks?: Breaks };

/** When a stage's output for the date is due; at the latest so many minutes before the first game, where the stage says so. */
export function dueAt(rules: Rules, stage: StageName, date: CalendarDate, firstGame?: Date): Date {
  const { due: usual, before_first_game_minutes: lead } = stageRules(rules, stage);
  const due = instantOf(date, usual, rules.zone);
  return lead === undefined || firstGame === undefined ? due : earlier(due, addMinutes(firstGame, -lead));
}

/**
 * How a miss at this clock is to be taken: not due yet; within the grace a warning; afterwards, or less than an hour
 * before the deadline reader starts, in full. A stage whose input landed late (after the stage's own due time) has one
 * hour from then, but only while its deadline reader has not started.
 */
export function timeliness(
  rules: Rules,
  stage: StageName,
  date: CalendarDate,
  asOf: Date,
  inputLandedAt?: Date,
  firstGame?: Date,
): Timeliness {
  const due = dueAt(rules, stage, date, firstGame);
  if (asOf < due) return { state: "not_due", from: due };
  const breaks = deadlineReader(rules, stage, date, asOf, firstGame);
  const graceEnd = instantOf(date, stageRules(rules, stage).grace_until, rules.zone);
  const full = breaks === undefined ? graceEnd : earlier(graceEnd, addMinutes(breaks.at, -60));
  const lateInput = inputLandedAt !== undefined && inputLandedAt > due && inputLandedAt <= asOf && breaks?.started !== true;
  const until = lateInput ? later(full, addMinutes(inputLandedAt, 60)) : full;
  const said = breaks === undefined ? {} : { breaks };
  return asOf < until ? { state: "grace", until, ...said } : { state: "late", since: until, ...said };
}

/** The job that reads the stage's output next, where the pipeline file names one; the first game, where it is due before that. */
export function deadlineReader(rules: Rules, stage: StageName, date: CalendarDate, asOf: Date, firstGame?: Date): Breaks | undefined {
  const { deadline_reader: name, before_first_game_minutes: lead } = stageRules(rules, stage);
  if (name === undefined && lead !== undefined && firstGame !== undefined)
    return { job: "first game", what: "the first game", at: firstGame, started: firstGame <= asOf };
  const job = name === undefined ? undefined : rules.jobs[name];
  if (name === undefined || job === undefined) return undefined;
  const at = instantOf(date, job.at, rules.zone);
  return { job: name, what: job.does, at, started: at <= asOf };
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}
