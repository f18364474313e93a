/** Numbers drawn from a seed: the same seed gives the same run. */
export interface Dice {
  /** Whole, both ends included. */
  readonly whole: (low: number, high: number) => number;
  /** True with this probability. */
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** So many different ones, in a drawn order; all if there are fewer. */
  some<T>(from: readonly T[], count: number): readonly T[];
  /** Dice of their own for one thing, which others drawn before it don't change. */
  for(...names: readonly (string | number)[]): Dice;
}

export function diceOf(seed: number): Dice {
  const next = numbers(seed);
  const whole = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const some = <T>(from: readonly T[], count: number): readonly T[] => {
    const left = [...from];
    return Array.from({ length: Math.min(count, left.length) }, () => left.splice(whole(0, left.length - 1), 1)).flat();
  };
  return {
    whole,
    some,
    chance: (share) => next() < share,
    pick: <T>(from: readonly T[]): T => {
      if (from.length === 0) throw new Error("Nothing to pick from.");
      return from[whole(0, from.length - 1)] as T; // an index within
    },
    for: (...names) => diceOf(hashOf(`${seed} ${names.join(" ")}`)),
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

/** Mulberry32 (Tommy Ettinger, public domain): random enough to vary nights. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
