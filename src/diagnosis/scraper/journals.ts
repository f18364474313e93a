import type { Scope } from "../../checks/check.ts";
import { at } from "../../checks/words.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import { isAtLeast } from "../../evidence/looks/logs.ts";
import type { JobLogFacts, ScraperLine, ScraperLogFacts } from "../../evidence/looks/scraper-logs.ts";
import type { DecisionRow, ScraperRunRow, WorkflowRunRow } from "../../evidence/looks/scraping.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { quoted } from "../../outside-text.ts";
import { addDays } from "../../pipeline/dates.ts";
import type { ScraperCase, ScraperEvidence, Signs, Span } from "./case.ts";
import { decisionSpan, holdsOne, within } from "./case.ts";

/** What one run of the scraper came to, as far as its error tells. */
export type Trouble = "refused" | "parameters" | "timed_out" | "start" | "other";

/** One run of one of the scrapers for the date. */
export interface ScrapeRun {
  readonly at: Date;
  readonly status: string;
  readonly records?: number;
  readonly error?: string;
  readonly trouble?: Trouble;
  readonly workflow?: string;
  readonly source?: string;
  readonly triggeredBy?: string;
  readonly retries: number;
  readonly file?: string;
}

/**
 * A journal that nobody could read, or that says nothing of anybody since the window opened, is `undefined`: it may have stopped, and
 * its silence proves nothing.
 */
export interface Journals {
  readonly runs: readonly ScrapeRun[] | undefined;
  readonly decisions:
    | readonly { readonly at: Date; readonly own: boolean; readonly action: string; readonly reason?: string }[]
    | undefined;
  readonly executions: readonly Execution[] | undefined;
  readonly lines: readonly (ScraperLine & { readonly when: Date })[] | undefined;
  /** False where rows are there that no recorded run brought: then a run that is not recorded may have been all the same. */
  readonly isWhole: boolean;
}

export interface Execution {
  readonly at: Date;
  readonly status: string;
  readonly error?: string;
  /** False where it names the scrapers that it was to start, and not this one. */
  readonly asked: boolean;
}

/** Runs of any of the scrapers for the date up to now, oldest first. */
export function runsIn(
  log: Evidence<TableFacts<ScraperRunRow>>,
  scrapers: readonly string[],
  { rules: { scraping }, date, asOf }: Scope,
): Journals["runs"] {
  if (!log.seen || log.facts.rows.length === 0) return undefined;
  const own = log.facts.rows.filter((row) => scrapers.includes(row.scraper_name ?? "") && row.game_date === date);
  return upTo(
    asOf,
    own.map((row) => runOf(row, scraping.records_as, scraping.signs)),
  );
}

function runOf(row: ScraperRunRow, names: readonly string[], signs: Signs | undefined): ScrapeRun {
  const records = recordsIn(row.data_summary, names);
  const error = [row.error_type, row.error_message].flatMap((part) => (part === null || part === "" ? [] : [part])).join(": ");
  const status = row.status ?? "?";
  const hasFailed = status !== "success" && status !== "no_data";
  return {
    at: new Date(row.triggered_at),
    status,
    retries: row.retry_count ?? 0,
    ...(records === undefined ? {} : { records }),
    ...(error === "" ? {} : { error }),
    ...(hasFailed || error !== "" ? { trouble: troubleIn(`${status} ${error}`, signs) } : {}),
    ...(row.workflow === null ? {} : { workflow: row.workflow }),
    ...(row.source === null ? {} : { source: row.source }),
    ...(row.triggered_by === null ? {} : { triggeredBy: row.triggered_by }),
    ...(row.gcs_path === null ? {} : { file: row.gcs_path }),
  };
}

function recordsIn(summary: ScraperRunRow["data_summary"], names: readonly string[]): number | undefined {
  if (typeof summary !== "object" || summary === null || Array.isArray(summary)) return undefined;
  const said = new Map<string, unknown>(Object.entries(summary));
  return names.map((name) => said.get(name)).find((value): value is number => typeof value === "number");
}

/** A refusal by the project's own services is none by the source. */
export function troubleIn(text: string, signs: Signs | undefined): Trouble {
  if (signs === undefined) return "other";
  if (holdsOne(text, signs.start)) return "start";
  if (holdsOne(text, signs.parameters)) return "parameters";
  if (holdsOne(text, signs.refused) && !holdsOne(text, signs.own_side)) return "refused";
  return holdsOne(text, signs.timed_out) ? "timed_out" : "other";
}

/** What the controller decided, of every workflow: that it decided at all is a sign of its own. */
export function decisionsIn(log: Evidence<TableFacts<DecisionRow>>, { workflow, scope }: ScraperCase): Journals["decisions"] {
  if (!log.seen || log.facts.rows.length === 0) return undefined;
  return upTo(
    scope.asOf,
    log.facts.rows.map((row) => ({
      at: new Date(row.decision_time),
      own: row.workflow_name === workflow,
      action: row.action ?? "?",
      ...(row.reason === null ? {} : { reason: row.reason }),
    })),
  );
}

