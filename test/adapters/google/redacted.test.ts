import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { World } from "../../../src/adapters/embedded/world.ts";
import { redactor } from "../../../src/adapters/google/redacted.ts";
import type { Exchange, GrpcExchange } from "../../../src/adapters/google/tap.ts";
import type { Member, Shape } from "../../../src/adapters/google/wire-shapes.ts";
import { methodShapes } from "../../../src/adapters/google/wire-shapes.ts";
import { heardOver, smallWorld } from "./capture-stage.ts";

const kept = ["commit-sha", "BUILD_COMMIT", "cloud_run_revision", "service_name"];

/** What a call of that method answered, redacted. */
function redactedReply(service: string, method: string, reply: unknown): unknown {
  const exchange: Exchange = { wire: "grpc", service, method, request: {}, replies: [reply] };
  return (redactor(kept).exchange(exchange) as GrpcExchange).replies[0];
}

describe("of a reply", () => {
  test("members, kinds, times, enumerations and small numbers stay; names and texts become placeholders", () => {
    const job = {
      name: "projects/acme-nba/locations/us-west2/jobs/overnight",
      schedule: "0 8 * * *",
      timeZone: "America/New_York",
      state: "PAUSED",
      lastAttemptTime: { seconds: "1770246000", nanos: 5 },
      status: { code: 7, message: "jane@example.com was denied" },
      httpTarget: { uri: "https://x.example.com/run?key=AIzaSecret", headers: { "X-Api-Key": "hunter2" }, body: Buffer.from("hunter2") },
      target: "httpTarget",
    };
    expect(redactedReply("google.cloud.scheduler.v1.CloudScheduler", "GetJob", job)).toEqual({
      name: "projects/name-1/locations/name-2/jobs/name-3",
      schedule: "text-4",
      timeZone: "name-5/name-6",
      state: "PAUSED",
      lastAttemptTime: { seconds: "1770246000", nanos: 5 },
      status: { code: 7, message: "text-7" },
      httpTarget: { uri: "text-8", headers: { "name-9": "name-10" }, body: "" },
    });
  });

  test("a document's fields keep their kinds and signs, and nothing of their names and values", () => {
    const fields = {
      salary: { integerValue: "-4100200", valueType: "integerValue" },
      rate: { doubleValue: 0.285, valueType: "doubleValue" },
      born: { stringValue: "1990-05-01", valueType: "stringValue" },
      seen: { timestampValue: { seconds: "1770246000", nanos: 5 }, valueType: "timestampValue" },
      empty: { stringValue: "", valueType: "stringValue" },
      state: { stringValue: "jobs", valueType: "stringValue" },
      none: { nullValue: "NULL_VALUE", valueType: "nullValue" },
      list: { arrayValue: { values: [{ booleanValue: false, valueType: "booleanValue" }] }, valueType: "arrayValue" },
    };
    const reply = redactedReply("google.firestore.v1.Firestore", "BatchGetDocuments", { found: { name: "", fields }, result: "found" });
    expect(reply).toEqual({
      found: {
        fields: {
          "name-1": { integerValue: "-7" },
          "name-2": { doubleValue: 0.5 },
          "name-3": { stringValue: "2000-01-01" },
          "name-4": { timestampValue: { seconds: "946684800" } },
          "name-5": { stringValue: "" },
          "name-6": { stringValue: "name-7" },
          "name-8": { nullValue: "NULL_VALUE" },
          "name-9": { arrayValue: { values: [{ booleanValue: false }] } },
        },
      },
    });
  });

  test("the deployed commit's mark is still found where it was, under another value", () => {
    const revision = {
      labels: { "commit-sha": "d7420691", team: "blue" },
      containers: [{ env: [{ name: "BUILD_COMMIT", value: "service_name" }] }],
    };
    expect(redactedReply("google.cloud.run.v2.Revisions", "GetRevision", revision)).toEqual({
      labels: { "commit-sha": "name-1", "name-2": "name-3" },
      containers: [{ env: [{ name: "BUILD_COMMIT", value: "name-4" }] }],
    });
  });

  test("one of a service that nobody describes keeps its kinds alone", () => {
    expect(redactedReply("acme.v1.Secrets", "Get", { password: "ENABLED", retries: 41 })).toEqual({ "name-1": "name-2", "name-3": 7 });
  });
});

