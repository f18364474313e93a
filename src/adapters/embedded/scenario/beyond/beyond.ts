import type { World } from "../../world.ts";
import type { CountRows } from "../generate/documents.ts";
import type { Plot } from "../plot.ts";
import { alertsOf } from "./alerts.ts";
import { jobsOf } from "./jobs.ts";
import { logOf } from "./logs.ts";
import { objectsOf } from "./objects.ts";
import { commitsOf } from "./release.ts";
import { subscriptionsOf, topicsOf } from "./subscriptions.ts";
import { unitsOf } from "./units.ts";

/** What the stores beyond tables and documents hold. */
type Beyond = Pick<
  World,
  "log" | "unit" | "units" | "job" | "jobs" | "object" | "topics" | "subscriptions" | "policies" | "incidents" | "commits"
>;

/** Everything beyond tables and documents through time; nothing of it is made before it is asked for. */
export function beyondOf(plot: Plot, count: CountRows): (moment: number) => Beyond {
  const units = unitsOf(plot);
  const jobs = jobsOf(plot);
  const log = logOf(plot, jobs, count);
  const object = objectsOf(plot);
  const [topics, subscriptions, commits] = [topicsOf(plot), subscriptionsOf(plot), commitsOf(plot)];
  const alerts = alertsOf(plot);
  return (moment) => ({
    log: (window) => log(window, moment),
    unit: (name) => units.at(name, moment),
    units: () => units.names(moment).flatMap((name) => units.at(name, moment) ?? []),
    job: (name) => jobs.at(name, moment),
    jobs: () => jobs.names(moment).flatMap((name) => jobs.at(name, moment) ?? []),
    object: (path) => object(path, moment),
    topics: () => topics(moment),
    subscriptions: () => subscriptions(moment),
    policies: () => alerts.policies(moment),
    incidents: () => alerts.incidents(moment),
    commits: () => commits(moment),
  });
}
