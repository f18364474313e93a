import { z } from "zod";
import type { Call } from "../../ports/call.ts";
import type { DocumentSnapshot, Documents, FieldValue } from "../../ports/documents.ts";
import { readAs } from "../read-as.ts";
import { askForLess, tooMany } from "../too-many.ts";
import { whileWanted } from "../while-wanted.ts";
import { disturbance } from "./failing.ts";
import { byUtf8, compareFields } from "./field-order.ts";
import type { StoreClock, Stores, World } from "./world.ts";

/** A scenario's documents, as they are at its clock's time. */
export function embeddedDocuments(stores: Stores, clock: StoreClock): Documents {
  const now = (): World => stores.at(clock.now());
  return {
    get: ({ collection, id }, call) => whileWanted(call, () => readOne(now(), collection, id, call)),
    getMany: ({ collection, ids }, call) =>
      whileWanted(call, async () => {
        const { maxRows } = call.budget;
        if (ids.length > maxRows) throw tooMany(`documents of ${collection} asked for`, maxRows, askForLess);
        const world = now();
        return Promise.all(ids.map((id) => readOne(world, collection, id, call)));
      }),
    count: ({ collection }, call) => whileWanted(call, async () => (await readIds(now(), collection, call)).length),
    greatest: ({ collection, field }, call) =>
      whileWanted(call, async () => {
        const world = now();
        const ids = await readIds(world, collection, call);
        const readable = ids.filter((id) => readSnapshot(world, collection, id) !== undefined);
        // As they are stored: what was cut off for reading still decides.
        const stored = readable.map((id) => world.document(collection, id));
        const best = stored.reduce((most, each) => greater(most, each, field), undefined);
        return best === undefined ? undefined : readSnapshot(world, collection, best.id);
      }),
    list: ({ collection, limit }, call) =>
      whileWanted(call, async () => {
        const listed = (await readIds(now(), collection, call)).slice(0, limit);
        if (listed.length > call.budget.maxRows) throw tooMany(`ids in ${collection}`, call.budget.maxRows, askForLess);
        return listed;
      }),
  };
}

async function readOne(world: World, collection: string, id: string, call: Call): Promise<DocumentSnapshot | undefined> {
  const path = `${collection}/${id}`;
  const disturbed = await disturbance(world, { port: "documents", names: [path, collection] }, call);
  if (disturbed === "empty") return undefined;
  return disturbed === "garbage" ? readAs(snapshot, garbage, path, "document") : readSnapshot(world, collection, id);
}

/** In order. */
async function readIds(world: World, collection: string, call: Call): Promise<readonly string[]> {
  const disturbed = await disturbance(world, { port: "documents", names: [collection] }, call);
  if (disturbed === "empty") return [];
  const found = disturbed === "garbage" ? [garbage] : world.documentIds(collection);
  return readAs(z.array(z.string()), found, collection, "document").toSorted(byUtf8);
}

function readSnapshot(world: World, collection: string, id: string): DocumentSnapshot | undefined {
  const found: unknown = world.document(collection, id);
  return found === undefined ? undefined : readAs(snapshot, found, `${collection}/${id}`, "document");
}

/** Of two with the same value the later one, so that ids in order end in the greatest. */
function greater(best: DocumentSnapshot | undefined, each: DocumentSnapshot | undefined, field: string): DocumentSnapshot | undefined {
  const valueOf = (document: DocumentSnapshot | undefined): FieldValue | undefined =>
    document !== undefined && Object.hasOwn(document.fields, field) ? document.fields[field] : undefined;
  const [most, value] = [valueOf(best), valueOf(each)];
  if (value === undefined) return best;
  return most === undefined || compareFields(value, most) >= 0 ? each : best;
}

/** What no Firestore answers, neither as a document nor as an id. */
const garbage: unknown = { id: 17, fields: "none", updateTime: "yesterday" };

/** Firestore keeps microseconds; the port's times end at the millisecond. */
const timestamp = z.iso.datetime().transform((instant) => new Date(instant).toISOString());
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
