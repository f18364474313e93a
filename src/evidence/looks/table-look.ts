import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays, midnight } from "../../pipeline/dates.ts";
import type { Rules, TableRules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { Call } from "../../ports/call.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Param, Query, Row, TableName } from "../../ports/warehouse.ts";
import type { Found, Look, WhenEmpty } from "../evidence.ts";
import { rowsByHand } from "./by-hand.ts";
import { completionDocumentId } from "./documents.ts";

/** Rows of one table for one date (or a window around it), with the declared columns it really has. */
export interface TableFacts<R extends Row = Row> {
  readonly rows: readonly R[];
  /** Declared columns that the table doesn't have; their values are null in every row. */
  readonly absent: readonly string[];
}

/** What a typed look knows of its table besides the pipeline file. */
export interface Kind<R extends Row> {
  readonly row: z.ZodType<R>;
  /** Columns without which the look means nothing: one that is missing makes it `Unseen`. */
  readonly required: readonly string[];
  /** Declared columns that are read; all if absent. */
  readonly columns?: readonly string[];
  /** Days before and after the date that are read too. */
  readonly window?: { readonly before: number; readonly after: number };
  readonly whenEmpty?: WhenEmpty;
  /** A look over the same table and date with other columns or days needs a name of its own; the table's alias if absent. */
  readonly name?: string;
  /** Counts per combination of `columns` (of all rows, if none) instead of rows: `n`, and of a column its `newest` (`made`: of another one) and `oldest` value. */
  readonly grouped?: { readonly newest?: string; readonly made?: string; readonly oldest?: string };
}

/** One table's rows of a date. The table is described first, so that a drifted column hides nothing but itself. */
export function tableLook<R extends Row>(rules: Rules, date: CalendarDate, table: TableName, kind: Kind<R>): Look<TableFacts<R>> {
  const { row, whenEmpty = "must-have" } = kind;
  const declared = tableRules(rules, table);
  const checked = withReadableInstants(row, declared);
  const facts = z.object({ rows: z.array(checked), absent: z.array(z.string()) });
  const ask: TableAsk<R> = { ...kind, table, declared, row: checked, span: spanOf(rules, date, declared, kind) };
  const flagged = Object.values(rules.completion.processors).some((processor) => processor.table === table);
  return {
    id: `${kind.name ?? declared.as ?? table} ${date}`,
    port: "warehouse",
    asked: `${kind.grouped === undefined ? "rows" : "counts"} of ${table} for ${ask.span.said}`,
    byHand: rowsByHand(table, declared.partition, ask.span.from.value, ask.span.to.value),
    after: flagged ? [completionDocumentId(rules, date)] : [],
    whenEmpty,
    run: (ports, call) => readTable(ports, call, ask),
    parse: (saved) => facts.parse(saved),
  };
}

type Bound = Param & { readonly value: string };

interface Span {
  readonly from: Bound;
  readonly to: Bound;
  readonly said: string;
}

interface TableAsk<R extends Row> extends Kind<R> {
  readonly table: TableName;
  readonly declared: TableRules;
  readonly span: Span;
}

function spanOf(rules: Rules, date: CalendarDate, declared: TableRules, { window }: Kind<Row>): Span {
  const [from, to] = [addDays(date, -(window?.before ?? 0)), addDays(date, window?.after ?? 0)];
  return { ...boundsOf({ from, to }, declared, rules.zone), said: from === to ? date : `${from} to ${to}` };
}

/** Partition bounds of dates, both included: they themselves, or the instants between which they lie where the table is partitioned by a time. */
export function boundsOf(
  { from, to }: Readonly<Record<"from" | "to", CalendarDate>>,
  { partition, columns }: Pick<TableRules, "partition" | "columns">,
  zone: string,
): Readonly<Record<"from" | "to", Bound>> {
  if (columns[partition]?.kind !== "instant") return { from: { kind: "date", value: from }, to: { kind: "date", value: to } };
  return {
    from: { kind: "instant", value: midnight(from, zone).toISOString() },
    to: { kind: "instant", value: midnight(addDays(to, 1), zone).toISOString() },
  };
}

/** A time that can't be read would make every comparison with it false, and so hide what it should show. */
function withReadableInstants<R extends Row>(row: z.ZodType<R>, { columns }: TableRules): z.ZodType<R> {
  const instants = ["newest", "made", "oldest", ...Object.keys(columns).filter((name) => columns[name]?.kind === "instant")];
  return row.superRefine((found: R, context) => {
    for (const name of instants) {
      const value = found[name] ?? null;
      if (value !== null && (typeof value !== "string" || !isoInstant.test(value) || Number.isNaN(Date.parse(value)))) {
        context.addIssue({ code: "custom", message: "not an instant", path: [name] });
      }
    }
  });
}

const isoInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/u;

/** Asks for the declared columns that the table really has: tables drift, and one missing column must not hide the rest. */
async function readTable<R extends Row>(ports: Ports, call: Call, ask: TableAsk<R>): Promise<Found<TableFacts<R>>> {
  const shape = await ports.warehouse.describe(ask.table, call);
  const wanted = ask.columns ?? Object.keys(ask.declared.columns);
  const bounds = Object.entries(ask.grouped ?? {});
  const known = (column: string): boolean => Object.hasOwn(shape.columns, column);
  const absent = [...new Set([...wanted, ...bounds.map(([, column]) => column)])].filter((column) => !known(column));
  const missing = ask.required.filter((column) => absent.includes(column));
  if (missing.length > 0) throw missingColumns(ask.table, missing);
  const present = wanted.filter((column) => !absent.includes(column));
  const bounded = bounds.filter(([, column]) => known(column));
  const answer = await ports.warehouse.query(statement(ask, { columns: present, bounds: bounded }, call.budget.maxRows), call);
  const unread = [...wanted.filter((column) => !known(column)), ...bounds.flatMap(([name, column]) => (known(column) ? [] : [name]))];
  const gaps = Object.fromEntries(unread.map((name) => [name, null]));
  const rows = answer.rows.map((found) => readRow(ask, { ...found, ...gaps }));
  return { facts: { rows, absent }, examined: examinedIn(rows), ...(answer.bytes === undefined ? {} : { bytes: answer.bytes }) };
}

/** Rows that were looked at: of counts, what was counted. */
function examinedIn(rows: readonly Row[]): number {
  return rows.reduce((sum, { n }) => sum + (typeof n === "number" ? n : 1), 0);
}

interface Selected {
  readonly columns: readonly string[];
  /** Of counts: `newest`, `made` or `oldest`, and of which column. */
  readonly bounds: readonly (readonly [string, string])[];
}

function statement(ask: TableAsk<Row>, { columns, bounds }: Selected, maxRows: number): Query {
  const { partition, columns: kinds } = ask.declared;
  const { from, to } = ask.span;
  const single = from.kind === "date" && from.value === to.value;
  const range = from.kind === "date" ? `${partition} BETWEEN @from AND @to` : `${partition} >= @from AND ${partition} < @to`;
  const extremes = bounds.map(([name, column]) => `${name === "oldest" ? "MIN" : "MAX"}(${column}) AS ${name}`);
  const counted = ask.grouped === undefined ? [] : ["COUNT(*) AS n", ...extremes];
  const grouping = ask.grouped === undefined || columns.length === 0 ? "" : ` GROUP BY ${columns.join(", ")}`;
  return {
    name: ask.grouped === undefined ? (single ? "rows of a date" : "rows of a window") : "counts of a date",
    sql: `SELECT ${[...columns, ...counted].join(", ")} FROM {${ask.table}} WHERE ${single ? `${partition} = @date` : range}${grouping} LIMIT @limit`,
    params: { ...(single ? { date: from } : { from, to }), limit: { kind: "integer", value: maxRows + 1 } },
    columns: {
      ...Object.fromEntries(columns.map((column) => [column, kinds[column]?.kind ?? "string"])),
      ...(ask.grouped === undefined ? {} : { n: "integer" as const }),
      ...Object.fromEntries(bounds.map(([name, column]) => [name, kinds[column]?.kind ?? "string"])),
    },
    // What is counted rather than read is counted because it is big.
    ...(ask.grouped === undefined ? {} : { heavy: true as const }),
  };
}

function readRow<R extends Row>(ask: TableAsk<R>, found: Row): R {
  const parsed = ask.row.safeParse(found);
  if (parsed.success) return parsed.data;
  const columns = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))].join(", ");
  throw new BackendError(
    "malformed",
    `${ask.table} answered a row whose ${columns} is not of the declared kind`,
    `Compare the table's columns with the pipeline file.`,
  );
}

export function missingColumns(table: TableName, columns: readonly string[]): BackendError {
  const names = columns.join(", ");
  return new BackendError(
    "no_such_place",
    `${table} has no column ${names}`,
    `Correct the columns of ${table} in the pipeline file, or restore ${names}.`,
  );
}
