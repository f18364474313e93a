import { expect, test } from "vitest";
import type { DateParams } from "../../src/pipeline/date-params.ts";
import { datesAsked } from "../../src/pipeline/date-params.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";

const limits = {
  days: 3,
  most: 30,
  newest: calendarDateOf("2026-02-03"),
  asOf: new Date("2026-02-04T23:00:00Z"),
  zone: "America/New_York",
};
const asked = (given: DateParams) => datesAsked(given, limits);

test("without a date the newest days are meant, oldest first", () => {
  expect(asked({})).toEqual(["2026-02-01", "2026-02-02", "2026-02-03"]);
  expect(asked({ days: 1 })).toEqual(["2026-02-03"]);
});

test("named dates are each taken once, in order; from without to goes up to the newest", () => {
  expect(asked({ dates: ["2026-02-03", "2026-01-30", "2026-02-03"] })).toEqual(["2026-01-30", "2026-02-03"]);
  expect(asked({ from: "2026-02-02" })).toEqual(["2026-02-02", "2026-02-03"]);
  expect(asked({ from: "2026-02-04", to: "2026-02-04" })).toEqual(["2026-02-04"]);
});

test.each<[DateParams, string]>([
  [{ days: 7, dates: ["2026-02-03"] }, "Give days or dates, not both."],
  [{ days: 7, from: "2026-02-01" }, "Give days or from, not both."],
  [{ to: "2026-02-01" }, "to needs from"],
  [{ from: "2026-02-03", to: "2026-02-01" }, "from 2026-02-03 is after to 2026-02-01"],
  [{ from: "2023-02-03" }, "spans 1097 days, and at most 30"],
  [{ dates: ["2025-02-03", "2026-02-03"] }, "spans 366 days, and at most 30"],
  [{ dates: [] }, "dates is empty"],
  [{ dates: ["2026-02-30"] }, "not a date that exists"],
  [{ dates: ["2026-02-05"] }, "2026-02-05 is in the future: it is 2026-02-04 18:00 ET"],
])("%j is refused: %s", (given, words) => {
  expect(() => asked(given)).toThrow(words);
});
