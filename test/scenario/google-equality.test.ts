import { afterAll, describe, expect, test } from "vitest";
import type { Scenario } from "../../src/adapters/embedded/scenario/scenario.ts";
import { embeddedEngine } from "../../src/adapters/embedded/warehouse.ts";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import { googlePorts } from "../../src/adapters/google/ports.ts";
import type { Report } from "../../src/report/schema.ts";
import type { Session } from "../../src/session.ts";
import { validateDaily } from "../../tools/validate_daily.ts";
import { plentyOf } from "../adapters/google/bigquery-stage.ts";
import { startFakeGoogle } from "../fakes/google.ts";
import { overNba } from "../support/own-pipeline.ts";
import { sessionOver, shippedScenario, shippedScenarios, shippedStores } from "../support/scenarios.ts";

/** A scenario that lets looks fail by name, or that supplies part of the stores, has no like among services that know neither. */
const onlyEmbedded = (scenario: Scenario): boolean => scenario.base === "nothing" || scenario.changes.some(({ verb }) => verb === "fail");

/** Cloud Monitoring has its points some minutes late, and a report says of which minute a count of dead letters is. */
const measuredLate = ["worker-crash-missing-library"];

const stopped: (() => void)[] = [];
afterAll(() => {
  for (const stop of stopped) stop();
});

/** A bucket that nobody named is never asked on Google: the scenarios' own goes by its part here. */
const pipeline = overNba("buckets: { published: { name: published } }\n");

/** Over the real client libraries and loopback services, all but the repository's, whose own contract compares git with the scenario. */
async function throughGoogle(scenario: Scenario, stores: Stores): Promise<Session> {
  let now = scenario.clock;
  const google = await startFakeGoogle(() => stores.at(now), { engine: embeddedEngine() });
  stopped.push(() => google.stop());
  const ports = googlePorts(google.cloud, { repository: undefined, infrastructure: pipeline.file });
  return sessionOver(scenario, {
    pipeline,
    stores,
    wrap: (embedded) => ({ ...ports(plentyOf()), source: embedded.source }),
    onClock: (at) => (now = at),
  });
}

async function answer(session: Session, scenario: Scenario): Promise<Report> {
  const { signal } = new AbortController();
  return validateDaily.call({ game_date: scenario.night.date, depth: "full", detail: "detailed" }, { session, signal, progress: () => {} });
}

/** What is judged, without what it cost. */
function judged({ cost: _cost, by_hand: _hand, ...report }: Report): unknown {
  return report;
}

describe("through the Google adapters", () => {
  const compared = shippedScenarios
    .map(shippedScenario)
    .filter((scenario) => !onlyEmbedded(scenario) && !measuredLate.includes(scenario.name));

  test("most scenarios have services that can hold them", () => {
    expect(compared.length).toBeGreaterThan(shippedScenarios.length / 2);
  });

  test.each(compared.map(({ name }) => name))("%s is judged as by the embedded backend", async (name) => {
    const scenario = shippedScenario(name);
    const stores = await shippedStores(scenario);
    const embedded = await answer(sessionOver(scenario, { pipeline, stores }), scenario);
    const google = await answer(await throughGoogle(scenario, stores), scenario);
    expect(judged(google)).toEqual(judged(embedded));
  });
});
