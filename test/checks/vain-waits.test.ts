import { describe, expect, test } from "vitest";
import { withAccepted } from "../../src/checks/accepted.ts";
import { overallOf } from "../../src/checks/overall.ts";
import type { Judgement } from "../../src/checks/runner.ts";
import { withoutVainWaits } from "../../src/checks/vain-waits.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { at, judge, said, smallNight, verdictOf } from "../support/night.ts";

/** As the operator's own file would say it. */
function accepting(judgement: Judgement, ...ids: string[]): Judgement {
  const until = calendarDateOf("2026-03-01");
  const accepted = ids.map((id) => ({ id, reason: "known", until, ceiling: "P1" as const }));
  const scope = { ...judgement.scope, file: { ...judgement.scope.file, accepted } };
  return withoutVainWaits(withAccepted({ ...judgement, scope }));
}

async function withoutPredictions(): Promise<Judgement> {
  const night = smallNight();
  for (const look of ["feature-rows", "prediction-counts"]) night.tables[look] = [];
  return judge(night, at("18:00"));
}

describe("what waits for a check that does not speak", () => {
  test("is unknown where that check's finding was accepted: nobody decided to live without predictions", async () => {
    const judged = await withoutPredictions();
    expect(verdictOf(judged, "features")).toBe("fail");
    const accepted = accepting(judged, "features", "completion/phase3/record");
    expect(said(accepted, "predictions")).toEqual(["2026-02-03: unknown waits_in_vain"]);
    expect(overallOf(accepted).verdict).toBe("unknown");
  });

  test("stays not due where that check speaks", async () => {
    const judged = await withoutPredictions();
    expect(withoutVainWaits(judged)).toEqual(judged);
    expect(verdictOf(judged, "predictions")).toBe("not_due");
  });
});

test("a core check that is only quiet because its finding was accepted makes no pass", async () => {
  const night = smallNight();
  const judged = await judge(night, at("09:30"), (await import("../../src/checks/catalogue.ts")).catalogue);
  const quiet = { ...judged, found: { ...judged, checks: judged.checks.map((check) => ({ ...check, verdict: "warn" as const })) } };
  expect(overallOf(judged).verdict).toBe("pass");
  expect(overallOf(quiet).verdict).toBe("warn");
});
