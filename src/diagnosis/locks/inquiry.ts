import { couldNotLook } from "../../checks/check.ts";
import type { Finding } from "../../checks/finding.ts";
import { notApplicable, pass, unknown } from "../../checks/finding.ts";
import { judgeLock, readInPart } from "../../checks/locking/judge.ts";
import { judgeObserved, revisionText } from "../../checks/locking/judge-observed.ts";
import type { LockKind } from "../../checks/locking/kinds.ts";
import { lockSubject } from "../../checks/locking/kinds.ts";
import { nextRunTold } from "../../checks/locking/next-due.ts";
import type { StandingLock } from "../../checks/locking/standing.ts";
import { at, counted, listNames } from "../../checks/words.ts";
import type { Evidence, Unseen } from "../../evidence/evidence.ts";
import { idName, quoted } from "../../outside-text.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { clockText, durationText } from "../../pipeline/dates.ts";
import type { Inquiry, Line, ListRow, NextCall } from "../inquiry.ts";
import { lineAbout, withoutLine } from "../line.ts";
import { causesOf } from "./causes.ts";
import { caseOf } from "./case.ts";
import { contentionLines, refusedRuns, timelineOf } from "./contention.ts";
import { proposalsOf } from "./proposals.ts";
import type { LockEvidence, LocksSeen, UserSeen } from "./seen.ts";
import { seeLocks } from "./seen.ts";
import { timesOf } from "./times.ts";
import { lockless, twinLine } from "./twins.ts";

export interface LocksAsked extends LockEvidence {
  readonly dates: readonly CalendarDate[];
  readonly processor?: string | undefined;
  /** Stores are as they are now, the clock is an earlier one. */
  readonly past: boolean;
  /** No game of these dates goes through what takes locks, so that no run is no wonder. */
  readonly isIdle?: boolean;
  readonly detailed: boolean;
}

/** Each carries all that its lock holds. */
const mostProposals = { concise: 2, detailed: 12 } as const;

/** How locks stand, who was refused, and whether locking is seen to happen at all. */
export function locksInquiry(asked: LocksAsked): Inquiry {
  const seen = seeLocks(asked);
  const { asOf, rules, dates } = asked;
  const due = nextRunTold(rules, dates.at(-1) ?? asked.date, asOf);
  const lines = linesOf(asked, seen, due);
  const waiting = seen.users.filter(({ observed }) => observed.state === "no_run");
  const causes = lines.some(({ finding }) => finding.verdict === "fail" || finding.verdict === "warn")
    ? causesOf(caseOf(asked, seen))
    : undefined;
  const proposals = proposalsOf(asked, seen);
  const most = asked.detailed ? mostProposals.detailed : mostProposals.concise;
  return {
    lines,
    asked: { game_dates: dates.join(", "), ...(asked.processor === undefined ? {} : { processor: asked.processor }) },
    numbers: {
      ...numbersOf(asked, seen),
      ...(proposals.length > most ? { releases: `${most} of ${proposals.length} proposed here` } : {}),
    },
    ...headlineOf(seen),
    ...(causes === undefined ? {} : { causes }),
    timeline: timelineOf(asked, seen, asked.detailed),
    proposals: proposals.slice(0, most),
    rows: [...seen.users.map((user) => userRow(asked, user)), ...seen.locks.map((lock) => lockRow(lock))],
    ...(waiting.length === 0 || asked.isIdle === true ? {} : { askAgain: due }),
    next: nextOf(asked, seen, due),
  };
}

/** That locks work is worth saying only where it was seen of all who take them. */
function headlineOf({ users }: LocksSeen): Pick<Inquiry, "headline"> {
  const isSeen = users.length > 0 && users.every(({ observed }) => observed.state === "observed");
  return isSeen ? { headline: `locking observed in ${listNames(users.map(({ unit }) => unit))}` } : {};
}

function linesOf(asked: LocksAsked, seen: LocksSeen, due: Date): readonly Line[] {
  const lines = [
    ...(asked.past ? [onlyNow()] : standingLines(asked, seen)),
    ...observedLines(asked, seen, due),
    ...contentionLines(asked, seen),
    ...lostLooks(asked, seen),
  ];
  return lines.map((line) => ({ ...line, evidence: [...new Set(line.evidence)] }));
}

function onlyNow(): Line {
  const finding = unknown("only_now", "locks are told as they stand now, not as they stood at an earlier clock", "Ask without --clock.");
  return { id: "locks", finding, evidence: [] };
}

