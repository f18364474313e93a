import { alerts } from "./alerts.ts";
import { analytics } from "./analytics.ts";
import { consistency } from "./basketball/consistency/consistency.ts";
import { fields } from "./basketball/fields.ts";
import { minutes } from "./basketball/minutes.ts";
import { usageRate } from "./basketball/usage-rate.ts";
import { wholeGames } from "./basketball/whole-games.ts";
import { boxScores } from "./box-scores.ts";
import type { Check } from "./check.ts";
import { completion } from "./completion/completion.ts";
import { deadLetters } from "./dead-letters.ts";
import { deployments } from "./deployments.ts";
import { errors } from "./errors.ts";
import { exports } from "./exports.ts";
import { games } from "./games.ts";
import { heartbeats } from "./heartbeats.ts";
import { locks } from "./locks.ts";
import { orchestrators } from "./orchestrators.ts";
import { features } from "./predictions/features.ts";
import { grading } from "./predictions/grading.ts";
import { lines } from "./predictions/lines.ts";
import { predictionsActive } from "./predictions/predictions-active.ts";
import { predictions } from "./predictions/predictions.ts";
import { runs } from "./runs.ts";
import { schedules } from "./schedules.ts";
import { scrapers } from "./scrapers.ts";
import { tables } from "./tables.ts";
import { uniqueKeys } from "./unique-keys.ts";

/** Every check of the post-game half, in the order in which the night flows. Ids are public interface. */
export const catalogue: readonly Check[] = [
  games,
  boxScores,
  analytics,
  uniqueKeys,
  minutes,
  usageRate,
  fields,
  wholeGames,
  consistency,
  completion,
  features,
  predictions,
  predictionsActive,
  lines,
  grading,
  exports,
  scrapers,
  runs,
  errors,
  orchestrators,
  deployments,
  schedules,
  deadLetters,
  locks,
  heartbeats,
  alerts,
  tables,
];
