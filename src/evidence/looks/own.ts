import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays, instantOf } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { OwnCheck, OwnRowCheck } from "../../pipeline/own-checks.ts";
import type { Param, Query, TableName, Value } from "../../ports/warehouse.ts";
import type { Look } from "../evidence.ts";
import { shellQuoted } from "../../shell.ts";
import { bqQuery, logsByHand } from "./by-hand.ts";
import { lintSql } from "./sql-lint.ts";
import type { TableFacts } from "./table-look.ts";
import { tableLook } from "./table-look.ts";

const value: z.ZodType<Value> = z.json();
const anyRow = z.record(z.string(), value);
const countRow = z.object({ n: z.number() }).catchall(value);

/** How many rows a table holds of a date, or of so many days before it. */
export function rowCount(rules: Rules, date: CalendarDate, table: TableName, daysBefore?: number): Look<TableFacts<{ n: number }>> {
  return tableLook(rules, date, table, {
    row: countRow,
    required: [],
    columns: [],
    grouped: {},
    name: daysBefore === undefined ? `count of ${table}` : `count of ${table} ${daysBefore} d before`,
    ...(daysBefore === undefined ? {} : { window: { before: daysBefore, after: -1 } }),
    whenEmpty: { mayBeEmpty: true, witness: "a count is a row, also that of nothing" },
  });
}

export type OwnStatement = OwnRowCheck & { readonly sql: string };

/** What is wrong with an own check's statement; nothing if it is of the closed subset that both engines run as written. */
export function statementProblems(check: OwnStatement, text: string, rules: Rules, date: CalendarDate): readonly string[] {
  const query = queryOf(check, text, rules, date, 1);
  const named = /\{(\w+\.\w+)\}/u.exec(query.sql)?.[1];
  const other = named !== undefined && named !== check.table ? [`it reads ${named}, but \`table\` is ${check.table}`] : [];
  return [...other, ...lintSql(query, rules.tables)];
}

/** The rows that an own check's statement selects from its one table. */
export function statementRows(check: OwnStatement, text: string, rules: Rules, date: CalendarDate): Look<TableFacts> {
  const facts = z.object({ rows: z.array(anyRow), absent: z.array(z.string()) });
  const shown = queryOf(check, text, rules, date, 1000);
  return {
    id: `statement of ${check.id} ${date}`,
    port: "warehouse",
    asked: `${check.sql} over ${check.table} for ${date}`,
    byHand: byHand(shown),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "the rows of the date itself, which are counted beside it" },
    async run({ warehouse }, call) {
      const budget = { ...call.budget, maxBytes: Math.min(call.budget.maxBytes, check.max_bytes ?? call.budget.maxBytes) };
      const answer = await warehouse.query(queryOf(check, text, rules, date, budget.maxRows + 1), { ...call, budget });
      const bytes = answer.bytes === undefined ? {} : { bytes: answer.bytes };
      return { facts: { rows: [...answer.rows], absent: [] }, examined: answer.rows.length, ...bytes };
    },
    parse: (saved) => facts.parse(saved),
  };
}

/** Parameters that the text doesn't mention are not passed: an unused one is refused as a slip of its writer. */
function queryOf(check: OwnStatement, text: string, rules: Rules, date: CalendarDate, limit: number): Query {
  const sql = withoutComments(text);
  const { partition, columns } = tableRules(rules, check.table);
  const [first, last] = [addDays(date, -(check.days_before ?? 0)), addDays(date, check.days_after ?? 0)];
  const midnight = (day: CalendarDate): string => instantOf(day, { day: 0, hour: 0, minute: 0 }, rules.zone).toISOString();
  const span: Readonly<Record<"from" | "to", Param>> =
    columns[partition]?.kind === "instant"
      ? { from: { kind: "instant", value: midnight(first) }, to: { kind: "instant", value: midnight(addDays(last, 1)) } }
      : { from: { kind: "date", value: first }, to: { kind: "date", value: last } };
  const known: Readonly<Record<string, Param>> = { date: { kind: "date", value: date }, ...span, limit: { kind: "integer", value: limit } };
  const used = new Set([...sql.matchAll(/@(\w+)/gu)].map(([, name]) => name));
  const selected = Object.entries(check.columns ?? {}).map(([name, { kind }]) => [name, kind] as const);
  return {
    name: check.id,
    sql,
    params: Object.fromEntries(Object.entries(known).filter(([name]) => used.has(name))),
    columns: Object.fromEntries(selected),
  };
}

