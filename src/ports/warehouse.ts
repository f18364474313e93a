import type { ColumnKind } from "../pipeline/schema.ts";
import type { Call } from "./call.ts";

/** `dataset.table`; the project is the adapter's affair. */
export type TableName = string;

/** `YYYY-MM-DD` for a date, ISO 8601 in UTC for an instant, parsed JSON for json (and for repeated columns). */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Row = Readonly<Record<string, Value>>;

export type Param =
  | { readonly kind: "date"; readonly value: string }
  | { readonly kind: "instant"; readonly value: string }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "string"; readonly value: string };

/**
 * One statement of the closed reading catalogue. The text is written once, in the subset that BigQuery and DuckDB both
 * run; `{dataset.table}` marks a table and `@name` a parameter, which adapters render in their own way.
 */
export interface Query {
  readonly name: string;
  readonly sql: string;
  readonly params: Readonly<Record<string, Param>>;
  /** Every column of the result, with the kind its values must have; a value of another kind is `malformed`. */
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /** It may read much more than a night's rows: where bytes are billed they are asked for before it is run. */
  readonly heavy?: true;
}

export interface Answer {
  readonly rows: readonly Row[];
  /** Bytes billed, where the backend says so. */
  readonly bytes?: number;
}

export interface TableShape {
  /** Column names to the backend's own type names. */
  readonly columns: Readonly<Record<string, string>>;
}

/** Reads tables. There is no free SQL: a query comes from the catalogue in `evidence/looks`. */
export interface Warehouse {
  /** Every row the statement selects. No row is an answer; more rows than the budget allows throws `partial`. */
  query(ask: Query, call: Call): Promise<Answer>;
  /**
   * What a statement would read, without running it: the same refusals as of `query`, but for those of the answer. Bytes are
   * absent where the backend doesn't bill by them.
   */
  estimate(ask: Query, call: Call): Promise<{ readonly bytes?: number }>;
  /** Names of a dataset's tables and views, in order; a missing dataset throws `no_such_place`, more than the budget allows `partial`. */
  tables(dataset: string, call: Call): Promise<readonly TableName[]>;
  /** The columns a table really has. A table or dataset that is not there throws `no_such_place`. */
  describe(table: TableName, call: Call): Promise<TableShape>;
}
