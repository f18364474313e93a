import type { PipelineFile } from "../../pipeline/schema.ts";
import type { Ports } from "../../ports/ports.ts";
import type { CallSpending } from "../../spending.ts";
import { describingOnce, gettingOnce } from "../once.ts";
import { gitSource } from "../git/source.ts";
import { unnamedSource } from "../git/unnamed.ts";
import { googleWarehouse } from "./bigquery.ts";
import type { Cloud } from "./cloud.ts";
import { googleDocuments } from "./firestore.ts";
import { googleLogs } from "./logging.ts";
import { googleAlerts } from "./monitoring.ts";
import { googleTopics } from "./pubsub.ts";
import { googleUnits } from "./run.ts";
import { googleSchedules } from "./scheduler.ts";
import { googleObjects } from "./storage.ts";

interface About {
  /** Folder of a checkout of the watched pipeline's repository. */
  readonly repository: string | undefined;
  /** How the pipeline's units log, and how they say which commit they are of. */
  readonly infrastructure: Pick<PipelineFile, "monitoring" | "repository">;
}

/** What the platform does unless a pipeline file says otherwise. https://cloud.google.com/logging/docs/api/v2/resource-list */
export const usualSources = {
  service: { type: "cloud_run_revision", label: "service_name" },
  function: { type: "cloud_run_revision", label: "service_name" },
  job: { type: "cloud_run_job", label: "job_name" },
  scheduled: { type: "cloud_scheduler_job", label: "job_id" },
} as const;

/**
 * Everything that may be asked of a project. Clients connect when first asked and are shared by all calls; what a call may
 * spend is its own.
 */
export function googlePorts(cloud: Cloud, { repository, infrastructure }: About): (spending: CallSpending) => Ports {
  const { monitoring, repository: marks } = infrastructure;
  const shared = {
    documents: googleDocuments(cloud),
    logs: googleLogs(cloud, monitoring?.logs_as ?? usualSources),
    units: googleUnits(cloud, marks === undefined ? undefined : { label: marks.commit_label, variable: marks.commit_variable }),
    schedules: googleSchedules(cloud),
    objects: googleObjects(cloud),
    topics: googleTopics(cloud),
    alerts: googleAlerts(cloud),
    source:
      repository === undefined
        ? unnamedSource()
        : gitSource(repository, { remote: marks?.remote ?? "origin", branch: marks?.branch ?? "main" }),
  };
  return (spending) => ({ ...shared, units: gettingOnce(shared.units), warehouse: describingOnce(googleWarehouse(cloud, spending)) });
}
