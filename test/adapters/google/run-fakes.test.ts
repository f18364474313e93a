import * as grpc from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import type { ScheduledJob } from "../../../src/ports/schedules.ts";
import type { Unit } from "../../../src/ports/units.ts";
import type { FakeService } from "../../fakes/grpc.ts";
import { startGrpcServer } from "../../fakes/grpc.ts";
import { loggingService } from "../../fakes/logging.ts";
import { metricsService } from "../../fakes/metrics.ts";
import { runServices } from "../../fakes/run.ts";
import { schedulerService } from "../../fakes/scheduler.ts";
import { changeableStores } from "../embedded/world-of.ts";

const revision = {
  name: "nba-scrapers-00001-aaa",
  createdAt: "2026-02-01T00:00:00Z",
  ready: false,
  problem: "PORT=8080",
  commit: "075fab1e",
};
const unit: Unit = {
  name: "nba-scrapers",
  kind: "function",
  revisions: [revision, { ...revision, name: "nba-scrapers-00000-zzz" }],
  latestCreated: revision.name,
  latestReady: "nba-scrapers-00000-zzz",
  traffic: [{ revision: revision.name, percent: 100 }],
  minInstances: 1,
  variables: ["A"],
};
const job: ScheduledJob = {
  name: "same-day-phase4",
  schedule: "0 11 * * *",
  zone: "America/New_York",
  state: "enabled",
  createdAt: "2025-10-01T00:00:00Z",
  lastAttemptAt: "2026-02-04T16:00:00Z",
  code: 7,
  message: "PERMISSION_DENIED",
  nextRunAt: "2026-02-05T16:00:00Z",
  target: "https://nba.example/",
  deadlineSeconds: 180,
};
const entry = {
  severity: "ERROR",
  unit: "nba-scrapers",
  text: "a",
  revision: revision.name,
  fields: { message: "a", list: [1, null, true, { b: "c" }] },
} as const;

const world = changeableStores({
  units: [unit, { ...unit, name: "nba-backfill", kind: "job", revisions: [revision] }],
  jobs: [job, { ...job, name: "to-topic", target: "nba-trigger" }],
  entries: ["10:00", "10:01", "10:02", "10:03"].map((time) => ({ ...entry, at: `2026-02-04T${time}:00.000Z` })),
}).at(new Date(0));
const at = () => world;

const region = "projects/acme/locations/us-west2";
const scraperLog = { resourceNames: ["projects/acme"], filter: 'resource.labels.service_name="nba-scrapers"', orderBy: "timestamp desc" };
const series = {
  name: "projects/acme",
  filter: 'metric.type="logging.googleapis.com/log_entry_count" AND resource.labels.service_name="nba-scrapers"',
  interval: { startTime: { seconds: 1770199200 }, endTime: { seconds: 1770202800 } },
};
const located = "location=us-west2";

interface Case {
  readonly method: string;
  readonly request: object;
  readonly routing?: string;
}

const right: readonly (Case & { readonly service: FakeService })[] = [
  ...runServices(at).flatMap((service) =>
    [
      { method: "getService", request: { name: `${region}/services/nba-scrapers` }, routing: located },
      { method: "listServices", request: { parent: region }, routing: located },
      { method: "listRevisions", request: { parent: `${region}/services/nba-scrapers` }, routing: located },
      { method: "getJob", request: { name: `${region}/jobs/nba-backfill` }, routing: located },
      { method: "listJobs", request: { parent: region }, routing: located },
    ].flatMap((each) => (each.method in service.implementation ? [{ ...each, service }] : [])),
  ),
  ...[
    {
      method: "getJob",
      request: { name: `${region}/jobs/same-day-phase4` },
      routing: `name=${encodeURIComponent(`${region}/jobs/same-day-phase4`)}`,
    },
    { method: "listJobs", request: { parent: region }, routing: `parent=${encodeURIComponent(region)}` },
  ].map((each) => ({ ...each, service: schedulerService(at) })),
  { method: "listLogEntries", request: scraperLog, service: loggingService(at) },
  { method: "listTimeSeries", request: series, routing: "name=projects%2Facme", service: metricsService(at) },
];

describe("what a fake answers is what its service's own protos know", () => {
  test.each(right.map((each): [string, (typeof right)[number]] => [`${each.method} ${JSON.stringify(each.request)}`, each]))(
    "every field of %s",
    async (_, { service, method, request, routing }) => {
      const definition = Object.values(service.definition).find(({ originalName }) => originalName === method);
      if (definition === undefined) throw new Error(`No method ${method}.`);
      const reply = await raw(service, method, request, routing);
      const said = reply.said ?? {};
      expect(Object.keys(said)).not.toEqual([]);
      const written: unknown = definition.responseDeserialize(definition.responseSerialize(said));
      expect(lost(said, written)).toEqual([]);
    },
  );
});

