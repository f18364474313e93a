import type { ColumnKind } from "../../pipeline/schema.ts";
import type { Query, TableName } from "../../ports/warehouse.ts";

/** What the lint must know of a table: its partition column and the columns it may be asked for. */
export interface LintedTable {
  readonly partition: string;
  readonly columns: Readonly<Record<string, { readonly kind: ColumnKind }>>;
}

/**
 * Why a statement is outside the closed subset that BigQuery and DuckDB both run as written; nothing if it is inside:
 * `SELECT … FROM {table} WHERE partition … [GROUP BY …] [QUALIFY …] LIMIT @n`, over declared columns, parameters and a few
 * functions; or counts of counts, `SELECT … FROM (SELECT … FROM {table} WHERE partition … GROUP BY …) GROUP BY … LIMIT @n`.
 * What is not known to be allowed is refused.
 */
export function lintSql(query: Query, tables: Readonly<Record<TableName, LintedTable>>): string[] {
  const tokens = tokenize(query.sql);
  if (typeof tokens === "string") return [tokens];
  const counts = countsOfCounts(tokens);
  if (counts !== undefined) return nestedComplaints(tokens, counts, query, tables);
  const clauses = clausesOf(tokens, ["SELECT", "FROM", "WHERE", "LIMIT"]);
  if (clauses === undefined) return ["not of the form SELECT … FROM … WHERE … [GROUP BY …] [QUALIFY …] LIMIT …"];
  const [mark = "", ...afterMark] = clauses.FROM;
  const table = tables[mark.slice(1, -1)];
  if (table === undefined) return [`FROM ${mark} is no declared table`];
  const { names, complaints } = selected(clauses.SELECT, Object.keys(table.columns));
  return [
    ...(afterMark.length > 0 ? [`FROM reads more than one table: ${clauses.FROM.join(" ")}`] : []),
    ...complaints,
    ...(names.join() === Object.keys(query.columns).join() ? [] : [`selects ${names.join(", ")}, not the declared columns in order`]),
    ...partitionComplaints(clauses.WHERE, table, query.params),
    ...limitComplaints(clauses.LIMIT, query.params),
    ...wordComplaints(tokens, Object.keys(table.columns)),
    ...castComplaints(tokens, table),
    ...distinctComplaints(tokens, table),
    ...parameterComplaints(tokens, query.params),
  ];
}

interface Nested {
  readonly outer: Clauses;
  readonly inner: Clauses;
  readonly innerTokens: Tokens;
}

/** A statement over the groups of another one, which alone reads a table; undefined if it is not of that form. */
function countsOfCounts(tokens: Tokens): Nested | undefined {
  const outer = clausesOf(tokens, ["SELECT", "FROM", "GROUP", "LIMIT"]);
  if (outer === undefined || outer.FROM[0] !== "(" || closing(outer.FROM, 0) !== outer.FROM.length - 1) return undefined;
  const innerTokens = outer.FROM.slice(1, -1);
  const inner = clausesOf(innerTokens, ["SELECT", "FROM", "WHERE", "GROUP"]);
  return inner === undefined || inner.QUALIFY.length > 0 || outer.QUALIFY.length > 0 ? undefined : { outer, inner, innerTokens };
}

function nestedComplaints(tokens: Tokens, nested: Nested, query: Query, tables: Readonly<Record<TableName, LintedTable>>): string[] {
  const { outer, inner, innerTokens } = nested;
  const table = tables[inner.FROM.join(" ").slice(1, -1)];
  if (table === undefined) return [`FROM ${inner.FROM.join(" ")} is no declared table`];
  const within = selected(inner.SELECT, Object.keys(table.columns));
  const { names, complaints } = selected(outer.SELECT, Object.keys(table.columns));
  const outerTokens = ["SELECT", ...outer.SELECT, "GROUP", ...outer.GROUP, "LIMIT", ...outer.LIMIT];
  return [
    ...within.complaints,
    ...complaints.filter((complaint) => !within.complaints.includes(complaint)),
    ...(names.join() === Object.keys(query.columns).join() ? [] : [`selects ${names.join(", ")}, not the declared columns in order`]),
    ...partitionComplaints(inner.WHERE, table, query.params),
    ...limitComplaints(outer.LIMIT, query.params),
    ...wordComplaints(innerTokens, Object.keys(table.columns)),
    ...wordComplaints(outerTokens, within.names),
    ...castComplaints(innerTokens, table),
    // Of what kind a counted column is, nobody knows here.
    ...(outerTokens.includes("CAST") ? ["CAST over counted columns"] : []),
    ...distinctComplaints(innerTokens, table),
    ...(outerTokens.includes("DISTINCT") ? ["DISTINCT over counted columns"] : []),
    ...parameterComplaints(tokens, query.params),
  ];
}

