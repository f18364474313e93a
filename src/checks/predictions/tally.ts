import type { PredictionCount } from "../../evidence/looks/predictions.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Slate, SlatedGame } from "../slate.ts";
import type { Roster } from "./placing.ts";
import { gameOfRow } from "./placing.ts";

/** One system's prediction for one player of one game: the business key, whatever versions of it there are. */
export interface Prediction {
  readonly system: string;
  readonly player: string;
  /** Undefined where neither its id nor its player tells the game. */
  readonly game: SlatedGame | undefined;
  /** Any version of it is active. */
  readonly active: boolean;
  /** Any version of it has a real line. */
  readonly real: boolean;
  /** An active version has a real line. */
  readonly activeReal: boolean;
}

export interface Tally {
  readonly predictions: readonly Prediction[];
  readonly rows: number;
  /** Rows that name no system or no player: they can't be told from copies and are counted nowhere. */
  readonly nameless: number;
}

/** One entry per system, player and game of a date's predictions; versions that were superseded are no entries of their own. */
export function tallyOf({ rows }: TableFacts<PredictionCount>, slate: Slate, roster: Roster, rules: Rules): Tally {
  const games = slate.kind === "games" ? slate.games : [];
  const found = new Map<string, Prediction>();
  for (const row of rows) {
    const { system_id: system, player_lookup: player } = row;
    if (system === null || player === null) continue;
    const game = gameOfRow(row, games, roster);
    const key = JSON.stringify([system, player, game?.name ?? null]);
    const known = found.get(key);
    const [active, real] = [row.is_active === true, row.line_source === rules.predictions.real_line];
    found.set(key, {
      system,
      player,
      game,
      active: active || known?.active === true,
      real: real || known?.real === true,
      activeReal: (active && real) || known?.activeReal === true,
    });
  }
  const count = (some: readonly PredictionCount[]): number => some.reduce((sum, { n }) => sum + n, 0);
  return {
    predictions: [...found.values()],
    rows: count(rows),
    nameless: count(rows.filter(({ system_id: system, player_lookup: player }) => system === null || player === null)),
  };
}

export function systemsIn({ predictions }: Tally): readonly string[] {
  return [...new Set(predictions.map(({ system }) => system))].toSorted();
}
