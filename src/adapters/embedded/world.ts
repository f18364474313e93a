import type { Refusal } from "../../errors.ts";
import type { Column } from "../../pipeline/schema.ts";
import type { DocumentSnapshot } from "../../ports/documents.ts";
import type { Port } from "../../ports/ports.ts";
import type { Row, TableName } from "../../ports/warehouse.ts";

/** A table as it is stored at one moment. `rows` is the same array as long as nothing changed, so it can be cached by identity. */
export interface StoredTable {
  readonly columns: Readonly<Record<string, Column>>;
  readonly rows: readonly Row[];
}

/** A backend that fails on request, because a check never shown a failing backend is not tested. */
export interface Failure {
  readonly port: Port;
  /** Look id or its beginning (`cache-rows`), table (`nba_precompute.player_daily_cache`) or collection; all of the port's if absent. */
  readonly target?: string;
  /** `empty` answers as if nothing were there; `garbage` answers something the adapter must refuse as malformed. */
  readonly with: Refusal | "empty" | "garbage";
}

/** What the embedded stores hold at one moment. */
export interface World {
  /** Undefined: no such table. */
  table(name: TableName): StoredTable | undefined;
  /** Undefined: no such document. */
  document(collection: string, id: string): DocumentSnapshot | undefined;
  /** Ids of a collection's documents in order; none for an unknown collection. */
  documentIds(collection: string): readonly string[];
  readonly failures: readonly Failure[];
  /** First and last date that the stores hold in full; beyond them nothing was supplied, which is not "nothing there". */
  readonly covers?: { readonly from: string; readonly to: string };
}

/** All moments of a scenario. Asking for an earlier moment is allowed and sees what was there then. */
export interface Stores {
  at(moment: Date): World;
}

/** The stores' clock: stands still but for the second look, which moves it instead of waiting. */
export interface StoreClock {
  now(): Date;
  advance(ms: number): void;
}
