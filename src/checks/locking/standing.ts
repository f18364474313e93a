import type { Evidence } from "../../evidence/evidence.ts";
import type { HolderFacts, LockDocument } from "../../evidence/looks/locks.ts";
import type { Rules } from "../../pipeline/load.ts";
import { clockTolerance } from "../completion/mode.ts";
import type { Run } from "../running/run.ts";
import type { LockKind } from "./kinds.ts";
import { isByClass, lockName } from "./kinds.ts";

/** What is known of those who may hold a lock. */
export interface Holders {
  readonly runs: readonly Run[];
  /** Run histories that were refused: what they hold is not among the runs. */
  readonly lostRuns: readonly Evidence<unknown>[];
  /** Absent where the pipeline file declares no heartbeats. */
  readonly beats: Evidence<HolderFacts> | undefined;
}

/** Where a lock stands. What it means for others is another question: one that has expired keeps nobody out. */
export type Standing =
  | "held"
  /** Within its time, but longer than usual. */
  | "held_long"
  /** The next one takes it over, whether or not its holder is still at work. */
  | "reclaimable"
  /** Reclaimable, and nobody is at work under it. */
  | "orphan"
  /** Reclaimable, and whether anybody is at work under it could not be looked at. */
  | "undecided"
  /** Past the expiry that it names itself. */
  | "expired"
  /** Its work is over, and it keeps others out until it is deleted. */
  | "terminal"
  /** Of a run without a date: it keeps no run of any date out. */
  | "broken_id"
  | "unreadable"
  | "in_future";

export interface StandingLock {
  readonly kind: LockKind;
  readonly document: LockDocument;
  readonly standing: Standing;
  /** Since it was acquired; absent where that is not readable. */
  readonly ageMs?: number;
  readonly expires?: Date;
  /** The run that it names, where the history holds it. */
  readonly run?: Run;
  /** The newest heartbeat of the holder's class, whichever run made it. */
  readonly beat?: { readonly at: Date; readonly ofHolder: boolean };
  /** Why it is taken to be an orphan, as part of a sentence. */
  readonly dead?: "run_ended" | "beat_dead";
}

const minuteMs = 60_000;

export function standingOf(
  kind: LockKind,
  document: LockDocument,
  holders: Holders,
  rules: Pick<Rules, "heartbeats">,
  asOf: Date,
): StandingLock {
  const { rules: lock } = kind;
  const said = { kind, document };
  if (document.status !== null && lock.terminal?.includes(document.status) === true) return terminal(said, asOf);
  if (document.acquiredAt === null) return { ...said, standing: "unreadable" };
  const acquired = Date.parse(document.acquiredAt);
  const ageMs = asOf.getTime() - acquired;
  const known = { ...said, ageMs, ...holderOf(kind, document, holders) };
  if (ageMs < -clockTolerance * minuteMs) return { ...known, standing: "in_future" };
  if (lock.broken_ids?.some((part) => document.id.endsWith(part)) === true) return { ...known, standing: "broken_id" };
  if (lock.fields.expires_at !== undefined) return { ...known, ...byItsExpiry(document, asOf) };
  if (ageMs <= lock.expires_minutes * minuteMs) {
    const notice = lock.notice_minutes ?? lock.expires_minutes;
    return { ...known, standing: ageMs > notice * minuteMs ? "held_long" : "held" };
  }
  return { ...known, ...lifeOf(known, new Date(acquired), holders, rules, asOf) };
}

type Said = Pick<StandingLock, "kind" | "document">;

/** Of one that is done its age counts from its start, as its expiry does. */
function terminal({ kind, document }: Said, asOf: Date): StandingLock {
  const { acquiredAt } = document;
  const expires = acquiredAt === null ? undefined : new Date(Date.parse(acquiredAt) + kind.rules.expires_minutes * minuteMs);
  const age = acquiredAt === null ? {} : { ageMs: asOf.getTime() - Date.parse(acquiredAt) };
  return { kind, document, standing: "terminal", ...age, ...(expires === undefined ? {} : { expires }) };
}

function byItsExpiry({ expiresAt }: LockDocument, asOf: Date): Pick<StandingLock, "standing" | "expires"> {
  if (expiresAt === null) return { standing: "unreadable" };
  const expires = new Date(expiresAt);
  return { standing: asOf >= expires ? "expired" : "held", expires };
}

function holderOf(kind: LockKind, { id, owner }: LockDocument, { runs, beats }: Holders): Pick<StandingLock, "run" | "beat"> {
  const { of } = lockName(id);
  // One execution may run several processors under its id: the end of another's run says nothing of this one's.
  const own = isByClass(kind) ? runs.filter(({ processor }) => processor === of) : runs;
  const run = owner === null ? undefined : own.find((each) => each.id === owner);
  const beat = beats?.seen === true ? beats.facts.beats.find((each) => each.id === of) : undefined;
  return {
    ...(run === undefined ? {} : { run }),
    ...(beat === undefined || beat.beat === null
      ? {}
      : { beat: { at: new Date(beat.beat), ofHolder: owner !== null && beat.run === owner } }),
  };
}

/**
 * Whether anybody is at work under a lock past its time. A class has one heartbeat that all its runs write: if even the
 * newest of them is dead, so is the holder's. Either sign alone says that it is over; that it isn't takes both. A beat of
 * another run from before the lock was taken says nothing of a holder that the history has at work: heartbeats may have
 * stopped. Nor does an end from before it: then the run was tried again under its id.
 */
function lifeOf(
  { run, beat }: Pick<StandingLock, "run" | "beat">,
  acquired: Date,
  { beats, lostRuns }: Holders,
  { heartbeats }: Pick<Rules, "heartbeats">,
  asOf: Date,
): Pick<StandingLock, "standing" | "dead"> {
  const isOver = run !== undefined && run.state !== "running" && (run.ended === undefined || run.ended >= acquired);
  if (isOver) return { standing: "orphan", dead: "run_ended" };
  const deadMs = (heartbeats?.seconds.dead ?? Number.POSITIVE_INFINITY) * 1000;
  const isHeard = run === undefined && lostRuns.length === 0;
  const isTelling = beat !== undefined && (beat.ofHolder || beat.at >= acquired || isHeard);
  if (isTelling && asOf.getTime() - beat.at.getTime() > deadMs) return { standing: "orphan", dead: "beat_dead" };
  const lost = (run === undefined && lostRuns.length > 0) || (beats !== undefined && !beats.seen);
  return { standing: lost ? "undecided" : "reclaimable" };
}
