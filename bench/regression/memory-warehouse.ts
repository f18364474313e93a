import { disturbance } from "../../src/adapters/embedded/failing.ts";
import { storedTypes } from "../../src/adapters/embedded/values.ts";
import type { Span, StoredTable, World } from "../../src/adapters/embedded/world.ts";
import { datasetOf } from "../../src/adapters/statement.ts";
import { missingDataset, missingTable } from "../../src/adapters/warehouse-words.ts";
import { BackendError } from "../../src/errors.ts";
import type { CalendarDate } from "../../src/pipeline/dates.ts";
import { addDays, calendarDateOf } from "../../src/pipeline/dates.ts";
import type { ColumnKind } from "../../src/pipeline/schema.ts";
import type { Param, Query, Row, TableName, Value, Warehouse } from "../../src/ports/warehouse.ts";

/**
 * Answers the closed forms of statement that looks at tables make, straight from the stored rows: thousands of nights would
 * take DuckDB hours, most of them for loading. Every run proves it equal to DuckDB on looks of its own nights.
 */
export function memoryWarehouse(worldNow: () => World, order: "as stored" | "reversed" = "as stored"): Warehouse {
  return {
    async query(ask, call) {
      const { budget } = call;
      const statement = parse(ask.sql);
      const world = worldNow();
      if ((await disturbance(world, { port: "warehouse", names: [statement.table] }, call)) === "empty") return { rows: [] };
      refuseBeyond(world, ask);
      const stored = storedTable(world, statement.table, spanOf(statement, ask));
      const rows = select(statement, ask, stored);
      if (rows.length > budget.maxRows)
        throw new BackendError("partial", `${statement.table} answers with more than ${budget.maxRows} rows`, "Narrow what is asked.");
      return { rows: order === "as stored" ? rows : rows.toReversed() };
    },
    async estimate(ask, call) {
      const statement = parse(ask.sql);
      const world = worldNow();
      await disturbance(world, { port: "warehouse", names: [statement.table] }, call);
      refuseBeyond(world, ask);
      const stored = storedTable(world, statement.table, spanOf(statement, ask));
      select(statement, ask, stored);
      return {};
    },
    async tables(dataset, call) {
      const world = worldNow();
      await disturbance(world, { port: "warehouse", names: [dataset] }, call);
      const names = world.tableNames();
      if ("notSupplied" in names) throw new BackendError("not_supplied", names.notSupplied, names.next);
      const found = names.filter((name) => datasetOf(name) === dataset).toSorted();
      if (found.length === 0) throw missingDataset(dataset, dataset);
      return found;
    },
    async describe(table, call) {
      await disturbance(worldNow(), { port: "warehouse", names: [table] }, call);
      const { columns } = storedTable(worldNow(), table);
      return { columns: Object.fromEntries(Object.entries(columns).map(([name, { kind }]) => [name, storedTypes[kind]])) };
    },
  };
}

interface Condition {
  readonly column: string;
  readonly operator: "=" | ">=" | "<" | "<=";
  readonly param: string;
}

interface Statement {
  readonly table: TableName;
  /** Plain columns, in order. */
  readonly columns: readonly string[];
  readonly counted: boolean;
  readonly bounds: readonly { readonly of: string; readonly as: string; readonly most: boolean }[];
  readonly where: readonly Condition[];
  readonly limit: string;
}

const known = new Map<string, Statement>();

function parse(sql: string): Statement {
  const found = known.get(sql) ?? parsed(sql);
  known.set(sql, found);
  return found;
}

/** Whatever is not of these forms throws: a statement read halfway would answer something else than a warehouse does. */
function parsed(sql: string): Statement {
  const match = /^SELECT (.+?) FROM \{(\w+\.\w+)\} WHERE (.+?)(?: GROUP BY (.+?))? LIMIT @(\w+)$/u.exec(sql);
  if (match === null) throw new Error(`Not a statement that this warehouse answers: ${sql}`);
  const [, list = "", table = "", where = "", grouping, limit = ""] = match;
  const items = list.split(", ");
  const columns = items.filter((item) => /^\w+$/u.test(item));
  const bounds = items.flatMap((item) => {
    const [, kind, of, as] = /^(MAX|MIN)\((\w+)\) AS (\w+)$/u.exec(item) ?? [];
    return of === undefined || as === undefined ? [] : [{ of, as, most: kind === "MAX" }];
  });
  const counted = items.includes("COUNT(*) AS n");
  if (columns.length + bounds.length + (counted ? 1 : 0) !== items.length) throw new Error(`Unknown item in the list of ${sql}`);
  if ((grouping ?? columns.join(", ")) !== columns.join(", ") || (grouping !== undefined) !== counted)
    throw new Error(`Not grouped by what is selected: ${sql}`);
  return { table, columns, counted, bounds, where: conditions(where), limit };
}

function conditions(where: string): readonly Condition[] {
  const [, between, from = "", to = ""] = /^(\w+) BETWEEN @(\w+) AND @(\w+)$/u.exec(where) ?? [];
  if (between !== undefined)
    return [
      { column: between, operator: ">=", param: from },
      { column: between, operator: "<=", param: to },
    ];
  return where.split(" AND ").map((part) => {
    const [, column, operator, param] = /^(\w+) (=|>=|<=|<) @(\w+)$/u.exec(part) ?? [];
    if (column === undefined || param === undefined || !isOperator(operator)) throw new Error(`Unknown condition ${part}`);
    return { column, operator, param };
  });
}

