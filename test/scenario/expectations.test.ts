import { describe, expect, test } from "vitest";
import { clockText } from "../../src/pipeline/dates.ts";
import { expectStated } from "../support/expecting.ts";
import { nba } from "../support/pipeline.ts";
import { shippedScenario, shippedScenarios, shippedStores } from "../support/scenarios.ts";

describe.each(shippedScenarios)("%s", (name) => {
  const scenario = shippedScenario(name);
  let stores: ReturnType<typeof shippedStores> | undefined;

  test("states what its reports must say", () => {
    expect(scenario.expect.length).toBeGreaterThan(0);
  });

  test.each(
    scenario.expect.map((expectation) => ({
      ...expectation,
      title: `${expectation.call} at ${clockText(expectation.clock, nba.zone)} is ${expectation.verdict}`,
    })),
  )("$title", async (expectation) => {
    stores ??= shippedStores(scenario);
    await expectStated(scenario, expectation, await stores);
  });
});
