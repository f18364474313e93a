import type { Asking } from "./asking.ts";
import type { Patch } from "./patch.ts";

/** One thing in which the pipeline file and the project don't agree. */
export interface Difference {
  /** `unit weekly-retrain` */
  readonly about: string;
  /** What the file says and what is there. */
  readonly said: string;
  /** Laid over the file, it agrees; absent where only a person can say what is right. */
  readonly patch?: Patch;
}

/** One part of the comparison: asks a port, and says how the file differs. */
export type Comparison = Asking<readonly Difference[]>;
