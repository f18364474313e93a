import { keepText } from "../../checks/keep.ts";
import { severityOfSurplus, validity } from "../../checks/unique-keys.ts";
import { counted, listNames } from "../../checks/words.ts";
import { pass, problem } from "../../checks/finding.ts";
import { onceKey } from "../../evidence/looks/duplicates.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { clockText, durationText } from "../../pipeline/dates.ts";
import type { Rules, TableRules } from "../../pipeline/load.ts";
import type { PipelineFile } from "../../pipeline/schema.ts";
import type { Line } from "../inquiry.ts";
import { lineAbout } from "../line.ts";
import type { CountedTable } from "./counting.ts";
import type { Tainted } from "./readers.ts";
import type { ReadDay } from "./rows-read.ts";
import { hasTwins, isSwitchedOff } from "./removal.ts";
import type { Tally } from "./tally.ts";
import { factorText } from "./tally.ts";

/** What is known of a surplus besides its counts. */
export interface Behind {
  readonly rules: Rules;
  readonly file: PipelineFile;
  /** A date of the window, by whose rules is judged. */
  readonly date: CalendarDate;
  readonly tainted: readonly Tainted[];
  /** Those of its dates whose rows were read. */
  readonly read: readonly ReadDay[];
  /** Whether a proposal of this answer removes all of it, and says which copies stay. */
  readonly isProposed: boolean;
}

export interface Affected {
  readonly counted: CountedTable;
  readonly behind: Behind;
}

/** Lines of a short answer that are told in full: one where there are more than three. */
const fullLines = (of: number): number => (of > 3 ? 1 : 2);

/** Tables whose counts are alike share a line. A short answer tells of the worst in full, and of the others in one line how much. */
export function surplusLines(affected: readonly Affected[], detailed: boolean): readonly Line[] {
  const alike = [
    ...Map.groupBy(affected, ({ counted: { tally, declared }, behind: { rules } }) =>
      JSON.stringify({
        counts: [tally.rows, tally.distinct, tally.groups],
        said: [datesText(tally), stampsText(tally, rules.zone), acrossText(tally, declared)],
      }),
    ).values(),
  ].toSorted((a, b) => surplusIn(b) - surplusIn(a));
  const most = detailed ? alike.length : fullLines(alike.length);
  const rest = alike.slice(most).flat();
  return [...alike.slice(0, most).flatMap(surplusLine), ...(rest.length === 0 ? [] : [restLine(rest)])];
}

function surplusIn(affected: readonly Affected[]): number {
  return affected.reduce((sum, { counted: { tally } }) => sum + tally.surplus, 0);
}

function surplusLine(alike: readonly Affected[]): readonly Line[] {
  const [first] = alike;
  if (first === undefined) return [];
  const { behind, counted: one } = first;
  const { rules } = behind;
  const { rows, distinct, surplus, groups } = one.tally;
  const names = alike.map(({ counted: { table, declared } }) => `${nameIn(table)} by (${onceKey(declared).join(", ")})`);
  const clauses = [
    `${rows} rows, ${distinct} distinct, ${surplus} surplus, factor ${factorText(one.tally)}${alike.length > 1 ? ", in each of" : " in"} ${names.join(" and ")}`,
    `${counted(groups, "key")} with copies${datesText(one.tally)}`,
    stampsText(one.tally, rules.zone),
    acrossText(one.tally, one.declared),
    readText(taintedIn(alike), rules.zone),
    contentText(alike.flatMap(({ behind: { read } }) => read)),
  ].filter((clause) => clause !== "");
  const finding = problem(severityOfSurplus({ rows: surplus, unique: distinct }, rules), {
    reason: "surplus",
    observed: clauses.join("; "),
    expected: `one row per ${[...new Set(alike.map(expectedKey))].join(" and ")}`,
    next: nextText(alike),
  });
  const evidence = alike.flatMap(({ counted: { evidence: ids } }) => ids);
  const tables = alike.map(({ counted: { table } }) => table);
  return [lineAbout("surplus", tables, finding, evidence)];
}

function expectedKey({ counted: { table, declared }, behind }: Affected): string {
  const key = onceKey(declared);
  const only = declared.once_where === undefined ? "" : ` among rows where ${declared.once_where} is true`;
  return `(${key.join(", ")})${validity(table, key, behind)}${only}`;
}

/** How much surplus the tables hold that are not told of in full. */
function restLine(rest: readonly Affected[]): Line {
  const [first] = rest;
  const counts = rest.map(({ counted: { table, tally } }) => `${nameIn(table)} ${tally.surplus} of ${tally.rows}`);
  const severities = rest.map(({ counted: { tally }, behind: { rules } }) =>
    severityOfSurplus({ rows: tally.surplus, unique: tally.distinct }, rules),
  );
  const [worst = "P1"] = severities.toSorted();
  return {
    id: "surplus/others",
    finding: problem(worst, {
      reason: "surplus",
      observed: `surplus rows in ${first === undefined || rest.length === 1 ? "one more table" : `${rest.length} more tables`}: ${listNames(counts, 6)}`,
      expected: "one row per key",
      next: "Ask for these tables alone, or with detail: detailed.",
    }),
    evidence: rest.flatMap(({ counted: { evidence } }) => evidence),
  };
}

/** The table without its dataset: ids and subjects carry the whole name. */
export function nameIn(table: string): string {
  return table.slice(table.indexOf(".") + 1);
}

function taintedIn(alike: readonly Affected[]): readonly Tainted[] {
  const byTable = Map.groupBy(
    alike.flatMap(({ behind: { tainted } }) => tainted),
    ({ table }) => table,
  );
  return [...byTable.values()].flatMap((same) => same.toSorted((a, b) => b.dates - a.dates).slice(0, 1));
}

