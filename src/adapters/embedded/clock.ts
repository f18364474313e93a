import type { StoreClock } from "./world.ts";

/** A scenario's clock: stands at `start` until it is advanced. */
export function storeClock(start: Date): StoreClock {
  let nowMs = start.getTime();
  return {
    now: () => new Date(nowMs),
    advance: (ms) => {
      nowMs += ms;
    },
  };
}
