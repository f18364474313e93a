import type { CalendarDate } from "../../../../pipeline/dates.ts";
import type { Row } from "../../../../ports/warehouse.ts";
import { unitsOf } from "../beyond/units.ts";
import type { Plot, ProcessorRun, TableFacts } from "../plot.ts";
import { runsOf } from "../plot.ts";
import type { TableStep } from "../verbs.ts";
import type { CountRows } from "./documents.ts";
import type { Processor } from "./processors.ts";
import { processorsOf } from "./processors.ts";

/** The run history of a night: a running row when a run starts, a final row when it ends; the first one stays. */
export function runSteps(plot: Plot, history: TableFacts, date: CalendarDate, count: CountRows): readonly TableStep[] {
  return processorsOf(plot.pipeline).flatMap((processor) =>
    runsOf(plot, processor, date).flatMap((run) => {
      const { startedAt, endedAt, status } = run;
      const revision = unitsOf(plot).serving(processor.unit, startedAt.getTime()) ?? null;
      const running = row(history, processor, run, { date, status: "running", processedAt: null, records: null, revision });
      const started = { at: startedAt.getTime(), apply: append(() => running) };
      if (status === "running") return [started];
      const ended = (): Row => {
        const records = run.records ?? (status === "success" ? count(processor.table, date, endedAt.getTime()) : 0);
        return row(history, processor, run, { date, status, processedAt: endedAt.toISOString(), records, revision });
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
  readonly revision: string | null;
}

function row(history: TableFacts, processor: Processor, run: ProcessorRun, outcome: Outcome): Row {
  const { date, status, processedAt, records, revision } = outcome;
  const [dataset = "", table = ""] = processor.table.split(".");
  const values: Row = {
    processor_name: processor.className,
    run_id: run.id,
    status,
    started_at: run.startedAt.toISOString(),
    processed_at: processedAt,
    data_date: date,
    records_processed: records,
    phase: processor.phase,
    output_dataset: dataset,
    output_table: table,
    trigger_source: triggerOf(processor, date, run.startedAt),
    cloud_run_service: processor.unit,
    cloud_run_revision: revision,
    skipped: status === "skipped",
    skip_reason: status === "skipped" ? "Another instance is processing" : null,
    failure_category: status === "failed" ? "processing_error" : null,
  };
  return Object.fromEntries(Object.keys(history.columns).map((column) => [column, values[column] ?? null]));
}

/** Jobs start what is done before the games, and grading; after them each phase is started by the one before it. */
function triggerOf({ phase }: Processor, date: CalendarDate, startedAt: Date): string {
  const isByJob = phase === "grading" || (phase !== "phase_2_raw" && startedAt.toISOString().slice(0, 10) <= date);
  return isByJob ? "scheduler" : "pubsub";
}
