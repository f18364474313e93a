import type { Rules } from "../../pipeline/load.ts";
import type { Comparison, Difference } from "../difference.ts";
import { removed } from "../patch.ts";

/** One comparison per dataset: its tables, and their columns. */
export function tableComparisons({ tables }: Rules): readonly Comparison[] {
  const datasets = [...new Set(Object.keys(tables).map(datasetOf))].toSorted();
  return datasets.map((dataset) => ({
    port: "warehouse",
    asked: `tables of ${dataset}`,
    ask: async ({ warehouse }, call) => {
      const there = new Set(await warehouse.tables(dataset, call));
      const declared = Object.entries(tables).filter(([name]) => datasetOf(name) === dataset);
      const compared = await Promise.all(
        declared.map(async ([name, { columns }]) => {
          if (!there.has(name)) return [missingTable(name)];
          const shape = await warehouse.describe(name, call);
          return missingColumns(name, Object.keys(columns), Object.keys(shape.columns));
        }),
      );
      return compared.flat();
    },
  }));
}

function datasetOf(table: string): string {
  return table.split(".")[0] ?? table;
}

function missingTable(name: string): Difference {
  return { about: `table ${name}`, said: `the file declares it, the project has no such table`, patch: { tables: { [name]: removed } } };
}

function missingColumns(table: string, declared: readonly string[], there: readonly string[]): readonly Difference[] {
  return declared
    .filter((column) => !there.includes(column))
    .map((column) => ({
      about: `column ${table}.${column}`,
      said: "the file declares it, the table has no such column",
      patch: { tables: { [table]: { columns: { [column]: removed } } } },
    }));
}
