import { z } from "zod";
import { calendarDate, inForce } from "./dated.ts";
import type { DayTime } from "./dates.ts";
import { parseDayTime } from "./dates.ts";
import type { OwnStage, StageName } from "./parts.ts";
import { column, dayTime, identifier, name, stageNames, tableName } from "./parts.ts";
import { either, flag, integer, keyed, number, record, scalar, text, word } from "./yaml-file.ts";

/** What an operator's own check counts or compares. */
export const measures = ["rows", "share", "distinct", "newest", "equals", "log", "object"] as const;
export type Measure = (typeof measures)[number];

/** Reads one number: `>= 0.9`, and for an age `<= 90 min` or `<= 6 h`. */
export interface Limit {
  readonly operator: (typeof operators)[number];
  readonly value: number;
  /** Of an age. */
  readonly unit?: "min" | "h";
  /** As it was written. */
  readonly written: string;
}

/** One thing that a row must fulfil. A row without a value in the column fulfils nothing but `null: true`. */
export interface Condition {
  readonly column: string;
  readonly test: (typeof tests)[number];
  /** As written; what they mean depends on the column's kind. */
  readonly values: readonly string[];
}

/** When a check is due: with a stage, or at a time of its own. */
export type OwnDue =
  | { readonly kind: "time"; readonly at: DayTime; readonly written: string }
  | { readonly kind: "stage"; readonly stage: StageName };

const operators = [">=", "<=", ">", "<", "="] as const;
export const tests = ["is", "is_not", "one_of", "above", "at_least", "below", "at_most", "null"] as const;
export const ownSeverities = ["P0", "P1", "P2", "P3", "P4"] as const;

const id = scalar("an id of lower-case letters, digits and hyphens", (value) =>
  /^[a-z][a-z0-9-]{0,39}$/u.test(value) ? value : undefined,
);

const limit = scalar<Limit>('a limit such as ">= 0.9", "= 0" or "<= 6 h"', (value) => {
  const match = /^(>=|<=|>|<|=) (\d+(?:\.\d+)?)(?: (min|h))?$/u.exec(value);
  const operator = operators.find((candidate) => candidate === match?.[1]);
  if (match === null || operator === undefined) return undefined;
  const unit = match[3] === "min" || match[3] === "h" ? { unit: match[3] as "min" | "h" } : {}; // one of the two, as compared just before
  return { operator, value: Number(match[2]), ...unit, written: value };
});

const condition = record({
  column: identifier,
  is: text.optional(),
  is_not: text.optional(),
  one_of: z.array(text).min(1).optional(),
  above: text.optional(),
  at_least: text.optional(),
  below: text.optional(),
  at_most: text.optional(),
  null: flag.optional(),
}).transform(({ column: name, ...given }, context): Condition => {
  const said = tests.flatMap((test) => (given[test] === undefined ? [] : [{ test, value: given[test] }]));
  const [only] = said;
  if (only === undefined || said.length > 1) {
    context.addIssue({ code: "custom", message: `say one of ${tests.join(", ")} of ${name}; several conditions are a list` });
    return z.NEVER;
  }
  const { test, value } = only;
  return { column: name, test, values: Array.isArray(value) ? value : [String(value)] };
});

/** All of them must hold. */
const conditions = either<readonly Condition[]>((input) =>
  Array.isArray(input) ? z.array(condition).min(1) : condition.transform((one) => [one]),
);

const due = scalar<OwnDue>("a time such as D+1 07:30, or a stage", (value) => {
  const at = parseDayTime(value);
  if (at !== undefined) return { kind: "time", at, written: value };
  const known = stageNames.find((name) => name === value);
  return /^[a-z][a-z0-9-]*$/u.test(value) ? { kind: "stage", stage: known ?? (value as OwnStage) } : undefined; // whether the file has it is checked with the other names
});

const face = {
  ...inForce,
  id,
  why: text,
  half: word(["pre_game", "post_game"]).optional(),
  /** Judged on every date, not only where games are expected. */
  every_day: flag.optional(),
  core: flag.optional(),
  /** Of a miss; P2 if absent. */
  severity: word(ownSeverities).optional(),
  due: due.optional(),
  /** Until then a miss is only a warning. */
  grace: dayTime.optional(),
  next: text,
};

