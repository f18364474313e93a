import type { Evidence } from "../../evidence/evidence.ts";
import type { LockDocument, LockLogFacts } from "../../evidence/looks/locks.ts";
import type { RunRow } from "../../evidence/looks/tables.ts";
import type { UnitFacts } from "../../evidence/looks/units.ts";
import { addMinutes } from "../../pipeline/dates.ts";
import { clockTolerance } from "../completion/mode.ts";
import { servingRevisions } from "../orchestrating/serving.ts";
import type { Run } from "../running/run.ts";
import { runsIn } from "../running/run.ts";
import type { LockEvent } from "./events.ts";
import { lockName } from "./kinds.ts";

/** A run and the unit that it ran in, as the history says; null where it doesn't say. */
export interface UnitRun extends Run {
  readonly unit: string | null;
  readonly revision: string | null;
}

export function unitRuns(rows: readonly RunRow[]): readonly UnitRun[] {
  const of = new Map(rows.map((row) => [`${row.processor_name} ${row.run_id}`, row]));
  return runsIn(rows).map((run) => {
    const row = of.get(`${run.processor} ${run.id}`);
    const [unit, revision] = [row?.["cloud_run_service"], row?.["cloud_run_revision"]];
    return { ...run, unit: typeof unit === "string" ? unit : null, revision: typeof revision === "string" ? revision : null };
  });
}

/** A unit that takes a lock from a moment on, and what is known of it. */
export interface LockUser {
  readonly unit: string;
  readonly from: Date;
  readonly deployed: Evidence<UnitFacts>;
  readonly log: Evidence<LockLogFacts>;
  readonly events: readonly LockEvent[];
  /** All runs that were looked at, of whatever unit. */
  readonly runs: readonly UnitRun[];
  readonly lostRuns: readonly Evidence<unknown>[];
  readonly documents: readonly LockDocument[];
  /** Looks at documents that were refused. */
  readonly lostDocuments: readonly Evidence<unknown>[];
  /** From when until when the log and the history were read. */
  readonly read: { readonly from: Date; readonly until: Date };
}

/** Whether locking is seen to happen. Never "active" without a line or a document; never "not observed" where nobody could look. */
export type Observed = {
  /** From when signs count: the lock is in use, what serves was deployed, and it was looked at. */
  readonly since: Date;
  /** What serves then, where that could be looked at. */
  readonly serving?: string;
  readonly servingSince?: Date;
  /** A revision from after the lock came into use that does not serve, though it is newer than what does. */
  readonly idle?: string;
  /** Runs begun since then. */
  readonly runs: number;
  /** Signs since then: lines about a lock, and locks that are there. */
  readonly lines: number;
} & (
  | { readonly state: "observed" | "not_in_use" | "not_observed" | "no_run" | "log_silent" | "read_in_part" | "no_unit_recorded" }
  | { readonly state: "lost"; readonly looks: readonly Evidence<unknown>[] }
);

export function observe(user: LockUser, asOf: Date): Observed {
  const { deployed, log, events, documents, lostRuns, lostDocuments, read } = user;
  const unit = deployed.seen ? deployed.facts.unit : null;
  const serving = unit === null ? [] : servingRevisions(unit);
  // What serves now tells nothing of days before it was there.
  const newest = createdOf(unit, serving, read.until);
  const inUse = asOf >= user.from;
  const since = latest([read.from, ...(inUse ? [user.from] : []), ...(newest === undefined ? [] : [newest])]);
  const isSince = (event: LockEvent): boolean =>
    event.at >= since && (event.revision === null || newest === undefined || serving.includes(event.revision));
  const told = events.filter(isSince).length;
  const held = documents.filter((each) => isOf(user, each) && Date.parse(each.acquiredAt ?? "") >= since.getTime());
  const begun = user.runs.filter(
    ({ started }) => started !== undefined && started >= since && started < read.until && started <= addMinutes(asOf, -clockTolerance),
  );
  const runs = begun.filter((run) => run.unit === user.unit);
  const known = {
    since,
    ...(newest === undefined ? {} : { serving: serving.join(", ") }),
    ...(newest === undefined ? {} : { servingSince: newest, ...idleSince(unit, serving, latest([newest, user.from])) }),
    runs: runs.length,
    lines: told + held.length,
  };
  if (known.lines > 0) return { ...known, state: "observed" };
  if (!inUse) return { ...known, state: "not_in_use" };
  const lost = [deployed, log, ...lostDocuments, ...(runs.length > 0 ? [] : lostRuns)].filter((look) => !look.seen);
  if (lost.length > 0 || !log.seen) return { ...known, state: "lost", looks: lost };
  if (log.facts.more) return { ...known, state: "read_in_part" };
  if (runs.length === 0) return { ...known, state: begun.some((run) => run.unit === null) ? "no_unit_recorded" : "no_run" };
  // Retention has holes: only a unit that logged anything since then can have been silent about locks.
  const logged = log.facts.any !== null && Date.parse(log.facts.any) >= since.getTime();
  return { ...known, state: logged ? "not_observed" : "log_silent" };
}

/** When the newest of those that serve was made, if it was there before that. */
function createdOf(unit: UnitFacts["unit"], serving: readonly string[], until: Date): Date | undefined {
  const created = unit?.revisions.flatMap(({ name, createdAt }) => (serving.includes(name) ? [new Date(createdAt)] : [])) ?? [];
  const newest = created.toSorted((a, b) => b.getTime() - a.getTime())[0];
  return newest === undefined || newest > until ? undefined : newest;
}

function idleSince(unit: UnitFacts["unit"], serving: readonly string[], since: Date): { readonly idle?: string } {
  const idle = unit?.revisions.find(({ name, createdAt }) => !serving.includes(name) && new Date(createdAt) >= since);
  return idle === undefined ? {} : { idle: idle.name };
}

/** A document is a sign of the unit whose processor it is of, as far as the history tells which that is. */
function isOf({ runs, unit }: LockUser, { id }: LockDocument): boolean {
  const { of } = lockName(id);
  return runs.some((run) => run.processor === of && run.unit === unit);
}

function latest(moments: readonly Date[]): Date {
  return new Date(Math.max(...moments.map((moment) => moment.getTime())));
}
