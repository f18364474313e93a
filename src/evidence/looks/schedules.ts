import { z } from "zod";
import type { Rules } from "../../pipeline/load.ts";
import type { Look } from "../evidence.ts";

const job = z.object({
  name: z.string(),
  schedule: z.string(),
  zone: z.string(),
  state: z.enum(["enabled", "paused", "disabled"]),
  createdAt: z.string().optional(),
  lastAttemptAt: z.string().optional(),
  code: z.number().optional(),
  message: z.string().optional(),
  nextRunAt: z.string().optional(),
  target: z.string(),
  deadlineSeconds: z.number(),
});

const facts = z.object({ jobs: z.array(job) });

export type SchedulerJob = z.output<typeof job>;
export type SchedulerFacts = z.output<typeof facts>;

/** Every scheduler job of the region with its last attempt, in one question. */
export function schedulerJobs({ region }: Pick<Rules, "region">): Look<SchedulerFacts> {
  return {
    id: "scheduler jobs",
    port: "schedules",
    asked: "every scheduler job",
    byHand: `gcloud scheduler jobs list --location=${region ?? "REGION"}`,
    after: [],
    whenEmpty: "must-have",
    async run({ schedules }, call) {
      const jobs = await schedules.list(call);
      return { facts: { jobs: [...jobs] }, examined: jobs.length };
    },
    parse: (saved) => facts.parse(saved),
  };
}
