import { describe, expect, test } from "vitest";
import { lines } from "../../src/checks/predictions/lines.ts";
import { wilson } from "../../src/checks/wilson.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { overallOf } from "../../src/checks/overall.ts";
import { reportOf } from "../../src/report/report.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";
import { lineCount } from "../support/predictions.ts";
import { beginning } from "../support/variations.ts";

const day = "2026-02-03";
const judged = (night: Night, clock = at("09:30")) => judge(night, clock, [lines]);
const on = async (night: Night, clock?: Date) => said(await judged(night, clock), "lines");

/** The day's share, and the shares of so many game days before it. */
function withLines(withLine: number, rows: number, before: readonly (readonly [number, number])[], unreadable = 0): Night {
  const night = smallNight();
  const earlier = before.map(([lined, of], index) => lineCount(`2026-01-${10 + index}`, lined, of));
  night.tables["line-counts"] = [...earlier, { ...lineCount(day, withLine, rows), unreadable }];
  return night;
}
const days = (count: number, withLine: number, rows: number): [number, number][] => Array.from({ length: count }, () => [withLine, rows]);
const verdict = async (night: Night) => (await on(night))[0]?.replace("2026-02-03: ", "");

/** The greatest number of lines whose upper end is still below the share. */
function mostBelow(share: number, rows: number): number {
  const count = Array.from({ length: rows + 1 }, (_, index) => index).findIndex((withLine) => wilson(withLine, rows).high >= share);
  return count - 1;
}

describe("against the days before", () => {
  test("the upper end of the day's interval below their lowest share is P3; one line more passes", async () => {
    const before: [number, number][] = [...days(11, 50, 100), [40, 100]];
    const count = mostBelow(0.4, 200);
    expect(await verdict(withLines(count, 200, before))).toBe("warn P3 fewer_lines_than_usual");
    expect(await verdict(withLines(count + 1, 200, before))).toBe("pass ok");
  });

  test("the lowest day counts, not the usual one: 45 % is normal, and so is a season that drifts", async () => {
    expect(await verdict(withLines(151, 339, days(12, 45, 100)))).toBe("pass ok");
    expect(await verdict(withLines(90, 339, [...days(11, 45, 100), [27, 100]]))).toBe("pass ok");
    expect(await verdict(withLines(90, 339, days(12, 45, 100)))).toBe("warn P3 fewer_lines_than_usual");
  });

  test("a small slate is given its uncertainty: 7 of 20 is no fewer than 45 %, 70 of 200 is", async () => {
    expect(await verdict(withLines(7, 20, days(12, 45, 100)))).toBe("pass ok");
    expect(await verdict(withLines(70, 200, days(12, 45, 100)))).toBe("warn P3 fewer_lines_than_usual");
  });

  test("says the numbers, the day it is measured against and the share at best", async () => {
    const judgement = await judged(withLines(90, 339, [...days(11, 50, 100), [45, 100]]));
    expect(observed(judgement, "lines", "fewer_lines_than_usual")).toEqual([
      "90 of 339 players with features have a line (26.5 %); at best 31.4 % by its 95 % interval",
    ]);
    const [finding] = judgement.checks[0]?.subjects[0]?.findings ?? [];
    expect(finding !== undefined && "expected" in finding ? finding.expected : "").toBe(
      "not below 45.0 % (45/100 on 2026-01-21), the lowest of 12 game days within 30 days",
    );
  });
});

describe("hardly any lines", () => {
  test("an upper end below 20 % is P2, one line more is P3", async () => {
    const count = mostBelow(0.2, 300);
    expect(await verdict(withLines(count, 300, days(12, 45, 100)))).toBe("fail P2 hardly_any_lines");
    expect(await verdict(withLines(count + 1, 300, days(12, 45, 100)))).toBe("warn P3 fewer_lines_than_usual");
  });

  test("is P2 also after a day that had none: one bad day does not excuse the next", async () => {
    expect(await verdict(withLines(0, 300, [...days(11, 45, 100), [0, 100]]))).toBe("fail P2 hardly_any_lines");
  });
});

describe("with fewer than ten days before", () => {
  test("35 % takes their place, and their own share does not count", async () => {
    const count = mostBelow(0.35, 300);
    expect(await verdict(withLines(count, 300, days(9, 5, 100)))).toBe("warn P3 fewer_lines_than_usual");
    expect(await verdict(withLines(count + 1, 300, days(9, 90, 100)))).toBe("pass ok");
    expect(await verdict(withLines(count + 1, 300, days(10, 90, 100)))).toBe("warn P3 fewer_lines_than_usual");
    expect(await verdict(withLines(mostBelow(0.2, 300), 300, []))).toBe("fail P2 hardly_any_lines");
  });

  test("days that hold no rows, or rows that can't be read, are none", async () => {
    const night = withLines(110, 300, days(8, 45, 100));
    night.tables["line-counts"]?.push({ ...lineCount("2026-01-25", 60, 100), unreadable: 1 }, lineCount("2026-01-26", 0, 0));
    const [finding] = (await judged(night)).checks[0]?.subjects[0]?.findings ?? [];
    expect(finding?.verdict).toBe("pass");
    const low = withLines(80, 300, days(8, 45, 100));
    low.tables["line-counts"]?.push({ ...lineCount("2026-01-25", 1, 100), unreadable: 99 }, lineCount("2026-01-26", 0, 0));
    const [fewer] = (await judged(low)).checks[0]?.subjects[0]?.findings ?? [];
    expect(fewer !== undefined && "expected" in fewer ? fewer.expected : "").toContain("8 days before to compare with");
  });
});

test("rows whose line can't be read make it unknown only where they would change the verdict", async () => {
  expect(await verdict(withLines(140, 300, days(12, 45, 100), 5))).toBe("pass ok");
  expect(await verdict(withLines(90, 300, days(12, 45, 100), 100))).toBe("unknown unreadable");
  expect(await verdict(withLines(0, 300, days(12, 45, 100), 300))).toBe("unknown unreadable");
});

test("without rows it waits for features, unless these are there in another look: then unknown", async () => {
  const night = smallNight();
  night.tables["line-counts"] = (night.tables["line-counts"] ?? []).filter((row: Row) => row["date"] !== day);
  expect(await verdict(night)).toBe("unknown nothing_counted");
  night.tables["feature-rows"] = [];
  expect(await verdict(night)).toBe("not_due waits (waits for features)");
});

test("is not due before predictions are, whose time an early first game brings forward", async () => {
  const night = () => withLines(0, 300, days(12, 45, 100));
  expect(await on(night(), at("12:59", day))).toEqual(["2026-02-03: not_due not_due"]);
  expect(await on(night(), at("13:00", day))).toEqual(["2026-02-03: fail P2 hardly_any_lines"]);
  expect(await on(beginning("12:30", night()), at("12:15", day))).toEqual(["2026-02-03: fail P2 hardly_any_lines"]);
});

test("is unknown where the rows, or the line in them, could not be looked at", async () => {
  const night = smallNight();
  night.refused["line-counts"] = "no_such_place";
  expect(verdictOf(await judged(night), "lines")).toBe("unknown");
});

test("a report carries the share with its numbers", async () => {
  const judgement = await judged(withLines(151, 339, days(12, 45, 100)));
  const asked = { tool: "validate_daily", moment: "post_game", pipeline: "nba", backend: "embedded", detailed: false, ms: 1 };
  expect(reportOf(judgement, overallOf(judgement), asked).numbers["lines"]).toBe("45 % (151/339)");
});
