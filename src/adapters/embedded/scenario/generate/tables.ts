import type { CalendarDate } from "../../../../pipeline/dates.ts";
import type { Pipeline } from "../../../../pipeline/load.ts";
import type { TableName } from "../../../../ports/warehouse.ts";
import { defense, offense, players } from "./analytics.ts";
import { dailyCache, featureStore } from "./precompute.ts";
import { gamebook, playerBoxScores, secondSource } from "./raw.ts";
import { postponements, schedule } from "./schedule.ts";
import type { TableSource } from "./source.ts";
import { upcomingPlayers, upcomingTeams } from "./upcoming.ts";

/** Tables that the generator can fill, by name; of those that play a part in the pipeline file, by that part. */
export function tableSources(pipeline: Pipeline): ReadonlyMap<TableName, TableSource> {
  const { games, analytics } = pipeline.file;
  const sources = new Map<TableName, TableSource>([
    [games.schedule, schedule],
    [games.postponements, postponements],
    ["nba_raw.nbac_gamebook_player_stats", gamebook],
    ["nba_raw.nbac_player_boxscores", playerBoxScores],
    ["nba_raw.bdl_player_boxscores", secondSource],
    [analytics.players, players],
    [analytics.offense, offense],
    [analytics.defense, defense],
    ["nba_analytics.upcoming_player_game_context", upcomingPlayers],
    ["nba_analytics.upcoming_team_game_context", upcomingTeams],
    ["nba_precompute.player_daily_cache", dailyCache],
    ["nba_predictions.ml_feature_store_v2", featureStore],
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
