import { couldNotLook } from "../../checks/check.ts";
import { notDue } from "../../checks/finding.ts";
import { surplusOf } from "../../checks/surplus.ts";
import type { Window } from "../../evidence/looks/duplicates.ts";
import { ever, onceKey } from "../../evidence/looks/duplicates.ts";
import { rowsOf } from "../../evidence/looks/tables.ts";
import type { Asking } from "../../inquiring.ts";
import { addDays, isCalendarDate } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Holds } from "../cause.ts";
import type { Inquiry, Line, ListRow, NextCall } from "../inquiry.ts";
import type { CauseFacts, Limits } from "./causes.ts";
import { causesOf } from "./causes.ts";
import type { TwoRuns } from "./concurrency.ts";
import { notLooked, twoRuns } from "./concurrency.ts";
import type { Counter } from "./counting.ts";
import { counter } from "./counting.ts";
import { emptyLine, gapLines, judgedFrom } from "./empties.ts";
import { closure, readersOf, sourcesOf } from "./graph.ts";
import type { Behind, CountedTable } from "./lines.ts";
import { cleanLine, keylessLine, olderLine, surplusLines, whenText, withoutLine } from "./lines.ts";
import { taintedBy } from "./readers.ts";
import type { ReadDay } from "./removal.ts";
import { briefly, isRemovable, processorClass, removalOf } from "./removal.ts";
import type { Tally } from "./tally.ts";
import { factorText } from "./tally.ts";

export interface Question {
  readonly tables: readonly string[];
  /** Whether the caller has named them. */
  readonly named: boolean;
  readonly window: Window;
  /** The window is all there is: nothing is read, only counted. */
  readonly whole: boolean;
  /** Nothing was said of dates: what is older than the window is counted as well. */
  readonly older: boolean;
}

/** Partitions whose rows are read in one call, and of each table first of all. */
const mostRead = 30;
const readOfEach = 3;
/** Dates of the call that a count of whole tables leads to. */
const readAtOnce = 7;
/** Most targets of a proposal, and most dates of the list, that an answer shows. */
const shown = { targets: { concise: 1, detailed: 12 }, dates: 12 };

/** Which keys are there more than once, why, who has read them, and what would put it right. */
export async function findDuplicates(asking: Asking, question: Question): Promise<Inquiry> {
  const { session, asOf, rules, gather } = asking;
  const { pipeline } = session;
  const counting = counter({ pipeline, asOf, gather, window: question.window });
  const [older] = await Promise.all([countOlder(asking, question), counting.count(question.tables)]);
  const judged = await withSources(rules, question.tables, counting);
  const affected = tablesWith(counting, judged, ({ surplus }) => surplus > 0);
  await counting.count(
    closure(
      affected.map(({ table }) => table),
      (table) => readersOf(rules, table),
    ),
  );
  const { days, lost } = question.whole ? { days: [], lost: [] } : await readDays(asking, affected);
  const isWhole = lost.every(({ seen }) => seen);
  const facts = await Promise.all(affected.map((table) => factsOf(table, { asking, counting, days })));
  const lines = [
    ...surplusLines(
      affected.map((counted) => ({ counted, behind: behindOf(counted, { asking, counting, question, days, isWhole }) })),
      asking.detailed,
    ),
    ...tablesWith(counting, judged, ({ keyless }) => keyless > 0).map(keylessLine),
    ...judged.flatMap((table) => lostLine(counting, table)),
    ...older.lines,
    ...(await otherLines(asking, counting, judged, question.window)),
    ...withoutLines(counting, judged, [...lost, ...facts.flatMap(({ two }) => two.looks)]),
  ];
  const partitions = affected.reduce((sum, { tally }) => sum + tally.days.filter(({ surplus }) => surplus > 0).length, 0);
  // What is proposed must not depend on who answered: with part of the rows lost, it would be another removal.
  const removal = removalOf(isWhole ? days : [], {
    rules,
    partitions,
    quietMinutes: rules.thresholds.duplicates?.removal.quiet_minutes ?? 0,
  });
  const proposals = removal === undefined ? [] : [briefly(removal, shown.targets[asking.detailed ? "detailed" : "concise"])];
  const weighable = facts.flatMap(({ cause }) => cause ?? []);
  const causes = weighable.length === 0 ? undefined : causesOf(weighable);
  const isOpen = affected.length > 0 && !(causes?.every(({ standing }) => standing !== "open") ?? false);
  return {
    lines,
    numbers: numbersOf(judged, counting),
    asked: windowOf(question),
    headline: headlineOf(question),
    ...(causes === undefined ? {} : { causes }),
    proposals,
    ...(asking.detailed ? { rows: listOf(judged, counting) } : {}),
    next: nextOf(affected, question, { isOpen: isOpen || older.found, pairs: facts.map(({ two }) => two), rules }),
  };
}

