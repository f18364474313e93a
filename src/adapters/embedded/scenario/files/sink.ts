import type { RawValue } from "./convert.ts";

/** What takes a file's rows, one by one in their order. */
export interface Sink {
  /** Told the file's columns before its first row; answers those that are wanted. */
  header(columns: readonly string[]): readonly string[];
  /** The wanted columns' values, and the row's place: its line, or its number where a format has no lines. */
  row(place: number, values: readonly (RawValue | null)[]): void;
}
