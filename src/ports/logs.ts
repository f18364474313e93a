import type { Call } from "./call.ts";
import type { Value } from "./warehouse.ts";

/** From least to most severe, as Cloud Logging orders them. */
export const logSeverities = ["DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"] as const;
export type LogSeverity = (typeof logSeverities)[number];

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
  /** Occurs in the text or in the JSON payload's message, upper and lower case alike. */
  readonly contains?: string | undefined;
  readonly revision?: string | undefined;
  readonly limit: number;
}

export interface LogPage {
  /** Newest first, of one moment the last logged first; at most as many as asked for. */
  readonly entries: readonly LogEntry[];
  /** Whether more entries match than are given. */
  readonly more: boolean;
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
