/** A stream of invented numbers: the same parts always give the same stream, on every machine. */
export interface Random {
  /** From 0 (included) to 1 (not included). */
  next(): number;
  /** A whole number; both ends included. */
  whole(from: number, to: number): number;
  between(from: number, to: number): number;
  shuffled<T>(list: readonly T[]): T[];
}

export function random(...parts: readonly (string | number)[]): Random {
  const next = mulberry32(fnv1a(parts.join("/"), 0x811c9dc5));
  const whole = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    whole,
    between: (from, to) => from + next() * (to - from),
    shuffled: (list) =>
      list
        .map((item) => ({ item, place: next() }))
        .toSorted((a, b) => a.place - b.place)
        .map(({ item }) => item),
  };
}

/** Hexadecimal digits that stand for the text, as content hashes and ids do. */
export function fingerprint(text: string, digits: 8 | 16): string {
  const hex = (basis: number): string => fnv1a(text, basis).toString(16).padStart(8, "0");
  return digits === 8 ? hex(0x811c9dc5) : hex(0x811c9dc5) + hex(0x9747b28c);
}

function fnv1a(text: string, basis: number): number {
  let hash = basis;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** Tommy Ettinger's generator, public domain; 32 bits of state are plenty for invented box scores. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
