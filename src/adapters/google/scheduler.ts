import type { CloudSchedulerClient } from "@google-cloud/scheduler";
import { z } from "zod";
import type { ScheduledJob, Schedules } from "../../ports/schedules.ts";
import { inOrder } from "../in-order.ts";
import { readAs } from "../read-as.ts";
import { whileWanted } from "../while-wanted.ts";
import { clientOf, onceMore, shortName, unlessAbsent } from "./clients.ts";
import type { Cloud } from "./cloud.ts";
import { grpcOptions } from "./cloud.ts";
import { explained } from "./errors.ts";
import { allPages, pageOptions, pageSize } from "./pages.ts";
import { instant } from "./wire-values.ts";

const everyJob = "scheduler jobs";

/** The scheduler jobs of a project's region, by Cloud Scheduler. */
export function googleSchedules(cloud: Cloud): Schedules {
  const client = clientOf(() => openClient(cloud));
  const parent = `projects/${cloud.project}/locations/${cloud.region}`;
  return {
    get: ({ name }, call) =>
      whileWanted(call, (over) =>
        explained({ service: "schedules", place: name, permission: "cloudscheduler.jobs.get" }, cloud, async () => {
          if (!isJobId(name)) return undefined;
          const scheduler = await client();
          const resource = `${parent}/jobs/${name}`;
          const found = await unlessAbsent(onceMore(over, () => scheduler.getJob({ name: resource }, pageOptions(call, over))));
          return found === undefined ? undefined : jobOf(readAs(job, found[0], name, "scheduler job"), cloud);
        }),
      ),
    list: (call) =>
      whileWanted(call, (over) =>
        explained({ service: "schedules", place: everyJob, permission: "cloudscheduler.jobs.list" }, cloud, async () => {
          const scheduler = await client();
          const jobs = await allPages(everyJob, call, async (pageToken) => {
            const asked = { parent, pageSize: pageSize(call, 500), pageToken };
            const [, , reply] = await onceMore(over, () => scheduler.listJobs(asked, pageOptions(call, over)));
            const page = readAs(jobsPage, reply, everyJob, "list of scheduler jobs");
            return { items: page.jobs.map((each) => jobOf(each, cloud)), next: page.nextPageToken };
          });
          return inOrder(jobs, "name");
        }),
      ),
  };
}

async function openClient(cloud: Cloud): Promise<CloudSchedulerClient> {
  const { CloudSchedulerClient: Client } = await import("@google-cloud/scheduler");
  return new Client(grpcOptions(cloud));
}

/** No job can bear another name, and one with a slash would ask for something else. */
function isJobId(name: string): boolean {
  return /^[\w-]{1,500}$/u.test(name);
}

/** A failed update leaves a job of which nobody can say whether it runs: it is none of these, so its reply is malformed. */
const states = { ENABLED: "enabled", PAUSED: "paused", DISABLED: "disabled" } as const;

const job = z.object({
  name: z.string().regex(/^projects\/[^/]+\/locations\/[^/]+\/jobs\/[\w-]+$/u),
  schedule: z.string().min(1),
  timeZone: z.string(),
  state: z.enum(["ENABLED", "PAUSED", "DISABLED"]),
  userUpdateTime: instant.nullish(),
  lastAttemptTime: instant.nullish(),
  scheduleTime: instant.nullish(),
  status: z.object({ code: z.int(), message: z.string() }).nullish(),
  attemptDeadline: z.object({ seconds: z.coerce.number().int(), nanos: z.int() }).nullish(),
  httpTarget: z.object({ uri: z.string().min(1) }).nullish(),
  pubsubTarget: z.object({ topicName: z.string().min(1) }).nullish(),
  appEngineHttpTarget: z.object({ relativeUri: z.string(), appEngineRouting: z.object({ host: z.string() }).nullish() }).nullish(),
});
const jobsPage = z.object({ jobs: z.array(job), nextPageToken: z.string() });

type WireJob = z.output<typeof job>;

function jobOf(given: WireJob, cloud: Cloud): ScheduledJob {
  const state = states[given.state];
  return {
    name: shortName(given.name),
    schedule: given.schedule,
    zone: given.timeZone === "" ? "UTC" : given.timeZone,
    state,
    createdAt: given.userUpdateTime ?? undefined,
    lastAttemptAt: given.lastAttemptTime ?? undefined,
    ...attemptOf(given),
    // The service goes on telling when a job that is paused would have run.
    nextRunAt: state === "enabled" ? (given.scheduleTime ?? undefined) : undefined,
    target: targetOf(given, cloud),
    deadlineSeconds: deadlineOf(given),
  };
}

/**
 * No status says that the last attempt went well or that there was none; one that tells of a fault is never dropped. Below zero
 * is no code of gRPC's: the attempt is under way, and neither went well nor failed.
 */
function attemptOf({ status, lastAttemptTime }: WireJob): Pick<ScheduledJob, "code" | "message"> {
  const code = status?.code ?? 0;
  if (code < 0) return {};
  const message = status?.message ?? "";
  if (code === 0 && (lastAttemptTime ?? undefined) === undefined) return {};
  return { code, ...(message === "" ? {} : { message }) };
}

/** A topic of the project by its short name, as everywhere else. */
function targetOf({ name, httpTarget, pubsubTarget, appEngineHttpTarget }: WireJob, { project }: Cloud): string {
  if (httpTarget) return httpTarget.uri;
  if (pubsubTarget) return pubsubTarget.topicName.replace(`projects/${project}/topics/`, "");
  if (appEngineHttpTarget) return `${appEngineHttpTarget.appEngineRouting?.host ?? ""}${appEngineHttpTarget.relativeUri}`;
  return readAs(z.never(), undefined, shortName(name), "scheduler job with a target");
}

/** The service's own defaults; a topic takes its message at once, so that none is ever reached. */
function deadlineOf({ attemptDeadline, appEngineHttpTarget }: WireJob): number {
  const seconds = attemptDeadline ? attemptDeadline.seconds + attemptDeadline.nanos / 1e9 : 0;
  if (seconds > 0) return seconds;
  return appEngineHttpTarget ? 600 : 180;
}
