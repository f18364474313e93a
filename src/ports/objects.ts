import type { Call } from "./call.ts";

export interface StoredObject {
  /** `bucket/path/name.json`. */
  readonly path: string;
  /** ISO 8601, UTC. */
  readonly updatedAt: string;
  readonly sizeBytes: number;
  /** The content as UTF-8 text. */
  readonly text: string;
}

export interface Objects {
  /** Undefined if there is no such object, which is an answer; a missing bucket throws `no_such_place`; one larger than the budget's bytes throws `over_budget`. */
  get(ask: { readonly path: string }, call: Call): Promise<StoredObject | undefined>;
}
