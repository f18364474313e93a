import { expect, test } from "vitest";
import type { Check } from "../../src/checks/check.ts";
import type { Verdict } from "../../src/checks/finding.ts";
import { overallOf } from "../../src/checks/overall.ts";
import { at, judge, smallNight } from "../support/night.ts";
import { about } from "../support/about.ts";

const { scope } = await judge(smallNight(), at("09:30"));

/** The overall verdict of checks with these verdicts. */
function overall(verdicts: Readonly<Record<string, Verdict>>) {
  const checks = Object.entries(verdicts).map(([id, verdict]) => {
    const check: Check = { id, question: "", about, depth: "quick", units: () => [] };
    return { check, verdict, subjects: [], judgedSomething: true };
  });
  return overallOf({ scope, checks, looks: [] });
}

const core = { games: "pass", "box-scores": "pass", analytics: "pass", completion: "pass" } as const;

test.each<[string, Readonly<Record<string, Verdict>>, Verdict]>([
  ["all core checks passed", core, "pass"],
  ["a fail anywhere", { ...core, minutes: "fail", completion: "unknown" }, "fail"],
  ["an unknown, whatever warns beside it", { ...core, minutes: "unknown", "unique-keys": "warn" }, "unknown"],
  ["a warning", { ...core, minutes: "warn" }, "warn"],
  [
    "only games passed, the rest not due",
    { games: "pass", "box-scores": "not_due", analytics: "not_due", completion: "not_due" },
    "not_due",
  ],
  [
    "only games passed, the rest not applicable",
    { games: "pass", "box-scores": "not_applicable", analytics: "not_applicable", completion: "not_applicable" },
    "not_applicable",
  ],
  ["games and one more core check passed, the rest not due", { ...core, analytics: "not_due", completion: "not_due" }, "pass"],
  [
    "a check that is no core check passed alone",
    { games: "not_due", "box-scores": "not_due", analytics: "not_due", completion: "not_due", minutes: "pass" },
    "not_due",
  ],
  ["a core check that was not asked at all", { games: "pass", "box-scores": "pass", analytics: "pass" }, "unknown"],
  [
    "nothing applicable",
    { games: "not_applicable", "box-scores": "not_applicable", analytics: "not_applicable", completion: "not_applicable" },
    "not_applicable",
  ],
])("%s", (_title, verdicts, expected) => {
  expect(overall(verdicts).verdict).toBe(expected);
});

test("counts as judged only what came to a judgement", () => {
  expect(overall({ ...core, minutes: "not_due", "unique-keys": "unknown" })).toMatchObject({ judged: 4, of: 6 });
});

test("says So far only while a core check is not due", () => {
  expect(overall({ ...core, minutes: "not_due" }).soFar).toBe(false);
  expect(overall({ ...core, completion: "not_due" }).soFar).toBe(true);
});

test("a core check that is due but put off is no part of a pass: nothing is green while it is being written", () => {
  const put = {
    subject: "x",
    check: "analytics",
    verdict: "not_due" as const,
    evidence: [],
    findings: [{ verdict: "not_due" as const, reason: "put_off", observed: "", putOff: true as const }],
  };
  const checks = Object.entries({ ...core, analytics: "not_due" as const }).map(([id, verdict]) => ({
    check: { id, question: "", about, depth: "quick" as const, units: () => [] },
    verdict,
    subjects: id === "analytics" ? [put] : [],
    judgedSomething: true,
  }));
  expect(overallOf({ scope, checks, looks: [] }).verdict).toBe("not_due");
});