function headlineOf({ window: { from, to }, whole }: Question): string {
  return whole ? "over whole tables" : from === to ? `on ${from}` : `from ${from} to ${to}`;
}

function windowOf({ window, whole }: Question): Readonly<Record<string, string>> {
  return whole ? { window: "whole tables" } : { from: window.from, to: window.to };
}

/** With the tables that affected ones are computed from, and so on up. */
async function withSources(rules: Rules, tables: readonly string[], counting: Counter): Promise<readonly string[]> {
  const asked = [...tables];
  for (let index = 0; index < asked.length; index += 1) {
    const table = asked[index] ?? "";
    if ((counting.counted.get(table)?.tally.surplus ?? 0) === 0) continue;
    const sources = sourcesOf(rules, table).filter((source) => !asked.includes(source));
    // Each step of the chain is known only when the one before it was counted.
    // oxlint-disable-next-line no-await-in-loop
    await counting.count(sources);
    asked.push(...sources.filter((source) => hasSomething(counting, source)));
  }
  return asked;
}

/** A source that wasn't asked for is judged where it has rows or could not be counted; an empty one is nobody's. */
function hasSomething({ counted, lost }: Counter, table: string): boolean {
  return lost.has(table) || (counted.get(table)?.tally.rows ?? 0) > 0;
}

function tablesWith({ counted }: Counter, judged: readonly string[], has: (tally: Tally) => boolean): readonly CountedTable[] {
  return judged.flatMap((table) => {
    const found = counted.get(table);
    return found !== undefined && has(found.tally) ? [found] : [];
  });
}

async function countOlder(
  { session, asOf, gather }: Asking,
  { older, tables, window }: Question,
): Promise<{ lines: readonly Line[]; found: boolean }> {
  if (!older) return { lines: [], found: false };
  const before = counter({ pipeline: session.pipeline, asOf, gather, window: { from: ever.from, to: addDays(window.from, -1) } });
  await before.count(tables);
  const doubled = tablesWith(before, tables, ({ surplus }) => surplus > 0);
  const rules = session.pipeline.rulesOn(window.to, asOf);
  return {
    lines: [
      ...(doubled.length === 0 ? [] : [olderLine(doubled, window.from, rules)]),
      ...[...before.lost.values()].map(({ look }) => withoutLine(look.id, look.reason)),
    ],
    found: doubled.length > 0,
  };
}

/** The worst dates of each table, then the worst of all. */
async function readDays({ session, asOf, gather }: Asking, affected: readonly CountedTable[]) {
  const worst = affected.flatMap((counted) =>
    counted.tally.days
      .flatMap(({ date, surplus }) => (surplus > 0 && date !== undefined && isCalendarDate(date) ? [{ counted, date, surplus }] : []))
      .toSorted((a, b) => b.surplus - a.surplus || (a.date < b.date ? 1 : -1))
      .map((day, rank) => ({ ...day, rank: Math.max(0, rank - readOfEach + 1) })),
  );
  const chosen = worst.toSorted((a, b) => a.rank - b.rank || b.surplus - a.surplus).slice(0, mostRead);
  const read = await Promise.all(
    chosen.map(async ({ counted: { table, declared }, date, surplus }) => {
      const look = await gather(rowsOf(session.pipeline.rulesOn(date, asOf), date, table));
      const only = declared.once_where;
      const rows = look.seen ? look.facts.rows.filter((row) => only === undefined || row[only] === true) : [];
      return { look, surplus, day: { table, declared, date, rows } satisfies ReadDay };
    }),
  );
  return {
    // Rows that are others than those counted are being written: nothing may be said of how they stay.
    days: read.flatMap(({ look, day, surplus }) => (look.seen && surplusOf(day.rows, day.declared).rows === surplus ? [day] : [])),
    lost: read.map(({ look }) => look),
  };
}

interface Knowing {
  readonly asking: Asking;
  readonly counting: Counter;
  readonly days: readonly ReadDay[];
}

