import { describe, expect, test } from "vitest";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { dueAt, timeliness } from "../../src/pipeline/due.ts";
import { at } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";

const date = calendarDateOf("2026-02-03");
const rules = nba.rulesOn(date, at("09:30"));
const state = (stage: "box-scores" | "analytics" | "completion", time: string, landed?: string) =>
  timeliness(rules, stage, date, at(time), landed === undefined ? undefined : at(landed)).state;

test.each([
  ["games", "2026-02-04T09:30:00.000Z"],
  ["box-scores", "2026-02-04T11:30:00.000Z"],
  ["analytics", "2026-02-04T12:30:00.000Z"],
  ["completion", "2026-02-04T13:00:00.000Z"],
  ["same-day", "2026-02-03T16:30:00.000Z"],
] as const)("%s is due at %s", (stage, instant) => {
  expect(dueAt(rules, stage, date).toISOString()).toBe(instant);
});

describe("a miss", () => {
  test.each([
    ["box-scores", "06:29", "not_due"],
    ["box-scores", "06:30", "grace"],
    ["box-scores", "09:59", "grace"],
    ["box-scores", "10:00", "late"],
    ["analytics", "08:29", "grace"],
    ["analytics", "08:30", "late"],
    ["completion", "08:59", "grace"],
    ["completion", "09:00", "late"],
  ] as const)("of %s at %s is %s", (stage, time, expected) => {
    expect(state(stage, time)).toBe(expected);
  });

  test("after late input has an hour, unless its deadline reader has started", () => {
    expect(state("analytics", "10:20", "09:25")).toBe("grace");
    expect(state("analytics", "10:25", "09:25")).toBe("late");
    expect(state("analytics", "11:10", "10:30")).toBe("late");
    expect(state("completion", "15:50", "15:00")).toBe("grace");
  });

  test("names its deadline reader and whether that has started", () => {
    expect(timeliness(rules, "analytics", date, at("10:59"))).toMatchObject({
      breaks: { job: "same-day-phase4", started: false, at: at("11:00") },
    });
    expect(timeliness(rules, "analytics", date, at("11:00"))).toMatchObject({ breaks: { started: true } });
    expect(timeliness(rules, "completion", date, at("11:00"))).not.toHaveProperty("breaks");
  });
});
