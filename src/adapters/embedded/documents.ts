import { z } from "zod";
import type { DocumentSnapshot, Documents, FieldValue } from "../../ports/documents.ts";
import { disturbance } from "./failing.ts";
import { readAs } from "../read-as.ts";
import { whileWanted } from "../while-wanted.ts";
import type { StoreClock, Stores } from "./world.ts";

/** A scenario's documents, as they are at its clock's time. */
export function embeddedDocuments(stores: Stores, clock: StoreClock): Documents {
  return {
    get: ({ collection, id }, call) =>
      whileWanted(call, async () => {
        const world = stores.at(clock.now());
        const path = `${collection}/${id}`;
        const disturbed = await disturbance(world, { port: "documents", names: [path, collection] }, call);
        if (disturbed === "empty") return undefined;
        const found = disturbed === "garbage" ? garbage : world.document(collection, id);
        return found === undefined ? undefined : readAs(snapshot, found, path, "document");
      }),
    list: ({ collection, limit }, call) =>
      whileWanted(call, async () => {
        const world = stores.at(clock.now());
        const disturbed = await disturbance(world, { port: "documents", names: [collection] }, call);
        if (disturbed === "empty") return [];
        const found = disturbed === "garbage" ? [garbage] : world.documentIds(collection);
        return readAs(z.array(z.string()), found, collection, "document").toSorted(byUtf8).slice(0, limit);
      }),
  };
}

/** What no Firestore answers, neither as a document nor as an id. */
const garbage: unknown = { id: 17, fields: "none", updateTime: "yesterday" };

const timestamp = z.iso.datetime();
const fieldValue: z.ZodType<FieldValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.strictObject({ $timestamp: timestamp }), z.array(fieldValue), fieldMap]),
);
const fieldMap = z
  .record(z.string(), fieldValue)
  .refine((map) => !Object.hasOwn(map, "$timestamp"), { error: "a timestamp that can't be read as one" });

const snapshot: z.ZodType<DocumentSnapshot> = z.object({
  id: z.string(),
  fields: z.record(z.string(), fieldValue),
  createTime: timestamp,
  updateTime: timestamp,
});

/** Firestore orders strings by their UTF-8 bytes, JavaScript by UTF-16 units: they differ above U+FFFF. */
function byUtf8(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
