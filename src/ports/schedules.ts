import type { Call } from "./call.ts";

/** A scheduler job. Its status is that of its last attempt, however long ago that was. */
export interface ScheduledJob {
  readonly name: string;
  /** Unix cron, in the job's own zone. */
  readonly schedule: string;
  readonly zone: string;
  readonly state: "enabled" | "paused" | "disabled";
  /** ISO 8601, UTC; absent if the platform doesn't say. */
  readonly createdAt?: string | undefined;
  /** ISO 8601, UTC; absent if it never ran. */
  readonly lastAttemptAt?: string | undefined;
  /** Of the last attempt: 0 is OK, else a gRPC code; absent if it never ran, or beside an attempt whose outcome is not known yet. */
  readonly code?: number | undefined;
  readonly message?: string | undefined;
  /** ISO 8601, UTC; absent while the job is paused or disabled. */
  readonly nextRunAt?: string | undefined;
  /** Where it calls: an address or a topic. */
  readonly target: string;
  /** After which the scheduler gives up on an attempt; the work that it called may go on. */
  readonly deadlineSeconds: number;
}

export interface Schedules {
  /** Undefined if no job has this name, which is an answer. */
  get(ask: { readonly name: string }, call: Call): Promise<ScheduledJob | undefined>;
  /** Every job of the location, in order of name; more than the budget allows throws `partial`. */
  list(call: Call): Promise<readonly ScheduledJob[]>;
}
