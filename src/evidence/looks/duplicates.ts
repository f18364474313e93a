import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { calendarDateOf } from "../../pipeline/dates.ts";
import type { Rules, TableRules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { ColumnKind } from "../../pipeline/schema.ts";
import type { Call } from "../../ports/call.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Query, TableName } from "../../ports/warehouse.ts";
import type { Found, Look } from "../evidence.ts";
import { bqQuery } from "./by-hand.ts";
import { boundsOf, missingColumns } from "./table-look.ts";

const instantText = z.iso.datetime({ offset: true });

/** Keys that are alike: of one date, there equally often, with as many stamps, complete or not. */
const alike = z.object({
  /** The partition; null where a time parts the table, which is then counted as a whole. */
  of_date: z.string().nullable(),
  /** Rows of each of these keys. */
  of_copies: z.int().min(1),
  /** Different times of writing among them; null if the table has none. */
  of_stamps: z.int().nullable(),
  /** How many of the rows lack part of the key: all of them or none. */
  of_lacking: z.int(),
  /** So many keys. */
  n: z.int().min(1),
  /** Different game ids, added up over the keys; null where they say nothing. */
  ids: z.int().nullable(),
  oldest: instantText.nullable(),
  /** The latest of the keys' oldest stamps. */
  oldest_to: instantText.nullable(),
  newest: instantText.nullable(),
  /** The earliest of the keys' newest stamps: equal to `newest` where one load wrote last to all of them. */
  newest_from: instantText.nullable(),
});

const copyFacts = z.object({ alike: z.array(alike), absent: z.array(z.string()) });

export type AlikeKeys = z.output<typeof alike>;
export type CopyFacts = z.output<typeof copyFacts>;

/** From one date to another, both included. */
export interface Window {
  readonly from: CalendarDate;
  readonly to: CalendarDate;
}

/** From before anything that is kept to after it: a table of partitions is only read with a filter on them. */
export const ever: Window = { from: calendarDateOf("1900-01-01"), to: calendarDateOf("2199-12-30") };

function spanText({ from, to }: Window): string {
  if (from === ever.from) return to === ever.to ? "on every date" : `until ${to}`;
  return from === to ? from : `${from} to ${to}`;
}

/** The columns by which rows of a table are the same thing. */
export function onceKey({ also_once: once, key }: TableRules): readonly string[] {
  return once ?? key;
}

/** How often each key of a table is there in a window, counted by the warehouse: no row is read. */
export function copyCounts(rules: Rules, table: TableName, window: Window): Look<CopyFacts> {
  const declared = tableRules(rules, table);
  const ask = (absent: readonly string[], limit: number): Query => statement(rules, table, { window, absent, limit });
  return {
    id: `copies of ${declared.as ?? table} ${spanText(window)}`,
    port: "warehouse",
    asked: `how often each (${onceKey(declared).join(", ")}) of ${table} is there, ${spanText(window)}`,
    byHand: copiesByHand(table, declared, window),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "the table is described first; what no row means is judged with the slate of the window" },
    run: (ports, call) => countCopies(ports, call, table, declared, ask),
    parse: (saved) => copyFacts.parse(saved),
  };
}

async function countCopies(
  { warehouse }: Ports,
  call: Call,
  table: TableName,
  declared: TableRules,
  ask: (absent: readonly string[], limit: number) => Query,
): Promise<Found<CopyFacts>> {
  const shape = await warehouse.describe(table, call);
  const absent = usedColumns(declared).filter((column) => !Object.hasOwn(shape.columns, column));
  const missing = neededColumns(declared).filter((column) => absent.includes(column));
  if (missing.length > 0) throw missingColumns(table, missing);
  const { maxRows } = call.budget;
  const answer = await warehouse.query(ask(absent, maxRows + 1), call);
  const parsed = z.array(alike).safeParse(answer.rows.map((row) => ({ ...unsaid, ...row })));
  if (!parsed.success)
    throw new BackendError("malformed", `${table} answered counts that are none`, "Compare the table's columns with the pipeline file.");
  const examined = parsed.data.reduce((sum, { n, of_copies: copies }) => sum + n * copies, 0);
  return { facts: { alike: parsed.data, absent }, examined, ...(answer.bytes === undefined ? {} : { bytes: answer.bytes }) };
}

