import * as grpc from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { googleTopics } from "../../../src/adapters/google/pubsub.ts";
import type { Topics } from "../../../src/ports/topics.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import type { TopicsContent } from "../../contracts/topics-contract.ts";
import { topicsContract } from "../../contracts/topics-contract.ts";
import type { FakeService } from "../../fakes/grpc.ts";
import { grpcRefusals, startGrpcServer, status } from "../../fakes/grpc.ts";
import { metricsService } from "../../fakes/metrics.ts";
import { pubsubServices } from "../../fakes/pubsub.ts";
import { changeableStores } from "../embedded/world-of.ts";
import { cloudAt } from "./cloud-at.ts";

const moment = new Date("2026-02-04T23:00:00Z");

topicsContract(
  "google topics",
  async (content) => {
    const stores = changeableStores(content);
    const at = () => stores.at(moment);
    const server = await startGrpcServer([...pubsubServices(at), metricsService(at)]);
    return { topics: googleTopics(cloudAt({ grpc: server.reach })), become: stores.become, dispose: async () => server.stop() };
  },
  { refusals: grpcRefusals },
);

const servers: { stop(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

type Answerer = (request: Record<string, unknown>, call: grpc.ServerUnaryCall<Record<string, unknown>, unknown>) => object | "hang";

/** A service that answers one method as the test says. */
async function answering(method: "listTopics" | "listSubscriptions" | "listTimeSeries", answerer: Answerer): Promise<Topics> {
  const content: TopicsContent = { topics: [], subscriptions: [] };
  const at = () => changeableStores(content).at(moment);
  const real: readonly FakeService[] = [...pubsubServices(at), metricsService(at)];
  const services = real.map((service): FakeService => {
    if (!Object.hasOwn(service.implementation, method)) return service;
    const implementation = {
      [method]: (call: grpc.ServerUnaryCall<Record<string, unknown>, unknown>, answer: grpc.sendUnaryData<unknown>) => {
        const answered = answerer(call.request, call);
        if (answered === "hang") return;
        if (answered instanceof Error) answer(answered);
        else answer(null, answered);
      },
    };
    return { ...service, implementation };
  });
  const server = await startGrpcServer(services);
  servers.push(server);
  return googleTopics(cloudAt({ grpc: server.reach }));
}

describe("names", () => {
  const subscription = (given: object): object => ({ name: "projects/acme/subscriptions/s", topic: "projects/acme/topics/t", ...given });
  test.each([
    ["of a topic of another project stays whole", { topic: "projects/other/topics/t" }, { topic: "projects/other/topics/t" }],
    ["of a topic that was deleted is no topic", { topic: "_deleted-topic_" }, {}],
    ["of a topic from which it is detached is no topic", { detached: true }, {}],
    ["of a dead-letter topic that was deleted is none", { deadLetterPolicy: { deadLetterTopic: "_deleted-topic_" } }, { topic: "t" }],
  ])("a name %s", async (_, given, expected) => {
    const topics = await answering("listSubscriptions", () => ({ subscriptions: [subscription(given)] }));
    expect(await topics.subscriptions(asking())).toEqual([{ name: "s", ...expected }]);
  });

  test.each([{ name: "s" }, { name: "" }, { topic: "" }, { topic: "t" }, { deadLetterPolicy: { deadLetterTopic: "t" } }])(
    "a subscription with %j is malformed, not left out",
    async (given) => {
      const topics = await answering("listSubscriptions", () => ({ subscriptions: [subscription({}), subscription(given)] }));
      expect((await refusalOf(topics.subscriptions(asking()))).refusal).toBe("malformed");
    },
  );
});

describe("pages", () => {
  test("a second page that never comes refuses the whole list", async () => {
    const first = { topics: [{ name: "projects/acme/topics/a" }], nextPageToken: "more" };
    const topics = await answering("listTopics", ({ pageToken }) =>
      pageToken === "" ? first : status(grpc.status.UNAVAILABLE, "Connection dropped"),
    );
    expect((await refusalOf(topics.topics(asking()))).refusal).toBe("unavailable");
  });

  test("a page that is followed by itself is malformed, and asked for no third time", async () => {
    let asked = 0;
    const topics = await answering("listTopics", () => {
      asked += 1;
      return { topics: [], nextPageToken: "again" };
    });
    expect((await refusalOf(topics.topics(asking()))).refusal).toBe("malformed");
    expect(asked).toBe(2);
  });

  test("an empty page in between ends nothing", async () => {
    const topics = await answering("listTopics", ({ pageToken }) =>
      pageToken === "" ? { topics: [], nextPageToken: "more" } : { topics: [{ name: "projects/acme/topics/a" }] },
    );
    expect(await topics.topics(asking())).toEqual(["a"]);
  });
});

describe("measurements", () => {
  const point = (seconds: number, value: object) => ({ interval: { endTime: { seconds } }, value });
  const series = (points: readonly object[], labels: object = {}) => ({
    resource: { type: "pubsub_subscription", labels: { project_id: "acme", subscription_id: "s", ...labels } },
    points,
  });
  const since = "2026-02-04T22:30:00Z";
  const until = "2026-02-04T23:00:00Z";
  const begin = Date.parse(since) / 1000;

  test("the newest counts, whatever the order and even if its series goes on in the next page", async () => {
    const pages: Record<string, object> = {
      "": {
        timeSeries: [series([point(begin + 60, { int64Value: "7" }), point(begin + 120, { int64Value: "8" })])],
        nextPageToken: "more",
      },
      more: { timeSeries: [series([point(begin + 180, { int64Value: "9" })])] },
    };
    const topics = await answering("listTimeSeries", ({ pageToken }) => pages[String(pageToken)] ?? {});
    expect(await topics.backlogs({ since, until }, asking())).toEqual([
      { subscription: "s", undelivered: 9, at: "2026-02-04T22:33:00.000Z" },
    ]);
  });

  test("a measurement at the very moment counts, one before it does not, though the service sent it", async () => {
    const topics = await answering("listTimeSeries", () => ({
      timeSeries: [
        series([point(begin, { int64Value: "1" })]),
        series([point(begin - 1, { int64Value: "2" })], { subscription_id: "old" }),
      ],
    }));
    expect(await topics.backlogs({ since, until }, asking())).toEqual([
      { subscription: "s", undelivered: 1, at: "2026-02-04T22:30:00.000Z" },
    ]);
  });

  test("a reply that says that it lacks something is partial, never fewer backlogs", async () => {
    const topics = await answering("listTimeSeries", () => ({
      timeSeries: [series([point(begin + 60, { int64Value: "0" })])],
      executionErrors: [{ code: 4, message: "took too long" }],
    }));
    expect((await refusalOf(topics.backlogs({ since, until }, asking()))).refusal).toBe("partial");
  });

  test("another project's subscription of the same name is not ours", async () => {
    const topics = await answering("listTimeSeries", () => ({
      timeSeries: [series([point(begin + 60, { int64Value: "5" })], { project_id: "other" })],
    }));
    expect(await topics.backlogs({ since, until }, asking())).toEqual([]);
  });

  test.each([{ doubleValue: 1 }, { int64Value: "-1" }, { int64Value: "9007199254740993" }, {}])(
    "a value %j is malformed and no zero",
    async (value) => {
      const topics = await answering("listTimeSeries", () => ({ timeSeries: [series([point(begin + 60, value)])] }));
      expect((await refusalOf(topics.backlogs({ since, until }, asking()))).refusal).toBe("malformed");
    },
  );

  test("a denial names the permission that reading metrics takes, not Pub/Sub's", async () => {
    const topics = await answering("listTimeSeries", () => status(grpc.status.PERMISSION_DENIED, "No."));
    const refused = await refusalOf(topics.backlogs({ since, until }, asking()));
    expect(refused.message).toContain("monitoring.timeSeries.list (roles/monitoring.viewer)");
    expect(refused.next).toContain("gcloud projects add-iam-policy-binding acme");
  });
});

describe("ends", () => {
  const asked = ["listTopics", "listSubscriptions", "listTimeSeries"] as const;
  test.each(asked)("a cancelled call is cancelled at the service too: %s", async (method) => {
    const [reached, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const topics = await answering(method, (_, call) => {
      call.on("cancelled", () => gone.resolve());
      reached.resolve();
      return "hang";
    });
    const caller = new AbortController();
    const call = asking({ signal: caller.signal });
    const ways = {
      listTopics: () => topics.topics(call),
      listSubscriptions: () => topics.subscriptions(call),
      listTimeSeries: () => topics.backlogs({ since: "2026-02-04T22:30:00Z", until: "2026-02-04T23:00:00Z" }, call),
    };
    const answered = refusalOf(ways[method]());
    await reached.promise;
    caller.abort();
    expect((await answered).refusal).toBe("deadline");
    await gone.promise;
  });

  test("the deadline is told to the service, and a service that is gone is asked once and no more", async () => {
    const deadlines: unknown[] = [];
    const topics = await answering("listTopics", (_, call) => {
      deadlines.push(call.getDeadline());
      return status(grpc.status.UNAVAILABLE, "Gone.");
    });
    const deadlineAt = Date.now() + 60_000;
    expect((await refusalOf(topics.topics(asking({ deadlineAt })))).refusal).toBe("unavailable");
    expect(deadlines).toHaveLength(1);
    expect(Math.abs(Number(deadlines[0]) - deadlineAt)).toBeLessThan(5000);
  });

  test("where nobody listens it is refused as unavailable", async () => {
    const server = await startGrpcServer([]);
    server.stop();
    const topics = googleTopics(cloudAt({ grpc: server.reach }));
    expect((await refusalOf(topics.topics(asking()))).refusal).toBe("unavailable");
  });
});
