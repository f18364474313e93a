import type { CalendarDate } from "../../../../pipeline/dates.ts";
import { addMinutes, dateAt } from "../../../../pipeline/dates.ts";
import type { Plot } from "../plot.ts";
import { workOf } from "../plot.ts";
import type { CountRows, DocumentWrite, Fields } from "./documents.ts";
import { expiring, merge, successEntry, timestamp } from "./documents.ts";
import type { Phase, Processor } from "./processors.ts";
import { processorsOf } from "./processors.ts";

/** The loaders' record: of its six entries two never come, so that it is never complete and starts nothing. */
export function rawRecord(plot: Plot, date: CalendarDate, count: CountRows): readonly DocumentWrite[] {
  const writes = entriesOf(plot, "phase_2_raw", date).map(({ processor, at }) =>
    entryWrite({ processor, date, at, count }, (fields, before) =>
      isOverseen(plot, at)
        ? { _completed_count: entryNames(fields).length, _first_completion_at: before["_first_completion_at"] ?? timestamp(at) }
        : {},
    ),
  );
  return expiring(plot, "phase2_completion", date, writes);
}

/** Phase 4's record starts the predictions once all five of its entries are in. */
export function precomputeRecord(plot: Plot, date: CalendarDate, count: CountRows): readonly DocumentWrite[] {
  const expected = processorsOf(plot.pipeline).filter(({ phase }) => phase === "phase_4_precompute").length;
  const writes = entriesOf(plot, "phase_4_precompute", date).map(({ processor, at }) =>
    entryWrite({ processor, date, at, count }, (fields, before) => ({
      _completed_count: entryNames(fields).length,
      // Text here, where Phase 2 has a timestamp.
      _first_completion_at: before["_first_completion_at"] ?? at.toISOString(),
      ...(entryNames(fields).length === expected && before["_triggered"] === undefined
        ? { _triggered: true, _triggered_at: timestamp(at), _trigger_reason: "all_complete" }
        : {}),
    })),
  );
  return expiring(plot, "phase4_completion", date, writes);
}

interface Entry {
  readonly processor: Processor;
  /** Two minutes after the rows. */
  readonly at: Date;
}

function entriesOf(plot: Plot, phase: Phase, date: CalendarDate): readonly Entry[] {
  return processorsOf(plot.pipeline)
    .filter((processor) => processor.phase === phase && processor.key !== undefined)
    .flatMap((processor) => workOf(plot, processor.table, date).map(({ at }) => ({ processor, at: addMinutes(at, 2) })))
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

interface Writing extends Entry {
  readonly date: CalendarDate;
  readonly count: CountRows;
}

/** Phase 2 and 4 know nothing of single entities. */
function entryWrite(writing: Writing, metadata: (fields: Fields, before: Fields) => Fields): DocumentWrite {
  const { processor, date, at, count } = writing;
  return merge(at, (before) => {
    const {
      is_incremental: _,
      entities_changed: __,
      ...entry
    } = successEntry(processor.className, at, count(processor.table, date, at.getTime()));
    const fields = { [processor.key ?? processor.className]: entry };
    return { ...fields, ...metadata({ ...before, ...fields }, before) };
  });
}

function entryNames(fields: Fields): readonly string[] {
  return Object.keys(fields).filter((name) => !name.startsWith("_"));
}

/** Its orchestrator was removed on that day; without it only the entries are written. */
function isOverseen(plot: Plot, at: Date): boolean {
  return dateAt(at, plot.pipeline.zone) < "2026-02-11";
}
