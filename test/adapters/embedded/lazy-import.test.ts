import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { storeClock } from "../../../src/adapters/embedded/clock.ts";
import { embeddedWarehouse } from "../../../src/adapters/embedded/warehouse.ts";
import { asking } from "../../contracts/asking.ts";
import { changeableStores } from "./world-of.ts";

function duckdbIsLoaded(): boolean {
  return Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("@duckdb"));
}

test("DuckDB is loaded by the first query and by nothing before it", async () => {
  const columns = { played_on: "date" } as const;
  const warehouse = embeddedWarehouse(changeableStores({ tables: { "nba_raw.sample": { columns, rows: [] } } }), storeClock(new Date(0)));
  await warehouse.describe("nba_raw.sample", asking());
  expect(duckdbIsLoaded()).toBe(false);
  const sql = "SELECT played_on FROM {nba_raw.sample} WHERE played_on = @date LIMIT @limit";
  const params = { date: { kind: "date", value: "2026-02-03" }, limit: { kind: "integer", value: 1 } } as const;
  await warehouse.query({ name: "sample", sql, params, columns }, asking());
  expect(duckdbIsLoaded()).toBe(true);
});