/** Without its key a row can't be told from a copy. */
export function keylessLine({ table, declared, tally, evidence }: CountedTable): Line {
  const finding = problem("P1", {
    reason: "rows_without_key",
    observed: `${tally.keyless} of ${tally.keyless + tally.rows} rows in ${table} lack part of their key (${onceKey(declared).join(", ")}), so copies among them can't be seen`,
    expected: "every row has its key",
    next: `Find the run that wrote rows of ${table} without a key.`,
  });
  return { id: `keyless/${table}`, finding, evidence };
}

/** One line of all tables in which each key is there once. */
export function cleanLine(clean: readonly CountedTable[]): Line {
  const rows = clean.reduce((sum, { tally }) => sum + tally.rows, 0);
  const dates = new Set(clean.flatMap(({ tally }) => tally.days.map(({ date }) => date ?? ""))).size;
  return {
    id: "unique",
    subjects: clean.map(({ table }) => table),
    finding: pass(`${rows} rows of ${counted(dates, "date")} in ${counted(clean.length, "table")}, each key once: 0 surplus`),
    evidence: clean.flatMap(({ evidence }) => evidence),
  };
}

export function olderLine(older: readonly CountedTable[], before: CalendarDate, rules: Rules): Line {
  const surplus = older.reduce((sum, { tally }) => sum + tally.surplus, 0);
  const unique = older.reduce((sum, { tally }) => sum + tally.distinct, 0);
  const each = older.map(({ table, tally }) => `${nameIn(table)} ${tally.surplus} of ${tally.rows}, factor ${factorText(tally)}`);
  return {
    id: "older",
    subjects: older.map(({ table }) => table),
    finding: problem(severityOfSurplus({ rows: surplus, unique }, rules), {
      reason: "older_surplus",
      observed: `before ${before}, which is not part of this window, ${counted(surplus, "surplus row")} in ${counted(older.length, "table")}: ${listNames(each, 4)}`,
      expected: "one row per key on every date",
      next: "Call find_duplicates with whole: true for what they are and where they come from.",
    }),
    evidence: older.flatMap(({ evidence }) => evidence),
  };
}

function datesText({ days }: Tally): string {
  const dates = days.flatMap(({ date, surplus }) => (surplus > 0 && date !== undefined ? [date] : []));
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined || last === undefined) return "";
  return first === last ? ` on ${first}` : ` on ${dates.length} dates from ${first} to ${last}`;
}

/** What the stamps of the copies say of who wrote them. */
function stampsText({ stamping, days, copied }: Tally, zone: string): string {
  const gaps = days.flatMap(({ gap }) => (gap === undefined ? [] : [gap]));
  const most = gaps.reduce((longest, { mostMs }) => Math.max(longest, mostMs), 0);
  switch (stamping) {
    case "unknown":
      return "no stamps tell when the copies were written";
    case "one":
      return "copies of a key have identical stamps: one batch, not two runs";
    case "several":
    case "mixed": {
      const when = copied === undefined ? "" : `, the last copies ${whenText(copied, zone)}`;
      const some = stamping === "mixed" ? "some copies" : "copies";
      return `${some} came by several runs, up to ${durationText(most)} apart${when}`;
    }
  }
}

export function whenText({ first, last }: { readonly first: Date; readonly last: Date }, zone: string): string {
  const [from, to] = [clockText(first, zone), clockText(last, zone)];
  return from === to ? `at ${from}` : `between ${from} and ${to}`;
}

function contentText(read: readonly ReadDay[]): string {
  if (read.length === 0) return "";
  if (read.some(hasTwins)) return "some copies are alike in every column that was read: replace their partition by the rows that stay";
  const conflicting = read.filter(({ surplus }) => surplus.copies === "conflicting");
  if (conflicting.length === 0) return "copies alike but for their stamps";
  return `copies differ in content on ${conflicting.length} of ${read.length} dates that were read`;
}

function acrossText({ across, surplus }: Tally, { columns }: TableRules): string {
  if (!("game_id" in columns)) return "";
  return across === 0 ? "" : `${across} of them under another game id, ${surplus - across} under the same`;
}

function readText(tainted: readonly Tainted[], zone: string): string {
  if (tainted.length === 0) return "";
  const each = tainted.map(
    ({ table, dates, last }) => `${nameIn(table)} (${dates === 1 ? "" : `${dates} dates, `}${clockText(last, zone)})`,
  );
  return `read since by ${listNames(each, 4)}`;
}

function nextText(alike: readonly Affected[]): string {
  const tainted = taintedIn(alike).map(({ table }) => nameIn(table));
  const again = tainted.length === 0 ? "" : `; then have ${listNames(tainted, 4)} computed again, and later dates that average over these`;
  if (alike.every(({ behind: { isProposed } }) => isProposed)) return `Remove them as proposed${again}.`;
  const each = alike.map(({ counted: { table, declared, tally }, behind: { read } }) => {
    const unkept = [...new Set(read.flatMap((day) => day.unkept))];
    const untold = unkept.length === 0 ? "" : `, which can't be told while ${listNames(unkept)} is missing`;
    const kept = `keeping per (${onceKey(declared).join(", ")}) the row with the ${keepText(declared)}${untold}`;
    // What grades and exports refer to must stay readable.
    return isSwitchedOff(declared)
      ? `Switch ${declared.once_where} off in ${counted(tally.surplus, "row")} of ${nameIn(table)}, ${kept}: here rows are deactivated, never deleted`
      : `Remove the ${counted(tally.surplus, "surplus row")} of ${nameIn(table)}, ${kept}`;
  });
  return `${each.join(". ")}${again}.`;
}