test("of a refusal only the words stay that tell refusals apart", () => {
  const failedWith = (failed: NonNullable<GrpcExchange["failed"]>) => {
    const exchange: Exchange = { wire: "grpc", service: "s", method: "m", request: {}, replies: [], failed };
    return (redactor(kept).exchange(exchange) as GrpcExchange).failed; // of one wire comes one of the same
  };
  const refused = (message: string): string | undefined => failedWith({ code: 7, message })?.message;
  expect(refused("Not found: Table acme-nba:nba_raw.games was not found in location US")).toBe(
    "Not found: Table x:x was not found in location x",
  );
  expect(refused("Permission 'run.services.get' denied for jane@example.com")).toBe("Permission 'run.services.get' denied for x?x");
  expect(refused("Firestore API has not been used in project 123456 before or it is disabled.")).toBe(
    "Firestore API has not been used in project x before or it is disabled.",
  );
  const details = "\u0012type.googleapis.com/google.rpc.ErrorInfo SERVICE_DISABLED consumer projects/acme-nba";
  expect(failedWith({ code: 7, message: "No.", details })).toEqual({ code: 7, message: "No.", details: "SERVICE_DISABLED" });
});

const methods = [
  ["google.firestore.v1.Firestore", "BatchGetDocuments"],
  ["google.firestore.v1.Firestore", "RunQuery"],
  ["google.logging.v2.LoggingServiceV2", "ListLogEntries"],
  ["google.monitoring.v3.AlertPolicyService", "ListAlertPolicies"],
  ["google.monitoring.v3.MetricService", "ListTimeSeries"],
  ["google.pubsub.v1.Publisher", "ListTopics"],
  ["google.pubsub.v1.Subscriber", "ListSubscriptions"],
  ["google.cloud.run.v2.Services", "ListServices"],
  ["google.cloud.run.v2.Revisions", "ListRevisions"],
  ["google.cloud.run.v2.Jobs", "ListJobs"],
  ["google.cloud.scheduler.v1.CloudScheduler", "ListJobs"],
] as const;

/** In each of the forms that a secret or a name may take; `Qz` and what follows is what must be gone. */
const planted = fc
  .tuple(
    fc.nat(),
    fc.constantFrom("ya29.A0", "AKIA", "jane.", "https://", "projects/p/topics/", "PASSWORD_", "2026-02-03", "", "the ", "\n{", "☃ "),
  )
  .map(([number, before]) => `${before}Qz${number}zQ`);
const numbers = fc.integer({ min: 2_000_000, max: 2 ** 52 });

/** A message that says something in each of its members, whatever may stand there or not. */
function filled(shape: Shape, depth: number): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "message": {
      const members = Object.entries(shape.fields).map(([key, member]): [string, fc.Arbitrary<unknown>] => [
        key,
        filledMember(member, depth),
      ]);
      return fc
        .record(Object.fromEntries(members), { requiredKeys: [] })
        .chain((known) => fc.tuple(planted, planted).map(([key, value]) => ({ ...known, [key]: value })));
    }
    case "integer":
      return fc.oneof(numbers.map(String), numbers, planted);
    case "number":
      return fc.oneof(numbers, planted);
    case "bytes":
      return planted.map((text) => Buffer.from(text));
    case "word":
    case "time":
    case "text":
    case "said":
    case "boolean":
      return fc.oneof(
        planted,
        planted.map((text) => ({ seconds: text, [text]: text })),
        fc.array(planted, { maxLength: 2 }),
      );
  }
}

function filledMember({ shape, is }: Member, depth: number): fc.Arbitrary<unknown> {
  if (depth === 0) return planted;
  const one = filled(shape(), depth - 1);
  if (is === "list") return fc.array(one, { maxLength: 2 });
  return is === "map" ? fc.dictionary(planted, one, { maxKeys: 2 }) : one;
}

