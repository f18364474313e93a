import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import { renderSql } from "../../src/adapters/embedded/sql.ts";
import { storedTypes } from "../../src/adapters/embedded/values.ts";
import type { Look } from "../../src/evidence/evidence.ts";
import { collectedGames, expectedRuns, runDays, scrapeDecisions, scraperAttempts } from "../../src/evidence/looks/scraping.ts";
import { lintSql } from "../../src/evidence/looks/sql-lint.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Query, Row, Warehouse } from "../../src/ports/warehouse.ts";
import { asking } from "../contracts/asking.ts";
import { at } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { silentPorts } from "../support/ports.ts";

const date = calendarDateOf("2026-02-03");
const rules = nba.rulesOn(date, at("09:30"));
const props = "nba_raw.odds_api_player_points_props";
const looks: readonly Look<unknown>[] = [
  scraperAttempts(rules, date),
  scrapeDecisions(rules, date),
  expectedRuns(rules, date),
  collectedGames(rules, date, props),
  runDays(rules, date),
];

/** What a look asks of a warehouse whose tables are as declared, but for columns that are missing, and what it makes of the answer. */
async function asked<F>(look: Look<F>, missing: readonly string[] = [], rows: readonly Row[] = []): Promise<{ query: Query; facts: F }> {
  const queries: Query[] = [];
  const warehouse: Warehouse = {
    estimate: async () => ({}),
    tables: async () => [],
    describe: async (table) => ({
      columns: Object.fromEntries(
        Object.keys(nba.file.tables[table]?.columns ?? {}).flatMap((name) => (missing.includes(name) ? [] : [[name, "X"]])),
      ),
    }),
    query: async (query) => {
      queries.push(query);
      return { rows };
    },
  };
  const { facts } = await look.run(silentPorts({ warehouse }), asking({ look: look.id }));
  const [query] = queries;
  if (query === undefined) throw new Error("nothing was asked");
  return { query, facts };
}

test.each(looks.map((look) => [look.id, look] as const))(
  "%s asks within the subset that both engines run, and DuckDB takes it",
  async (_id, look) => {
    const { query } = await asked(look);
    expect(lintSql(query, rules.tables)).toEqual([]);
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const [, table = ""] = /\{(.+)\}/u.exec(query.sql) ?? [];
    const columns = Object.entries(rules.tables[table]?.columns ?? {}).map(([name, { kind }]) => `"${name}" ${storedTypes[kind]}`);
    await connection.run(`CREATE TABLE asked (${columns.join(", ")})`);
    const prepared = await connection.prepare(renderSql(query, () => "asked"));
    expect(Array.from({ length: prepared.columnCount }, (_, index) => prepared.columnName(index))).toEqual(Object.keys(query.columns));
    connection.closeSync();
  },
);

test("a night is read from its own midnight to the end of the next day, in the pipeline's zone", async () => {
  const { query } = await asked(scraperAttempts(rules, date));
  expect(query.params).toMatchObject({ from: { value: "2026-02-03T05:00:00.000Z" }, to: { value: "2026-02-05T05:00:00.000Z" } });
});

test("the days before are looked at without the date itself", async () => {
  const { query } = await asked(runDays(rules, date));
  expect(query.params).toMatchObject({ from: { value: "2026-01-24" }, to: { value: "2026-02-02" } });
});

describe("snapshots without their stamp", () => {
  test("are counted all the same, and when they came is unknown", async () => {
    const { query, facts } = await asked(collectedGames(rules, date, props), ["snapshot_timestamp"], [{ game_id: "a", n: 40 }]);
    expect(query.sql).not.toContain("snapshot_timestamp");
    expect(facts).toEqual({ rows: [{ game_id: "a", n: 40, newest: null, oldest: null }], absent: ["snapshot_timestamp"] });
  });

  test("are malformed where their stamp can't be read", async () => {
    const rows = [{ game_id: "a", n: 40, newest: "today", oldest: null }];
    await expect(asked(collectedGames(rules, date, props), [], rows)).rejects.toMatchObject({ refusal: "malformed" });
  });
});
