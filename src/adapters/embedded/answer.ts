import { BackendError, short } from "../../errors.ts";
import type { ColumnKind } from "../../pipeline/schema.ts";
import type { Query, Row, TableName, Value } from "../../ports/warehouse.ts";
import type { RawColumn } from "./values.ts";
import { readings } from "./values.ts";

/** DuckDB's answer as the port's rows; a value that is not of its declared kind is refused as `malformed`. */
export function readRows(ask: Query, table: TableName, answer: readonly RawColumn[]): Row[] {
  const [named, declared] = [answer.map(({ name }) => name), Object.keys(ask.columns)];
  if (named.toSorted().join() !== declared.toSorted().join()) {
    throw new Error(`"${ask.name}" declares the columns ${declared.join(", ")} but selects ${named.join(", ")}: ${ask.sql}`);
  }
  const columns = answer.map((column) => ({ name: column.name, values: readColumn(column, ask.columns[column.name] ?? "string", table) }));
  const rowCount = columns[0]?.values.length ?? 0;
  return Array.from({ length: rowCount }, (_, row) => Object.fromEntries(columns.map(({ name, values }) => [name, values[row] ?? null])));
}

function readColumn({ name, type, values }: RawColumn, kind: ColumnKind, table: TableName): Value[] {
  const { types, read } = readings[kind];
  const readable = types.test(type);
  return values.map((raw) => {
    if (raw === null) return null;
    const value = readable ? read(raw) : undefined;
    if (value === undefined) throw malformed(`${table}.${name}`, kind, `${type} ${short(String(raw))}`);
    return value;
  });
}

function malformed(column: string, kind: ColumnKind, found: string): BackendError {
  return new BackendError(
    "malformed",
    `${column} answered ${found}, which is not of the declared kind ${kind}`,
    `Compare the type of ${column} with the pipeline file.`,
  );
}
