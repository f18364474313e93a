import { Temporal } from "temporal-polyfill";
import { UserError, short } from "../errors.ts";

declare const calendarDate: unique symbol;
/** `YYYY-MM-DD`, a date that exists, in the pipeline's zone. Never goes through a host-local clock. */
export type CalendarDate = string & { readonly [calendarDate]: true };

/** A time of day counted from a game date: `D 11:30` is that day, `D+1 06:30` the next. */
export interface DayTime {
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** Years that no game is played in are taken for typing errors. */
const datePattern = /^(?:19|20|21)\d{2}-\d{2}-\d{2}$/u;
const dayTimePattern = /^D(?:\+(\d))? (\d{2}):(\d{2})$/u;

/** Whether the text is a calendar date that exists (2026-02-30 is not). */
export function isCalendarDate(text: string): text is CalendarDate {
  if (!datePattern.test(text)) return false;
  try {
    Temporal.PlainDate.from(text, { overflow: "reject" });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

export function calendarDateOf(text: string, what = "date"): CalendarDate {
  if (isCalendarDate(text)) return text;
  throw new UserError(`${what} "${short(text)}" is not a date that exists; write YYYY-MM-DD, e.g. 2026-02-03.`);
}

export function addDays(date: CalendarDate, days: number): CalendarDate {
  return calendarDateOf(Temporal.PlainDate.from(date).add({ days }).toString());
}

/** Whole days from the first date to the second; negative if the second is earlier. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: "day" }).days;
}

/** No zone has changed its date or offset within a quarter of an hour since clocks are kept by UTC. */
const quarterHourMs = 900_000;
const utcBegins = Date.UTC(1972, 0, 1);
const mostKnown = 20_000;
const datesKnown = new Map<string, CalendarDate>();

/** The calendar date in the zone at that instant. */
export function dateAt(instant: Date, zone: string): CalendarDate {
  const found = (): CalendarDate => calendarDateOf(zoned(instant, zone).toPlainDate().toString());
  if (instant.getTime() < utcBegins) return found();
  const key = `${Math.floor(instant.getTime() / quarterHourMs)} ${zone}`;
  const date = datesKnown.get(key) ?? found();
  if (datesKnown.size >= mostKnown) datesKnown.clear();
  datesKnown.set(key, date);
  return date;
}

/** Every date from the first to the last, both included; none where the last is earlier. */
export function datesBetween(first: CalendarDate, last: CalendarDate): readonly CalendarDate[] {
  return Array.from({ length: daysBetween(first, last) + 1 }, (_, index) => addDays(first, index));
}

/** `2026-02-04 18:00 ET`-like text: date, time to the minute, and the zone's own short name for that moment. */
export function clockText(instant: Date, zone: string): string {
  const local = zoned(instant, zone);
  return `${local.toPlainDate().toString()} ${timeText(instant, zone)} ${zoneName(zone)}`;
}

/** Time to the minute, `15:00`; with seconds where they matter, `15:00:24`. */
export function timeText(instant: Date, zone: string, precision: "minute" | "second" = "minute"): string {
  return zoned(instant, zone).toPlainTime().toString({ smallestUnit: precision, roundingMode: "trunc" });
}

/** `ET` for America/New_York: the season-free name people use; other zones go by their full id. */
export function zoneName(zone: string): string {
  return zone === "America/New_York" ? "ET" : zone;
}

/** ISO 8601 with the zone's offset at that moment, to the second: what reports carry. */
export function isoText(instant: Date, zone: string): string {
  return zoned(instant, zone).toString({ timeZoneName: "never", smallestUnit: "second" });
}

/** The instant of a day time. A local time that the night skips (daylight saving) is read one hour later. */
export function instantOf(date: CalendarDate, time: DayTime, zone: string): Date {
  const plain = Temporal.PlainDate.from(date).add({ days: time.day }).toPlainDateTime({ hour: time.hour, minute: time.minute });
  return new Date(plain.toZonedDateTime(zone, { disambiguation: "compatible" }).epochMilliseconds);
}

/** The instant at which a date begins. */
export function midnight(date: CalendarDate, zone: string): Date {
  return instantOf(date, { day: 0, hour: 0, minute: 0 }, zone);
}

/** `D+1 06:30` and the like; undefined if the text is not of that form. */
export function parseDayTime(text: string): DayTime | undefined {
  const match = dayTimePattern.exec(text);
  if (match === null) return undefined;
  const time = { day: Number(match[1] ?? 0), hour: Number(match[2]), minute: Number(match[3]) };
  return time.hour < 24 && time.minute < 60 ? time : undefined;
}

/** As it is written: `D+1 06:30`. */
export function dayTimeText({ day, hour, minute }: DayTime): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  return `D${day === 0 ? "" : `+${day}`} ${two(hour)}:${two(minute)}`;
}

/**
 * An instant written by a person: `2026-02-04 18:00[:30]` in the zone, or ISO 8601 with `Z` or an offset.
 * Undefined if it is neither, or does not exist.
 */
export function parseInstant(text: string, zone: string): Date | undefined {
  try {
    if (/(?:Z|[+-]\d{2}:\d{2})$/u.test(text)) return new Date(Temporal.Instant.from(text.replace(" ", "T")).epochMilliseconds);
    if (!/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?$/u.test(text)) return undefined;
    if (!datePattern.test(text.slice(0, 10))) return undefined;
    const plain = Temporal.PlainDateTime.from(text.replace(" ", "T"), { overflow: "reject" });
    return new Date(plain.toZonedDateTime(zone).epochMilliseconds);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export function isZone(text: string): boolean {
  try {
    zoned(new Date(0), text);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

export function addMinutes(instant: Date, minutes: number): Date {
  return new Date(instant.getTime() + minutes * 60_000);
}

/** The same time of day so many days earlier, whatever the clocks did in between. */
export function daysEarlier(instant: Date, days: number, zone: string): Date {
  return new Date(zoned(instant, zone).subtract({ days }).epochMilliseconds);
}

/** `8 h 45 min`, `18 s`, `2 d 3 h`: the two largest units that are not zero. */
export function durationText(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first === -1) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}

function zoned(instant: Date, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone);
}
