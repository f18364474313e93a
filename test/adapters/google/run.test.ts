import type * as grpc from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { googleUnits } from "../../../src/adapters/google/run.ts";
import type { Unit } from "../../../src/ports/units.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import { unitsContract } from "../../contracts/units-contract.ts";
import { grpcRefusals, startGrpcServer, status } from "../../fakes/grpc.ts";
import { notThere, runServices } from "../../fakes/run.ts";
import { changeableStores } from "../embedded/world-of.ts";
import { acme, wireTests } from "./on-the-wire.ts";

const marks = { label: "commit-sha", variable: "BUILD_COMMIT" };

unitsContract(
  "google units",
  async (content) => {
    const stores = changeableStores(content);
    const server = await startGrpcServer(runServices(() => stores.at(new Date(0))));
    return { units: googleUnits(acme(server.reach), marks), become: stores.become, dispose: async () => server.stop() };
  },
  grpcRefusals,
);

const definitions = () => runServices(() => changeableStores({}).at(new Date(0))).map(({ definition }) => definition);
const place = "nba-scrapers";
const resource = `projects/acme/locations/us-west2/services/${place}`;
const created = { seconds: "1769650000", nanos: 0 };

const service = {
  name: resource,
  template: { containers: [] },
  latestCreatedRevision: `${resource}/revisions/${place}-00002-bbb`,
  latestReadyRevision: `${resource}/revisions/${place}-00002-bbb`,
  trafficStatuses: [{ type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 }],
};
const revision = {
  name: `${resource}/revisions/${place}-00002-bbb`,
  createTime: created,
  containers: [],
  conditions: [{ type: "Ready", state: "CONDITION_SUCCEEDED" }],
};
const job = {
  name: `projects/acme/locations/us-west2/jobs/${place}`,
  generation: "7",
  createTime: created,
  template: { template: { containers: [] } },
  terminalCondition: { type: "Ready", state: "CONDITION_SUCCEEDED" },
};

wireTests({
  title: "google units",
  definitions,
  methods: ["getService", "listRevisions", "getJob", "listServices", "listJobs"],
  place,
  api: "run.googleapis.com",
  permission: "run.services.get",
  ask: (cloud) => {
    const units = googleUnits(cloud, marks);
    return (call) => [units.get({ name: place, kind: "service" }, call), units.get({ name: place, kind: "job" }, call), units.list(call)];
  },
  lists: {
    listRevisions: { question: 0, first: { revisions: [revision], nextPageToken: "more" }, others: { getService: service } },
    listServices: { question: 2, first: { services: [service], nextPageToken: "more" } },
    listJobs: { question: 2, first: { jobs: [job], nextPageToken: "more" } },
  },
});

type Answers = Readonly<Record<"getService" | "listRevisions" | "getJob", object>>;

