import type { TableFacts } from "../evidence/looks/tables.ts";
import type { TableRules } from "../pipeline/load.ts";

type Row = TableFacts["rows"][number];

export interface Kept<R extends Row> {
  readonly rows: readonly R[];
  /** Rows beyond the first of their business key: `unique-keys` speaks of them, every other check ignores them. */
  readonly setAside: number;
}

/**
 * One row per business key, by the table's keep rule; ties are broken by the row's content, so that the choice is stable.
 * Rows without part of their key can't be told from copies, so no count takes them in; `unique-keys` speaks of them.
 */
export function keepOne<R extends Row>(rows: readonly R[], table: TableRules): Kept<R> {
  const { groups, keyless } = groupByKey(rows, table.also_once ?? table.key);
  const kept = groups.flatMap((group) => group.toSorted((a, b) => compareByRule(a, b, table)).slice(0, 1));
  return { rows: kept, setAside: rows.length - keyless.length - kept.length };
}

/** Which row of a key stays: `highest possessions, then highest processed_at`. */
export function keepText({ keep }: Pick<TableRules, "keep">): string {
  return keep.map(({ column, descending }) => `${descending ? "highest" : "lowest"} ${column}`).join(", then ");
}

export function groupByKey<R extends Row>(rows: readonly R[], key: readonly string[]): { groups: readonly R[][]; keyless: readonly R[] } {
  const groups = new Map<string, R[]>();
  const keyless: R[] = [];
  for (const row of rows) {
    const values = key.map((column) => row[column] ?? null);
    const name = JSON.stringify(values);
    const group = groups.get(name);
    if (values.includes(null)) keyless.push(row);
    else if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return { groups: [...groups.values()], keyless };
}

/** Negative if the keep rule prefers `a`. */
function compareByRule(a: Row, b: Row, table: TableRules): number {
  for (const { column, descending } of table.keep) {
    const order = compareValues(a[column] ?? null, b[column] ?? null);
    if (order !== 0) return descending ? -order : order;
  }
  return compareValues(JSON.stringify(a), JSON.stringify(b));
}

/** Null is lowest. */
function compareValues(a: Row[string], b: Row[string]): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return textOf(a) < textOf(b) ? -1 : 1;
}

function textOf(value: Row[string]): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The newest and the oldest write among rows; undefined if no row carries a stamp. Where a row lacks its own, that of its creation speaks. */
export function writtenBetween(
  rows: readonly Row[],
  { written_at: written, created_at: created }: TableRules,
): { first: Date; last: Date } | undefined {
  const stamps = rows.flatMap((row) => {
    const stamp = (written === undefined ? null : row[written]) ?? (created === undefined ? null : row[created]);
    return typeof stamp === "string" ? [Date.parse(stamp)] : [];
  });
  return stamps.length === 0 ? undefined : { first: new Date(Math.min(...stamps)), last: new Date(Math.max(...stamps)) };
}
