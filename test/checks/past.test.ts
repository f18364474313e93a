import { expect, test } from "vitest";
import { catalogue } from "../../src/checks/catalogue.ts";
import { verdictOn } from "../../src/checks/night.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { nba } from "../support/pipeline.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";

const scenario = shippedScenario("healthy-night");

async function judged(past: boolean) {
  const call = sessionOver(scenario).begin({ signal: new AbortController().signal });
  return verdictOn(calendarDateOf(scenario.night.date), { ...call, checks: catalogue, pipeline: nba, past, half: "post_game" });
}

test("of an earlier clock, what is asked of how things stand is unknown, and the night can't pass", async () => {
  const [now, then] = [await judged(false), await judged(true)];
  expect(now.overall.verdict).toBe("pass");
  expect(then.overall.verdict).toBe("unknown");
  for (const { check, verdict, subjects } of then.judgement.checks) {
    if (check.ofState !== true) expect(verdict, check.id).not.toBe("unknown");
    else
      expect(
        subjects.flatMap(({ findings }) => findings),
        check.id,
      ).toMatchObject([{ reason: "only_now", verdict: "unknown" }]);
  }
  expect(then.judgement.checks.some(({ check }) => check.ofState === true)).toBe(true);
});
