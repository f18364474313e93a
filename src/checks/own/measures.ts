import { durationText, instantOf, addDays } from "../../pipeline/dates.ts";
import type { Condition, Limit, OwnRowCheck } from "../../pipeline/own-checks.ts";
import type { Scope } from "../check.ts";
import type { Figures } from "../finding.ts";
import { at } from "../words.ts";
import type { Kinds, Row } from "./conditions.ts";
import { fulfils, saying } from "./conditions.ts";
import { inMs } from "./limits.ts";

/** What was counted or compared, or why there was nothing to. */
export type Outcome =
  | {
      readonly kind: "measured";
      readonly value: number;
      /** The value is at least so much. */
      readonly atLeast?: boolean;
      readonly pass: Limit;
      readonly warn?: Limit;
      readonly said: string;
      /** The limit in words. */
      readonly expected: string;
      readonly figures: Figures;
    }
  | { readonly kind: "unknown"; readonly reason: string; readonly said: string; readonly next: string };

export interface Measured {
  readonly rows: readonly Row[];
  readonly kinds: Kinds;
  /** What the rows are, for a sentence: `rows of nba_raw.x`. */
  readonly what: string;
}

export function outcomeOf(check: OwnRowCheck, { rows, kinds, what }: Measured, scope: Scope): Outcome {
  const blind = neverAsked(check, rows);
  if (blind !== undefined) return nothing(`none of ${rows.length} ${what} has a ${blind.column}, so nothing was asked of it`);
  const chosen = check.where === undefined ? rows : rows.filter((row) => fulfils(row, check.where ?? [], kinds));
  const of = check.where === undefined ? what : `${what} whose ${saying(check.where)}`;
  switch (check.measure) {
    case "rows":
      return measured(check, chosen.length, {
        said: check.where === undefined ? `${rows.length} ${what}` : `${chosen.length} of ${rows.length} ${of}`,
        expected: `${check.pass.written} ${of}`,
        figures: { n: chosen.length },
      });
    case "share":
      return shareOf(check, { rows, kinds, what }, chosen);
    case "distinct": {
      const values = new Set(chosen.flatMap((row) => ((row[check.column] ?? null) === null ? [] : [JSON.stringify(row[check.column])])));
      const without = chosen.filter((row) => (row[check.column] ?? null) === null).length;
      return measured(check, values.size, {
        said: `${values.size} different ${check.column} in ${chosen.length} ${of}${without === 0 ? "" : `, ${without} without one`}`,
        expected: `${check.pass.written} different ${check.column}`,
        figures: { n: values.size },
      });
    }
    case "newest":
      return newestOf(check, chosen, of, scope);
    case "equals":
      return check.equals.compare === "sums" ? sumsOf(check, chosen, of) : pairsOf(check, chosen, of);
  }
}

/**
 * A condition on a number or time that no row has: that none is above 50 would be said of an empty column too. A code that is
 * empty everywhere (no error, say) may be just what a good date looks like.
 */
function neverAsked(check: OwnRowCheck, rows: readonly Row[]): Condition | undefined {
  const conditions = [...(check.where ?? []), ...(check.measure === "share" ? (check.of ?? []) : [])];
  const ordering = conditions.filter(({ test }) => ["above", "at_least", "below", "at_most"].includes(test));
  return rows.length === 0 ? undefined : ordering.find(({ column }) => rows.every((row) => (row[column] ?? null) === null));
}

type Share = Extract<OwnRowCheck, { readonly measure: "share" }>;
type Newest = Extract<OwnRowCheck, { readonly measure: "newest" }>;
type Equals = Extract<OwnRowCheck, { readonly measure: "equals" }>;

/** Rows that fulfil `of` and `where`, over those that fulfil `of`. */
function shareOf(check: Share, { rows, kinds, what }: Measured, chosen: readonly Row[]): Outcome {
  const base = check.of === undefined ? rows : rows.filter((row) => fulfils(row, check.of ?? [], kinds));
  const whose = check.of === undefined ? what : `${what} whose ${saying(check.of)}`;
  if (base.length === 0) return nothing(`there are no ${whose}`);
  const part = chosen.filter((row) => base.includes(row)).length;
  const having = check.where === undefined ? "are there" : `have ${saying(check.where)}`;
  return measured(check, part / base.length, {
    said: `${part} of ${base.length} ${whose} ${having} (${percent(part / base.length)})`,
    expected: `a share ${check.pass.written}`,
    figures: { n: part, of: base.length },
  });
}

/**
 * The age at the clock; of a date gone by, at the moment when the next date's was to be judged: later its age says nothing
 * of it any more.
 */
