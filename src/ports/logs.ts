import type { Call } from "./call.ts";
import type { Value } from "./warehouse.ts";

/** From least to most severe, as Cloud Logging orders them. */
export const logSeverities = ["DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"] as const;
export type LogSeverity = (typeof logSeverities)[number];

export function isAtLeast(severity: LogSeverity, least: LogSeverity): boolean {
  return logSeverities.indexOf(severity) >= logSeverities.indexOf(least);
}

export interface LogEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly severity: LogSeverity;
  /** Who logged: a service or function by its service name, a Run job by its job name, a scheduler job by its job id. */
  readonly unit: string;
  /** Where the platform names one. */
  readonly revision?: string | undefined;
  /** The text payload, or the JSON payload's message; empty if it has neither. */
  readonly text: string;
  /** The JSON payload; empty for a text payload. */
  readonly fields: Readonly<Record<string, Value>>;
}

/** Entries of one unit in a window. Everything given must hold. */
export interface LogAsk {
  readonly unit: string;
  /** ISO 8601, included. */
  readonly since: string;
  /** ISO 8601, not included. */
  readonly until: string;
  /** Entries at least that severe; all if absent. */
  readonly severity?: LogSeverity | undefined;
  /** Only entries less severe than that. */
  readonly below?: LogSeverity | undefined;
  /** Occurs in the text or in the JSON payload's message, upper and lower case alike. */
  readonly contains?: string | undefined;
  /** An RE2 expression that is found in one of these texts, telling case apart; what is none throws `UserError`. */
  readonly matches?: string | undefined;
  /** More fields of the JSON payload in which both look, as far as they hold text. */
  readonly fields?: readonly string[] | undefined;
  readonly revision?: string | undefined;
  /** The resource type under which this name logs, where it is neither unit nor scheduler job: `pubsub_subscription`, say. */
  readonly resource?: LogResource | undefined;
  /** Only what comes after that place in the order of reading. */
  readonly after?: LogPosition | undefined;
  readonly limit: number;
  /** Most pages that are read for it; as many as it takes if absent. */
  readonly pages?: number | undefined;
}

/** What logs beside units and scheduler jobs, and the label that bears its name. */
export const logResources = {
  pubsub_subscription: "subscription_id",
  pubsub_topic: "topic_id",
  bigquery_dataset: "dataset_id",
  cloud_function: "function_name",
  cloud_run_revision: "service_name",
  cloud_run_job: "job_name",
  cloud_scheduler_job: "job_id",
} as const;
export type LogResource = keyof typeof logResources;

/** The place of an entry among the others of its log. Its parts are the adapter's affair. */
export interface LogPosition {
  readonly at: string;
  readonly id: string;
}

export interface LogPage {
  /** Newest first, of one moment the last logged first; at most as many as asked for. */
  readonly entries: readonly LogEntry[];
  /** Whether more entries match than are given; where `pages` ended the reading, whether more may. */
  readonly more: boolean;
  /** Only where there are more: the place of the last one given, after which reading goes on. */
  readonly rest?: LogPosition | undefined;
  /** Only where `pages` was given: how many were read. */
  readonly pagesRead?: number | undefined;
}

export interface LogCount {
  /** Entries of any severity in the window, as the platform's own metric counted them. */
  readonly entries: number;
  /** ISO 8601, UTC: the end of the last minute that was counted, some minutes behind; of minutes without entries there may be no count. */
  readonly until: string;
}

/** Reads what units logged. Retention has holes: no entry is evidence only beside entries of another kind. */
export interface Logs {
  /**
   * A unit that never logged anything answers no entry; that it exists must be asked of `Units`. Of a window longer than
   * retention what is left is answered, without a word about the rest. More entries than the budget allows throw `partial`.
   */
  entries(ask: LogAsk, call: Call): Promise<LogPage>;
  /**
   * How much a unit logged in the whole minutes of a window, by a metric that outlives the entries: a second witness of
   * silence. Undefined where the metric has no point, which proves nothing.
   */
  counted(ask: Pick<LogAsk, "unit" | "since" | "until">, call: Call): Promise<LogCount | undefined>;
}
