import type { CalendarDate } from "../../../pipeline/dates.ts";
import { addMinutes } from "../../../pipeline/dates.ts";
import { onDate } from "../../../pipeline/dated.ts";
import type { Pipeline } from "../../../pipeline/load.ts";
import type { Column, KeepOrder } from "../../../pipeline/schema.ts";
import type { TableName } from "../../../ports/warehouse.ts";
import type { PlannedGame, Season } from "./generate/plan.ts";
import { planSeason } from "./generate/plan.ts";
import type { Processor } from "./generate/processors.ts";
import type { TableSource } from "./generate/source.ts";
import { tableSources } from "./generate/tables.ts";
import type { Supplied } from "./files/supplied.ts";
import type { Arrive, Change, GameChoice, Scenario, Totals } from "./scenario.ts";

/** All that says what the stores hold: the scenario, and what the generator makes of a night without changes. */
export interface Plot {
  readonly scenario: Scenario;
  readonly pipeline: Pipeline;
  readonly season: Season;
  readonly sources: ReadonlyMap<TableName, TableSource>;
  /** What the files hold, where nothing is invented. */
  readonly supplied?: Supplied;
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
  /** How many keys come, where it is not the games that say so. */
  readonly records?: number | undefined;
}

/** When which games of a night reach a table: as `arrive` says, otherwise as on a healthy night. */
export function landings(plot: Plot, table: TableName, date: CalendarDate): readonly Landing[] {
  const arrivals = plot.scenario.changes
    .filter((change) => replacesHealthy(change))
    .filter((change) => concerns(plot, change, table, date));
  if (arrivals.length > 0) return arrivals.map((change) => landingOf(plot, change, date)).filter(({ games }) => games.length > 0);
  return healthyLandings(plot, table, date);
}

export function healthyLandings(plot: Plot, table: TableName, date: CalendarDate): readonly Landing[] {
  const healthy = plot.sources.get(table)?.arrivals(plot.season.night(date)) ?? [];
  return healthy.map(({ at, games }) => ({ at, stamped: at, games }));
}

/** Whether the night's rows come as this change says, and not as on a healthy night. */
export function replacesHealthy(change: Change): change is Arrive | Totals {
  return change.verb === "arrive" || (change.verb === "totals" && change.night !== "all");
}

export function landingOf(plot: Plot, change: Arrive | Totals, date: CalendarDate): Landing {
  const all = (): readonly PlannedGame[] => [...new Set(healthyLandings(plot, change.table, date).flatMap(({ games }) => games))];
  const games = change.verb === "arrive" ? arrivingGames(plot, change, date) : all();
  const records = change.verb === "totals" ? change.distinct : undefined;
  return { at: change.from, stamped: change.stamped ?? change.from, games, records };
}

/** Whether the change is about this table's rows of this night. */
export function concerns(
  plot: Plot,
  change: { readonly table: TableName; readonly night?: CalendarDate | "all" | undefined },
  table: TableName,
  date: CalendarDate,
): boolean {
  return change.table === table && (change.night === "all" || (change.night ?? plot.season.nightInFocus) === date);
}

/** Whether rows of this game, by its name, are meant. */
export function gameChosen(plot: Plot, choice: GameChoice, date: CalendarDate): (game: string) => boolean {
  if (choice === "all" || choice === "rest") return () => true;
  const names = new Set(typeof choice === "number" ? chosenGames(plot, choice, date).map(({ name }) => name) : choice);
  return (game) => names.has(game);
}

function chosenGames(plot: Plot, choice: GameChoice, date: CalendarDate): readonly PlannedGame[] {
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
      id: run.id ?? runId(processor.className, run.from),
      startedAt: run.from,
      endedAt: addMinutes(run.from, run.seconds / 60),
      status: run.status,
      records: run.records,
    }));
  }
  const source = plot.sources.get(processor.table);
  return workOf(plot, processor.table, date).map(({ at, games, records }) => ({
    id: runId(processor.className, at),
    startedAt: addMinutes(at, -1.5),
    endedAt: addMinutes(at, 0.5),
    status: "success",
    get records() {
      return records ?? games.reduce((sum, game) => sum + (source?.size(game, plot.season) ?? 0), 0);
    },
  }));
}

/** A night's landings, each once however many games came then. What is written weeks before its date is no work of that night. */
export function workOf(plot: Plot, table: TableName, date: CalendarDate): readonly Omit<Landing, "stamped">[] {
  const from = plot.season.night(date).time(-1, 0, 0);
  const moments = Map.groupBy(
    landings(plot, table, date).filter(({ at }) => at >= from),
    ({ at }) => at.getTime(),
  );
  return [...moments].map(([at, together]) => ({
    at: new Date(at),
    games: together.flatMap(({ games }) => games),
    records: together.find(({ records }) => records !== undefined)?.records,
  }));
}

export function runId(className: string, at: Date): string {
  return `${className}_${at.toISOString().replaceAll(/[-:]|\.\d+/gu, "")}`;
}
