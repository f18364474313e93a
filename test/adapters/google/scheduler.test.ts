import { describe, expect, test } from "vitest";
import { googleSchedules } from "../../../src/adapters/google/scheduler.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import { schedulesContract } from "../../contracts/schedules-contract.ts";
import { grpcRefusals, startGrpcServer } from "../../fakes/grpc.ts";
import { schedulerService } from "../../fakes/scheduler.ts";
import { changeableStores } from "../embedded/world-of.ts";
import { acme, wireTests } from "./on-the-wire.ts";

schedulesContract(
  "google schedules",
  async (content) => {
    const stores = changeableStores(content);
    const server = await startGrpcServer([schedulerService(() => stores.at(new Date(0)))]);
    return {
      schedules: googleSchedules(acme(server.reach)),
      become: stores.become,
      dispose: async () => server.stop(),
    };
  },
  grpcRefusals,
);

const definition = () => schedulerService(() => changeableStores({}).at(new Date(0))).definition;
const jobName = "projects/acme/locations/us-west2/jobs/same-day-phase4";
const whole = {
  name: jobName,
  schedule: "0 11 * * *",
  timeZone: "America/New_York",
  state: "ENABLED",
  lastAttemptTime: { seconds: "1770220800", nanos: 999_999_999 },
  target: "httpTarget",
  httpTarget: { uri: "https://phase4.example/" },
};

wireTests({
  title: "google schedules",
  definitions: () => [definition()],
  methods: ["getJob", "listJobs"],
  place: "same-day-phase4",
  api: "cloudscheduler.googleapis.com",
  permission: "cloudscheduler.jobs.get",
  ask: (cloud) => {
    const schedules = googleSchedules(cloud);
    return (call) => [schedules.get({ name: "same-day-phase4" }, call), schedules.list(call)];
  },
  lists: {
    listJobs: { question: 1, first: { jobs: [whole], nextPageToken: "more" } },
  },
});

describe("google schedules, of their own", () => {
  const answering = async (job: object) => {
    const server = await startGrpcServer([
      {
        definition: definition(),
        implementation: { getJob: (_: unknown, answer: (error: null, found: object) => void) => answer(null, job) },
      },
    ]);
    try {
      return await googleSchedules(acme(server.reach)).get({ name: "same-day-phase4" }, asking());
    } finally {
      server.stop();
    }
  };

  test.each([
    ["a status is absent after an attempt", {}, { code: 0, lastAttemptAt: "2026-02-04T16:00:00.999Z" }],
    ["there never was an attempt", { lastAttemptTime: null }, { code: undefined, lastAttemptAt: undefined }],
    ["there never was an attempt, and an empty status", { lastAttemptTime: null, status: {} }, { code: undefined }],
    ["a fault is told without an attempt", { lastAttemptTime: null, status: { code: 7 } }, { code: 7 }],
    [
      "the attempt has no outcome yet",
      { status: { code: -1 } },
      { code: undefined, message: undefined, lastAttemptAt: "2026-02-04T16:00:00.999Z" },
    ],
    ["no zone is given", { timeZone: "" }, { zone: "UTC" }],
    ["no deadline is given", {}, { deadlineSeconds: 180 }],
    ["a deadline has fractions", { attemptDeadline: { seconds: "30", nanos: 500_000_000 } }, { deadlineSeconds: 30.5 }],
    [
      "a paused job is still told a next time",
      { state: "PAUSED", scheduleTime: { seconds: "1770220800" } },
      { state: "paused", nextRunAt: undefined },
    ],
    ["another project's topic is called", pubsub("projects/other/topics/x"), { target: "projects/other/topics/x" }],
    ["a topic of its own is called", pubsub("projects/acme/topics/x"), { target: "x" }],
    [
      "an App Engine address is called",
      {
        httpTarget: null,
        target: "appEngineHttpTarget",
        appEngineHttpTarget: { relativeUri: "/run", appEngineRouting: { host: "acme.appspot.com" } },
      },
      { target: "acme.appspot.com/run", deadlineSeconds: 600 },
    ],
  ])("where %s, that is what it means", async (_, given, expected) => {
    const found: object = (await answering({ ...whole, ...given })) ?? {};
    for (const [key, value] of Object.entries(expected)) expect(found[key as keyof typeof found], key).toEqual(value);
  });

  test.each([
    ["of a failed update", { state: "UPDATE_FAILED" }],
    ["of a state that is none", { state: 17 }],
    ["without a schedule", { schedule: "" }],
    ["without a target", { target: undefined, httpTarget: undefined }],
    ["without a name", { name: "" }],
  ])("a job %s is malformed, never one that runs", async (_, given) => {
    expect((await refusalOf(answering({ ...whole, ...given }))).refusal).toBe("malformed");
  });

  test("no name can lead to another resource", async () => {
    expect(await answeringNothing().get({ name: "a/../../jobs/b" }, asking())).toBeUndefined();
  });
});

function pubsub(topicName: string): object {
  return { httpTarget: null, target: "pubsubTarget", pubsubTarget: { topicName } };
}

function answeringNothing() {
  return googleSchedules(acme({ servicePath: "127.0.0.1", port: 1 }));
}
