import type { Evidence, Look } from "../evidence/evidence.ts";
import type { HolderFacts, LockFacts, LockLogFacts } from "../evidence/looks/locks.ts";
import { holderBeats, lockDocuments, lockLog } from "../evidence/looks/locks.ts";
import type { RunRow, TableFacts } from "../evidence/looks/tables.ts";
import { processorRuns } from "../evidence/looks/tables.ts";
import type { UnitFacts } from "../evidence/looks/units.ts";
import { deployedUnit } from "../evidence/looks/units.ts";
import { addDays, midnight } from "../pipeline/dates.ts";
import type { Scope, Totals } from "./check.ts";
import { couldNotLook, defineCheck } from "./check.ts";
import type { Finding } from "./finding.ts";
import { notApplicable, notDue, pass } from "./finding.ts";
import { lockEvents } from "./locking/events.ts";
import { judgeLock, pastItsTime, readInPart } from "./locking/judge.ts";
import { judgeObserved } from "./locking/judge-observed.ts";
import type { LockKind } from "./locking/kinds.ts";
import { isByClass, lineTexts, lockIds, lockKinds, lockingClasses } from "./locking/kinds.ts";
import { nextRunTold } from "./locking/next-due.ts";
import { observe, unitRuns } from "./locking/observed.ts";
import { standingOf } from "./locking/standing.ts";
import { counted } from "./words.ts";

interface LockSubject {
  /** As the pipeline file calls the kind; a lock that is there is judged under its own id. */
  readonly id: string;
  readonly kind: LockKind;
}

/** Are locks free, and do they work? */
export const locks = defineCheck({
  id: "locks",
  question: "Are locks free, and do they work?",
  depth: "standard",
  halves: ["pre_game", "post_game"],
  ofState: true,
  about: {
    why: "Two runs of one processor 18 s apart wrote 72 rows twice, since no lock kept them apart; and the lock that was to do so was deployed for hours before anything called it. A batch lock that was done kept every later file of its day out.",
    rule: "A processing lock held beyond the notice: P4. Beyond its time, when the next run takes it over: P3, and P2 if its run has ended or its heartbeat is dead. A batch lock that is done, past its time: P1 once somebody asked for it in vain, P3 if its load had failed or the store is overdue to delete it, else a note. Runs since the serving revision, but no lock and no line about one: P3. No run since: not due. None in use yet: not applicable.",
    todo: "Call inspect_locks: it says who holds what, who was refused, and proposes a release only where the holder's work is over.",
  },
  subjects: ({ rules }): LockSubject[] => lockKinds(rules).map((kind) => ({ id: kind.id, kind })),
  needs: ({ kind }, { rules, date }) => ({
    // Last: a lock whose run had ended when it was looked at must not be one that was given back meanwhile.
    documents: lockDocuments(rules, kind.id, {
      ids: lockIds(rules, kind, [date, addDays(date, 1)]),
      after: [`runs ${date}`, `runs ${addDays(date, 1)}`, "lock-holders"],
    }),
  }),
  wants: ({ kind }, scope): Readonly<Record<string, Look<unknown>>> => wantedOf(kind, scope),
  judge: ({ documents, ...wanted }, { subject, scope }) => judge(subject.kind, documents, wanted, scope),
  numbers: ({ sums, unknown: lost }: Totals) => ({
    locks: lost > 0 ? `not all seen; ${counted(sums["held"] ?? 0, "lock")}` : counted(sums["held"] ?? 0, "lock"),
  }),
});

/** Heartbeats and runs tell of holders; what serves and what was logged is only asked of those who lock by now. */
function wantedOf(kind: LockKind, { rules, date, asOf }: Scope): Readonly<Record<string, Look<unknown>>> {
  const next = addDays(date, 1);
  const log = (unit: string) => lockLog(rules, { unit, texts: lineTexts(kind), from: date, to: date });
  const users = inUse(kind, asOf);
  const done = kind.rules.terminal === undefined ? [] : (kind.rules.told_by ?? []);
  if (users.length === 0 && done.length === 0 && !isByClass(kind)) return {};
  return {
    history: processorRuns(rules, date),
    following: processorRuns(rules, next),
    ...(rules.heartbeats === undefined || !isByClass(kind) ? {} : { beats: holderBeats(rules.heartbeats, lockingClasses(rules)) }),
    ...Object.fromEntries(users.map(({ unit }) => [`unit ${unit}`, deployedUnit(rules, unit)])),
    ...Object.fromEntries([...users.map(({ unit }) => unit), ...done].map((unit) => [`log ${unit}`, log(unit)])),
  };
}

