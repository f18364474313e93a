import { z } from "zod";
import { unknownName } from "../errors.ts";
import { calendarDate, dated, inForce } from "./dated.ts";
import type { DayTime } from "./dates.ts";
import { isZone, parseDayTime } from "./dates.ts";
import { flag, integer, number, record, scalar, text, word } from "./yaml-file.ts";

/** How a column's values cross the warehouse port. Dates and instants are text, numbers are refused above 2^53. */
export const columnKinds = ["string", "date", "instant", "integer", "number", "boolean", "json"] as const;
export type ColumnKind = (typeof columnKinds)[number];
const fieldKinds = ["string", "integer", "number", "boolean", "timestamp", "list"] as const;
/** Stages whose output an issue of the day can wait for, in the order in which the night flows. */
export const stageNames = ["games", "box-scores", "analytics", "completion", "same-day"] as const;
export type StageName = (typeof stageNames)[number];

export interface Column {
  readonly kind: ColumnKind;
  /** Deduced, not declared by the operator: read only where the table really has it. */
  readonly inferred: boolean;
}

export interface KeepOrder {
  readonly column: string;
  readonly descending: boolean;
}

const dayTime = scalar<DayTime>("a time such as D 11:30 or D+1 06:30", parseDayTime);
const tableName = scalar("a table as dataset.table", (value) => (/^\w+\.\w+$/u.test(value) ? value : undefined));
const identifier = scalar("a column name", (value) => (/^[A-Za-z_]\w*$/u.test(value) ? value : undefined));
const share = scalar("a share from 0 to 1", (value) => (/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/u.test(value) ? Number(value) : undefined));
const reason = text;

const column = scalar<Column>(`a column kind (${columnKinds.join(", ")}), optionally followed by "inferred"`, (value) => {
  const [kindText, mark, ...rest] = value.trim().split(/\s+/u);
  const kind = columnKinds.find((candidate) => candidate === kindText);
  if (kind === undefined || rest.length > 0 || (mark !== undefined && mark !== "inferred")) return undefined;
  return { kind, inferred: mark === "inferred" };
});

const keepOrder = scalar<KeepOrder>('a column and its order, e.g. "processed_at desc"', (value) => {
  const match = /^(\w+) (asc|desc)$/u.exec(value);
  return match?.[1] === undefined ? undefined : { column: match[1], descending: match[2] === "desc" };
});

const stage = record({
  due: dated(dayTime),
  unplayed_due: dated(dayTime).optional(),
  grace_until: dated(dayTime),
  deadline_reader: dated(text).optional(),
});

const table = record({
  as: text.optional(),
  stage: word(stageNames),
  partition: identifier,
  key: dated(z.array(identifier).min(1)),
  also_once: z.array(identifier).min(1).optional(),
  keep: z.array(keepOrder).min(1),
  written_at: identifier.optional(),
  created_at: identifier.optional(),
  team: identifier.optional(),
  processor: text.optional(),
  unique: flag.optional(),
  read_by: z.array(tableName).optional(),
  columns: z.record(z.string(), column),
});

const mode = record({ expected: z.array(text).min(1), critical: z.array(text), majority: share });
const least = dated(record({ least: integer, reason }));
const shares = dated(record({ pass: share, warn: share, reason }));
const minutes = dated(record({ minutes: integer, reason }));

/** The pipeline file, before names are checked against each other. */
const shape = record({
  pipeline: scalar("a name of lower-case letters, digits and hyphens", (value) => (/^[a-z][a-z0-9-]*$/u.test(value) ? value : undefined)),
  title: text,
  zone: scalar("an IANA time zone such as America/New_York", (value) => (isZone(value) ? value : undefined)),
  games: record({
    schedule: tableName,
    postponements: tableName,
    competitions: z.record(z.string(), record({ name: text, owes: z.array(word(stageNames)) })),
    status: record({ final: z.array(integer), unplayed: z.array(integer), not_played: z.array(integer) }),
    not_played_text: z.array(text),
    witness_days: integer,
    season: record({ name: text, ends: calendarDate, next_begins: calendarDate.optional() }).optional(),
  }),
  moments: record({ post_game_from: dayTime }),
  stages: record({ games: stage, "box-scores": stage, analytics: stage, completion: stage, "same-day": stage }),
  jobs: z.record(z.string(), record({ ...inForce, at: dated(dayTime), does: text })),
  box_scores: record({ sources: z.array(record({ ...inForce, table: tableName, preferred: flag, expected: dayTime })).min(1) }),
  analytics: record({ players: tableName, offense: tableName, defense: tableName }),
  run_history: tableName,
  tables: z.record(z.string(), table),
  collections: z.record(
    z.string(),
    record({
      entry: z.record(z.string(), word(fieldKinds)),
      fields: z.record(z.string(), word(fieldKinds)),
      expires_after_days: integer,
    }),
  ),
  completion: record({
    phase: text,
    collection: text,
    processors: z.record(z.string(), record({ ...inForce, table: tableName, class: text, eats_games: flag })),
    modes: record({ overnight: mode, same_day: mode, tomorrow: mode }),
    next_phase: record({ name: text, outputs: z.array(tableName).min(1), run_again: text }),
  }),
  core: z
    .array(text)
    .refine(
      (ids) => ids.some((id) => id !== "games"),
      "name at least one check besides games: games alone prove nothing of the night's output",
    ),
  thresholds: record({
    "box-scores": record({ team_rows: least, game_rows: dated(record({ from: integer, to: integer, reason })) }),
    analytics: record({ team_player_rows: least }),
    "unique-keys": record({ surplus: dated(record({ p3_to: integer, p2_to: integer, p0_share: share, reason })) }),
    minutes: record({
      date_share: shares,
      game_share: shares,
      dnp_share: dated(record({ from: share, to: share, rows: integer, ignore_source: text, reason })),
    }),
    completion: record({
      flag_lag_minutes: minutes,
      next_phase_lag_minutes: minutes,
      rewriting_minutes: minutes,
      second_look_seconds: dated(record({ seconds: number, reason })),
    }),
  }),
});

