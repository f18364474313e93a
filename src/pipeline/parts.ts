import { z } from "zod";
import { dated, inForce } from "./dated.ts";
import type { DayTime } from "./dates.ts";
import { isZone, parseDayTime } from "./dates.ts";
import { flag, integer, keyed, record, scalar, text, word } from "./yaml-file.ts";

/** How a column's values cross the warehouse port. Dates and instants are text, numbers are refused above 2^53. */
export const columnKinds = ["string", "date", "instant", "integer", "number", "boolean", "json"] as const;
export type ColumnKind = (typeof columnKinds)[number];
export const fieldKinds = ["string", "integer", "number", "boolean", "timestamp", "list"] as const;
export type FieldKind = (typeof fieldKinds)[number];

/** Stages whose output an issue of the day can wait for, in the order in which the night flows. */
export const stageNames = ["games", "box-scores", "analytics", "completion", "same-day", "features", "predictions", "grading"] as const;
export type KnownStage = (typeof stageNames)[number];

declare const ownStage: unique symbol;
/** A stage of a pipeline of another kind, which names its own. */
export type OwnStage = string & { readonly [ownStage]: true };
export type StageName = KnownStage | OwnStage;

export interface Column {
  readonly kind: ColumnKind;
  /** Deduced, not declared by the operator: read only where the table really has it. */
  readonly inferred: boolean;
}

export interface KeepOrder {
  readonly column: string;
  readonly descending: boolean;
}

export const pipelineName = scalar("a name of lower-case letters, digits and hyphens", (value) =>
  /^[a-z][a-z0-9-]*$/u.test(value) ? value : undefined,
);
export const zone = scalar("an IANA time zone such as America/New_York", (value) => (isZone(value) ? value : undefined));
export const dayTime = scalar<DayTime>("a time such as D 11:30 or D+1 06:30", parseDayTime);
export const tableName = scalar("a table as dataset.table", (value) => (/^\w+\.\w+$/u.test(value) ? value : undefined));
export const identifier = scalar("a column name", (value) => (/^[A-Za-z_]\w*$/u.test(value) ? value : undefined));
/** What units, jobs, topics, collections and the like are called where they run: it reaches commands that people copy. */
export const name = scalar("a name of letters, digits, _, - and ., not beginning with - or .", (value) =>
  /^\w[\w.-]*$/u.test(value) ? value : undefined,
);
export const objectPath = scalar("a path such as exports/{D}.json", (value) =>
  /^\w[\w.{}-]*(?:\/[\w.{}-]+)*$/u.test(value) ? value : undefined,
);
/** The part of a game id that says in which competition it is played. */
export const competition = scalar("the first three characters of a game id", (value) => (/^\w{3}$/u.test(value) ? value : undefined));
export const share = scalar("a share from 0 to 1", (value) => (/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/u.test(value) ? Number(value) : undefined));
/** Why a number is what it is. */
export const reason = text;

export const column = scalar<Column>(`a column kind (${columnKinds.join(", ")}), optionally followed by "inferred"`, (value) => {
  const [kindText, mark, ...rest] = value.trim().split(/\s+/u);
  const kind = columnKinds.find((candidate) => candidate === kindText);
  if (kind === undefined || rest.length > 0 || (mark !== undefined && mark !== "inferred")) return undefined;
  return { kind, inferred: mark === "inferred" };
});

const keepOrder = scalar<KeepOrder>('a column and its order, e.g. "processed_at desc"', (value) => {
  const match = /^(\w+) (asc|desc)$/u.exec(value);
  return match?.[1] === undefined ? undefined : { column: match[1], descending: match[2] === "desc" };
});

export const stage = record({
  due: dated(dayTime),
  unplayed_due: dated(dayTime).optional(),
  grace_until: dated(dayTime),
  /** Due at the latest so many minutes before the first game, which then is the reader. */
  before_first_game_minutes: integer.optional(),
  deadline_reader: dated(text).optional(),
});

/** One of the stages of a pipeline with games. */
export const knownStage: z.ZodType<StageName, unknown> = word(stageNames);

export const tableShape = {
  as: text.optional(),
  stage: knownStage,
  partition: identifier,
  key: dated(z.array(identifier).min(1)),
  also_once: z.array(identifier).min(1).optional(),
  keep: z.array(keepOrder).min(1),
  /** A boolean column: only rows in which it is true are subject to the key. */
  once_where: identifier.optional(),
  written_at: identifier.optional(),
  created_at: identifier.optional(),
  team: identifier.optional(),
  processor: text.optional(),
  unique: flag.optional(),
  /** Only explains, and its existence is deduced: its absence is never more than a small warning. */
  optional: flag.optional(),
  read_by: z.array(tableName).optional(),
  columns: keyed(identifier, column),
};
export const table = record(tableShape);

export const collection = record({
  entry: z.record(z.string(), word(fieldKinds)),
  fields: z.record(z.string(), word(fieldKinds)),
  expires_after_days: integer.optional(),
});

export const mode = record({ expected: z.array(text).min(1), critical: z.array(text), majority: share });

/** When a collection's window opens: a time of the night, or so many hours before the first game of the date. */
const windowTime = z.union([dayTime, record({ hours_before_first_game: integer, not_before: dayTime, not_after: dayTime })]);

/** One collection of outside data for a date: who collects it, into which table, and which window counts. */
/** What leads from a decision to rows: two scheduler jobs, the table of what was executed, and the units that scrape and load. */
export const scrapeChain = record({
  decides: name,
  executes: name,
  runs: tableName,
  scrapes: name,
  loads: name,
  /** The collection of locks that keep a batch from being loaded twice. */
  locks: name.optional(),
  /** How long each step may take, and a game lasts. */
  minutes: record({ execute: integer, load: integer, game: integer, reason }),
});

const parts = z.array(text).min(1);
/** Parts of an error or a log line, by what they show of a run. */
export const scrapeSigns = record({
  refused: parts,
  /** What makes a refusal one of the project's own. */
  own_side: parts,
  parameters: parts,
  timed_out: parts,
  nothing: parts,
  start: parts,
  done: parts,
  locked: parts,
});

export const collecting = record({
  ...inForce,
  scrapers: z.array(text).min(1),
  workflow: text,
  table: tableName,
  /** The window that counts; what earlier ones brought is a note. */
  counts: windowTime,
  earlier: z.array(dayTime).optional(),
  owed_by: word(stageNames),
  /** Until then a miss is a warning; so many hours after the window if absent. */
  late_at: dayTime.optional(),
  read_by: z.array(tableName).optional(),
});
