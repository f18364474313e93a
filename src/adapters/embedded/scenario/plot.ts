import type { CalendarDate } from "../../../pipeline/dates.ts";
import { addMinutes } from "../../../pipeline/dates.ts";
import { onDate } from "../../../pipeline/dated.ts";
import type { Pipeline } from "../../../pipeline/load.ts";
import type { Column, KeepOrder } from "../../../pipeline/schema.ts";
import type { TableName } from "../../../ports/warehouse.ts";
import type { PlannedGame, Season } from "./generate/plan.ts";
import { planSeason } from "./generate/plan.ts";
import type { TableSource } from "./generate/source.ts";
import { tableSources } from "./generate/tables.ts";
import type { Arrive, Change, GameChoice, Scenario } from "./scenario.ts";

/** All that says what the stores hold: the scenario, and what the generator makes of a night without changes. */
export interface Plot {
  readonly scenario: Scenario;
  readonly pipeline: Pipeline;
  readonly season: Season;
  readonly sources: ReadonlyMap<TableName, TableSource>;
}

export function plotOf(scenario: Scenario, pipeline: Pipeline): Plot {
  return { scenario, pipeline, season: planSeason(scenario, pipeline), sources: tableSources(pipeline) };
}

/** What a table's rules say for one date. */
export interface TableFacts {
  readonly name: TableName;
  readonly columns: Readonly<Record<string, Column>>;
  readonly partition: string;
  readonly key: readonly string[];
  readonly keep: readonly KeepOrder[];
  readonly writtenAt: string | undefined;
}

export function tableFacts(pipeline: Pipeline, name: TableName, date: CalendarDate): TableFacts {
  const declared = pipeline.file.tables[name];
  if (declared === undefined) throw new Error(`The pipeline file declares no table ${name}.`);
  const { columns, partition, keep, written_at: writtenAt } = declared;
  return { name, columns, partition, keep, writtenAt, key: onDate(declared.key, date) };
}

/** Rows of these games reach the table at this moment and say so, or say another. */
export interface Landing {
  readonly at: Date;
  readonly stamped: Date;
  readonly games: readonly PlannedGame[];
}

/** When which games of a night reach a table: as `arrive` says, otherwise as on a healthy night. */
export function landings(plot: Plot, table: TableName, date: CalendarDate): readonly Landing[] {
  const arrivals = plot.scenario.changes
    .filter((change) => change.verb === "arrive")
    .filter((change) => concerns(plot, change, table, date));
  if (arrivals.length > 0) return arrivals.map((arrive) => landingOf(plot, arrive, date)).filter(({ games }) => games.length > 0);
  const healthy = plot.sources.get(table)?.arrivals(plot.season.night(date)) ?? [];
  return healthy.map(({ at, games }) => ({ at, stamped: at, games }));
}

export function landingOf(plot: Plot, arrive: Arrive, date: CalendarDate): Landing {
  return { at: arrive.from, stamped: arrive.stamped ?? arrive.from, games: arrivingGames(plot, arrive, date) };
}

/** Whether the change is about this table's rows of this night. */
export function concerns(
  plot: Plot,
  change: { readonly table: TableName; readonly night?: CalendarDate | undefined },
  table: TableName,
  date: CalendarDate,
): boolean {
  return change.table === table && (change.night ?? plot.season.nightInFocus) === date;
}

export function chosenGames(plot: Plot, choice: GameChoice, date: CalendarDate): readonly PlannedGame[] {
  const { games } = plot.season.night(date);
  if (choice === "all" || choice === "rest") return games;
  if (typeof choice === "number") return games.slice(0, choice);
  return games.filter((game) => choice.includes(game.name));
}

function arrivingGames(plot: Plot, arrive: Arrive, date: CalendarDate): readonly PlannedGame[] {
  if (arrive.games !== "rest") return chosenGames(plot, arrive.games, date);
  const earlier = before(plot.scenario.changes, arrive).filter((change) => change.verb === "arrive");
  const named = earlier
    .filter((change) => concerns(plot, change, arrive.table, date))
    .flatMap((change) => arrivingGames(plot, change, date));
  return plot.season.night(date).games.filter((game) => !named.includes(game));
}

function before(changes: readonly Change[], change: Change): readonly Change[] {
  return changes.slice(0, changes.indexOf(change));
}

export interface Processor {
  /** As completion documents name it; undefined for those of the next phase. */
  readonly name: string | undefined;
  readonly className: string;
  readonly table: TableName;
}

/** Every processor whose runs a scenario can tell of: the tracked phase's and the next one's. */
export function processorsOf(pipeline: Pipeline): readonly Processor[] {
  const { processors, next_phase: next } = pipeline.file.completion;
  return [
    ...Object.entries(processors).map(([name, { class: className, table }]) => ({ name, className, table })),
    ...next.outputs.map((table) => ({ name: undefined, className: classNameOf(table), table })),
  ];
}

export interface ProcessorRun {
  readonly id: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly status: string;
  /** Undefined: as many as its table holds at the run's end. */
  readonly records: number | undefined;
}

/** The runs of a processor for a night: those that the scenario names, otherwise one per landing of its rows. */
export function runsOf(plot: Plot, processor: Processor, date: CalendarDate): readonly ProcessorRun[] {
  const named = plot.scenario.changes
    .filter((change) => change.verb === "run")
    .filter((run) => run.processor === processor.className && (run.night ?? plot.season.nightInFocus) === date);
  if (named.length > 0) {
    return named.map((run) => ({
      id: run.id ?? runId(processor, run.from),
      startedAt: run.from,
      endedAt: addMinutes(run.from, run.seconds / 60),
      status: run.status,
      records: run.records,
    }));
  }
  const source = plot.sources.get(processor.table);
  return landings(plot, processor.table, date).map(({ at, games }) => ({
    id: runId(processor, at),
    startedAt: addMinutes(at, -1.5),
    endedAt: addMinutes(at, 0.5),
    status: "success",
    records: games.reduce((sum, game) => sum + (source?.size(game) ?? 0), 0),
  }));
}

export function runId(processor: Processor, at: Date): string {
  return `${processor.className}_${at.toISOString().replaceAll(/[-:]|\.\d+/gu, "")}`;
}

/** `player_daily_cache` is filled by `PlayerDailyCacheProcessor`; the feature store's class goes by another name. */
function classNameOf(table: TableName): string {
  const name = table.slice(table.indexOf(".") + 1);
  if (name.startsWith("ml_feature_store")) return "MLFeatureStoreProcessor";
  const words = name.split("_").map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return `${words.join("")}Processor`;
}