function neededColumns(declared: TableRules): readonly string[] {
  return [...new Set([...onceKey(declared), declared.partition, ...(declared.once_where === undefined ? [] : [declared.once_where])])];
}

const gameId = "game_id";

/** Ids tell a key under two ids apart only where they are no part of it. */
function idColumn(declared: TableRules): string | undefined {
  return gameId in declared.columns && !onceKey(declared).includes(gameId) ? gameId : undefined;
}

function usedColumns(declared: TableRules): readonly string[] {
  return [...neededColumns(declared), declared.written_at, idColumn(declared)].filter((column) => column !== undefined);
}

interface Asked {
  readonly window: Window;
  readonly absent: readonly string[];
  readonly limit: number;
}

function statement(rules: Rules, table: TableName, { window, absent, limit }: Asked): Query {
  const declared = tableRules(rules, table);
  const { partition, columns, once_where: only } = declared;
  const isTime = columns[partition]?.kind === "instant";
  const has = (column: string | undefined): column is string => column !== undefined && !absent.includes(column);
  const stamp = has(declared.written_at) ? declared.written_at : undefined;
  const id = idColumn(declared);
  const key = onceKey(declared);
  const grouped = [...new Set([...(isTime ? [] : [partition]), ...key])];
  const inner = [
    ...(isTime ? [] : [`${partition} AS of_date`]),
    "COUNT(*) AS of_copies",
    `COUNTIF(${key.map((column) => `${column} IS NULL`).join(" OR ")}) AS of_lacking`,
    ...(stamp === undefined ? [] : [`COUNT(DISTINCT ${stamp}) AS of_stamps, MIN(${stamp}) AS of_oldest, MAX(${stamp}) AS of_newest`]),
    ...(has(id) ? [`COUNT(DISTINCT ${id}) AS of_ids`] : []),
  ];
  const levels = [...(isTime ? [] : ["of_date"]), "of_copies", "of_lacking", ...(stamp === undefined ? [] : ["of_stamps"])];
  const stamps = ["MIN(of_oldest) AS oldest", "MAX(of_oldest) AS oldest_to", "MAX(of_newest) AS newest", "MIN(of_newest) AS newest_from"];
  const outer = [...levels, "COUNT(*) AS n", ...(has(id) ? ["SUM(of_ids) AS ids"] : []), ...(stamp === undefined ? [] : stamps)];
  const span = isTime ? `${partition} >= @from AND ${partition} < @to` : `${partition} BETWEEN @from AND @to`;
  const where = `${span}${only === undefined ? "" : ` AND ${only}`}`;
  return {
    name: "counts of copies",
    sql: `SELECT ${outer.join(", ")} FROM (SELECT ${inner.join(", ")} FROM {${table}} WHERE ${where} GROUP BY ${grouped.join(", ")}) GROUP BY ${levels.join(", ")} LIMIT @limit`,
    params: { ...boundsOf(window, declared, rules.zone), limit: { kind: "integer", value: limit } },
    columns: Object.fromEntries(outer.map((item) => [nameOf(item), kindOf(nameOf(item))])),
    heavy: true,
  };
}

const stampNames: readonly string[] = ["oldest", "oldest_to", "newest", "newest_from"];
/** What a table without a partition of dates, a time of writing or ids doesn't say. */
const unsaid = Object.fromEntries(["of_date", "of_stamps", "ids", ...stampNames].map((name) => [name, null]));

function nameOf(item: string): string {
  return item.split(" ").at(-1) ?? item;
}

function kindOf(name: string): ColumnKind {
  if (name === "of_date") return "date";
  return stampNames.includes(name) ? "instant" : "integer";
}

/** How many keys are there once, twice and so on: the same question in fewer words. */
function copiesByHand(table: TableName, declared: TableRules, { from, to }: Window): string {
  const { partition, once_where: only } = declared;
  const key = [...new Set([partition, ...onceKey(declared)])].join(", ");
  const where = `${partition} BETWEEN "${from}" AND "${to}"${only === undefined ? "" : ` AND ${only}`}`;
  return bqQuery(
    `SELECT copies, COUNT(*) AS n FROM (SELECT COUNT(*) AS copies FROM ${table} WHERE ${where} GROUP BY ${key}) GROUP BY copies`,
  );
}
