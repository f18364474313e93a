import { expect, test } from "vitest";
import { disturbance } from "../../../src/adapters/embedded/failing.ts";
import type { Failure } from "../../../src/adapters/embedded/world.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import { worldOf } from "./world-of.ts";

const cache = { port: "warehouse", names: ["nba_precompute.player_daily_cache"] } as const;
const call = asking({ look: "cache-rows 2026-02-03" });

function disturbed(...failures: Failure[]): Promise<"empty" | "garbage" | undefined> {
  return disturbance(worldOf({ failures }), cache, call);
}

test.each(["nba_precompute.player_daily_cache", "cache-rows", "cache-rows 2026-02-03"])(
  "%s is a target of this question",
  async (target) => {
    expect(await disturbed({ port: "warehouse", target, with: "empty" })).toBe("empty");
  },
);

test.each(["nba_precompute.player_daily_cache_v2", "nba_precompute", "cache", "cache-row", "cache-rows 2026-02", "rows", "2026-02-03", ""])(
  "%j is no target of this question: names are taken whole",
  async (target) => {
    expect(await disturbed({ port: "warehouse", target, with: "denied" })).toBeUndefined();
  },
);

test("the first failure that concerns a question decides", async () => {
  expect(
    await disturbed(
      { port: "warehouse", target: "feature-rows", with: "denied" },
      { port: "warehouse", target: "cache-rows", with: "garbage" },
      { port: "warehouse", with: "unavailable" },
    ),
  ).toBe("garbage");
});

test("a denial names the permission and the role that are missing", async () => {
  const refused = await refusalOf(disturbed({ port: "warehouse", with: "denied" }));
  expect(refused.message).toBe(
    "denied: reading nba_precompute.player_daily_cache needs bigquery.tables.getData (roles/bigquery.dataViewer)",
  );
  expect(refused.next).toBe("Grant roles/bigquery.dataViewer to the account that reads nba_precompute.player_daily_cache.");
});

test.each([
  ["documents", "datastore.entities.get", "roles/datastore.viewer", "firestore.googleapis.com"],
  ["logs", "logging.logEntries.list", "roles/logging.viewer", "logging.googleapis.com"],
  ["units", "run.services.get", "roles/run.viewer", "run.googleapis.com"],
  ["schedules", "cloudscheduler.jobs.get", "roles/cloudscheduler.viewer", "cloudscheduler.googleapis.com"],
  ["topics", "pubsub.subscriptions.list", "roles/pubsub.viewer", "pubsub.googleapis.com"],
  ["alerts", "monitoring.alertPolicies.list", "roles/monitoring.viewer", "monitoring.googleapis.com"],
  ["objects", "storage.objects.get", "roles/storage.objectViewer", "storage.googleapis.com"],
] as const)("a denial of %s names %s and %s, a service that is off names %s", async (port, permission, role, api) => {
  const refused = (kind: "denied" | "not_enabled") =>
    refusalOf(disturbance(worldOf({ failures: [{ port, with: kind }] }), { port, names: ["some-place"] }, call));
  expect((await refused("denied")).message).toBe(`denied: reading some-place needs ${permission} (${role})`);
  expect((await refused("not_enabled")).next).toBe(`Run: gcloud services enable ${api}`);
});
