import type { TableFacts } from "../evidence/looks/tables.ts";
import type { TableRules } from "../pipeline/load.ts";
import { groupByKey } from "./keep.ts";

type Row = TableFacts["rows"][number];

/** Rows beyond the first of their business key, and what their shape says of how they came. */
export interface Surplus {
  readonly key: readonly string[];
  /** Σ(n−1) over the groups. */
  readonly rows: number;
  /** Keys that are there more than once. */
  readonly groups: number;
  /** Keys in all. */
  readonly unique: number;
  /** Whether the copies of a key differ in anything but when they were written. */
  readonly copies: "identical" | "conflicting";
  /** The same count of every key: a repeated load. */
  readonly factor?: number;
  /** Surplus rows that a key with the game id would not show: the same player or team under two ids of a game. */
  readonly acrossIds: number;
  /** Rows without part of their key. */
  readonly keyless: number;
  /** When the copies were written, oldest first; one if they came in one batch. */
  readonly stamps: readonly Date[];
  /** From then on at least one key was there twice: whoever was written later has read surplus. */
  readonly since?: Date;
}

export function surplusOf(rows: readonly Row[], declared: TableRules): Surplus {
  const key = declared.also_once ?? declared.key;
  const { groups: all, keyless } = groupByKey(rows, key);
  const keyed = rows.length - keyless.length;
  const groups = all.filter((group) => group.length > 1);
  const surplus = keyed - all.length;
  const exact = groupByKey(rows, [...new Set([...declared.key, ...("game_id" in declared.columns ? ["game_id"] : [])])]);
  const exactSurplus = rows.length - exact.keyless.length - exact.groups.length;
  const sizes = new Set(all.map((group) => group.length));
  const [size] = sizes;
  return {
    key,
    rows: surplus,
    groups: groups.length,
    unique: all.length,
    copies: groups.every((group) => identical(group, declared)) ? "identical" : "conflicting",
    ...(surplus > 0 && sizes.size === 1 && size !== undefined ? { factor: size } : {}),
    acrossIds: exact.keyless.length > keyless.length ? 0 : surplus - exactSurplus,
    keyless: keyless.length,
    stamps: stampsOf(groups.flat(), declared.written_at),
    ...sinceOf(groups, declared.written_at),
  };
}

/** The earliest second write of any key. */
function sinceOf(groups: readonly (readonly Row[])[], column: string | undefined): Pick<Surplus, "since"> {
  const seconds = groups.flatMap((group) => {
    const written = group.flatMap((row) => {
      const stamp = column === undefined ? null : row[column];
      return typeof stamp === "string" ? [Date.parse(stamp)] : [];
    });
    return written.toSorted((a, b) => a - b).slice(1, 2);
  });
  return seconds.length === 0 ? {} : { since: new Date(Math.min(...seconds)) };
}

/** Whether copies agree on all but instants, which only say when each was written. */
function identical(group: readonly Row[], { columns }: TableRules): boolean {
  const compared = Object.entries(columns).flatMap(([name, { kind }]) => (kind === "instant" ? [] : [name]));
  return new Set(group.map((row) => JSON.stringify(compared.map((column) => row[column] ?? null)))).size === 1;
}

/** Writes at most this far apart are taken for one: a batch stamps its rows as it goes. */
const oneWriteMs = 1000;

function stampsOf(rows: readonly Row[], column: string | undefined): readonly Date[] {
  if (column === undefined) return [];
  const stamps = [...new Set(rows.flatMap((row) => (typeof row[column] === "string" ? [Date.parse(row[column])] : [])))].toSorted(
    (a, b) => a - b,
  );
  return stamps.filter((stamp, index) => index === 0 || stamp - (stamps[index - 1] ?? 0) > oneWriteMs).map((stamp) => new Date(stamp));
}
