import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import type { DocumentSnapshot, Documents } from "../../ports/documents.ts";
import { readAs } from "../read-as.ts";
import type { Permission } from "../refusal-words.ts";
import { refusalWords } from "../refusal-words.ts";
import { askForLess, tooMany } from "../too-many.ts";
import { whileWanted } from "../while-wanted.ts";
import type { Cloud } from "./cloud.ts";
import { backendErrorOf } from "./errors.ts";
import { storedFields } from "./firestore-values.ts";
import type { FirestoreWire } from "./firestore-wire.ts";
import { firestoreWire } from "./firestore-wire.ts";
import { instant } from "./wire-values.ts";

/** Documents of one Firestore database. */
export function googleDocuments(cloud: Cloud): Documents {
  const wire = firestoreWire(cloud);
  const asking = <T>(place: string, permission: Permission, call: Call, work: (reads: Reads) => Promise<T>): Promise<T> =>
    whileWanted(call, async (over) => {
      try {
        return await work({ wire, call, over, place });
      } catch (error) {
        throw databaseProblem(error, place, cloud) ?? backendErrorOf(error, { service: "documents", place, permission }, cloud);
      }
    });
  return {
    get: ({ collection, id }, call) =>
      asking(`${collection}/${id}`, "datastore.entities.get", call, async (reads) => (await getMany(reads, collection, [id]))[0]),
    getMany: ({ collection, ids }, call) =>
      asking(placeOf(collection, ids), "datastore.entities.get", call, (reads) => getMany(reads, collection, ids)),
    count: ({ collection }, call) => asking(collection, "datastore.entities.list", call, (reads) => count(reads, collection)),
    greatest: ({ collection, field }, call) =>
      asking(collection, "datastore.entities.list", call, (reads) => greatest(reads, collection, field)),
    list: ({ collection, limit }, call) => asking(collection, "datastore.entities.list", call, (reads) => list(reads, collection, limit)),
  };
}

/** One question while it is asked. */
interface Reads {
  readonly wire: FirestoreWire;
  readonly call: Call;
  readonly over: AbortSignal;
  readonly place: string;
}

async function getMany(reads: Reads, collection: string, ids: readonly string[]): Promise<readonly (DocumentSnapshot | undefined)[]> {
  const { wire, call, over, place } = reads;
  if (ids.length > call.budget.maxRows) throw tooMany(`documents of ${collection} asked for`, call.budget.maxRows, askForLess);
  const asked = [...new Set(ids.filter(canBeId))];
  const documents = asked.map((id) => `${pathOf(wire, collection)}${id}`);
  const replies = asked.length === 0 ? [] : await wire.read("batchGetDocuments", { database: wire.database, documents }, call, over);
  const answered = new Map<string, DocumentSnapshot | undefined>();
  for (const reply of readAs(gotten, replies, place, "document")) {
    if (reply.result === "missing") answered.set(reply.missing, undefined);
    else answered.set(reply.found.name, snapshotOf(reply.found, reads, collection));
  }
  // Absence is said, document by document: one that nothing was said about is not absent.
  if (!documents.every((name) => answered.has(name))) throw refused("partial", place);
  return ids.map((id) => answered.get(`${pathOf(wire, collection)}${id}`));
}

async function count({ wire, call, over, place }: Reads, collection: string): Promise<number> {
  const structuredAggregationQuery = {
    structuredQuery: { from: [{ collectionId: collection }] },
    aggregations: [{ alias: "count", count: {} }],
  };
  const request = { parent: `${wire.database}/documents`, structuredAggregationQuery };
  const [first, ...others] = readAs(counted, await wire.read("runAggregationQuery", request, call, over), place, "count");
  if (first === undefined || others.length > 0) throw refused("partial", place);
  return first.result.aggregateFields.count.integerValue;
}

async function greatest(reads: Reads, collection: string, field: string): Promise<DocumentSnapshot | undefined> {
  const orderBy = [{ field: { fieldPath: fieldPathOf(field) }, direction: "DESCENDING" as const }];
  const found = await query(reads, collection, { orderBy, limit: { value: 1 } });
  const [document] = readAs(storedDocuments, found, reads.place, "document");
  return document === undefined ? undefined : snapshotOf(document, reads, collection);
}

/** A query for names, not the list of documents: that one also shows what is only the parent of other documents. */
async function list(reads: Reads, collection: string, limit: number): Promise<readonly string[]> {
  const { maxRows } = reads.call.budget;
  const orderBy = [{ field: { fieldPath: "__name__" }, direction: "ASCENDING" as const }];
  const select = { fields: [{ fieldPath: "__name__" }] };
  const found = await query(reads, collection, { select, orderBy, limit: { value: Math.min(limit, maxRows + 1) } });
  if (found.length > maxRows) throw tooMany(`ids in ${collection}`, maxRows, askForLess);
  return found.map((document) => idOf(document, reads, collection));
}

