import type { CalendarDate } from "../../../../pipeline/dates.ts";
import { addDays } from "../../../../pipeline/dates.ts";
import type { PlayerLine } from "./box-scores.ts";
import { boxScore, pointsOf } from "./box-scores.ts";
import type { PlannedGame, PlannedNight, Season } from "./plan.ts";
import { random } from "./random.ts";
import type { Arrival, TableSource } from "./source.ts";
import { atOnce, bothSides, inAnalytics } from "./source.ts";
import type { Expected } from "./upcoming.ts";
import { expectedPlayers, preparedFor } from "./upcoming.ts";

/** Averages over what the player did in the games before the date. */
export const dailyCache: TableSource = {
  rowsOf: (game, season) => {
    const recent = new Map([game.away, game.home].map((team) => [team, recentLines(season, team, game.date)]));
    return expectedPlayers(season, game).map((expected) => cacheRow(season, game, expected, recent.get(expected.team) ?? []));
  },
  size: (game) => bothSides(game.upcoming),
  arrivals: (night) => twice(night, [11, 5], [7, 10]),
};

export const featureStore: TableSource = {
  rowsOf: (game, season) =>
    expectedPlayers(season, game).map(({ player }) => {
      const dice = random(season.seed, "features", game.date, player);
      const ready = dice.next() < 0.93;
      return {
        player_lookup: player,
        game_id: game.analyticsId,
        game_date: game.date,
        feature_quality_score: ready ? dice.whole(85, 100) : dice.whole(65, 79),
        is_quality_ready: ready,
        quality_alert_level: ready ? "green" : "yellow",
        default_feature_count: ready ? 0 : dice.whole(1, 4),
      };
    }),
  size: (game) => bothSides(game.upcoming),
  arrivals: (night) => twice(night, [11, 10], [7, 20]),
};

/** Before the games, and written again on the morning after them. */
function twice(night: PlannedNight, before: readonly [number, number], after: readonly [number, number]): readonly Arrival[] {
  return [...atOnce(night.time(0, ...before), preparedFor(night)), ...atOnce(night.time(1, ...after), inAnalytics(night))];
}

function cacheRow(season: Season, game: PlannedGame, { player }: Expected, recent: readonly (readonly PlayerLine[])[]) {
  const own = recent.flatMap((lines) => lines.filter((line) => line.player === player && !line.dnp)).slice(0, 10);
  const dice = random(season.seed, "usual", player);
  const usual = { points: dice.between(3, 22), minutes: dice.between(8, 34) };
  return {
    cache_date: game.date,
    player_lookup: player,
    points_avg_last_5: mean(own.slice(0, 5).map(pointsOf), usual.points),
    points_avg_last_10: mean(own.map(pointsOf), usual.points),
    minutes_avg_last_10: mean(
      own.map((line) => line.tenths / 10),
      usual.minutes,
    ),
    team_pace_last_10: mean([], dice.between(95, 104)),
    is_production_ready: true,
  };
}

const memory = new WeakMap<Season, Map<string, readonly (readonly PlayerLine[])[]>>();
const lookBackDays = 45;

/** The team's box scores strictly before the date, newest first: enough for ten games of nearly everybody. */
function recentLines(season: Season, team: string, date: CalendarDate): readonly (readonly PlayerLine[])[] {
  const known = memory.get(season) ?? new Map<string, readonly (readonly PlayerLine[])[]>();
  memory.set(season, known);
  const key = `${team} ${date}`;
  const found = known.get(key) ?? teamGames(season, team, date).map((game) => boxScore(season.seed, game).players);
  known.set(key, found);
  return found;
}

function teamGames(season: Season, team: string, date: CalendarDate): PlannedGame[] {
  const games: PlannedGame[] = [];
  for (let back = 1; back <= lookBackDays && games.length < 16; back += 1) {
    const day = addDays(date, -back);
    if (day < (season.processed[0] ?? date)) break;
    const game = season.night(day).games.find(({ away, home, played }) => played && (away === team || home === team));
    if (game?.owes.includes("analytics") === true) games.push(game);
  }
  return games;
}

function mean(values: readonly number[], otherwise: number): number {
  const average = values.length === 0 ? otherwise : values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.round(average * 10) / 10;
}