/** Locks that are there, by what they are; and that of the rest none is. */
function standingLines(asked: LocksAsked, seen: LocksSeen): readonly Line[] {
  const { kinds, documents } = asked;
  const evidence = [...documents.values()].map(({ id }) => id);
  const found = seen.locks.flatMap((lock) =>
    judgeLock(lock, seen.holders, seen, asked).map((finding) => ({
      reason: finding.reason,
      subject: lockSubject(lock.document.id),
      finding,
    })),
  );
  const told = [...Map.groupBy(found, ({ reason }) => reason).values()].flatMap((group) => groupLine(group, evidence));
  const lost = kinds.flatMap((kind) => {
    const look = documents.get(kind.id);
    return look === undefined || look.seen ? [] : [{ id: `locks/${kind.id}`, finding: couldNotLook(look), evidence: [look.id] }];
  });
  const partly = kinds.flatMap((kind) => {
    const look = documents.get(kind.id);
    return look?.seen === true
      ? readInPart(kind, look.facts).map((finding) => ({ id: `locks/${kind.id}`, finding, evidence: [look.id] }))
      : [];
  });
  const read = kinds.filter((kind) => documents.get(kind.id)?.seen === true);
  const free = read.filter((kind) => !seen.locks.some((lock) => lock.kind.id === kind.id));
  const held = seen.locks.filter(({ standing }) => standing === "held");
  const plain: Line[] = [
    ...(free.length === 0
      ? []
      : [
          {
            id: "locks/free",
            finding: freeFinding(asked, free),
            evidence,
          },
        ]),
    ...(held.length === 0
      ? []
      : [{ id: "locks/held", finding: heldNow(held), evidence, subjects: held.map(({ document }) => lockSubject(document.id)) }]),
  ];
  return [...told, ...lost, ...partly, ...plain];
}

/** No lock where nobody was to take one is no sign that they are given back. */
function freeFinding({ only, isIdle }: LocksAsked, kinds: readonly LockKind[]): Finding {
  const said = `no lock ${only === undefined ? "" : `of ${idName(only)} `}left in ${kinds.map(({ rules: { collection } }) => collection).join(", ")}`;
  return isIdle === true ? notApplicable("no_run", said) : pass(said);
}

function heldNow(held: readonly StandingLock[]): Finding {
  const oldest = Math.max(...held.map(({ ageMs = 0 }) => ageMs));
  return pass(`${counted(held.length, "lock")} held within their time, the longest for ${durationText(oldest)}`);
}

interface Found {
  readonly subject: string;
  readonly finding: Finding;
}

/** One line per reason: the first in full, the others by name. */
function groupLine(group: readonly Found[], evidence: readonly string[]): readonly Line[] {
  const [first] = group;
  if (first === undefined) return [];
  const subjects = [...new Set(group.map(({ subject }) => subject))];
  const more = subjects.length === 1 ? "" : `; and ${subjects.length - 1} more like it`;
  return [lineAbout("locks", subjects, { ...first.finding, observed: `${first.finding.observed}${more}` }, evidence)];
}

/** Units of which the same is to be said share a line: those that nothing has run in yet, and those that take no lock yet. */
function observedLines(asked: LocksAsked, seen: LocksSeen, due: Date): readonly Line[] {
  const of = (state: UserSeen["observed"]["state"]) => seen.users.filter(({ observed }) => observed.state === state);
  const plain = of("not_in_use").filter((user) => lockless(seen, user).length === 0 && blindTo(asked, user).length === 0);
  const shared = [
    ...(of("no_run").length > 0 ? [notYet(asked, of("no_run"), due)] : []),
    ...(plain.length > 0 ? [notInUse(asked, plain)] : []),
  ];
  return [...shared, ...seen.users.flatMap((user) => ownLines(asked, seen, user))];
}

/** What hides whether runs overlapped in a unit that takes no lock yet, or whether one asked all the same. */
function blindTo({ histories, logs }: LocksAsked, { unit, observed }: UserSeen): readonly Unseen[] {
  if (observed.state !== "not_in_use") return [];
  return [...histories.values(), ...(logs.get(unit) ?? [])].flatMap((look) => (look.seen ? [] : [look]));
}

function ownLines(asked: LocksAsked, seen: LocksSeen, user: UserSeen): readonly Line[] {
  const [blind] = blindTo(asked, user);
  if (blind !== undefined) return [{ id: `locking/${user.unit}`, finding: couldNotLook(blind), evidence: user.looks }];
  const isShared = user.observed.state === "no_run" || user.observed.state === "not_in_use";
  const otherwise = isShared ? [] : judgeObserved(user, user.observed, asked, (said) => unknown("not_observed_yet", said, "Ask again."));
  const findings = twinLine(lockless(seen, user), user, asked, otherwise);
  return findings.map((finding) => ({ id: `locking/${user.unit}`, finding, evidence: user.looks }));
}

function sharedLine(users: readonly UserSeen[], finding: Finding): Line {
  const names = users.map(({ unit }) => unit);
  return lineAbout(
    "locking",
    names,
    finding,
    users.flatMap(({ looks }) => looks),
  );
}

function notYet(asked: LocksAsked, users: readonly UserSeen[], due: Date): Line {
  const revisions = users.map(({ unit, observed: { serving, since } }) => {
    const what = serving === undefined ? "" : `${revisionText(unit, serving)}, `;
    return `${unit} (${what}since ${at(since, asked)})`;
  });
  const said = `locking not observed yet: no run since this revision of ${listNames(revisions)}`;
  if (asked.isIdle === true)
    return sharedLine(users, notApplicable("no_run", `${said}, and no games on ${asked.dates.join(", ")} that need one`));
  return sharedLine(
    users,
    unknown(
      "not_observed_yet",
      said,
      `Ask again after the next run, whose output is due ${clockText(due, asked.rules.zone)}: until then nothing proves that locks work.`,
    ),
  );
}

