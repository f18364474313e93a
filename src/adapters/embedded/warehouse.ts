import { BackendError } from "../../errors.ts";
import type { Query, TableName, TableShape, Warehouse } from "../../ports/warehouse.ts";
import { readRows } from "./answer.ts";
import type { Database } from "./duckdb.ts";
import { openDatabase } from "./duckdb.ts";
import { refuseCost } from "./cost.ts";
import { disturbance } from "./failing.ts";
import type { LoadedTables } from "./loaded-tables.ts";
import { loadedTables } from "./loaded-tables.ts";
import { refuseUncovered, spanOf } from "./span.ts";
import { renderSql, tableIn } from "./sql.ts";
import type { RawColumn } from "./values.ts";
import { storedTypes } from "./values.ts";
import { whileWanted } from "../while-wanted.ts";
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
        const world = stores.at(clock.now());
        const table = tableIn(ask.sql);
        const disturbed = await disturbance(world, { port: "warehouse", names: [table] }, call);
        const span = spanOf(ask);
        const stored = storedTable(world, table, span);
        refuseBeyond(world, ask);
        refuseUncovered(table, stored);
        refuseCost(table, stored, ask, call.budget.maxBytes);
        if (disturbed === "empty") return { rows: [] };
        const answer = disturbed === "garbage" ? garbage(ask) : await select(engine, stored, ask, over);
        const rows = readRows(ask, table, answer);
        if (rows.length > call.budget.maxRows) throw tooManyRows(table, call.budget.maxRows);
        return { rows };
      }),
    describe: (table, call) =>
      whileWanted(call, async () => {
        const world = stores.at(clock.now());
        await disturbance(world, { port: "warehouse", names: [table] }, call);
        return shapeOf(storedTable(world, table));
      }),
  };
}

async function select(engine: Engine, stored: StoredTable, ask: Query, over: AbortSignal): Promise<readonly RawColumn[]> {
  const table = tableIn(ask.sql);
  const { database, tables } = await engine.started();
  return tables.holding(table, stored, async (identifier) => {
    try {
      return await database.run(
        renderSql(ask, () => identifier),
        ask.params,
        over,
      );
    } catch (error) {
      throw missingColumn(table, error) ?? error;
    }
  });
}

/** Rows as no warehouse sends them: each declared column of a type that no kind is read from. */
function garbage({ columns }: Query): RawColumn[] {
  return Object.keys(columns).map((name) => ({ name, type: "BIT", values: ["0110"] }));
}

function refuseBeyond({ covers }: World, { params }: Query): void {
  const date = params["date"];
  if (covers === undefined || date?.kind !== "date" || (covers.from <= date.value && date.value <= covers.to)) return;
  const reason = `the scenario holds no data for ${date.value}, only from ${covers.from} to ${covers.to}`;
  throw new BackendError("not_supplied", reason, "Ask for a date within, or give the scenario more days (`days`).");
}

function storedTable(world: World, table: TableName, span?: Span): StoredTable {
  const found = world.table(table, span);
  if (found !== undefined) return found;
  throw new BackendError(
    "no_such_place",
    `there is no table ${table}`,
    `Check the project, the dataset and the spelling of ${table} in the pipeline file.`,
  );
}

function shapeOf({ columns }: StoredTable): TableShape {
  return { columns: Object.fromEntries(Object.entries(columns).map(([name, { kind }]) => [name, storedTypes[kind]])) };
}

/** DuckDB tells its errors apart by their words only. */
function missingColumn(table: TableName, error: unknown): BackendError | undefined {
  if (!(error instanceof Error)) return undefined;
  const [, referenced, qualified] =
    /^Binder Error: (?:Referenced column "([^"]+)" not found|Table "[^"]+" does not have a column named "([^"]+)")/u.exec(error.message) ??
    [];
  const column = referenced ?? qualified;
  if (column === undefined) return undefined;
  return new BackendError(
    "no_such_place",
    `${table} has no column ${column}`,
    `Correct the columns of ${table} in the pipeline file, or restore ${column}.`,
    { cause: error },
  );
}

function tooManyRows(table: TableName, most: number): BackendError {
  return new BackendError(
    "partial",
    `${table} answers with more than ${most} rows; a part of them would prove nothing`,
    `Look at ${table} by hand, or narrow what is asked of it.`,
  );
}
