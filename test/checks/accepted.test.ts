import { describe, expect, test } from "vitest";
import { withAccepted } from "../../src/checks/accepted.ts";
import { checksOf } from "../../src/checks/checks-of.ts";
import type { Finding } from "../../src/checks/finding.ts";
import { note, pass, problem, unknown, worst } from "../../src/checks/finding.ts";
import { overallOf } from "../../src/checks/overall.ts";
import type { JudgedCheck, Judgement } from "../../src/checks/runner.ts";
import { judgedIn } from "../../src/history/judged.ts";
import { reportOf } from "../../src/report/report.ts";
import { at, judge, smallNight } from "../support/night.ts";
import { overNba, refusalOf } from "../support/own-pipeline.ts";

const { scope } = await judge(smallNight(), at("09:30"), []);
const core = ["games", "box-scores", "analytics", "completion"];

interface Given {
  readonly [subject: string]: readonly Finding[];
}

/** A judgement with these findings of `minutes` (or another check), every core check passed. */
function judgement(findings: Given, accepted: string, clock = at("09:30"), id = "minutes"): Judgement {
  const pipeline = overNba(
    accepted === ""
      ? ""
      : `accepted:\n${accepted
          .split("\n")
          .map((line) => `  - { ${line} }\n`)
          .join("")}`,
  );
  const checks = checksOf(pipeline);
  const judged = (name: string, given: Given): JudgedCheck => {
    const check = checks.find((candidate) => candidate.id === name);
    if (check === undefined) throw new Error(`No check ${name}.`);
    const subjects = Object.entries(given).map(([subject, own]) => ({
      check: name,
      subject,
      findings: own,
      verdict: worst(own.map(({ verdict }) => verdict)),
      evidence: [],
    }));
    return { check, subjects, verdict: worst(subjects.map(({ verdict }) => verdict)), judgedSomething: true };
  };
  const others = core.filter((name) => name !== id).map((name) => judged(name, { "2026-02-03": [pass("fine")] }));
  const own = { ...scope, asOf: clock, file: pipeline.file };
  return withAccepted({ scope: own, checks: [...others, judged(id, findings)], looks: [] });
}

const bad = (severity: "P0" | "P1" | "P2" | "P3" | "P4", reason = "low_share") =>
  problem(severity, { reason, observed: "40 of 44", expected: "44", next: "look" });
const rule = (id: string, ceiling = "P3", until = "2026-03-01") =>
  `id: ${id}, reason: "known since January", until: ${until}, ceiling: ${ceiling}`;
const verdictOf = (of: Judgement) => overallOf(of).verdict;
const saidOf = ({ checks }: Judgement, id = "minutes") =>
  (checks.find(({ check }) => check.id === id)?.subjects ?? []).flatMap(({ findings }) =>
    findings.map((finding) => `${finding.verdict}${"severity" in finding ? ` ${finding.severity}` : ""} ${finding.reason}`),
  );

