import { expect, test } from "vitest";
import { BackendError } from "../../src/errors.ts";
import { playerRows, processorRuns, rowsOf } from "../../src/evidence/looks/tables.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Call } from "../../src/ports/call.ts";
import type { Query, Row, Warehouse } from "../../src/ports/warehouse.ts";
import { at } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { silentPorts } from "../support/ports.ts";

const date = calendarDateOf("2026-02-03");
const rules = nba.rulesOn(date, at("09:30"));
const call: Call = {
  look: "x",
  signal: new AbortController().signal,
  deadlineAt: Number.MAX_SAFE_INTEGER,
  budget: { maxRows: 100, maxBytes: 1 },
};

/** A warehouse whose tables lack some of the declared columns. */
function lacking(columns: readonly string[], rows: readonly Row[] = []) {
  const asked: Query[] = [];
  const warehouse: Warehouse = {
    estimate: async () => ({}),
    tables: async () => [],
    describe: async (table) => ({
      columns: Object.fromEntries(
        Object.keys(nba.file.tables[table]?.columns ?? {}).flatMap((name) => (columns.includes(name) ? [] : [[name, "STRING"]])),
      ),
    }),
    query: async (query) => {
      asked.push(query);
      return { rows };
    },
  };
  return { asked, ports: silentPorts({ warehouse }) };
}

test("a table without a column that the look needs is refused, naming table and column", async () => {
  const { ports } = lacking(["minutes_played"]);
  const error = await playerRows(rules, date)
    .run(ports, call)
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  expect(error).toBeInstanceOf(BackendError);
  expect(error).toMatchObject({ refusal: "no_such_place", message: "nba_analytics.player_game_summary has no column minutes_played" });
});

test("a column that is only nice to have is left out of the query and said to be absent", async () => {
  const { ports, asked } = lacking(["data_hash"]);
  const { facts } = await playerRows(rules, date).run(ports, call);
  expect(facts.absent).toEqual(["data_hash"]);
  expect(asked[0]?.sql).not.toContain("data_hash");
});

test("a key column is needed: without it nothing can be said of duplicates", async () => {
  const { ports } = lacking(["cache_date"]);
  await expect(rowsOf(rules, date, "nba_precompute.player_daily_cache").run(ports, call)).rejects.toThrow("has no column cache_date");
});

test("a row of another form than declared is malformed, never skipped", async () => {
  const { ports } = lacking(
    [],
    [
      {
        processor_name: 7,
        run_id: "a",
        status: "success",
        started_at: null,
        processed_at: null,
        output_table: null,
        records_processed: null,
      },
    ],
  );
  await expect(processorRuns(rules, date).run(ports, call)).rejects.toMatchObject({ refusal: "malformed" });
});

test("the same table gives the same look, whoever asks", () => {
  expect(rowsOf(rules, date, rules.analytics.players).id).toBe(playerRows(rules, date).id);
});

test("a time that can't be read is malformed: compared with anything it would be false", async () => {
  const run = {
    processor_name: "P",
    run_id: "a",
    status: "success",
    started_at: "yesterday",
    processed_at: null,
    output_table: null,
    records_processed: null,
  };
  const { ports } = lacking([], [run]);
  await expect(processorRuns(rules, date).run(ports, call)).rejects.toMatchObject({ refusal: "malformed" });
  expect(() => processorRuns(rules, date).parse({ rows: [run], absent: [] })).toThrow("not an instant");
});
