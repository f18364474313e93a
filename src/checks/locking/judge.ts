import type { LockFacts } from "../../evidence/looks/locks.ts";
import { quoted } from "../../outside-text.ts";
import { addMinutes, durationText } from "../../pipeline/dates.ts";
import type { Scope } from "../check.ts";
import { couldNotLook } from "../check.ts";
import type { Finding } from "../finding.ts";
import { note, problem, saidOf, unknown } from "../finding.ts";
import { atSecond, counted } from "../words.ts";
import type { LockEvent } from "./events.ts";
import type { LockKind } from "./kinds.ts";
import { lockName, lockSubject } from "./kinds.ts";
import type { UnitRun } from "./observed.ts";
import type { Holders, StandingLock } from "./standing.ts";

type Place = Pick<Scope, "rules" | "date" | "asOf">;

/** Who may have been kept out, as far as it was looked at. */
export interface KeptOut {
  readonly events: readonly LockEvent[];
  readonly runs: readonly UnitRun[];
}

/** What to say of a lock that is there; nothing of one that is held as it should be. */
export function judgeLock(lock: StandingLock, holders: Holders, keptOut: KeptOut, place: Place): readonly Finding[] {
  const found = findingOf(lock, holders, keptOut, place);
  return found.map((finding) => saidOf(lockSubject(lock.document.id), finding));
}

function findingOf(lock: StandingLock, holders: Holders, keptOut: KeptOut, place: Place): readonly Finding[] {
  switch (lock.standing) {
    case "held":
      return [];
    case "held_long":
      return [heldLong(lock, place)];
    case "reclaimable":
      return [reclaimable(lock, place)];
    case "undecided":
      return [reclaimable(lock, place), ...undecided(holders)];
    case "orphan":
      return [orphan(lock, place)];
    case "expired":
      return [expired(lock, place)];
    case "terminal":
      return terminal(lock, keptOut, place);
    case "broken_id":
      return [withoutDate(lock, place)];
    case "unreadable":
      return [unreadable(lock)];
    case "in_future":
      return [inFuture(lock, place)];
  }
}

function heldLong(lock: StandingLock, place: Place): Finding {
  const { expires_minutes: minutes, notice_minutes: notice = minutes } = lock.kind.rules;
  return problem("P4", {
    reason: "held_long",
    observed: `${heldText(lock, place)}, within its ${minutes} min`,
    expected: `a lock given back within ${notice} min`,
    next: `Ask again after ${endText(lock, place)}; a run that takes longer than ${minutes} min loses the lock while it works.`,
  });
}

function orphan(lock: StandingLock, place: Place): Finding {
  return problem("P2", {
    reason: "orphan",
    observed: `${heldText(lock, place)}, and nobody works under it: ${deathText(lock, place)}`,
    expected: "a lock given back when its run ends",
    next: `Release it by the proposal of inspect_locks, or let the next run take it over: it is older than ${lock.kind.rules.expires_minutes} min.`,
    confirm: true,
  });
}

function expired(lock: StandingLock, place: Place): Finding {
  const when = lock.expires === undefined ? "" : ` (${atSecond(lock.expires, place)})`;
  const said = `${nameOf(lock)} is still there, past the expiry that it names itself${when}${ownerText(lock)}`;
  // One that keeps others out even when it is done is taken only where none is there, whatever its expiry says.
  if (lock.kind.rules.terminal !== undefined)
    return problem("P3", {
      reason: "expired_in_the_way",
      observed: `${said}: as long as it is, no file of its batch is loaded`,
      expected: `done within ${lock.kind.rules.expires_minutes} min, and deleted`,
      next: "See in the log of its loader whether its work is over; only then may it be deleted, and the batch be loaded again.",
    });
  return problem("P3", {
    reason: "expired",
    observed: said,
    expected: `given back within ${lock.kind.rules.expires_minutes} min; who comes next takes it over`,
    next: "See in the log whether its holder died or ran on past its time.",
  });
}

function withoutDate(lock: StandingLock, place: Place): Finding {
  return problem("P3", {
    reason: "broken_id",
    observed: `${heldText(lock, place)}, and names no date: it keeps no run of any date out`,
    expected: `ids of the form ${lock.kind.rules.ids.join(" or ")}`,
    next: "Find the run that was started without a date.",
  });
}

function unreadable(lock: StandingLock): Finding {
  const { document, kind } = lock;
  return unknown(
    "lock_unreadable",
    `${nameOf(lock)} is there, but since when, or until when, can't be read${ownerText(lock)}`,
    `Look at ${quoted(document.id)} in ${kind.rules.collection} by hand.`,
  );
}

function inFuture(lock: StandingLock, place: Place): Finding {
  const { document, kind } = lock;
  return unknown(
    "lock_in_future",
    `${nameOf(lock)} says that it was acquired ${atSecond(new Date(document.acquiredAt ?? 0), place)}, which is still to come`,
    `Look at ${quoted(document.id)} in ${kind.rules.collection} by hand, and at the clock of what wrote it.`,
  );
}

function reclaimable(lock: StandingLock, place: Place): Finding {
  const { beat, kind } = lock;
  const beats =
    beat === undefined ? "" : `; the newest heartbeat of ${quoted(lockName(lock.document.id).of)} is of ${atSecond(beat.at, place)}`;
  return problem("P3", {
    reason: "reclaimable",
    observed: `${heldText(lock, place)}: the next run takes it over, though its holder may still be at work${beats}`,
    expected: `a lock given back within ${kind.rules.expires_minutes} min`,
    next: "Start no other run of it before its run has ended: then two would write, and the first to end deletes the other's lock.",
  });
}

