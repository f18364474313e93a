import type { Row } from "../../../../ports/warehouse.ts";
import type { PlannedGame, PlannedNight, Season } from "./plan.ts";

/** Rows of these games are written at this moment. */
export interface Arrival {
  readonly at: Date;
  readonly games: readonly PlannedGame[];
}

/** How one table is filled on a night on which all goes well. */
export interface TableSource {
  /** The game's rows, without the columns that say when they were written. */
  rowsOf(game: PlannedGame, season: Season, at: Date): readonly Row[];
  /** How many these are; without making them where that is known beforehand. */
  size(game: PlannedGame, season: Season): number;
  arrivals(night: PlannedNight): readonly Arrival[];
  /** Dates with rows of their own; the processed ones if absent. */
  dates?(season: Season): Season["processed"];
}

export function bothSides(pair: readonly [number, number]): number {
  return pair[0] + pair[1];
}

export function inBoxScores(night: PlannedNight): readonly PlannedGame[] {
  return night.games.filter((game) => game.played && game.owes.includes("box-scores"));
}

export function inAnalytics(night: PlannedNight): readonly PlannedGame[] {
  return inBoxScores(night).filter((game) => game.owes.includes("analytics"));
}

/** All of these games at one time; nothing happens on a night that has none. */
export function atOnce(at: Date, games: readonly PlannedGame[]): readonly Arrival[] {
  return games.length === 0 ? [] : [{ at, games }];
}