describe("nothing that was planted is left", () => {
  test.each(methods)("in what %s %s answers, wherever it stood", (service, method) => {
    const reply = methodShapes(service, method)?.reply;
    if (reply === undefined) throw new Error(`${service}/${method} is not described.`);
    fc.assert(
      fc.property(filled(reply, 4), planted, (message, said) => {
        const exchange: Exchange = {
          wire: "grpc",
          service,
          method,
          request: message,
          replies: [message],
          failed: { code: 3, message: said, details: said },
        };
        expect(redactedText(exchange)).not.toMatch(marked);
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    ["/bigquery/v2/projects/acme/datasets/raw/tables", 200],
    ["/bigquery/v2/projects/acme/datasets/raw/tables/games", 200],
    ["/bigquery/v2/projects/acme/datasets/raw/tables", 403],
    ["/v3/projects/acme/alerts", 200],
    ["/storage/v1/b/files/o/a.json", 200],
    ["/storage/v1/b/files/o/a.json", 404],
    ["/unknown", 200],
  ])("in the body of %s with status %i, wherever it stood", (path, status) => {
    const keys = "kind tables schema fields name type mode error errors message reason alerts policy nextPageToken size updated";
    const key = fc.oneof(planted, fc.constantFrom(...keys.split(" ")));
    const body = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        planted,
        numbers,
        fc.dictionary(key, tie("any"), { maxKeys: 4 }),
        fc.array(tie("any"), { maxLength: 3 }),
      ),
    })).any;
    fc.assert(
      fc.property(body, planted, (reply, named) => {
        const at = `${path}/${encodeURIComponent(named)}`;
        const exchange = { wire: "http", service: "storage", method: "GET", query: { [`pageToken`]: named } } as const;
        expect(redactedText({ ...exchange, path, status, reply })).not.toMatch(marked);
        expect(redactedText({ ...exchange, path: at, status, reply: named })).not.toMatch(marked);
      }),
      { numRuns: 60 },
    );
  });

  test("in a capture of a whole world", async () => {
    const mark = "Qz4711zQ";
    const world = await smallWorld();
    const project = "acme-qz4711zq";
    const text = JSON.stringify(await heardOver(markedWorld(world, mark), project));
    expect(text.length).toBeGreaterThan(10_000);
    expect(text).not.toMatch(/qz4711zq/iu);
    expect(text).not.toMatch(/loopback-token|127\.0\.0\.1|acme|us-west2|example\.com/u);
  });
});

const marked = /Qz\d|\d{8}/u;

function redactedText(exchange: Exchange): string {
  return JSON.stringify(redactor(kept).exchange(exchange)).replaceAll('"946684800"', ""); // What stands for every stored moment.
}

/** The world with the mark in every text that a person may have chosen. */
function markedWorld(world: World, mark: string): World {
  const marked = <T>(value: T, at = ""): T => markedThroughout(value, mark, at) as T;
  return {
    ...world,
    document: (collection, id) => marked(world.document(collection, id), "document"),
    log: (window) => marked(world.log(window), "log"),
    jobs: () => marked(world.jobs()),
    job: (name) => marked(world.job(name)),
    topics: () => marked(world.topics(), "name"),
    policies: () => marked(world.policies()),
    incidents: () => marked(world.incidents()),
    object: (path) => marked(world.object(path), "object"),
  };
}

/** Not where a form or our own word is asked for. */
const formed = new Set(["id", "name", "path", "unit", "kind", "state", "severity", "$timestamp", "schedule", "zone"]);

function markedThroughout(value: unknown, mark: string, key: string): unknown {
  if (typeof value === "string") return formed.has(key) || /^\d{4}-\d{2}-\d{2}T/u.test(value) ? value : `${value} ${mark}`;
  if (Array.isArray(value)) return value.map((each) => markedThroughout(each, mark, key));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, markedThroughout(held, mark, name)]));
}
