import { z } from "zod";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { isCalendarDate } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Look } from "../evidence.ts";
import { shellQuoted } from "../../shell.ts";

const facts = z.object({
  /** Null if there is no such object in a bucket that is there. */
  file: z
    .object({
      updatedAt: z.string(),
      /** Whether it is JSON. */
      readable: z.boolean(),
      /** What the declared field says; else the dates at any depth, the one asked for first and then from the top. */
      dates: z.array(z.string()),
    })
    .nullable(),
});

export type PublishedFacts = z.output<typeof facts>;
type Published = NonNullable<Rules["objects"]>[string];

/** Where the file of a date lies: `bucket/path`. */
export function publishedPath({ bucket, path }: Published, { buckets }: Rules, date: CalendarDate): string {
  return `${buckets?.[bucket]?.name ?? bucket}/${path.replaceAll("{D}", date)}`;
}

/** A published file of the pipeline file's `objects`, and the date that stands in it. */
export function publishedFile(rules: Rules, declared: Published, date: CalendarDate): Look<PublishedFacts> {
  const path = publishedPath(declared, rules, date);
  const unnamed = rules.buckets?.[declared.bucket]?.name === undefined;
  return {
    id: `object ${path}`,
    port: "objects",
    asked: `object ${path}`,
    byHand: `gcloud storage cat ${shellQuoted(`gs://${path}`)}`,
    after: [],
    whenEmpty: "must-have",
    async run({ objects }, call) {
      const found = await objects.get({ path, unnamed }, call);
      if (found === undefined) return { facts: { file: null }, examined: 0 };
      const content = parsed(found.text);
      const dates = content === undefined ? [] : datesIn(content.value, declared.date_field, date);
      return { facts: { file: { updatedAt: found.updatedAt, readable: content !== undefined, dates: [...dates] } }, examined: 1 };
    },
    parse: (saved) => facts.parse(saved),
  };
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Longest text of a date field, and most dates, that are worth telling. */
const most = 40;

function datesIn(content: unknown, field: string | undefined, date: CalendarDate): readonly string[] {
  if (field !== undefined) {
    const found = field
      .split(".")
      .reduce<unknown>((value, part) => (isMap(value) && Object.hasOwn(value, part) ? value[part] : undefined), content);
    return typeof found === "string" ? [(dayIn(found, withoutZone) ?? found).slice(0, most)] : [];
  }
  const dates = new Set<string>();
  // Level by level, as deep as it goes: the store bounds its size.
  for (let level: readonly unknown[] = [content]; level.length > 0; level = level.flatMap(within)) {
    for (const value of level) {
      const day = typeof value === "string" ? dayIn(value, midnight) : undefined;
      if (day !== undefined) dates.add(day);
    }
  }
  return [...(dates.has(date) ? [date] : []), ...[...dates].filter((day) => day !== date)].slice(0, most);
}

/** An instant without a zone is a local one, so its day stands in its text. */
const withoutZone = /^[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?$/u;
/** Where nobody named the field only midnight is a date: any other instant may be that of the writing. */
const midnight = /^[T ]00:00(?::00(?:[.,]0+)?)?$/u;

function dayIn(text: string, time: RegExp): CalendarDate | undefined {
  const [day, rest] = [text.slice(0, 10), text.slice(10)];
  return isCalendarDate(day) && (rest === "" || time.test(rest)) ? day : undefined;
}

function within(value: unknown): readonly unknown[] {
  return Array.isArray(value) || isMap(value) ? Object.values(value) : [];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
