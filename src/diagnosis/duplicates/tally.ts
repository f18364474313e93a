import type { AlikeKeys, CopyFacts } from "../../evidence/looks/duplicates.ts";

/** What was counted of one date, or of several together. Rows without their whole key are in `keyless` and nowhere else. */
export interface Counts {
  readonly rows: number;
  /** Different keys. */
  readonly distinct: number;
  /** Always rows − distinct. */
  readonly surplus: number;
  /** Keys that are there more than once. */
  readonly groups: number;
  readonly keyless: number;
  /** Surplus rows that stand under another game id than the row they double. */
  readonly across: number;
}

export interface DayCounts extends Counts {
  /** Undefined where a time parts the table. */
  readonly date: string | undefined;
  /** From then on at least one key was there with all its copies: whoever was written later has read surplus. */
  readonly since?: Date;
  /** First and last write of all the rows. */
  readonly written?: Span;
  /** Of keys with several stamps: the least and the most that lies between a key's first and last. */
  readonly gap?: { readonly leastMs: number; readonly mostMs: number };
}

interface Span {
  readonly first: Date;
  readonly last: Date;
}

/** How the copies of one key are stamped: in one batch, or apart. */
export type Stamping = "one" | "several" | "mixed" | "unknown";

export interface Tally extends Counts {
  /** Oldest first; only dates that hold rows. */
  readonly days: readonly DayCounts[];
  readonly stamping: Stamping;
  /** The number of times that most doubled keys are there, and of how many of all keys of the dates with surplus that is true. */
  readonly usual?: { readonly copies: number; readonly share: number };
  /** Of keys with several stamps: when their newest copies were written. */
  readonly copied?: Span;
}

/** Counts of the same table, of one window or of several that follow each other. */
export function tallyOf(facts: readonly CopyFacts[]): Tally {
  const all = facts.flatMap(({ alike }) => alike);
  const byDate = Map.groupBy(all, ({ of_date: date }) => date ?? undefined);
  const days = [...byDate].map(([date, keys]) => dayOf(date, keys)).toSorted((a, b) => ((a.date ?? "") < (b.date ?? "") ? -1 : 1));
  const doubled = all.filter(isDoubled);
  const usual = usualOf(doubled, sum(days.map(({ surplus, distinct }) => (surplus > 0 ? distinct : 0))));
  const apart = doubled.filter(({ of_stamps: stamps }) => (stamps ?? 0) > 1);
  const copied = spanOf(
    apart.map(({ newest_from: from }) => from),
    apart.map(({ newest }) => newest),
  );
  return {
    ...countsOf(all),
    days,
    stamping: stampingOf(doubled),
    ...(usual === undefined ? {} : { usual }),
    ...(copied === undefined ? {} : { copied }),
  };
}

function dayOf(date: string | undefined, keys: readonly AlikeKeys[]): DayCounts {
  const doubled = keys.filter(isDoubled);
  const since = spanOf(
    doubled.map(({ newest, newest_from: from }) => from ?? newest),
    doubled.map(({ newest }) => newest),
  )?.first;
  const written = spanOf(
    keys.map(({ oldest }) => oldest),
    keys.map(({ newest }) => newest),
  );
  const gap = gapOf(doubled);
  return {
    ...countsOf(keys),
    date,
    ...(since === undefined ? {} : { since }),
    ...(written === undefined ? {} : { written }),
    ...(gap === undefined ? {} : { gap }),
  };
}

function countsOf(keys: readonly AlikeKeys[]): Counts {
  const keyed = keys.filter(({ of_lacking: lacking }) => lacking === 0);
  const rows = sum(keyed.map(({ n, of_copies: copies }) => n * copies));
  const distinct = sum(keyed.map(({ n }) => n));
  return {
    rows,
    distinct,
    surplus: rows - distinct,
    groups: sum(keyed.filter(isDoubled).map(({ n }) => n)),
    keyless: sum(keys.map(({ n, of_lacking: lacking }) => n * lacking)),
    across: sum(keyed.map(({ n, ids }) => Math.max(0, (ids ?? n) - n))),
  };
}

function isDoubled({ of_copies: copies, of_lacking: lacking }: AlikeKeys): boolean {
  return copies > 1 && lacking === 0;
}

function stampingOf(doubled: readonly AlikeKeys[]): Stamping {
  if (doubled.length === 0 || doubled.some(({ of_stamps: stamps }) => stamps === null || stamps === 0)) return "unknown";
  const several = doubled.filter(({ of_stamps: stamps }) => stamps !== 1);
  return several.length === 0 ? "one" : several.length === doubled.length ? "several" : "mixed";
}

function usualOf(doubled: readonly AlikeKeys[], of: number): Tally["usual"] {
  const byCopies = Map.groupBy(doubled, ({ of_copies: copies }) => copies);
  const [most] = [...byCopies]
    .map(([copies, alike]) => ({ copies, keys: sum(alike.map(({ n }) => n)) }))
    .toSorted((a, b) => b.keys - a.keys || a.copies - b.copies);
  return most === undefined ? undefined : { copies: most.copies, share: most.keys / of };
}

function gapOf(doubled: readonly AlikeKeys[]): DayCounts["gap"] {
  const gaps = doubled.flatMap(({ of_stamps: stamps, oldest, oldest_to: to, newest, newest_from: from }) =>
    (stamps ?? 0) > 1 && oldest !== null && to !== null && newest !== null && from !== null
      ? [{ leastMs: Date.parse(from) - Date.parse(to), mostMs: Date.parse(newest) - Date.parse(oldest) }]
      : [],
  );
  if (gaps.length === 0) return undefined;
  return { leastMs: Math.min(...gaps.map(({ leastMs }) => leastMs)), mostMs: Math.max(...gaps.map(({ mostMs }) => mostMs)) };
}

function spanOf(firsts: readonly (string | null)[], lasts: readonly (string | null)[]): Span | undefined {
  const [from, to] = [firsts, lasts].map((times) => times.flatMap((time) => (time === null ? [] : [Date.parse(time)])));
  if (from === undefined || to === undefined || from.length === 0 || to.length === 0) return undefined;
  return { first: new Date(least(from)), last: new Date(-least(to.map((time) => -time))) };
}

/** Not by spreading: a whole table has more of them than a call takes arguments. */
function least(numbers: readonly number[]): number {
  return numbers.reduce((smallest, number) => Math.min(smallest, number), Number.POSITIVE_INFINITY);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** How often a key is there on average: `3.88`, `2` where it is exactly that. */
export function factorText({ rows, distinct }: Pick<Counts, "rows" | "distinct">): string {
  return distinct === 0 ? "1" : timesText(rows / distinct);
}

/** Two decimals; what is not a whole number never reads as one. */
export function timesText(times: number): string {
  return Number.isInteger(times) ? String(times) : times.toFixed(2);
}