function inUse({ rules: { in_use: users = [] } }: LockKind, asOf: Date): readonly { readonly unit: string; readonly from: string }[] {
  return users.filter(({ from }) => Date.parse(from) <= asOf.getTime());
}

type Wanted = Readonly<Record<string, Evidence<unknown> | undefined>>;

function judge(kind: LockKind, documents: LockFacts, wanted: Wanted, scope: Scope): readonly Finding[] {
  const { rules, asOf } = scope;
  const histories = [wanted["history"], wanted["following"]].flatMap((look) =>
    look === undefined ? [] : [look as Evidence<TableFacts<RunRow>>],
  ); // made by processorRuns()
  const runs = unitRuns(histories.flatMap((look) => (look.seen ? look.facts.rows : [])));
  const lostRuns = histories.filter((look) => !look.seen);
  const holders = { runs, lostRuns, beats: wanted["beats"] as Evidence<HolderFacts> | undefined }; // made by holderBeats()
  const logs = Object.entries(wanted).flatMap(
    ([name, look]) => (name.startsWith("log ") && look !== undefined ? [{ unit: name.slice(4), log: look as Evidence<LockLogFacts> }] : []), // made by lockLog()
  );
  const events = logs.flatMap(({ unit, log }) => (log.seen ? lockEvents(unit, log.facts, [kind]) : []));
  const standings = documents.documents.map((document) => standingOf(kind, document, holders, rules, asOf));
  const found = standings.flatMap((lock) => judgeLock(lock, holders, { events, runs }, scope));
  const works = inUse(kind, asOf).flatMap(({ unit, from }) => {
    const log = logs.find((each) => each.unit === unit)?.log;
    const deployed = wanted[`unit ${unit}`] as Evidence<UnitFacts> | undefined; // made by deployedUnit()
    if (log === undefined || deployed === undefined) return [];
    const own = events.filter((event) => event.unit === unit);
    const user = { unit, from: new Date(from), deployed, log, events: own, runs, lostRuns, documents: documents.documents };
    return judgeObserved(user, observe({ ...user, lostDocuments: [], read: readOf(scope) }, asOf), scope, (said) =>
      withoutRun(said, scope),
    );
  });
  // Whether a lock that is done keeps anybody out is told by the log alone.
  const isInQuestion = standings.some((lock) => pastItsTime(lock, { events, runs }, asOf) !== undefined);
  const blind = logs.flatMap(({ log }) => (log.seen || !isInQuestion ? [] : [couldNotLook(log)]));
  const about = [...works, ...blind, ...readInPart(kind, documents)];
  return [{ ...free(kind, documents, about, scope), figures: { held: documents.documents.length } }, ...found, ...about];
}

/** What was there; before anybody takes such a lock, no lock is no proof of anything. */
function free(kind: LockKind, { documents }: LockFacts, about: readonly Finding[], scope: Scope): Finding {
  const { in_use: users = [], collection } = kind.rules;
  if (users.length > 0 && documents.length === 0 && inUse(kind, scope.asOf).length === 0)
    return notApplicable("not_in_use", `no lock in ${collection}, and none in use yet`);
  const first = about.find(({ verdict }) => verdict === "not_applicable");
  if (documents.length === 0 && first !== undefined) return first;
  return pass(`${counted(documents.length, "lock")} in ${collection}`);
}

/** Where nothing was to run, or the days that were looked at are over, no run is no wonder; else the next stage that is due will tell. */
function withoutRun(said: string, scope: Scope): Finding {
  const { rules, date, slate, asOf } = scope;
  if (slate.kind === "none") return notApplicable("no_run", `${said}, and no games on ${date}`);
  if (asOf > readOf(scope).until) return notApplicable("no_run", `${said} in the days of ${date}`);
  return notDue(said, nextRunTold(rules, date, asOf));
}

/** The date and the day after it. */
function readOf({ date, rules }: Scope): { readonly from: Date; readonly until: Date } {
  return { from: midnight(date, rules.zone), until: midnight(addDays(date, 2), rules.zone) };
}
