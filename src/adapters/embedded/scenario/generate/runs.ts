import type { CalendarDate } from "../../../../pipeline/dates.ts";
import type { Row } from "../../../../ports/warehouse.ts";
import type { Plot, Processor, ProcessorRun, TableFacts } from "../plot.ts";
import { processorsOf, runsOf } from "../plot.ts";
import type { TableStep } from "../verbs.ts";
import type { CountRows } from "./documents.ts";

/** The run history of a night: a running row when a run starts, a final row when it ends; the first one stays. */
export function runSteps(plot: Plot, history: TableFacts, date: CalendarDate, count: CountRows): readonly TableStep[] {
  return processorsOf(plot.pipeline).flatMap((processor) =>
    runsOf(plot, processor, date).flatMap((run) => {
      const { startedAt, endedAt, status } = run;
      const running = row(history, processor, run, { date, status: "running", processedAt: null, records: null });
      const started = { at: startedAt.getTime(), apply: append(() => running) };
      if (status === "running") return [started];
      const ended = (): Row => {
        const records = run.records ?? (status === "success" ? count(processor.table, date, endedAt.getTime()) : 0);
        return row(history, processor, run, { date, status, processedAt: endedAt.toISOString(), records });
      };
      return [started, { at: endedAt.getTime(), apply: append(ended) }];
    }),
  );
}

function append(made: () => Row): TableStep["apply"] {
  return (before) => [...before, { game: "", row: made() }];
}

interface Outcome {
  readonly date: CalendarDate;
  readonly status: string;
  readonly processedAt: string | null;
  readonly records: number | null;
}

function row(history: TableFacts, processor: Processor, run: ProcessorRun, outcome: Outcome): Row {
  const { date, status, processedAt, records } = outcome;
  const service = processor.name === undefined ? "nba-phase4-precompute-processors-00121-kif" : "nba-phase3-analytics-processors-00189-rab";
  const values: Row = {
    processor_name: processor.className,
    run_id: run.id,
    status,
    started_at: run.startedAt.toISOString(),
    processed_at: processedAt,
    data_date: date,
    records_processed: records,
    output_table: processor.table.slice(processor.table.indexOf(".") + 1),
    cloud_run_revision: service,
  };
  return Object.fromEntries(Object.keys(history.columns).map((column) => [column, values[column] ?? null]));
}
