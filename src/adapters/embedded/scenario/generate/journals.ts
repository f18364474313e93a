import type { CalendarDate } from "../../../../pipeline/dates.ts";
import type { Pipeline } from "../../../../pipeline/load.ts";
import type { Row, TableName, Value } from "../../../../ports/warehouse.ts";
import type { Plot, TableFacts } from "../plot.ts";
import type { Arrive } from "../scenario.ts";
import type { TableStep } from "../verbs.ts";
import { decisionsOf, expectedOn } from "./controller.ts";
import { fingerprint } from "./random.ts";
import type { ScrapeRun } from "./scraping.ts";
import { scrapeRuns } from "./scraping.ts";

/** A row, and when it was written. */
interface Entry {
  readonly at: Date;
  row(): Row;
}

const workflowExecutions = "nba_orchestration.workflow_executions";

/** Tables that tell what the controller and its scrapers did: their rows follow from what landed, and when, and belong to no game. */
export function journalTables({ file }: Pipeline): readonly TableName[] {
  const { executions, expected, decisions } = file.scraping;
  return [executions, decisions, workflowExecutions, expected].filter((table) => file.tables[table] !== undefined);
}

/** The night's entries in order, those of one moment together. */
export function journalSteps(plot: Plot, table: TableFacts, date: CalendarDate): readonly TableStep[] {
  const entries = entriesOf(plot, table.name, date);
  return [...Map.groupBy(entries, (entry) => entry.at.getTime())].map(([at, together]) => ({
    at,
    apply: (before) => [...before, ...together.map((entry) => ({ game: "", row: whole(table, entry.row()) }))],
  }));
}

/** Told to arrive, what happened by then is all written at that time; of no games, nothing is. */
export function arriving(steps: readonly TableStep[], arrives: readonly Arrive[]): readonly TableStep[] {
  if (arrives.some(({ games }) => games === 0)) return [];
  const from = Math.max(...arrives.map((arrive) => arrive.from.getTime()));
  return steps.map((step) => ({ ...step, at: Math.max(step.at, from) }));
}

function entriesOf(plot: Plot, table: TableName, date: CalendarDate): readonly Entry[] {
  const { executions, expected, decisions } = plot.pipeline.file.scraping;
  switch (table) {
    case executions:
      return scrapeRuns(plot, date).map((run) => ({ at: run.completedAt, row: () => executionRow(plot, run, date) }));
    case decisions:
      return decisionsOf(plot, date).map((decision) => ({ at: decision.at, row: () => decisionRow(decision, date) }));
    case workflowExecutions:
      return workflowRuns(plot, date);
    case expected:
      return expectedOn(plot, date).map((run) => ({ at: run.lockedAt, row: () => expectedRow(plot, run, date) }));
  }
  return [];
}

function whole({ columns }: TableFacts, row: Row): Row {
  return Object.fromEntries(Object.keys(columns).map((column) => [column, row[column] ?? null]));
}

function executionRow({ sources, season }: Plot, run: ScrapeRun, date: CalendarDate): Row {
  const { scraper, table, window, triggeredAt, completedAt, games } = run;
  const source = sources.get(table);
  const records = games.reduce((sum, game) => sum + (source?.size(game, season) ?? 0), 0);
  const brought = records > 0;
  return {
    execution_id: executionId(run),
    scraper_name: scraper,
    workflow: window?.workflow ?? null,
    game_date: date,
    status: brought ? "success" : "no_data",
    triggered_at: triggeredAt.toISOString(),
    completed_at: completedAt.toISOString(),
    duration_seconds: seconds(triggeredAt, completedAt),
    source: window === undefined ? null : "CONTROLLER",
    triggered_by: window === undefined ? null : "execute-workflows",
    gcs_path: brought ? `gs://nba-scraped-data/${scraper}/${date}/${executionId(run)}.json` : null,
    data_summary: { record_count: records, games: games.length },
    error_type: null,
    error_message: null,
    retry_count: 0,
  };
}

function executionId({ scraper, triggeredAt }: ScrapeRun): string {
  return fingerprint(`${scraper} ${triggeredAt.toISOString()}`, 16);
}

function seconds(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1000;
}

type Decision = ReturnType<typeof decisionsOf>[number];

function decisionRow(decision: Decision, date: CalendarDate): Row {
  const { at, workflow, action, reason, minutesApart, scrapers, games } = decision;
  return {
    decision_id: decisionId(workflow, at),
    decision_time: at.toISOString(),
    workflow_name: workflow,
    action,
    reason,
    context: { game_date: date, ...(minutesApart === undefined ? {} : { time_diff_minutes: minutesApart }) },
    scrapers_triggered: [...scrapers],
    target_games: games.map(({ nbaId }) => nbaId),
    next_check_time: new Date(at.getTime() + 3_600_000).toISOString(),
    alert_level: "none",
    triggered_by: "master-controller-hourly",
  };
}

function decisionId(workflow: string, at: Date): string {
  return fingerprint(`${workflow} ${at.toISOString()}`, 16);
}

/** What came of each decision to run; what its scrapers did stands in their own log. */
function workflowRuns(plot: Plot, date: CalendarDate): readonly Entry[] {
  const byWindow = Map.groupBy(
    scrapeRuns(plot, date).filter(({ window }) => window !== undefined),
    ({ window }) => `${window?.workflow} ${window?.at.toISOString()}`,
  );
  return [...byWindow.values()].flatMap((runs) => {
    const [first, last] = [runs[0], runs.at(-1)];
    if (first?.window === undefined || last === undefined) return [];
    const { workflow, at: opened } = first.window;
    const row: Row = {
      execution_id: fingerprint(`${workflow} executed ${opened.toISOString()}`, 16),
      execution_time: first.triggeredAt.toISOString(),
      workflow_name: workflow,
      decision_id: decisionId(workflow, opened),
      scrapers_requested: [...new Set(runs.map(({ scraper }) => scraper))] satisfies Value,
      scrapers_triggered: runs.length,
      // To find nothing yet is no failure.
      scrapers_succeeded: runs.length,
      scrapers_failed: 0,
      status: "completed",
      duration_seconds: seconds(first.triggeredAt, last.completedAt),
      error_message: null,
    };
    return [{ at: last.completedAt, row: () => row }];
  });
}

type Expected = ReturnType<typeof expectedOn>[number];

function expectedRow({ season }: Plot, { workflow, at, lockedAt, scrapers }: Expected, date: CalendarDate): Row {
  return {
    date,
    workflow_name: workflow,
    expected_run_time: at.toISOString(),
    locked_at: lockedAt.toISOString(),
    scrapers: [...scrapers],
    games_today: season.night(date).games.length,
    priority: "high",
  };
}
