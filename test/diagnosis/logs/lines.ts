import type { LoggedLine } from "../../../src/evidence/looks/logs.ts";

/** A line; `at` in seconds. */
export function line({ at = 0, ...given }: Partial<Omit<LoggedLine, "at">> & { readonly at?: number } = {}): LoggedLine {
  return { at: new Date(at * 1000).toISOString(), severity: "INFO", revision: null, text: "A line", run: null, table: null, ...given };
}

/** The same numbers for the same seed, from 0 to below what is asked. */
export function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