const functions = ["COUNT", "COUNTIF", "MIN", "MAX", "SUM", "IF", "CAST", "STRPOS", "CONCAT", "ROW_NUMBER"];
const castTypes = ["INT64", "STRING"];
/** BigQuery and DuckDB round halves of floats, and print floats and fractions of a second, each in its own way. */
const unalikeWhenCast: readonly ColumnKind[] = ["number", "instant", "json"];
const keywords = words("SELECT FROM WHERE GROUP BY QUALIFY LIMIT AS AND OR NOT IS NULL BETWEEN OVER PARTITION ORDER ASC DESC");
/** BigQuery's reserved words (https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#reserved_keywords). */
const reserved = words(`
  ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE CROSS CUBE CURRENT DEFAULT DEFINE DESC
  DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE FETCH FOLLOWING FOR FROM FULL GROUP GROUPING GROUPS HASH HAVING IF
  IGNORE IN INNER INTERSECT INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT LOOKUP MERGE NATURAL NEW NO NOT NULL NULLS OF ON OR ORDER OUTER
  OVER PARTITION PRECEDING PROTO QUALIFY RANGE RECURSIVE RESPECT RIGHT ROLLUP ROWS SELECT SET SOME STRUCT TABLESAMPLE THEN TO TREAT TRUE
  UNBOUNDED UNION UNNEST USING WHEN WHERE WINDOW WITH WITHIN`);

const word = /^[A-Za-z_]\w*$/u;
const clauseNames = ["SELECT", "FROM", "WHERE", "GROUP", "QUALIFY", "LIMIT"] as const;
type ClauseName = (typeof clauseNames)[number];
type Tokens = readonly string[];

/** Quotes, digits, arithmetic, comments, brackets and dots are no tokens: no literal, no date arithmetic, no field access. */
function tokenize(sql: string): string[] | string {
  const tokens = sql.match(/\{\w+\.\w+\}|@[A-Za-z_]\w*|[A-Za-z_]\w*|<=|>=|<>|!=|\S/gu) ?? [];
  const unknown = tokens.find((token) => !/^(?:\{.+\}|@\w+|[A-Za-z_]\w*|<=|>=|<>|!=|[(),=<>*])$/u.test(token));
  return unknown === undefined ? tokens : `${unknown} is not allowed`;
}

type Clauses = Readonly<Record<ClauseName, Tokens>>;

/** Undefined where a needed clause is missing, one comes twice or out of order, or one is there that isn't of the form. */
function clausesOf(tokens: Tokens, needed: readonly ClauseName[]): Clauses | undefined {
  const starts = atDepthZero(tokens).flatMap((index) => {
    const name = clauseNames.find((candidate) => candidate === tokens[index]);
    return name === undefined ? [] : [{ name, index }];
  });
  const found = starts.map(({ name }) => name);
  const optional: readonly ClauseName[] = ["GROUP", "QUALIFY"];
  const wanted = clauseNames.filter((name) => needed.includes(name) || (optional.includes(name) && found.includes(name)));
  if (found.join() !== wanted.join() || starts[0]?.index !== 0) return undefined;
  const clauses: Record<ClauseName, Tokens> = { SELECT: [], FROM: [], WHERE: [], GROUP: [], QUALIFY: [], LIMIT: [] };
  for (const [position, { name, index }] of starts.entries()) clauses[name] = tokens.slice(index + 1, starts[position + 1]?.index);
  return clauses;
}

function selected(items: Tokens, columns: Tokens): { names: string[]; complaints: string[] } {
  const [names, complaints]: [string[], string[]] = [[], []];
  for (const item of splitAt(items, ",")) {
    const name = item.at(-1) ?? "";
    const isAlias = item.length > 1 && item.at(-2) === "AS";
    if (item.length !== 1 && !isAlias) complaints.push(`${item.join(" ")} has no name`);
    if (isAlias && reserved.has(name.toUpperCase())) complaints.push(`the alias ${name} is a reserved word`);
    if (isAlias && columns.includes(name)) complaints.push(`the alias ${name} hides the column of that name`);
    names.push(name);
  }
  return { names, complaints };
}

/** The partition filter stands first and nothing can widen it: a date or a span of dates, or of instants where those part the table. */
function partitionComplaints(where: Tokens, { partition, columns }: LintedTable, params: Query["params"]): string[] {
  const kind = columns[partition]?.kind === "instant" ? "instant" : "date";
  const forms = {
    date: `${partition} (?:= @(\\w+)|BETWEEN @(\\w+) AND @(\\w+))`,
    instant: `${partition} >= @(\\w+) AND ${partition} < @(\\w+)`,
  };
  const filter = new RegExp(`^${forms[kind]}(?= AND |$)`, "u").exec(where.join(" "));
  if (filter === null) return [`WHERE does not begin with a filter on the partition ${partition}`];
  const widened = atDepthZero(where).some((index) => where[index]?.toUpperCase() === "OR");
  const mistaken = filter.slice(1).filter((name) => name !== undefined && params[name]?.kind !== kind);
  return [
    ...(widened ? ["WHERE has an OR beside the partition filter"] : []),
    ...mistaken.map((name) => `the partition parameter @${name} is no ${kind}`),
  ];
}