/** Whole lines only: the subset has no text in quotes that could hold two hyphens. */
function withoutComments(text: string): string {
  return text
    .split(/\r?\n/u)
    .filter((line) => !line.trimStart().startsWith("--"))
    .join(" ")
    .trim();
}

function byHand({ sql, params }: Query): string {
  const types = { date: "DATE", instant: "TIMESTAMP", integer: "INT64", string: "STRING" } as const;
  const flags = Object.entries(params).map(([name, param]) => `--parameter=${name}:${types[param.kind]}:${param.value}`);
  return bqQuery(sql.replaceAll(/\{(\w+\.\w+)\}/gu, "$1"), flags);
}

const logFacts = z.object({ count: z.int().min(0), more: z.boolean(), loggedAtAll: z.boolean() });
/** How often a text occurs in a window, at least; and whether the unit logged anything there. */
export type OwnLogFacts = z.output<typeof logFacts>;

type OwnLog = Extract<OwnCheck, { readonly measure: "log" }>;

/** More of one text than this are told as "at least". */
const mostEntries = 1000;

export function textInLog({ id, log }: OwnLog, rules: Rules, date: CalendarDate): Look<OwnLogFacts> {
  const { unit, text } = log;
  const since = instantOf(date, log.from, rules.zone).toISOString();
  const until = instantOf(date, log.to, rules.zone).toISOString();
  return {
    id: `log for ${id} ${date}`,
    port: "logs",
    asked: `lines of ${unit} on ${date} that hold the text of ${id}`,
    byHand: logsByHand(unit, since, until, text),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "any line of the unit in the same window" },
    async run({ logs }, call) {
      const window = { unit, since, until };
      const { entries, more } = await logs.entries({ ...window, contains: text, limit: mostEntries }, call);
      const any = entries.length > 0 ? entries : (await logs.entries({ ...window, limit: 1 }, call)).entries;
      return { facts: { count: entries.length, more, loggedAtAll: any.length > 0 }, examined: Math.max(entries.length, any.length) };
    },
    parse: (saved) => logFacts.parse(saved),
  };
}

const objectFacts = z.object({
  there: z.boolean(),
  updatedAt: z.string().nullable(),
  /** What the date field says, as text; null if the object lacks it. */
  date: z.string().nullable(),
});
export type OwnObjectFacts = z.output<typeof objectFacts>;

type OwnObject = Extract<OwnCheck, { readonly measure: "object" }>;

/** A published JSON file of the date, and the date that stands in it. */
export function publishedObject({ id, object }: OwnObject, date: CalendarDate): Look<OwnObjectFacts> {
  const path = object.path.replaceAll("{D}", date);
  return {
    id: `object for ${id} ${date}`,
    port: "objects",
    asked: `object ${path}`,
    byHand: `gcloud storage cat ${shellQuoted(`gs://${path}`)}`,
    after: [],
    whenEmpty: "must-have",
    async run({ objects }, call) {
      const found = await objects.get({ path }, call);
      if (found === undefined) return { facts: { there: false, updatedAt: null, date: null }, examined: 0 };
      return { facts: { there: true, updatedAt: found.updatedAt, date: fieldIn(found.text, object.date_field, path) }, examined: 1 };
    },
    parse: (saved) => objectFacts.parse(saved),
  };
}

/** `meta.game_date` of a JSON text. */
function fieldIn(text: string, field: string, path: string): string | null {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw new BackendError("malformed", `${path} is no JSON`, `Look at ${path} by hand, and at the run that wrote it.`, { cause: error });
  }
  for (const part of field.split(".")) {
    found =
      typeof found === "object" && found !== null && Object.hasOwn(found, part)
        ? Object.entries(found).find(([key]) => key === part)?.[1]
        : null;
  }
  return typeof found === "string" ? found.slice(0, 200) : null;
}
