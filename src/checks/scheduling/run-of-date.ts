import type { SchedulerJob } from "../../evidence/looks/schedules.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays, addMinutes, dateAt, instantOf } from "../../pipeline/dates.ts";
import type { Scope } from "../check.ts";
import type { Declared } from "./job.ts";
import { timesOf } from "./job.ts";

/** How far after the game date a run starts that is about it. */
const daysAfter = { yesterday: 1, today: 0, tomorrow: -1 } as const;

/** The days on which a run is about the game date: one, or, where the file names none, that of the games and the morning after. */
function runDays({ works_on: about }: Declared, date: CalendarDate): readonly CalendarDate[] {
  return about === undefined ? [date, addDays(date, 1)] : [addDays(date, daysAfter[about])];
}

/** Whether an attempt at that moment was about the game date. */
export function isAbout(attempt: Date, declared: Declared, { rules, date }: Scope): boolean {
  return runDays(declared, date).includes(dateAt(attempt, rules.zone));
}

/** Whether it was tried on those days or since: what becomes of it now is no longer about the game date. */
export function hasComeSince(attempt: Date, declared: Declared, { rules, date }: Scope): boolean {
  const [first = date] = runDays(declared, date);
  return dateAt(attempt, rules.zone) >= first;
}

/**
 * Whether a run about the game date should have been by now and was not. How a job stands now says nothing of runs that
 * are longer past than a day.
 */
export function lacksRun(job: SchedulerJob | undefined, declared: Declared, scope: Scope): boolean {
  const { rules, date, asOf } = scope;
  const days = runDays(declared, date);
  const [first = date] = days;
  const midnight = (day: CalendarDate): number => instantOf(day, { day: 0, hour: 0, minute: 0 }, rules.zone).getTime();
  const [from, to] = [midnight(first), midnight(addDays(first, days.length))];
  if (asOf.getTime() >= midnight(addDays(first, days.length + 1))) return false;
  const last = job?.lastAttemptAt === undefined ? -Infinity : Date.parse(job.lastAttemptAt);
  const due = addMinutes(asOf, -rules.thresholds.schedules.attempt.minutes).getTime();
  const times = timesOf(job ?? { schedule: declared.cron, zone: declared.zone });
  return times?.between(from, to).some((time) => time <= due && last < time) ?? days.includes(dateAt(asOf, rules.zone));
}
