import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderSql } from "../../src/adapters/embedded/sql.ts";
import { storedTypes } from "../../src/adapters/embedded/values.ts";
import { BackendError } from "../../src/errors.ts";
import type { Look } from "../../src/evidence/evidence.ts";
import { copyCounts, ever } from "../../src/evidence/looks/duplicates.ts";
import * as predictionLooks from "../../src/evidence/looks/predictions.ts";
import * as reconcileLooks from "../../src/evidence/looks/reconcile.ts";
import * as tableLooks from "../../src/evidence/looks/tables.ts";
import { addDays, calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Rules } from "../../src/pipeline/load.ts";
import { loadPipeline } from "../../src/pipeline/load.ts";
import type { Column } from "../../src/pipeline/schema.ts";
import type { Query, TableName, Warehouse } from "../../src/ports/warehouse.ts";
import { asking } from "../contracts/asking.ts";
import { silentPorts } from "../support/ports.ts";
import type { LintedTable } from "../../src/evidence/looks/sql-lint.ts";
import { lintSql } from "../../src/evidence/looks/sql-lint.ts";

const pipeline = loadPipeline({ name: "nba.yaml", text: readFileSync(new URL("../../pipelines/nba.yaml", import.meta.url), "utf8") });
/** Rules changed on 2026-02-03 and 2026-02-07: a date before, on and after. */
const dates = ["2026-02-02", "2026-02-03", "2026-02-09"].map((date) => calendarDateOf(date));

/** A name per exported look, with every look that it makes for a date: an export that is not here fails the first test. */
const looksOf: Readonly<
  Record<
    keyof typeof tableLooks | keyof typeof predictionLooks | keyof typeof reconcileLooks,
    (rules: Rules, date: (typeof dates)[number]) => Look<unknown>[]
  >
> = {
  scheduleWindow: (rules, date) => [tableLooks.scheduleWindow(rules, date)],
  postponements: (rules, date) => [tableLooks.postponements(rules, date)],
  boxScoreRows: (rules, date) => rules.box_scores.sources.map(({ table }) => tableLooks.boxScoreRows(rules, date, table)),
  playerRows: (rules, date) => [tableLooks.playerRows(rules, date)],
  offenseRows: (rules, date) => [tableLooks.offenseRows(rules, date)],
  defenseRows: (rules, date) => [tableLooks.defenseRows(rules, date)],
  cacheRows: (rules, date) => [tableLooks.cacheRows(rules, date)],
  processorRuns: (rules, date) => [tableLooks.processorRuns(rules, date)],
  rowsOf: (rules, date) => Object.keys(rules.tables).map((table) => tableLooks.rowsOf(rules, date, table)),
  predictionCounts: (rules, date) => [predictionLooks.predictionCounts(rules, date)],
  predictionHistory: (rules, date) => [predictionLooks.predictionHistory(rules, date)],
  gradedCounts: (rules, date) => [predictionLooks.gradedCounts(rules, date)],
  haltState: (rules, date) => [predictionLooks.haltState(rules, date)],
  lineCounts: (rules, date) => [predictionLooks.lineCounts(rules, date)],
  recordsOf: () => [], // documents
  heldIn: (rules, date) => Object.keys(rules.tables).map((table) => reconcileLooks.heldIn(rules, [addDays(date, -6), date], table)),
  ranOn: (rules, date) => [reconcileLooks.ranOn(rules, [addDays(date, -6), date])],
  scheduleAround: (rules, date) => [reconcileLooks.scheduleAround(rules, [addDays(date, -6), date])],
  postponedOn: (rules, date) => [reconcileLooks.postponedOn(rules, [addDays(date, -6), date])],
};

interface CatalogueEntry {
  readonly id: string;
  readonly rules: Rules;
  /** Asked where the tables have every declared column. */
  readonly queries: readonly Query[];
  /** Asked where they lack those that the operator doesn't declare; none from a look that can't do without. */
  readonly drifted: readonly Query[];
}

