import { roster } from "./league.ts";
import type { PlannedGame, PlannedNight, Season } from "./plan.ts";
import { fingerprint, random } from "./random.ts";
import { seasonYear } from "./analytics.ts";
import type { TableSource } from "./source.ts";
import { atOnce, bothSides } from "./source.ts";

export interface Expected {
  readonly player: string;
  readonly team: string;
  readonly opponent: string;
  readonly home: boolean;
}

/** Players prepared for the game before it begins. */
export function expectedPlayers(season: Season, game: PlannedGame): readonly Expected[] {
  const of = (team: string, opponent: string, home: boolean, count: number): Expected[] =>
    roster(season.seed, team)
      .slice(0, count)
      .map((player) => ({ player, team, opponent, home }));
  return [...of(game.away, game.home, false, game.upcoming[0]), ...of(game.home, game.away, true, game.upcoming[1])];
}

/** Games that are prepared for: played or not is not known yet. */
export function preparedFor(night: PlannedNight): readonly PlannedGame[] {
  return night.games.filter((game) => game.owes.includes("analytics"));
}

export const upcomingPlayers: TableSource = {
  rowsOf: (game, season) =>
    expectedPlayers(season, game).map((expected) => {
      const dice = random(season.seed, "line", game.date, expected.player);
      const hasLine = dice.next() < 0.45;
      return {
        player_lookup: expected.player,
        universal_player_id: `${expected.player}_001`,
        game_id: game.analyticsId,
        game_date: game.date,
        team_abbr: expected.team,
        opponent_team_abbr: expected.opponent,
        has_prop_line: hasLine,
        home_game: expected.home,
        player_status: null,
        current_points_line: hasLine ? dice.whole(6, 28) + 0.5 : null,
        completeness_percentage: 100,
        expected_games_count: 10,
        is_production_ready: true,
        data_hash: fingerprint(`upcoming ${expected.player} ${game.analyticsId}`, 16),
      };
    }),
  size: (game) => bothSides(game.upcoming),
  arrivals: (night) => atOnce(night.time(0, 10, 35), preparedFor(night)),
};

export const upcomingTeams: TableSource = {
  rowsOf: (game) =>
    [game.away, game.home].map((team) => ({
      team_abbr: team,
      game_id: game.nbaId,
      game_date: game.date,
      season_year: seasonYear(game.date),
      opponent_team_abbr: team === game.home ? game.away : game.home,
      home_game: team === game.home,
      completeness_percentage: 100,
      is_production_ready: true,
      data_hash: fingerprint(`upcoming ${team} ${game.analyticsId}`, 16),
    })),
  size: () => 2,
  arrivals: (night) => atOnce(night.time(0, 10, 38), preparedFor(night)),
};
