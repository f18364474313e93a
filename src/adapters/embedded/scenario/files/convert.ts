import { isCalendarDate, parseInstant } from "../../../../pipeline/dates.ts";
import type { ColumnKind } from "../../../../pipeline/schema.ts";
import type { Value } from "../../../../ports/warehouse.ts";

/** A number above 2^53 in JSON, as it is written: read as a number it would be another one. */
class TooLarge {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }
}

/** A value as a file has it: text from CSV and Parquet, whatever JSON knows from NDJSON. */
export type RawValue = string | number | boolean | null | TooLarge | readonly RawValue[] | { readonly [key: string]: RawValue };

/** Undefined: the value is not of the kind. Null never comes here. */
export type Convert = (raw: RawValue) => Value | undefined;

/** What a value of each kind looks like: finishes the sentence "expected …". */
export const expectedForms: Readonly<Record<ColumnKind, string>> = {
  string: "text",
  date: "a date as YYYY-MM-DD",
  instant: "a time with its zone, as 2026-02-04 20:00:06.123456 UTC or 2026-02-04T20:00:06Z",
  integer: "a whole number up to 2^53",
  number: "a number up to 2^53",
  boolean: "true or false",
  json: "JSON",
};

export function converter(kind: ColumnKind): Convert {
  switch (kind) {
    case "string":
      return (raw) => (typeof raw === "string" ? raw : undefined);
    case "date":
      return (raw) => (typeof raw === "string" && isCalendarDate(raw) ? raw : undefined);
    case "instant":
      return remembering(toInstant);
    case "integer":
      return (raw) => (typeof raw === "number" || isNumberText(raw) ? exact(raw, Number.isInteger) : undefined);
    case "number":
      return (raw) => (typeof raw === "number" || isNumberText(raw) ? exact(raw, Number.isFinite) : undefined);
    case "boolean":
      return toBoolean;
    case "json":
      return toJson;
  }
}

/** A file holds few times many times over: each is worked out once. */
function remembering(convert: (text: string) => Value | undefined): Convert {
  const known = new Map<string, Value | undefined>();
  return (raw) => {
    if (typeof raw !== "string") return undefined;
    const found = known.get(raw) ?? convert(raw);
    known.set(raw, found);
    return found;
  };
}

/** BigQuery writes `… UTC`, DuckDB `…+00`. Without a zone a text names no instant. */
function toInstant(text: string): string | undefined {
  const [, day = "", time = "", zone = ""] =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)$/u.exec(text) ?? [];
  if (!isCalendarDate(day)) return undefined;
  const offset = zone === "UTC" ? "Z" : zone.replace(/^(.\d{2}):?(\d{2})?$/u, (_, hours: string, minutes = "00") => `${hours}:${minutes}`);
  return parseInstant(`${day}T${time}${offset}`, "UTC")?.toISOString();
}

function isNumberText(raw: RawValue): raw is string {
  return typeof raw === "string" && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/u.test(raw);
}

/** Digits above 2^53 round to a number that looks like a smaller one, so they are compared as they are written. */
function exact(raw: string | number, fits: (value: number) => boolean): number | undefined {
  const value = Number(raw);
  const digits = /^[+-]?(\d+)\.?\d*$/u.exec(String(raw))?.[1];
  const within = digits === undefined ? Math.abs(value) <= 2 ** 53 : BigInt(digits) <= 2n ** 53n;
  return within && fits(value) ? value + 0 : undefined;
}

function toBoolean(raw: RawValue): boolean | undefined {
  if (typeof raw === "boolean") return raw;
  const folded = typeof raw === "string" ? raw.toLowerCase() : "";
  return folded === "true" ? true : folded === "false" ? false : undefined;
}

/** Text is JSON; what a JSON file itself nests is taken as it is. */
function toJson(raw: RawValue): Value | undefined {
  const found = typeof raw === "string" ? parsedJson(raw) : raw;
  return found === undefined || holdsTooLarge(found) ? undefined : (found as Value); // without a TooLarge in it, it is one
}

/** Undefined: it is no JSON. */
export function parsedJson(text: string): RawValue | undefined {
  try {
    return JSON.parse(text, (_key, value: RawValue, context?: { readonly source?: string }) =>
      typeof value === "number" && exact(context?.source ?? value, Number.isFinite) === undefined
        ? new TooLarge(context?.source ?? String(value))
        : value,
    ) as RawValue; // JSON.parse answers nothing but JSON, and the reviver adds TooLarge
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** As it stands in the file, for a sentence about it. */
export function written(raw: RawValue): string {
  if (raw instanceof TooLarge) return raw.digits;
  return typeof raw === "string" ? `"${raw}"` : JSON.stringify(raw);
}

function holdsTooLarge(raw: RawValue): boolean {
  if (raw instanceof TooLarge) return true;
  return typeof raw === "object" && raw !== null && Object.values(raw).some((part: RawValue) => holdsTooLarge(part));
}