async function factsOf(counted: CountedTable, { asking, counting, days }: Knowing) {
  const { rules, session } = asking;
  const { table, tally } = counted;
  const own = days.filter((day) => day.table === table);
  const worst = own.find(({ date }) => tally.days.some((day) => day.date === date && day.gap !== undefined));
  const limits = limitsOf(rules);
  const isClose = limits !== undefined && tally.days.some(({ gap }) => gap !== undefined && gap.leastMs < limits.apartMs);
  const two = worst === undefined || !isClose ? notLooked : await twoRuns(worst, { ...asking, pipeline: session.pipeline });
  if (limits === undefined) return { counted, two, cause: undefined };
  const cause: CauseFacts = {
    table,
    tally,
    limits,
    sources: sourcesOf(rules, table).map((source) => ({ table: source, ...keyOf(counting.counted.get(source)) })),
    runs: two.runs,
    reordered: reorderedIn(own),
    signs: two.signs,
    when: tally.copied === undefined ? "" : whenText(tally.copied, rules.zone),
  };
  return { counted, two, cause };
}

function keyOf(counted: CountedTable | undefined): Pick<CauseFacts["sources"][number], "tally" | "key"> {
  return { tally: counted?.tally, key: counted === undefined ? [] : onceKey(counted.declared) };
}

/** Whether every key with copies stands under two ids that name the same teams in the other order. */
function reorderedIn(days: readonly ReadDay[]): Holds {
  const pairs = days.flatMap(({ rows, declared }) => {
    const key = declared.also_once ?? declared.key;
    const groups = Map.groupBy(rows, (row) => JSON.stringify(key.map((column) => row[column] ?? null)));
    return [...groups.values()]
      .map((group) => [...new Set(group.map(({ game_id: id }) => (typeof id === "string" ? id : "")))])
      .filter((ids) => ids.length > 1);
  });
  const swapped = pairs.map((ids) => {
    const games = ids.map(gameNamed);
    if (games.includes(undefined)) return "unknown";
    return new Set(games).size === 1 ? "yes" : "no";
  });
  if (swapped.length === 0 || swapped.includes("unknown")) return "unknown";
  return swapped.includes("no") ? "no" : "yes";
}

/** Date and teams of an id like 20260203_BOS_NYK, whichever stands first. */
function gameNamed(id: string): string | undefined {
  const [, date, one = "", other = ""] = /^(\d{8})_([A-Z]+)_([A-Z]+)$/u.exec(id) ?? [];
  return date === undefined ? undefined : [date, ...(one < other ? [one, other] : [other, one])].join("_");
}

function limitsOf({ thresholds }: Rules): Limits | undefined {
  // A pipeline without games declares no limits for causes.
  const limits: Rules["thresholds"]["duplicates"] | undefined = thresholds.duplicates;
  if (limits === undefined) return undefined;
  return {
    tolerance: limits.fan_out.tolerance,
    uniform: limits.load.uniform,
    togetherMs: limits.stamps.together_seconds * 1000,
    apartMs: limits.stamps.apart_minutes * 60_000,
  };
}

interface Telling extends Knowing {
  readonly question: Question;
  /** Whether all rows that were to be read were read. */
  readonly isWhole: boolean;
}

function behindOf({ table, tally }: CountedTable, { asking, counting, question, days, isWhole }: Telling): Behind {
  const { rules, session } = asking;
  const read = days.filter((day) => day.table === table);
  const worst = tally.days.find(({ surplus }) => surplus > 0)?.date;
  const tallies = new Map([...counting.counted].map(([name, counted]) => [name, counted.tally]));
  return {
    rules,
    file: session.pipeline.file,
    date: worst !== undefined && isCalendarDate(worst) ? worst : question.window.to,
    tainted: taintedBy({ table, tallies, readersOf: (name) => readersOf(rules, name) }),
    read,
    isProposed: isWhole && read.every(isRemovable) && read.length === tally.days.filter(({ surplus }) => surplus > 0).length,
  };
}

function lostLine({ lost }: Counter, table: string): readonly Line[] {
  const found = lost.get(table);
  return found === undefined ? [] : [{ id: `counts/${table}`, finding: couldNotLook(found.look), evidence: [found.look.id] }];
}

/** Readers that could not be counted, and rows, runs, logs and locks that could not be read: their tables were judged without them. */
function withoutLines({ lost }: Counter, judged: readonly string[], looks: TwoRuns["looks"]): readonly Line[] {
  const readers = [...lost.values()].flatMap(({ table, look }) => (judged.includes(table) ? [] : [look]));
  return [...readers, ...looks].flatMap((look) => (look.seen ? [] : [withoutLine(look.id, look.reason)]));
}

