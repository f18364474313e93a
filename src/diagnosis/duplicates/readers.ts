import type { Tally } from "./tally.ts";

/** A table that was written from doubled rows, and must be computed again. */
export interface Tainted {
  readonly table: string;
  readonly dates: number;
  /** Its newest write of those dates. */
  readonly last: Date;
}

interface Asked {
  /** The table with the surplus. */
  readonly table: string;
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly readersOf: (table: string) => readonly string[];
}

/**
 * Who has read the surplus since it was there, down the chain: a reader that was written after it for the same date, then
 * those that were written after that reader. Only what was counted can be told of.
 */
export function taintedBy({ table, tallies, readersOf }: Asked): readonly Tainted[] {
  const tainted = new Map<string, { dates: Set<string>; last: Date }>();
  for (const { date, surplus, since } of tallies.get(table)?.days ?? []) {
    if (surplus === 0 || since === undefined) continue;
    const from = new Map([[table, since]]);
    for (const [source, read] of from) {
      for (const reader of readersOf(source).filter((name) => !from.has(name))) {
        const written = tallies.get(reader)?.days.find((day) => day.date === date)?.written;
        if (written === undefined || written.last <= read) continue;
        // A Map goes on to what is added on the way: that is how the chain is followed.
        from.set(reader, written.first > read ? written.first : written.last);
        const { dates, last } = tainted.get(reader) ?? { dates: new Set(), last: written.last };
        tainted.set(reader, { dates: dates.add(date ?? ""), last: last > written.last ? last : written.last });
      }
    }
  }
  return [...tainted].map(([name, { dates, last }]) => ({ table: name, dates: dates.size, last }));
}
