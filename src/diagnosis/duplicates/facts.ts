import { onceKey } from "../../evidence/looks/duplicates.ts";
import type { Asking } from "../../inquiring.ts";
import { isCalendarDate } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Holds } from "../cause.ts";
import type { CauseFacts, Limits } from "./causes.ts";
import { notLooked, twoRuns } from "./concurrency.ts";
import type { CountedTable, Counter } from "./counting.ts";
import { readersOf, sourcesOf } from "./graph.ts";
import type { Behind } from "./lines.ts";
import { whenText } from "./lines.ts";
import { taintedBy } from "./readers.ts";
import { isRemovable } from "./removal.ts";
import type { Question } from "./question.ts";
import type { ReadDay } from "./rows-read.ts";

interface Knowing {
  readonly asking: Asking;
  readonly counting: Counter;
  readonly days: readonly ReadDay[];
}

export async function factsOf(counted: CountedTable, { asking, counting, days }: Knowing) {
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

export function behindOf({ table, tally }: CountedTable, { asking, counting, question, days, isWhole }: Telling): Behind {
  const { rules, session } = asking;
  const read = days.filter((day) => day.table === table);
  const worst = tally.days.find(({ surplus }) => surplus > 0)?.date;
  return {
    rules,
    file: session.pipeline.file,
    date: worst !== undefined && isCalendarDate(worst) ? worst : question.window.to,
    tainted: taintedBy({ table, counted: counting.counted, readersOf: (name) => readersOf(rules, name) }),
    read,
    isProposed: isWhole && read.every(isRemovable) && read.length === tally.days.filter(({ surplus }) => surplus > 0).length,
  };
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
