import type { Pipeline } from "../../../../pipeline/load.ts";
import type { TableName } from "../../../../ports/warehouse.ts";

export interface Processor {
  /** As the tracked phase's completion documents name it; undefined for those of other phases. */
  readonly name: string | undefined;
  readonly className: string;
  readonly table: TableName;
  readonly phase: Phase;
  /** The deployed unit that it runs in. */
  readonly unit: string;
  /** As its own phase's document names it, where that is another. */
  readonly key?: string;
}

/** As completion messages and the run history name them. */
export type Phase = keyof typeof units;

export const units = {
  phase_2_raw: "nba-phase2-raw-processors",
  phase_3_analytics: "nba-phase3-analytics-processors",
  phase_4_precompute: "nba-phase4-precompute-processors",
  phase_5_predictions: "prediction-coordinator",
  grading: "nba-grading-service",
} as const;

/** Every processor whose runs a scenario can tell of: those that the pipeline file tracks, and one for every other table that one fills. */
export function processorsOf(pipeline: Pipeline): readonly Processor[] {
  const { completion, predictions, tables } = pipeline.file;
  const tracked = Object.entries(completion.processors).map(([name, { class: className, table }]) =>
    processor("phase_3_analytics", className, table, { name }),
  );
  const { outputs, processors: classes = {} } = completion.next_phase;
  const next = outputs.map((table) => {
    const className = Object.keys(classes).find((name) => classes[name] === table) ?? classNameOf(table);
    return processor("phase_4_precompute", className, table, { key: precomputeKey(table) });
  });
  const others = [
    ...raw,
    ...precompute.map((table) => processor("phase_4_precompute", classNameOf(table), table, { key: precomputeKey(table) })),
    processor("phase_5_predictions", "PredictionCoordinator", predictions.table),
    processor("grading", "PredictionAccuracyProcessor", predictions.graded),
  ];
  return [...tracked, ...next, ...others].filter(
    ({ table }, index, all) => tables[table] !== undefined && all.findIndex((other) => other.table === table) === index,
  );
}

/** Only the game book's class is written down; the others are named after it. */
const raw = [
  processor("phase_2_raw", "NbacScheduleProcessor", "nba_raw.nbac_schedule", { key: "p2_nbacom_schedule" }),
  processor("phase_2_raw", "NbacGamebookProcessor", "nba_raw.nbac_gamebook_player_stats", { key: "p2_nbacom_gamebook_pdf" }),
  processor("phase_2_raw", "NbacPlayerBoxscoreProcessor", "nba_raw.nbac_player_boxscores"),
  processor("phase_2_raw", "NbacTeamBoxscoreProcessor", "nba_raw.nbac_team_boxscore"),
  processor("phase_2_raw", "BdlBoxscoresProcessor", "nba_raw.bdl_player_boxscores", { key: "p2_bdl_box_scores" }),
  processor("phase_2_raw", "OddsApiPropsProcessor", "nba_raw.odds_api_player_points_props"),
  processor("phase_2_raw", "OddsGameLinesProcessor", "nba_raw.odds_api_game_lines", { key: "p2_odds_game_lines" }),
  processor("phase_2_raw", "NbacInjuryReportProcessor", "nba_raw.nbac_injury_report"),
];

const precompute = [
  "nba_precompute.team_defense_zone_analysis",
  "nba_precompute.player_shot_zone_analysis",
  "nba_precompute.player_composite_factors",
];

function processor(phase: Phase, className: string, table: TableName, { name, key }: { name?: string; key?: string } = {}): Processor {
  return { name, className, table, phase, unit: units[phase], ...(key === undefined ? {} : { key }) };
}

/** `player_daily_cache` is filled by `PlayerDailyCacheProcessor`; the feature store's class goes by another name. */
function classNameOf(table: TableName): string {
  const name = nameOf(table);
  if (name.startsWith("ml_feature_store")) return "MLFeatureStoreProcessor";
  const words = name.split("_").map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return `${words.join("")}Processor`;
}

function precomputeKey(table: TableName): string {
  const name = nameOf(table);
  return name.startsWith("ml_feature_store") ? "ml_feature_store" : name;
}

function nameOf(table: TableName): string {
  return table.slice(table.indexOf(".") + 1);
}
