import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { countBy, morning, pipeline, rowsAt, shipped, tables } from "./stage.ts";

const scenario = shipped("feb-03");
const stores = buildStores(scenario, pipeline);

const count = (table: string, time: string): number => rowsAt(stores, table, morning(time)).length;
const document = (time: string) => stores.at(morning(time)).document("phase3_completion", "2026-02-03");

describe("feb-03", () => {
  test.each([
    // clock, gamebook, box scores, second source, players, offense, defense, cache, features
    ["06:45", 0, 0, 140, 140, 8, 8, 331, 338],
    ["09:00", 0, 0, 140, 140, 8, 8, 331, 338],
    ["10:30", 0, 0, 140, 140, 8, 8, 331, 338],
    ["13:00", 0, 217, 140, 140, 8, 8, 331, 338],
    ["14:50", 70, 217, 140, 140, 8, 8, 331, 338],
    ["18:00", 348, 217, 140, 420, 20, 20, 331, 338],
    ["19:00", 348, 217, 140, 348, 20, 20, 331, 338],
  ])("holds at %s what was there then", (time, ...expected) => {
    const found = [
      tables.gamebook,
      tables.boxScores,
      tables.bdl,
      tables.players,
      tables.offense,
      tables.defense,
      tables.cache,
      tables.features,
    ];
    expect(found.map((table) => count(table, time))).toEqual(expected);
    expect([count(tables.upcomingPlayers, time), count(tables.upcomingTeams, time)]).toEqual([338, 20]);
  });

  test("leaves six of ten games without any box score in the morning", () => {
    const teams = new Set(rowsAt(stores, tables.bdl, morning("09:00")).map((row) => row["team_abbr"]));
    const games = rowsAt(stores, tables.schedule, morning("09:00"));
    expect(games.every((game) => game["game_status"] === 3)).toBe(true);
    expect(games.filter((game) => !teams.has(game["home_team_tricode"] ?? "") && !teams.has(game["away_team_tricode"] ?? ""))).toHaveLength(
      6,
    );
  });

  test("has 72 copies, each like its twin but for the stamp", () => {
    const rows = rowsAt(stores, tables.players, morning("18:00"));
    const stamps = countBy(rows, "processed_at");
    expect(stamps).toEqual(
      new Map([
        ["2026-02-04T20:00:24.000Z", 348],
        ["2026-02-04T20:00:06.000Z", 72],
      ]),
    );
    const kept = new Map(
      rows.filter((row) => row["processed_at"] === "2026-02-04T20:00:24.000Z").map((row) => [row["player_lookup"], row]),
    );
    const copies = rows.filter((row) => row["processed_at"] === "2026-02-04T20:00:06.000Z");
    for (const copy of copies)
      expect({ ...copy, processed_at: "" }).toEqual({ ...kept.get(copy["player_lookup"] ?? null), processed_at: "" });
    expect(new Set(copies.map((copy) => copy["player_lookup"])).size).toBe(72);
  });

  test("loses exactly the copies in the repair", () => {
    const rows = rowsAt(stores, tables.players, morning("19:00"));
    expect(countBy(rows, "processed_at")).toEqual(new Map([["2026-02-04T20:00:24.000Z", 348]]));
    expect(Math.max(...countBy(rows, "game_date", "player_lookup").values())).toBe(1);
  });

  test("has 131 players of 348 who did not play", () => {
    const rows = rowsAt(stores, tables.players, morning("19:00"));
    expect(rows.filter((row) => row["is_dnp"] === true && row["minutes_played"] === null && row["points"] === null)).toHaveLength(131);
    expect(rows.filter((row) => row["is_dnp"] === false && Number(row["minutes_played"]) > 0)).toHaveLength(217);
  });

  test("names the runs of 15:00:06 and 15:00:24, each with a running and a final row", () => {
    const runs = rowsAt(stores, tables.runs, morning("18:00")).filter(
      (row) => row["processor_name"] === "PlayerGameSummaryProcessor" && String(row["started_at"]) > "2026-02-04T12",
    );
    expect(runs.map((row) => [row["run_id"], row["status"], row["started_at"], row["records_processed"]])).toEqual([
      ["pgs-20260204-200006-7c1e", "running", "2026-02-04T20:00:06.000Z", null],
      ["pgs-20260204-200024-b94d", "running", "2026-02-04T20:00:24.000Z", null],
      ["pgs-20260204-200006-7c1e", "success", "2026-02-04T20:00:06.000Z", 348],
      ["pgs-20260204-200024-b94d", "success", "2026-02-04T20:00:24.000Z", 348],
    ]);
  });

  test.each([
    ["05:30", 3, 3, undefined],
    ["14:00", 3, 3, undefined],
    ["18:00", 5, 3, undefined],
    ["19:00", 5, 5, true],
  ])("has at %s %i entries, counts %i, triggered %s", (time, entries, counted, triggered) => {
    const fields = document(time)?.fields ?? {};
    expect(Object.keys(fields).filter((name) => !name.startsWith("_"))).toHaveLength(entries);
    expect([fields["_completed_count"], fields["_triggered"], fields["_mode"]]).toEqual([counted, triggered, undefined]);
  });

  test("was last updated at 05:15 by its own account until it was repaired", () => {
    expect(document("18:00")?.fields["_last_update"]).toEqual({ $timestamp: "2026-02-04T10:15:00.000Z" });
    expect(document("18:00")?.updateTime).toBe("2026-02-04T20:01:00.000Z");
    expect(document("19:00")?.fields["_reconciliation_fix"]).toBe("2026-02-04T23:40:00+00:00");
  });

  test("has Phase 4 output from before the games until 15:31, then newer than the player rows", () => {
    const newest = (time: string) => rowsAt(stores, tables.cache, morning(time))[0]?.["processed_at"];
    expect([newest("13:00"), newest("18:00")]).toEqual(["2026-02-03T16:05:00.000Z", "2026-02-04T20:31:00.000Z"]);
    const feature = rowsAt(stores, tables.features, morning("18:00"))[0];
    expect([feature?.["created_at"], feature?.["updated_at"]]).toEqual(["2026-02-03T16:10:00.000Z", "2026-02-04T20:40:00.000Z"]);
  });
});

test("a varied feb-03 holds what its numbers say", () => {
  const changes = scenario.changes.map((change) => (change.verb === "duplicate" ? { ...change, rows: 17 } : change));
  const night = { ...scenario.night, games: 6, player_rows: 205, dnp: 70, upcoming_players: 200 };
  const varied = buildStores({ ...scenario, seed: 99, night, changes }, pipeline);
  const rows = rowsAt(varied, tables.players, morning("18:00"));
  expect(rows).toHaveLength(205 + 17);
  expect(countBy(rows, "player_lookup").size).toBe(205);
  expect(countBy(rows, "game_id").size).toBe(6);
  expect(rowsAt(varied, tables.players, morning("19:00")).filter((row) => row["is_dnp"])).toHaveLength(70);
  const names = new Set(rowsAt(stores, tables.players, morning("19:00")).map((row) => row["player_lookup"]));
  expect(rows.filter((row) => names.has(row["player_lookup"] ?? "")).length).toBeLessThan(rows.length);
});
