import type { Query, TableName } from "../../ports/warehouse.ts";
import { renderStatement } from "../statement.ts";

/** The neutral statement as DuckDB runs it. */
export function renderSql(query: Query, identifierOf: (table: TableName) => string): string {
  return renderStatement(query, { table: identifierOf, param: (name) => `$${name}` });
}
