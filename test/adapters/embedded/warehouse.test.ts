import { describe, expect, test } from "vitest";
import { storeClock } from "../../../src/adapters/embedded/clock.ts";
import { embeddedWarehouse } from "../../../src/adapters/embedded/warehouse.ts";
import type { Query, Row } from "../../../src/ports/warehouse.ts";
import { asking } from "../../contracts/asking.ts";
import type { TableContent } from "../../contracts/warehouse-contract.ts";
import { warehouseContract } from "../../contracts/warehouse-contract.ts";
import { changeableStores, worldOf } from "./world-of.ts";

const start = new Date("2026-02-04T23:00:00Z");

warehouseContract("embedded warehouse", async (content) => {
  const stores = changeableStores(content);
  return { warehouse: embeddedWarehouse(stores, storeClock(start)), become: stores.become, dispose: async () => {} };
});

const query: Query = {
  name: "points",
  sql: "SELECT points FROM {nba_raw.sample} WHERE played_on = @date LIMIT @limit",
  params: { date: { kind: "date", value: "2026-02-03" }, limit: { kind: "integer", value: 1000 } },
  columns: { points: "integer" },
};

function sample(rows: readonly Row[]): Record<string, TableContent> {
  return { "nba_raw.sample": { columns: { played_on: "date", points: "integer" }, rows } };
}

describe("embedded warehouse, of its own", () => {
  test("a table is loaded once for as long as its rows are the same array", async () => {
    let reads = 0;
    const counted = {
      played_on: "2026-02-03",
      get points() {
        reads += 1;
        return 12;
      },
    };
    const warehouse = embeddedWarehouse(changeableStores({ tables: sample([counted]) }), storeClock(start));
    await Promise.all([warehouse.query(query, asking()), warehouse.query(query, asking())]);
    const once = reads;
    expect((await warehouse.query(query, asking())).rows).toEqual([{ points: 12 }]);
    expect(reads).toBe(once);
  });

  test("a question sees the moment at which it was asked, though the clock moves on before it's answered, or back", async () => {
    const [before, after] = [[{ played_on: "2026-02-03", points: 1 }], [{ played_on: "2026-02-03", points: 2 }]];
    const clock = storeClock(start);
    const worlds = { before: worldOf({ tables: sample(before) }), after: worldOf({ tables: sample(after) }) };
    const warehouse = embeddedWarehouse({ at: (moment) => (moment > start ? worlds.after : worlds.before) }, clock);
    const first = warehouse.query(query, asking());
    clock.advance(20_000);
    const second = warehouse.query(query, asking());
    clock.advance(-20_000);
    const third = warehouse.query(query, asking());
    expect((await Promise.all([first, second, third])).map((answer) => answer.rows[0]?.["points"])).toEqual([1, 2, 1]);
  });

  test("more rows than DuckDB takes in one chunk are all there", async () => {
    const rows = Array.from({ length: 4097 }, (_, points) => ({ played_on: "2026-02-03", points }));
    const warehouse = embeddedWarehouse(changeableStores({ tables: sample(rows) }), storeClock(start));
    const totals: Query = {
      ...query,
      sql: "SELECT COUNT(*) AS found, SUM(points) AS total FROM {nba_raw.sample} WHERE played_on = @date LIMIT @limit",
      columns: { found: "integer", total: "integer" },
    };
    expect((await warehouse.query(totals, asking())).rows).toEqual([{ found: 4097, total: (4097 * 4096) / 2 }]);
  });

  test("an instant means the same on every host: made into text it is said in UTC", async () => {
    const columns = { played_on: "date", tipped_off: "instant" } as const;
    const rows = [{ played_on: "2026-02-03", tipped_off: "2026-02-04T00:30:00.000Z" }];
    const warehouse = embeddedWarehouse(changeableStores({ tables: { "nba_raw.sample": { columns, rows } } }), storeClock(start));
    const said: Query = { ...query, sql: query.sql.replace("points", "CAST(tipped_off AS STRING) AS said"), columns: { said: "string" } };
    expect((await warehouse.query(said, asking())).rows).toEqual([{ said: "2026-02-04 00:30:00+00" }]);
  });

  test("a column that a row leaves out is null", async () => {
    const warehouse = embeddedWarehouse(changeableStores({ tables: sample([{ played_on: "2026-02-03" }]) }), storeClock(start));
    expect((await warehouse.query(query, asking())).rows).toEqual([{ points: null }]);
  });

  test.each([
    ["twelve", "points"],
    [1.5, "points"],
    ["2026-02-30", "played_on"],
  ])("a scenario that holds %j in %s is a bug that flies, not an answer", async (value, column) => {
    const row = { played_on: "2026-02-03", points: 1, [column]: value };
    const warehouse = embeddedWarehouse(changeableStores({ tables: sample([row]) }), storeClock(start));
    await expect(warehouse.query(query, asking())).rejects.toThrow(new RegExp(`nba_raw.*sample.*${column}.*is of kind`, "u"));
  });

  test.each([
    ["a parameter that isn't given", { sql: query.sql.replace("@date", "@day") }],
    ["a parameter without a mark", { params: { ...query.params, day: { kind: "date", value: "2026-02-03" } } }],
    ["a second table", { sql: query.sql.replace("{nba_raw.sample}", "{nba_raw.sample}, {nba_raw.other}") }],
    ["no marked table", { sql: query.sql.replace("{nba_raw.sample}", "sample") }],
    ["a mark that is none", { sql: query.sql.replace("points", "{points}") }],
    ["a column it does not declare", { sql: query.sql.replace("points", "points, played_on") }],
    ["words that are no SQL", { sql: query.sql.replace("SELECT", "SELCET") }],
  ] satisfies [string, Partial<Query>][])("a statement with %s is a bug that flies, not an answer", async (_, wrong) => {
    const warehouse = embeddedWarehouse(changeableStores({ tables: sample([]) }), storeClock(start));
    const answering = warehouse.query({ ...query, ...wrong }, asking());
    await expect(answering).rejects.toThrow(Error);
    await expect(answering).rejects.not.toHaveProperty("refusal");
  });
});
