import type { CalendarDate } from "../../../../pipeline/dates.ts";
import { addMinutes, dateAt, instantOf } from "../../../../pipeline/dates.ts";
import type { FieldValue } from "../../../../ports/documents.ts";
import type { Plot } from "../plot.ts";
import { landings, runId } from "../plot.ts";
import type { Processor } from "./processors.ts";
import { processorsOf } from "./processors.ts";
import { fingerprint } from "./random.ts";

export type Fields = Readonly<Record<string, FieldValue>>;

/** A write to a document: its new fields, or undefined where it deletes the document. */
export interface DocumentWrite {
  readonly at: number;
  readonly deletes: boolean;
  fields(before: Fields): Fields;
}

export type CountRows = (table: string, date: CalendarDate, moment: number) => number;

/** What the tracker writes to a night's completion document: an entry two minutes after each landing, and its metadata. */
export function completionWrites(plot: Plot, date: CalendarDate, count: CountRows): readonly DocumentWrite[] {
  const { pipeline } = plot;
  const entries = processorsOf(pipeline).flatMap((processor) =>
    processor.name === undefined
      ? []
      : landings(plot, processor.table, date).map(({ at }) => entryWrite(plot, processor, date, addMinutes(at, 2), count)),
  );
  return expiring(plot, pipeline.file.completion.collection, date, entries);
}

/** The daily clean-up takes a date's document away once it is as old as the collection lets it become. */
export function expiring(
  { pipeline }: Plot,
  collection: string,
  date: CalendarDate,
  writes: readonly DocumentWrite[],
): readonly DocumentWrite[] {
  const keptDays = pipeline.file.collections[collection]?.expires_after_days;
  if (keptDays === undefined || writes.length === 0) return writes;
  return [...writes, deletion(instantOf(date, { day: keptDays + 1, hour: 3, minute: 0 }, pipeline.zone))];
}

export function deletion(at: Date): DocumentWrite {
  return { at: at.getTime(), deletes: true, fields: () => ({}) };
}

/** The fields are added to what the document holds. */
export function merge(at: Date, fields: (before: Fields) => Fields): DocumentWrite {
  return { at: at.getTime(), deletes: false, fields: (before) => ({ ...before, ...fields(before) }) };
}

/** A processor's entry as the tracker writes it after a run that went well. */
export function successEntry(className: string, completedAt: Date, records: number): Fields {
  const id = runId(className, completedAt);
  return {
    completed_at: timestamp(completedAt),
    correlation_id: fingerprint(`correlation ${id}`, 8),
    status: "success",
    record_count: records,
    execution_id: fingerprint(id, 8),
    is_incremental: false,
    entities_changed: [],
  };
}

export function timestamp(at: Date): { readonly $timestamp: string } {
  return { $timestamp: at.toISOString() };
}

function entryWrite(plot: Plot, processor: Processor, date: CalendarDate, at: Date, count: CountRows): DocumentWrite {
  return {
    at: at.getTime(),
    deletes: false,
    fields(before) {
      const entry = successEntry(processor.className, at, count(processor.table, date, at.getTime()));
      const fields = { ...before, [processor.name ?? processor.className]: entry };
      return { ...fields, ...metadata(plot, date, at, { before, fields }) };
    },
  };
}

/** The mode follows from the document's date against today's; the next phase is started once the mode's set is complete. */
function metadata(plot: Plot, date: CalendarDate, at: Date, { before, fields }: { before: Fields; fields: Fields }): Fields {
  const { modes } = plot.pipeline.file.completion;
  const today = dateAt(at, plot.pipeline.zone);
  const mode = date < today ? "overnight" : date === today ? "same_day" : "tomorrow";
  const recorded = Object.keys(fields).filter((name) => !name.startsWith("_"));
  const complete = (there: Fields): boolean => modes[mode].expected.every((name) => there[name] !== undefined);
  const counted = { _completed_count: recorded.length, _mode: mode };
  if (!complete(fields) || complete(before)) return { ...counted, _last_update: timestamp(at) };
  return { ...counted, _triggered: true, _triggered_at: timestamp(at), _trigger_reason: "all_complete" };
}
