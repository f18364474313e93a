import type { Evidence, Gather } from "./evidence.ts";

export interface Recorder {
  readonly gather: Gather;
  /** Every look made, in the order they settled. */
  readonly made: Evidence<unknown>[];
  /** How many there will be, for whoever watches the progress. */
  readonly expect: (total: number) => void;
}

/** Keeps what was looked at, and tells how far the call has come. */
export function recording(gather: Gather, onProgress?: (done: number, total: number, look: string) => void): Recorder {
  const made: Evidence<unknown>[] = [];
  let expected = 0;
  return {
    made,
    expect: (total) => {
      expected = total;
    },
    gather: async (look) => {
      const evidence = await gather(look);
      made.push(evidence);
      onProgress?.(made.length, Math.max(expected, made.length), look.id);
      return evidence;
    },
  };
}
