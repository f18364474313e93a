import { BackendError } from "../../errors.ts";
import type { Query, TableName } from "../../ports/warehouse.ts";
import type { Dates, Span, StoredTable } from "./world.ts";

/**
 * The dates within which a statement reads one column, where that can be told for sure: a condition on the column itself that
 * every row must meet; of instants their days in UTC. Undefined: it may read all of the table.
 */
export function spanOf({ sql, params }: Query): Span | undefined {
  const [, where = ""] = /^\s*SELECT\b[^{}]*\bFROM\s+\{[\w.]+\}\s+WHERE\s+([^{}]*)$/iu.exec(sql) ?? [];
  const conditions = withoutParentheses(where.replace(/(?<!@)\b(?:GROUP\s+BY|QUALIFY|HAVING|ORDER\s+BY|LIMIT)\b[\s\S]*$/iu, ""));
  // With a choice or a negation a condition need not hold for every row.
  if (/\b(?:OR|NOT|CASE)\b/iu.test(conditions)) return undefined;
  for (const [, column = "", only, first = only, last = only] of conditions.matchAll(dateCondition)) {
    const [from, to] = [params[first ?? ""], params[last ?? ""]];
    if (from?.kind === "date" && to?.kind === "date") return { column, from: from.value, to: to.value };
  }
  for (const [, column = "", first = "", last = ""] of conditions.matchAll(instantCondition)) {
    const [from, to] = [params[first], params[last]];
    if (from?.kind === "instant" && to?.kind === "instant")
      return { column, from: utcDay(Date.parse(from.value)), to: utcDay(Date.parse(to.value) - 1) };
  }
  return undefined;
}

const dateCondition = /(?:^|\bAND\b)\s*([A-Za-z_]\w*)\s*(?:=\s*@(\w+)|\bBETWEEN\s+@(\w+)\s+AND\s+@(\w+))(?=\s*(?:$|AND\b))/giu;
const instantCondition = /(?:^|\bAND\b)\s*([A-Za-z_]\w*)\s*>=\s*@(\w+)\s+AND\s+\1\s*<\s*@(\w+)(?=\s*(?:$|AND\b))/giu;

/** BigQuery parts a table of instants by their day in UTC. */
function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** What is within has been part of another condition. */
function withoutParentheses(conditions: string): string {
  const outside = conditions.replaceAll(/\([^()]*\)/gu, "?");
  return outside === conditions ? outside : withoutParentheses(outside);
}

/** Of dates that nobody supplied, and of a whole table of which some dates were, nothing may be said. */
export function refuseUncovered(table: TableName, { covers, span }: StoredTable): void {
  if (covers === undefined || (span !== undefined && covers.from <= span.from && span.to <= covers.to)) return;
  const asked = span === undefined ? "all dates" : told(span);
  throw new BackendError(
    "not_supplied",
    `not supplied: the file of ${table} covers ${told(covers)}, not ${asked}`,
    `Export ${table} for ${asked}, or say with \`covers\` which dates its file holds in full.`,
  );
}

function told({ from, to }: Dates): string {
  return from === to ? from : `${from} to ${to}`;
}
