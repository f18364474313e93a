import { BackendError, short } from "../errors.ts";
import type { ColumnKind } from "../pipeline/schema.ts";
import type { TableName } from "../ports/warehouse.ts";

// What every warehouse says in the same words.

export function missingTable(table: TableName, options?: ErrorOptions): BackendError {
  return new BackendError(
    "no_such_place",
    `there is no table ${table}`,
    `Check the project, the dataset and the spelling of ${table} in the pipeline file.`,
    options,
  );
}

/** Says "dataset" and never "table": whoever asked for a table learns from it which of the two is missing. */
export function missingDataset(dataset: string, place: TableName, options?: ErrorOptions): BackendError {
  return new BackendError(
    "no_such_place",
    place === dataset ? `there is no dataset ${dataset}` : `there is no dataset ${dataset} to look for ${place} in`,
    `Check the project, its location and the spelling of the dataset ${dataset} in the pipeline file.`,
    options,
  );
}

export function missingColumn(table: TableName, column: string, options?: ErrorOptions): BackendError {
  return new BackendError(
    "no_such_place",
    `${table} has no column ${short(column)}`,
    `Correct the columns of ${table} in the pipeline file, or restore ${short(column)}.`,
    options,
  );
}

export function tooManyRows(table: TableName, most: number): BackendError {
  return new BackendError(
    "partial",
    `${table} answers with more than ${most} rows; a part of them would prove nothing`,
    `Look at ${table} by hand, or narrow what is asked of it.`,
  );
}

export function tooManyTables(dataset: string, most: number): BackendError {
  return new BackendError(
    "partial",
    `${dataset} holds more than ${most} tables; a part of them would prove nothing`,
    `Look at the tables of ${dataset} by hand.`,
  );
}

export function tooCostly(table: TableName, bytes: number, maxBytes: number): BackendError {
  return new BackendError(
    "over_budget",
    `reading ${table} would cost about ${bytes} bytes, more than the ${maxBytes} that one answer may`,
    `Raise the byte limit, or check that ${table} is still partitioned.`,
  );
}

export function malformedValue(column: string, kind: ColumnKind, found: string): BackendError {
  return new BackendError(
    "malformed",
    `${column} answered ${found}, which is not of the declared kind ${kind}`,
    `Compare the type of ${column} with the pipeline file.`,
  );
}
