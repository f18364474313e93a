import type { TableFacts } from "../evidence/looks/tables.ts";
import type { Rules } from "../pipeline/load.ts";
import { tableRules } from "../pipeline/load.ts";
import type { Finding } from "./finding.ts";
import { unknown } from "./finding.ts";

/** What is to be said where the table lacks columns that the judge needs: null in every row is not what they hold. */
export function withoutColumns(
  table: string,
  { absent }: Pick<TableFacts, "absent">,
  needed: readonly string[],
  rules: Rules,
): Finding | undefined {
  const { columns } = tableRules(rules, table);
  const missing = needed.filter((column) => absent.includes(column) || !Object.hasOwn(columns, column)).join(", ");
  if (missing === "") return undefined;
  return unknown(
    "no_column",
    `${table} has no column ${missing}`,
    `Correct the columns of ${table} in the pipeline file, or restore ${missing}.`,
  );
}
