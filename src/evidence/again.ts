import type { Look } from "./evidence.ts";

const ordinals = ["", "first", "second", "third"] as const;

/** The same look under another id, so that it is made anew; what it comes after is meant anew too. */
export function nthTime<F>(look: Look<F>, nth: number): Look<F> {
  const name = (id: string) => `${id} (${ordinals[nth]} look)`;
  return { ...look, id: name(look.id), after: look.after.map(name) };
}
