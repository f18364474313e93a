import type { SchedulerJob } from "../../src/evidence/looks/schedules.ts";
import { cronTimes } from "../../src/pipeline/cron.ts";
import { dateAt } from "../../src/pipeline/dates.ts";
import { nba } from "./pipeline.ts";

/** Every job that the pipeline file names, each with a good attempt at its last time before the clock. */
export function healthyJobs(clock: Date): SchedulerJob[] {
  const rules = nba.rulesOn(dateAt(clock, nba.zone), clock);
  return Object.entries(rules.schedule ?? {}).map(([name, { cron, zone }]) => ({
    name,
    schedule: cron,
    zone,
    state: "enabled",
    createdAt: "2025-10-01T00:00:00.000Z",
    lastAttemptAt: new Date(cronTimes(cron, zone).last(clock.getTime()) ?? 0).toISOString(),
    code: 0,
    target: `https://${name}.example.run.app/`,
    deadlineSeconds: 180,
  }));
}

/** The same with some of them otherwise; `undefined`: not there. A name that the file doesn't have is a job more. */
export function jobsWith(clock: Date, others: Readonly<Record<string, Partial<SchedulerJob> | undefined>>): SchedulerJob[] {
  const healthy = healthyJobs(clock);
  const [pattern] = healthy;
  if (pattern === undefined) throw new Error("The pipeline file names no job.");
  const more = Object.keys(others).filter((name) => !healthy.some((job) => job.name === name));
  return [...healthy, ...more.map((name) => ({ ...pattern, name }))].flatMap((job) => {
    if (!Object.hasOwn(others, job.name)) return [job];
    const told = others[job.name];
    return told === undefined ? [] : [{ ...job, ...told }];
  });
}
