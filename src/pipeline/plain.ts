import { z } from "zod";
import type { Dated } from "./dated.ts";
import { dated, inForce } from "./dated.ts";
import type { OwnStage, StageName } from "./parts.ts";
import { collection, dayTime, name, pipelineName, reason, share, stage, tableName, tableShape, zone } from "./parts.ts";
import { acceptance, ownCheck, switchedOff } from "./own-checks.ts";
import { infrastructureParts } from "./infrastructure.ts";
import { integer, keyed, record, scalar, text } from "./yaml-file.ts";
import type { PipelineFile } from "./schema.ts";

const ownStage: z.ZodType<StageName, unknown> = scalar(
  "a stage of this file",
  (value) => (/^[a-z][a-z0-9-]*$/u.test(value) ? (value as OwnStage) : undefined), // whether the file has it is checked with the other names
);
const { processor: _processor, read_by: _readBy, ...tableParts } = tableShape;

/** A pipeline without games: every date is expected, and its stages have names of its own. */
export const plainShape = record({
  pipeline: pipelineName,
  title: text,
  zone,
  /** From then on a date is the newest that is judged. */
  judged_from: dayTime,
  stages: keyed(name, stage),
  jobs: keyed(name, record({ ...inForce, at: dated(dayTime), does: text })).optional(),
  tables: keyed(tableName, record({ ...tableParts, stage: ownStage, read_by: z.array(tableName).optional() })),
  collections: keyed(name, collection).optional(),
  core: z.array(text).optional(),
  thresholds: record({
    "unique-keys": record({ surplus: dated(record({ p3_to: integer, p2_to: integer, p0_share: share, reason })) }),
  }).optional(),
  checks: z.array(ownCheck).optional(),
  accepted: z.array(acceptance).optional(),
  ports: switchedOff.optional(),
  ...infrastructureParts,
}).superRefine(({ tables, thresholds, stages }, context) => {
  const unique = Object.values(tables).some((table) => table.unique === true);
  if (unique && thresholds === undefined) {
    const message = "needs `unique-keys`: how many surplus rows are how bad, and why, since a table is marked `unique`";
    context.addIssue({ code: "custom", message, path: ["thresholds"] });
  }
  if (Object.keys(stages).length === 0) context.addIssue({ code: "custom", message: "needs at least one stage", path: ["stages"] });
});

/** A plain file as a whole one. What it doesn't have is empty, and no check that reads it is in its catalogue. */
export function completed(file: z.output<typeof plainShape>): PipelineFile {
  const { judged_from: judgedFrom, ...declared } = file;
  return {
    ...withoutGames,
    ...declared,
    kind: "plain",
    moments: { post_game_from: judgedFrom, pre_game_until: { day: 0, hour: 0, minute: 0 } },
    stages: { ...neverStages, ...declared.stages },
    jobs: declared.jobs ?? {},
    collections: declared.collections ?? {},
    core: declared.core ?? [],
    thresholds: partly<PipelineFile["thresholds"]>(declared.thresholds ?? {}),
    checks: declared.checks ?? [],
    accepted: declared.accepted ?? [],
    ports: declared.ports ?? {},
  };
}

/** No table, column or collection. */
const nowhere = "";
/** A stage that the file doesn't have. */
export const neverDue = { due: always({ day: 9, hour: 23, minute: 59 }), grace_until: always({ day: 9, hour: 23, minute: 59 }) };

const neverStages = {
  games: neverDue,
  "box-scores": neverDue,
  analytics: neverDue,
  completion: neverDue,
  "same-day": neverDue,
  features: neverDue,
  predictions: neverDue,
  grading: neverDue,
};

/** What looks and checks of any pipeline read stands here; the rest is for checks of games. */
const withoutGames = {
  box_scores: { sources: [] },
  analytics: { players: nowhere, offense: nowhere, defense: nowhere },
  run_history: nowhere,
  completion: partly<PipelineFile["completion"]>({ collection: nowhere, processors: {} }),
  features: partly<PipelineFile["features"]>({ table: nowhere, line: { column: nowhere, index: 0, instead: nowhere } }),
  core_pre_game: [],
  games: partly<PipelineFile["games"]>({}),
  precompute: partly<PipelineFile["precompute"]>({}),
  predictions: partly<PipelineFile["predictions"]>({}),
  scraping: partly<PipelineFile["scraping"]>({}),
} satisfies Partial<PipelineFile>;

/** What is left out is read by checks of games only; one that ran all the same would throw, which is a bug and no verdict. */
function partly<T>(known: Partial<T>): T {
  return known as T; // Sound as long as `src/checks/checks-of.ts` keeps those checks away, which a test holds.
}

function always<T>(value: T): Dated<T> {
  return { dated: [{ value }] };
}
