import { parseInstant } from "../../src/pipeline/dates.ts";
import { nba } from "./pipeline.ts";

/** Eastern time on a day after the night: `at("09:30")` is the morning after. */
export function at(time: string, day = "2026-02-04"): Date {
  const instant = parseInstant(`${day} ${time}`, nba.zone);
  if (instant === undefined) throw new Error(`No such time: ${day} ${time}`);
  return instant;
}
