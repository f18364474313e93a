import type { CalendarDate } from "../../../../pipeline/dates.ts";
import type { Pipeline } from "../../../../pipeline/load.ts";
import type { TableName } from "../../../../ports/warehouse.ts";
import { defense, offense, players } from "./analytics.ts";
import { featureStore } from "./features.ts";
import { gameLines, injuryReport, playerProps } from "./odds.ts";
import { compositeFactors, dailyCache, defenseZones, shotZones } from "./precompute.ts";
import { accuracy, haltState, predictions } from "./predictions.ts";
import { gamebook, playerBoxScores, secondSource, teamBoxScores } from "./raw.ts";
import { postponements, schedule } from "./schedule.ts";
import type { TableSource } from "./source.ts";
import { upcomingPlayers, upcomingTeams } from "./upcoming.ts";

/** Tables that the generator can fill, by name; of those that play a part in the pipeline file, by that part. */
export function tableSources(pipeline: Pipeline): ReadonlyMap<TableName, TableSource> {
  const { games, analytics, features, predictions: predicting } = pipeline.file;
  const sources = new Map<TableName, TableSource>([
    [games.schedule, schedule],
    [games.postponements, postponements],
    ["nba_raw.nbac_gamebook_player_stats", gamebook],
    ["nba_raw.nbac_player_boxscores", playerBoxScores],
    ["nba_raw.bdl_player_boxscores", secondSource],
    ["nba_raw.nbac_team_boxscore", teamBoxScores],
    ["nba_raw.odds_api_player_points_props", playerProps],
    ["nba_raw.odds_api_game_lines", gameLines],
    ["nba_raw.nbac_injury_report", injuryReport],
    [analytics.players, players],
    [analytics.offense, offense],
    [analytics.defense, defense],
    [features.players, upcomingPlayers],
    ["nba_analytics.upcoming_team_game_context", upcomingTeams],
    ["nba_precompute.team_defense_zone_analysis", defenseZones],
    ["nba_precompute.player_shot_zone_analysis", shotZones],
    ["nba_precompute.player_composite_factors", compositeFactors],
    ["nba_precompute.player_daily_cache", dailyCache],
    [features.table, featureStore],
    [predicting.table, predictions],
    [predicting.graded, accuracy],
    [predicting.halt_state, haltState],
  ]);
  return new Map(
    [...sources]
      .filter(([table]) => pipeline.file.tables[table] !== undefined)
      .map(([table, source]) => [table, inService(pipeline, table, source)]),
  );
}

/** A source that the pipeline file retires on a date brings nothing from then on. */
function inService(pipeline: Pipeline, table: TableName, source: TableSource): TableSource {
  const terms = pipeline.file.box_scores.sources.find((candidate) => candidate.table === table);
  if (terms?.since === undefined && terms?.until === undefined) return source;
  const serves = (date: CalendarDate): boolean => (terms.since ?? date) <= date && (terms.until === undefined || date < terms.until);
  return { ...source, arrivals: (night) => (serves(night.date) ? source.arrivals(night) : []) };
}
