import type * as Api from "@duckdb/node-api";
import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { isCalendarDate } from "../../pipeline/dates.ts";
import type { ColumnKind } from "../../pipeline/schema.ts";
import type { Value } from "../../ports/warehouse.ts";

/** A column of a result as DuckDB answers it. */
export interface RawColumn {
  readonly name: string;
  readonly type: string;
  readonly values: readonly DuckDBValue[];
}

/** The type that a column of each kind is stored with. */
export const storedTypes: Readonly<Record<ColumnKind, string>> = {
  string: "VARCHAR",
  date: "DATE",
  instant: "TIMESTAMP WITH TIME ZONE",
  integer: "BIGINT",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  json: "JSON",
};

export function duckdbType(api: typeof Api, kind: ColumnKind): DuckDBType {
  switch (kind) {
    case "string":
    case "json":
      return api.VARCHAR;
    case "date":
      return api.DATE;
    case "instant":
      return api.TIMESTAMPTZ;
    case "integer":
      return api.BIGINT;
    case "number":
      return api.DOUBLE;
    case "boolean":
      return api.BOOLEAN;
  }
}

/** Turns the port's values of one kind into DuckDB's. A value of another kind is a bug of whoever supplied it: it throws. */
export function storing(api: typeof Api, kind: ColumnKind, what: string): (value: Value) => DuckDBValue {
  const store = storer(api, kind);
  return (value) => {
    if (value === null) return null;
    const stored = store(value);
    if (stored === undefined) throw new Error(`${what} is of kind ${kind}, which ${JSON.stringify(value)} is not.`);
    return stored;
  };
}

function storer(api: typeof Api, kind: ColumnKind): (value: Value) => DuckDBValue | undefined {
  switch (kind) {
    case "string":
      return (value) => (typeof value === "string" ? value : undefined);
    case "date":
      return dateStorer(api);
    case "instant":
      return (value) => {
        const micros = typeof value === "string" ? microsOf(value) : undefined;
        return micros === undefined ? undefined : new api.DuckDBTimestampTZValue(micros);
      };
    case "integer":
      return (value) => (Number.isInteger(value) ? BigInt(Number(value)) : undefined);
    case "number":
      return (value) => (typeof value === "number" ? value : undefined);
    case "boolean":
      return (value) => (typeof value === "boolean" ? value : undefined);
    case "json":
      return (value) => JSON.stringify(value);
  }
}

/** A table holds few dates many times over: each is worked out once. */
function dateStorer(api: typeof Api): (value: Value) => DuckDBValue | undefined {
  const known = new Map<Value, DuckDBValue>();
  return (value) => {
    const found = known.get(value);
    if (found !== undefined || typeof value !== "string" || !isCalendarDate(value)) return found;
    const date = new api.DuckDBDateValue(Date.parse(`${value}T00:00:00Z`) / 86_400_000);
    known.set(value, date);
    return date;
  };
}

/** Without `Z` or an offset a text names no instant: it would be read on the host's clock. */
function microsOf(instant: string): bigint | undefined {
  const ms = /(?:Z|[+-]\d{2}:\d{2})$/u.test(instant) ? Date.parse(instant) : Number.NaN;
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1000n;
}

/** Which of DuckDB's types hold values of a kind, and how one is read; undefined: not of that kind. */
interface Reading {
  readonly types: RegExp;
  readonly read: (raw: DuckDBValue) => Value | undefined;
}

const integerTypes = "(?:TINY|SMALL|BIG|HUGE)INT|INTEGER";

export const readings: Readonly<Record<ColumnKind, Reading>> = {
  string: { types: /^VARCHAR$/u, read: (raw) => (typeof raw === "string" ? raw : undefined) },
  date: { types: /^DATE$/u, read: (raw) => /^\d{4}-\d{2}-\d{2}$/u.exec(String(raw))?.[0] },
  instant: { types: /^TIMESTAMP WITH TIME ZONE$/u, read: readInstant },
  integer: { types: new RegExp(`^(?:${integerTypes})$`, "u"), read: readExact },
  number: {
    types: new RegExp(`^(?:DOUBLE|FLOAT|DECIMAL\\(.*\\)|${integerTypes})$`, "u"),
    read: (raw) => (typeof raw === "number" ? readFloat(raw) : readExact(raw)),
  },
  boolean: { types: /^BOOLEAN$/u, read: (raw) => (typeof raw === "boolean" ? raw : undefined) },
  json: { types: /^JSON$/u, read: (raw) => readJson(String(raw)) },
};

function readInstant(raw: DuckDBValue): string | undefined {
  if (typeof raw !== "object" || raw === null || !("micros" in raw) || typeof raw.micros !== "bigint") return undefined;
  const instant = new Date(Math.floor(Number(raw.micros) / 1000));
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

/** Integers and decimals; above 2^53 a number would be another one than the warehouse holds. */
function readExact(raw: DuckDBValue): number | undefined {
  const exact = typeof raw === "bigint" ? raw >= -(2n ** 53n) && raw <= 2n ** 53n : Math.abs(Number(String(raw))) <= 2 ** 53;
  return exact ? Number(String(raw)) : undefined;
}

/** Adding zero turns -0 into 0, so that an answer is the same after it was saved as JSON. */
function readFloat(raw: number): number | undefined {
  return Number.isFinite(raw) ? raw + 0 : undefined;
}

function readJson(raw: string): Value | undefined {
  try {
    return JSON.parse(raw) as Value; // JSON.parse answers nothing but JSON.
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
