import type { CountedTable } from "./counting.ts";

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
  readonly counted: ReadonlyMap<string, CountedTable>;
  readonly readersOf: (table: string) => readonly string[];
}

/**
 * Who has read the surplus since it was there, down the chain: a reader that was written after it for the same date, then
 * those that were written after that reader. Only what was counted can be told of.
 */
export function taintedBy({ table, counted, readersOf }: Asked): readonly Tainted[] {
  const writes = new Map([...counted].map(([name, { tally }]) => [name, new Map(tally.days.map((day) => [day.date, day.written]))]));
  const tainted = new Map<string, { dates: Set<string>; last: Date }>();
  for (const { date, surplus, since } of counted.get(table)?.tally.days ?? []) {
    if (surplus === 0 || since === undefined) continue;
    const from = new Map([[table, since]]);
    for (const [source, read] of from) {
      for (const reader of readersOf(source).filter((name) => !from.has(name))) {
        const written = writes.get(reader)?.get(date);
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