function limitComplaints(limit: Tokens, params: Query["params"]): string[] {
  const name = /^@(\w+)$/u.exec(limit.join(" "))?.[1];
  return name !== undefined && params[name]?.kind === "integer" ? [] : [`LIMIT ${limit.join(" ")} is not one integer parameter`];
}

/** Each word is a keyword or function of the subset, written in capitals, or a name that was declared. */
function wordComplaints(tokens: Tokens, columns: Tokens): string[] {
  return tokens.flatMap((token, index) => {
    if (token === "*") return tokens.slice(index - 2, index + 2).join(" ") === "COUNT ( * )" ? [] : ["* outside of COUNT(*)"];
    if (token.startsWith("{")) return tokens[index - 1] === "FROM" ? [] : [`${token} outside of FROM`];
    if (!word.test(token) || keywords.has(token) || castTypes.includes(token)) return [];
    if (token === "DISTINCT" && tokens.slice(index - 2, index).join(" ") === "COUNT (" && tokens[index + 2] === ")") return [];
    if (tokens[index + 1] === "(") return functions.includes(token) ? [] : [`${token}() is not allowed`];
    if (reserved.has(token.toUpperCase())) return [`${token} is not allowed`];
    return columns.includes(token) || tokens[index - 1] === "AS" ? [] : [`${token} is no declared column`];
  });
}

/** AS names a column at the top of SELECT, or a type at the end of CAST; types stand nowhere else. */
function castComplaints(tokens: Tokens, { columns }: LintedTable): string[] {
  const top = new Set(atDepthZero(tokens));
  const casts = tokens.flatMap((token, index) => (token === "CAST" ? [{ from: index, type: closing(tokens, index + 1) - 1 }] : []));
  const isCastType = (index: number): boolean => casts.some(({ type }) => type === index);
  return tokens.flatMap((token, index) => {
    if (castTypes.includes(token) && !isCastType(index)) return [`${token} outside of CAST`];
    if (isCastType(index) && !(castTypes.includes(token) && tokens[index - 1] === "AS"))
      return [`CAST to something else than ${castTypes.join(" or ")}`];
    if (token === "AS" && !top.has(index) && !isCastType(index + 1)) return ["AS inside of an expression"];
    const kind = columns[token]?.kind;
    const isCast = casts.some(({ from, type }) => from < index && index < type);
    return isCast && kind !== undefined && unalikeWhenCast.includes(kind) ? [`CAST over ${token}, of kind ${kind}`] : [];
  });
}

/** What counts as the same value must be the same to both engines. */
function distinctComplaints(tokens: Tokens, { columns }: LintedTable): string[] {
  return tokens.flatMap((token, index) => {
    const kind = columns[tokens[index + 1] ?? ""]?.kind;
    return token === "DISTINCT" && (kind === "json" || kind === "number") ? [`DISTINCT over ${tokens[index + 1]}, of kind ${kind}`] : [];
  });
}

function parameterComplaints(tokens: Tokens, params: Query["params"]): string[] {
  const used = new Set(tokens.filter((token) => token.startsWith("@")).map((token) => token.slice(1)));
  const given = new Set(Object.keys(params));
  return [
    ...[...used].filter((name) => !given.has(name)).map((name) => `@${name} is not given`),
    ...[...given].filter((name) => !used.has(name)).map((name) => `@${name} is not used`),
  ];
}

function atDepthZero(tokens: Tokens): number[] {
  let depth = 0;
  return tokens.flatMap((token, index) => {
    if (token === ")") depth -= 1;
    const here = depth === 0 ? [index] : [];
    if (token === "(") depth += 1;
    return here;
  });
}

/** Where the bracket that opens at `open` closes. */
function closing(tokens: Tokens, open: number): number {
  let depth = 0;
  return tokens.findIndex((token, index) => {
    if (index < open) return false;
    depth += Number(token === "(") - Number(token === ")");
    return depth === 0;
  });
}

function splitAt(tokens: Tokens, separator: string): Tokens[] {
  const cuts = atDepthZero(tokens).filter((index) => tokens[index] === separator);
  return [-1, ...cuts].map((cut, position) => tokens.slice(cut + 1, cuts[position]));
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/u));
}
