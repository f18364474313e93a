import { isCalendarDate } from "../../../pipeline/dates.ts";
import type { DocumentSnapshot, FieldValue } from "../../../ports/documents.ts";
import type { CountRows, DocumentWrite, Fields } from "./generate/documents.ts";
import { completionWrites, successEntry } from "./generate/documents.ts";
import type { Plot } from "./plot.ts";
import { processorsOf } from "./plot.ts";
import type { SetDocument } from "./scenario.ts";
import type { Timeline } from "./timeline.ts";
import { timeline } from "./timeline.ts";

/** Every document through time. A document's fields are made when it is read, its existence is known without that. */
export interface StoredDocuments {
  at(collection: string, id: string, moment: number): DocumentSnapshot | undefined;
  ids(collection: string, moment: number): readonly string[];
}

export function documentsOf(plot: Plot, count: CountRows): StoredDocuments {
  const writes = new Map<string, readonly DocumentWrite[]>();
  const read = new Map<string, Timeline<DocumentSnapshot | undefined>>();
  const known = namesOf(plot);

  const writesTo = (collection: string, id: string): readonly DocumentWrite[] => {
    const name = `${collection}/${id}`;
    const made = writes.get(name) ?? writesOf(plot, collection, id, count);
    writes.set(name, made);
    return made;
  };
  return {
    at(collection, id, moment) {
      const name = `${collection}/${id}`;
      const made =
        read.get(name) ??
        timeline<DocumentSnapshot | undefined>(
          undefined,
          writesTo(collection, id).map((write) => step(id, write)),
        );
      read.set(name, made);
      return made.at(moment);
    },
    ids(collection, moment) {
      const there = (id: string): boolean => writesTo(collection, id).findLast(({ at }) => at <= moment)?.deletes === false;
      return [...(known.get(collection) ?? [])].filter(there).toSorted();
    },
  };
}

/** Ids that a collection holds at any time. */
function namesOf(plot: Plot): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>([[plot.pipeline.file.completion.collection, new Set(plot.season.processed)]]);
  for (const change of plot.scenario.changes) {
    if (change.verb !== "set") continue;
    names.set(change.collection, (names.get(change.collection) ?? new Set<string>()).add(change.id));
  }
  return names;
}

function writesOf(plot: Plot, collection: string, id: string, count: CountRows): readonly DocumentWrite[] {
  const sets = plot.scenario.changes
    .filter((change) => change.verb === "set")
    .filter((change) => change.collection === collection && change.id === id);
  const takenOver = Math.min(...sets.filter((set) => set.whole || set.delete).map(({ from }) => from.getTime()));
  const healthy = healthyWrites(plot, collection, id, count).filter(({ at }) => at < takenOver);
  return [...healthy, ...sets.map((set) => setWrite(plot, set, count))].toSorted((a, b) => a.at - b.at);
}

function healthyWrites(plot: Plot, collection: string, id: string, count: CountRows): readonly DocumentWrite[] {
  if (collection !== plot.pipeline.file.completion.collection || !isCalendarDate(id)) return [];
  return plot.season.processed.includes(id) ? completionWrites(plot, id, count) : [];
}

function setWrite(plot: Plot, set: SetDocument, count: CountRows): DocumentWrite {
  return {
    at: set.from.getTime(),
    deletes: set.delete,
    fields(before) {
      const kept = Object.entries(set.whole ? {} : before).filter(([name]) => !set.drop.includes(name));
      const written = Object.entries(set.fields).map(([name, value]): [string, FieldValue] => [
        name,
        "value" in value ? value.value : entryOf(plot, name, set.id, value.entryAt, count),
      ]);
      return Object.fromEntries([...kept, ...written]);
    },
  };
}

/** The entry of a run that ended then; its record count is what its table held, 0 for a processor without a table here. */
function entryOf(plot: Plot, name: string, date: string, completedAt: Date, count: CountRows): Fields {
  const processor = processorsOf(plot.pipeline).find((candidate) => candidate.name === name);
  const records = processor === undefined || !isCalendarDate(date) ? 0 : count(processor.table, date, completedAt.getTime());
  return successEntry(processor ?? { name, className: name, table: "" }, completedAt, records);
}

function step(id: string, write: DocumentWrite) {
  return {
    at: write.at,
    apply(before: DocumentSnapshot | undefined): DocumentSnapshot | undefined {
      if (write.deletes) return undefined;
      const fields = write.fields(before?.fields ?? {});
      if (before !== undefined && JSON.stringify(before.fields) === JSON.stringify(fields)) return before;
      const updateTime = new Date(write.at).toISOString();
      return { id, fields, createTime: before?.createTime ?? updateTime, updateTime };
    },
  };
}