function newestOf(check: Newest, chosen: readonly Row[], of: string, scope: Scope): Outcome {
  const { column } = check;
  const times = chosen.flatMap((row) => (typeof row[column] === "string" ? [Date.parse(row[column])] : []));
  if (times.length === 0) return nothing(`no ${column} in ${chosen.length} ${of}`);
  if (times.some(Number.isNaN)) return unreadable(`a ${column} that is no time, in ${of}`);
  const newest = Math.max(...times);
  if (newest > scope.asOf.getTime()) {
    const said = `the newest ${column} of ${of} is ${at(new Date(newest), scope)}, later than the clock`;
    return { kind: "unknown", reason: "future", said, next: `Find out which run stamps ${column} with a time to come.` };
  }
  const age = Math.max(0, referenceOf(check, scope) - newest);
  return {
    ...measured(check, age, {
      said: `the newest ${column} of ${chosen.length} ${of} is ${at(new Date(newest), scope)}, ${durationText(age)} old`,
      expected: `an age ${check.pass.written}`,
      figures: { age },
    }),
    pass: inMs(check.pass),
    ...(check.warn === undefined ? {} : { warn: inMs(check.warn) }),
  };
}

function referenceOf(check: Newest, { rules, date, asOf }: Scope): number {
  const time = check.due?.kind === "time" ? check.due.at : rules.moments.post_game_from;
  return Math.min(asOf.getTime(), instantOf(addDays(date, 1), time, rules.zone).getTime());
}

/** Both columns alike in every row that has both. */
function pairsOf(check: Equals, chosen: readonly Row[], of: string): Outcome {
  const { left, right, tolerance = 0 } = check.equals;
  const compared = chosen.filter((row) => (row[left] ?? null) !== null && (row[right] ?? null) !== null);
  const skipped = chosen.length - compared.length;
  const without = skipped === 0 ? "" : `, ${skipped} more without one of them`;
  if (compared.length === 0) return nothing(`none of ${chosen.length} ${of} has both ${left} and ${right}`);
  const unlike = compared.filter((row) => !alike(row[left] ?? null, row[right] ?? null, tolerance)).length;
  return measured({ pass: { operator: "=", value: 0, written: "= 0" } }, unlike, {
    said: `${left} and ${right} differ in ${unlike} of ${compared.length} ${of}${without}`,
    expected: `${left} and ${right} alike in every row${within(tolerance)}`,
    figures: { n: unlike, of: compared.length },
  });
}

function sumsOf(check: Equals, chosen: readonly Row[], of: string): Outcome {
  const { left, right, tolerance = 0 } = check.equals;
  const [one, other] = [left, right].map((column) => numbersIn(chosen, column));
  if (one === undefined || other === undefined || one.length === 0 || other.length === 0)
    return nothing(`no ${one?.length === 0 ? left : right} in ${chosen.length} ${of}`);
  const sums = [one, other].map((numbers) => numbers.reduce((sum, each) => sum + each, 0));
  const [first = 0, second = 0] = sums;
  const difference = Number(Math.abs(first - second).toFixed(6)); // Sums of decimals are off by a hair.
  return measured({ pass: { operator: "<=", value: tolerance, written: `<= ${tolerance}` } }, difference, {
    said: `the sum of ${left} is ${plain(first)} and of ${right} ${plain(second)} over ${chosen.length} ${of}`,
    expected: `both sums alike${within(tolerance)}`,
    figures: { difference },
  });
}

function measured(
  { pass, warn }: { readonly pass: Limit; readonly warn?: Limit | undefined },
  value: number,
  words: { readonly said: string; readonly expected: string; readonly figures: Figures },
): Extract<Outcome, { kind: "measured" }> {
  return { kind: "measured", value, pass, ...(warn === undefined ? {} : { warn }), ...words };
}

function alike(one: Row[string], other: Row[string], tolerance: number): boolean {
  if (typeof one === "number" && typeof other === "number") return Math.abs(one - other) <= tolerance;
  return JSON.stringify(one) === JSON.stringify(other);
}

function numbersIn(rows: readonly Row[], column: string): number[] {
  return rows.flatMap((row) => (typeof row[column] === "number" ? [row[column]] : []));
}

function nothing(said: string): Outcome {
  return { kind: "unknown", reason: "nothing_compared", said, next: "See whether the rows are there and their columns filled." };
}

function unreadable(said: string): Outcome {
  return { kind: "unknown", reason: "malformed", said, next: "Compare the columns with those of the check." };
}

function within(tolerance: number): string {
  return tolerance === 0 ? "" : `, within ${tolerance}`;
}

/** Never rounded up to all of them. */
function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}

function plain(sum: number): string {
  return String(Number(sum.toFixed(6)));
}
