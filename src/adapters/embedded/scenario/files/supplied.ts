import type { CalendarDate } from "../../../../pipeline/dates.ts";
import type { Column } from "../../../../pipeline/schema.ts";
import type { DocumentSnapshot } from "../../../../ports/documents.ts";
import type { TableName } from "../../../../ports/warehouse.ts";
import type { Stored } from "../verbs.ts";

/** All that the files of a scenario hold. What is not in here was not supplied: nothing may be said of it. */
export interface Supplied {
  readonly tables: ReadonlyMap<TableName, SuppliedTable>;
  readonly collections: ReadonlyMap<string, SuppliedCollection>;
}

export interface SuppliedTable<R = Stored> {
  /** The declared columns that the file has. */
  readonly columns: Readonly<Record<string, Column>>;
  readonly partition: string;
  /** By the date of their partition; of instants that is their day in UTC, as BigQuery parts them. */
  readonly rows: ReadonlyMap<CalendarDate, readonly R[]>;
  /** Dates of which it holds every row, also those that have none. */
  readonly covers: { readonly from: CalendarDate; readonly to: CalendarDate };
  /** When the rows came to be there; from the beginning if absent. */
  readonly from: Date | undefined;
}

export interface SuppliedCollection {
  readonly documents: ReadonlyMap<string, DocumentSnapshot>;
  readonly from: Date | undefined;
}