const catalogue: readonly CatalogueEntry[] = await Promise.all(
  dates.flatMap((date) => {
    const rules = pipeline.rulesOn(date, new Date(`${date}T23:00:00Z`));
    const columnsOf = (table: TableName): [string, Column][] => Object.entries(rules.tables[table]?.columns ?? {});
    return Object.values(looksOf)
      .flatMap((make) => make(rules, date))
      .map(async (look) => ({
        id: look.id,
        rules,
        queries: await queriesOf(look, columnsOf),
        drifted: await queriesOf(look, (table) => columnsOf(table).filter(([, { inferred }]) => !inferred)).catch(noneIfRefused),
      }));
  }),
);

/** What the look asks of a warehouse whose tables have these columns and no rows. */
async function queriesOf(look: Look<unknown>, columnsOf: (table: TableName) => readonly [string, Column][]): Promise<Query[]> {
  const asked: Query[] = [];
  const warehouse: Warehouse = {
    estimate: async () => ({}),
    tables: async () => [],
    describe: async (table) => ({ columns: Object.fromEntries(columnsOf(table).map(([name, { kind }]) => [name, kind])) }),
    async query(query) {
      asked.push(query);
      return { rows: [] };
    },
  };
  await look.run(silentPorts({ warehouse }), asking({ look: look.id }));
  return asked;
}

function noneIfRefused(error: unknown): Query[] {
  if (error instanceof BackendError) return [];
  throw error;
}

/** Counts of counts, of a window and of every date, of every table: none is in the record above, since they are asked for windows. */
const copyCatalogue: readonly CatalogueEntry[] = await Promise.all(
  dates.flatMap((date) => {
    const rules = pipeline.rulesOn(date, new Date(`${date}T23:00:00Z`));
    const columnsOf = (table: TableName): [string, Column][] => Object.entries(rules.tables[table]?.columns ?? {});
    return Object.keys(rules.tables)
      .flatMap((table) => [{ from: date, to: date }, ever].map((window) => copyCounts(rules, table, window)))
      .map(async (look) => ({
        id: look.id,
        rules,
        queries: await queriesOf(look, columnsOf),
        drifted: await queriesOf(look, (table) => columnsOf(table).filter(([, { inferred }]) => !inferred)).catch(noneIfRefused),
      }));
  }),
);

describe("the SQL of the looks", () => {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    connection = await (await DuckDBInstance.create(":memory:")).connect();
    for (const [table, { columns }] of Object.entries(pipeline.file.tables)) {
      const [schema, name] = table.split(".");
      await connection.run(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
      const definitions = Object.entries(columns).map(([column, { kind }]) => `"${column}" ${storedTypes[kind]}`);
      await connection.run(`CREATE TABLE "${schema}"."${name}" (${definitions.join(", ")})`);
    }
  });
  afterAll(() => connection.closeSync());

  test("is gathered from every look there is, for every table the pipeline file declares", () => {
    expect(Object.keys(looksOf).toSorted()).toEqual(Object.keys({ ...tableLooks, ...predictionLooks, ...reconcileLooks }).toSorted());
    const read = new Set(catalogue.flatMap(({ queries }) => queries.map(({ sql }) => /\{(.+)\}/u.exec(sql)?.[1])));
    expect(read).toEqual(new Set(Object.keys(pipeline.file.tables)));
    expect(catalogue.filter(({ queries }) => queries.length === 0).map(({ id }) => id)).toEqual([]);
  });

  test("stays within the subset that both engines run as written", () => {
    const complaints = [...catalogue, ...copyCatalogue].flatMap(({ id, rules, queries, drifted }) =>
      [...queries, ...drifted].flatMap((query) => lintSql(query, rules.tables).map((complaint) => `${id}: ${complaint}`)),
    );
    expect(complaints).toEqual([]);
  });

  test("can be prepared by DuckDB, and answers the columns it declares", async () => {
    for (const query of [...catalogue, ...copyCatalogue].flatMap(({ queries, drifted }) => [...queries, ...drifted])) {
      const prepared = await connection.prepare(renderSql(query, (table) => table.replace(/^(\w+)\.(\w+)$/u, '"$1"."$2"')));
      const columns = Array.from({ length: prepared.columnCount }, (_, index) => prepared.columnName(index));
      expect(columns).toEqual(Object.keys(query.columns));
    }
  });
});

