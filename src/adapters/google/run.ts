import type { JobsClient, RevisionsClient, ServicesClient } from "@google-cloud/run";
import { z } from "zod";
import type { Call } from "../../ports/call.ts";
import type { Revision, Unit, Units } from "../../ports/units.ts";
import { inOrder } from "../in-order.ts";
import { readAs } from "../read-as.ts";
import { tooMany } from "../too-many.ts";
import { whileWanted } from "../while-wanted.ts";
import { clientOf, onceMore, unlessAbsent } from "./clients.ts";
import type { Cloud } from "./cloud.ts";
import { grpcOptions } from "./cloud.ts";
import { explained } from "./errors.ts";
import { allPages, pageOptions, pageSize } from "./pages.ts";
import type { CommitMarks, RunReplies } from "./run-replies.ts";
import { jobFace, runReplies, serviceFace } from "./run-replies.ts";

const everyUnit = "deployed units";

/** What is deployed in a project's region, by Cloud Run; without marks no revision's commit is known. */
export function googleUnits(cloud: Cloud, marks?: CommitMarks): Units {
  const run: Run = {
    cloud,
    parent: `projects/${cloud.project}/locations/${cloud.region}`,
    replies: runReplies(marks),
    services: clientOf(async () => new (await import("@google-cloud/run")).ServicesClient(grpcOptions(cloud))),
    revisions: clientOf(async () => new (await import("@google-cloud/run")).RevisionsClient(grpcOptions(cloud))),
    jobs: clientOf(async () => new (await import("@google-cloud/run")).JobsClient(grpcOptions(cloud))),
  };
  return {
    get: ({ name, kind }, call) =>
      whileWanted(call, async (over) => {
        if (!isRunName(name)) return undefined;
        const asked = { name, call, over };
        if (kind === "job") return jobNamed(run, asked);
        // Asked at once; what the job's answer is matters only where there is no such service.
        const job = kind === undefined ? jobNamed(run, asked) : undefined;
        job?.catch(() => {});
        const service = await serviceNamed(run, asked);
        if (service === undefined) return job;
        return kind === "function" && service.kind !== "function" ? undefined : service;
      }),
    list: (call) =>
      whileWanted(call, async (over) => {
        const [services, jobs] = await Promise.all([listServices(run, call, over), listJobs(run, call, over)]);
        const all = inOrder([...services, ...jobs], "name");
        if (all.length > call.budget.maxRows) throw tooMany(everyUnit, call.budget.maxRows);
        return all;
      }),
  };
}

interface Run {
  readonly cloud: Cloud;
  readonly parent: string;
  readonly replies: RunReplies;
  readonly services: () => Promise<ServicesClient>;
  readonly revisions: () => Promise<RevisionsClient>;
  readonly jobs: () => Promise<JobsClient>;
}

interface Asked {
  readonly name: string;
  readonly call: Call;
  readonly over: AbortSignal;
}

/** No unit can bear another name, and one with a slash would ask for something else. */
function isRunName(name: string): boolean {
  return /^[\w.-]+$/u.test(name);
}

async function serviceNamed(run: Run, asked: Asked): Promise<Unit | undefined> {
  const { name, call, over } = asked;
  const listed = revisionsOf(run, asked);
  listed.catch(() => {}); // Of a service that is not there nobody needs to know why it lists no revisions.
  const resource = `${run.parent}/services/${name}`;
  const found = await explained({ service: "units", place: name, permission: "run.services.get" }, run.cloud, async () => {
    const services = await run.services();
    return unlessAbsent(onceMore(over, () => services.getService({ name: resource }, pageOptions(call, over))));
  });
  if (found === undefined) return undefined;
  const service = run.replies.service(found[0], name);
  const revisions = (await listed).toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
  return { ...service, revisions, latestCreated: service.latestCreated === "" ? (revisions[0]?.name ?? "") : service.latestCreated };
}

function revisionsOf(run: Run, { name, call, over }: Asked): Promise<readonly Revision[]> {
  return explained({ service: "units", place: name, permission: "run.revisions.list" }, run.cloud, async () => {
    const revisions = await run.revisions();
    const parent = `${run.parent}/services/${name}`;
    return allPages(`revisions of ${name}`, call, async (pageToken) => {
      const ask = { parent, pageSize: pageSize(call, revisionsAPage), pageToken };
      const [, , reply] = await onceMore(over, () => revisions.listRevisions(ask, pageOptions(call, over)));
      return run.replies.revisions(reply, name);
    });
  });
}

/** Each bears its whole template. */
const revisionsAPage = 100;

async function jobNamed(run: Run, { name, call, over }: Asked): Promise<Unit | undefined> {
  const resource = `${run.parent}/jobs/${name}`;
  const found = await explained({ service: "units", place: name, permission: "run.jobs.get" }, run.cloud, async () => {
    const jobs = await run.jobs();
    return unlessAbsent(onceMore(over, () => jobs.getJob({ name: resource }, pageOptions(call, over))));
  });
  return found === undefined ? undefined : run.replies.job(found[0], name);
}

type Face = Pick<Unit, "name" | "kind">;

const servicesPage = z.object({ services: z.array(serviceFace), nextPageToken: z.string() });
const jobsPage = z.object({ jobs: z.array(jobFace), nextPageToken: z.string() });

function listServices(run: Run, call: Call, over: AbortSignal): Promise<readonly Face[]> {
  return explained({ service: "units", place: everyUnit, permission: "run.services.list" }, run.cloud, async () => {
    const services = await run.services();
    return allPages(everyUnit, call, async (pageToken) => {
      const ask = { parent: run.parent, pageSize: pageSize(call, 100), pageToken };
      const [, , reply] = await onceMore(over, () => services.listServices(ask, pageOptions(call, over)));
      const page = readAs(servicesPage, reply, everyUnit, "list of services");
      return { items: page.services, next: page.nextPageToken };
    });
  });
}

function listJobs(run: Run, call: Call, over: AbortSignal): Promise<readonly Face[]> {
  return explained({ service: "units", place: everyUnit, permission: "run.jobs.list" }, run.cloud, async () => {
    const jobs = await run.jobs();
    return allPages(everyUnit, call, async (pageToken) => {
      const ask = { parent: run.parent, pageSize: pageSize(call, 100), pageToken };
      const [, , reply] = await onceMore(over, () => jobs.listJobs(ask, pageOptions(call, over)));
      const page = readAs(jobsPage, reply, everyUnit, "list of Run jobs");
      return { items: page.jobs, next: page.nextPageToken };
    });
  });
}
