import { codeName } from "../outside-text.ts";

/** A game on a date: the two teams are its identity there, whatever id format a table uses. */
export interface Game {
  /** `AWAY@HOME`, the subject name of a game in findings. */
  readonly name: string;
  readonly away: string;
  readonly home: string;
}

export function gameOf(away: string, home: string): Game {
  return { name: `${codeName(away)}@${codeName(home)}`, away, home };
}

/** Whether the unordered pair of teams is that of the game; tables disagree on which team comes first. */
export function isPairOf(game: Game, team: string | null, opponent: string | null): boolean {
  return (team === game.away && opponent === game.home) || (team === game.home && opponent === game.away);
}

/** Whether the team plays in the game. A team plays at most once per date, so a team alone identifies its game. */
export function plays(game: Game, team: string | null): boolean {
  return team === game.away || team === game.home;
}

export function teamsOf(game: Game): readonly [string, string] {
  return [game.away, game.home];
}
