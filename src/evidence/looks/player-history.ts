import { z } from "zod";
import type { CalendarDate } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { Value } from "../../ports/warehouse.ts";
import type { Look } from "../evidence.ts";
import type { TableFacts } from "./table-look.ts";
import { tableLook } from "./table-look.ts";

const value: z.ZodType<Value> = z.json();
const historyRow = z
  .object({
    player_lookup: z.string().nullable(),
    game_date: z.string(),
    points: z.number().nullable(),
    minutes_played: z.number().nullable(),
    processed_at: z.string().nullable(),
  })
  .catchall(value);

export type HistoryRow = z.output<typeof historyRow>;

/** Player rows of the weeks strictly before the date, in the few columns that averages and their keep rule need: it is a long window. */
export function playerHistory(rules: Rules, date: CalendarDate): Look<TableFacts<HistoryRow>> {
  const table = rules.analytics.players;
  const { key, also_once: once, keep } = tableRules(rules, table);
  const columns = [...new Set([...Object.keys(historyRow.shape), ...(once ?? key), ...keep.map((order) => order.column)])];
  return tableLook(rules, date, table, {
    name: "player-history",
    row: historyRow,
    columns,
    required: columns,
    window: { before: rules.thresholds.consistency.history.days, after: -1 },
    whenEmpty: {
      mayBeEmpty: true,
      witness: "nothing is concluded from its emptiness: a player with too few games is skipped, and none compared is unknown",
    },
  });
}
