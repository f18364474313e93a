import { analytics } from "./analytics.ts";
import { minutes } from "./basketball/minutes.ts";
import { boxScores } from "./box-scores.ts";
import type { Check } from "./check.ts";
import { completion } from "./completion/completion.ts";
import { games } from "./games.ts";
import { uniqueKeys } from "./unique-keys.ts";

/** Every check of the post-game half, in the order in which the night flows. Ids are public interface. */
export const catalogue: readonly Check[] = [games, boxScores, analytics, uniqueKeys, minutes, completion];
