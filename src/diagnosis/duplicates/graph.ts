import type { Rules } from "../../pipeline/load.ts";

type Named = Pick<Rules, "tables" | "scraping" | "features" | "predictions">;

/** Tables that are computed from this one, as far as the pipeline file says. */
export function readersOf(rules: Named, table: string): readonly string[] {
  const { features, predictions } = rules;
  const collected = Object.values(rules.scraping.collections ?? {}).flatMap((collection) =>
    collection.table === table ? (collection.read_by ?? []) : [],
  );
  // Not said of these with `read_by`: what the tables are for says it.
  const follows = [
    [features.table, predictions.table],
    [predictions.table, predictions.graded],
  ].flatMap(([from, to]) => (from === table && to !== undefined ? [to] : []));
  const declared = [...(rules.tables[table]?.read_by ?? []), ...collected, ...follows];
  return [...new Set(declared)].filter((reader) => reader !== table && Object.hasOwn(rules.tables, reader));
}

/** Tables that this one is computed from. */
export function sourcesOf(rules: Named, table: string): readonly string[] {
  return Object.keys(rules.tables).filter((candidate) => readersOf(rules, candidate).includes(table));
}

/** These tables and all that `next` leads to from them, nearest first. */
export function closure(tables: readonly string[], next: (table: string) => readonly string[]): readonly string[] {
  const found = [...new Set(tables)];
  for (let index = 0; index < found.length; index += 1) {
    const table = found[index];
    if (table !== undefined) found.push(...next(table).filter((other) => !found.includes(other)));
  }
  return found;
}
