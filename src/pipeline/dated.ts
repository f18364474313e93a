import { z } from "zod";
import type { CalendarDate } from "./dates.ts";
import { isCalendarDate } from "./dates.ts";
import { record, scalar } from "./yaml-file.ts";

/** A value that changed on known dates: each variant holds from `since` (included) to `until` (not included). */
export interface Dated<T> {
  readonly dated: readonly { readonly since?: CalendarDate | undefined; readonly until?: CalendarDate | undefined; readonly value: T }[];
}

/** The same structure as it holds on one date: dated values picked, entries outside their dates gone. */
export type OnDate<T> = T extends string | number | boolean | undefined | null
  ? T
  : T extends Dated<infer V>
    ? OnDate<V>
    : T extends ReadonlyMap<infer K, infer V>
      ? ReadonlyMap<K, OnDate<V>>
      : T extends readonly (infer E)[]
        ? readonly OnDate<E>[]
        : T extends object
          ? { readonly [K in keyof T]: OnDate<T[K]> }
          : T;

export const calendarDate = scalar("a date that exists, YYYY-MM-DD", (value) => (isCalendarDate(value) ? value : undefined));

/** Keys that let a list or map entry come and go: there from `since` (included) to `until` (not included). */
export const inForce = { since: calendarDate.optional(), until: calendarDate.optional() };

/**
 * Either a plain value, which always holds, or `{ dated: [{ since, until, value }, …] }` without gap or overlap: each
 * variant begins on the date the one before ends.
 */
export function dated<T>(value: z.ZodType<T, unknown>): z.ZodType<Dated<T>, unknown> {
  const variants = z.array(record({ ...inForce, value })).min(1, "expected at least one dated value");
  return z.preprocess(
    (input) => (isDatedMap(input) ? input : { dated: [{ value: input }] }),
    record({ dated: variants }).superRefine(({ dated: all }, context) => {
      for (const index of all.keys()) {
        const message = seamProblem(all, index);
        if (message !== undefined) context.addIssue({ code: "custom", message, path: ["dated", index] });
      }
    }),
  );
}

/** Picks what holds on the date, deeply. */
export function onDate<T>(value: T, date: CalendarDate): OnDate<T> {
  return pick(value, date) as OnDate<T>; // pick mirrors OnDate case by case, which the compiler cannot follow
}

function pick(value: unknown, date: CalendarDate): unknown {
  if (Array.isArray(value)) return value.filter((entry) => holds(entry, date)).map((entry) => pick(entry, date));
  if (typeof value !== "object" || value === null) return value;
  if (isDated(value)) {
    const variant = value.dated.find((candidate) => holds(candidate, date));
    return pick(variant?.value, date);
  }
  const kept = Object.entries(value).filter(([, entry]) => holds(entry, date));
  return Object.fromEntries(kept.map(([key, entry]) => [key, pick(entry, date)]));
}

function holds(entry: unknown, date: CalendarDate): boolean {
  if (typeof entry !== "object" || entry === null) return true;
  const since = "since" in entry && typeof entry.since === "string" ? entry.since : undefined;
  const until = "until" in entry && typeof entry.until === "string" ? entry.until : undefined;
  return (since === undefined || since <= date) && (until === undefined || date < until);
}

/** What is wrong where a dated value meets the one before it and the one after it. */
function seamProblem(all: readonly { since?: string | undefined; until?: string | undefined }[], index: number): string | undefined {
  const { since, until } = all[index] ?? {};
  const ended = all[index - 1]?.until;
  const last = index === all.length - 1;
  if (index === 0 && since !== undefined) return "the first dated value holds from the beginning: leave out `since`";
  if (last && until !== undefined) return "the last dated value holds on: leave out `until`";
  if (!last && until === undefined) return "needs `until`, since another value follows";
  if (index === 0 || ended === undefined) return undefined;
  if (since === undefined) return `needs \`since: ${ended}\`, where the value before it ends`;
  if (since < ended) return `overlaps the value before it, which ends ${ended}`;
  return since > ended ? `leaves a gap from ${ended} to ${since}` : undefined;
}

function isDatedMap(input: unknown): input is { dated: unknown } {
  return typeof input === "object" && input !== null && !Array.isArray(input) && "dated" in input;
}

function isDated(value: object): value is Dated<unknown> {
  return "dated" in value && Array.isArray(value.dated);
}
