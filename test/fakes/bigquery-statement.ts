import type { DuckDBValue } from "@duckdb/node-api";
import { bytesRead } from "../../src/adapters/embedded/cost.ts";
import { spanOf } from "../../src/adapters/embedded/span.ts";
import type { Engine } from "../../src/adapters/embedded/warehouse.ts";
import { explain, select } from "../../src/adapters/embedded/warehouse.ts";
import type { StoredTable, World } from "../../src/adapters/embedded/world.ts";
import { datasetOf, tableIn } from "../../src/adapters/statement.ts";
import type { RawColumn } from "../../src/adapters/warehouse-rows.ts";
import { BackendError } from "../../src/errors.ts";
import type { ColumnKind } from "../../src/pipeline/schema.ts";
import type { Param, Query, TableName } from "../../src/ports/warehouse.ts";
import { Refused, notFoundDataset } from "./bigquery-words.ts";

export interface QueryConfiguration {
  readonly query?: string;
  readonly useLegacySql?: boolean;
  readonly useQueryCache?: boolean;
  readonly maximumBytesBilled?: string;
  readonly parameterMode?: string;
  readonly queryParameters?: readonly {
    readonly name: string;
    readonly parameterType: { readonly type: string };
    /** The client sends numbers as such, which the API takes too. */
    readonly parameterValue: { readonly value: string | number };
  }[];
}

/** Whatever this can't run as BigQuery would is answered with 501, so that no test takes it for BigQuery's own word. */
function unsupported(what: string): Refused {
  return new Refused(501, "notImplemented", `unsupported: ${what}`);
}

export function refuseUnknown(where: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw unsupported(`${where}.${unknown}`);
}

/** The statement as the embedded engine takes it. */
export function neutral(project: string, asked: QueryConfiguration): Query {
  refuseUnknown("query", asked, ["query", "useLegacySql", "useQueryCache", "maximumBytesBilled", "parameterMode", "queryParameters"]);
  const { query = "", useLegacySql = true, parameterMode, queryParameters = [] } = asked;
  if (useLegacySql) throw unsupported("legacy SQL");
  if (parameterMode?.toUpperCase() !== "NAMED") throw unsupported(`parameterMode ${parameterMode}`);
  const sql = query.replaceAll(/`([^`]*)`/gu, (_, name: string) => {
    const [, owner, table] = /^([\w-]+)\.(\w+\.\w+)$/u.exec(name) ?? [];
    if (owner === undefined || table === undefined) throw unsupported(`the name ${name}`);
    if (owner !== project)
      throw new Refused(403, "accessDenied", `Access Denied: Project ${owner}: User does not have bigquery.tables.getData`);
    return `{${table}}`;
  });
  const params = Object.fromEntries(
    queryParameters.map((given) => [given.name, paramOf(given.parameterType.type, String(given.parameterValue.value))]),
  );
  return { name: "over the wire", sql, params, columns: {} };
}

function paramOf(type: string, value: string): Param {
  switch (type) {
    case "DATE":
      return { kind: "date", value };
    case "TIMESTAMP":
      return { kind: "instant", value: new Date(value).toISOString() };
    case "INT64":
      return { kind: "integer", value: Number(value) };
    case "STRING":
      return { kind: "string", value };
    default:
      throw unsupported(`a parameter of type ${type}`);
  }
}

export interface Found {
  readonly table: TableName;
  readonly stored: StoredTable;
  readonly bytes: number;
}

export function find(world: World, project: string, ask: Query, location: string): Found {
  const table = tableIn(ask.sql);
  const stored = world.table(table, spanOf(ask));
  if (stored !== undefined) return { table, stored, bytes: bytesRead(stored, ask) };
  if (!datasets(world).includes(datasetOf(table))) throw notFoundDataset(`${project}:${datasetOf(table)}`, location);
  throw new Refused(404, "notFound", `Not found: Table ${project}:${table} was not found in location ${location}`);
}

export function datasets(world: World): readonly string[] {
  return [...new Set(tables(world).map(datasetOf))].toSorted();
}

export function tables(world: World): readonly TableName[] {
  const names = world.tableNames();
  if ("notSupplied" in names) throw unsupported("tables that were not supplied");
  return names.toSorted();
}

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly mode: "NULLABLE";
}

/** Rows with the cells as they are sent, but for times, which are sent in one form or the other. */
export interface Result {
  readonly fields: readonly Field[];
  readonly rows: readonly (readonly Cell[])[];
}

type Cell = string | null | { readonly micros: bigint };

export async function run(engine: Engine, { stored }: Found, ask: Query, over: AbortSignal): Promise<Result> {
  const columns = await worded(() => select(engine, stored, ask, over));
  const count = columns[0]?.values.length ?? 0;
  return {
    fields: columns.map(({ name, type }) => ({ name, type: wireType(type), mode: "NULLABLE" })),
    rows: Array.from({ length: count }, (_, row) => columns.map((column) => cellOf(column, row))),
  };
}

export async function check(engine: Engine, { stored }: Found, ask: Query, over: AbortSignal): Promise<void> {
  await worded(() => explain(engine, stored, ask, over));
}

async function worded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const [, column] = error instanceof BackendError ? (/ has no column (\w+)$/u.exec(error.message) ?? []) : [];
    if (column !== undefined) throw new Refused(400, "invalidQuery", `Unrecognized name: ${column} at [1:8]`);
    throw error instanceof Error ? unsupported(error.message) : error;
  }
}

function wireType(type: string): string {
  if (/^(?:(?:TINY|SMALL|BIG|HUGE)INT|INTEGER)$/u.test(type)) return "INTEGER";
  if (type.startsWith("DECIMAL(")) return "NUMERIC";
  const found = wireTypes[type];
  if (found === undefined) throw unsupported(`a result of type ${type}`);
  return found;
}

/** Replies use the names of old. */
const wireTypes: Readonly<Record<string, string>> = {
  VARCHAR: "STRING",
  DATE: "DATE",
  "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
  DOUBLE: "FLOAT",
  FLOAT: "FLOAT",
  BOOLEAN: "BOOLEAN",
  JSON: "JSON",
};

export const wireTypeOfKind: Readonly<Record<ColumnKind, string>> = {
  string: "STRING",
  date: "DATE",
  instant: "TIMESTAMP",
  integer: "INTEGER",
  number: "FLOAT",
  boolean: "BOOLEAN",
  json: "JSON",
};

function cellOf({ type, values }: RawColumn<DuckDBValue>, row: number): Cell {
  const value = values[row] ?? null;
  if (value === null) return null;
  if (type === "DOUBLE" || type === "FLOAT") return Number.isInteger(value) ? `${String(value)}.0` : String(value);
  if (typeof value === "object" && "micros" in value && typeof value.micros === "bigint") return { micros: value.micros };
  return String(value);
}

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/DataFormatOptions */
export function sent(cell: Cell, useInt64Timestamp: boolean): string | null {
  if (cell === null || typeof cell === "string") return cell;
  return useInt64Timestamp ? String(cell.micros) : (Number(cell.micros) / 1e6).toExponential().toUpperCase().replace("E+", "E");
}
