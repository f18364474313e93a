import type { Call } from "./call.ts";

/**
 * A field's value in one form for every document store. A stored timestamp is `{ $timestamp }` (ISO 8601, UTC, what is finer
 * than a millisecond cut off), so that it can't be taken for a string that looks like one; both kinds occur in one document here.
 * Bytes are `{ $bytes }` in base64, a reference is the path of what it refers to, a geographical point a map. What JSON can't
 * hold as it is stored (an integer above 2^53, no number, infinity) makes its document `malformed`.
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
  /** Several documents of one collection in one request, in the order asked for; undefined in the place of each that isn't there. */
  getMany(
    ask: { readonly collection: string; readonly ids: readonly string[] },
    call: Call,
  ): Promise<readonly (DocumentSnapshot | undefined)[]>;
  /** How many documents a collection holds, none read; 0 for an empty or unknown one. */
  count(ask: { readonly collection: string }, call: Call): Promise<number>;
  /**
   * The document with the greatest value in that field, by the store's order of values (a text is greater than any
   * timestamp), of several with it the one with the greatest id; documents without the field are passed over. Undefined if none
   * has it. `field` is a name, not a path: a dot in it is a part of the name.
   */
  greatest(ask: { readonly collection: string; readonly field: string }, call: Call): Promise<DocumentSnapshot | undefined>;
  /** Ids in order of id, at most `limit`. An empty or unknown collection lists nothing. */
  list(ask: { readonly collection: string; readonly limit: number }, call: Call): Promise<readonly string[]>;
}