describe("google units, of their own", () => {
  const absent: Answers = {
    getService: notThere(place, "SERVICE"),
    listRevisions: notThere(place, "SERVICE"),
    getJob: notThere(place, "JOB"),
  };

  const getting = async (given: Partial<Answers>, kind?: Unit["kind"]): Promise<Unit | undefined> => {
    const answers = { ...absent, ...given };
    const handler =
      (reply: object) =>
      (_: unknown, answer: grpc.sendUnaryData<object>): void =>
        reply instanceof Error ? answer(reply) : answer(null, reply);
    const named = Object.entries(answers).map(([method, reply]): [string, grpc.UntypedHandleCall] => [method, handler(reply)]);
    const server = await startGrpcServer(
      definitions().map((definition) => {
        const methods = new Set(Object.values(definition).map(({ originalName }) => originalName));
        return { definition, implementation: Object.fromEntries(named.filter(([method]) => methods.has(method))) };
      }),
    );
    try {
      return await googleUnits(acme(server.reach), marks).get({ name: place, kind }, asking());
    } finally {
      server.stop();
    }
  };
  const deployed = (given: object, revisions: readonly object[] = [revision]) =>
    getting({ getService: { ...service, ...given }, listRevisions: { revisions } });

  test("a value of an environment variable never gets further than its name, but for the commit", async () => {
    const env = ["API_KEY", "BUILD_COMMIT", "TOKEN"].map((name) => ({ name, value: `value-of-${name}`, values: "value" }));
    const secret = { name: "FROM_SECRET", values: "valueSource", valueSource: { secretKeyRef: { secret: "the-secret", version: "1" } } };
    const containers = [{ env }, { env: [secret, { name: "API_KEY", value: "again", values: "value" }] }];
    const found = await deployed({ template: { containers } }, [{ ...revision, containers }]);
    expect(found?.variables).toEqual(["API_KEY", "BUILD_COMMIT", "TOKEN", "FROM_SECRET"]);
    expect(found?.revisions[0]?.commit).toBe("value-of-BUILD_COMMIT");
    expect(JSON.stringify(found).replace("value-of-BUILD_COMMIT", "")).not.toMatch(/value-of|the-secret|again/u);
  });

  test.each([
    ["its label", { labels: { "commit-sha": "075fab1e" } }, "075fab1e"],
    ["its label before its variable", { labels: { "commit-sha": "075fab1e" }, containers: built("8cb96558") }, "075fab1e"],
    ["its variable, where the label is empty", { labels: { "commit-sha": "" }, containers: built("8cb96558") }, "8cb96558"],
    ["nothing, where the variable is empty", { containers: built("") }, undefined],
    ["nothing, where other labels are set", { labels: { commit: "075fab1e" } }, undefined],
  ])("a revision's commit is told by %s", async (_, given, commit) => {
    expect((await deployed({ labels: { "commit-sha": "of-the-service" } }, [{ ...revision, ...given }]))?.revisions[0]?.commit).toBe(
      commit,
    );
  });

  test("without marks no commit is known", async () => {
    const stores = changeableStores({ units: [] });
    const server = await startGrpcServer(runServices(() => ({ ...stores.at(new Date(0)), unit: () => unitWith("8cb96558") })));
    const found = await googleUnits(acme(server.reach)).get({ name: place }, asking());
    expect(found?.revisions.map(({ commit }) => commit)).toEqual([undefined]);
    server.stop();
  });

  test.each([
    ["nothing of it", "service", {}],
    ["Cloud Functions' label", "function", { labels: { "goog-managed-by": "cloudfunctions" } }],
    ["another manager's label", "service", { labels: { "goog-managed-by": "something" } }],
    ["a function's id", "function", { annotations: { "cloudfunctions.googleapis.com/function-id": place } }],
    ["a function to build", "function", { buildConfig: { functionTarget: "main" } }],
    ["a build without a function", "service", { buildConfig: { functionTarget: "" } }],
  ])("a service that says %s is a %s", async (_, kind, given) => {
    expect((await deployed(given))?.kind).toBe(kind);
  });

  const [latest, byName] = ["TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"];
  const newest = `${place}-00002-bbb`;
  test.each([
    ["the latest, by no name", [{ type: latest, percent: 100 }], [[newest, 100]]],
    ["the latest, named", [{ type: latest, revision: newest, percent: 100 }], [[newest, 100]]],
    [
      "the latest twice",
      [
        { type: latest, percent: 30 },
        { type: byName, revision: newest, percent: 70 },
      ],
      [[newest, 100]],
    ],
    [
      "an older one, and a tag without a share",
      [
        { type: byName, revision: `${place}-00001-aaa`, percent: 100 },
        { type: latest, percent: 0, tag: "canary" },
      ],
      [[`${place}-00001-aaa`, 100]],
    ],
    ["one by its whole resource name", [{ type: byName, revision: `${resource}/revisions/x`, percent: 100 }], [["x", 100]]],
    ["nobody", [], []],
  ])("requests go to %s", async (_, trafficStatuses, expected) => {
    const found = await deployed({ trafficStatuses });
    expect(found?.traffic.map((each) => [each.revision, each.percent])).toEqual(expected);
  });

  test("the latest gets nothing while none was ever ready", async () => {
    expect(await deployed({ latestReadyRevision: "" })).toMatchObject({ traffic: [], latestReady: undefined });
  });

  test.each([
    ["of the service", { scaling: { minInstanceCount: 2 } }, 2],
    ["of its revisions", { template: { containers: [], scaling: { minInstanceCount: 1 } } }, 1],
    ["of both, the greater", { scaling: { minInstanceCount: 1 }, template: { containers: [], scaling: { minInstanceCount: 3 } } }, 3],
    ["set by hand", { scaling: { scalingMode: "MANUAL", manualInstanceCount: 4 } }, 4],
    ["none", {}, 0],
  ])("instances kept warm: %s", async (_, given, expected) => {
    expect((await deployed(given))?.minInstances).toBe(expected);
  });

  test.each([
    [
      "its own message",
      [{ type: "Ready", state: "CONDITION_FAILED", message: "did not listen" }],
      { ready: false, problem: "did not listen" },
    ],
    [
      "another condition's message",
      [
        { type: "Ready", state: "CONDITION_FAILED" },
        { type: "ContainerHealthy", state: "CONDITION_FAILED", message: "exit 137" },
      ],
      { ready: false, problem: "exit 137" },
    ],
    [
      "that it is still pending",
      [{ type: "Ready", state: "CONDITION_RECONCILING", message: "Deploying" }],
      { ready: false, problem: "Deploying" },
    ],
    ["nothing", [], { ready: false, problem: undefined }],
    [
      "only that its container is healthy",
      [{ type: "ContainerHealthy", state: "CONDITION_SUCCEEDED" }],
      { ready: false, problem: undefined },
    ],
  ])("a revision of which Cloud Run says %s is not ready", async (_, conditions, expected) => {
    const [found] = (await deployed({}, [{ ...revision, conditions }]))?.revisions ?? [];
    expect({ ready: found?.ready, problem: found?.problem }).toEqual(expected);
  });

  test("revisions come newest first, whatever their order on the wire", async () => {
    const at = (name: string, seconds: string) => ({ ...revision, name: `${resource}/revisions/${name}`, createTime: { seconds } });
    const found = await deployed({}, [at("b", "200"), at("c", "300"), at("a", "100")]);
    expect(found?.revisions.map(({ name }) => name)).toEqual(["c", "b", "a"]);
  });

  test("a job that is not ready has a template and nothing ready", async () => {
    const terminalCondition = { type: "Ready", state: "CONDITION_FAILED", message: "no such image" };
    expect(await getting({ getJob: { ...job, terminalCondition } })).toMatchObject({
      kind: "job",
      latestCreated: `${place}-00007`,
      latestReady: undefined,
      revisions: [{ ready: false, problem: "no such image" }],
    });
  });

  test.each<[string, Partial<Answers>]>([
    ["a service's denial", { getService: status(7, "Denied."), getJob: job }],
    ["the denial of a service's revisions", { getService: service, listRevisions: status(7, "Denied.") }],
    ["a job's denial, where there is no such service", { getJob: status(7, "Denied.") }],
  ])("%s is refused, whatever else is known", async (_, answers) => {
    expect((await refusalOf(getting(answers))).refusal).toBe("denied");
  });

  test("a service is found where jobs may not be read, and neither is where both are absent", async () => {
    expect(await getting({ getService: service, listRevisions: { revisions: [revision] }, getJob: status(7, "Denied.") })).toMatchObject({
      kind: "service",
    });
    expect(await getting({ listRevisions: status(7, "Denied.") })).toBeUndefined();
  });

  test.each<[string, Partial<Answers>]>([
    ["a revision without a name", { getService: service, listRevisions: { revisions: [{ ...revision, name: "" }] } }],
    ["a revision without a time", { getService: service, listRevisions: { revisions: [{ ...revision, createTime: null }] } }],
    ["a share of more than all", { getService: { ...service, trafficStatuses: [{ percent: 101 }] }, listRevisions: { revisions: [] } }],
    ["a service without a template", { getService: { ...service, template: null }, listRevisions: { revisions: [] } }],
    ["a job without a template", { getJob: { ...job, template: null } }],
  ])("%s is malformed", async (_, answers) => {
    expect((await refusalOf(getting(answers))).refusal).toBe("malformed");
  });

  test("no name can lead to another resource", async () => {
    const units = googleUnits(acme({ servicePath: "127.0.0.1", port: 1 }), marks);
    expect(await units.get({ name: "a/revisions/b" }, asking())).toBeUndefined();
    expect(await units.get({ name: "" }, asking())).toBeUndefined();
  });
});

function built(commit: string): object[] {
  return [{ env: [{ name: "BUILD_COMMIT", value: commit, values: "value" }] }];
}

function unitWith(commit: string): Unit {
  const only = { name: `${place}-00001-aaa`, createdAt: "2026-01-29T03:25:00.000Z", ready: true, commit };
  return { name: place, kind: "service", revisions: [only], latestCreated: only.name, traffic: [], minInstances: 0, variables: [] };
}
