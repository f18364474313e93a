import type { LockKind } from "../../checks/locking/kinds.ts";
import { isByClass, lineTexts, lockIds, lockKinds, lockingClasses, tellersOf } from "../../checks/locking/kinds.ts";
import { isOwed } from "../../checks/completion/mode.ts";
import { severityOf } from "../../checks/finding.ts";
import { scopeOn } from "../../checks/scope.ts";
import { UserError } from "../../errors.ts";
import type { Evidence, Look } from "../../evidence/evidence.ts";
import type { HolderFacts, LockFacts, LockLogFacts } from "../../evidence/looks/locks.ts";
import { holderBeats, lockDocuments, lockLog } from "../../evidence/looks/locks.ts";
import type { RunRow, TableFacts } from "../../evidence/looks/tables.ts";
import { processorRuns } from "../../evidence/looks/tables.ts";
import type { UnitFacts } from "../../evidence/looks/units.ts";
import { deployedUnit } from "../../evidence/looks/units.ts";
import type { Asking } from "../../inquiring.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays, calendarDateOf, clockText, dateAt, datesBetween, midnight } from "../../pipeline/dates.ts";
import { newestPostGameDate } from "../../pipeline/moments.ts";
import type { Inquiry } from "../inquiry.ts";
import type { LocksAsked } from "./inquiry.ts";
import { locksInquiry } from "./inquiry.ts";

interface Given {
  /** A processor's class. */
  readonly processor: string | undefined;
  readonly gameDate: string | undefined;
}

/** Looks at locks as they stand, and at what was logged and run on the dates; what looks wrong between two stores is looked at again. */
export async function inspect(asking: Asking, { processor, gameDate }: Given): Promise<Inquiry> {
  const { rules, past, detailed } = asking;
  if (Object.keys(rules.locks ?? {}).length === 0) throw new UserError("The pipeline file declares no locks: there is nothing to inspect.");
  const plan = planOf(asking, processor, gameDate);
  const first = await asking.all(looksOf(plan, asking));
  const asked = (made: Made): LocksAsked => ({ ...evidenceOf(plan, made, asking), dates: plan.dates, processor, past, detailed });
  const told = locksInquiry(asked(first));
  const isWaiting = told.lines.some(({ finding: { reason } }) => reason === "not_observed_yet");
  const found = isWaiting && (await areIdle(plan.dates, asking)) ? locksInquiry({ ...asked(first), isIdle: true }) : told;
  const severe = found.lines.some(({ finding }) => ["P0", "P1", "P2"].includes(severityOf(finding) ?? ""));
  if (!severe) return found;
  const again = await asking.secondLook(standing(plan, asking));
  return locksInquiry(asked({ ...first, ...again }));
}

/** Whether nothing was to run on any of the dates: no games, or none that goes through what takes locks. */
async function areIdle(dates: readonly CalendarDate[], { session: { pipeline }, asOf, gather }: Asking): Promise<boolean> {
  const scopes = await Promise.all(dates.map((date) => scopeOn({ pipeline, date, asOf, gather })));
  return scopes.every((scope) => scope.slate.kind === "none" || !isOwed(scope));
}

interface Plan {
  /** What the answer is about. */
  readonly dates: readonly CalendarDate[];
  /** Of these runs are looked at: the newest tell whether locking is seen by now. */
  readonly histories: readonly CalendarDate[];
  /** From the first to the last date of each, the newest last. */
  readonly windows: readonly (readonly [CalendarDate, CalendarDate])[];
  readonly kinds: readonly LockKind[];
  readonly only: string | undefined;
}

function planOf({ session: { pipeline }, rules, asOf }: Asking, only: string | undefined, gameDate: string | undefined): Plan {
  const today = dateAt(asOf, pipeline.zone);
  const newest = newestPostGameDate(pipeline, asOf);
  const given = gameDate === undefined ? undefined : calendarDateOf(gameDate, "game_date");
  if (given !== undefined && given > today) {
    throw new UserError(`game_date ${given} is in the future: it is ${clockText(asOf, pipeline.zone)}; ask for ${today} or earlier.`);
  }
  const recent = datesBetween(newest, today);
  const isNear = given === undefined || addDays(given, 2) >= newest;
  const [first] = given !== undefined && isNear && given < newest ? [given] : recent;
  return {
    dates: given === undefined ? recent : [given],
    histories: [
      ...new Set([...(given === undefined ? [] : [given]), ...(isNear ? datesBetween(first ?? newest, today) : recent)]),
    ].toSorted(),
    windows: isNear
      ? [[first ?? newest, today]]
      : [
          [given, given],
          [newest, today],
        ],
    kinds: lockKinds(rules).filter((kind) => only === undefined || isByClass(kind)),
    only,
  };
}

