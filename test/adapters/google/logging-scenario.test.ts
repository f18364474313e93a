import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { storeClock } from "../../../src/adapters/embedded/clock.ts";
import { embeddedLogs } from "../../../src/adapters/embedded/logs.ts";
import { embeddedSchedules } from "../../../src/adapters/embedded/schedules.ts";
import { embeddedUnits } from "../../../src/adapters/embedded/units.ts";
import { googleLogs } from "../../../src/adapters/google/logging.ts";
import { googleUnits } from "../../../src/adapters/google/run.ts";
import { googleSchedules } from "../../../src/adapters/google/scheduler.ts";
import type { Logs } from "../../../src/ports/logs.ts";
import type { Schedules } from "../../../src/ports/schedules.ts";
import type { Unit, Units } from "../../../src/ports/units.ts";
import { asking } from "../../contracts/asking.ts";
import { startGrpcServer } from "../../fakes/grpc.ts";
import { loggingService } from "../../fakes/logging.ts";
import { platformLogsAs } from "../../fakes/logging-sources.ts";
import { metricsService } from "../../fakes/metrics.ts";
import { runServices } from "../../fakes/run.ts";
import { schedulerService } from "../../fakes/scheduler.ts";
import { morning, pipeline, staged } from "../../scenario/stage.ts";
import { acme } from "./on-the-wire.ts";

const stores = staged(`changes:
  - { revision: nba-phase3-analytics-processors, name: 00192-nn7, from: 2026-02-04 05:00, ready: false, problem: PORT=8080 }
  - { revision: own-function, name: 00001-aaa, from: 2026-02-04 06:00, kind: function, variables: [A, B] }
  - { job: same-day-phase4, from: 2026-02-04 11:00, code: 7, message: PERMISSION_DENIED }
  - { log: nba-phase3-analytics-processors, from: 2026-02-04 07:00, severity: ERROR, fields: { message: Could not serialize, code: 400 }, times: 30, every: 7 }
`);
const now = morning("12:30");

interface Asked {
  readonly logs: Logs;
  readonly units: Units;
  readonly schedules: Schedules;
}

describe("a night is the same through Google's client libraries as it is without them", () => {
  const clock = storeClock(now);
  const embedded: Asked = {
    logs: embeddedLogs(stores, clock),
    units: embeddedUnits(stores, clock),
    schedules: embeddedSchedules(stores, clock),
  };
  let google: Asked;
  let stop: () => void;

  beforeAll(async () => {
    const world = () => stores.at(now);
    const server = await startGrpcServer([loggingService(world), metricsService(world), ...runServices(world), schedulerService(world)]);
    const cloud = acme(server.reach);
    google = {
      logs: googleLogs(cloud, platformLogsAs),
      units: googleUnits(cloud, { label: "commit-sha", variable: "BUILD_COMMIT" }),
      schedules: googleSchedules(cloud),
    };
    stop = () => server.stop();
  });
  afterAll(() => stop());

  const both = async <T>(ask: (ports: Asked) => Promise<T>): Promise<T> => {
    const [found, expected] = await Promise.all([ask(google), ask(embedded)]);
    expect(found).toEqual(expected);
    return found;
  };

  test("every unit is listed, and comes back as it is deployed", async () => {
    const listed = await both(({ units }) => units.list(asking()));
    const declared = Object.entries(pipeline.file.units ?? {}).filter(([, { since, until }]) => since === undefined && until === undefined);
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(["own-function", ...declared.map(([name]) => name)]));
    for (const { name, kind } of listed) await both(async ({ units }) => comparable(await units.get({ name, kind }, asking())));
  });

  test("every scheduler job is listed, and comes back as it is", async () => {
    const jobs = await both(({ schedules }) => schedules.list(asking()));
    expect(jobs.length).toBeGreaterThan(20);
    for (const { name } of jobs.slice(0, 5)) await both(({ schedules }) => schedules.get({ name }, asking()));
  });

  test("logs are the same, whole, filtered, cut and counted", async () => {
    const jobs = (await embedded.schedules.list(asking())).slice(0, 2).map(({ name }) => name);
    const errors = "nba-phase3-analytics-processors";
    for (const unit of [errors, "nba-scrapers", "unified-health-check", ...jobs]) {
      const window = { unit, since: morning("00:00").toISOString(), until: now.toISOString() };
      const { entries } = await both(({ logs }) => logs.entries({ ...window, limit: 5000 }, asking()));
      const cut = await both(({ logs }) => logs.entries({ ...window, limit: 3 }, asking()));
      const severe = await both(({ logs }) => logs.entries({ ...window, severity: "WARNING", limit: 100 }, asking()));
      const told = await both(({ logs }) => logs.entries({ ...window, contains: "COULD NOT serialize", limit: 10 }, asking()));
      const counted = await both(({ logs }) => logs.counted(window, asking()));
      expect(counted?.entries ?? 0, unit).toBeLessThanOrEqual(entries.length);
      if (unit !== errors) continue;
      expect([entries.length > 30, cut.more, severe.entries.length >= 30, told.entries.length, told.more]).toEqual([
        true,
        true,
        true,
        10,
        true,
      ]);
      expect(counted?.entries).toBeGreaterThan(30);
    }
  });
});

/** Revisions of a Run job have no name of their own on the wire but the template's generation. */
function comparable(unit: Unit | undefined): object | undefined {
  if (unit?.kind !== "job") return unit;
  const { latestCreated: _, latestReady: __, traffic: ___, revisions, ...rest } = unit;
  return { ...rest, revisions: revisions.map(({ name: ____, ...revision }) => revision) };
}
