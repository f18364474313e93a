import { addDays, dateAt, durationText, timeText, zoneName } from "../pipeline/dates.ts";
import type { Breaks, Timeliness } from "../pipeline/due.ts";
import type { Scope } from "./check.ts";
import type { BreaksFact, Severity } from "./finding.ts";

/** Three names and how many more: `BOS@NYK, LAL@GSW, MIA@ORL and 3 more`. */
export function listNames(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** Whose clock times these are: the date decides whether the day has to be said with them. */
type Place = Pick<Scope, "rules" | "date">;

/** `15:00 ET` on the morning after the game date; on any other day with its date, `2026-02-03 11:05 ET`. */
export function at(instant: Date, place: Place): string {
  return stamped(instant, place, "minute");
}

/** `15:00:24 ET`, where seconds tell one run from another. */
export function atSecond(instant: Date, place: Place): string {
  return stamped(instant, place, "second");
}

function stamped(instant: Date, { rules, date }: Place, precision: "minute" | "second"): string {
  const time = `${timeText(instant, rules.zone, precision)} ${zoneName(rules.zone)}`;
  const day = dateAt(instant, rules.zone);
  return day === addDays(date, 1) ? time : `${day} ${time}`;
}

/** Down to a tenth, so that what misses a limit never reads as if it met it. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? "0 %" : `${(Math.floor((1000 * part) / whole) / 10).toFixed(1)} %`;
}

/** `1 row`, `2 rows`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

export function gap(from: Date, to: Date): string {
  return durationText(to.getTime() - from.getTime());
}

/** What a miss breaks and how long it is only a warning, for a finding; empty where neither applies. */
export function consequences(time: Exclude<Timeliness, { state: "not_due" }>): { breaks?: BreaksFact; graceUntil?: Date } {
  const grace = time.state === "grace" ? { graceUntil: time.until } : {};
  if (time.breaks === undefined) return grace;
  return { ...grace, breaks: breaksFact(time.breaks) };
}

/** Who reads next, or has read, what is missing. */
export function breaksFact({ started, what, job, at: when }: Breaks): BreaksFact {
  return { what: started ? `${what} has read without it` : `${what} (${job}) reads without it`, at: when };
}

/** `same-day Phase 4 of 11:00 ET ran without them`, or what will. */
export function readerText(breaks: Breaks | undefined, place: Place, what: string): string {
  if (breaks === undefined) return "";
  return breaks.started
    ? `; ${breaks.what} of ${at(breaks.at, place)} ran without ${what}`
    : `; ${breaks.what} reads at ${at(breaks.at, place)}`;
}

/** A miss is a warning within the grace and has its full severity after it. */
export function severityBy(time: Exclude<Timeliness, { state: "not_due" }>, full: "P1" | "P2"): Exclude<Severity, "P5"> {
  return time.state === "grace" ? "P3" : full;
}
