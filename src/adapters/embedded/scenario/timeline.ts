/** Something that happens to a stored thing at a moment (milliseconds since the epoch). */
export interface Step<T> {
  readonly at: number;
  apply(before: T): T;
}

/** A stored thing through time. The same value is given as long as nothing happened to it. */
export interface Timeline<T> {
  /** When something happened, in order. */
  readonly times: readonly number[];
  at(moment: number): T;
}

/** Steps take effect in order of time, those of one moment in the order given; each is computed when first looked at. */
export function timeline<T>(start: T, steps: readonly Step<T>[]): Timeline<T> {
  const ordered = steps.toSorted((a, b) => a.at - b.at);
  const times = ordered.map(({ at }) => at);
  const states: T[] = [];
  return {
    times,
    at(moment) {
      const count = countUpTo(times, moment);
      let state = states.length > 0 && count > 0 ? (states[Math.min(states.length, count) - 1] ?? start) : start;
      for (const step of ordered.slice(states.length, count)) {
        state = step.apply(state);
        states.push(state);
      }
      return state;
    },
  };
}

/** How many of the times, which are in order, are not after the moment. */
export function countUpTo(times: readonly number[], moment: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Infinity) <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