describe("the lint of SQL", () => {
  const tables: Record<TableName, LintedTable> = {
    "a.rows": {
      partition: "day",
      columns: {
        day: { kind: "date" },
        team: { kind: "string" },
        points: { kind: "integer" },
        minutes: { kind: "number" },
        written_at: { kind: "instant" },
        is_dnp: { kind: "boolean" },
      },
    },
    "a.others": { partition: "day", columns: { day: { kind: "date" }, team: { kind: "string" } } },
  };
  const integer = { kind: "integer", value: 1 } as const;
  const text = { kind: "string", value: "x" } as const;
  const date = { kind: "date", value: "2026-02-03" } as const;
  const instant = { kind: "instant", value: "2026-02-03T00:00:00.000Z" } as const;
  const known: Query["params"] = { day: date, from: date, to: date, n: integer, least: integer, x: text, since: instant };

  /** The statement with the parameters it mentions and the columns it names. */
  function lint(sql: string): string[] {
    const params = Object.fromEntries(
      [...sql.matchAll(/@(\w+)/gu)].flatMap(([, name = ""]) => (name in known ? [[name, known[name]]] : [])),
    );
    const items = (/^SELECT (.*?) FROM/su.exec(sql)?.[1] ?? "").replaceAll(/\([^()]*(?:\([^()]*\)[^()]*)*\)/gu, "").split(",");
    const columns = Object.fromEntries(items.map((item) => [item.trim().split(" ").at(-1), "string"]));
    return lintSql({ name: "sample", sql, params: params as Query["params"], columns }, tables); // Filled from `known` alone.
  }

  test.each([
    "SELECT team FROM {a.rows} WHERE day = @day LIMIT @n",
    "SELECT day, team FROM {a.rows} WHERE day BETWEEN @from AND @to LIMIT @n",
    "SELECT team, points FROM {a.rows} WHERE day = @day AND (team = @x OR points > @least) AND written_at >= @since LIMIT @n",
    "SELECT team, COUNT(*) AS found, COUNTIF(points IS NOT NULL AND NOT is_dnp) AS scored FROM {a.rows} WHERE day = @day GROUP BY team LIMIT @n",
    "SELECT MIN(written_at) AS first, MAX(written_at) AS last, SUM(points) AS total FROM {a.rows} WHERE day = @day LIMIT @n",
    "SELECT team FROM {a.rows} WHERE day = @day QUALIFY ROW_NUMBER() OVER (PARTITION BY team ORDER BY written_at DESC) = @least LIMIT @n",
    "SELECT team FROM {a.rows} WHERE day = @day AND STRPOS(@x, CONCAT(@x, CAST(points AS STRING), @x)) > @least LIMIT @n",
    "SELECT SUM(IF(is_dnp, points, NULL)) AS bench, CAST(team AS INT64) AS number FROM {a.rows} WHERE day = @day GROUP BY team LIMIT @n",
    "SELECT COUNT(DISTINCT team) AS teams FROM {a.rows} WHERE day = @day LIMIT @n",
    "SELECT copies, COUNT(*) AS n FROM (SELECT COUNT(*) AS copies, COUNT(DISTINCT written_at) AS stamps FROM {a.rows} WHERE day BETWEEN @from AND @to GROUP BY team) GROUP BY copies LIMIT @n",
  ])("lets pass: %s", (sql) => {
    expect(lint(sql)).toEqual([]);
  });

  test.each([
    // places
    ["SELECT team FROM a.rows WHERE day = @day LIMIT @n", ". is not allowed"],
    ["SELECT team FROM {a.unknown} WHERE day = @day LIMIT @n", "FROM {a.unknown} is no declared table"],
    ["SELECT team FROM {a.rows}, {a.others} WHERE day = @day LIMIT @n", "FROM reads more than one table: {a.rows} , {a.others}"],
    ["SELECT team FROM {a.rows} AS r WHERE day = @day LIMIT @n", "FROM reads more than one table: {a.rows} AS r"],
    [
      "SELECT team FROM {a.rows} JOIN {a.others} USING (team) WHERE day = @day LIMIT @n",
      "FROM reads more than one table: {a.rows} JOIN {a.others} USING ( team )",
    ],
    ["SELECT team FROM {a.rows} WHERE day = @day UNION ALL SELECT team FROM {a.others} WHERE day = @day LIMIT @n", "not of the form"],
    ["SELECT team FROM (SELECT team FROM {a.rows}) WHERE day = @day LIMIT @n", "FROM ( is no declared table"],
    ["WITH r AS (SELECT team FROM {a.rows}) SELECT team FROM r WHERE day = @day LIMIT @n", "not of the form"],
    ["SELECT team FROM {a.rows} WHERE day = @day AND EXISTS (SELECT team FROM {a.others}) LIMIT @n", "EXISTS() is not allowed"],
    // the partition filter and the limit
    ["SELECT team FROM {a.rows} LIMIT @n", "not of the form"],
    ["SELECT team FROM {a.rows} WHERE team = @x LIMIT @n", "filter on the partition"],
    ["SELECT team FROM {a.rows} WHERE team = @x AND day = @day LIMIT @n", "filter on the partition"],
    ["SELECT team FROM {a.rows} WHERE day >= @day LIMIT @n", "filter on the partition"],
    ["SELECT team FROM {a.rows} WHERE day = @day OR team = @x LIMIT @n", "filter on the partition"],
    ["SELECT team FROM {a.rows} WHERE day = @day AND team = @x OR points > @least LIMIT @n", "WHERE has an OR beside the partition filter"],
    ["SELECT team FROM {a.rows} WHERE day = @x LIMIT @n", "the partition parameter @x is no date"],
    ["SELECT team FROM {a.rows} WHERE day BETWEEN @from AND @since LIMIT @n", "the partition parameter @since is no date"],
    ["SELECT team FROM {a.rows} WHERE day = @day", "not of the form"],
    ["SELECT team FROM {a.rows} WHERE day = @day LIMIT 10", "1 is not allowed"],
    ["SELECT team FROM {a.rows} WHERE day = @day LIMIT @x", "LIMIT @x is not one integer parameter"],
    ["SELECT team FROM {a.rows} WHERE day = @day LIMIT @n OFFSET @least", "LIMIT @n OFFSET @least is not one integer parameter"],
    ["SELECT team FROM {a.rows} WHERE day = @day ORDER BY team LIMIT @n", "filter on the partition"],
    // columns and names
    ["SELECT * FROM {a.rows} WHERE day = @day LIMIT @n", "* outside of COUNT(*)"],
    ["SELECT rebounds FROM {a.rows} WHERE day = @day LIMIT @n", "rebounds is no declared column"],
    ["SELECT team FROM {a.rows} WHERE day = @day AND rebounds > @least LIMIT @n", "rebounds is no declared column"],
    ["SELECT points AS end FROM {a.rows} WHERE day = @day LIMIT @n", "the alias end is a reserved word"],
    ["SELECT points AS Rows FROM {a.rows} WHERE day = @day LIMIT @n", "the alias Rows is a reserved word"],
    ["SELECT MAX(points) AS points FROM {a.rows} WHERE day = @day LIMIT @n", "the alias points hides the column of that name"],
    ["SELECT COUNT(*) FROM {a.rows} WHERE day = @day LIMIT @n", "COUNT ( * ) has no name"],
    ["SELECT team.name FROM {a.rows} WHERE day = @day LIMIT @n", ". is not allowed"],
    ["SELECT DISTINCT team FROM {a.rows} WHERE day = @day LIMIT @n", "DISTINCT team has no name"],
    ["SELECT COUNT(DISTINCT minutes) AS found FROM {a.rows} WHERE day = @day LIMIT @n", "DISTINCT over minutes, of kind number"],
    ["SELECT SUM(DISTINCT points) AS total FROM {a.rows} WHERE day = @day LIMIT @n", "DISTINCT is not allowed"],
    ["SELECT COUNT(DISTINCT team, points) AS pairs FROM {a.rows} WHERE day = @day LIMIT @n", "DISTINCT is not allowed"],
    // counts of counts
    ["SELECT n FROM (SELECT COUNT(*) AS n FROM {a.rows} GROUP BY team) GROUP BY n LIMIT @n", "not of the form"],
    [
      "SELECT copies FROM (SELECT COUNT(*) AS copies FROM {a.rows} WHERE team = @x GROUP BY team) GROUP BY copies LIMIT @n",
      "filter on the partition",
    ],
    [
      "SELECT copies FROM (SELECT COUNT(*) AS copies FROM {a.rows} WHERE day = @day OR team = @x GROUP BY team) GROUP BY copies LIMIT @n",
      "filter on the partition",
    ],
    [
      "SELECT copies FROM (SELECT COUNT(*) AS copies FROM {a.unknown} WHERE day = @day GROUP BY team) GROUP BY copies LIMIT @n",
      "FROM {a.unknown} is no declared table",
    ],
    [
      "SELECT copies FROM (SELECT COUNT(*) AS copies FROM {a.rows} JOIN {a.others} WHERE day = @day GROUP BY team) GROUP BY copies LIMIT @n",
      "is no declared table",
    ],
    [
      "SELECT points AS total FROM (SELECT COUNT(*) AS copies FROM {a.rows} WHERE day = @day GROUP BY team) GROUP BY copies LIMIT @n",
      "points is no declared column",
    ],
    [
      "SELECT copies FROM (SELECT COUNT(*) AS copies FROM (SELECT team FROM {a.rows} WHERE day = @day GROUP BY team) WHERE day = @day GROUP BY team) GROUP BY copies LIMIT @n",
      "is no declared table",
    ],
    [
      "SELECT copies FROM (SELECT COUNT(*) AS copies FROM {a.rows} WHERE day = @day GROUP BY team LIMIT @n) GROUP BY copies LIMIT @n",
      "not of the form",
    ],
    [
      "SELECT copies FROM (SELECT COUNT(*) AS copies FROM {a.rows} WHERE day = @day GROUP BY team) GROUP BY copies LIMIT @x",
      "LIMIT @x is not one integer parameter",
    ],
    [
      "SELECT COUNT(*) AS end FROM (SELECT COUNT(*) AS copies FROM {a.rows} WHERE day = @day GROUP BY team) GROUP BY copies LIMIT @n",
      "the alias end is a reserved word",
    ],
    [
      "SELECT CAST(copies AS STRING) AS text FROM (SELECT COUNT(*) AS copies FROM {a.rows} WHERE day = @day GROUP BY team) GROUP BY copies LIMIT @n",
      "CAST over counted columns",
    ],
    // literals
    ["SELECT team FROM {a.rows} WHERE day = @day AND team = 'BOS' LIMIT @n", "' is not allowed"],
    ['SELECT team FROM {a.rows} WHERE day = @day AND team = "BOS" LIMIT @n', '" is not allowed'],
    ["SELECT team FROM {a.rows} WHERE day = '2026-02-03' LIMIT @n", "' is not allowed"],
    ["SELECT team FROM {a.rows} WHERE day = @day AND points > 8 LIMIT @n", "8 is not allowed"],
    ["SELECT team FROM {a.rows} WHERE day = @day AND is_dnp = TRUE LIMIT @n", "TRUE is not allowed"],
    ["SELECT team FROM {a.rows} WHERE day = DATE '2026-02-03' LIMIT @n", "' is not allowed"],
    // dates
    ["SELECT team FROM {a.rows} WHERE day = CURRENT_DATE LIMIT @n", "CURRENT_DATE is no declared column"],
    ["SELECT team FROM {a.rows} WHERE day = CURRENT_DATE() LIMIT @n", "CURRENT_DATE() is not allowed"],
    ["SELECT team FROM {a.rows} WHERE day = @day AND written_at > TIMESTAMP_SUB(@since, @n) LIMIT @n", "TIMESTAMP_SUB() is not allowed"],
    ["SELECT team FROM {a.rows} WHERE day = @day AND day > @from - @n LIMIT @n", "- is not allowed"],
    ["SELECT team FROM {a.rows} WHERE day = DATE_SUB(@day, INTERVAL @n DAY) LIMIT @n", "DATE_SUB() is not allowed"],
    ["SELECT EXTRACT(HOUR FROM written_at) AS hour FROM {a.rows} WHERE day = @day LIMIT @n", "EXTRACT() is not allowed"],
    // functions and operators
    ["SELECT team FROM {a.rows} WHERE day = @day AND team IN UNNEST(@x) LIMIT @n", "IN is not allowed"],
    ["SELECT team FROM {a.rows} WHERE day = @day AND team IN (@x) LIMIT @n", "IN() is not allowed"],
    ["SELECT team FROM {a.rows} WHERE day = @day AND team LIKE @x LIMIT @n", "LIKE is not allowed"],
    ["SELECT JSON_VALUE(team, @x) AS name FROM {a.rows} WHERE day = @day LIMIT @n", "JSON_VALUE() is not allowed"],
    ["SELECT ARRAY_AGG(team) AS teams FROM {a.rows} WHERE day = @day LIMIT @n", "ARRAY_AGG() is not allowed"],
    ["SELECT AVG(points) AS mean FROM {a.rows} WHERE day = @day LIMIT @n", "AVG() is not allowed"],
    ["SELECT CASE WHEN is_dnp THEN points END AS bench FROM {a.rows} WHERE day = @day LIMIT @n", "CASE is not allowed"],
    ["SELECT points / points AS share FROM {a.rows} WHERE day = @day LIMIT @n", "/ is not allowed"],
    ["SELECT team || team AS twice FROM {a.rows} WHERE day = @day LIMIT @n", "| is not allowed"],
    ["SELECT CAST(points AS FLOAT64) AS share FROM {a.rows} WHERE day = @day LIMIT @n", "CAST to something else than INT64 or STRING"],
    ["SELECT CAST(team AS DATE) AS played FROM {a.rows} WHERE day = @day LIMIT @n", "CAST to something else than INT64 or STRING"],
    ["SELECT CAST(minutes AS INT64) AS whole FROM {a.rows} WHERE day = @day LIMIT @n", "CAST over minutes, of kind number"],
    [
      "SELECT CONCAT(team, CAST(written_at AS STRING)) AS name FROM {a.rows} WHERE day = @day LIMIT @n",
      "CAST over written_at, of kind instant",
    ],
    ["SELECT SAFE_CAST(team AS INT64) AS number FROM {a.rows} WHERE day = @day LIMIT @n", "SAFE_CAST() is not allowed"],
    [
      "SELECT team, COUNT(*) AS found FROM {a.rows} WHERE day = @day GROUP BY team HAVING COUNT(*) > @least LIMIT @n",
      "HAVING is not allowed",
    ],
    // parameters and what is no statement of reading
    ["SELECT team FROM {a.rows} WHERE day = @day AND team = @missing LIMIT @n", "@missing is not given"],
    ["SELECT team FROM {a.rows} WHERE day = @day LIMIT @n; DROP TABLE rows", "; is not allowed"],
    ["SELECT team FROM {a.rows} WHERE day = @day LIMIT @n -- all", "- is not allowed"],
    ["SELECT team FROM {a.rows} WHERE day = @day /* all */ LIMIT @n", "/ is not allowed"],
    ["DELETE FROM {a.rows} WHERE day = @day LIMIT @n", "not of the form"],
    ["", "not of the form"],
  ])("refuses: %s (%s)", (sql, complaint) => {
    expect(lint(sql).join("; ")).toContain(complaint);
  });

  test("refuses a statement that declares other columns than it selects, or a parameter that it doesn't use", () => {
    const query: Query = {
      name: "sample",
      sql: "SELECT team FROM {a.rows} WHERE day = @day LIMIT @n",
      params: { day: date, n: integer },
      columns: { team: "string" },
    };
    expect(lintSql(query, tables)).toEqual([]);
    expect(lintSql({ ...query, columns: { team: "string", points: "integer" } }, tables)).not.toEqual([]);
    expect(lintSql({ ...query, params: { ...query.params, x: text } }, tables)).not.toEqual([]);
  });
});
