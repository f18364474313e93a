import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { Objects, StoredObject } from "../../ports/objects.ts";
import { disturbance } from "./failing.ts";
import { readAs } from "../read-as.ts";
import { refuseUncoveredDate, supplied } from "./supplied.ts";
import { whileWanted } from "../while-wanted.ts";
import type { StoreClock, Stores, World } from "./world.ts";

/** A scenario's stored objects, as they are at its clock's time. */
export function embeddedObjects(stores: Stores, clock: StoreClock): Objects {
  return {
    get: ({ path }, call) =>
      whileWanted(call, async () => {
        const world = stores.at(clock.now());
        const bucket = path.split("/")[0] ?? path;
        const disturbed = await disturbance(world, { port: "objects", names: [path, bucket] }, call);
        if (disturbed === "empty") return undefined;
        const found = disturbed === "garbage" ? garbage : supplied(world.object(path));
        if (found === "no such bucket") throw missing(bucket);
        if (found === undefined) return absent(world, path);
        const read = readAs(stored, found, path, "stored object");
        if (read.sizeBytes > call.budget.maxBytes) throw tooLarge(read, call.budget.maxBytes);
        return read;
      }),
  };
}

/** A file of a date that the scenario doesn't hold may well have been there. */
function absent({ covers }: World, path: string): undefined {
  const [date] = /\d{4}-\d{2}-\d{2}/u.exec(path) ?? [];
  if (date !== undefined) refuseUncoveredDate(date, covers);
}

/** What no Cloud Storage answers. */
const garbage: unknown = { path: 17, updatedAt: "yesterday", sizeBytes: "large", text: null };

const stored: z.ZodType<StoredObject> = z.object({
  path: z.string(),
  updatedAt: z.iso.datetime(),
  sizeBytes: z.int(),
  text: z.string(),
});

function missing(bucket: string): BackendError {
  return new BackendError(
    "no_such_place",
    `there is no bucket ${bucket}`,
    `Check the project and the spelling of ${bucket} in the pipeline file.`,
  );
}

function tooLarge({ path, sizeBytes }: StoredObject, most: number): BackendError {
  return new BackendError(
    "over_budget",
    `${path} has ${sizeBytes} bytes, more than the ${most} that one answer may`,
    `Raise the byte limit, or look at ${path} by hand.`,
  );
}
