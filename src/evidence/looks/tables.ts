import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays } from "../../pipeline/dates.ts";
import type { Rules, TableRules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { Call } from "../../ports/call.ts";
import type { Param, Query, Row, TableName, Value } from "../../ports/warehouse.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Found, Look, WhenEmpty } from "../evidence.ts";
import { completionDocumentId } from "./documents.ts";

/** Rows of one table for one date (for the schedule: a window around it), with the declared columns it really has. */
export interface TableFacts<R extends Row = Row> {
  readonly rows: readonly R[];
  /** Declared columns that the table doesn't have; their values are null in every row. */
  readonly absent: readonly string[];
}

const text = z.string().nullable();
const amount = z.number().nullable();
const truth = z.boolean().nullable();

const value: z.ZodType<Value> = z.json();
const anyRow = z.record(z.string(), value);
const scheduleRow = z
  .object({
    game_id: text,
    game_date: z.string(),
    game_status: amount,
    game_status_text: text,
    home_team_tricode: text,
    away_team_tricode: text,
    processed_at: text,
  })
  .catchall(value);
const postponementRow = z.object({ game_id: text, original_date: z.string(), new_date: text, status: text, reason: text }).catchall(value);
const boxScoreRow = z.object({ game_id: text, team_abbr: text, player_lookup: text, processed_at: text }).catchall(value);
const playerRow = z
  .object({
    game_id: text,
    player_lookup: text,
    team_abbr: text,
    opponent_team_abbr: text,
    points: amount,
    minutes_played: amount,
    is_dnp: truth,
    primary_source_used: text,
    processed_at: text,
  })
  .catchall(value);
const offenseRow = z.object({ game_id: text, team_abbr: text, opponent_team_abbr: text, processed_at: text }).catchall(value);
const defenseRow = z.object({ game_id: text, defending_team_abbr: text, opponent_team_abbr: text, processed_at: text }).catchall(value);
const runRow = z
  .object({
    processor_name: text,
    run_id: text,
    status: text,
    started_at: text,
    processed_at: text,
    output_table: text,
    records_processed: amount,
  })
  .catchall(value);

export type ScheduleRow = z.output<typeof scheduleRow>;
export type PostponementRow = z.output<typeof postponementRow>;
export type BoxScoreRow = z.output<typeof boxScoreRow>;
export type PlayerRow = z.output<typeof playerRow>;
export type OffenseRow = z.output<typeof offenseRow>;
export type DefenseRow = z.output<typeof defenseRow>;
export type RunRow = z.output<typeof runRow>;

/** What a typed look knows of its table besides the pipeline file. */
interface Kind<R extends Row> {
  readonly row: z.ZodType<R>;
  /** Columns without which the look means nothing: one that is missing makes it `Unseen`. */
  readonly required: readonly string[];
  /** Days before and after the date that are read too. */
  readonly windowDays?: number;
  readonly whenEmpty?: WhenEmpty;
}

/** Every scheduled game from `witness_days` before the date to as many after. */
export function scheduleWindow(rules: Rules, date: CalendarDate): Look<TableFacts<ScheduleRow>> {
  return tableLook(rules, date, rules.games.schedule, {
    row: scheduleRow,
    required: ["game_id", "game_date", "game_status", "home_team_tricode", "away_team_tricode"],
    windowDays: rules.games.witness_days,
  });
}

export function postponements(rules: Rules, date: CalendarDate): Look<TableFacts<PostponementRow>> {
  const whenEmpty = { mayBeEmpty: true, witness: "the table is described first: it is there, with its columns" } as const;
  return tableLook(rules, date, rules.games.postponements, {
    row: postponementRow,
    required: ["game_id", "original_date", "status"],
    whenEmpty,
  });
}

/** Raw box-score rows of one source; which game a row belongs to follows from its team. */
export function boxScoreRows(rules: Rules, date: CalendarDate, source: TableName): Look<TableFacts<BoxScoreRow>> {
  const whenEmpty = { mayBeEmpty: true, witness: "the other live sources of box scores" } as const;
  return tableLook(rules, date, source, {
    row: boxScoreRow,
    required: ["game_id", "team_abbr", "player_lookup", "processed_at"],
    whenEmpty,
  });
}

export function playerRows(rules: Rules, date: CalendarDate): Look<TableFacts<PlayerRow>> {
  const required = ["player_lookup", "team_abbr", "opponent_team_abbr", "minutes_played", "points", "is_dnp", "processed_at"];
  return tableLook(rules, date, rules.analytics.players, { row: playerRow, required });
}

export function offenseRows(rules: Rules, date: CalendarDate): Look<TableFacts<OffenseRow>> {
  return tableLook(rules, date, rules.analytics.offense, {
    row: offenseRow,
    required: ["team_abbr", "opponent_team_abbr", "processed_at"],
  });
}

export function defenseRows(rules: Rules, date: CalendarDate): Look<TableFacts<DefenseRow>> {
  return tableLook(rules, date, rules.analytics.defense, {
    row: defenseRow,
    required: ["defending_team_abbr", "opponent_team_abbr", "processed_at"],
  });
}

/** Run-history rows whose data date is this date: a running row and a final row per run. */
export function processorRuns(rules: Rules, date: CalendarDate): Look<TableFacts<RunRow>> {
  const whenEmpty = { mayBeEmpty: true, witness: "the table is described first; runs only explain, rows decide" } as const;
  return tableLook(rules, date, rules.run_history, { row: runRow, required: ["processor_name", "run_id", "started_at"], whenEmpty });
}

/** One date of any declared table, the same look (and the same answer) that the typed functions above make. */
export function rowsOf(rules: Rules, date: CalendarDate, table: TableName): Look<TableFacts> {
  if (table === rules.analytics.players) return playerRows(rules, date);
  if (table === rules.analytics.offense) return offenseRows(rules, date);
  if (table === rules.analytics.defense) return defenseRows(rules, date);
  if (table === rules.run_history) return processorRuns(rules, date);
  if (rules.box_scores.sources.some((source) => source.table === table)) return boxScoreRows(rules, date, table);
  const { key, also_once: once = [], written_at: written } = tableRules(rules, table);
  return tableLook(rules, date, table, { row: anyRow, required: [...key, ...once, ...(written === undefined ? [] : [written])] });
}

function tableLook<R extends Row>(rules: Rules, date: CalendarDate, table: TableName, kind: Kind<R>): Look<TableFacts<R>> {
  const { row, required, windowDays = 0, whenEmpty = "must-have" } = kind;
  const declared = tableRules(rules, table);
  const checked = withReadableInstants(row, declared);
  const facts = z.object({ rows: z.array(checked), absent: z.array(z.string()) });
  const span = windowDays === 0 ? date : `${addDays(date, -windowDays)} to ${addDays(date, windowDays)}`;
  const flagged = Object.values(rules.completion.processors).some((processor) => processor.table === table);
  return {
    id: `${declared.as ?? table} ${date}`,
    port: "warehouse",
    asked: `rows of ${table} for ${span}`,
    after: flagged ? [completionDocumentId(rules, date)] : [],
    whenEmpty,
    run: (ports, call) => readTable(ports, call, { table, declared, date, row: checked, required, windowDays }),
    parse: (saved) => facts.parse(saved),
  };
}

/** A time that can't be read would make every comparison with it false, and so hide what it should show. */
function withReadableInstants<R extends Row>(row: z.ZodType<R>, { columns }: TableRules): z.ZodType<R> {
  const instants = Object.keys(columns).filter((name) => columns[name]?.kind === "instant");
  return row.superRefine((found: R, context) => {
    for (const name of instants) {
      const value = found[name] ?? null;
      if (value !== null && (typeof value !== "string" || !isoInstant.test(value) || Number.isNaN(Date.parse(value)))) {
        context.addIssue({ code: "custom", message: "not an instant", path: [name] });
      }
    }
  });
}

const isoInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/u;

interface TableAsk<R extends Row> {
  readonly table: TableName;
  readonly declared: TableRules;
  readonly date: CalendarDate;
  readonly row: z.ZodType<R>;
  /** Columns without which the look means nothing. */
  readonly required: readonly string[];
  readonly windowDays: number;
}

/** Asks for the declared columns that the table really has: tables drift, and one missing column must not hide the rest. */
async function readTable<R extends Row>(ports: Ports, call: Call, ask: TableAsk<R>): Promise<Found<TableFacts<R>>> {
  const shape = await ports.warehouse.describe(ask.table, call);
  const declared = Object.keys(ask.declared.columns);
  const absent = declared.filter((column) => !Object.hasOwn(shape.columns, column));
  const missing = ask.required.filter((column) => absent.includes(column));
  if (missing.length > 0) throw missingColumns(ask.table, missing);
  const present = declared.filter((column) => !absent.includes(column));
  const answer = await ports.warehouse.query(oneDate(ask, present, call.budget.maxRows), call);
  const gaps = Object.fromEntries(absent.map((column) => [column, null]));
  const rows = answer.rows.map((found) => readRow(ask, { ...found, ...gaps }));
  return { facts: { rows, absent }, examined: rows.length, ...(answer.bytes === undefined ? {} : { bytes: answer.bytes }) };
}

function oneDate(ask: TableAsk<Row>, columns: readonly string[], maxRows: number): Query {
  const { partition, columns: kinds } = ask.declared;
  const window = ask.windowDays > 0;
  const condition = window ? `${partition} BETWEEN @from AND @to` : `${partition} = @date`;
  const dates: Record<string, Param> = window
    ? { from: { kind: "date", value: addDays(ask.date, -ask.windowDays) }, to: { kind: "date", value: addDays(ask.date, ask.windowDays) } }
    : { date: { kind: "date", value: ask.date } };
  return {
    name: window ? "rows of a window" : "rows of a date",
    sql: `SELECT ${columns.join(", ")} FROM {${ask.table}} WHERE ${condition} LIMIT @limit`,
    params: { ...dates, limit: { kind: "integer", value: maxRows + 1 } },
    columns: Object.fromEntries(columns.map((column) => [column, kinds[column]?.kind ?? "string"])),
  };
}

function readRow<R extends Row>(ask: TableAsk<R>, found: Row): R {
  const parsed = ask.row.safeParse(found);
  if (parsed.success) return parsed.data;
  const columns = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))].join(", ");
  throw new BackendError(
    "malformed",
    `${ask.table} answered a row whose ${columns} is not of the declared kind`,
    `Compare the table's columns with the pipeline file.`,
  );
}

function missingColumns(table: TableName, columns: readonly string[]): BackendError {
  const names = columns.join(", ");
  return new BackendError(
    "no_such_place",
    `${table} has no column ${names}`,
    `Correct the columns of ${table} in the pipeline file, or restore ${names}.`,
  );
}
