import type { Row } from "../../../../ports/warehouse.ts";
import type { BoxScore, PlayerLine, TeamLine } from "./box-scores.ts";
import { boxScore, pointsOf } from "./box-scores.ts";
import type { PlannedGame } from "./plan.ts";
import { fingerprint } from "./random.ts";
import { seasonYear } from "./season.ts";
import type { TableSource } from "./source.ts";
import { atOnce, bothSides, inAnalytics } from "./source.ts";

export const players: TableSource = {
  rowsOf: (game, season) => {
    const box = boxScore(season.seed, game);
    return box.players.map((line) => playerRow(game, box, line));
  },
  size: (game) => bothSides(game.rows),
  arrivals: (night) => atOnce(night.time(1, 6, 35), inAnalytics(night)),
};

export const offense: TableSource = {
  rowsOf: (game, season) => boxScore(season.seed, game).teams.map((line) => offenseRow(game, line)),
  size: () => 2,
  arrivals: (night) => atOnce(night.time(1, 6, 22), inAnalytics(night)),
};

export const defense: TableSource = {
  rowsOf: (game, season) => {
    const [away, home] = boxScore(season.seed, game).teams;
    return [defenseRow(game, away, home), defenseRow(game, home, away)];
  },
  size: () => 2,
  arrivals: (night) => atOnce(night.time(1, 6, 28), inAnalytics(night)),
};

function playerRow(game: PlannedGame, box: BoxScore, line: PlayerLine): Row {
  const shots = (amount: number): number | null => (line.dnp ? null : amount);
  const points = shots(pointsOf(line));
  return {
    player_lookup: line.player,
    universal_player_id: `${line.player}_001`,
    game_id: game.analyticsId,
    game_date: game.date,
    team_abbr: line.team,
    opponent_team_abbr: line.opponent,
    season_year: seasonYear(game.date),
    points,
    minutes_played: shots(line.tenths / 10),
    fg_attempts: shots(line.fgAttempts),
    fg_makes: shots(line.fgMakes),
    three_pt_attempts: shots(line.threeAttempts),
    three_pt_makes: shots(line.threeMakes),
    ft_attempts: shots(line.ftAttempts),
    ft_makes: shots(line.ftMakes),
    turnovers: shots(line.turnovers),
    usage_rate: shots(usageRate(line, line.team === game.away ? box.teams[0] : box.teams[1])),
    is_active: !line.dnp,
    is_dnp: line.dnp,
    dnp_reason: line.dnp ? "DNP - Coach's Decision" : null,
    primary_source_used: "nbac_gamebook",
    data_hash: fingerprint(`${line.player} ${game.analyticsId} ${line.tenths} ${points ?? "-"}`, 16),
  };
}

/** The share of the team's chances that ended with this player while he was on the floor, in percent. */
function usageRate(line: PlayerLine, team: TeamLine): number {
  const chances = (of: { fgAttempts: number; ftAttempts: number; turnovers: number }): number =>
    of.fgAttempts + 0.44 * of.ftAttempts + of.turnovers;
  return Math.round((10_000 * chances(line) * 48) / ((line.tenths / 10) * chances(team))) / 100;
}

function offenseRow(game: PlannedGame, line: TeamLine): Row {
  return {
    game_id: game.analyticsId,
    nba_game_id: game.nbaId,
    game_date: game.date,
    team_abbr: line.team,
    opponent_team_abbr: line.opponent,
    season_year: seasonYear(game.date),
    points_scored: line.points,
    fg_attempts: line.fgAttempts,
    fg_makes: line.fgMakes,
    three_pt_attempts: line.threeAttempts,
    ft_attempts: line.ftAttempts,
    turnovers: line.turnovers,
    possessions: line.possessions,
    home_game: line.home,
    data_hash: fingerprint(`offense ${line.team} ${game.analyticsId} ${line.points}`, 16),
  };
}

function defenseRow(game: PlannedGame, defending: TeamLine, opponent: TeamLine): Row {
  return {
    game_id: game.analyticsId,
    game_date: game.date,
    defending_team_abbr: defending.team,
    opponent_team_abbr: opponent.team,
    season_year: seasonYear(game.date),
    points_allowed: opponent.points,
    opp_fg_attempts: opponent.fgAttempts,
    home_game: defending.home,
    data_hash: fingerprint(`defense ${defending.team} ${game.analyticsId} ${opponent.points}`, 16),
  };
}