describe("an accepted finding", () => {
  test("is shown as a note, counted, and no part of the verdict", () => {
    const told = judgement({ "2026-02-03": [bad("P3")] }, rule("minutes/2026-02-03"));
    expect(saidOf(told)).toEqual(["pass P5 accepted"]);
    expect(verdictOf(told)).toBe("pass");
    expect(told.accepted).toEqual([
      { id: "minutes/2026-02-03", findings: ["minutes/2026-02-03"], reason: "known since January", until: "2026-03-01" },
    ]);
  });

  test("of a check as a whole covers each of its subjects, of one subject only that", () => {
    const two = { "BOS@NYK": [bad("P3")], "LAL@GSW": [bad("P4")] };
    expect(verdictOf(judgement(two, rule("minutes")))).toBe("pass");
    expect(verdictOf(judgement(two, rule("minutes/BOS@NYK")))).toBe("warn");
    expect(verdictOf(judgement(two, rule("minute/BOS@NYK").replace("minute/", "minutes/LAL@GS")))).toBe("warn");
  });

  test("is covered up to its ceiling, and not a level above", () => {
    expect(verdictOf(judgement({ a: [bad("P2")] }, rule("minutes", "P2")))).toBe("pass");
    expect(verdictOf(judgement({ a: [bad("P1")] }, rule("minutes", "P2")))).toBe("fail");
    expect(saidOf(judgement({ a: [bad("P1")] }, rule("minutes", "P2")))).toEqual(["fail P1 low_share"]);
  });

  test("beside another one of its subject leaves that as it is", () => {
    const told = judgement({ a: [bad("P3"), bad("P1", "points_without_minutes"), note("dnp", "131")] }, rule("minutes"));
    expect(saidOf(told)).toEqual(["pass P5 accepted", "fail P1 points_without_minutes", "pass P5 dnp"]);
    expect(verdictOf(told)).toBe("fail");
  });

  test.each([
    ["surplus", "unique-keys"],
    ["flag_without_rows", "completion"],
    ["overlapping", "runs"],
  ])("never covers %s, whatever the file says", (reason, id) => {
    const told = judgement({ a: [bad("P3", reason)] }, "", at("09:30"), id);
    const file = { ...told.scope.file, accepted: [{ id, reason: "r", until: scope.date, ceiling: "P0" as const }] };
    const again = withAccepted({ ...told, scope: { ...told.scope, file, asOf: at("09:30", "2026-01-01") } });
    expect(saidOf(again, id)).toEqual([`warn P3 ${reason}`]);
  });

  test("never covers what nobody could look at", () => {
    const told = judgement({ a: [unknown("denied", "x", "y"), bad("P3")] }, rule("minutes", "P0"));
    expect(saidOf(told)).toEqual(["unknown denied", "pass P5 accepted"]);
    expect(verdictOf(told)).toBe("unknown");
  });

  test("is not gone for the history: what was found is kept beside", () => {
    const told = judgement({ "2026-02-03": [bad("P3")] }, rule("minutes"));
    expect(judgedIn([told]).checks["minutes"]).toBe("warn");
    expect(judgedIn([told]).findings.filter(({ id }) => id === "minutes/2026-02-03")).toEqual([
      { id: "minutes/2026-02-03", reason: "low_share", verdict: "warn" },
    ]);
  });
});

describe("after its time", () => {
  test.each([
    ["P4", "warn P3 low_share"],
    ["P3", "fail P2 low_share"],
    ["P2", "fail P1 low_share"],
    ["P1", "fail P0 low_share"],
    ["P0", "fail P0 low_share"],
  ] as const)("a finding of %s returns one level worse: %s", (severity, expected) => {
    expect(saidOf(judgement({ a: [bad(severity)] }, rule("minutes", "P0", "2026-02-04")))).toEqual([expected]);
  });

  test("the clock decides, in the pipeline's zone, not the game date", () => {
    const on = (clock: Date) => verdictOf(judgement({ a: [bad("P3")] }, rule("minutes", "P3", "2026-02-05"), clock));
    expect(on(at("23:59", "2026-02-04"))).toBe("pass");
    expect(on(at("00:00", "2026-02-05"))).toBe("fail");
  });

  test("what it never covered stays as it is", () => {
    expect(saidOf(judgement({ a: [bad("P1")] }, rule("minutes", "P3", "2026-02-04")))).toEqual(["fail P1 low_share"]);
  });

  test("another decision that still holds goes before it", () => {
    expect(verdictOf(judgement({ a: [bad("P3")] }, `${rule("minutes", "P3", "2026-02-04")}\n${rule("minutes")}`))).toBe("pass");
  });

  test("the finding says that its time is over", () => {
    const [check] = judgement({ a: [bad("P3")] }, rule("minutes", "P3", "2026-02-04")).checks.slice(-1);
    expect(check?.subjects[0]?.findings[0]?.observed).toBe(
      "40 of 44; it was accepted until 2026-02-04 (known since January), which is over, so it counts as P2",
    );
  });
});

test("a decision about a check that nobody asks is refused, with the nearest", () => {
  expect(refusalOf(() => checksOf(overNba(`accepted: [{ ${rule("minuts")} }]\n`)))).toMatch(
    /^mine\.yaml:3: accepted\.0\.id: No check "minuts"; .*Did you mean "minutes"\?/u,
  );
});

test("the report lists three findings and how many more, and the summary counts them", () => {
  const five = Object.fromEntries(["a", "b", "c", "d", "e"].map((subject) => [subject, [bad("P3")]]));
  const told = judgement(five, rule("minutes"));
  const asked = { tool: "validate_daily", moment: "post_game", pipeline: "mine", backend: "embedded", detailed: false, ms: 1 };
  const report = reportOf(told, overallOf(told), asked);
  expect(report.accepted).toEqual([
    { id: "minutes", findings: ["minutes/a", "minutes/b", "minutes/c", "2 more"], reason: "known since January", until: "2026-03-01" },
  ]);
  expect(report.verdict).toBe("pass");
  expect(report.summary).toContain("Accepted: 5 findings (minutes until 2026-03-01).");
});
