import { gamesOwing } from "../../../src/checks/slate.ts";
import type { Row } from "../../../src/ports/warehouse.ts";
import type { ClockName } from "../clocks.ts";
import { whenAllIsDue } from "../clocks.ts";
import type { Day } from "../day.ts";
import { rowsIn, text } from "../day.ts";

export const beforeAndAfter: readonly ClockName[] = ["D 14:30", ...whenAllIsDue];

export function owing({ clean }: Day, stage: "features" | "predictions") {
  return gamesOwing(clean.judgement.scope.slate, stage).filter(({ standing }) => standing.kind === "expected");
}

/** None on a date on which nobody owes any. */
export function featureRows(day: Day): readonly Row[] {
  return owing(day, "features").length === 0 ? [] : rowsIn(day, day.rules.features.table);
}

export function predictionRows(day: Day): readonly Row[] {
  return rowsIn(day, day.rules.predictions.table);
}

/** None on a date on which nobody owes any. */
export function systemsOf(day: Day): readonly string[] {
  return owing(day, "predictions").length === 0 ? [] : [...new Set(predictionRows(day).map((row) => text(row, "system_id")))].toSorted();
}
