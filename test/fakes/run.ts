import * as grpc from "@grpc/grpc-js";
import type { World } from "../../src/adapters/embedded/world.ts";
import type { Revision, Unit } from "../../src/ports/units.ts";
import type { FakeService, Played } from "./grpc.ts";
import { played, serviceOf, status } from "./grpc.ts";
import { paged, unary, wireTime } from "./unary.ts";

const protos = "@google-cloud/run/build/protos/protos.json";

interface ListRequest {
  readonly parent: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

interface Fake {
  readonly at: () => World;
  readonly parent: string;
}

/** Cloud Run over a world: its services, their revisions, and its jobs. */
export function runServices(at: () => World, project = "acme", region = "us-west2"): readonly FakeService[] {
  const fake: Fake = { at, parent: `projects/${project}/locations/${region}` };
  return [
    {
      definition: serviceOf(protos, "google.cloud.run.v2.Services"),
      implementation: {
        getService: unary<{ name: string }>((request, metadata) =>
          one(fake, request.name, "services", metadata, (unit) => (unit.kind === "job" ? undefined : wireService(unit, fake.parent))),
        ),
        listServices: unary<ListRequest>((request, metadata) => listed(fake, request, "services", metadata)),
      },
    },
    {
      definition: serviceOf(protos, "google.cloud.run.v2.Revisions"),
      implementation: { listRevisions: unary<ListRequest>((request, metadata) => revisions(fake, request, metadata)) },
    },
    {
      definition: serviceOf(protos, "google.cloud.run.v2.Jobs"),
      implementation: {
        getJob: unary<{ name: string }>((request, metadata) =>
          one(fake, request.name, "jobs", metadata, (unit) => (unit.kind === "job" ? wireJob(unit, fake.parent) : undefined)),
        ),
        listJobs: unary<ListRequest>((request, metadata) => listed(fake, request, "jobs", metadata)),
      },
    },
  ];
}

type Collection = "services" | "jobs";

/** Every method of Run is routed by its location, and says so when the header is missing. */
function misrouted(metadata: grpc.Metadata, resource: string): grpc.ServiceError | undefined {
  const [found] = metadata.get("x-goog-request-params");
  const location = /^projects\/[^/]+\/locations\/([^/]+)(?:\/|$)/u.exec(resource)?.[1];
  if (location === undefined) return status(grpc.status.INVALID_ARGUMENT, `Invalid resource name: ${resource}`);
  const expected = `location=${location}`;
  return found === expected ? undefined : status(grpc.status.INVALID_ARGUMENT, `Routing header is ${String(found)}, not ${expected}.`);
}

function failureOf(world: World, name: string): Exclude<Played, "empty" | "garbage"> | "empty" | "garbage" | undefined {
  return played(world.failures, "units", [name], "run.googleapis.com");
}

function one(
  { at, parent }: Fake,
  resource: string,
  of: Collection,
  metadata: grpc.Metadata,
  wire: (unit: Unit) => object | undefined,
): object | grpc.ServiceError | "hang" {
  const unrouted = misrouted(metadata, resource);
  if (unrouted !== undefined) return unrouted;
  const name = new RegExp(`^projects/[^/]+/locations/[^/]+/${of}/([^/]+)$`, "u").exec(resource)?.[1];
  if (name === undefined) return status(grpc.status.INVALID_ARGUMENT, `Invalid resource name: ${resource}`);
  const world = at();
  const failing = failureOf(world, name);
  if (failing === "garbage") return { name: resource, trafficStatuses: [{ percent: 700 }], generation: "1" };
  if (failing !== undefined && failing !== "empty") return failing;
  const unit = failing === "empty" || !resource.startsWith(`${parent}/`) ? undefined : world.unit(name);
  if (unit !== undefined && "notSupplied" in unit) return status(grpc.status.UNAVAILABLE, unit.notSupplied);
  return (unit === undefined ? undefined : wire(unit)) ?? notThere(name, of === "jobs" ? "JOB" : "SERVICE");
}

/** As Cloud Run words it: it names region and project, of which nothing is wrong. */
export function notThere(name: string, kind: "SERVICE" | "JOB"): grpc.ServiceError {
  return status(grpc.status.NOT_FOUND, `Resource '${name}' of kind '${kind}' in region 'us-west2' in project 'acme' does not exist.`);
}

function listed({ at, parent }: Fake, request: ListRequest, of: Collection, metadata: grpc.Metadata): object | "hang" {
  const unrouted = misrouted(metadata, request.parent);
  if (unrouted !== undefined) return unrouted;
  if (!/^projects\/[^/]+\/locations\/[^/]+$/u.test(request.parent)) return status(grpc.status.INVALID_ARGUMENT, "Invalid parent.");
  const world = at();
  const failing = failureOf(world, "deployed units");
  if (failing === "garbage") return { [of]: [{ name: "17" }] };
  if (failing !== undefined && failing !== "empty") return failing;
  const faces = failing === "empty" ? [] : world.units();
  if ("notSupplied" in faces) return status(grpc.status.UNAVAILABLE, faces.notSupplied);
  const names = faces.filter(({ kind }) => (kind === "job") === (of === "jobs")).map(({ name }) => name);
  return paged(names, request, { most: 1000 }, (page, nextPageToken) => ({
    [of]: page.map((name) => wired(world, name, parent)),
    nextPageToken,
  }));
}

function wired(world: World, name: string, parent: string): object {
  const unit = world.unit(name);
  if (unit === undefined || "notSupplied" in unit) throw new Error(`The world lists ${name} and doesn't hold it.`);
  return unit.kind === "job" ? wireJob(unit, parent) : wireService(unit, parent);
}

function revisions({ at }: Fake, request: ListRequest, metadata: grpc.Metadata): object | "hang" {
  const unrouted = misrouted(metadata, request.parent);
  if (unrouted !== undefined) return unrouted;
  const name = /^projects\/[^/]+\/locations\/[^/]+\/services\/([^/]+)$/u.exec(request.parent)?.[1];
  if (name === undefined) return status(grpc.status.INVALID_ARGUMENT, `Invalid parent: ${request.parent}`);
  const world = at();
  const failing = failureOf(world, name);
  if (failing === "garbage") return { revisions: [{ name: "" }] };
  if (failing !== undefined && failing !== "empty") return failing;
  const unit = failing === "empty" ? undefined : world.unit(name);
  if (unit === undefined || "notSupplied" in unit || unit.kind === "job") return { revisions: [] };
  const newestFirst = unit.revisions.map((each, index) => wireRevision(each, request.parent, index));
  return paged(newestFirst, request, { most: 1000, few: 1 }, (page, nextPageToken) => ({ revisions: page, nextPageToken }));
}

function wireService(unit: Unit, parent: string): object {
  const name = `${parent}/services/${unit.name}`;
  return {
    name,
    labels: unit.kind === "function" ? { "goog-managed-by": "cloudfunctions" } : {},
    annotations: {},
    createTime: wireTime("2025-01-01T00:00:00Z"),
    template: { containers: [{ image: "image", env: unit.variables.map((each) => variable(each)) }] },
    scaling: { minInstanceCount: unit.minInstances },
    latestCreatedRevision: `${name}/revisions/${unit.latestCreated}`,
    latestReadyRevision: unit.latestReady === undefined ? "" : `${name}/revisions/${unit.latestReady}`,
    trafficStatuses: [
      ...unit.traffic.map(({ revision, percent }) => trafficTo(revision, percent, unit)),
      // A tag addresses a revision that gets none of the requests.
      ...unit.revisions.slice(-1).map(({ name: tagged }) => ({ type: byRevision, revision: tagged, percent: 0, tag: "canary" })),
    ],
  };
}

const byRevision = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";

/** All of it to what is ready newest is how a service is made; that one then goes by no name. */
function trafficTo(revision: string, percent: number, { latestReady }: Unit): object {
  const isLatest = revision === latestReady && percent === 100;
  return isLatest ? { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", revision: "", percent } : { type: byRevision, revision, percent };
}

/** The newest bears its commit as a label, the others in their environment: both are found out there. */
function wireRevision({ name, createdAt, ready, problem, commit }: Revision, service: string, index: number): object {
  const labelled = commit !== undefined && index === 0;
  const built = commit !== undefined && index > 0;
  return {
    name: `${service}/revisions/${name}`,
    service,
    createTime: wireTime(createdAt),
    labels: labelled ? { "commit-sha": commit } : {},
    containers: [{ image: "image", env: [variable("TOKEN"), ...(built ? [{ ...variable("BUILD_COMMIT"), value: commit }] : [])] }],
    conditions: [
      { type: "ContainerHealthy", state: ready ? "CONDITION_SUCCEEDED" : "CONDITION_FAILED", message: "" },
      readyCondition(ready, problem),
    ],
  };
}

function wireJob(unit: Unit, parent: string): object {
  const [template] = unit.revisions; // A job keeps no earlier ones.
  if (template === undefined) throw new Error(`A Run job has a template, ${unit.name} has none.`);
  return {
    name: `${parent}/jobs/${unit.name}`,
    generation: /-(\d+)(?:-[a-z]+)?$/u.exec(template.name)?.[1]?.replace(/^0+/u, "") ?? "1",
    labels: {},
    createTime: wireTime("2025-01-01T00:00:00Z"),
    updateTime: wireTime(template.createdAt),
    terminalCondition: readyCondition(template.ready, template.problem),
    template: {
      labels: template.commit === undefined ? {} : { "commit-sha": template.commit },
      template: { containers: [{ image: "image", env: unit.variables.map((each) => variable(each)) }] },
    },
  };
}

function readyCondition(ready: boolean, problem: string | undefined): object {
  return { type: "Ready", state: ready ? "CONDITION_SUCCEEDED" : "CONDITION_FAILED", message: problem ?? "" };
}

function variable(name: string): object {
  return { name, value: `secret-of-${name}`, values: "value" };
}
