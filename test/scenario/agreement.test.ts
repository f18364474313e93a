import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { addDays, calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Row, Value } from "../../src/ports/warehouse.ts";
import { countBy, pipeline, rowsAt, shipped, staged, tables } from "./stage.ts";

const date = calendarDateOf("2026-02-03");
const clock = new Date("2026-02-04T18:00:00-05:00");
const base = { ...shipped("healthy-night"), clock, expect: [] };
const stores = [11, 12, 13].map((seed) => buildStores({ ...base, seed, night: { date, games: 10, days: 35 } }, pipeline));

const systems = ["catboost_v8", "xgboost_v2", "ensemble_v1_1"];
const text = (row: Row, column: string): string => String(row[column]);
const element = (list: Value | undefined, index: number): Value => (Array.isArray(list) ? (list[index] ?? null) : null);

/** As an operator would compute it from the player rows, rounded as the column is. */
function averageOf(rows: readonly Row[], column: string, games: number): number | undefined {
  const values = rows.slice(0, games).map((row) => Number(row[column]));
  if (values.length < games) return undefined;
  return Math.round((values.reduce((sum, value) => sum + value, 0) / games) * 10) / 10;
}

describe.each(stores.map((each, index) => ({ each, seed: 11 + index })))("a healthy night of seed $seed agrees with itself", ({ each }) => {
  const at = (table: string, day: string = date): readonly Row[] => rowsAt(each, table, clock, day);
  const byPlayer = (rows: readonly Row[]) => new Map(rows.map((row) => [text(row, "player_lookup"), row]));

  test("the cache has the averages of the games played strictly before its date, and nobody who played none", () => {
    const before = Array.from({ length: 35 }, (_, back) => at(tables.players, addDays(date, -1 - back)))
      .flat()
      .filter((row) => row["is_dnp"] === false);
    const played = Map.groupBy(before, (row) => text(row, "player_lookup"));
    const cached = byPlayer(at(tables.cache));
    let compared = 0;
    for (const [player, row] of cached) {
      const own = played.get(player) ?? [];
      for (const [column, of, games] of [
        ["points_avg_last_5", "points", 5],
        ["points_avg_last_10", "points", 10],
        ["minutes_avg_last_10", "minutes_played", 10],
      ] as const) {
        const average = averageOf(own, of, games);
        if (average === undefined) continue;
        compared += 1;
        expect([player, column, row[column]]).toEqual([player, column, average]);
      }
    }
    expect(compared).toBeGreaterThan(500);
    const strangers = at(tables.upcomingPlayers).filter((row) => !cached.has(text(row, "player_lookup")));
    expect(strangers.filter((row) => played.has(text(row, "player_lookup")))).toEqual([]);
  });

  test("the first features are the cache's averages", () => {
    const features = byPlayer(at(tables.features));
    for (const row of at(tables.cache)) {
      const list = features.get(text(row, "player_lookup"))?.["features"];
      expect([element(list, 0), element(list, 1)]).toEqual([row["points_avg_last_5"], row["points_avg_last_10"]]);
    }
  });

  test("a player's line is the same in context, features, predictions and props", () => {
    const lines = new Map(
      at(tables.upcomingPlayers).flatMap((row) =>
        row["has_prop_line"] === true ? [[text(row, "player_lookup"), row["current_points_line"]]] : [],
      ),
    );
    for (const row of at(tables.features)) {
      const line = lines.get(text(row, "player_lookup")) ?? 0;
      expect(row["features"]).toHaveLength(33);
      expect([element(row["features"], 25), row["feature_25_value"]]).toEqual([line, line]);
    }
    for (const row of at(tables.predictions)) {
      const line = lines.get(text(row, "player_lookup"));
      expect([row["current_points_line"], row["line_source"]]).toEqual(line === undefined ? [null, "NO_PROP_LINE"] : [line, "ACTUAL_PROP"]);
    }
    for (const row of at(tables.props)) expect(row["points_line"]).toBe(lines.get(text(row, "player_lookup")));
    expect(new Set(at(tables.props).map((row) => row["player_lookup"])).size).toBe(lines.size);
  });

  test("40 to 50 % of the prepared have a line, on each of 30 days", () => {
    for (let back = 0; back < 30; back += 1) {
      const rows = at(tables.features, addDays(date, -back));
      if (rows.length === 0) continue;
      const share = rows.filter((row) => row["feature_25_value"] !== 0).length / rows.length;
      expect(share).toBeGreaterThan(0.4);
      expect(share).toBeLessThan(0.5);
    }
  });

  test("three systems predict every game, 141 to 170 active each, and who is out has no prediction", () => {
    const active = at(tables.predictions).filter((row) => row["is_active"] === true);
    expect([...countBy(active, "system_id").keys()]).toEqual(systems);
    for (const [, count] of countBy(active, "system_id")) {
      expect(count).toBeGreaterThanOrEqual(141);
      expect(count).toBeLessThanOrEqual(170);
    }
    expect(countBy(active, "system_id", "game_id").size).toBe(30);
    const out = at(tables.upcomingPlayers).filter((row) => row["player_status"] === "OUT");
    expect(out.length).toBeGreaterThan(19);
    const named = new Set(at(tables.predictions).map((row) => text(row, "player_lookup")));
    expect(out.filter((row) => named.has(text(row, "player_lookup")))).toEqual([]);
    expect(new Set(at(tables.injuries).map((row) => text(row, "player_lookup")))).toEqual(
      new Set(out.map((row) => text(row, "player_lookup"))),
    );
  });

  test("what is superseded names an active successor, and most without a line are inactive", () => {
    const rows = at(tables.predictions);
    const byId = new Map(rows.map((row) => [text(row, "prediction_id"), row]));
    expect(byId.size).toBe(rows.length);
    const superseded = rows.filter((row) => row["superseded_by"] !== null);
    expect(superseded.length).toBeGreaterThan(10);
    for (const row of superseded) {
      const next = byId.get(text(row, "superseded_by"));
      expect([row["is_active"], row["prediction_version"], next?.["is_active"], next?.["prediction_version"]]).toEqual([false, 1, true, 2]);
      expect([next?.["player_lookup"], next?.["system_id"]]).toEqual([row["player_lookup"], row["system_id"]]);
      expect(text(row, "created_at") < text(next ?? {}, "created_at")).toBe(true);
    }
    const without = rows.filter((row) => row["line_source"] === "NO_PROP_LINE");
    expect(without.filter((row) => row["is_active"] === true).length / without.length).toBeLessThan(0.2);
  });

  test("95 % and more of the gradable are graded, by what the player scored, and voided where he did not play", () => {
    const scored = byPlayer(at(tables.players));
    const graded = new Map(at(tables.graded).map((row) => [`${text(row, "system_id")} ${text(row, "player_lookup")}`, row]));
    const active = at(tables.predictions).filter((row) => row["is_active"] === true && row["line_source"] === "ACTUAL_PROP");
    const keys = active.map((row) => `${text(row, "system_id")} ${text(row, "player_lookup")}`);
    expect(keys.filter((key) => graded.has(key)).length / keys.length).toBeGreaterThanOrEqual(0.95);
    expect([...graded.keys()].filter((key) => !keys.includes(key))).toEqual([]);
    for (const row of graded.values()) {
      const own = scored.get(text(row, "player_lookup"));
      const played = own?.["is_dnp"] === false;
      expect([row["is_voided"], row["actual_points"]]).toEqual([!played, played ? own["points"] : null]);
      const over = Number(row["actual_points"]) > Number(row["line_value"]);
      const right = row["recommendation"] === "PASS" ? null : (row["recommendation"] === "OVER") === over;
      expect(row["prediction_correct"]).toBe(played ? right : null);
    }
    const voided = [...graded.values()].filter((row) => row["is_voided"] === true).length;
    expect(voided / graded.size).toBeLessThan(0.1);
  });

  test("a run says when the features were written: both times, of as many rows", () => {
    const runs = at(tables.runs).filter((row) => row["processor_name"] === "MLFeatureStoreProcessor" && row["status"] === "success");
    const count = at(tables.features).length;
    expect(runs.map((row) => [row["processed_at"], row["records_processed"]])).toEqual([
      ["2026-02-03T16:10:30.000Z", count],
      ["2026-02-04T12:20:30.000Z", count],
    ]);
    expect(countBy(at(tables.features), "created_at", "updated_at")).toEqual(
      new Map([["2026-02-03T16:10:00.000Z|2026-02-04T12:20:00.000Z", count]]),
    );
  });
});

