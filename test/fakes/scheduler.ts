import * as grpc from "@grpc/grpc-js";
import type { World } from "../../src/adapters/embedded/world.ts";
import type { ScheduledJob } from "../../src/ports/schedules.ts";
import type { FakeService } from "./grpc.ts";
import { played, serviceOf, status } from "./grpc.ts";
import { paged, unary, wireTime } from "./unary.ts";

const api = "cloudscheduler.googleapis.com";

interface ListRequest {
  readonly parent: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

/** Cloud Scheduler over a world. */
export function schedulerService(at: () => World, project = "acme", region = "us-west2"): FakeService {
  const parent = `projects/${project}/locations/${region}`;
  return {
    definition: serviceOf("@google-cloud/scheduler/build/protos/protos.json", "google.cloud.scheduler.v1.CloudScheduler"),
    implementation: {
      getJob: unary<{ name: string }>(({ name }, metadata) => {
        const [, id] = /^projects\/[^/]+\/locations\/[^/]+\/jobs\/([\w-]{1,500})$/u.exec(name) ?? [];
        if (id === undefined) return status(grpc.status.INVALID_ARGUMENT, "Job name must be formatted: projects/P/locations/L/jobs/J.");
        const unrouted = misrouted(metadata, `name=${encodeURIComponent(name)}`);
        if (unrouted !== undefined) return unrouted;
        const world = at();
        const failing = played(world.failures, "schedules", [id], api);
        if (failing === "garbage") return { name, schedule: "", state: "STATE_UNSPECIFIED" };
        if (failing !== undefined && failing !== "empty") return failing;
        const job = name.startsWith(`${parent}/`) && failing !== "empty" ? world.job(id) : undefined;
        if (job === undefined) return status(grpc.status.NOT_FOUND, "Job not found.");
        return "notSupplied" in job ? status(grpc.status.UNAVAILABLE, job.notSupplied) : wireJob(job, parent);
      }),
      listJobs: unary<ListRequest>((request, metadata) => {
        if (!/^projects\/[^/]+\/locations\/[^/]+$/u.test(request.parent))
          return status(grpc.status.INVALID_ARGUMENT, "Parent name must be formatted: projects/P/locations/L.");
        const unrouted = misrouted(metadata, `parent=${encodeURIComponent(request.parent)}`);
        if (unrouted !== undefined) return unrouted;
        const world = at();
        const failing = played(world.failures, "schedules", ["scheduler jobs"], api);
        if (failing === "garbage") return { jobs: [{ name: "17", schedule: "sometimes" }] };
        if (failing !== undefined && failing !== "empty") return failing;
        const jobs = failing === "empty" ? [] : world.jobs();
        if ("notSupplied" in jobs) return status(grpc.status.UNAVAILABLE, jobs.notSupplied);
        return paged(jobs, request, { most: 500 }, (page, nextPageToken) => ({
          jobs: page.map((each) => wireJob(each, parent)),
          nextPageToken,
        }));
      }),
    },
  };
}

function misrouted(metadata: grpc.Metadata, expected: string): grpc.ServiceError | undefined {
  const [found] = metadata.get("x-goog-request-params");
  return found === expected ? undefined : status(grpc.status.INVALID_ARGUMENT, `Routing header is ${String(found)}, not ${expected}.`);
}

/** Times that the job has not run have none; a paused job's next time is still told. */
function wireJob(job: ScheduledJob, parent: string): object {
  const isAddress = /^https?:/u.test(job.target);
  const hasFailed = job.code !== undefined && job.code !== 0;
  return {
    name: `${parent}/jobs/${job.name}`,
    schedule: job.schedule,
    timeZone: job.zone,
    state: job.state.toUpperCase(),
    userUpdateTime: wireTime(job.createdAt),
    lastAttemptTime: wireTime(job.lastAttemptAt),
    scheduleTime: wireTime(job.nextRunAt ?? (job.state === "enabled" ? undefined : "2026-02-05T16:00:00Z")),
    // An attempt that went well leaves an empty status, or none.
    status: hasFailed ? { code: job.code, message: job.message ?? "" } : job.name.length % 2 === 0 ? {} : null,
    attemptDeadline: { seconds: String(job.deadlineSeconds), nanos: 0 },
    ...(isAddress
      ? { target: "httpTarget", httpTarget: { uri: job.target, httpMethod: "POST", headers: {} } }
      : { target: "pubsubTarget", pubsubTarget: { topicName: `${parent.split("/locations/")[0]}/topics/${job.target}` } }),
  };
}
