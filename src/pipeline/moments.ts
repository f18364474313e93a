import type { CalendarDate } from "./dates.ts";
import { addDays, dateAt, instantOf } from "./dates.ts";
import type { Pipeline } from "./load.ts";

/** The newest game date whose post-game checks are due at this clock. */
export function newestPostGameDate(pipeline: Pipeline, asOf: Date): CalendarDate {
  const yesterday = addDays(dateAt(asOf, pipeline.zone), -1);
  const begins = instantOf(yesterday, pipeline.file.moments.post_game_from, pipeline.zone);
  return asOf >= begins ? yesterday : addDays(yesterday, -1);
}
