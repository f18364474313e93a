import { RE2JS, RE2JSSyntaxException } from "re2js";
import { logSeverities } from "../../src/ports/logs.ts";
import { FilterError } from "./lql-lexer.ts";
import { isPhraseIn } from "./lql-search.ts";
import type { Filter, Literal, Path } from "./lql-parser.ts";
import { parsed } from "./lql-parser.ts";

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain | undefined };

/** A log entry as a filter sees it. */
export type FilteredEntry = Readonly<Record<string, Plain | undefined>>;

/**
 * What the Logging query language says of an entry, by its documentation:
 * https://cloud.google.com/logging/docs/view/logging-query-language. There is nothing to compare this with, so what it does
 * not know it refuses, with the offset.
 */
export function readFilter(text: string): { readonly filter: Filter; readonly holds: (entry: FilteredEntry) => boolean } {
  const filter = parsed(text);
  return { filter, holds: compiled(filter) };
}

type Test = (entry: FilteredEntry) => boolean;

/** Fields of a log entry, and what is compared where one has none: these are never missing. */
const ownFields: Readonly<Record<string, Plain>> = {
  logName: "",
  timestamp: "1970-01-01T00:00:00Z",
  receiveTimestamp: "1970-01-01T00:00:00Z",
  severity: "DEFAULT",
  insertId: "",
  trace: "",
  spanId: "",
  traceSampled: false,
  "resource.type": "",
  "httpRequest.requestMethod": "",
  "httpRequest.requestUrl": "",
  "httpRequest.status": 0,
  "httpRequest.userAgent": "",
  "operation.id": "",
  "operation.producer": "",
  "sourceLocation.file": "",
  "sourceLocation.function": "",
};
/** What has fields of its own making: one that is not there makes every comparison false. */
const openFields = ["textPayload", "jsonPayload", "protoPayload", "labels", "resource.labels"];
const times = new Set(["timestamp", "receiveTimestamp"]);

function compiled(filter: Filter): Test {
  switch (filter.kind) {
    case "all": {
      const parts = filter.parts.map(compiled);
      return (entry) => parts.every((part) => part(entry));
    }
    case "any": {
      const parts = filter.parts.map(compiled);
      return (entry) => parts.some((part) => part(entry));
    }
    case "not": {
      const part = compiled(filter.part);
      return (entry) => !part(entry);
    }
    case "text":
      return (entry) => leaves(entry).some((leaf) => folded(shown(leaf)).includes(folded(filter.text)));
    case "log":
      return (entry) => String(entry["logName"] ?? "").endsWith(`/logs/${encodeURIComponent(filter.id)}`);
    case "present": {
      const find = finderOf(filter.path, { defaulted: false });
      return (entry) => find(entry).length > 0;
    }
    case "search": {
      const find = filter.path === undefined ? leaves : finderOf(filter.path, { defaulted: false });
      return (entry) =>
        isPhraseIn(
          filter.query,
          find(entry)
            .flatMap((found) => leaves(found))
            .map(shown),
        );
    }
    case "compare": {
      const [find, test] = [finderOf(filter.path, { defaulted: true }), comparison(filter)];
      return (entry) => find(entry).some(test);
    }
  }
}

/** The values at a path, those of lists each for itself; none where it is missing. */
function finderOf(path: Path, { defaulted }: { readonly defaulted: boolean }): (entry: FilteredEntry) => readonly Plain[] {
  const name = path.parts.join(".");
  const isOwn = Object.hasOwn(ownFields, name);
  const isOpen = openFields.some((field) => name === field || name.startsWith(`${field}.`));
  if (!isOwn && !isOpen) throw new FilterError(`field not found: ${name}`, path.offset);
  return (entry) => {
    const found = valuesAt([entry], path.parts);
    return found.length === 0 && isOwn && defaulted ? [ownFields[name] ?? ""] : found;
  };
}

function valuesAt(from: readonly (Plain | undefined)[], parts: readonly string[]): readonly Plain[] {
  const each = from.flatMap((value): readonly (Plain | undefined)[] => (isList(value) ? value : [value]));
  const values = each.filter((value) => value !== undefined);
  const [first, ...rest] = parts;
  if (first === undefined) return values;
  return valuesAt(
    values.map((value) => (isMap(value) && Object.hasOwn(value, first) ? value[first] : undefined)),
    rest,
  );
}

