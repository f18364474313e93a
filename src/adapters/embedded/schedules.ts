import { z } from "zod";
import type { ScheduledJob, Schedules } from "../../ports/schedules.ts";
import { inOrder } from "../in-order.ts";
import { disturbance } from "./failing.ts";
import { listingOf } from "./listing.ts";
import { readAs } from "../read-as.ts";
import { supplied } from "./supplied.ts";
import { whileWanted } from "../while-wanted.ts";
import type { StoreClock, Stores, World } from "./world.ts";

/** A scenario's scheduler jobs, as they are at its clock's time. */
export function embeddedSchedules(stores: Stores, clock: StoreClock): Schedules {
  const listing = listingOf(stores, clock);
  return {
    get: ({ name }, call) =>
      whileWanted(call, async () => {
        const world = stores.at(clock.now());
        const disturbed = await disturbance(world, { port: "schedules", names: [name] }, call);
        if (disturbed === "empty") return undefined;
        const found = disturbed === "garbage" ? garbage : supplied(world.job(name));
        return found === undefined ? undefined : readAs(job, found, name, "scheduler job");
      }),
    list: (call) => {
      const read = (world: World) => inOrder(supplied(world.jobs()), "name");
      const next = "Raise the row limit, or ask for single jobs.";
      return listing({ port: "schedules", place: "scheduler jobs", noun: "scheduler job", one: job, read, garbage, next }, call);
    },
  };
}

/** What no Cloud Scheduler answers. */
const garbage: unknown = { name: 17, schedule: "sometimes", state: "asleep", code: "OK" };

const timestamp = z.iso.datetime();

const job: z.ZodType<ScheduledJob> = z.object({
  name: z.string(),
  schedule: z.string(),
  zone: z.string(),
  state: z.enum(["enabled", "paused", "disabled"]),
  createdAt: timestamp.optional(),
  lastAttemptAt: timestamp.optional(),
  code: z.int().optional(),
  message: z.string().optional(),
  nextRunAt: timestamp.optional(),
  target: z.string(),
  deadlineSeconds: z.number(),
});