/** Tables that are clean, too early to be called so, or empty. */
async function otherLines(
  { session, asOf, gather }: Asking,
  counting: Counter,
  judged: readonly string[],
  window: Window,
): Promise<readonly Line[]> {
  const { pipeline } = session;
  const unique = tablesWith(counting, judged, ({ rows, surplus, keyless }) => rows > 0 && surplus === 0 && keyless === 0);
  const early = unique.flatMap((counted) => {
    const from = judgedFrom(counted, pipeline, asOf);
    return from === undefined ? [] : [{ counted, from }];
  });
  const clean = unique.filter((counted) => !early.some((other) => other.counted === counted));
  const empty = tablesWith(counting, judged, ({ rows, keyless }) => rows === 0 && keyless === 0);
  return [
    ...(clean.length === 0 ? [] : [cleanLine(clean)]),
    ...(await gapLines(clean, { pipeline, asOf, gather, window })),
    ...early.map(({ counted: { table, tally, evidence }, from }) => ({
      id: `early/${table}`,
      finding: notDue(`${tally.rows} rows so far in ${table}, each key once`, from),
      evidence,
    })),
    ...(await Promise.all(empty.map((counted) => emptyLine(counted, { pipeline, asOf, gather, window })))),
  ];
}

function numbersOf(judged: readonly string[], { counted, lost }: Counter): Readonly<Record<string, string>> {
  const all = judged.flatMap((table) => counted.get(table) ?? []);
  const total = (of: "rows" | "surplus" | "groups" | "keyless"): number => all.reduce((sum, { tally }) => sum + tally[of], 0);
  const affected = all.filter(({ tally }) => tally.surplus > 0).length;
  const unseen = judged.filter((table) => lost.has(table)).length;
  return {
    tables: `${all.length} counted, ${affected} with surplus${unseen > 0 ? `, ${unseen} not seen` : ""}`,
    rows: `${total("rows")}`,
    surplus: `${total("surplus")}`,
    groups: `${total("groups")}`,
    ...(total("keyless") > 0 ? { keyless: `${total("keyless")}` } : {}),
  };
}

/** All tables, and the dates with most surplus. */
function listOf(judged: readonly string[], { counted }: Counter): readonly ListRow[] {
  const all = judged.flatMap((table) => counted.get(table) ?? []).toSorted((a, b) => b.tally.surplus - a.tally.surplus);
  const dates = all
    .flatMap(({ table, tally: { days } }) => days.flatMap((day) => (day.surplus > 0 ? [{ table, day }] : [])))
    .toSorted((a, b) => b.day.surplus - a.day.surplus);
  return [
    ...all.map(({ table, tally: { rows, distinct, surplus, groups, across } }) => ({
      table,
      rows,
      distinct,
      surplus,
      groups,
      other_ids: across,
      factor: factorText({ rows, distinct }),
    })),
    ...dates.slice(0, shown.dates).map(({ table, day: { date = "", rows, surplus } }) => ({ table, date, rows, surplus })),
  ];
}

function nextOf(affected: readonly CountedTable[], question: Question, { isOpen, pairs, rules }: Told): readonly NextCall[] {
  const concurrent = affected.filter((_, index) => pairs[index]?.runs.overlap === "yes");
  const [processor] = concurrent.flatMap(({ table }) => processorClass(rules, table) ?? []);
  const tables = question.named ? { tables: [...question.tables] } : {};
  return [
    ...(processor === undefined ? [] : [{ tool: "inspect_locks", arguments: { processor } }]),
    ...(question.whole ? readingOf(affected, tables) : !isOpen ? [] : [{ tool: "find_duplicates", arguments: { ...tables, whole: true } }]),
  ];
}

interface Told {
  /** Whether counting every date may tell more: of a cause, or of surplus before the window. */
  readonly isOpen: boolean;
  readonly pairs: readonly TwoRuns[];
  readonly rules: Rules;
}

/** Of whole tables no row was read: the call that reads the newest dates with surplus, and says which copies stay. */
function readingOf(affected: readonly CountedTable[], tables: { readonly tables?: readonly string[] }): readonly NextCall[] {
  const last = affected
    .flatMap(({ tally }) => tally.days.flatMap(({ date, surplus }) => (surplus > 0 && date !== undefined ? [date] : [])))
    .toSorted()
    .at(-1);
  if (last === undefined || !isCalendarDate(last)) return [];
  return [{ tool: "find_duplicates", arguments: { ...tables, from: addDays(last, 1 - readAtOnce), to: last } }];
}
