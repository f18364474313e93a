import type { DuckDBValue } from "@duckdb/node-api";
import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import type { Query, TableName, TableShape, Warehouse } from "../../ports/warehouse.ts";
import { refusalWords } from "../refusal-words.ts";
import { datasetOf, tableIn } from "../statement.ts";
import type { RawColumn } from "../warehouse-rows.ts";
import { readRows } from "../warehouse-rows.ts";
import { missingColumn, missingDataset, missingTable, tooManyRows, tooManyTables } from "../warehouse-words.ts";
import { whileWanted } from "../while-wanted.ts";
import { refuseCost } from "./cost.ts";
import type { Database } from "./duckdb.ts";
import { openDatabase } from "./duckdb.ts";
import { disturbance } from "./failing.ts";
import type { LoadedTables } from "./loaded-tables.ts";
import { loadedTables } from "./loaded-tables.ts";
import { refuseUncovered, spanOf } from "./span.ts";
import { refuseUncoveredDate } from "./supplied.ts";
import { renderSql } from "./sql.ts";
import { readings, storedTypes } from "./values.ts";
import type { Span, StoreClock, StoredTable, Stores, World } from "./world.ts";

/** A DuckDB and the tables loaded into it; several warehouses over the same stores may share one. */
export interface Engine {
  /** Opened with the first query: importing DuckDB costs more than everything else at start. */
  readonly started: () => Promise<{ readonly database: Database; readonly tables: LoadedTables }>;
}

export function embeddedEngine(): Engine {
  let started: ReturnType<Engine["started"]> | undefined;
  return { started: () => (started ??= openDatabase().then((database) => ({ database, tables: loadedTables(database) }))) };
}

/** A scenario's tables, as they are at its clock's time. Tables stay loaded in the engine for as long as they don't change. */
export function embeddedWarehouse(stores: Stores, clock: StoreClock, engine: Engine = embeddedEngine()): Warehouse {
  return {
    query: (ask, call) =>
      whileWanted(call, async (over) => {
        const { table, stored, disturbed } = await readable(stores.at(clock.now()), ask, call);
        if (disturbed === "empty") return { rows: [] };
        const answer = disturbed === "garbage" ? garbage(ask) : await select(engine, stored, ask, over);
        const rows = readRows(ask, table, answer, readings);
        if (rows.length > call.budget.maxRows) throw tooManyRows(table, call.budget.maxRows);
        return { rows };
      }),
    estimate: (ask, call) =>
      whileWanted(call, async (over) => {
        const { table, stored, disturbed } = await readable(stores.at(clock.now()), ask, call);
        if (disturbed === "garbage") throw refused("malformed", table);
        await explain(engine, stored, ask, over);
        return {};
      }),
    tables: (dataset, call) =>
      whileWanted(call, async () => {
        const world = stores.at(clock.now());
        const disturbed = await disturbance(world, { port: "warehouse", names: [dataset] }, call);
        const names = world.tableNames();
        if ("notSupplied" in names) throw new BackendError("not_supplied", names.notSupplied, names.next);
        if (disturbed === "garbage") throw refused("malformed", dataset);
        const found = tablesIn(dataset, names).toSorted();
        if (found.length === 0) throw missingDataset(dataset, dataset);
        if (disturbed === "empty") return [];
        if (found.length > call.budget.maxRows) throw tooManyTables(dataset, call.budget.maxRows);
        return found;
      }),
    describe: (table, call) =>
      whileWanted(call, async () => {
        const world = stores.at(clock.now());
        await disturbance(world, { port: "warehouse", names: [table] }, call);
        return shapeOf(storedTable(world, table));
      }),
  };
}

/** The part of the table that a statement reads, unless the world, its limits or the call's refuse that. */
async function readable(world: World, ask: Query, call: Call) {
  const table = tableIn(ask.sql);
  const disturbed = await disturbance(world, { port: "warehouse", names: [table] }, call);
  const span = spanOf(ask);
  const stored = storedTable(world, table, span);
  refuseBeyond(world, ask);
  refuseUncovered(table, stored);
  refuseCost(table, stored, ask, call.budget.maxBytes);
  return { table, stored, disturbed };
}

/** Runs a statement over one table's stored rows. */
export function select(engine: Engine, stored: StoredTable, ask: Query, over: AbortSignal): Promise<readonly RawColumn<DuckDBValue>[]> {
  return run(engine, stored, ask, over, (sql) => sql);
}

/** Fails as the statement would, without running it. */
export async function explain(engine: Engine, stored: StoredTable, ask: Query, over: AbortSignal): Promise<void> {
  await run(engine, stored, ask, over, (sql) => `EXPLAIN ${sql}`);
}

async function run(
  engine: Engine,
  stored: StoredTable,
  ask: Query,
  over: AbortSignal,
  wrap: (sql: string) => string,
): Promise<readonly RawColumn<DuckDBValue>[]> {
  const table = tableIn(ask.sql);
  const { database, tables } = await engine.started();
  return tables.holding(table, stored, async (identifier) => {
    try {
      return await database.run(wrap(renderSql(ask, () => identifier)), ask.params, over);
    } catch (error) {
      throw withoutColumn(table, error) ?? error;
    }
  });
}

/** Rows as no warehouse sends them: each declared column of a type that no kind is read from. */
function garbage({ columns }: Query): RawColumn<DuckDBValue>[] {
  return Object.keys(columns).map((name) => ({ name, type: "BIT", values: ["0110"] }));
}

function refuseBeyond({ covers }: World, { params }: Query): void {
  const date = params["date"];
  if (date?.kind === "date") refuseUncoveredDate(date.value, covers);
}

function storedTable(world: World, table: TableName, span?: Span): StoredTable {
  const found = world.table(table, span);
  if (found !== undefined) return found;
  const dataset = datasetOf(table);
  const names = world.tableNames();
  throw "notSupplied" in names || tablesIn(dataset, names).length > 0 ? missingTable(table) : missingDataset(dataset, table);
}

function tablesIn(dataset: string, names: readonly TableName[]): readonly TableName[] {
  return names.filter((name) => datasetOf(name) === dataset);
}

function shapeOf({ columns }: StoredTable): TableShape {
  return { columns: Object.fromEntries(Object.entries(columns).map(([name, { kind }]) => [name, storedTypes[kind]])) };
}

/** DuckDB tells its errors apart by their words only. */
function withoutColumn(table: TableName, error: unknown): BackendError | undefined {
  if (!(error instanceof Error)) return undefined;
  const [, referenced, qualified] =
    /^Binder Error: (?:Referenced column "([^"]+)" not found|Table "[^"]+" does not have a column named "([^"]+)")/u.exec(error.message) ??
    [];
  const column = referenced ?? qualified;
  return column === undefined ? undefined : missingColumn(table, column, { cause: error });
}

function refused(refusal: "malformed", place: string): BackendError {
  const { reason, next } = refusalWords(refusal, { service: "warehouse", place });
  return new BackendError(refusal, reason, next);
}
