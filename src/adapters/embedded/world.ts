import type { Refusal } from "../../errors.ts";
import type { Column } from "../../pipeline/schema.ts";
import type { AlertPolicy, Incident } from "../../ports/alerts.ts";
import type { DocumentSnapshot } from "../../ports/documents.ts";
import type { LogEntry } from "../../ports/logs.ts";
import type { StoredObject } from "../../ports/objects.ts";
import type { Port } from "../../ports/ports.ts";
import type { ScheduledJob } from "../../ports/schedules.ts";
import type { Subscription } from "../../ports/topics.ts";
import type { Unit } from "../../ports/units.ts";
import type { Row, TableName } from "../../ports/warehouse.ts";

/** A table as it is stored at one moment. `rows` is the same array as long as nothing changed, so it can be cached by identity. */
export interface StoredTable {
  readonly columns: Readonly<Record<string, Column>>;
  readonly rows: readonly Row[];
  /** The part of the table that these rows are; the whole if absent. */
  readonly span?: Span | undefined;
  /** First and last date that were supplied: outside them, and of the whole, nothing may be said. Absent: no such bounds. */
  readonly covers?: Dates | undefined;
}

/** Both ends included. */
export interface Dates {
  readonly from: string;
  readonly to: string;
}

/** Rows whose date in this column lies within; of instants it is their day in UTC. */
export interface Span extends Dates {
  readonly column: string;
}

/** A backend that fails on request, because a check never shown a failing backend is not tested. */
export interface Failure {
  readonly port: Port;
  /**
   * Look id or its beginning (`cache-rows`), table (`nba_precompute.player_daily_cache`), collection, unit, job, bucket or
   * object; all of the port's if absent.
   */
  readonly target?: string;
  /** `empty` answers as if nothing were there; `garbage` answers something the adapter must refuse as malformed. */
  readonly with: Refusal | "empty" | "garbage";
}

/** Nothing was supplied about it, which is not "not there". */
export interface NotSupplied {
  readonly notSupplied: string;
  /** What to do about it, as one imperative sentence. */
  readonly next: string;
}

/** Lines that one unit logged: `since` included, `until` not. */
export interface LogWindow {
  readonly unit: string;
  readonly since: Date;
  readonly until: Date;
}

/** A subscription of a topic, or one that collects a topic's dead letters. */
export interface StoredSubscription extends Subscription {
  /** Absent: the metric has no point of it. */
  readonly undelivered?: number | undefined;
  /** ISO 8601, UTC: when that was measured; at the last full minute if absent. */
  readonly measuredAt?: string | undefined;
}

/** A commit of the watched pipeline's own code. */
export interface StoredCommit {
  readonly sha: string;
  /** ISO 8601, UTC: when it was committed. */
  readonly at: string;
  readonly branch: string;
  readonly subject: string;
  /** Folders or files that it changed. */
  readonly touches: readonly string[];
}

/** What the embedded stores hold at one moment. */
export interface World {
  /**
   * Undefined: no such table. With a span of its partition column it may be only that part, which is then made and kept
   * alone; who asks must still filter.
   */
  table(name: TableName, span?: Span): StoredTable | undefined;
  /** Of every table there is. */
  tableNames(): readonly TableName[] | NotSupplied;
  /** Undefined: no such document. */
  document(collection: string, id: string): DocumentSnapshot | undefined;
  /** Ids of a collection's documents in order; none for an unknown collection. */
  documentIds(collection: string): readonly string[];
  /** In order of time, those of one moment in the order in which they were logged; what came later than the moment is not there. */
  log(window: LogWindow): readonly LogEntry[] | NotSupplied;
  /** Undefined: no such unit. */
  unit(name: string): Unit | undefined | NotSupplied;
  /** Every unit's name and kind, in order of name. */
  units(): readonly Pick<Unit, "name" | "kind">[] | NotSupplied;
  /** Undefined: no such scheduler job. */
  job(name: string): ScheduledJob | undefined | NotSupplied;
  jobs(): readonly ScheduledJob[] | NotSupplied;
  /** Undefined: no such object in a bucket that is there. */
  object(path: string): StoredObject | undefined | "no such bucket" | NotSupplied;
  topics(): readonly string[] | NotSupplied;
  /** In order of name. */
  subscriptions(): readonly StoredSubscription[] | NotSupplied;
  policies(): readonly AlertPolicy[] | NotSupplied;
  incidents(): readonly Incident[] | NotSupplied;
  /** In order of time. */
  commits(): readonly StoredCommit[] | NotSupplied;
  readonly failures: readonly Failure[];
  /** Why nothing may be said of this table, document (`collection/id`), unit or other name of the port. Undefined: it was supplied; absent: all was. */
  unsupplied?(port: Port, name: string): NotSupplied | undefined;
  /** First and last date that the stores hold in full; beyond them nothing was supplied, which is not "nothing there". */
  readonly covers?: { readonly from: string; readonly to: string };
}

/** All moments of a scenario. Asking for an earlier moment is allowed and sees what was there then. */
export interface Stores {
  at(moment: Date): World;
}

/** The stores' clock: stands still but for the second look, which moves it instead of waiting. */
export interface StoreClock {
  now(): Date;
  advance(ms: number): void;
}
