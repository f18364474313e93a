import type { TeamForm } from "./form.ts";
import { teamForm } from "./form.ts";
import { mostOfTeam, roster, teams } from "./league.ts";
import type { PlannedGame, PlannedNight, Season } from "./plan.ts";
import type { Prepared } from "./prepared.ts";
import { prepared, preparedFor } from "./prepared.ts";
import type { Arrival, TableSource } from "./source.ts";
import { atOnce, bothSides, inAnalytics } from "./source.ts";

/** Averages over what the player did in the games before the date. Who has not played yet has no row. */
export const dailyCache: TableSource = {
  rowsOf: (game, season) => cached(season, game).map((player) => cacheRow(season, game, player)),
  size: (game, season) => cached(season, game).length,
  arrivals: (night) => twice(night, [11, 5], [7, 10]),
};

export const compositeFactors: TableSource = {
  rowsOf: (game, season) =>
    prepared(season, game).map(({ player }) => ({ game_date: game.date, player_lookup: player, game_id: game.analyticsId })),
  size: (game) => bothSides(game.upcoming),
  arrivals: (night) => twice(night, [11, 3], [7, 6]),
};

/** The whole league's, playing that day or not. */
export const shotZones: TableSource = {
  rowsOf: (game, season) =>
    teamsBeside(season, game).flatMap((team) =>
      roster(season.seed, team)
        .slice(0, playersOfZones)
        .map((player) => ({ analysis_date: game.date, player_lookup: player })),
    ),
  size: (game, season) => teamsBeside(season, game).length * playersOfZones,
  arrivals: (night) => twice(night, [11, 2], [7, 5]),
};

export const defenseZones: TableSource = {
  rowsOf: (game, season) => teamsBeside(season, game).map((team) => ({ analysis_date: game.date, team_abbr: team })),
  size: (game, season) => teamsBeside(season, game).length,
  arrivals: (night) => twice(night, [11, 1], [7, 4]),
};

/** Before the games, and written again on the morning after them. */
export function twice(night: PlannedNight, before: readonly [number, number], after: readonly [number, number]): readonly Arrival[] {
  return [...atOnce(night.time(0, ...before), preparedFor(night)), ...atOnce(night.time(1, ...after), inAnalytics(night))];
}

const playersOfZones = mostOfTeam - 6;

function cached(season: Season, game: PlannedGame): readonly Prepared[] {
  return prepared(season, game).filter(({ player, team }) => teamForm(season, team, game.date).players.has(player));
}

function cacheRow(season: Season, game: PlannedGame, { player, team }: Prepared) {
  const { players, pace }: TeamForm = teamForm(season, team, game.date);
  const own = players.get(player);
  return {
    cache_date: game.date,
    player_lookup: player,
    points_avg_last_5: own?.pointsLast5 ?? null,
    points_avg_last_10: own?.pointsLast10 ?? null,
    minutes_avg_last_10: own?.minutesLast10 ?? null,
    team_pace_last_10: pace,
    is_production_ready: true,
  };
}

/** Every row of a night belongs to one of its games: teams that don't play are dealt out among the games prepared for. */
function teamsBeside(season: Season, game: PlannedGame): readonly string[] {
  const games = preparedFor(season.night(game.date));
  const playing = new Set(games.flatMap(({ away, home }) => [away, home]));
  const idle = teams.filter((team) => !playing.has(team));
  const place = games.indexOf(game);
  return [game.away, game.home, ...idle.filter((_, index) => index % games.length === place)];
}