function isOperator(text: string | undefined): text is Condition["operator"] {
  return text === "=" || text === ">=" || text === "<" || text === "<=";
}

/** The days that the conditions leave, so that only they have to be made; a day more on both sides where a time decides. */
function spanOf({ where }: Statement, { params }: Query): Span | undefined {
  const column = where[0]?.column;
  if (column === undefined || where.some((condition) => condition.column !== column)) return undefined;
  const ends = where.map(({ param }) => params[param]).filter((param) => param !== undefined);
  const days = ends.flatMap((param) => dayOf(param)).toSorted();
  const [first, last] = [days[0], days.at(-1)];
  return first === undefined || last === undefined ? undefined : { column, from: first, to: last };
}

function dayOf(param: Param): readonly CalendarDate[] {
  if (param.kind === "date") return [calendarDateOf(param.value)];
  if (param.kind !== "instant") return [];
  const day = calendarDateOf(param.value.slice(0, 10));
  return [addDays(day, -1), addDays(day, 1)];
}

function storedTable(world: World, table: TableName, span?: Span): StoredTable {
  const found = world.table(table, span);
  if (found !== undefined) return found;
  const names = world.tableNames();
  const dataset = datasetOf(table);
  const isThere = "notSupplied" in names || names.some((name) => datasetOf(name) === dataset);
  throw isThere ? missingTable(table) : missingDataset(dataset, table);
}

function refuseBeyond({ covers }: World, { params }: Query): void {
  const date = params["date"];
  if (covers === undefined || date?.kind !== "date" || (covers.from <= date.value && date.value <= covers.to)) return;
  throw new BackendError("not_supplied", `the scenario holds no data for ${date.value}`, "Ask for a date within.");
}

function select(statement: Statement, { params }: Query, { columns, rows }: StoredTable): readonly Row[] {
  const named = [...statement.columns, ...statement.bounds.map(({ of }) => of), ...statement.where.map(({ column }) => column)];
  const absent = named.find((column) => columns[column] === undefined);
  if (absent !== undefined)
    throw new BackendError("no_such_place", `${statement.table} has no column ${absent}`, `Restore ${absent}, or correct the file.`);
  const kindOf = (column: string): ColumnKind => columns[column]?.kind ?? "string";
  const tests = statement.where.map(({ column, operator, param }) => testOf(column, operator, params[param]));
  const chosen = rows.filter((row) => tests.every((holds) => holds(row)));
  const limit = params[statement.limit];
  if (limit?.kind !== "integer") throw new Error("A statement needs its limit.");
  const answer = statement.counted ? counts(statement, chosen, kindOf) : chosen.map((row) => pick(statement.columns, row, kindOf));
  return answer.slice(0, limit.value);
}

function testOf(column: string, operator: Condition["operator"], param: Param | undefined): (row: Row) => boolean {
  if (param === undefined) throw new Error(`No value for the condition on ${column}.`);
  const instant = param.kind === "instant";
  const limit = instant ? Date.parse(param.value) : param.value;
  return (row) => {
    const stored = row[column] ?? null;
    if (stored === null) return false;
    const value = instant ? Date.parse(String(stored)) : stored;
    if (typeof value !== "string" && typeof value !== "number") return false;
    switch (operator) {
      case "=":
        return value === limit;
      case ">=":
        return value >= limit;
      case "<":
        return value < limit;
      case "<=":
        return value <= limit;
    }
  };
}

type KindOf = (column: string) => ColumnKind;

function pick(columns: readonly string[], row: Row, kindOf: KindOf): Row {
  const picked: Record<string, Value> = {};
  for (const column of columns) picked[column] = answered(row[column] ?? null, kindOf(column));
  return picked;
}

function counts({ columns, bounds }: Statement, rows: readonly Row[], kindOf: KindOf): readonly Row[] {
  const groups = new Map<string, { readonly row: Row; n: number; readonly all: Row[] }>();
  for (const row of rows) {
    const picked = pick(columns, row, kindOf);
    const key = JSON.stringify(Object.values(picked));
    const group = groups.get(key) ?? { row: picked, n: 0, all: [] };
    group.n += 1;
    group.all.push(row);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ row, n, all }) => ({
    ...row,
    n,
    ...Object.fromEntries(bounds.map(({ of, as, most }) => [as, extreme(all, of, most, kindOf(of))])),
  }));
}

function extreme(rows: readonly Row[], column: string, most: boolean, kind: ColumnKind): Value {
  let found: Value = null;
  for (const row of rows) {
    const value = answered(row[column] ?? null, kind);
    if (value === null) continue;
    if (found === null || (most ? value > found : value < found)) found = value;
  }
  return found;
}

/** A value as it comes back from DuckDB, which keeps instants to the millisecond in UTC and knows no -0. */
function answered(value: Value, kind: ColumnKind): Value {
  if (value === null) return null;
  switch (kind) {
    case "instant":
      return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u.test(value)
        ? value
        : new Date(String(value)).toISOString();
    case "integer":
    case "number":
      if (typeof value !== "number") throw new Error(`${JSON.stringify(value)} is stored in a column of kind ${kind}.`);
      return value + 0;
    case "string":
    case "date":
      if (typeof value !== "string") throw new Error(`${JSON.stringify(value)} is stored in a column of kind ${kind}.`);
      return value;
    case "boolean":
      if (typeof value !== "boolean") throw new Error(`${JSON.stringify(value)} is stored in a column of kind ${kind}.`);
      return value;
    case "json":
      return value;
  }
}
