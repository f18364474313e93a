import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { onDate } from "../../src/pipeline/dated.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { afterwards, countBy, pipeline, rowsAt, shipped, tables } from "./stage.ts";

const base = shipped("healthy-night");
const seeds = Array.from({ length: 16 }, (_, index) => index * 7919 + 1);
const nights = seeds.map((seed) => {
  const scenario = { ...base, seed };
  return { seed, stores: buildStores(scenario, pipeline), moment: afterwards(scenario), date: scenario.night.date };
});
const column = (row: Row, name: string): number => Number(row[name]);

describe.each(nights)("a healthy night of seed $seed", ({ stores, moment, date }) => {
  const at = (table: string): readonly Row[] => rowsAt(stores, table, moment, date);

  test("has points that follow from the shots", () => {
    const played = at(tables.players).filter((row) => row["is_dnp"] === false);
    expect(played.length).toBeGreaterThan(0);
    for (const row of played) {
      const [makes, threes] = [column(row, "fg_makes"), column(row, "three_pt_makes")];
      expect(column(row, "points")).toBe(2 * (makes - threes) + 3 * threes + column(row, "ft_makes"));
      expect(makes).toBeLessThanOrEqual(column(row, "fg_attempts"));
      expect(threes).toBeLessThanOrEqual(Math.min(makes, column(row, "three_pt_attempts")));
      expect(column(row, "ft_makes")).toBeLessThanOrEqual(column(row, "ft_attempts"));
    }
  });

  test("has 240 minutes a team, 34 or 35 rows a game, and a winner", () => {
    const rows = at(tables.players);
    const teams = Map.groupBy(rows, (row) => row["team_abbr"]);
    for (const lines of teams.values()) {
      expect(lines.reduce((sum, row) => sum + Math.round(column(row, "minutes_played") * 10), 0)).toBe(2400);
    }
    for (const count of countBy(rows, "game_id").values()) expect([34, 35]).toContain(count);
    for (const game of Map.groupBy(at(tables.offense), (row) => row["game_id"]).values()) {
      expect(new Set(game.map((row) => row["points_scored"])).size).toBe(2);
    }
  });

  test("has a usage rate that follows from the player's and the team's chances", () => {
    const chances = (row: Row): number => column(row, "fg_attempts") + 0.44 * column(row, "ft_attempts") + column(row, "turnovers");
    const teams = new Map(at(tables.offense).map((row) => [row["team_abbr"], row]));
    for (const row of at(tables.players).filter(({ is_dnp: dnp }) => dnp === false)) {
      const team = teams.get(row["team_abbr"] ?? "") ?? {};
      expect(column(row, "usage_rate")).toBeCloseTo((100 * chances(row) * 48) / (column(row, "minutes_played") * chances(team)), 1);
      expect(column(row, "usage_rate")).toBeLessThan(50);
    }
  });

  test("has between 25 and 45 % who did not play", () => {
    const rows = at(tables.players);
    const share = rows.filter((row) => row["is_dnp"]).length / rows.length;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.45);
  });

  test("has every business key once in every table", () => {
    for (const [name, declared] of Object.entries(pipeline.file.tables)) {
      if (name === tables.runs) continue;
      const rows = at(name).filter((row) => declared.once_where === undefined || row[declared.once_where] === true);
      const key = onDate(declared.key, calendarDateOf(date));
      for (const columns of [key, declared.also_once ?? key]) expect([name, countBy(rows, ...columns).size]).toEqual([name, rows.length]);
    }
  });

  test("agrees across its tables", () => {
    const games = at(tables.schedule).length;
    const players = at(tables.players);
    const played = players.filter((row) => row["is_dnp"] === false).length;
    expect([at(tables.gamebook).length, at(tables.bdl).length]).toEqual([players.length, players.length]);
    expect(at(tables.boxScores)).toHaveLength(played);
    expect([tables.offense, tables.defense, tables.upcomingTeams].map((table) => at(table).length)).toEqual([
      2 * games,
      2 * games,
      2 * games,
    ]);
    const prepared = at(tables.upcomingPlayers).map((row) => row["player_lookup"]);
    for (const table of [tables.features, tables.composite]) expect(at(table).map((row) => row["player_lookup"])).toEqual(prepared);
    expect(at(tables.cache).every((row) => prepared.includes(row["player_lookup"] ?? null))).toBe(true);
    expect([at(tables.teamBoxScores).length, at(tables.defenseZones).length]).toEqual([2 * games, 30]);
  });

  test("has a record that counts five of five and was triggered after the games", () => {
    const fields = stores.at(moment).document("phase3_completion", date)?.fields ?? {};
    expect(fields).toMatchObject({ _completed_count: 5, _triggered: true, _mode: "overnight", _trigger_reason: "all_complete" });
    expect(fields["player_game_summary"]).toMatchObject({ status: "success", record_count: at(tables.players).length });
    expect(fields["_triggered_at"]).toEqual({ $timestamp: "2026-01-28T11:37:00.000Z" });
  });
});

