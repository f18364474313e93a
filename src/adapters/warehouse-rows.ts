import { short } from "../errors.ts";
import type { ColumnKind } from "../pipeline/schema.ts";
import type { Query, Row, TableName, Value } from "../ports/warehouse.ts";
import { malformedValue } from "./warehouse-words.ts";

/** A column of a result as a backend answers it. */
export interface RawColumn<Raw> {
  readonly name: string;
  /** The backend's own name of the type. */
  readonly type: string;
  readonly values: readonly Raw[];
}

/** Which of a backend's types hold values of a kind, and how one is read; undefined: not of that kind. */
export interface Reading<Raw> {
  readonly types: RegExp;
  readonly read: (raw: Raw) => Value | undefined;
}

export type Readings<Raw> = Readonly<Record<ColumnKind, Reading<Raw>>>;

/** A backend's answer as the port's rows; a value that is not of its declared kind is refused as `malformed`. */
export function readRows<Raw>(ask: Query, table: TableName, answer: readonly RawColumn<Raw>[], readings: Readings<Raw>): Row[] {
  const [named, declared] = [answer.map(({ name }) => name), Object.keys(ask.columns)];
  if (named.toSorted().join() !== declared.toSorted().join()) {
    throw new Error(`"${ask.name}" declares the columns ${declared.join(", ")} but selects ${named.join(", ")}: ${ask.sql}`);
  }
  const columns = answer.map((column) => {
    const kind = ask.columns[column.name] ?? "string";
    return { name: column.name, values: readColumn(column, kind, readings[kind], table) };
  });
  const rowCount = columns[0]?.values.length ?? 0;
  return Array.from({ length: rowCount }, (_, row) => Object.fromEntries(columns.map(({ name, values }) => [name, values[row] ?? null])));
}

function readColumn<Raw>(
  { name, type, values }: RawColumn<Raw>,
  kind: ColumnKind,
  { types, read }: Reading<Raw>,
  table: TableName,
): Value[] {
  const readable = types.test(type);
  return values.map((raw) => {
    if (raw === null) return null;
    const value = readable ? read(raw) : undefined;
    if (value === undefined) throw malformedValue(`${table}.${name}`, kind, `${type} ${short(shown(raw))}`);
    return value;
  });
}

/** Backends' own value objects say what they are; plain ones would say `[object Object]`. */
function shown(raw: unknown): string {
  const isPlain = typeof raw === "object" && raw !== null && [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(raw));
  return isPlain ? JSON.stringify(raw) : String(raw);
}

/** Integers; above 2^53 a number would be another one than the warehouse holds. */
export function exactInteger(value: bigint): number | undefined {
  return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : undefined;
}

export function exactDecimal(text: string): number | undefined {
  const value = /^-?(?:\d+(?:\.\d*)?|\.\d+)$/u.test(text) ? Number(text) : Number.NaN;
  return Math.abs(value) <= 2 ** 53 ? value + 0 : undefined;
}

/** Adding zero turns -0 into 0, so that an answer is the same after it was saved as JSON. */
export function finiteNumber(value: number): number | undefined {
  return Number.isFinite(value) ? value + 0 : undefined;
}

export function instantText(micros: bigint): string | undefined {
  const instant = new Date(Math.floor(Number(micros) / 1000));
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

export function parsedJson(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value; // JSON.parse answers nothing but JSON.
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
