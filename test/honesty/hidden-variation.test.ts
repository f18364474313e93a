import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import type { Change, Scenario } from "../../src/adapters/embedded/scenario/scenario.ts";
import type { World } from "../../src/adapters/embedded/world.ts";
import { validateDaily } from "../../tools/validate_daily.ts";
import { at } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";

const seed = Number(process.env["POSTGAME_TEST_SEED"] ?? Date.now() % 1_000_000);
console.log(`hidden variation: seed ${seed} (POSTGAME_TEST_SEED repeats it)`);

/** Numbers from a seed, in order: a linear congruential generator is random enough to vary a scenario. */
function numbers(from: number): (low: number, high: number) => number {
  let state = (from * 2_654_435_761) % 2 ** 31;
  return (low, high) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return low + Math.floor((state / 2 ** 31) * (high - low + 1));
  };
}

interface Varied {
  readonly scenario: Scenario;
  readonly gapSeconds: number;
  readonly early: number;
}

/** feb-03 with other games, players, surplus, gap and names. */
function vary(draw: (low: number, high: number) => number): Varied {
  const original = shippedScenario("feb-03");
  const games = draw(7, 13);
  const early = draw(1, games - 2);
  const players = games * 34 + draw(0, games);
  const surplus = draw(21, 90);
  const gapSeconds = draw(3, 58);
  const second = at("15:00:06").getTime() + gapSeconds * 1000;
  const changes = original.changes.map((change): Change => {
    if (change.verb === "duplicate") return { ...change, rows: surplus, from: new Date(second) };
    if (change.verb === "arrive" && change.games === 4) return { ...change, games: early };
    if (change.verb === "arrive" && change.from.getTime() === at("15:00:24").getTime()) return { ...change, from: new Date(second) };
    return change;
  });
  const night = {
    ...original.night,
    games,
    player_rows: players,
    dnp: Math.round(players * (0.3 + draw(0, 15) / 100)),
    upcoming_players: games * 34,
  };
  return { scenario: { ...original, seed: draw(1, 99_999), night, changes }, gapSeconds, early };
}

const day = "2026-02-03";
const rowsOf = (world: World, table: string, column = "game_date") => (world.table(table)?.rows ?? []).filter((row) => row[column] === day);

/** Counted from the stored rows alone, with nothing of the checks. */
function count(world: World) {
  const players = rowsOf(world, "nba_analytics.player_game_summary");
  const keys = new Set(players.map((row) => `${String(row["game_date"])} ${String(row["player_lookup"])}`));
  const lookups = new Map(players.map((row) => [row["player_lookup"], row]));
  const dnp = [...lookups.values()].filter((row) => row["is_dnp"] === true).length;
  const copies = players.filter((row) => players.some((other) => other !== row && other["player_lookup"] === row["player_lookup"]));
  const stamps = [...new Set(copies.map((row) => Date.parse(String(row["processed_at"]))))].toSorted((a, b) => a - b);
  const teams = new Set(rowsOf(world, "nba_analytics.team_offense_game_summary").map((row) => row["team_abbr"]));
  return {
    total: players.length,
    unique: keys.size,
    surplus: players.length - keys.size,
    dnp,
    gapSeconds: ((stamps.at(-1) ?? 0) - (stamps[0] ?? 0)) / 1000,
    games: teams.size / 2,
  };
}

describe.each(Array.from({ length: 6 }, (_, index) => seed + index))("feb-03 varied by seed %i", (from) => {
  const { scenario, gapSeconds, early } = vary(numbers(from));
  const stores = buildStores(scenario, nba);
  const ask = async (time: string) =>
    validateDaily.call(
      { game_date: day },
      { session: sessionOver(scenario, { stores, clock: at(time) }), signal: new AbortController().signal, progress: () => {} },
    );

  test("the surplus, its runs and their gap are those of the stored rows", async () => {
    const counted = count(stores.at(at("18:00")));
    const report = await ask("18:00");
    expect(report.verdict).toBe("fail");
    expect(counted.gapSeconds).toBe(gapSeconds);
    expect(report.numbers).toMatchObject({
      players: `${counted.unique} + ${counted.surplus} surplus`,
      games: `${counted.games}/${counted.games} final`,
      analytics: `${counted.games}/${counted.games} games`,
    });
    const surplus = report.findings?.find((line) => line.reason === "surplus");
    expect(surplus?.observed).toContain(
      `${counted.total} rows of which ${counted.surplus} surplus (${counted.unique} unique) in nba_analytics.player_game_summary, written by two runs ${counted.gapSeconds} s apart`,
    );
    expect(surplus?.severity).toBe(counted.surplus / counted.total > 0.2 ? "P0" : "P1");
    expect(report.findings?.find((line) => line.reason === "dnp")?.observed).toContain(`${counted.dnp} of ${counted.unique} rows`);
    expect(report.findings?.map((line) => line.reason)).toContain("record_wrong");
  });

  test("the games without analytics at 13:00 are those without rows", async () => {
    const { games } = count(stores.at(at("18:00")));
    const { games: processed } = count(stores.at(at("13:00")));
    expect(processed).toBe(early);
    const report = await ask("13:00");
    expect(report.verdict).toBe("fail");
    expect(report.numbers["analytics"]).toBe(`${processed}/${games} games`);
    expect(report.summary).toContain(`analytics missing for ${games - processed} of ${games} games`);
  });

  test("the order of verdicts over the day does not depend on the numbers", async () => {
    const verdicts = await Promise.all(
      ["06:45", "09:00", "10:30", "13:00", "18:00", "19:00"].map(async (time) => (await ask(time)).verdict),
    );
    expect(verdicts).toEqual(["warn", "warn", "fail", "fail", "fail", "pass"]);
  });
});