const limits = { pass: limit, warn: limit.optional() };

/** Whose rows are judged: those of a table's date, or those that a statement selects from it. */
const rowsFrom = {
  table: tableName,
  per: word(["date", "game"]).optional(),
  /** A column whose parts (`20260203_BOS_NYK`) name the game's teams, where the table has no team of its own. */
  game_id: identifier.optional(),
  where: conditions.optional(),
  /** Copies of a business key count too. */
  all_rows: flag.optional(),
  /** No row at all is normal, and believed if the table held rows within so many days before. */
  may_be_empty: record({ days: integer, reason: text }).optional(),
  sql: scalar("a .sql file beside or below this file", (value) => (isStatementName(value) ? value : undefined)).optional(),
  /** Of the statement, in its order. */
  columns: keyed(identifier, column).optional(),
  days_before: integer.optional(),
  days_after: integer.optional(),
  max_bytes: integer.optional(),
};

const shapes = {
  rows: record({ ...face, ...rowsFrom, ...limits, measure: word(["rows"]) }),
  share: record({ ...face, ...rowsFrom, ...limits, measure: word(["share"]), of: conditions.optional() }),
  distinct: record({ ...face, ...rowsFrom, ...limits, measure: word(["distinct"]), column: identifier }),
  newest: record({ ...face, ...rowsFrom, ...limits, measure: word(["newest"]), column: identifier }),
  equals: record({
    ...face,
    ...rowsFrom,
    measure: word(["equals"]),
    equals: record({ left: identifier, right: identifier, compare: word(["rows", "sums"]).optional(), tolerance: number.optional() }),
  }),
  log: record({ ...face, ...limits, measure: word(["log"]), log: record({ unit: name, text, from: dayTime, to: dayTime }) }),
  object: record({
    ...face,
    measure: word(["object"]),
    object: record({
      path: scalar("a path such as bucket/exports/{D}.json", (value) =>
        /^[a-z0-9][\w.-]*(?:\/[\w.{}-]+)+$/u.test(value) ? value : undefined,
      ),
      date_field: text,
    }),
  }),
} as const;

type Shape = (typeof shapes)[Measure];
export type OwnCheck = z.output<Shape>;
export type OwnRowCheck = Exclude<OwnCheck, { readonly measure: "log" | "object" }>;

/** One check of the operator's own: the measure decides which other keys it has. */
export const ownCheck = either<OwnCheck>((input) => {
  const named = typeof input === "object" && input !== null && "measure" in input ? input.measure : undefined;
  const measure = measures.find((candidate) => candidate === named);
  return measure === undefined ? z.looseObject({ measure: word(measures) }).transform(() => z.NEVER) : shapes[measure];
});

/** A finding that the operator has decided to live with until a date. */
export const acceptance = record({
  /** `<check>/<subject>`, or a check: then all of its subjects. */
  id: scalar("a finding as CHECK or CHECK/SUBJECT", (value) =>
    /^[a-z][a-z0-9-]*(?:\/[^\s/]+(?:\/[^\s/]+)*)?$/u.test(value) ? value : undefined,
  ),
  reason: text,
  /** The first day, by the clock, on which it no longer holds. */
  until: calendarDate,
  /** The worst that is covered. */
  ceiling: word(ownSeverities),
});
export type Acceptance = z.output<typeof acceptance>;

/** Stores that the operator doesn't want asked, and why. */
const off = record({ off: text }).optional();
export const switchedOff = record({
  warehouse: off,
  documents: off,
  logs: off,
  units: off,
  schedules: off,
  objects: off,
  topics: off,
  alerts: off,
  source: off,
});

/** A path without a way up, whose parts don't begin with a dot. */
export function isStatementName(value: string): boolean {
  return /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*\.sql$/u.test(value);
}

/** Every key that one check or another may have. */
export const ownCheckKeys: readonly string[] = [...new Set(Object.values(shapes).flatMap(({ shape }) => Object.keys(shape)))];
