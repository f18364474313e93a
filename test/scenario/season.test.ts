import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { addDays, calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { pipeline, rowsAt, shipped, tables } from "./stage.ts";

const base = shipped("healthy-night");
const clock = new Date("2026-04-21T12:00:00-04:00");
const night = { date: calendarDateOf("2026-04-20"), days: 190 };
const stores = buildStores({ ...base, seed: 4, clock, night, expect: [] }, pipeline);
const dates = Array.from({ length: 182 }, (_, day) => addDays(calendarDateOf("2025-10-21"), day)).filter((date) => date <= night.date);
const at = (table: string, date: string): readonly Row[] => rowsAt(stores, table, clock, date);
const prefixes = (date: string): readonly string[] => [
  ...new Set(at(tables.schedule, date).map((row) => String(row["game_id"]).slice(0, 3))),
];

describe("from the opening night to the play-offs", () => {
  const played = dates.filter((date) => prefixes(date).includes("002"));
  const emptyOn: Readonly<Record<string, readonly string[]>> = {
    [tables.halt]: played,
    "nba_orchestration.game_postponements": played,
    [tables.bdl]: played.filter((date) => date >= "2026-02-07"),
    [tables.cache]: ["2025-10-21"],
  };

  test.each(Object.keys(pipeline.file.tables))("%s can be read on every date, and has rows on all on which it is meant to", (table) => {
    const { partition = "", columns = {} } = pipeline.file.tables[table] ?? {};
    // What is parted by a time is read once and whole.
    const isTime = columns[partition]?.kind === "instant";
    const days = new Set(
      isTime
        ? stores
            .at(clock)
            .table(table)
            ?.rows.map((row) => String(row[partition]).slice(0, 10))
        : [],
    );
    const empty = played.filter((date) => (isTime ? !days.has(date) : at(table, date).length === 0));
    expect(empty).toEqual(emptyOn[table] ?? []);
    expect(played).toHaveLength(168);
  });

  test("nobody plays in the All-Star break and between season and play-offs", () => {
    expect(dates.filter((date) => prefixes(date).length === 0)).toEqual([
      ...[13, 14, 15, 16, 17, 18].map((day) => `2026-02-${day}`),
      ...[13, 14, 15, 16, 17].map((day) => `2026-04-${day}`),
    ]);
    expect(dates.filter((date) => prefixes(date).includes("004"))).toEqual(["2026-04-18", "2026-04-19", "2026-04-20"]);
  });

  test("play-off games have box scores and nothing that is made from them", () => {
    expect(at(tables.gamebook, "2026-04-19").length).toBeGreaterThan(0);
    for (const table of [tables.players, tables.upcomingPlayers, tables.cache, tables.features, tables.predictions, tables.graded])
      expect([table, at(table, "2026-04-19").length]).toEqual([table, 0]);
  });

  test("a player who has not played yet is not in the cache: nobody is on the opening night, nearly everybody a month later", () => {
    expect(at(tables.cache, "2025-10-21")).toEqual([]);
    expect(at(tables.features, "2025-10-21").length).toBeGreaterThan(100);
    const [cached, prepared] = [at(tables.cache, "2025-11-25").length, at(tables.upcomingPlayers, "2025-11-25").length];
    expect(cached / prepared).toBeGreaterThan(0.85);
    expect(cached).toBeLessThan(prepared + 1);
  });

  test("an id is given to one game only", () => {
    const ids = dates.flatMap((date) => at(tables.schedule, date).map((row) => String(row["game_id"])));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe.each([
  // The night before clocks go forward, and the one before they go back: 02:00 does not come, 01:00 comes twice.
  ["2026-03-07", 23, "2026-03-08T07:00:00.000Z"],
  ["2025-11-01", 25, "2025-11-02T07:00:00.000Z"],
])("the night of %s, whose next day has %i hours", (date, hours, second) => {
  const decided = at(tables.decisions, addDays(calendarDateOf(date), 1)).filter((row) => row["workflow_name"] === "post_game_window_2b");

  test("has a decision for each of them, and runs the window of 02:00 once", () => {
    expect(decided).toHaveLength(hours);
    expect(decided.filter((row) => row["action"] === "RUN").map((row) => row["decision_time"])).toEqual([second]);
  });

  test("has its gamebook at 06:05 by the clock on the wall", () => {
    const landed = at(tables.gamebook, date).map((row) => String(row["processed_at"]));
    expect(landed.toSorted()[0]?.slice(11, 16)).toBe(hours === 23 ? "10:05" : "11:05");
  });
});
