import type { CalendarDate } from "../../../../pipeline/dates.ts";
import { calendarDateOf } from "../../../../pipeline/dates.ts";

/** What is played on a date: a competition's prefix, and how many games are usual. */
interface PartOfSeason {
  readonly prefix: string;
  readonly fewest: number;
  readonly most: number;
}

/** Month and day, both ends included; a date in none of these has no games. 2025-26 is the season that they follow. */
const parts: readonly (PartOfSeason & { readonly from: string; readonly to: string })[] = [
  { prefix: "001", from: "10-02", to: "10-17", fewest: 2, most: 5 },
  { prefix: "002", from: "10-21", to: "12-31", fewest: 4, most: 11 },
  { prefix: "002", from: "01-01", to: "04-12", fewest: 4, most: 11 },
  { prefix: "004", from: "04-18", to: "06-20", fewest: 1, most: 4 },
];

const allStarBreak = { from: "2026-02-13", to: "2026-02-18" };

/** Undefined: a date on which nobody plays. */
export function partOfSeason(date: CalendarDate): PartOfSeason | undefined {
  if (date >= allStarBreak.from && date <= allStarBreak.to) return undefined;
  const day = date.slice(5);
  return parts.find(({ from, to }) => from <= day && day <= to);
}

/** A season's games are counted from October. */
export function openingOf(date: CalendarDate): CalendarDate {
  return calendarDateOf(`${seasonYear(date)}-10-01`);
}

/** A season is named for the year in which it starts. */
export function seasonYear(date: string): number {
  const year = Number(date.slice(0, 4));
  return date.slice(5, 7) >= "10" ? year : year - 1;
}
