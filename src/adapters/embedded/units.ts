import { z } from "zod";
import type { Unit, Units } from "../../ports/units.ts";
import { disturbance } from "./failing.ts";
import { readAs } from "../read-as.ts";
import { supplied } from "./supplied.ts";
import { whileWanted } from "../while-wanted.ts";
import type { StoreClock, Stores } from "./world.ts";

/** A scenario's deployed units, as they are at its clock's time. */
export function embeddedUnits(stores: Stores, clock: StoreClock): Units {
  return {
    get: ({ name }, call) =>
      whileWanted(call, async () => {
        const world = stores.at(clock.now());
        const disturbed = await disturbance(world, { port: "units", names: [name] }, call);
        if (disturbed === "empty") return undefined;
        const found = disturbed === "garbage" ? garbage : supplied(world.unit(name));
        return found === undefined ? undefined : readAs(unit, found, name, "deployed unit");
      }),
  };
}

/** What no Cloud Run answers. */
const garbage: unknown = { name: 17, revisions: "latest", traffic: { percent: "all" } };

const timestamp = z.iso.datetime();

const unit: z.ZodType<Unit> = z.object({
  name: z.string(),
  kind: z.enum(["service", "function", "job"]),
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