function undecided({ lostRuns, beats }: Holders): readonly Finding[] {
  const lost = [...lostRuns, ...(beats === undefined ? [] : [beats])].flatMap((look) => (look.seen ? [] : [couldNotLook(look)]));
  return lost.slice(0, 1);
}

/**
 * Done, and still in the way of every reload. For its own time that is meant; afterwards it is only a fault once somebody
 * was kept out, or the store is overdue to delete it, or its load had failed and must come again.
 */
function terminal(lock: StandingLock, keptOut: KeptOut, place: Place): readonly Finding[] {
  const { kind, document } = lock;
  const status = quoted(document.status ?? "?");
  if (lock.expires === undefined) return [unreadable(lock)];
  const past = pastItsTime(lock, keptOut, place.asOf);
  if (past === undefined) return [];
  const { expires, asked, failed, overdue } = past;
  const said = `${nameOf(lock)} is ${status} since its batch began ${atSecond(addMinutes(expires, -kind.rules.expires_minutes), place)}, and still there`;
  const next = "Release it by the proposal of inspect_locks, then load the batch again.";
  if (asked !== undefined) {
    return [
      problem("P1", {
        reason: "blocks_reload",
        observed: `${said}: asked for at ${atSecond(asked, place)}, past its ${kind.rules.expires_minutes} min, and every reload is refused`,
        expected: "no lock left when a batch is loaded again",
        next,
        confirm: true,
      }),
    ];
  }
  if (!failed && !overdue)
    return [note("not_yet_deleted", `${said}, past its ${kind.rules.expires_minutes} min; nobody was seen to ask for it`)];
  return [
    problem("P3", {
      reason: failed ? "failed_batch_locked" : "not_deleted",
      observed: `${said}${failed ? ", so its load keeps its own retry out" : `, past the day in which the store deletes it`}; nobody was seen to ask for it since`,
      expected: `gone ${durationText(kind.rules.expires_minutes * 60_000)} after the batch began`,
      next,
    }),
  ];
}

/** Of more locks than were read nobody knows whether they are in the way. */
export function readInPart({ rules: { collection } }: LockKind, { documents, more }: LockFacts): readonly Finding[] {
  if (!more) return [];
  return [
    unknown(
      "read_in_part",
      `${collection} holds more than the ${counted(documents.length, "lock")} that were read`,
      `Look at ${collection} by hand: locks are deleted when they are given back.`,
    ),
  ];
}

interface PastItsTime {
  readonly expires: Date;
  /** When somebody last wanted it since, where that was seen. */
  readonly asked: Date | undefined;
  /** Its load must come again. */
  readonly failed: boolean;
  /** The store should have deleted it by now. */
  readonly overdue: boolean;
}

/** What tells whether a lock whose work is over is in the way; undefined of any other, and within its time. */
export function pastItsTime(lock: StandingLock, keptOut: KeptOut, asOf: Date): PastItsTime | undefined {
  const { standing, expires, document, kind } = lock;
  if (standing !== "terminal" || expires === undefined || asOf < expires) return undefined;
  return {
    expires,
    asked: askedSince(lock, keptOut, expires),
    failed: kind.rules.done?.includes(document.status ?? "") !== true,
    overdue: asOf > addMinutes(expires, kind.rules.lag_minutes ?? 0),
  };
}

/** The newest sign, past the lock's time, that somebody wanted it: a line that names it, or a run of its loader that was refused. */
function askedSince({ document: { id } }: StandingLock, { events, runs }: KeptOut, since: Date): Date | undefined {
  const words = (id.split("_batch")[0] ?? id).toLowerCase().split("_");
  const isLoader = (processor: string): boolean => words.every((word) => processor.toLowerCase().includes(word));
  const told = events.filter((event) => event.lock === id && event.at >= since).map((event) => event.at);
  const refused = runs.flatMap(({ processor, state, started }) =>
    state === "refused" && started !== undefined && started >= since && isLoader(processor) ? [started] : [],
  );
  return [...told, ...refused].toSorted((a, b) => b.getTime() - a.getTime())[0];
}

function nameOf({ document }: StandingLock): string {
  return quoted(document.id);
}

function ownerText({ document: { owner } }: StandingLock): string {
  return owner === null ? "" : `, taken by ${quoted(owner)}`;
}

function heldText(lock: StandingLock, place: Place): string {
  const { document, ageMs } = lock;
  const since = document.acquiredAt === null ? "" : ` since ${atSecond(new Date(document.acquiredAt), place)}`;
  return `${nameOf(lock)} is held${ageMs === undefined ? "" : ` for ${durationText(ageMs)}`}${since}${document.owner === null ? "" : ` by ${quoted(document.owner)}`}`;
}

function endText({ kind, document }: StandingLock, place: Place): string {
  return atSecond(addMinutes(new Date(document.acquiredAt ?? 0), kind.rules.expires_minutes), place);
}

function deathText({ dead, run, beat, document }: StandingLock, place: Place): string {
  if (dead === "run_ended" && run !== undefined)
    return `its run ended${run.ended === undefined ? ` as ${quoted(run.status)}` : ` ${atSecond(run.ended, place)}`}`;
  return `the newest heartbeat of ${quoted(lockName(document.id).of)}, by whichever run, is of ${beat === undefined ? "?" : atSecond(beat.at, place)}`;
}
