import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { ScheduledJob, Schedules } from "../../ports/schedules.ts";
import { disturbance } from "./failing.ts";
import { readAs } from "../read-as.ts";
import { supplied } from "./supplied.ts";
import { whileWanted } from "../while-wanted.ts";
import type { StoreClock, Stores } from "./world.ts";

const everyJob = "scheduler jobs";

/** A scenario's scheduler jobs, as they are at its clock's time. */
export function embeddedSchedules(stores: Stores, clock: StoreClock): Schedules {
  return {
    get: ({ name }, call) =>
      whileWanted(call, async () => {
        const world = stores.at(clock.now());
        const disturbed = await disturbance(world, { port: "schedules", names: [name] }, call);
        if (disturbed === "empty") return undefined;
        const found = disturbed === "garbage" ? garbage : supplied(world.job(name));
        return found === undefined ? undefined : readAs(job, found, name, "scheduler job");
      }),
    list: (call) =>
      whileWanted(call, async () => {
        const world = stores.at(clock.now());
        const disturbed = await disturbance(world, { port: "schedules", names: [everyJob] }, call);
        if (disturbed === "empty") return [];
        const found = disturbed === "garbage" ? [garbage] : supplied(world.jobs());
        const jobs = readAs(z.array(job), found, everyJob, "scheduler job").toSorted((a, b) => (a.name < b.name ? -1 : 1));
        if (jobs.length > call.budget.maxRows) throw tooMany(call.budget.maxRows);
        return jobs;
      }),
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

function tooMany(most: number): BackendError {
  return new BackendError(
    "partial",
    `there are more than ${most} ${everyJob}; a part of them would prove nothing`,
    "Raise the row limit, or ask for single jobs.",
  );
}
