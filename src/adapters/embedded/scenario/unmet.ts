import type { Failure } from "../world.ts";
import type { CountRows } from "./generate/documents.ts";
import type { Plot } from "./plot.ts";
import type { Fail } from "./scenario.ts";
import { totalsDates } from "./totals.ts";

/** Numbers of rows that are not there are refused now, not in the middle of somebody's question. */
export function refuseUnmet(plot: Plot, count: CountRows): void {
  for (const change of plot.scenario.changes) {
    if (change.verb === "totals") count(change.table, totalsDates(plot, change).at(-1) ?? plot.season.nightInFocus, change.from.getTime());
    // Those of all nights are refused when they are first looked at: every night would have to be made before.
    else if ((change.verb === "duplicate" || change.verb === "values") && change.night !== "all")
      count(change.table, change.night ?? plot.season.nightInFocus, change.from.getTime());
  }
}

export function failuresAt(fails: readonly Fail[], instant: Date): readonly Failure[] {
  return fails
    .filter(({ from, until }) => from <= instant && (until === undefined || instant < until))
    .map(({ port, target, with: kind }) => ({ port, with: kind, ...(target === undefined ? {} : { target }) }));
}
