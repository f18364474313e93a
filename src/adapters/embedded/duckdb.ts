import { setImmediate as nextTurn } from "node:timers/promises";
import type * as Api from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from "@duckdb/node-api";
import type { Param } from "../../ports/warehouse.ts";
import type { RawColumn } from "../warehouse-rows.ts";
import { duckdbType, storedTypes, storing } from "./values.ts";
import type { StoredTable } from "./world.ts";

/** DuckDB takes rows in chunks of at most this many. */
const chunkRows = 2048;

/** DuckDB's own COUNTIF of no row is null where BigQuery's is 0, and its CONCAT passes over null where BigQuery's is null. */
const bigQueryFunctions = `
  CREATE MACRO countif(condition) AS COUNT(CASE WHEN condition THEN 1 END);
  CREATE MACRO concat(a, b) AS a || b, (a, b, c) AS a || b || c, (a, b, c, d) AS a || b || c || d;
`;

export interface Place {
  readonly schema: string;
  readonly table: string;
}

/** An in-memory DuckDB that orders nulls as BigQuery does and reaches for nothing outside itself. */
export interface Database {
  create(place: Place, stored: StoredTable): Promise<void>;
  drop(place: Place): Promise<void>;
  /** Runs one rendered statement on a connection of its own, until `over` aborts. */
  run(sql: string, params: Readonly<Record<string, Param>>, over: AbortSignal): Promise<RawColumn<DuckDBValue>[]>;
}

/** Imports DuckDB, here and not before: that costs more than everything else at start. */
export async function openDatabase(): Promise<Database> {
  const api = await import("@duckdb/node-api");
  const instance = await api.DuckDBInstance.create(":memory:", {
    default_null_order: "nulls_first_on_asc_last_on_desc",
    enable_external_access: "false",
    autoload_known_extensions: "false",
    autoinstall_known_extensions: "false",
  });
  const define = (sql: string): Promise<unknown> => connected(instance, (connection) => connection.run(sql));
  await define(bigQueryFunctions);
  return {
    run: (sql, params, over) => connected(instance, (connection) => runStatement(api, connection, { sql, params, over })),
    async create(place, stored) {
      await define(`CREATE SCHEMA IF NOT EXISTS "${place.schema}"`);
      await define(`CREATE TABLE ${identifierOf(place)} (${definitionOf(stored)})`);
      await connected(instance, (connection) => append(api, connection, place, stored));
    },
    async drop(place) {
      await define(`DROP TABLE IF EXISTS ${identifierOf(place)}`);
    },
  };
}

export function identifierOf({ schema, table }: Place): string {
  return `"${schema}"."${table}"`;
}

export function definitionOf({ columns }: StoredTable): string {
  return Object.entries(columns)
    .map(([name, { kind }]) => `"${name}" ${storedTypes[kind]}`)
    .join(", ");
}

async function connected<T>(instance: DuckDBInstance, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const connection = await instance.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
  }
}

async function append(api: typeof Api, connection: DuckDBConnection, place: Place, { columns, rows }: StoredTable): Promise<void> {
  const stored = Object.entries(columns).map(([name, { kind }]) => {
    return { name, type: duckdbType(api, kind), store: storing(api, kind, `${identifierOf(place)}.${name}`) };
  });
  const types = stored.map(({ type }) => type);
  const appender = await connection.createAppender(place.table, place.schema);
  for (let start = 0; start < rows.length; start += chunkRows) {
    const part = rows.slice(start, start + chunkRows);
    const chunk = api.DuckDBDataChunk.create(types);
    chunk.setColumns(stored.map(({ name, store }) => part.map((row) => store(row[name] ?? null))));
    appender.appendDataChunk(chunk);
    await nextTurn(); // A large table must not hold up the deadlines of other calls.
  }
  appender.closeSync();
}

interface Statement {
  readonly sql: string;
  readonly params: Readonly<Record<string, Param>>;
  readonly over: AbortSignal;
}

async function runStatement(
  api: typeof Api,
  connection: DuckDBConnection,
  { sql, params, over }: Statement,
): Promise<RawColumn<DuckDBValue>[]> {
  const bound = Object.entries(params).map(([name, { kind, value }]) => ({
    name,
    value: storing(api, kind, `@${name}`)(value),
    type: duckdbType(api, kind),
  }));
  const stop = interruptOn(over, connection);
  try {
    over.throwIfAborted();
    await connection.run("SET TimeZone = 'UTC'"); // Holds for this connection only.
    over.throwIfAborted();
    const result = await connection.run(
      sql,
      Object.fromEntries(bound.map(({ name, value }) => [name, value])),
      Object.fromEntries(bound.map(({ name, type }) => [name, type])),
    );
    const columns = await result.getColumns();
    return result.columnNames().map((name, index) => {
      const type = result.columnType(index);
      return { name, type: type.alias ?? type.toString(), values: columns[index] ?? [] };
    });
  } finally {
    stop();
  }
}

/** An interrupt that comes before the statement has begun is lost, so it's repeated until the statement has ended. */
function interruptOn(over: AbortSignal, connection: DuckDBConnection): () => void {
  let repeating: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    connection.interrupt();
    repeating = setInterval(() => connection.interrupt(), 10);
  };
  over.addEventListener("abort", interrupt, { once: true });
  return () => {
    over.removeEventListener("abort", interrupt);
    clearInterval(repeating);
  };
}
