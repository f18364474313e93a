import { catalogue } from "../../../src/checks/catalogue.ts";
import type { Kind } from "../kind.ts";
import { analytics } from "./analytics.ts";
import { boxScores } from "./box-scores.ts";
import { completion } from "./completion.ts";
import { consistency } from "./consistency.ts";
import { features } from "./features.ts";
import { fields } from "./fields.ts";
import { games } from "./games.ts";
import { grading } from "./grading.ts";
import { lines } from "./lines.ts";
import { minutes } from "./minutes.ts";
import { predictions } from "./predictions.ts";
import { runs } from "./runs.ts";
import { scrapers } from "./scrapers.ts";
import { tables } from "./tables.ts";
import { uniqueKeys } from "./unique-keys.ts";
import { usageRate } from "./usage-rate.ts";
import { wholeGames } from "./whole-games.ts";

const all: readonly Kind[] = [
  ...games,
  ...boxScores,
  ...analytics,
  ...uniqueKeys,
  ...minutes,
  ...usageRate,
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
