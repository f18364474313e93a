import { z } from "zod";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { isCalendarDate } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Look } from "../evidence.ts";
import { shellQuoted } from "./by-hand.ts";

const facts = z.object({
  /** Null if there is no such object in a bucket that is there. */
  file: z
    .object({
      updatedAt: z.string(),
      /** Whether it is JSON. */
      readable: z.boolean(),
      /** What the declared field says, or the dates nearest to the top; none if there are none. */
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
      const dates = content === undefined ? [] : datesIn(content.value, declared.date_field);
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

function datesIn(content: unknown, field: string | undefined): readonly string[] {
  if (field !== undefined) {
    const found = field
      .split(".")
      .reduce<unknown>((value, part) => (isMap(value) && Object.hasOwn(value, part) ? value[part] : undefined), content);
    return typeof found === "string" ? [found.slice(0, most)] : [];
  }
  let level: readonly unknown[] = [content];
  while (level.length > 0) {
    const dates = level.filter((value) => typeof value === "string").filter(isCalendarDate);
    if (dates.length > 0) return [...new Set(dates)].slice(0, most);
    level = level.flatMap((value) => (Array.isArray(value) || isMap(value) ? Object.values(value) : []));
  }
  return [];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
