import type { AlertCondition } from "../../../../ports/alerts.ts";
import type { LogSeverity } from "../../../../ports/logs.ts";
import type { ScheduledJob } from "../../../../ports/schedules.ts";
import type { Unit } from "../../../../ports/units.ts";
import type { Value } from "../../../../ports/warehouse.ts";

/** What a scenario may tell of the world beyond tables and documents. */
export type BeyondChange = LogLines | RevisionChange | CommitChange | JobChange | SubscriptionChange | AlertChange | ObjectChange;

export interface LogLines {
  readonly verb: "log";
  /** Unit, or scheduler job. */
  readonly unit: string;
  /** Of the first line. */
  readonly from: Date;
  readonly severity: LogSeverity;
  /** The line, or the JSON payload's message where there are fields. */
  readonly text: string;
  readonly fields: Readonly<Record<string, Value>>;
  /** With or without the unit's name before it; the one that serves then if absent. */
  readonly revision?: string | undefined;
  readonly times: number;
  readonly everySeconds: number;
}

export interface RevisionChange {
  readonly verb: "revision";
  readonly unit: string;
  /** With or without the unit's name before it. */
  readonly name: string;
  readonly from: Date;
  readonly commit?: string | undefined;
  /** A new one is ready unless this says otherwise; one that was there stays as it was. */
  readonly ready?: boolean | undefined;
  readonly problem?: string | undefined;
  /** A share in percent, all of it, or none of it; all if absent and the revision becomes ready. */
  readonly traffic?: "latest" | "none" | number | undefined;
  /** Names of the environment variables that are set from then on; those of before if absent. */
  readonly variables?: readonly string[] | undefined;
  /** Makes up a unit that the pipeline file doesn't declare. */
  readonly kind?: Unit["kind"] | undefined;
}

export interface CommitChange {
  readonly verb: "commit";
  readonly sha: string;
  readonly from: Date;
  readonly subject: string;
  readonly touches: readonly string[];
  /** The pipeline file's branch if absent. */
  readonly branch?: string | undefined;
}

export interface JobChange {
  readonly verb: "job";
  readonly job: string;
  readonly from: Date;
  readonly state?: ScheduledJob["state"] | undefined;
  /** How an attempt at `from` ended. */
  readonly code?: number | undefined;
  readonly message?: string | undefined;
  /** The attempts that follow end so too, before this time. */
  readonly until?: Date | undefined;
  /** Made at `from`, and not run since. */
  readonly never: boolean;
  readonly cron?: string | undefined;
  readonly zone?: string | undefined;
  readonly target?: string | undefined;
  readonly deadlineSeconds?: number | undefined;
}

export interface SubscriptionChange {
  readonly verb: "subscription";
  readonly name: string;
  readonly topic?: string | undefined;
  readonly from: Date;
  readonly undelivered?: number | undefined;
  readonly push?: string | undefined;
  readonly delete: boolean;
}

export interface AlertChange {
  readonly verb: "alert";
  /** The policy's title; the usual ones bear what the pipeline file says they are about. */
  readonly title: string;
  readonly from: Date;
  readonly enabled?: boolean | undefined;
  /** How many notification channels it tells. */
  readonly channels?: number | undefined;
  /** Its one condition from then on. */
  readonly filter?: string | undefined;
  readonly kind?: AlertCondition["kind"] | undefined;
  /** Its condition was met at `from`; nothing closes the incident if no `until` is given. */
  readonly fired: boolean;
  readonly until?: Date | undefined;
  readonly delete: boolean;
}

export interface ObjectChange {
  readonly verb: "object";
  /** `bucket/path.json`. */
  readonly path: string;
  readonly from: Date;
  /** Absent: it is deleted. */
  readonly text?: string | undefined;
}
