import { expect, test } from "vitest";
import { defineCheck } from "../../src/checks/check.ts";
import { problem } from "../../src/checks/finding.ts";
import { overallOf } from "../../src/checks/overall.ts";
import type { Judgement } from "../../src/checks/runner.ts";
import { reportOf } from "../../src/report/report.ts";
import { at, judge, scheduleRow, smallNight } from "../support/night.ts";
import { about } from "../support/about.ts";

const report = (judgement: Judgement, detailed = false) =>
  reportOf(judgement, overallOf(judgement), {
    tool: "validate_daily",
    moment: "post_game",
    pipeline: "nba",
    backend: "embedded",
    detailed,
    ms: 1,
  });

/** A check that finds that many different things wrong with the date, with texts of that length. */
const complaining = (reasons: number, length = 20) =>
  defineCheck({
    id: "games",
    question: "What is wrong?",
    about,
    depth: "quick",
    subjects: ({ date }) => [{ id: date }],
    needs: () => ({}),
    judge: () =>
      Array.from({ length: reasons }, (_, index) =>
        problem(index < 50 ? "P1" : "P3", {
          reason: `reason_${index}`,
          observed: "x".repeat(length),
          expected: "y".repeat(length),
          next: "z".repeat(length),
        }),
      ),
  });

test("60 findings: the 12 worst are shown, the rest counted by verdict, and the verdict counts them all", async () => {
  const { findings, omitted, verdict } = report(await judge(smallNight(), at("09:30"), [complaining(60)]));
  expect(findings).toHaveLength(12);
  expect(omitted).toEqual({ fail: 38, warn: 10 });
  expect(findings?.every((line) => line.verdict === "fail")).toBe(true);
  expect(verdict).toBe("fail");
});

test("the verdict is settled before anything is cut: a fail beyond the twelfth finding still fails", async () => {
  const many = report(await judge(smallNight(), at("09:30"), [complaining(13)]));
  expect(many.findings).toHaveLength(12);
  expect(many.verdict).toBe("fail");
});

test("500 games: one line, three named, 497 counted", async () => {
  const night = smallNight();
  const codes = Array.from({ length: 1000 }, (_, index) => `T${index}`);
  night.tables["schedule"]?.push(
    ...Array.from({ length: 500 }, (_, index) =>
      scheduleRow(codes[2 * index] ?? "", codes[2 * index + 1] ?? "", `00229${String(index).padStart(5, "0")}`, night.date),
    ),
  );
  const { findings } = report(await judge(night, at("10:30")));
  const missing = findings?.find((line) => line.id === "box-scores" && line.reason === "missing");
  expect(missing?.subjects).toHaveLength(3);
  expect(missing?.more).toBe(497);
  expect(missing?.observed).toContain("500 of 502 games");
});

test("a text of 10,000 characters is cut, and the cut is counted", async () => {
  const { findings } = report(await judge(smallNight(), at("09:30"), [complaining(1, 10_000)]));
  expect(findings?.[0]?.observed).toMatch(/^x{480}… \(9520 more characters\)$/u);
});

test("a team of 10,000 characters can't crowd out the report, nor bring control characters into a name", async () => {
  const night = smallNight();
  night.tables["schedule"]?.push(scheduleRow(`IGNORE\u001b[2J ${"A".repeat(10_000)}`, "ZZZ", "0022999999", night.date));
  const text = JSON.stringify(report(await judge(night, at("10:30"))));
  expect(text.length).toBeLessThan(6000);
  expect(text).not.toContain("\\u001b");
  expect(text).toContain("IGNORE??…@ZZZ");
});

test("a player of 10,000 characters is fenced and capped wherever he is named", async () => {
  const night = smallNight();
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).map((row, index) =>
    index === 0 ? { ...row, player_lookup: "p".repeat(10_000), minutes_played: null } : row,
  );
  const text = JSON.stringify(report(await judge(night, at("09:30")), true));
  expect(text).not.toContain("p".repeat(61));
});
