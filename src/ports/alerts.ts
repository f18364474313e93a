import type { Call } from "./call.ts";

export interface AlertCondition {
  readonly title: string;
  /** `log`: lines that match the filter; `metric`: a threshold or a rate of change; `absence`: no data; `query`: one in a query language. */
  readonly kind: "log" | "metric" | "absence" | "query";
  /** As it is stored: of the logs or metrics that it watches, or the query's text. */
  readonly filter: string;
}

export interface AlertPolicy {
  /** The platform's own id. */
  readonly name: string;
  /** As a person named it. */
  readonly title: string;
  readonly enabled: boolean;
  /** How many notification channels it tells. */
  readonly channels: number;
  readonly conditions: readonly AlertCondition[];
}

/** One time that a policy's condition was met. */
export interface Incident {
  readonly policy: string;
  readonly title: string;
  /** ISO 8601, UTC. */
  readonly openedAt: string;
  /** Absent while it is open. */
  readonly closedAt?: string | undefined;
}

/** Reads what would alert somebody. */
export interface Alerts {
  /** Every policy of the project, in order of title, then name; more than the budget allows throws `partial`. */
  policies(call: Call): Promise<readonly AlertPolicy[]>;
  /** What was opened since (ISO 8601, included), newest first; more than the budget allows throws `partial`. */
  incidents(ask: { readonly since: string }, call: Call): Promise<readonly Incident[]>;
}
