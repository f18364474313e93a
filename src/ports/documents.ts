import type { Call } from "./call.ts";

/**
 * A field's value in one form for every document store. A stored timestamp is `{ $timestamp }` (ISO 8601, UTC), so that it
 * can't be taken for a string that looks like one; both kinds occur in one document here.
 */
export type FieldValue =
  | string
  | number
  | boolean
  | null
  | { readonly $timestamp: string }
  | readonly FieldValue[]
  | { readonly [key: string]: FieldValue };

export interface DocumentSnapshot {
  readonly id: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** ISO 8601, UTC. */
  readonly createTime: string;
  /** ISO 8601, UTC; changes only when a field did. */
  readonly updateTime: string;
}

export interface Documents {
  /** One document; undefined if it isn't there, which is an answer. A missing database throws `no_such_place`. */
  get(ask: { readonly collection: string; readonly id: string }, call: Call): Promise<DocumentSnapshot | undefined>;
  /** Ids in order of id, at most `limit`. An empty or unknown collection lists nothing. */
  list(ask: { readonly collection: string; readonly limit: number }, call: Call): Promise<readonly string[]>;
}
