import { z } from "zod";
import type { Unit, Units } from "../../ports/units.ts";
import { readAs } from "../read-as.ts";
import { whileWanted } from "../while-wanted.ts";
import { disturbance } from "./failing.ts";
import { listingOf } from "./listing.ts";
import { supplied } from "./supplied.ts";
import type { StoreClock, Stores } from "./world.ts";

/** A scenario's deployed units, as they are at its clock's time. */
export function embeddedUnits(stores: Stores, clock: StoreClock): Units {
  const listing = listingOf(stores, clock);
  return {
    get: ({ name, kind }, call) =>
      whileWanted(call, async () => {
        const world = stores.at(clock.now());
        const disturbed = await disturbance(world, { port: "units", names: [name] }, call);
        if (disturbed === "empty") return undefined;
        const found = disturbed === "garbage" ? garbage : supplied(world.unit(name));
        const there = found === undefined ? undefined : readAs(unit, found, name, "deployed unit");
        return there === undefined || !isOfKind(there.kind, kind) ? undefined : there;
      }),
    list: (call) =>
      listing(
        {
          port: "units",
          place: "deployed units",
          noun: "deployed unit",
          one: face,
          read: (world) => supplied(world.units()).map(({ name, kind }) => ({ name, kind })),
          garbage,
        },
        call,
      ),
  };
}

/** A function is a service underneath, and is found as one. */
function isOfKind(kind: Unit["kind"], wanted: Unit["kind"] | undefined): boolean {
  return wanted === undefined || kind === wanted || (kind === "function" && wanted === "service");
}

/** What no Cloud Run answers. */
const garbage: unknown = { name: 17, revisions: "latest", traffic: { percent: "all" } };

const timestamp = z.iso.datetime();

const kind = z.enum(["service", "function", "job"]);
const face = z.object({ name: z.string(), kind });

const unit: z.ZodType<Unit> = z.object({
  name: z.string(),
  kind,
  revisions: z.array(
    z.object({
      name: z.string(),
      createdAt: timestamp,
      ready: z.boolean(),
      problem: z.string().optional(),
      commit: z.string().optional(),
    }),
  ),
  latestCreated: z.string(),
  latestReady: z.string().optional(),
  traffic: z.array(z.object({ revision: z.string(), percent: z.number().min(0).max(100) })),
  minInstances: z.int(),
  variables: z.array(z.string()),
});
