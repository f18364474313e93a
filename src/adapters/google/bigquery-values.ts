import { z } from "zod";
import type { Value } from "../../ports/warehouse.ts";
import type { RawColumn, Readings } from "../warehouse-rows.ts";
import { exactDecimal, exactInteger, finiteNumber, instantText, parsedJson } from "../warehouse-rows.ts";

/** A column as replies describe it. https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly mode?: string | undefined;
  readonly fields?: readonly Field[] | undefined;
}

export const fieldSchema: z.ZodType<Field> = z.object({
  name: z.string().min(1),
  type: z.string().min(1),
  mode: z.string().optional(),
  get fields() {
    return z.array(fieldSchema).optional();
  },
});

export const rowSchema = z.object({ f: z.array(z.object({ v: z.unknown() })) });
type Cells = z.output<typeof rowSchema>;

/** The type as SQL names it; replies still use the names of old. */
export function typeOf({ type, mode }: Field): string {
  const name = typeNames[type.toUpperCase()] ?? type.toUpperCase();
  return mode?.toUpperCase() === "REPEATED" ? `ARRAY<${name}>` : name;
}

const typeNames: Readonly<Record<string, string>> = {
  INTEGER: "INT64",
  FLOAT: "FLOAT64",
  BOOLEAN: "BOOL",
  RECORD: "STRUCT",
  DECIMAL: "NUMERIC",
  BIGDECIMAL: "BIGNUMERIC",
};

/** Columns of a reply's rows; undefined if a row has more or fewer cells than there are columns. */
export function columnsOf(fields: readonly Field[], rows: readonly Cells[]): RawColumn<unknown>[] | undefined {
  if (rows.some(({ f }) => f.length !== fields.length)) return undefined;
  return fields.map((field, index) => ({ name: field.name, type: typeOf(field), values: rows.map(({ f }) => rawOf(field, f[index]?.v)) }));
}

/** A list or record that was read, or could not be. */
class Nested {
  readonly value: Value | undefined;
  readonly #text: string;

  constructor(value: Value | undefined, cell: unknown) {
    this.value = value;
    this.#text = JSON.stringify(cell);
  }

  toString(): string {
    return this.#text;
  }
}

function rawOf(field: Field, cell: unknown): unknown {
  if (cell === null) return null;
  const type = typeOf(field);
  if (isNested(type)) return new Nested(nestedValue(field, cell), cell);
  return type === "FLOAT64" && typeof cell === "string" ? floatIn(cell) : cell;
}

function isNested(type: string): boolean {
  return type === "STRUCT" || type.startsWith("ARRAY<");
}

/** Every scalar comes as text: microseconds for a TIMESTAMP, which is asked for in that form. */
export const readings: Readings<unknown> = {
  string: { types: /^STRING$/u, read: (raw) => (typeof raw === "string" ? raw : undefined) },
  date: { types: /^DATE$/u, read: (raw) => (typeof raw === "string" && /^\d{4}-\d{2}-\d{2}$/u.test(raw) ? raw : undefined) },
  instant: { types: /^TIMESTAMP$/u, read: (raw) => (isInteger(raw) ? instantText(BigInt(raw)) : undefined) },
  integer: { types: /^INT64$/u, read: (raw) => (isInteger(raw) ? exactInteger(BigInt(raw)) : undefined) },
  number: { types: /^(?:FLOAT64|(?:BIG)?NUMERIC|INT64)$/u, read: readNumber },
  boolean: { types: /^BOOL$/u, read: (raw) => (raw === "true" ? true : raw === "false" ? false : undefined) },
  json: { types: /^(?:JSON|STRUCT|ARRAY<.+>)$/u, read: readJson },
};

function isInteger(raw: unknown): raw is string {
  return typeof raw === "string" && /^-?\d+$/u.test(raw);
}

/** Not a number's text (`NaN` is one in BigQuery): none. */
function floatIn(text: string): number {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu.test(text) ? Number(text) : Number.NaN;
}

function readNumber(raw: unknown): number | undefined {
  if (typeof raw === "number") return finiteNumber(raw);
  return typeof raw === "string" ? exactDecimal(raw) : undefined;
}

function readJson(raw: unknown): Value | undefined {
  if (raw instanceof Nested) return raw.value;
  return typeof raw === "string" ? parsedJson(raw) : undefined;
}

const recordCell = rowSchema;
const listCell = z.array(z.object({ v: z.unknown() }));

/** Undefined if anything inside can't be read: half a record would be another one. */
function nestedValue(field: Field, cell: unknown): Value | undefined {
  if (cell === null) return null;
  const type = typeOf(field);
  if (type.startsWith("ARRAY<")) {
    const list = listCell.safeParse(cell);
    return list.success ? all(list.data.map(({ v }) => nestedValue({ ...field, mode: "NULLABLE" }, v))) : undefined;
  }
  if (type !== "STRUCT") return scalarValue(type, rawOf(field, cell));
  const record = recordCell.safeParse(cell);
  const fields = field.fields ?? [];
  if (!record.success || record.data.f.length !== fields.length) return undefined;
  const values = all(fields.map((inner, index) => nestedValue(inner, record.data.f[index]?.v)));
  return values && Object.fromEntries(fields.map(({ name }, index) => [name, values[index] ?? null]));
}

/** Of a type that no column may be declared with (a DATETIME, bytes) the text as it comes. */
function scalarValue(type: string, raw: unknown): Value | undefined {
  const reading = Object.values(readings).find(({ types }) => types.test(type));
  if (reading !== undefined) return reading.read(raw);
  return typeof raw === "string" ? raw : undefined;
}

function all(values: readonly (Value | undefined)[]): readonly Value[] | undefined {
  return values.every((value) => value !== undefined) ? values : undefined;
}
