import { notApplicable, notDue, unknown } from "../../checks/finding.ts";
import type { Scope } from "../../checks/check.ts";
import { scopeOn } from "../../checks/scope.ts";
import { gamesOwing } from "../../checks/slate.ts";
import { listNames } from "../../checks/words.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import type { Window } from "../../evidence/looks/duplicates.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays, clockText, datesBetween, daysBetween } from "../../pipeline/dates.ts";
import { dueAt } from "../../pipeline/due.ts";
import type { TableRules } from "../../pipeline/load.ts";
import type { Line } from "../inquiry.ts";
import { lineAbout, withoutLine } from "../line.ts";
import type { CountedTable, Counting } from "./counting.ts";

/** So many dates' slates are looked at to tell a wholly empty table that is right from one that is not. */
const mostSlates = 10;
/** In a longer window single dates without rows are not looked for. */
const mostDays = 31;

/** What a table without a row in the window means: no row can be there twice, but none was looked at either. */
export async function emptyLine(empty: CountedTable, asked: Counting): Promise<Line> {
  const { table, declared, evidence } = empty;
  const { pipeline, asOf, window } = asked;
  const due = dueDates(declared, asked);
  const newest = due.at(-1);
  const said = `${table} holds no row from ${window.from} to ${window.to}`;
  if (newest === undefined) {
    const [first = window.to] = datesOf(window);
    const from = dueAt(pipeline.rulesOn(first, asOf), declared.stage, first);
    return { id: `empty/${table}`, finding: notDue(`${said}; due ${clockText(from, pipeline.zone)}`, from), evidence };
  }
  const { owed, looks } = await isOwed(empty, due, asked);
  const all = [...evidence, ...looks];
  if (!owed)
    return {
      id: "empty",
      subjects: [table],
      finding: notApplicable("no_games", "no game of the window goes through this stage"),
      evidence: all,
    };
  const finding = unknown(
    "empty",
    `${said}, though it is due: nothing was there to be counted`,
    `See with validate_daily why ${table} is empty.`,
  );
  return { id: `empty/${table}`, finding, evidence: all };
}

/** Of tables with rows: due dates that have none though games of theirs owe some. That the others are clean says nothing of those. */
export async function gapLines(tables: readonly CountedTable[], asked: Counting): Promise<readonly Line[]> {
  const found = await Promise.all(tables.map((counted) => gapsOf(counted, asked)));
  const groups = Map.groupBy(
    found.filter(({ owing }) => owing.length > 0),
    ({ owing }) => owing.join(),
  );
  const lost = new Map(found.flatMap(({ looks }) => looks.flatMap((look) => (look.seen ? [] : [[look.id, look] as const]))));
  return [...[...groups.values()].flatMap(gapLine), ...[...lost.values()].map((look) => withoutLine("without", look))];
}

interface Gaps {
  readonly counted: CountedTable;
  readonly owing: readonly CalendarDate[];
  /** By which it was told whether a date owes rows; of one that was lost nothing is concluded. */
  readonly looks: readonly Evidence<unknown>[];
}

async function gapsOf(counted: CountedTable, asked: Counting): Promise<Gaps> {
  const { pipeline, asOf, gather } = asked;
  const dates = datesWithout(counted, asked);
  const scopes = await Promise.all(dates.map((date) => scopeOn({ pipeline, date, asOf, gather })));
  const owing = scopes.filter((scope) => scope.slate.kind === "games" && mayOwe(counted, scope)).map(({ date }) => date);
  return { counted, owing, looks: scopes.flatMap(({ slateLooks }) => slateLooks) };
}

function gapLine(same: readonly Gaps[]): readonly Line[] {
  const [first] = same;
  const last = first?.owing.at(-1);
  if (first === undefined || last === undefined) return [];
  const tables = same.map(({ counted: { table } }) => table);
  const finding = unknown(
    "empty",
    `${listNames(tables)} ${tables.length === 1 ? "holds" : "hold"} no row of ${listNames(first.owing)}, though due: nothing was there to be counted`,
    `See with validate_daily why ${last} is empty.`,
  );
  const evidence = [...new Set(same.flatMap(({ counted, looks }) => [...counted.evidence, ...looks.map(({ id }) => id)]))];
  return [lineAbout("empty", tables, finding, evidence)];
}

/** Only of tables that dates part, in a window of some weeks: over a year a night off would be asked for by the hundred. */
function datesWithout({ declared, tally }: CountedTable, asked: Counting): readonly CalendarDate[] {
  const held = new Set(tally.days.flatMap(({ date }) => (date === undefined ? [] : [date])));
  if (held.size === 0 || daysBetween(asked.window.from, asked.window.to) > mostDays) return [];
  return dueDates(declared, asked).filter((date) => !held.has(date));
}

/** Dates of the window on which the table's rows are due by now. */
function dueDates({ stage }: TableRules, { pipeline, asOf, window }: Counting): readonly CalendarDate[] {
  return datesOf(window).filter((date) => dueAt(pipeline.rulesOn(date, asOf), stage, date) <= asOf);
}

/** Whether any date may owe rows: certain only where every slate was seen. */
async function isOwed(empty: CountedTable, due: readonly CalendarDate[], { pipeline, asOf, gather }: Counting) {
  if (due.length > mostSlates) return { owed: true, looks: [] };
  const scopes = await Promise.all(due.map((date) => scopeOn({ pipeline, date, asOf, gather })));
  const owed = scopes.some((scope) => mayOwe(empty, scope));
  return { owed, looks: scopes.flatMap(({ slateLooks }) => slateLooks.map(({ id }) => id)) };
}

function mayOwe({ declared }: CountedTable, { slate }: Scope): boolean {
  if (slate.kind === "none") return false;
  return slate.kind !== "games" || declared.stage === "box-scores" || gamesOwing(slate, "analytics").length > 0;
}

/** When the first of a table's rows are to be judged; undefined where some already are. */
export function judgedFrom({ declared, tally }: CountedTable, { pipeline, asOf }: Counting): Date | undefined {
  const dates = tally.days.flatMap(({ date }) => (date === undefined ? [] : [date as CalendarDate])); // a partition of dates holds nothing else
  let earliest: Date | undefined;
  for (const date of dates.toReversed()) {
    const due = dueAt(pipeline.rulesOn(date, asOf), declared.stage, date);
    if (due <= asOf) return undefined;
    earliest = due;
  }
  return earliest;
}

/** Of a very long window its last year. */
function datesOf({ from, to }: Window): readonly CalendarDate[] {
  return datesBetween(addDays(to, -Math.min(daysBetween(from, to), 366)), to);
}
