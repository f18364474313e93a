import { describe, expect, test } from "vitest";
import { gradedCounts, haltState, lineCounts, predictionCounts, predictionHistory } from "../../src/evidence/looks/predictions.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Call } from "../../src/ports/call.ts";
import type { Ports } from "../../src/ports/ports.ts";
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
  budget: { maxRows: 20_000, maxBytes: 2 ** 30 },
};

/** A warehouse whose tables have the declared columns but these, and answer these rows. */
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

/** Element 25 of a list of 33 features. */
const list = (line: number | null) => Array.from({ length: 33 }, (_, index) => (index === 25 ? line : index + 0.5));
const feature = (player: string, features: Row[string], more: Row = {}): Row => ({
  game_date: "2026-02-03",
  player_lookup: player,
  created_at: "2026-02-03T16:10:00.000Z",
  features,
  feature_25_value: null,
  ...more,
});
const linesIn = async (rows: readonly Row[], absent: readonly string[] = []) => {
  const without = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !absent.includes(name))));
  return (await lineCounts(rules, date).run(lacking(absent, without).ports, call)).facts.rows;
};

describe("lines", () => {
  test("are counted per date, so that evidence holds no list of features", async () => {
    const rows = [
      feature("a", list(14.5)),
      feature("b", list(0)),
      feature("c", list(null)),
      feature("a", list(9.5), { game_date: "2026-02-02" }),
    ];
    const found = await lineCounts(rules, date).run(lacking([], rows).ports, call);
    expect(found.facts.rows).toEqual([
      { date: "2026-02-02", rows: 1, withLine: 1, unreadable: 0 },
      { date: "2026-02-03", rows: 3, withLine: 1, unreadable: 0 },
    ]);
    expect(found.examined).toBe(4);
    expect(lineCounts(rules, date).parse(found.facts)).toEqual(found.facts);
  });

  test("are read for the date and the thirty days before it, and no other columns than they need", async () => {
    const { asked, ports } = lacking([]);
    await lineCounts(rules, date).run(ports, call);
    expect(asked[0]?.params).toMatchObject({ from: { value: "2026-01-04" }, to: { value: "2026-02-03" } });
    expect(asked[0]?.sql).toMatch(/^SELECT game_date, player_lookup, created_at, features, feature_25_value FROM /u);
  });

  test("stand in a column of their own where the row has one, which then counts", async () => {
    const rows = [feature("a", null, { feature_25_value: 14.5 }), feature("b", null, { feature_25_value: 0 }), feature("c", null)];
    expect(await linesIn(rows)).toEqual([{ date: "2026-02-03", rows: 3, withLine: 1, unreadable: 0 }]);
    expect(await linesIn([feature("a", list(0), { feature_25_value: 9.5 })])).toEqual([
      { date: "2026-02-03", rows: 1, withLine: 1, unreadable: 0 },
    ]);
  });

  test("of a row that holds neither a long enough list nor the column are unreadable, never none", async () => {
    const rows = [feature("a", [1, 2]), feature("b", "text"), feature("c", null), feature("d", list(14.5))];
    expect(await linesIn(rows, ["feature_25_value"])).toEqual([{ date: "2026-02-03", rows: 4, withLine: 1, unreadable: 3 }]);
  });

  test("of a player with copies are those of his newest row", async () => {
    const newer = { created_at: "2026-02-03T17:10:00.000Z" };
    const rows = [feature("a", list(14.5)), feature("a", list(0), newer), feature("b", list(11.5), newer), feature("b", list(0))];
    expect(await linesIn(rows)).toEqual([{ date: "2026-02-03", rows: 2, withLine: 1, unreadable: 0 }]);
    expect(await linesIn(rows.toReversed())).toEqual([{ date: "2026-02-03", rows: 2, withLine: 1, unreadable: 0 }]);
  });

  test("can't be looked at where the table has neither column", async () => {
    const { ports } = lacking(["features", "feature_25_value"], [feature("a", null)]);
    await expect(lineCounts(rules, date).run(ports, call)).rejects.toMatchObject({
      refusal: "no_such_place",
      message: "nba_predictions.ml_feature_store_v2 has neither a column features nor feature_25_value",
    });
  });
});

describe("a halt", () => {
  test("can't be read from a table without date or state: nothing is asked, and the columns are said to be absent", async () => {
    for (const columns of [["game_date"], ["state"], ["game_date", "state"]]) {
      const { asked, ports } = lacking(columns);
      expect((await haltState(rules, date).run(ports, call)).facts).toEqual({ rows: [], absent: columns });
      expect(asked).toEqual([]);
    }
  });

  test("is read where both are there", async () => {
    const { asked, ports } = lacking(["system_id"]);
    await haltState(rules, date).run(ports, call);
    expect(asked[0]?.sql).toMatch(/^SELECT game_date, state, reason FROM /u);
  });
});

describe("predictions and grades", () => {
  test("are counted by the warehouse: 20,663 rows of one night are few groups", async () => {
    const group = { player_lookup: "a", system_id: "s", game_id: "g", is_active: false, line_source: null, n: 20_663, newest: null };
    const { asked, ports } = lacking([], [group]);
    const found = await predictionCounts(rules, date).run(ports, call);
    expect(found).toMatchObject({ examined: 20_663, facts: { rows: [{ n: 20_663 }] } });
    expect(asked[0]?.sql).toContain("GROUP BY player_lookup, system_id, game_id, is_active, line_source");
  });

  test.each([
    ["is_active", predictionCounts],
    ["is_active", predictionHistory],
    ["is_voided", gradedCounts],
  ])("can't be looked at without %s", async (column, look) => {
    await expect(look(rules, date).run(lacking([column]).ports, call)).rejects.toMatchObject({ refusal: "no_such_place" });
  });

  test("of the days before are as many days as the schedule tells games of", async () => {
    const { asked, ports } = lacking([]);
    await predictionHistory(rules, date).run(ports, call);
    expect(asked[0]?.params).toMatchObject({ from: { value: "2026-01-24" }, to: { value: "2026-02-03" } });
  });
});

test("a look that counts is heavy, so that its bytes are asked for before it is run; one that reads a date's rows is not", async () => {
  const heavyOf = async (look: { readonly run: (ports: Ports, call: Call) => Promise<unknown> }) => {
    const { asked, ports } = lacking([]);
    await look.run(ports, call);
    return asked.map(({ heavy }) => heavy);
  };
  for (const look of [predictionCounts, predictionHistory, gradedCounts]) expect(await heavyOf(look(rules, date))).toEqual([true]);
  for (const look of [haltState, lineCounts]) expect(await heavyOf(look(rules, date))).toEqual([undefined]);
});

test("looks at one table in several ways have ids of their own", () => {
  const ids = [predictionCounts, predictionHistory, gradedCounts, haltState, lineCounts].map((look) => look(rules, date).id);
  expect(ids).toEqual(
    ["prediction-counts", "prediction-history", "graded-counts", "halt-state", "line-counts"].map((name) => `${name} ${date}`),
  );
});
