import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { googleLogs } from "../../../src/adapters/google/logging.ts";
import { googleUnits } from "../../../src/adapters/google/run.ts";
import { googleSchedules } from "../../../src/adapters/google/scheduler.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import { acmeProject } from "../../support/cloud.ts";

/** Refuses every login, so that nobody is asked for one. */
const auth = {
  getUniverseDomain: async () => "googleapis.com",
  getClient: async () => {
    throw new Error("Could not load the default credentials.");
  },
};
const cloud = {
  ...acmeProject,
  reach: { grpc: { servicePath: "127.0.0.1", port: 1, auth } },
};
const source = { type: "cloud_run_revision", label: "service_name" };

function loaded(): readonly string[] {
  const paths = Object.keys(createRequire(import.meta.url).cache);
  return [...new Set(paths.flatMap((path) => /@google-cloud\/([\w-]+)\//u.exec(path)?.[1] ?? []))].toSorted();
}

test("a client library is loaded by the first question to its service, and by nothing before it", async () => {
  const logs = googleLogs(cloud, { service: source, function: source, job: source, scheduled: source });
  const [units, schedules] = [googleUnits(cloud), googleSchedules(cloud)];
  expect(loaded()).toEqual([]);
  const call = asking({ deadlineAt: Date.now() + 30_000 });
  await refusalOf(schedules.list(call));
  expect(loaded()).toContain("scheduler");
  expect(loaded()).not.toContain("run");
  await refusalOf(units.list(call));
  expect(loaded()).toContain("run");
  expect(loaded()).not.toContain("logging");
  await refusalOf(logs.entries({ unit: "x", since: "2026-02-04T00:00:00Z", until: "2026-02-05T00:00:00Z", limit: 1 }, call));
  expect(loaded()).toContain("logging");
});
