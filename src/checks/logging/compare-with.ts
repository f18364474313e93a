import type { Evidence } from "../../evidence/evidence.ts";
import { keptFrom } from "../../evidence/looks/logs.ts";
import type { ScheduleRow, TableFacts } from "../../evidence/looks/tables.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays, dateAt, daysBetween, daysEarlier, isCalendarDate } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import { owedBy } from "../drafts.ts";

export interface EarlierWindow {
  readonly since: Date;
  readonly until: Date;
  /** As words: `the same hours up to 2026-02-02, the last game date`. */
  readonly said: string;
}

export interface Earlier {
  readonly since: Date;
  readonly until: Date;
  readonly asOf: Date;
  /** The newest game date before `beforeDate()` that was found good; undefined: none is kept. */
  readonly good: string | undefined;
  readonly schedule: Evidence<TableFacts<ScheduleRow>> | undefined;
}

/** The same hours of the last good day, or else of the last game date; in words, why there is none. */
export function earlierWindow({ since, until, asOf, good, schedule }: Earlier, rules: Rules): EarlierWindow | string {
  const { zone } = rules;
  const day = dateAt(until, zone);
  const before = beforeDate(since, until, zone);
  const isGood = good !== undefined && isCalendarDate(good) && good <= before;
  const date = isGood ? good : lastGameDate(before, schedule, rules);
  if (date === undefined)
    return schedule?.seen === false
      ? `the schedule, which knows the last game date, could not be read: ${schedule.reason}`
      : "no earlier game date is known";
  const days = daysBetween(date, day);
  const window = { since: daysEarlier(since, days, zone), until: daysEarlier(until, days, zone) };
  if (window.since < keptFrom(asOf)) return `lines of ${date} are no longer kept`;
  const hours = dateAt(since, zone) === day ? `the same hours of ${date}` : `the same hours up to ${date}`;
  return { ...window, said: `${hours}, ${isGood ? "the last good day" : "the last game date (no good one is kept)"}` };
}

/** The newest date whose same hours end before this window begins. */
export function beforeDate(since: Date, until: Date, zone: string): CalendarDate {
  const days = Math.max(1, Math.ceil((until.getTime() - since.getTime()) / 86_400_000));
  return addDays(dateAt(until, zone), -days);
}

/** A pipeline without games has every date. */
function lastGameDate(
  before: CalendarDate,
  schedule: Evidence<TableFacts<ScheduleRow>> | undefined,
  rules: Rules,
): CalendarDate | undefined {
  if (rules.kind === "plain") return before;
  if (schedule?.seen !== true) return undefined;
  return schedule.facts.rows
    .filter((row) => owedBy(row.game_id, rules).length > 0)
    .map((row) => row.game_date)
    .filter(isCalendarDate)
    .filter((date) => date <= before)
    .toSorted()
    .at(-1);
}
