import type { Call } from "./call.ts";

export interface StoredObject {
  /** `bucket/path/name.json`. */
  readonly path: string;
  /** ISO 8601, UTC. */
  readonly updatedAt: string;
  /** As it is stored, which may be packed. */
  readonly sizeBytes: number;
  /** The content, unpacked, as UTF-8 text. */
  readonly text: string;
}

export interface ObjectAsk {
  readonly path: string;
  /**
   * Nobody gave the bucket's name: the path begins with the part of the pipeline file that stands for it. Only a scenario
   * has a bucket of that name; elsewhere it may be a stranger's and is never asked, but refused as `not_supplied`.
   */
  readonly unnamed?: boolean | undefined;
}

export interface Objects {
  /** Undefined if there is no such object, which is an answer; a missing bucket throws `no_such_place`; one larger than the budget's bytes throws `over_budget`. */
  get(ask: ObjectAsk, call: Call): Promise<StoredObject | undefined>;
}
