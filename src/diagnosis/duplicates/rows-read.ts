import type { Surplus } from "../../checks/surplus.ts";
import { surplusOf } from "../../checks/surplus.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { rowsOf } from "../../evidence/looks/tables.ts";
import type { Asking } from "../../inquiring.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { isCalendarDate } from "../../pipeline/dates.ts";
import type { TableRules } from "../../pipeline/load.ts";
import type { CountedTable } from "./counting.ts";

/** Rows of a date with surplus, as they were read. */
export interface ReadDay {
  readonly table: string;
  readonly declared: TableRules;
  readonly date: CalendarDate;
  readonly rows: TableFacts["rows"];
  readonly surplus: Surplus;
  /** Columns of the keep rule that the table lacks: without them another copy would stay. */
  readonly unkept: readonly string[];
}

export interface Reading {
  readonly days: readonly ReadDay[];
  /** Every look that was made for it. */
  readonly looks: readonly Evidence<unknown>[];
}

/** Partitions whose rows are read in one call, and of each table first of all. */
const mostRead = 30;
const readOfEach = 3;

/** The worst dates of each table, then the worst of all. */
export async function readDays({ session, asOf, gather }: Asking, affected: readonly CountedTable[]): Promise<Reading> {
  const worst = affected.flatMap((counted) =>
    counted.tally.days
      .flatMap(({ date, surplus }) => (surplus > 0 && date !== undefined && isCalendarDate(date) ? [{ counted, date, surplus }] : []))
      .toSorted((a, b) => b.surplus - a.surplus || (a.date < b.date ? 1 : -1))
      .map((day, rank) => ({ ...day, rank: Math.max(0, rank - readOfEach + 1) })),
  );
  const chosen = worst.toSorted((a, b) => a.rank - b.rank || b.surplus - a.surplus).slice(0, mostRead);
  const read = await Promise.all(
    chosen.map(async ({ counted: { table, declared }, date, surplus: expected }) => {
      const look = await gather(rowsOf(session.pipeline.rulesOn(date, asOf), date, table));
      const only = declared.once_where;
      const rows = look.seen ? look.facts.rows.filter((row) => only === undefined || row[only] === true) : [];
      const surplus = surplusOf(rows, declared);
      const absent = look.seen ? look.facts.absent : [];
      const unkept = declared.keep.flatMap(({ column }) => (absent.includes(column) ? [column] : []));
      // Rows that are others than those counted are being written: nothing may be said of how they stay.
      return { look, day: look.seen && surplus.rows === expected ? { table, declared, date, rows, surplus, unkept } : undefined };
    }),
  );
  return { days: read.flatMap(({ day }) => day ?? []), looks: read.map(({ look }) => look) };
}
