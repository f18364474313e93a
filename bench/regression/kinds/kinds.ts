import { catalogue } from "../../../src/checks/catalogue.ts";
import type { Kind } from "../kind.ts";
import { analytics } from "./analytics.ts";
import { boxScores } from "./box-scores.ts";
import { runs, scrapers } from "./collections.ts";
import { completion } from "./completion.ts";
import { consistency } from "./consistency.ts";
import { games } from "./games.ts";
import { fields, minutes, usage, wholeGames } from "./players.ts";
import { features, grading, lines, predictions } from "./predictions.ts";
import { tables } from "./tables.ts";
import { uniqueKeys } from "./unique-keys.ts";

const all: readonly Kind[] = [
  ...games,
  ...boxScores,
  ...analytics,
  ...uniqueKeys,
  ...minutes,
  ...usage,
  ...fields,
  ...wholeGames,
  ...consistency,
  ...completion,
  ...features,
  ...predictions,
  ...lines,
  ...grading,
  ...scrapers,
  ...runs,
  ...tables,
];

/** Kinds whose check is in the catalogue. */
export const kinds = all.filter(({ family }) => catalogue.some(({ id }) => id === family));

/** Ways in which a night goes wrong. */
export const faultKinds = kinds.filter(({ innocent }) => innocent !== true);

/** Ways in which it only looks as if it did. */
export const innocentKinds = kinds.filter(({ innocent }) => innocent === true);