function isList(value: Plain | undefined): value is readonly Plain[] {
  return Array.isArray(value);
}

function isMap(value: Plain | undefined): value is { readonly [key: string]: Plain | undefined } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function comparison({ path, operator, value }: Filter & { readonly kind: "compare" }): (found: Plain) => boolean {
  const name = path.parts.join(".");
  if (operator === "=~" || operator === "!~") return matching(name, operator, value);
  if (name === "severity") return ordered(operator, severityOf(value), (found) => rank(String(found)) ?? 0);
  if (times.has(name)) {
    if (operator === ":") throw new FilterError("a time has no parts to look for", value.offset);
    return ordered(operator, nanosOf(value), (found) => nanoseconds(String(found)));
  }
  if (operator === ":") return (found) => !isMap(found) && folded(shown(found)).includes(folded(value.text));
  if (value.text === "NULL_VALUE" && !value.isQuoted)
    return (found) => (operator === "=" ? found === null : operator === "!=" && found !== null);
  return (found) => compared(operator, found, value.text);
}

/** A value that can't be made what the field holds makes the comparison false, whatever it asks. */
function compared(operator: Comparing, found: Plain, text: string): boolean {
  if (typeof found === "number") {
    const number = Number(text);
    return text.trim() !== "" && !Number.isNaN(number) && holds(operator, found - number);
  }
  if (typeof found === "boolean")
    return /^(?:true|false)$/iu.test(text) && holds(operator, Number(found) - Number(text.toLowerCase() === "true"));
  if (typeof found !== "string") return false;
  const [left, right] = [folded(found), folded(text)];
  return holds(operator, left === right ? 0 : left < right ? -1 : 1);
}

type Comparing = "=" | "!=" | "<" | "<=" | ">" | ">=";

function holds(operator: Comparing, difference: number | bigint): boolean {
  switch (operator) {
    case "=":
      return Number(difference) === 0;
    case "!=":
      return Number(difference) !== 0;
    case "<":
      return difference < 0;
    case "<=":
      return difference <= 0;
    case ">":
      return difference > 0;
    case ">=":
      return difference >= 0;
  }
}

function ordered<T extends number | bigint>(
  operator: Comparing | ":",
  wanted: T,
  read: (found: Plain) => T | undefined,
): (found: Plain) => boolean {
  const sign = operator === ":" ? "=" : operator;
  return (found) => {
    const value = read(found);
    if (value === undefined) return false;
    return holds(sign, value === wanted ? 0 : value < wanted ? -1 : 1);
  };
}

function rank(name: string): number | undefined {
  const index = logSeverities.findIndex((each) => each === name.toUpperCase());
  return index < 0 ? undefined : index * 100;
}

function severityOf({ text, offset }: Literal): number {
  const found = rank(text) ?? (/^\d+$/u.test(text) ? Number(text) : undefined);
  if (found === undefined) throw new FilterError(`no severity ${JSON.stringify(text)}`, offset);
  return found;
}

function nanosOf({ text, offset }: Literal): bigint {
  const found = nanoseconds(text);
  if (found === undefined) throw new FilterError(`no time ${JSON.stringify(text)}`, offset);
  return found;
}

const moment = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2}))?$/iu;

/** Of RFC 3339, or of a date at midnight UTC. */
export function nanoseconds(text: string): bigint | undefined {
  const found = moment.exec(text);
  if (found === null) return undefined;
  const [, date = "", time = "00:00:00", fraction = "", zone = "Z"] = found;
  const ms = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

/** Regular expressions look at text only, anywhere in it, and tell case apart. */
function matching(name: string, operator: "=~" | "!~", value: Literal): (found: Plain) => boolean {
  if (times.has(name) || name === "severity") throw new FilterError(`${name} is no text`, value.offset);
  const pattern = regexOf(value);
  return (found) => typeof found === "string" && pattern.matcher(found).find() === (operator === "=~");
}

function regexOf({ text, offset }: Literal): RE2JS {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) throw new FilterError(`no regular expression: ${error.message}`, offset);
    throw error;
  }
}

function leaves(value: Plain | FilteredEntry | undefined): readonly Plain[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== "object") return [value];
  return Object.values(value).flatMap((each: Plain | undefined) => leaves(each));
}

function shown(value: Plain): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Texts are compared without case and compatibility forms. */
function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