/** The documents that a query answers, named, but otherwise still to be parsed. */
async function query({ wire, call, over, place }: Reads, collection: string, asked: object): Promise<readonly Named[]> {
  const structuredQuery = { from: [{ collectionId: collection }], ...asked };
  const replies = await wire.read("runQuery", { parent: `${wire.database}/documents`, structuredQuery }, call, over);
  const read = readAs(queried, replies, place, "document");
  // A query that finds nothing still says as of when: silence is no answer.
  if (!read.some(({ readTime, document }) => (readTime ?? document ?? null) !== null)) throw refused("partial", place);
  return read.flatMap(({ document }) => document ?? []);
}

// Made once: to make a schema takes longer than to use it.
const named = z.looseObject({ name: z.string() });
type Named = z.output<typeof named>;
const storedDocument = z.object({ name: z.string(), fields: storedFields, createTime: instant, updateTime: instant });
const storedDocuments = z.array(storedDocument);
const queried = z.array(z.object({ readTime: instant.nullish(), document: named.nullish() }));
const gotten = z.array(
  z.discriminatedUnion("result", [
    z.object({ result: z.literal("found"), found: storedDocument }),
    z.object({ result: z.literal("missing"), missing: z.string() }),
  ]),
);
const counted = z.array(
  z.object({
    result: z.object({
      aggregateFields: z.object({
        count: z.object({
          valueType: z.literal("integerValue"),
          integerValue: z
            .string()
            .regex(/^\d{1,15}$/u)
            .transform(Number),
        }),
      }),
    }),
  }),
);

function snapshotOf(document: z.output<typeof storedDocument>, reads: Reads, collection: string): DocumentSnapshot {
  const { fields, createTime, updateTime } = document;
  return { id: idOf(document, reads, collection), fields, createTime, updateTime };
}

/** A document of the collection itself: what lies elsewhere, or below, is no answer. */
function idOf({ name }: Named, { wire, place }: Reads, collection: string): string {
  const path = pathOf(wire, collection);
  const id = name.slice(path.length);
  if (!name.startsWith(path) || !canBeId(id)) throw refused("malformed", place);
  return id;
}

function pathOf({ database }: FirestoreWire, collection: string): string {
  return `${database}/documents/${collection}/`;
}

/** No document has another id; with a slash in it one of another collection would be read. */
function canBeId(id: string): boolean {
  return id !== "" && id !== "." && id !== ".." && !id.includes("/");
}

/** One field's name: what is no simple one is quoted, so that a dot in it is no path. */
function fieldPathOf(name: string): string {
  return /^[A-Za-z_]\w*$/u.test(name) ? name : `\`${name.replaceAll(/[`\\]/gu, String.raw`\$&`)}\``;
}

function placeOf(collection: string, ids: readonly string[]): string {
  const [first, ...others] = ids;
  if (first === undefined) return collection;
  return others.length === 0 ? `${collection}/${first}` : `${collection}/${first} and ${others.length} more`;
}

function refused(refusal: "partial" | "malformed", place: string): BackendError {
  const { reason, next } = refusalWords(refusal, { service: "documents", place });
  return new BackendError(refusal, reason, next);
}

/**
 * A missing document is answered within the stream, so an error is never about one. What Firestore tells apart by words
 * alone is told apart here; undefined for what needs no words of its own.
 */
function databaseProblem(error: unknown, place: string, { project, database }: Cloud): BackendError | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const problem = (reason: string, next: string) => new BackendError("no_such_place", reason, next, { cause: error });
  if (error.code === 5) {
    return problem(
      `project ${project} has no Firestore database ${database}, so ${place} could not be read`,
      `Run: gcloud firestore databases list --project=${project}; then give the right one as --database, or the right --project.`,
    );
  }
  if (error.code !== 9) return undefined;
  if (/datastore mode/iu.test(error.message)) {
    return problem(
      `database ${database} of project ${project} is in Datastore mode, which holds no documents, so ${place} could not be read`,
      "Give the database that the pipeline writes its documents to as --database.",
    );
  }
  if (!/index/iu.test(error.message)) return undefined;
  return problem(
    `Firestore keeps no index by which ${place} could be ordered`,
    "Remove the field's exemption from automatic indexes: https://firebase.google.com/docs/firestore/query-data/indexing.",
  );
}
