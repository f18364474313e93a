import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { DocumentSnapshot } from "../../ports/documents.ts";
import type { Look } from "../evidence.ts";
import { shellQuoted } from "../../shell.ts";
import { instant } from "./documents.ts";

const facts = z.object({
  documents: z.int().min(0),
  /** The document with the greatest beat, by the store's order; null if none has that field. */
  newest: z
    .object({
      id: z.string(),
      /** ISO 8601, UTC; null if what is stored names no time. */
      beat: z.string().nullable(),
      /** The store takes a text for later than any timestamp: behind one, a later timestamp may lie hidden. */
      stored: z.enum(["timestamp", "text", "other"]),
    })
    .nullable(),
});

export type HeartbeatFacts = z.output<typeof facts>;
export type Heartbeats = NonNullable<Rules["heartbeats"]>;

/**
 * How many heartbeats there are, and the newest: none but that one is read. An empty collection and one that is misspelt
 * answer alike, as do those of another database; so the tracker's own must hold something then.
 */
export function newestHeartbeat({ collection, fields }: Heartbeats, { completion }: Pick<Rules, "completion">): Look<HeartbeatFacts> {
  return {
    id: "heartbeats",
    port: "documents",
    asked: `how many documents ${collection} holds, and the newest ${fields.beat}`,
    byHand: newestByHand(collection, fields.beat),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "any document of the tracker's own collection" },
    async run({ documents }, call) {
      const [count, newest] = await Promise.all([
        documents.count({ collection }, call),
        documents.greatest({ collection, field: fields.beat }, call),
      ]);
      if (count === 0 && newest !== undefined) throw changedMeanwhile(collection);
      if (count === 0) {
        const others = await documents.list({ collection: completion.collection, limit: 1 }, call);
        if (others.length === 0) throw nothingThere(collection, completion.collection);
      }
      return { facts: { documents: count, newest: newest === undefined ? null : beatOf(newest, fields.beat) }, examined: count };
    },
    parse: (saved) => facts.parse(saved),
  };
}

function beatOf({ id, fields }: DocumentSnapshot, field: string): NonNullable<HeartbeatFacts["newest"]> {
  const value = fields[field];
  const isTimestamp = typeof value === "object" && value !== null && "$timestamp" in value;
  return { id, beat: instant(value), stored: isTimestamp ? "timestamp" : typeof value === "string" ? "text" : "other" };
}

/** Queries have no command of their own in gcloud: the REST API answers the same. PROJECT stands for the project's id. */
function newestByHand(collection: string, field: string): string {
  const structuredQuery = {
    from: [{ collectionId: collection }],
    orderBy: [{ field: { fieldPath: field }, direction: "DESCENDING" }],
    limit: 1,
  };
  const url = "https://firestore.googleapis.com/v1/projects/PROJECT/databases/(default)/documents:runQuery";
  const body = shellQuoted(JSON.stringify({ structuredQuery }));
  return `curl -H "Authorization: Bearer $(gcloud auth print-access-token)" -H "Content-Type: application/json" -d ${body} ${shellQuoted(url)}`;
}

function changedMeanwhile(collection: string): BackendError {
  return new BackendError("conflict", `documents came into ${collection} while they were counted`, "Ask again.");
}

function nothingThere(collection: string, witness: string): BackendError {
  return new BackendError(
    "no_such_place",
    `neither ${collection} nor ${witness} holds a document, so that there are no heartbeats proves nothing`,
    "Check the project, the database and the names of both collections in the pipeline file.",
  );
}
