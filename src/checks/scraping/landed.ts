import type { CollectedRow } from "../../evidence/looks/scraping.ts";
import type { BoxScoreRow, TableFacts } from "../../evidence/looks/tables.ts";
import type { Scope } from "../check.ts";
import { landedOf } from "../landing.ts";
import type { SlatedGame } from "../slate.ts";

/** What a collection has brought for the date. */
export interface Landing {
  readonly rows: number;
  /** Games covered, of those that it owes. */
  readonly covered: number;
  readonly of: number;
  /** Owed games without their rows; none of a collection that is not owed game by game. */
  readonly missing: readonly SlatedGame[];
  /** The oldest and the newest stamp of the rows there now. */
  readonly first?: Date;
  readonly last?: Date;
  /** Since when nothing owed is missing, as far as there are stamps: the latest of the games' first stamps. */
  readonly wholeAt?: Date;
  /** Something that landed carries no stamp, so it may have come later than that. */
  readonly untimed: boolean;
}

/** Box scores of one source: a game is covered if both its teams have enough rows. */
export function landedPerGame(facts: TableFacts<BoxScoreRow>, table: string, owing: readonly SlatedGame[], { rules }: Scope): Landing {
  const games = owing.map((game) => ({ game, landed: landedOf(facts, table, game, rules) }));
  const covered = games.filter(({ landed }) => landed.complete);
  const firsts = covered.flatMap(({ landed }) => landed.first ?? []);
  const lasts = covered.flatMap(({ landed }) => landed.last ?? []);
  return {
    rows: games.reduce((sum, { landed }) => sum + landed.rows, 0),
    covered: covered.length,
    of: owing.length,
    missing: games.flatMap(({ game, landed }) => (landed.complete ? [] : [game])),
    ...bounds(firsts, lasts),
    ...(firsts.length === 0 ? {} : { wholeAt: new Date(Math.max(...firsts.map(Number))) }),
    untimed: firsts.length < covered.length,
  };
}

/**
 * Snapshots, counted per game. Their ids are the source's own and bookmakers don't quote every game at once, so the
 * collection has landed with its first rows; how many games they are of is said.
 */
export function landedInSnapshots(facts: TableFacts<CollectedRow>, owing: readonly SlatedGame[]): Landing {
  const counts = facts.rows.filter(({ n }) => n > 0);
  const firsts = counts.flatMap(({ oldest }) => (oldest === null ? [] : [new Date(oldest)]));
  const lasts = counts.flatMap(({ newest }) => (newest === null ? [] : [new Date(newest)]));
  const times = bounds(firsts, lasts);
  return {
    rows: counts.reduce((sum, { n }) => sum + n, 0),
    covered: new Set(counts.flatMap(({ game_id: id }) => id ?? [])).size,
    of: owing.length,
    missing: counts.length === 0 ? owing : [],
    ...times,
    ...(times.first === undefined ? {} : { wholeAt: times.first }),
    untimed: times.first === undefined,
  };
}

function bounds(firsts: readonly Date[], lasts: readonly Date[]): { first?: Date; last?: Date } {
  if (firsts.length === 0 || lasts.length === 0) return {};
  return { first: new Date(Math.min(...firsts.map(Number))), last: new Date(Math.max(...lasts.map(Number))) };
}
