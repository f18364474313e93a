import { readFileSync } from "node:fs";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import type { Scenario } from "../../src/adapters/embedded/scenario/scenario.ts";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import { dateAt, instantOf } from "../../src/pipeline/dates.ts";
import { loadPipeline } from "../../src/pipeline/load.ts";
import type { Row } from "../../src/ports/warehouse.ts";

const root = new URL("../../", import.meta.url);

export const pipeline = loadPipeline({ name: "pipelines/nba.yaml", text: readFileSync(new URL("pipelines/nba.yaml", root), "utf8") });

export function shipped(name: string): Scenario {
  return loadScenario({ name: `scenarios/${name}.yaml`, text: readFileSync(new URL(`scenarios/${name}.yaml`, root), "utf8") }, pipeline);
}

/** A scenario of the night of 2026-02-03 with ten games, from its changes alone; night and rest may be given instead. */
export function told(changes: string, night = "{ date: 2026-02-03, games: 10, player_rows: 348, dnp: 131 }"): Scenario {
  const text = `scenario: told\nabout: A test.\nbase: healthy\nseed: 3\nclock: 18:00\nnight: ${night}\n${changes}`;
  return loadScenario({ name: "told.yaml", text }, pipeline);
}

export function staged(changes: string, night?: string): Stores {
  return buildStores(told(changes, night), pipeline);
}

/** A time on the morning after 2026-02-03, New York. */
export function morning(time: string): Date {
  return new Date(`2026-02-04T${time.length === 5 ? `${time}:00` : time}-05:00`);
}

/** A night's rows of a table at a moment; of a table that is parted by a time, those of the date in New York. */
export function rowsAt(stores: Stores, table: string, moment: Date, date = "2026-02-03"): readonly Row[] {
  const { partition = "game_date", columns = {} } = pipeline.file.tables[table] ?? {};
  const rows = stores.at(moment).table(table, { column: partition, from: date, to: date })?.rows ?? [];
  const isTime = columns[partition]?.kind === "instant";
  return rows.filter((row) => (isTime ? dateAt(new Date(String(row[partition])), pipeline.zone) : row[partition]) === date);
}

export function countBy(rows: readonly Row[], ...columns: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const key = columns.map((column) => String(row[column])).join("|");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** The morning after a scenario's night, late enough for everything healthy to have run. */
export function afterwards(scenario: Scenario): Date {
  return instantOf(scenario.night.date, { day: 1, hour: 9, minute: 30 }, pipeline.zone);
}

export const tables = {
  schedule: "nba_raw.nbac_schedule",
  gamebook: "nba_raw.nbac_gamebook_player_stats",
  boxScores: "nba_raw.nbac_player_boxscores",
  bdl: "nba_raw.bdl_player_boxscores",
  players: "nba_analytics.player_game_summary",
  offense: "nba_analytics.team_offense_game_summary",
  defense: "nba_analytics.team_defense_game_summary",
  upcomingPlayers: "nba_analytics.upcoming_player_game_context",
  upcomingTeams: "nba_analytics.upcoming_team_game_context",
  cache: "nba_precompute.player_daily_cache",
  features: "nba_predictions.ml_feature_store_v2",
  predictions: "nba_predictions.player_prop_predictions",
  graded: "nba_predictions.prediction_accuracy",
  halt: "nba_orchestration.halt_state",
  teamBoxScores: "nba_raw.nbac_team_boxscore",
  props: "nba_raw.odds_api_player_points_props",
  gameLines: "nba_raw.odds_api_game_lines",
  injuries: "nba_raw.nbac_injury_report",
  composite: "nba_precompute.player_composite_factors",
  shotZones: "nba_precompute.player_shot_zone_analysis",
  defenseZones: "nba_precompute.team_defense_zone_analysis",
  executions: "nba_orchestration.scraper_execution_log",
  decisions: "nba_orchestration.workflow_decisions",
  workflowRuns: "nba_orchestration.workflow_executions",
  expected: "nba_orchestration.daily_expected_schedule",
  runs: "nba_reference.processor_run_history",
} as const;
