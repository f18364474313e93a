import type { LinePattern } from "../../checks/logging/digest.ts";
import { isNew } from "../../checks/logging/digest.ts";
import { folded } from "../../checks/logging/fold.ts";
import type { LoggedLine } from "../../evidence/looks/logs.ts";
import { shortRevision } from "../../evidence/looks/units.ts";
import { excerpt } from "../../outside-text.ts";
import type { Entry, Pattern } from "../inquiry.ts";
import { toldText } from "./facts.ts";

/** Room for lines in one answer, in characters: about three make a token. */
const room = {
  concise: { characters: 1300, patterns: 5, entries: 20, line: 100 },
  detailed: { characters: 9000, patterns: 30, entries: 60, line: 180 },
} as const;

export type Size = keyof typeof room;

/** How many entries one answer lists. */
export function mostEntries(size: Size): number {
  return room[size].entries;
}

export interface Fitted<T> {
  readonly shown: readonly T[];
  /** How many were taken; the rest comes with the cursor. At least one. */
  readonly taken: number;
}

/** As many patterns as fit. */
export function fittedPatterns(patterns: readonly LinePattern[], unit: string, size: Size): Fitted<Pattern> {
  return fitted(
    patterns.slice(0, room[size].patterns),
    (each) => patternOf(each, unit, size),
    room[size].characters,
    fieldCharacters.pattern,
  );
}

export function fittedEntries(lines: readonly LoggedLine[], unit: string, size: Size): Fitted<Entry> {
  return fitted(lines, (line) => entryOf(line, unit, size), room[size].characters * 1.6, fieldCharacters.entry);
}

/** Names of fields and times, beside the texts. */
const fieldCharacters = { pattern: 130, entry: 90 } as const;

function fitted<T, R extends object>(all: readonly T[], make: (each: T) => R, characters: number, around: number): Fitted<R> {
  const shown: R[] = [];
  let used = 0;
  for (const each of all) {
    const made = make(each);
    used += around + textLength(made);
    if (used > characters && shown.length > 0) break;
    shown.push(made);
  }
  return { shown, taken: shown.length };
}

function textLength(made: object): number {
  return Object.values(made).reduce((sum: number, value: unknown) => sum + (typeof value === "string" ? value.length : 20), 0);
}

function patternOf(each: LinePattern, unit: string, size: Size): Pattern {
  const { line } = room[size];
  const frames = each.frames > 0 ? ` (${each.frames} frames)` : "";
  const [pattern, example] = [toldText(each.pattern, line), toldText(each.example, line * 2)];
  // A line in which nothing varies is its own example.
  const isItself = each.pattern === each.example;
  const revisions = each.revisions.map((name) => excerpt(shortRevision(name, unit), 30));
  return {
    pattern: isItself ? `${example}${frames}` : pattern,
    severity: each.severity,
    count: each.count,
    first: each.first,
    last: each.last,
    ...(revisions.length === 0
      ? {}
      : { revisions: revisions.length > 3 ? [...revisions.slice(0, 3), `${revisions.length - 3} more`] : revisions }),
    ...(isNew(each) ? { isNew: true } : {}),
    ...(each.known === undefined ? {} : { means: each.known.means }),
    ...(isItself ? {} : { example: `${example}${frames}` }),
  };
}

function entryOf({ at, severity, revision, text }: LoggedLine, unit: string, size: Size): Entry {
  const { line, frames } = folded(text);
  return {
    at: new Date(at),
    severity,
    ...(revision === null ? {} : { revision: excerpt(shortRevision(revision, unit), 30) }),
    text: `${toldText(line, room[size].line * 2)}${frames > 0 ? ` (${frames} frames)` : ""}`,
  };
}
