import type { CalendarDate } from "../../../pipeline/dates.ts";
import type { TableName } from "../../../ports/warehouse.ts";
import type { Span, StoredTable } from "../world.ts";
import type { Supplied } from "./files/supplied.ts";
import type { CountRows } from "./generate/documents.ts";
import { arriving, journalSteps, journalTables } from "./generate/journals.ts";
import { runSteps } from "./generate/runs.ts";
import type { Plot, TableFacts } from "./plot.ts";
import { concerns, landingOf, landings, replacesHealthy, tableFacts } from "./plot.ts";
import type { Change, Values } from "./scenario.ts";
import type { Partition, TableReader } from "./table-reader.ts";
import { tableReader } from "./table-reader.ts";
import { timeline } from "./timeline.ts";
import { totalsDates, totalsStep } from "./totals.ts";
import { matching, spreadRows, valuesStep } from "./values-change.ts";
import type { Stored, TableStep } from "./verbs.ts";
import { countKeys, duplicateStep, landingStep, removeStep } from "./verbs.ts";

/** Every table through time. Nothing of a table is made before it is asked for. */
export interface Tables {
  /** Undefined: no such table. */
  at(table: TableName, moment: number, span?: Span): StoredTable | undefined;
  readonly names: readonly TableName[];
  /** How many different keys the table holds for a date. */
  readonly count: CountRows;
}

export function tablesOf(plot: Plot): Tables {
  const partitions = new Map<string, Partition>();
  const readers = new Map<TableName, TableReader>();
  const quotas = quotasOf(plot, (table, date) => stepsOf(plot, table, date, { count, quota: quotas }));

  const partition = (table: TableName, date: CalendarDate): Partition => {
    const name = `${table} ${date}`;
    const made = partitions.get(name) ?? timeline<readonly Stored[]>([], stepsOf(plot, table, date, { count, quota: quotas }));
    partitions.set(name, made);
    return made;
  };
  const count: CountRows = (table, date, moment) =>
    isHeld(plot, table) ? countKeys(tableFacts(plot.pipeline, table, date), partition(table, date).at(moment)) : 0;

  return {
    count,
    names: Object.keys(plot.pipeline.file.tables).filter((table) => isHeld(plot, table)),
    at(table, moment, span) {
      const declared = plot.pipeline.file.tables[table];
      if (declared === undefined || !isHeld(plot, table)) return undefined;
      const supplied = plot.supplied?.tables.get(table);
      const read =
        readers.get(table) ??
        tableReader({
          columns: supplied?.columns ?? declared.columns,
          partition: declared.partition,
          // A night's rows of a table of instants are of its date and, in UTC, of the two days after it; files are parted by those.
          daysBeyond: supplied !== undefined || declared.columns[declared.partition]?.kind === "date" ? 0 : 2,
          dates: datesOf(plot, table),
          covers: supplied?.covers,
          partitionOf: (date) => partition(table, date),
        });
      readers.set(table, read);
      return read(moment, span);
    },
  };
}

function isHeld({ supplied, sources, pipeline }: Plot, table: TableName): boolean {
  if (supplied !== undefined) return supplied.tables.has(table);
  return sources.has(table) || table === pipeline.file.run_history || journalTables(pipeline).includes(table);
}

/** Dates with rows of their own: those that a normal night or the files fill, and those over which totals are spread. */
function datesOf(plot: Plot, table: TableName): readonly CalendarDate[] {
  const totals = plot.scenario.changes.filter((change) => change.verb === "totals" && change.table === table && change.night === "all");
  const spread = totals.flatMap((change) => (change.verb === "totals" ? totalsDates(plot, change) : []));
  return [...new Set([...usualDates(plot, table), ...spread])].toSorted();
}

function usualDates(plot: Plot, table: TableName): readonly CalendarDate[] {
  const { supplied, sources, season } = plot;
  if (supplied !== undefined) return [...(supplied.tables.get(table)?.rows.keys() ?? [])];
  return sources.get(table)?.dates?.(season) ?? season.processed;
}

interface Counts {
  readonly count: CountRows;
  readonly quota: Quota;
}

/** How many rows of a date a change sets; undefined where it does not say. */
type Quota = (change: Values, date: CalendarDate) => number | undefined;

/** A number of rows for all nights is shared out by what each holds just before the change. */
function quotasOf(plot: Plot, stepsAt: (table: TableName, date: CalendarDate) => readonly TableStep[]): Quota {
  const known = new Map<Values, ReadonlyMap<CalendarDate, number>>();
  return (change, date) => {
    if (change.night !== "all" || change.rows === undefined) return change.rows;
    const there = (day: CalendarDate): number => {
      const steps = stepsAt(change.table, day).toSorted((a, b) => a.at - b.at);
      const earlier = steps.slice(
        0,
        steps.findIndex((step) => step.change === change),
      );
      return matching(plot, change, day, timeline<readonly Stored[]>([], earlier).at(change.from.getTime())).length;
    };
    const spread = known.get(change) ?? spreadRows(plot, change, new Map(datesOf(plot, change.table).map((day) => [day, there(day)])));
    known.set(change, spread);
    return spread.get(date) ?? 0;
  };
}

function stepsOf(plot: Plot, table: TableName, date: CalendarDate, counts: Counts): readonly TableStep[] {
  const facts = tableFacts(plot.pipeline, table, date);
  const changes = plot.scenario.changes.filter((change) => "table" in change).filter((change) => concerns(plot, change, table, date));
  const told = changes.map((change): TableStep => ({ ...changeStep(plot, facts, change, date, counts.quota), change }));
  if (plot.supplied !== undefined) return [...suppliedSteps(plot.supplied, table, date), ...told];
  if (table === plot.pipeline.file.run_history) return [...runSteps(plot, facts, date, counts.count), ...told];
  if (journalTables(plot.pipeline).includes(table)) {
    const arrives = changes.filter((change) => change.verb === "arrive");
    const written = journalSteps(plot, facts, date);
    return [...(arrives.length === 0 ? written : arriving(written, arrives)), ...told.filter(({ change }) => change?.verb !== "arrive")];
  }
  if (changes.some(replacesHealthy) || !usualDates(plot, table).includes(date)) return told;
  return [...landings(plot, table, date).map((landing) => landingStep(plot, facts, landing)), ...told];
}

type RowChange = Extract<Change, { readonly table: TableName }>;

function changeStep(plot: Plot, facts: TableFacts, change: RowChange, date: CalendarDate, quota: Quota): TableStep {
  switch (change.verb) {
    case "arrive":
      return landingStep(plot, facts, landingOf(plot, change, date));
    case "duplicate":
      return duplicateStep(plot, facts, change, date);
    case "remove":
      return removeStep(plot, facts, change, date);
    case "totals":
      return totalsStep(plot, facts, change, date);
    case "values":
      return valuesStep(plot, facts, change, date, () => quota(change, date));
  }
}

function suppliedSteps({ tables }: Supplied, table: TableName, date: CalendarDate): readonly TableStep[] {
  const held = tables.get(table);
  const rows = held?.rows.get(date) ?? [];
  return [{ at: held?.from?.getTime() ?? -Infinity, apply: () => rows }];
}
