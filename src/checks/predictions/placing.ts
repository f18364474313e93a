import type { TableFacts } from "../../evidence/looks/tables.ts";
import { isPairOf, plays } from "../../pipeline/games.ts";
import type { Rules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import { keepOne } from "../keep.ts";
import type { SlatedGame } from "../slate.ts";
import { teamIn } from "../slate.ts";

/** Which team each player was prepared for, as the context table has it: rows of features and predictions name no team. */
export type Roster = ReadonlyMap<string, string>;

export function rosterOf(context: TableFacts, rules: Rules): Roster {
  const { rows } = keepOne(context.rows, tableRules(rules, rules.features.players));
  return new Map(
    rows.flatMap((row) => {
      const [player, team] = [row["player_lookup"], teamIn(row)];
      return typeof player === "string" && team !== null ? [[player, team] as const] : [];
    }),
  );
}

/**
 * The game of a row that names only a game id and a player: by the two teams in the id, in either order, else by the
 * player's team. Ids of other forms are joined with nothing. Undefined if neither tells.
 */
export function gameOfRow(
  { game_id: id, player_lookup: player }: { readonly game_id: string | null; readonly player_lookup: string | null },
  games: readonly SlatedGame[],
  roster: Roster,
): SlatedGame | undefined {
  const [, one, other] = /^\d{8}_([A-Za-z0-9]+)_([A-Za-z0-9]+)$/u.exec(id ?? "") ?? [];
  const named = one === undefined || other === undefined ? undefined : games.find((game) => isPairOf(game, one, other));
  if (named !== undefined) return named;
  const team = player === null ? undefined : roster.get(player);
  return team === undefined ? undefined : games.find((game) => plays(game, team));
}