function notInUse(asked: LocksAsked, users: readonly UserSeen[]): Line {
  const units = users.map(({ unit, from }) => `${unit} (declared from ${clockText(from, asked.rules.zone)})`);
  const runs = users.reduce((sum, { observed }) => sum + observed.runs, 0);
  return sharedLine(
    users,
    notApplicable("not_in_use", `no lock in use in ${listNames(units)}: none observed, ${counted(runs, "run")} without one`),
  );
}

/** Looks that were only wanted: without them less is said, and that is said. */
function lostLooks(asked: LocksAsked, { users }: LocksSeen): readonly Line[] {
  const { beats, logs, histories, units } = asked;
  const told = new Set(
    users.flatMap((user) => {
      const lost = user.observed.state === "lost" ? user.observed.looks.filter((look) => !look.seen) : blindTo(asked, user);
      return lost.slice(0, 1).map(({ id }) => id);
    }),
  );
  const wanted = [...(beats === undefined ? [] : [beats]), ...histories.values(), ...[...logs.values()].flat(), ...units.values()];
  return wanted.flatMap((look) =>
    look.seen || told.has(look.id) ? [] : [withoutLine(`locks/${idName(look.id.replaceAll(" ", "-"))}`, look)],
  );
}

function numbersOf(asked: LocksAsked, seen: LocksSeen): Readonly<Record<string, string>> {
  const { locks, users, holds, runs } = seen;
  const since = new Map(users.map(({ unit, observed }) => [unit, observed.since]));
  const logs = [...asked.logs.values()].flat();
  const isTimed = users.length > 0 && [...asked.histories.values()].some((look) => look.seen) && logs.some((look) => look.seen);
  return {
    locks: asked.past ? "not seen" : asFarAsSeen(counted(locks.length, "lock"), [...asked.documents.values()]),
    refused: asFarAsSeen(counted(refusedRuns(asked, seen).length, "refusal"), logs),
    ...(isTimed ? timesOf({ holds, runs, since }) : {}),
  };
}

/** What is lost counts for nothing, not for none. */
function asFarAsSeen(text: string, looks: readonly Evidence<unknown>[]): string {
  const seen = looks.filter((look) => look.seen).length;
  return seen === 0 && looks.length > 0 ? "not seen" : seen < looks.length ? `not all seen; ${text}` : text;
}

function userRow(asked: LocksAsked, user: UserSeen): ListRow {
  const { unit, kind, observed } = user;
  const isLost = (looks: readonly (Evidence<unknown> | undefined)[]): boolean => looks.some((look) => look?.seen === false);
  const isOpen = observed.state === "lost" || blindTo(asked, user).length > 0;
  const noRuns = observed.runs === 0 && isLost([...asked.histories.values()]);
  const noSigns = observed.lines === 0 && isLost([...(asked.logs.get(unit) ?? []), asked.documents.get(kind.id)]);
  return {
    unit,
    ...(observed.serving === undefined ? {} : { revision: observed.serving.replaceAll(`${unit}-`, "") }),
    since: clockText(observed.since, asked.rules.zone),
    locking: isOpen ? "not known" : observed.state,
    runs: noRuns ? "not read" : observed.runs,
    signs: noSigns ? "not read" : observed.lines,
  };
}

function lockRow({ kind, document, standing, ageMs }: StandingLock): ListRow {
  return {
    lock: lockSubject(document.id),
    kind: kind.id,
    standing,
    ...(ageMs === undefined ? {} : { age: durationText(Math.max(0, ageMs)) }),
    ...(document.owner === null ? {} : { run: quoted(document.owner) }),
  };
}

function nextOf({ rules: { zone } }: LocksAsked, seen: LocksSeen, due: Date): readonly NextCall[] {
  const twin = seen.users.flatMap((user) => lockless(seen, user))[0];
  const silent = seen.users.find(({ observed }) => observed.state === "not_observed" || observed.state === "no_run");
  const text = silent?.kind.rules.lines?.acquired[0];
  const past = seen.locks.find(({ standing, run }) => run !== undefined && (standing === "reclaimable" || standing === "orphan"));
  const holder = seen.runs.find((run) => run.id === past?.run?.id);
  return [
    // Where nothing locks although it should, what serves is asked about before what it has done.
    ...(twin === undefined || silent === undefined ? [] : [{ tool: "check_drift", arguments: { units: [silent.unit] } }]),
    ...(twin === undefined ? [] : [{ tool: "find_duplicates", arguments: { from: twin.pair[0].date, to: twin.pair[0].date } }]),
    ...(silent === undefined || text === undefined
      ? []
      : [{ tool: "watch", arguments: { text, unit: silent.unit, due: clockText(due, zone).replace(/ \S+$/u, "") } }]),
    ...(holder === undefined || holder.unit === null || !/^[\w.-]{1,80}$/u.test(holder.id)
      ? []
      : [{ tool: "read_logs", arguments: { unit: holder.unit, contains: holder.id } }]),
  ];
}
