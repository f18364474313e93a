import { UserError } from "../errors.ts";
import type { CalendarDate } from "./dates.ts";
import { addDays, calendarDateOf, clockText, dateAt, datesBetween, daysBetween } from "./dates.ts";

/** Dates as a caller may name them: a number of days up to the newest, a list, or from one date to another. */
export interface DateParams {
  readonly days?: number | undefined;
  readonly dates?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface DateLimits {
  /** Days looked at where nothing is named. */
  readonly days: number;
  /** Most days from the first to the last. */
  readonly most: number;
  /** The last day where none is named. */
  readonly newest: CalendarDate;
  readonly asOf: Date;
  readonly zone: string;
}

/** Each date once, oldest first. Throws `UserError` for what excludes each other, is reversed, in the future or too much. */
export function datesAsked(given: DateParams, limits: DateLimits): readonly CalendarDate[] {
  const named = (["days", "dates", "from"] as const).filter((name) => given[name] !== undefined);
  if (named.length > 1) throw new UserError(`Give ${named.join(" or ")}, not both.`);
  if (given.to !== undefined && given.from === undefined) throw new UserError("to needs from: the first date that is meant.");
  if (given.dates !== undefined) return listed(given.dates, limits);
  if (given.from === undefined) return datesBetween(addDays(limits.newest, 1 - (given.days ?? limits.days)), limits.newest);
  const from = calendarDateOf(given.from, "from");
  const to = given.to === undefined ? limits.newest : calendarDateOf(given.to, "to");
  if (from > to) throw new UserError(`from ${from} is after to ${to}: name the earlier date first.`);
  refuseFuture(to, limits);
  refuseTooMany(daysBetween(from, to) + 1, limits);
  return datesBetween(from, to);
}

function listed(texts: readonly string[], limits: DateLimits): readonly CalendarDate[] {
  const dates = [...new Set(texts)].map((text) => calendarDateOf(text, "dates:")).toSorted();
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined || last === undefined) throw new UserError("dates is empty: name at least one, e.g. 2026-02-03.");
  refuseFuture(last, limits);
  refuseTooMany(daysBetween(first, last) + 1, limits);
  return dates;
}

function refuseFuture(date: CalendarDate, { asOf, zone }: DateLimits): void {
  const today = dateAt(asOf, zone);
  if (date <= today) return;
  throw new UserError(`${date} is in the future: it is ${clockText(asOf, zone)}; ask for ${today} or earlier.`);
}

function refuseTooMany(days: number, { most }: DateLimits): void {
  if (days > most) throw new UserError(`That spans ${days} days, and at most ${most} are looked at in one call: narrow it.`);
}
