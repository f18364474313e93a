import type { Evidence } from "../../evidence/evidence.ts";
import type { AttemptRow, DecisionRow } from "../../evidence/looks/scraping.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { quoted } from "../../outside-text.ts";
import { addMinutes } from "../../pipeline/dates.ts";
import type { Scope } from "../check.ts";
import { at } from "../words.ts";
import type { Collecting } from "./collection.ts";
import type { Window } from "./window.ts";

/** One run of one of the collection's scrapers for the date, as the execution log has it. */
export interface Attempt {
  readonly at: Date;
  readonly status: string;
  /** What its summary says it brought; undefined if it says nothing of the kind. */
  readonly records?: number;
  readonly error?: string;
}

/** The log's attempts for this date, oldest first; undefined if the log could not be read. */
export function attemptsOf(
  collection: Collecting,
  log: Evidence<TableFacts<AttemptRow>>,
  { rules, date, asOf }: Scope,
): readonly Attempt[] | undefined {
  if (!log.seen) return undefined;
  return log.facts.rows
    .filter((row) => collection.scrapers.includes(row.scraper_name ?? "") && row.game_date === date)
    .map((row) => attemptOf(row, rules.scraping.records_as))
    .filter((attempt) => attempt.at <= asOf)
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

function attemptOf(row: AttemptRow, names: readonly string[]): Attempt {
  const records = recordsIn(row.data_summary, names);
  const error = row.error_type ?? row.error_message;
  return {
    at: new Date(row.triggered_at),
    status: row.status ?? "?",
    ...(records === undefined ? {} : { records }),
    ...(error === null || error === "" ? {} : { error }),
  };
}

function recordsIn(summary: AttemptRow["data_summary"], names: readonly string[]): number | undefined {
  if (typeof summary !== "object" || summary === null || Array.isArray(summary)) return undefined;
  const said = new Map<string, unknown>(Object.entries(summary));
  return names.map((name) => said.get(name)).find((value): value is number => typeof value === "number");
}

/** Runs in or after the window that say they succeeded and brought nothing. */
export function emptySuccesses(attempts: readonly Attempt[], window: Window, { rules }: Scope): readonly Attempt[] {
  const opens = addMinutes(window.at, -rules.thresholds.scrapers.window.minutes);
  return attempts.filter((attempt) => attempt.at >= opens && attempt.status === "success" && attempt.records === 0);
}

/** The first run that brought something, or says nothing of how much. */
export function firstSuccess(attempts: readonly Attempt[]): Date | undefined {
  return attempts.find(({ status, records }) => status === "success" && records !== 0)?.at;
}

const mostTold = 3;
const statuses: readonly string[] = ["success", "no_data", "failed"];

/** `; 2 attempts: 04:05 ET no_data, 06:05 ET failed (…)`; of many their counts. Nothing where the log could not be read. */
export function attemptsText(attempts: readonly Attempt[] | undefined, log: Evidence<TableFacts>, scope: Scope): string {
  if (attempts === undefined || !log.seen) return "";
  if (log.facts.rows.length === 0) return "; the execution log holds no run of any scraper that night";
  const [first, last] = [attempts[0], attempts.at(-1)];
  if (first === undefined || last === undefined) return "; the execution log holds no attempt";
  if (attempts.length <= mostTold) return `; attempts: ${attempts.map((attempt) => attemptText(attempt, scope)).join(", ")}`;
  const counts = [...Map.groupBy(attempts, ({ status }) => statusText(status))].map(([status, all]) => `${all.length} ${status}`);
  return `; ${attempts.length} attempts from ${at(first.at, scope)}: ${counts.join(", ")}; the last ${attemptText(last, scope)}`;
}

export function attemptText({ at: when, status, records, error }: Attempt, scope: Scope): string {
  const brought = records === undefined || status !== "success" ? "" : ` with ${records} records`;
  return `${at(when, scope)} ${statusText(status)}${brought}${error === undefined ? "" : ` (${quoted(error)})`}`;
}

function statusText(status: string): string {
  return statuses.includes(status) ? status : quoted(status);
}

/** What the controller decided in the window: of several decisions one to run speaks, else the nearest. */
export interface Decision {
  readonly at: Date;
  readonly runs: boolean;
  readonly action: string;
  readonly reason?: string;
}

export function decisionOf(
  { workflow }: Collecting,
  decisions: Evidence<TableFacts<DecisionRow>>,
  window: Window,
  { rules, asOf }: Scope,
): Decision | undefined {
  if (!decisions.seen) return undefined;
  const within = rules.thresholds.scrapers.window.minutes * 60_000;
  const apart = (when: Date): number => Math.abs(when.getTime() - window.at.getTime());
  const made = decisions.facts.rows
    .filter((row) => row.workflow_name === workflow)
    .map(({ decision_time: time, action, reason }) => ({
      at: new Date(time),
      runs: action === "RUN",
      action: action ?? "?",
      ...(reason === null ? {} : { reason }),
    }))
    .filter((decision) => decision.at <= asOf && apart(decision.at) <= within)
    .toSorted((a, b) => apart(a.at) - apart(b.at));
  return made.find(({ runs }) => runs) ?? made[0];
}

interface Deciding {
  readonly collection: Collecting;
  readonly decisions: Evidence<TableFacts>;
  readonly decision: Decision | undefined;
}

/** `; morning_recovery decided SKIP at 06:00 ET: …` Nothing where the decisions could not be read. */
export function decisionText({ collection: { workflow }, decisions, decision }: Deciding, scope: Scope): string {
  if (!decisions.seen) return "";
  if (decision === undefined) return `; no decision on ${workflow} is recorded for that window`;
  const { action, reason, runs, at: when } = decision;
  const known = ["RUN", "SKIP", "ABORT"].includes(action) ? action : quoted(action);
  return `; ${workflow} decided ${known} at ${at(when, scope)}${runs || reason === undefined ? "" : `: ${quoted(reason)}`}`;
}
