import type { PlayerLine } from "./box-scores.ts";
import { boxScore, pointsOf } from "./box-scores.ts";
import { random } from "./random.ts";
import type { TableSource } from "./source.ts";
import { atOnce, bothSides, inBoxScores } from "./source.ts";

/** The league's game book: everybody who dressed, in two batches after six in the morning. */
export const gamebook: TableSource = {
  rowsOf: (game, season) =>
    boxScore(season.seed, game).players.map((line) => ({
      game_id: game.nbaId,
      game_code: `${game.date.replaceAll("-", "")}/${game.away}${game.home}`,
      game_date: game.date,
      player_name: displayName(line),
      player_lookup: line.player,
      team_abbr: line.team,
      player_status: line.dnp ? "dnp" : "active",
      dnp_reason: line.dnp ? "DNP - Coach's Decision" : null,
      minutes: line.dnp ? null : clockMinutes(line.tenths),
      minutes_decimal: line.dnp ? null : line.tenths / 10,
      points: line.dnp ? null : pointsOf(line),
      source_file_path: `nba-com/gamebooks-data/${game.date}/${game.date.replaceAll("-", "")}-${game.away}${game.home}.json`,
    })),
  size: (game) => bothSides(game.rows),
  arrivals: (night) => {
    const games = inBoxScores(night);
    const half = Math.ceil(games.length / 2);
    return [...atOnce(night.time(1, 6, 5), games.slice(0, half)), ...atOnce(night.time(1, 6, 15), games.slice(half))];
  },
};

/** The league's box scores: only those who played. */
export const playerBoxScores: TableSource = {
  rowsOf: (game, season) =>
    boxScore(season.seed, game)
      .players.filter((line) => !line.dnp)
      .map((line) => ({
        game_id: game.analyticsId,
        nba_game_id: game.nbaId,
        game_date: game.date,
        game_status: "Final",
        player_lookup: line.player,
        team_abbr: line.team,
        minutes: clockMinutes(line.tenths),
        points: pointsOf(line),
        starter: line.starter,
      })),
  size: (game) => bothSides(game.rows) - bothSides(game.dnp),
  arrivals: (night) => atOnce(night.time(1, 4, 10), inBoxScores(night)),
};

/** The league's team totals. */
export const teamBoxScores: TableSource = {
  rowsOf: (game, season) =>
    boxScore(season.seed, game).teams.map(({ team, points }) => ({ game_id: game.nbaId, game_date: game.date, team_abbr: team, points })),
  size: () => 2,
  arrivals: (night) => atOnce(night.time(1, 4, 12), inBoxScores(night)),
};

/** The second source: everybody who dressed, `00` minutes for who did not play; some games in the window before the one that counts. */
export const secondSource: TableSource = {
  rowsOf: (game, season) =>
    boxScore(season.seed, game).players.map((line) => ({
      game_id: game.analyticsId,
      game_date: game.date,
      player_lookup: line.player,
      team_abbr: line.team,
      minutes: line.dnp ? "00" : String(Math.floor(line.tenths / 10)).padStart(2, "0"),
      points: line.dnp ? 0 : pointsOf(line),
    })),
  size: (game) => bothSides(game.rows),
  arrivals: (night) => {
    const games = inBoxScores(night);
    const early = random("second source", night.date).whole(0, games.length);
    return [...atOnce(night.time(1, 2, 10), games.slice(0, early)), ...atOnce(night.time(1, 4, 10), games.slice(early))];
  },
};

function displayName(line: PlayerLine): string {
  const code = line.team.length;
  const word = line.player.slice(code);
  return `${line.team} ${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

function clockMinutes(tenths: number): string {
  const seconds = tenths * 6;
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}