type Made = Readonly<Record<string, Evidence<unknown>>>;
type Planned = Readonly<Record<string, Look<unknown>>>;

function looksOf(plan: Plan, asking: Asking): Planned {
  const { rules, past } = asking;
  const { kinds, windows } = plan;
  const users = past ? [] : usersOf(plan);
  const logs = tellers(plan).flatMap((unit) =>
    windows.map(([from, to], index) => {
      const texts = kinds.filter((kind) => tellersOf(kind).includes(unit)).flatMap(lineTexts);
      return [`log ${index} ${unit}`, lockLog(rules, { unit, texts, from, to })] as const;
    }),
  );
  return {
    ...standing(plan, asking),
    ...Object.fromEntries(users.map((unit) => [`unit ${unit}`, deployedUnit(rules, unit)])),
    ...Object.fromEntries(logs),
  };
}

/** What tells how locks stand: who works first, the locks last, so that one given back meanwhile is not taken for one left behind. */
function standing({ kinds, histories }: Plan, { rules, session, asOf, past }: Asking): Planned {
  const runs = histories.map((date) => [date, processorRuns(session.pipeline.rulesOn(date, asOf), date)] as const);
  const beats = rules.heartbeats === undefined || past ? {} : { beats: holderBeats(rules.heartbeats, lockingClasses(rules)) };
  const before = [...runs.map(([, look]) => look), ...Object.values(beats)].map(({ id }) => id);
  const ids = (kind: LockKind) => lockIds(rules, kind, histories);
  return {
    ...Object.fromEntries(runs.map(([date, look]) => [`runs ${date}`, look])),
    ...beats,
    ...(past
      ? {}
      : Object.fromEntries(kinds.map((kind) => [`locks ${kind.id}`, lockDocuments(rules, kind.id, { ids: ids(kind), after: before })]))),
  };
}

function usersOf({ kinds }: Plan): readonly string[] {
  return [...new Set(kinds.flatMap((kind) => (kind.rules.in_use ?? []).map(({ unit }) => unit)))];
}

function tellers({ kinds }: Plan): readonly string[] {
  return [...new Set(kinds.flatMap(tellersOf))];
}

/** The looks by what they are about. What was made under a name is what that name was planned for. */
function evidenceOf(plan: Plan, made: Made, { rules, asOf }: Asking): Omit<LocksAsked, "dates" | "processor" | "past" | "detailed"> {
  const named = <F>(names: readonly string[], key: string): (readonly [string, Evidence<F>])[] =>
    names.flatMap((name) => {
      const look = made[`${key}${name}`];
      return look === undefined ? [] : [[name, look as Evidence<F>] as const]; // planned under that name in looksOf()
    });
  const { kinds, histories, windows, only } = plan;
  const [date = dateAt(asOf, rules.zone)] = plan.dates;
  const [first, last] = windows.at(-1) ?? [date, date];
  const logs = tellers(plan).map((unit) => {
    const looks = windows.flatMap((_, index) => named<LockLogFacts>([unit], `log ${index} `).map(([, look]) => look));
    return [unit, looks] as const;
  });
  return {
    kinds,
    documents: new Map(
      named<LockFacts>(
        kinds.map(({ id }) => id),
        "locks ",
      ),
    ),
    beats: made["beats"] as Evidence<HolderFacts> | undefined, // planned as holderBeats()
    units: new Map(named<UnitFacts>(usersOf(plan), "unit ")),
    logs: new Map(logs),
    histories: new Map(histories.flatMap((day) => named<TableFacts<RunRow>>([day], "runs ").map(([, look]) => [day, look] as const))),
    read: { from: midnight(first, rules.zone), until: midnight(addDays(last, 2), rules.zone) },
    only,
    rules,
    date,
    asOf,
  };
}
