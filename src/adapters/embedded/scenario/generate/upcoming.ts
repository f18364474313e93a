import type { PlannedGame } from "./plan.ts";
import type { Prepared } from "./prepared.ts";
import { prepared, preparedFor } from "./prepared.ts";
import { fingerprint } from "./random.ts";
import { seasonYear } from "./season.ts";
import type { TableSource } from "./source.ts";
import { atOnce, bothSides } from "./source.ts";

export const upcomingPlayers: TableSource = {
  rowsOf: (game, season) => prepared(season, game).map((player) => playerRow(game, player)),
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

function playerRow(game: PlannedGame, { player, team, opponent, home, out, line }: Prepared) {
  return {
    player_lookup: player,
    universal_player_id: `${player}_001`,
    game_id: game.analyticsId,
    game_date: game.date,
    team_abbr: team,
    opponent_team_abbr: opponent,
    has_prop_line: line !== undefined,
    home_game: home,
    player_status: out ? "OUT" : null,
    current_points_line: line ?? null,
    completeness_percentage: 100,
    expected_games_count: 10,
    is_production_ready: true,
    data_hash: fingerprint(`upcoming ${player} ${game.analyticsId}`, 16),
  };
}
