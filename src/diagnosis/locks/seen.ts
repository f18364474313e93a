import type { LockEvent } from "../../checks/locking/events.ts";
import { lockEvents } from "../../checks/locking/events.ts";
import type { LockKind } from "../../checks/locking/kinds.ts";
import { lockOf, tellersOf } from "../../checks/locking/kinds.ts";
import type { LockUser, Observed } from "../../checks/locking/observed.ts";
import { observe, unitRuns } from "../../checks/locking/observed.ts";
import type { Holders, StandingLock } from "../../checks/locking/standing.ts";
import { standingOf } from "../../checks/locking/standing.ts";
import { overlapping } from "../../checks/running/run.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import type { HolderFacts, LockFacts, LockLogFacts } from "../../evidence/looks/locks.ts";
import type { RunRow, TableFacts } from "../../evidence/looks/tables.ts";
import type { UnitFacts } from "../../evidence/looks/units.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Attempt, DatedRun, Hold, Lost } from "./attempts.ts";
import { attemptsOf, holdsOf, lostLocks } from "./attempts.ts";

/** What was looked at, by the names that a person would use. */
export interface LockEvidence {
  readonly kinds: readonly LockKind[];
  /** By kind; absent where how things stood can't be looked at any more. */
  readonly documents: ReadonlyMap<string, Evidence<LockFacts>>;
  readonly beats: Evidence<HolderFacts> | undefined;
  readonly units: ReadonlyMap<string, Evidence<UnitFacts>>;
  /** By unit; of one unit several windows. */
  readonly logs: ReadonlyMap<string, readonly Evidence<LockLogFacts>[]>;
  readonly histories: ReadonlyMap<CalendarDate, Evidence<TableFacts<RunRow>>>;
  /** The days that were asked for, or are the newest. */
  readonly read: LockUser["read"];
  /** Only of this processor's class. */
  readonly only?: string | undefined;
  readonly rules: Rules;
  /** The date that is asked about: times of its next morning are said without their day. */
  readonly date: CalendarDate;
  readonly asOf: Date;
}

export interface UserSeen {
  readonly unit: string;
  readonly from: Date;
  readonly kind: LockKind;
  readonly observed: Observed;
  readonly looks: readonly string[];
}

/** Two runs of one processor and date that overlapped, and whether either asked for a lock. */
export interface Twins {
  readonly pair: readonly [DatedRun, DatedRun];
  readonly asked: boolean;
}

/** What the evidence comes to, before anything is said of it. */
export interface LocksSeen {
  readonly holders: Holders;
  readonly locks: readonly StandingLock[];
  readonly runs: readonly DatedRun[];
  readonly events: readonly LockEvent[];
  readonly attempts: readonly Attempt[];
  readonly holds: readonly Hold[];
  readonly lost: readonly Lost[];
  readonly twins: readonly Twins[];
  readonly users: readonly UserSeen[];
}

export function seeLocks(evidence: LockEvidence): LocksSeen {
  const { kinds, only, rules, asOf } = evidence;
  const all = runsIn(evidence);
  const lostRuns = [...evidence.histories.values()].filter((look) => !look.seen);
  const holders: Holders = { runs: all, lostRuns, beats: evidence.beats };
  const locks = kinds.flatMap((kind) => documentsOf(evidence, kind).map((document) => standingOf(kind, document, holders, rules, asOf)));
  const events = [...evidence.logs].flatMap(([unit, looks]) =>
    looks.flatMap((look) =>
      look.seen
        ? lockEvents(
            unit,
            look.facts,
            kinds.filter((kind) => tellersOf(kind).includes(unit)),
          )
        : [],
    ),
  );
  const ordered = events.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const attempts = attemptsOf(ordered, all);
  const isMeant = (processor: string): boolean => only === undefined || processor === only;
  const own = attempts.filter(({ run, holder }) => isMeant(run?.processor ?? holder?.processor ?? only ?? ""));
  const runs = all.filter(({ processor }) => isMeant(processor));
  return {
    holders,
    locks: locks.filter(({ kind, document }) => isMeant(lockOf(kind, document.id))),
    runs,
    events: ordered,
    attempts: own,
    holds: holdsOf(ordered, own),
    lost: lostLocks(ordered, own),
    twins: twinsIn(runs, attempts, asOf),
    users: kinds.flatMap((kind) => usersOf(kind, evidence, { all, ordered, lostRuns })),
  };
}

function runsIn({ histories }: LockEvidence): readonly DatedRun[] {
  return [...histories].flatMap(([date, look]) => (look.seen ? unitRuns(look.facts.rows).map((run) => ({ ...run, date })) : []));
}

function documentsOf({ documents }: LockEvidence, { id }: LockKind): LockFacts["documents"] {
  const look = documents.get(id);
  return look?.seen === true ? look.facts.documents : [];
}

/** Runs that the lock refused wrote nothing, and are nobody's twins. */
function twinsIn(runs: readonly DatedRun[], attempts: readonly Attempt[], asOf: Date): readonly Twins[] {
  const refused = new Set(attempts.flatMap(({ event, run }) => (event.what === "refused" && run !== undefined ? [run] : [])));
  const asked = new Set(attempts.flatMap(({ run }) => run ?? []));
  const groups = Map.groupBy(
    runs.filter((run) => !refused.has(run)),
    ({ processor, date }) => `${processor} ${date}`,
  );
  return [...groups.values()].flatMap((group) =>
    overlapping(group, asOf).map((pair) => ({ pair, asked: pair.some((run) => asked.has(run)) })),
  );
}

interface Seen {
  readonly all: readonly DatedRun[];
  readonly ordered: readonly LockEvent[];
  readonly lostRuns: readonly Evidence<unknown>[];
}

function usersOf(kind: LockKind, evidence: LockEvidence, { all, ordered, lostRuns }: Seen): readonly UserSeen[] {
  const { documents, units, logs, histories, read, asOf, only } = evidence;
  const ofKind = documents.get(kind.id);
  return (kind.rules.in_use ?? []).flatMap(({ unit, from }) => {
    const [deployed, log] = [units.get(unit), logs.get(unit)?.at(-1)];
    if (deployed === undefined || log === undefined || !isIts(unit, only, all)) return [];
    const user: LockUser = {
      unit,
      from: new Date(from),
      deployed,
      log,
      events: ordered.filter((event) => event.unit === unit && event.kind === kind.id),
      runs: all,
      lostRuns,
      documents: documentsOf(evidence, kind),
      lostDocuments: ofKind === undefined || ofKind.seen ? [] : [ofKind],
      read,
    };
    const looks = [deployed.id, log.id, ...(ofKind === undefined ? [] : [ofKind.id]), ...[...histories.values()].map(({ id }) => id)];
    return [{ unit, from: user.from, kind, observed: observe(user, asOf), looks }];
  });
}

/** Whether the processor that was asked about runs in the unit; of one that has not run nobody knows, so all units are told. */
function isIts(unit: string, only: string | undefined, runs: readonly DatedRun[]): boolean {
  const own = only === undefined ? [] : runs.filter(({ processor }) => processor === only);
  return own.length === 0 || own.some((run) => run.unit === unit);
}
