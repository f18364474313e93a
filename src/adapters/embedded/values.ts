import type * as Api from "@duckdb/node-api";
import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { isCalendarDate } from "../../pipeline/dates.ts";
import type { ColumnKind } from "../../pipeline/schema.ts";
import type { Value } from "../../ports/warehouse.ts";
import type { Readings } from "../warehouse-rows.ts";
import { exactDecimal, exactInteger, finiteNumber, instantText, parsedJson } from "../warehouse-rows.ts";

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

const integerTypes = "(?:TINY|SMALL|BIG|HUGE)INT|INTEGER";

/** How DuckDB's values are read. */
export const readings: Readings<DuckDBValue> = {
  string: { types: /^VARCHAR$/u, read: (raw) => (typeof raw === "string" ? raw : undefined) },
  date: { types: /^DATE$/u, read: (raw) => /^\d{4}-\d{2}-\d{2}$/u.exec(String(raw))?.[0] },
  instant: { types: /^TIMESTAMP WITH TIME ZONE$/u, read: readInstant },
  integer: { types: new RegExp(`^(?:${integerTypes})$`, "u"), read: readExact },
  number: {
    types: new RegExp(`^(?:DOUBLE|FLOAT|DECIMAL\\(.*\\)|${integerTypes})$`, "u"),
    read: (raw) => (typeof raw === "number" ? finiteNumber(raw) : readExact(raw)),
  },
  boolean: { types: /^BOOLEAN$/u, read: (raw) => (typeof raw === "boolean" ? raw : undefined) },
  json: { types: /^JSON$/u, read: (raw) => parsedJson(String(raw)) },
};

function readInstant(raw: DuckDBValue): string | undefined {
  if (typeof raw !== "object" || raw === null || !("micros" in raw) || typeof raw.micros !== "bigint") return undefined;
  return instantText(raw.micros);
}

function readExact(raw: DuckDBValue): number | undefined {
  return typeof raw === "bigint" ? exactInteger(raw) : exactDecimal(String(raw));
}