describe("what the real services refuse, the fakes refuse", () => {
  const wrong: readonly [string, FakeService, Case][] = [
    ...right
      .filter(({ routing }) => routing !== undefined)
      .map(({ service, method, request }): [string, FakeService, Case] => [
        `${method} without its routing header`,
        service,
        { method, request },
      ]),
    [
      "an order that there is none of",
      loggingService(at),
      { method: "listLogEntries", request: { ...scraperLog, orderBy: "severity desc" } },
    ],
    ["a log without a project", loggingService(at), { method: "listLogEntries", request: { ...scraperLog, resourceNames: [] } }],
    ["a filter that can't be read", loggingService(at), { method: "listLogEntries", request: { ...scraperLog, filter: "thud=1" } }],
    [
      "a page of another question",
      loggingService(at),
      { method: "listLogEntries", request: { ...scraperLog, pageToken: JSON.stringify([2, false, "another"]) } },
    ],
    ...[
      ["a metric that there is none of", { filter: 'metric.type="x.googleapis.com/y"' }],
      ["two metrics", { filter: 'metric.type="a" AND metric.type="b"' }],
      ["no metric", { filter: 'resource.type="cloud_run_revision"' }],
      ["a filter with OR", { filter: `${series.filter} OR resource.type="x"` }],
      ["no end", { interval: { startTime: { seconds: 1 } } }],
      ["an end before the beginning", { interval: { startTime: { seconds: 2 }, endTime: { seconds: 1 } } }],
      ["a period below a minute", { aggregation: { alignmentPeriod: { seconds: 59 }, perSeriesAligner: "ALIGN_SUM" } }],
      ["a reducer without an aligner", { aggregation: { crossSeriesReducer: "REDUCE_SUM" } }],
    ].map(([title, given]): [string, FakeService, Case] => [
      `series with ${String(title)}`,
      metricsService(at),
      { method: "listTimeSeries", request: { ...series, ...Object(given) }, routing: "name=projects%2Facme" },
    ]),
    [
      "a service's short name",
      runServices(at)[0] ?? metricsService(at),
      { method: "getService", request: { name: "nba-scrapers" }, routing: located },
    ],
    [
      "a page that no list named",
      schedulerService(at),
      { method: "listJobs", request: { parent: region, pageToken: "x" }, routing: `parent=${encodeURIComponent(region)}` },
    ],
  ];
  test.each(wrong)("%s", async (_, service, { method, request, routing }) => {
    expect((await raw(service, method, request, routing)).error?.code).toBe(grpc.status.INVALID_ARGUMENT);
  });
});

/** Asks a fake without a client library, and sees what it said before that was written. */
async function raw(
  { definition, implementation }: FakeService,
  method: string,
  request: object,
  routing?: string,
): Promise<{ said?: object | undefined; error?: grpc.ServiceError | undefined }> {
  let said: object | undefined;
  const handler = implementation[method];
  if (handler === undefined) throw new Error(`The fake has no ${method}.`);
  const listening: grpc.handleUnaryCall<object, object> = (call, answer) => {
    const handle = handler as grpc.handleUnaryCall<object, object>; // all of these are unary
    handle(call, (error, value) => {
      said = value ?? undefined;
      answer(error, value);
    });
  };
  const server = await startGrpcServer([{ definition, implementation: { [method]: listening } }]);
  const Client = grpc.makeGenericClientConstructor(definition, "Any");
  const client = new Client(server.address, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  if (routing !== undefined) metadata.set("x-goog-request-params", routing);
  const error = await new Promise<grpc.ServiceError | undefined>((resolve) => {
    const ask = client[method] as unknown as (...given: unknown[]) => void; // made from the definition
    ask.call(client, request, metadata, (failed: grpc.ServiceError | null) => resolve(failed ?? undefined));
  });
  client.close();
  server.stop();
  return { said, error };
}

/** Paths of what was said and is not there after it was written: no such field, or of another kind. */
function lost(said: unknown, written: unknown, path = ""): readonly string[] {
  if (said === null || said === undefined) return [];
  if (typeof said !== "object") return String(said) === String(written) ? [] : [`${path}: ${String(said)} became ${String(written)}`];
  return Object.entries(said).flatMap(([key, value]: [string, unknown]) =>
    lost(value, typeof written === "object" && written !== null ? Reflect.get(written, key) : undefined, `${path}.${key}`),
  );
}
