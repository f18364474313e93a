/** What may be kept: JSON as it parses. Nothing that JSON would bend: no undefined, no NaN, no Date. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Of the whole store. A store that says a greater one was written by a newer Postgame. */
export const stateSchemaVersion = 1;

export const stateLimits = {
  /** Most characters of a key. */
  keyCharacters: 200,
  /** Most bytes of one value as JSON text in UTF-8. */
  valueBytes: 4 * 2 ** 20,
} as const;

export interface StateCall {
  /** Aborted when the answer is no longer wanted: a waiting method rejects with `deadline`; a write that has begun is finished. */
  readonly signal: AbortSignal;
}

export interface StateEntry {
  readonly key: string;
  readonly value: JsonValue;
  /** Another one with every write, also after a deletion. Means nothing but itself. */
  readonly version: string;
}

export interface StateListing {
  /** In order of key, at most as many as asked for. */
  readonly keys: readonly string[];
  /** How many keys there are with that prefix. */
  readonly total: number;
  /** How many more there were that could not be read and were set aside. */
  readonly setAside: number;
}

/** What must hold for a write to happen: that nobody has written the key, or that nobody has since this version. */
export type WriteCondition = { readonly ifAbsent: true } | { readonly ifVersion: string };

/**
 * Postgame's own memory: a small key-value store that several processes share. A key is `<namespace>/<name>`, each part
 * `[a-z0-9]` followed by `[a-z0-9_.-]`; another key, or a value that is not JSON, is a bug and throws `TypeError`.
 *
 * Every method throws a `UserError` for a store of a newer schema version (which is left as it is), and a `BackendError`
 * where the store can't be asked: `denied`, `unavailable` (no space, a lock that stays held, any other failure), `deadline`.
 * A write that threw has not happened, or has happened whole.
 */
export interface State {
  /** One entry; undefined if nothing is kept under the key. One that can't be read is set aside and throws `malformed`, then and later. */
  get(ask: { readonly key: string }, call: StateCall): Promise<StateEntry | undefined>;
  /**
   * Writes one entry and answers its new version. Throws `conflict` if the condition doesn't hold, `over_budget` for a value
   * beyond the limit, `malformed` if what is there can't be read (it is set aside; a write without condition can follow).
   */
  put(ask: { readonly key: string; readonly value: JsonValue; readonly only?: WriteCondition }, call: StateCall): Promise<string>;
  /** Keys that begin with the prefix, which names at least a namespace: `reports/`. An unknown namespace lists nothing. */
  list(
    ask: { readonly prefix: string; readonly limit: number; readonly order: "ascending" | "descending" },
    call: StateCall,
  ): Promise<StateListing>;
  /** Removes the keys, one after the other; one that isn't there is no error. */
  delete(ask: { readonly keys: readonly string[] }, call: StateCall): Promise<void>;
}
