import { lockingClasses } from "../../checks/locking/kinds.ts";
import { addDays, isCalendarDate } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { ListRow, NextCall } from "../inquiry.ts";
import type { TwoRuns } from "./concurrency.ts";
import type { CountedTable, Counter } from "./counting.ts";
import type { Question } from "./question.ts";
import { processorClass } from "./removal.ts";
import { factorText } from "./tally.ts";

/** Most dates of the list. */
const mostDates = 12;
/** Dates of the call that a count of whole tables leads to. */
const readAtOnce = 7;

export function numbersOf(
  judged: readonly string[],
  asked: readonly string[],
  { counted, lost }: Counter,
): Readonly<Record<string, string>> {
  const all = judged.flatMap((table) => counted.get(table) ?? []);
  const total = (of: "rows" | "surplus" | "groups" | "keyless"): number => all.reduce((sum, { tally }) => sum + tally[of], 0);
  const affected = all.filter(({ tally }) => tally.surplus > 0).length;
  const sources = all.filter(({ table }) => !asked.includes(table)).length;
  const unseen = judged.filter((table) => lost.has(table)).length;
  return {
    tables: `${all.length} counted${sources > 0 ? ` (${sources} of them to find the source)` : ""}, ${affected} with surplus${unseen > 0 ? `, ${unseen} not seen` : ""}`,
    rows: `${total("rows")}`,
    surplus: `${total("surplus")}`,
    groups: `${total("groups")}`,
    ...(total("keyless") > 0 ? { keyless: `${total("keyless")}` } : {}),
  };
}

/** All tables, and the dates with most surplus. */
export function listOf(judged: readonly string[], { counted }: Counter): readonly ListRow[] {
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
    ...dates.slice(0, mostDates).map(({ table, day: { date = "", rows, surplus } }) => ({ table, date, rows, surplus })),
  ];
}

export function nextOf(affected: readonly CountedTable[], question: Question, { isOpen, pairs, rules }: Told): readonly NextCall[] {
  const concurrent = affected.filter((_, index) => pairs[index]?.runs.overlap === "yes");
  // Of others inspect_locks knows no name.
  const known = lockingClasses(rules);
  const [processor] = concurrent.flatMap(({ table }) => processorClass(rules, table) ?? []).filter((each) => known.includes(each));
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
