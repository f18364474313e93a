import type { CalendarDate } from "../../../pipeline/dates.ts";
import { addDays, calendarDateOf } from "../../../pipeline/dates.ts";
import type { Column } from "../../../pipeline/schema.ts";
import type { Row } from "../../../ports/warehouse.ts";
import type { Dates, Span, StoredTable } from "../world.ts";
import type { Timeline } from "./timeline.ts";
import { countUpTo } from "./timeline.ts";
import type { Stored } from "./verbs.ts";

export type Partition = Timeline<readonly Stored[]>;

/** A table as its parts: nothing of a date is made before somebody asks for it. */
export interface HeldTable {
  readonly columns: Readonly<Record<string, Column>>;
  /** The column whose date says which partition a row is of. */
  readonly partition: string;
  /** So many days after a partition's date its rows may still be dated. */
  readonly daysBeyond: number;
  readonly dates: readonly CalendarDate[];
  readonly covers?: Dates | undefined;
  partitionOf(date: CalendarDate): Partition;
}

/** Reads a table, or the part of it within a span: the same answer as long as nothing in it changed. */
export type TableReader = (moment: number, span?: Span) => StoredTable;

/** Parts that are remembered; one that is forgotten is put together again when it is asked for. */
const mostParts = 200;

export function tableReader(held: HeldTable): TableReader {
  const readers = new Map<string, (moment: number) => StoredTable>();
  return (moment, wanted) => {
    const span = wanted !== undefined && wanted.column === held.partition ? wanted : undefined;
    const name = span === undefined ? "whole" : `${span.from} ${span.to}`;
    const read = readers.get(name) ?? partReader(held, span);
    readers.delete(name);
    readers.set(name, read);
    const [oldest] = readers.keys();
    if (readers.size > mostParts && oldest !== undefined) readers.delete(oldest);
    return read(moment);
  };
}

function partReader(held: HeldTable, span: Span | undefined): (moment: number) => StoredTable {
  const dates = span === undefined ? held.dates : within(held, span);
  const parts = dates.map((date) => held.partitionOf(date));
  const times = [...new Set(parts.flatMap((part) => part.times))].toSorted((a, b) => a - b);
  const known = new Map<number, StoredTable>();
  return (moment) => {
    const turn = countUpTo(times, moment);
    const table = known.get(turn) ?? madeWhenRead(held, span, () => parts.flatMap((part) => part.at(moment).map(({ row }) => row)));
    known.set(turn, table);
    return table;
  };
}

function within({ dates, daysBeyond }: HeldTable, span: Span): readonly CalendarDate[] {
  const from = daysBeyond === 0 ? span.from : addDays(calendarDateOf(span.from), -daysBeyond);
  return dates.filter((date) => from <= date && date <= span.to);
}

/** Who asks for the columns only doesn't wait for rows. */
function madeWhenRead({ columns, covers }: HeldTable, span: Span | undefined, make: () => readonly Row[]): StoredTable {
  let rows: readonly Row[] | undefined;
  return {
    columns,
    span,
    covers,
    get rows() {
      return (rows ??= make());
    },
  };
}
