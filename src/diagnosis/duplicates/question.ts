import type { Window } from "../../evidence/looks/duplicates.ts";

export interface Question {
  readonly tables: readonly string[];
  /** Whether the caller has named them. */
  readonly named: boolean;
  readonly window: Window;
  /** The window is all there is: nothing is read, only counted. */
  readonly whole: boolean;
  /** Nothing was said of dates: what is older than the window is counted as well. */
  readonly older: boolean;
}

export function headlineOf({ window: { from, to }, whole }: Question): string {
  return whole ? "over whole tables" : from === to ? `on ${from}` : `from ${from} to ${to}`;
}

export function windowOf({ window, whole }: Question): Readonly<Record<string, string>> {
  return whole ? { window: "whole tables" } : { from: window.from, to: window.to };
}
