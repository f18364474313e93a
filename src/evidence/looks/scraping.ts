import { z } from "zod";
import type { CalendarDate } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { TableName, Value } from "../../ports/warehouse.ts";
import type { Look } from "../evidence.ts";
import type { TableFacts } from "./table-look.ts";
import { tableLook } from "./table-look.ts";

const text = z.string().nullable();
const value: z.ZodType<Value> = z.json();

const attempt = z
  .object({
    scraper_name: text,
    game_date: text,
    status: text,
    triggered_at: z.string(),
    data_summary: value,
    error_type: text,
    error_message: text,
  })
  .catchall(value);
const decision = z.object({ decision_time: z.string(), workflow_name: text, action: text, reason: text }).catchall(value);
const expectedRun = z.object({ workflow_name: text, expected_run_time: text }).catchall(value);
/** Without times where the rows bear no time of writing. */
const collected = z.object({ game_id: text, n: z.number(), newest: text.default(null), oldest: text.default(null) }).catchall(value);
const runDay = z.object({ data_date: text, n: z.number() }).catchall(value);

const scraperRun = attempt.extend({
  workflow: text,
  source: text,
  triggered_by: text,
  completed_at: text,
  retry_count: z.number().nullable(),
  gcs_path: text,
});
const workflowRun = z
  .object({
    execution_time: z.string(),
    workflow_name: text,
    scrapers_requested: value,
    scrapers_failed: z.number().nullable(),
    status: text,
    error_message: text,
  })
  .catchall(value);

export type ScraperRunRow = z.output<typeof scraperRun>;
export type WorkflowRunRow = z.output<typeof workflowRun>;
export type AttemptRow = z.output<typeof attempt>;
export type DecisionRow = z.output<typeof decision>;
export type ExpectedRunRow = z.output<typeof expectedRun>;
export type CollectedRow = z.output<typeof collected>;
export type RunDayRow = z.output<typeof runDay>;

/** From the date's first minute to the end of the next day: every window that collects for the date opens in it. */
const night = { before: 0, after: 1 };
const explains = { mayBeEmpty: true, witness: "the rows of the collection's own table: they decide, this only explains" } as const;

const attemptRequired = ["scraper_name", "game_date", "status", "triggered_at"];
const attemptColumns = [...attemptRequired, "data_summary", "error_type", "error_message"];

/** Every run of every scraper in the date's night; for which date a run was, its row says. */
export function scraperAttempts(rules: Rules, date: CalendarDate): Look<TableFacts<AttemptRow>> {
  return tableLook(rules, date, rules.scraping.executions, {
    name: "scraper-attempts",
    row: attempt,
    columns: attemptColumns,
    required: attemptRequired,
    window: night,
    whenEmpty: explains,
  });
}

/** The same runs with who started them and what they left behind: for finding out why, where a check only asks whether. */
export function scraperRuns(rules: Rules, date: CalendarDate): Look<TableFacts<ScraperRunRow>> {
  return tableLook(rules, date, rules.scraping.executions, {
    name: "scraper-runs-in-full",
    row: scraperRun,
    columns: [...attemptColumns, "workflow", "source", "triggered_by", "completed_at", "retry_count", "gcs_path"],
    required: attemptRequired,
    window: night,
    whenEmpty: explains,
  });
}

/** What came of the decisions to run in the date's night; `runs` is the table that tells it. */
export function workflowRuns(rules: Rules, date: CalendarDate, runs: TableName): Look<TableFacts<WorkflowRunRow>> {
  return tableLook(rules, date, runs, {
    name: "workflow-runs",
    row: workflowRun,
    columns: ["execution_time", "workflow_name", "scrapers_requested", "scrapers_failed", "status", "error_message"],
    required: ["execution_time", "workflow_name"],
    window: night,
    whenEmpty: explains,
  });
}

/** What the controller decided about every workflow in the date's night. */
export function scrapeDecisions(rules: Rules, date: CalendarDate): Look<TableFacts<DecisionRow>> {
  return tableLook(rules, date, rules.scraping.decisions, {
    name: "scrape-decisions",
    row: decision,
    columns: ["decision_time", "workflow_name", "action", "reason"],
    required: ["decision_time", "workflow_name", "action"],
    window: night,
    whenEmpty: explains,
  });
}

/** When the pipeline itself expected each workflow to run in the date's night. */
export function expectedRuns(rules: Rules, date: CalendarDate): Look<TableFacts<ExpectedRunRow>> {
  return tableLook(rules, date, rules.scraping.expected, {
    name: "scrape-times",
    row: expectedRun,
    columns: ["workflow_name", "expected_run_time"],
    required: ["workflow_name", "expected_run_time"],
    window: night,
    whenEmpty: { mayBeEmpty: true, witness: "the windows that the pipeline file declares" },
  });
}

/** A collection of snapshots, thousands of rows a day: counted per game, with the oldest and newest of each. */
export function collectedGames(rules: Rules, date: CalendarDate, table: TableName): Look<TableFacts<CollectedRow>> {
  const { as: alias = table, written_at: written } = tableRules(rules, table);
  return tableLook(rules, date, table, {
    name: `${alias}-by-game`,
    row: collected,
    columns: ["game_id"],
    required: ["game_id"],
    grouped: written === undefined ? {} : { newest: written, oldest: written },
  });
}

/** On which days before the date the run history holds runs, and how many: without any, an empty date proves nothing. */
export function runDays(rules: Rules, date: CalendarDate): Look<TableFacts<RunDayRow>> {
  return tableLook(rules, date, rules.run_history, {
    name: "run-days",
    row: runDay,
    columns: ["data_date"],
    required: ["data_date"],
    grouped: {},
    window: { before: rules.games.witness_days, after: -1 },
    whenEmpty: { mayBeEmpty: true, witness: "the runs of the date itself: only where there are none is this asked" },
  });
}
