import type { ColumnKind } from "../../pipeline/schema.ts";
import type { Query, Row, TableName, Value } from "../../ports/warehouse.ts";
import { tooCostly } from "../warehouse-words.ts";
import type { StoredTable } from "./world.ts";

/** Refuses a statement before it is run, as BigQuery does with a limit on billed bytes. */
export function refuseCost(table: TableName, stored: StoredTable, ask: Query, maxBytes: number): void {
  const bytes = bytesRead(stored, ask);
  if (bytes > maxBytes) throw tooCostly(table, bytes, maxBytes);
}

/** What BigQuery would bill, its minimum per table aside: the columns that a statement names, in the partitions that it reads. */
export function bytesRead({ columns, rows }: StoredTable, { sql }: Pick<Query, "sql">): number {
  const words = new Set(sql.match(/\b[A-Za-z_]\w*/gu));
  const named = Object.entries(columns).filter(([name]) => words.has(name));
  return named.reduce((sum, [name, { kind }]) => sum + columnBytes(rows, name, kind), 0);
}

/** By the world's promise the same array holds the same rows, so it's added up once. */
const known = new WeakMap<readonly Row[], Map<string, number>>();

function columnBytes(rows: readonly Row[], name: string, kind: ColumnKind): number {
  const columns = known.get(rows) ?? new Map<string, number>();
  known.set(rows, columns);
  const bytes = columns.get(name) ?? rows.reduce((sum, row) => sum + bytesOf(row[name] ?? null, kind), 0);
  columns.set(name, bytes);
  return bytes;
}

/** BigQuery's logical sizes: https://cloud.google.com/bigquery/pricing#data */
function bytesOf(value: Value, kind: ColumnKind): number {
  if (value === null) return 0;
  switch (kind) {
    case "string":
      return 2 + Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value));
    case "json":
      return Buffer.byteLength(JSON.stringify(value));
    case "boolean":
      return 1;
    case "date":
    case "instant":
    case "integer":
    case "number":
      return 8;
  }
}