test("every run counts what its table got, names table, phase and unit, and overlaps no other of its processor", () => {
  const [first] = stores;
  if (first === undefined) throw new Error("No stores were built.");
  const runs = rowsAt(first, tables.runs, clock).filter((row) => row["status"] === "success");
  expect(countBy(runs, "phase", "cloud_run_service")).toEqual(
    new Map([
      ["phase_3_analytics|nba-phase3-analytics-processors", 5],
      ["phase_4_precompute|nba-phase4-precompute-processors", 10],
      ["phase_2_raw|nba-phase2-raw-processors", runs.length - 17],
      ["phase_5_predictions|prediction-coordinator", 1],
      ["grading|nba-grading-service", 1],
    ]),
  );
  for (const row of runs) {
    expect(text(row, "cloud_run_revision").startsWith(`${text(row, "cloud_run_service")}-`)).toBe(true);
    expect(row["records_processed"]).toBeGreaterThan(0);
    expect(Object.keys(pipeline.file.tables)).toContain(`${text(row, "output_dataset")}.${text(row, "output_table")}`);
  }
  for (const own of Map.groupBy(runs, (row) => row["processor_name"]).values()) {
    const inOrder = own.toSorted((a, b) => (text(a, "started_at") < text(b, "started_at") ? -1 : 1));
    for (const [index, row] of inOrder.entries())
      if (index > 0) expect(text(row, "started_at") >= text(inOrder[index - 1] ?? {}, "processed_at")).toBe(true);
  }
  const once = ["PlayerGameSummaryProcessor", "PlayerDailyCacheProcessor", "PredictionCoordinator", "PredictionAccuracyProcessor"];
  const counted = (name: string) => runs.filter((row) => row["processor_name"] === name).map((row) => row["records_processed"]);
  const held = [tables.players, tables.cache, tables.predictions, tables.graded].map((table) => rowsAt(first, table, clock).length);
  expect(once.map((name) => counted(name).at(-1))).toEqual(held);
});

test("a game called off at noon was prepared and predicted, and is never graded", () => {
  const postponed = staged("", "{ date: 2026-02-03, games: [{ game: BOS@NYK, postponed_to: 2026-02-08 }, LAL@DEN], days: 12 }");
  const count = (table: string) => countBy(rowsAt(postponed, table, clock), "game_id");
  for (const table of [tables.upcomingPlayers, tables.features, tables.predictions, tables.props, tables.composite])
    expect([table, count(table).size]).toEqual([table, 2]);
  for (const table of [tables.gamebook, tables.players, tables.graded, tables.teamBoxScores])
    expect([table, count(table).size]).toEqual([table, 1]);
});

test("a halt that is told to arrive is one row for the night", () => {
  const halted = staged(`changes: [{ arrive: ${tables.halt}, from: 2026-02-03 09:00 }]`);
  expect(rowsAt(halted, tables.halt, clock)).toMatchObject([{ game_date: "2026-02-03", state: "HALTED" }]);
});
