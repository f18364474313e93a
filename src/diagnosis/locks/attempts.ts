import type { LockEvent } from "../../checks/locking/events.ts";
import type { UnitRun } from "../../checks/locking/observed.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";

/** A run with the date that it worked on. */
export interface DatedRun extends UnitRun {
  readonly date: CalendarDate;
}

/** A run that asked for its lock, and got it or not. Lines name no run: it is the one that had just begun. */
export interface Attempt {
  readonly event: LockEvent;
  readonly date: CalendarDate;
  /** Absent where no run of the history fits. */
  readonly run?: DatedRun;
  /** Of a refusal: who held the lock, where the history knows the run that the line names. */
  readonly holder?: DatedRun;
}

export interface Hold {
  readonly run: DatedRun;
  readonly from: Date;
  readonly until: Date;
}

const asking: readonly LockEvent["what"][] = ["acquired", "reclaimed", "refused"];
/** A run asks for its lock within a minute of its start; its last words may come a little before its end is noted. */
const soonMs = 60_000;
const endingMs = 120_000;

/**
 * Who asked for a lock, oldest first: of the runs of that unit and date that have just begun the one that began first. Lines
 * that name a holder are settled first, since they tell whose class it was.
 */
export function attemptsOf(events: readonly LockEvent[], runs: readonly DatedRun[]): readonly Attempt[] {
  const taken = new Set<DatedRun>();
  const asked = events.filter(({ what }) => asking.includes(what));
  const settled = [...asked.filter(({ holder }) => holder !== undefined), ...asked.filter(({ holder }) => holder === undefined)];
  const attempts = settled.flatMap((event) => {
    const { date, what } = event;
    if (date === undefined) return [];
    const holder = event.holder === undefined ? undefined : runs.find((run) => run.id === event.holder);
    const run = runs
      .filter((each) => !taken.has(each) && each.date === date && each.unit === event.unit && begunJustBefore(each, event.at))
      .filter((each) => (what === "refused" ? isRefusedBy(each, holder) : each.state !== "refused"))
      .toSorted((a, b) => startOf(a) - startOf(b))[0];
    if (run !== undefined) taken.add(run);
    return [{ event, date, ...(run === undefined ? {} : { run }), ...(holder === undefined ? {} : { holder }) }];
  });
  return attempts.toSorted((a, b) => a.event.at.getTime() - b.event.at.getTime());
}

function begunJustBefore(run: DatedRun, at: Date): boolean {
  const waited = at.getTime() - startOf(run);
  return waited >= 0 && waited <= soonMs;
}

function isRefusedBy(run: DatedRun, holder: DatedRun | undefined): boolean {
  return holder === undefined || (run.processor === holder.processor && run.id !== holder.id);
}

function startOf({ started }: DatedRun): number {
  return started?.getTime() ?? Number.NaN;
}

/**
 * From taking a lock to giving it back, where both lines are there. A lock may be given back by a run that had lost it, so
 * a line of giving back belongs to the run that ended then, not to the one that took the lock last.
 */
export function holdsOf(events: readonly LockEvent[], attempts: readonly Attempt[]): readonly Hold[] {
  const used = new Set<LockEvent>();
  return attempts.flatMap(({ event, run, date }) => {
    if (run === undefined || event.what === "refused") return [];
    const release = givenBack(
      events.filter((each) => !used.has(each)),
      { run, date, since: event.at },
    );
    if (release === undefined) return [];
    used.add(release);
    return [{ run, from: event.at, until: release.at }];
  });
}

/** The line by which a run gave its lock back: the nearest to its end. */
function givenBack(
  events: readonly LockEvent[],
  { run, date, since }: { readonly run: DatedRun; readonly date: CalendarDate; readonly since: Date },
): LockEvent | undefined {
  const { ended } = run;
  if (ended === undefined) return undefined;
  const away = (event: LockEvent): number => Math.abs(event.at.getTime() - ended.getTime());
  return events
    .filter(({ what, lock, at }) => what === "released" && lock === `${run.processor}_${date}` && at >= since)
    .filter((event) => away(event) <= endingMs)
    .toSorted((a, b) => away(a) - away(b))[0];
}

/** A lock taken over from a run that was still at work: it lost the lock without knowing. */
export interface Lost {
  readonly loser: DatedRun;
  readonly lostAt: Date;
  readonly taker: DatedRun;
  /** When the loser gave the taker's lock back; absent where no such line is there. */
  readonly gaveBackAt?: Date;
}

export function lostLocks(events: readonly LockEvent[], attempts: readonly Attempt[]): readonly Lost[] {
  const got = attempts.filter(({ event }) => event.what !== "refused");
  return got.flatMap(({ event, run: taker, date }, index) => {
    if (event.what !== "reclaimed" || taker === undefined) return [];
    const before = got.slice(0, index).findLast(({ run }) => run?.processor === taker.processor && run.date === date);
    const loser = before?.run;
    if (before === undefined || loser === undefined || loser.ended === undefined || loser.ended <= event.at) return [];
    const release = givenBack(events, { run: loser, date, since: event.at });
    const isOthers = release !== undefined && (taker.ended === undefined || release.at < taker.ended);
    return [{ loser, lostAt: event.at, taker, ...(isOthers ? { gaveBackAt: release.at } : {}) }];
  });
}
