import { isCalendarDate } from "../../../pipeline/dates.ts";
import type { DocumentSnapshot, FieldValue } from "../../../ports/documents.ts";
import type { HealthyCollections } from "./generate/collections.ts";
import { healthyCollections } from "./generate/collections.ts";
import type { CountRows, DocumentWrite, Fields } from "./generate/documents.ts";
import { successEntry } from "./generate/documents.ts";
import { processorsOf } from "./generate/processors.ts";
import type { Plot } from "./plot.ts";
import type { SetDocument } from "./scenario.ts";
import type { Step, Timeline } from "./timeline.ts";
import { timeline } from "./timeline.ts";

/** Every document through time. A document's fields are made when it is read, its existence is known without that. */
export interface StoredDocuments {
  at(collection: string, id: string, moment: number): DocumentSnapshot | undefined;
  ids(collection: string, moment: number): readonly string[];
}

export function documentsOf(plot: Plot, count: CountRows): StoredDocuments {
  const writes = new Map<string, readonly DocumentWrite[]>();
  const read = new Map<string, Timeline<DocumentSnapshot | undefined>>();
  const healthy: HealthyCollections = plot.supplied === undefined ? healthyCollections(plot, count) : new Map();
  const known = namesOf(plot, healthy);

  const writesTo = (collection: string, id: string): readonly DocumentWrite[] => {
    const name = `${collection}/${id}`;
    const made = writes.get(name) ?? writesOf(plot, { collection, id, healthy: healthy.get(collection)?.writes(id) ?? [] }, count);
    writes.set(name, made);
    return made;
  };
  const at: StoredDocuments["at"] = (collection, id, moment) => {
    const name = `${collection}/${id}`;
    const made =
      read.get(name) ??
      timeline<DocumentSnapshot | undefined>(undefined, [
        ...suppliedSteps(plot, collection, id),
        ...writesTo(collection, id).map((write) => step(id, write)),
      ]);
    read.set(name, made);
    return made.at(moment);
  };
  return {
    at,
    ids(collection, moment) {
      const written = (id: string): boolean => writesTo(collection, id).findLast((write) => write.at <= moment)?.deletes === false;
      const there = (id: string): boolean => (plot.supplied === undefined ? written(id) : at(collection, id, moment) !== undefined);
      return [...(known.get(collection) ?? [])].filter(there).toSorted();
    },
  };
}

/** Ids that a collection holds at any time. */
function namesOf(plot: Plot, healthy: HealthyCollections): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map([...healthy].map(([collection, { ids }]) => [collection, new Set(ids)]));
  for (const [collection, { documents }] of plot.supplied?.collections ?? []) names.set(collection, new Set(documents.keys()));
  for (const change of plot.scenario.changes) {
    if (change.verb !== "set") continue;
    names.set(change.collection, (names.get(change.collection) ?? new Set<string>()).add(change.id));
  }
  return names;
}

/** A document of a file keeps the times that the file gives it. */
function suppliedSteps({ supplied }: Plot, collection: string, id: string): readonly Step<DocumentSnapshot | undefined>[] {
  const held = supplied?.collections.get(collection);
  const document = held?.documents.get(id);
  return document === undefined ? [] : [{ at: held?.from?.getTime() ?? -Infinity, apply: () => document }];
}

interface Asked {
  readonly collection: string;
  readonly id: string;
  /** What is written to it while all goes well. */
  readonly healthy: readonly DocumentWrite[];
}

function writesOf(plot: Plot, { collection, id, healthy }: Asked, count: CountRows): readonly DocumentWrite[] {
  const sets = plot.scenario.changes
    .filter((change) => change.verb === "set")
    .filter((change) => change.collection === collection && change.id === id);
  const takenOver = Math.min(...sets.filter((set) => set.whole || set.delete).map(({ from }) => from.getTime()));
  return [...healthy.filter(({ at }) => at < takenOver), ...sets.map((set) => setWrite(plot, set, count))].toSorted((a, b) => a.at - b.at);
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
  const processor = processorsOf(plot.pipeline).find((candidate) => candidate.name === name || candidate.key === name);
  const records = processor === undefined || !isCalendarDate(date) ? 0 : count(processor.table, date, completedAt.getTime());
  return successEntry(processor?.className ?? name, completedAt, records);
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
