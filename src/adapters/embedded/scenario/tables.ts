import type { CalendarDate } from "../../../pipeline/dates.ts";
import type { Row, TableName } from "../../../ports/warehouse.ts";
import type { StoredTable } from "../world.ts";
import type { CountRows } from "./generate/documents.ts";
import { runSteps } from "./generate/runs.ts";
import type { Plot } from "./plot.ts";
import { concerns, landingOf, landings, tableFacts } from "./plot.ts";
import type { Timeline } from "./timeline.ts";
import { countUpTo, timeline } from "./timeline.ts";
import type { Stored, TableStep } from "./verbs.ts";
import { countKeys, duplicateStep, landingStep, removeStep } from "./verbs.ts";

/** Every table through time. Nothing of a table is made before it is asked for. */
export interface Tables {
  /** Undefined: no such table. */
  at(table: TableName, moment: number): StoredTable | undefined;
  /** How many different keys the table holds for a date. */
  readonly count: CountRows;
}

type Partition = Timeline<readonly Stored[]>;

export function tablesOf(plot: Plot): Tables {
  const partitions = new Map<string, Partition>();
  const whole = new Map<TableName, (moment: number) => StoredTable>();

  const partition = (table: TableName, date: CalendarDate): Partition => {
    const name = `${table} ${date}`;
    const made = partitions.get(name) ?? timeline<readonly Stored[]>([], stepsOf(plot, table, date, count));
    partitions.set(name, made);
    return made;
  };
  const count: CountRows = (table, date, moment) =>
    isHeld(plot, table) ? countKeys(tableFacts(plot.pipeline, table, date), partition(table, date).at(moment)) : 0;

  return {
    count,
    at(table, moment) {
      const columns = plot.pipeline.file.tables[table]?.columns;
      if (columns === undefined || !isHeld(plot, table)) return undefined;
      const read =
        whole.get(table) ??
        wholeTable(
          columns,
          datesOf(plot, table).map((date) => partition(table, date)),
        );
      whole.set(table, read);
      return read(moment);
    },
  };
}

/** Reads all of a table's partitions; the same answer as long as none of them changed. */
function wholeTable(columns: StoredTable["columns"], parts: readonly Partition[]): (moment: number) => StoredTable {
  const times = [...new Set(parts.flatMap((part) => part.times))].toSorted((a, b) => a - b);
  const known = new Map<number, StoredTable>();
  return (moment) => {
    const turn = countUpTo(times, moment);
    const table = known.get(turn) ?? { columns, rows: rowsOf(parts, moment) };
    known.set(turn, table);
    return table;
  };
}

function rowsOf(parts: readonly Partition[], moment: number): readonly Row[] {
  return parts.flatMap((part) => part.at(moment).map(({ row }) => row));
}

function isHeld(plot: Plot, table: TableName): boolean {
  return plot.sources.has(table) || table === plot.pipeline.file.run_history;
}

function datesOf(plot: Plot, table: TableName): readonly CalendarDate[] {
  return plot.sources.get(table)?.dates?.(plot.season) ?? plot.season.processed;
}

function stepsOf(plot: Plot, table: TableName, date: CalendarDate, count: CountRows): readonly TableStep[] {
  const facts = tableFacts(plot.pipeline, table, date);
  const changes = plot.scenario.changes.filter((change) => "table" in change).filter((change) => concerns(plot, change, table, date));
  const told = changes.map((change) => {
    switch (change.verb) {
      case "arrive":
        return landingStep(plot, facts, landingOf(plot, change, date));
      case "duplicate":
        return duplicateStep(plot, facts, change, date);
      case "remove":
        return removeStep(plot, facts, change, date);
    }
  });
  if (table === plot.pipeline.file.run_history) return [...runSteps(plot, facts, date, count), ...told];
  if (changes.some(({ verb }) => verb === "arrive")) return told;
  return [...landings(plot, table, date).map((landing) => landingStep(plot, facts, landing)), ...told];
}
