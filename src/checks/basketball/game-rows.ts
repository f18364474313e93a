import type { OffenseRow, PlayerRow, TableFacts } from "../../evidence/looks/tables.ts";
import type { Game } from "../../pipeline/games.ts";
import { isPairOf, plays, teamsOf } from "../../pipeline/games.ts";
import type { Rules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { Kept } from "../keep.ts";
import { keepOne } from "../keep.ts";

/** The games' player rows, one per business key. */
export function keptPlayers(players: TableFacts<PlayerRow>, games: readonly Game[], rules: Rules): Kept<PlayerRow> {
  const own = players.rows.filter((row) => games.some((game) => plays(game, row.team_abbr)));
  return keepOne(own, tableRules(rules, rules.analytics.players));
}

export function hasMinutes(row: PlayerRow): boolean {
  return (row.minutes_played ?? 0) > 0;
}

/** Did not play: marked so, or unmarked without any sign of having played. Who has minutes has played, whatever the mark says. */
export function isDnp(row: PlayerRow): boolean {
  return !hasMinutes(row) && (row.is_dnp ?? row.points === null);
}

/** Whether `analytics` is the check that speaks of the game: it counts too few rows of one of the teams. */
export function lacksPlayers(game: Game, kept: readonly PlayerRow[], { thresholds }: Rules): boolean {
  const { least } = thresholds.analytics.team_player_rows;
  return teamsOf(game).some((team) => kept.filter((row) => row.team_abbr === team).length < least);
}

/** The game's row of each team, by the table's keep rule: copies differ, and only the most complete one is of the whole game. */
export function keptTeams(offense: TableFacts<OffenseRow>, game: Game, rules: Rules): ReadonlyMap<string, OffenseRow> {
  const own = offense.rows.filter((row) => isPairOf(game, row.team_abbr, row.opponent_team_abbr));
  const { rows } = keepOne(own, tableRules(rules, rules.analytics.offense));
  return new Map(rows.flatMap((row) => (row.team_abbr === null ? [] : [[row.team_abbr, row]])));
}

/** What a player or a team has done with the ball: shots, pairs of free throws and losses. Null where one of them is not there. */
export function chancesOf(row: PlayerRow | OffenseRow): number | null {
  const { fg_attempts: shots, ft_attempts: freeThrows, turnovers } = row;
  return shots === null || freeThrows === null || turnovers === null ? null : shots + 0.44 * freeThrows + turnovers;
}