export type PipelineFile = z.output<typeof shape>;

/** The pipeline file: every name of a table, job, processor or column in it is one that it declares. */
export const pipelineSchema: z.ZodType<PipelineFile, unknown> = shape.superRefine((file, context) => {
  for (const { what, name, known, path } of references(file)) {
    if (!known.includes(name)) context.addIssue({ code: "custom", message: unknownName(what, name, known), path: [...path] });
  }
});

interface Reference {
  readonly what: string;
  readonly name: string;
  readonly known: readonly string[];
  readonly path: readonly string[];
}

function references(file: PipelineFile): Reference[] {
  const tables = Object.keys(file.tables);
  const processors = Object.keys(file.completion.processors);
  const table = (name: string, ...path: string[]): Reference => ({ what: "table", name, known: tables, path });
  return [
    table(file.games.schedule, "games", "schedule"),
    table(file.games.postponements, "games", "postponements"),
    table(file.analytics.players, "analytics", "players"),
    table(file.analytics.offense, "analytics", "offense"),
    table(file.analytics.defense, "analytics", "defense"),
    table(file.run_history, "run_history"),
    ...file.box_scores.sources.map((source, index) => table(source.table, "box_scores", "sources", `${index}`, "table")),
    ...file.completion.next_phase.outputs.map((name, index) => table(name, "completion", "next_phase", "outputs", `${index}`)),
    ...Object.entries(file.completion.processors).map(([key, entry]) => table(entry.table, "completion", "processors", key, "table")),
    ...Object.entries(file.completion.modes).flatMap(([name, { expected, critical }]) =>
      [...expected, ...critical].map((processor) => ({
        what: "processor",
        name: processor,
        known: processors,
        path: ["completion", "modes", name],
      })),
    ),
    { what: "collection", name: file.completion.collection, known: Object.keys(file.collections), path: ["completion", "collection"] },
    ...Object.entries(file.stages).flatMap(([name, entry]) =>
      (entry.deadline_reader?.dated ?? []).map(({ value }) => ({
        what: "job",
        name: value,
        known: Object.keys(file.jobs),
        path: ["stages", name, "deadline_reader"],
      })),
    ),
    ...Object.entries(file.tables).flatMap(([name, entry]) => tableReferences(name, entry, tables)),
  ];
}

function tableReferences(name: string, entry: PipelineFile["tables"][string], tables: readonly string[]): Reference[] {
  const columns = Object.keys(entry.columns);
  const named: [string, readonly string[]][] = [
    ["partition", [entry.partition]],
    ["key", entry.key.dated.flatMap(({ value }) => value)],
    ["also_once", entry.also_once ?? []],
    ["keep", entry.keep.map((order) => order.column)],
    ["written_at", entry.written_at === undefined ? [] : [entry.written_at]],
    ["created_at", entry.created_at === undefined ? [] : [entry.created_at]],
    ["team", entry.team === undefined ? [] : [entry.team]],
  ];
  return [
    ...named.flatMap(([key, names]) =>
      names.map((column) => ({ what: "column", name: column, known: columns, path: ["tables", name, key] })),
    ),
    ...(entry.read_by ?? []).map((reader) => ({ what: "table", name: reader, known: tables, path: ["tables", name, "read_by"] })),
  ];
}
export type FieldKind = (typeof fieldKinds)[number];