test("the same seed gives the same stores, another seed others", () => {
  const players = (seed: number) => rowsAt(buildStores({ ...base, seed }, pipeline), tables.players, afterwards(base), base.night.date);
  expect(players(5)).toEqual(players(5));
  expect(players(5)).not.toEqual(players(6));
});

test("a game is scheduled before tip-off, in play after it, and final two and a half hours later", () => {
  const stores = buildStores({ ...base, night: { ...base.night, games: 1 } }, pipeline);
  const status = (moment: string) => rowsAt(stores, tables.schedule, new Date(moment), base.night.date)[0]?.["game_status"];
  const final = new Date(String(rowsAt(stores, tables.schedule, base.clock, base.night.date)[0]?.["processed_at"])).getTime();
  expect(status("2026-01-27T12:00:00-05:00")).toBe(1);
  expect(status(new Date(final - 150 * 60_000 - 1).toISOString())).toBe(1);
  expect(status(new Date(final - 150 * 60_000).toISOString())).toBe(2);
  expect(status(new Date(final - 1).toISOString())).toBe(2);
  expect(status(new Date(final).toISOString())).toBe(3);
});

test("today's record holds the one entry of the same day, triggered", () => {
  const stores = buildStores(base, pipeline);
  const today = (time: string) => stores.at(new Date(`2026-01-28T${time}:00-05:00`)).document("phase3_completion", "2026-01-28")?.fields;
  expect(today("09:30")).toBeUndefined();
  expect(today("10:38")).toMatchObject({ _completed_count: 1, _mode: "same_day", _triggered: true });
});

describe("no-games", () => {
  const scenario = shipped("no-games");
  const stores = buildStores(scenario, pipeline);

  test("has one All-Star row in the schedule and rows of it nowhere else", () => {
    const [row, ...others] = rowsAt(stores, tables.schedule, scenario.clock, "2026-02-15");
    expect(others).toEqual([]);
    expect(row?.["game_id"]).toMatch(/^00325/u);
    // That the schedule itself was collected and loaded is told, and every hour that there is nothing else to do.
    const told: readonly string[] = [
      tables.schedule,
      tables.decisions,
      tables.executions,
      tables.workflowRuns,
      tables.expected,
      tables.runs,
    ];
    const elsewhere = Object.values(tables).filter((table) => !told.includes(table));
    expect(elsewhere.filter((table) => rowsAt(stores, table, scenario.clock, "2026-02-15").length > 0)).toEqual([]);
    const names = (table: string, column: string) => [...countBy(rowsAt(stores, table, scenario.clock, "2026-02-15"), column).keys()];
    expect([names(tables.executions, "scraper_name"), names(tables.runs, "processor_name")]).toEqual([
      ["nbac_schedule_api"],
      ["NbacScheduleProcessor"],
    ]);
    for (const collection of ["phase3_completion", "phase4_completion", "grading_readiness"])
      expect(stores.at(scenario.clock).document(collection, "2026-02-15")).toBeUndefined();
  });

  test("has the last games before on 02-12 and the next on 02-19", () => {
    const rows = stores.at(scenario.clock).table(tables.schedule)?.rows ?? [];
    const dates = [...new Set(rows.filter((row) => !String(row["game_id"]).startsWith("003")).map((row) => String(row["game_date"])))];
    expect([dates.findLast((date) => date < "2026-02-15"), dates.find((date) => date > "2026-02-15")]).toEqual([
      "2026-02-12",
      "2026-02-19",
    ]);
  });

  test("has no rows of the second source, which is retired by then", () => {
    const dates = (stores.at(scenario.clock).table(tables.bdl)?.rows ?? []).map((row) => String(row["game_date"]));
    expect(dates.toSorted().at(-1)).toBe("2026-02-06");
  });
});