export function executionsIn(log: Evidence<TableFacts<WorkflowRunRow>>, about: ScraperCase): Journals["executions"] {
  if (!log.seen || log.facts.rows.length === 0) return undefined;
  const { workflow, scrapers, scope } = about;
  const own = log.facts.rows.filter((row) => row.workflow_name === workflow);
  return upTo(
    scope.asOf,
    own.map((row) => {
      const requested = row.scrapers_requested;
      return {
        at: new Date(row.execution_time),
        status: row.status ?? "?",
        asked:
          !Array.isArray(requested) ||
          requested.length === 0 ||
          requested.some((name) => typeof name === "string" && scrapers.includes(name)),
        ...(row.error_message === null || row.error_message === "" ? {} : { error: row.error_message }),
      };
    }),
  );
}

/** What happened up to then, oldest first. */
export function upTo<T extends { readonly at: Date }>(asOf: Date, all: readonly T[]): readonly T[] {
  return all.filter((each) => each.at <= asOf).toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

/** Lines up to now that may be about the date: those that name other dates are of other nights. */
export function linesIn(log: Evidence<ScraperLogFacts>, { scope: { date, asOf } }: ScraperCase): Journals["lines"] {
  if (!log.seen || log.facts.newest === null) return undefined;
  const own: readonly string[] = [date, addDays(date, 1)];
  return log.facts.lines
    .filter(({ text }) => {
      const dates = text.match(/\b\d{4}-\d{2}-\d{2}/gu) ?? [];
      return dates.length === 0 || dates.some((day) => own.includes(day));
    })
    .map((line) => ({ ...line, when: new Date(line.at) }))
    .filter(({ when }) => when <= asOf);
}

export function isSevere({ severity }: Pick<ScraperLine, "severity">): boolean {
  return isAtLeast(severity, "ERROR");
}

export interface JobRun {
  readonly at: Date;
  readonly status: string | null;
}

/** A scheduler job's attempts up to now; undefined where none is there, which proves nothing. */
export function attemptsOfJob(log: Evidence<JobLogFacts>, asOf: Date): readonly JobRun[] | undefined {
  if (!log.seen) return undefined;
  const all = log.facts.attempts.map(({ at: when, status }) => ({ at: new Date(when), status })).filter((run) => run.at <= asOf);
  return all.length === 0 ? undefined : all;
}

export function inSpan<T extends { readonly at: Date }>(all: readonly T[] | undefined, span: Span): readonly T[] | undefined {
  return all?.filter(({ at: when }) => within(span, when));
}

export function runText({ at: when, status, records, error, retries }: ScrapeRun, { scope }: ScraperCase): string {
  const brought = status === "success" && records !== undefined ? ` with ${records} records` : "";
  const why = error === undefined ? "" : ` (${quoted(error)})`;
  return `${at(when, scope)} ${runStatus(status)}${brought}${why}${retries > 0 ? `, ${retries} retries` : ""}`;
}

/** How a run ended; what is none of a scraper's own words is told as text from outside. */
export function runStatus(status: string): string {
  return ["success", "no_data", "failed"].includes(status) ? status : quoted(status);
}

/** A run that says who started it. */
export function isKnown({ workflow, source, triggeredBy }: ScrapeRun): boolean {
  return workflow !== undefined || source !== undefined || triggeredBy !== undefined;
}

/** The same journals for drawing conclusions: one that says nothing of anybody since the window opened is told apart from one that says no. */
export function trusted(journals: Journals, evidence: ScraperEvidence, about: ScraperCase): Journals {
  const { from } = decisionSpan(about);
  const speaks = (log: Evidence<TableFacts>, column: string): boolean =>
    log.seen &&
    log.facts.rows.some((row) => {
      const time = row[column];
      const when = typeof time === "string" ? new Date(time) : undefined;
      return when !== undefined && when >= from && when <= about.scope.asOf;
    });
  return {
    ...journals,
    runs: speaks(evidence.attempts, "triggered_at") ? journals.runs : undefined,
    decisions: speaks(evidence.decisions, "decision_time") ? journals.decisions : undefined,
    executions: speaks(evidence.executions, "execution_time") ? journals.executions : undefined,
  };
}

/** Whether every row that is there can have been brought by a run that is recorded. */
export function isWhole(runs: Journals["runs"], { landing: { rows, first } }: ScraperCase): boolean {
  if (rows === 0 || first === undefined || runs === undefined) return true;
  return runs.some((run) => hasBrought(run) && run.at <= first);
}

/** Why nothing can be told by a journal. */
export function silence(name: string, log: Evidence<unknown>): string {
  return log.seen ? `${name} does not tell all of that night` : `${name} could not be read (${log.refusal})`;
}

/** A scraper's success that brought something, or says nothing of how much. */
export function hasBrought({ status, records }: ScrapeRun): boolean {
  return status === "success" && records !== 0;
}

export function hasBroughtNothing({ status, records }: ScrapeRun): boolean {
  return status === "no_data" || (status === "success" && records === 0);
}
