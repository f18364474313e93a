import type { Query, TableName } from "../ports/warehouse.ts";

/** The one table that a neutral statement reads. */
export function tableIn(sql: string): TableName {
  const [table, ...more] = new Set([...sql.matchAll(/\{(\w+\.\w+)\}/gu)].flatMap(([, name]) => name ?? []));
  if (table === undefined || more.length > 0) throw new Error(`A statement reads one table; this one does not: ${sql}`);
  return table;
}

export function datasetOf(table: TableName): string {
  return table.slice(0, table.indexOf("."));
}

interface Dialect {
  readonly table: (name: TableName) => string;
  readonly param: (name: string) => string;
}

/** The neutral statement as one engine runs it. Whatever can't be rendered is a bug in the statement and throws. */
export function renderStatement({ sql, params }: Query, dialect: Dialect): string {
  const used = new Set<string>();
  const rendered = sql.replaceAll(/\{(\w+\.\w+)\}|@(\w+)|[{}@$?`]/gu, (mark: string, table?: string, name?: string) => {
    if (table !== undefined) return dialect.table(table);
    if (name === undefined || !Object.hasOwn(params, name)) throw new Error(`Nothing to put for ${mark} in: ${sql}`);
    used.add(name);
    return dialect.param(name);
  });
  const unused = Object.keys(params).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`No mark for ${unused.join(", ")} in: ${sql}`);
  return rendered;
}
