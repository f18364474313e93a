import { expect, test } from "vitest";
import { addMinutes } from "../../src/pipeline/dates.ts";
import { newestPostGameDate } from "../../src/pipeline/moments.ts";
import { at } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";

test.each([
  ["2026-02-04", "00:00", "2026-02-02"],
  ["2026-02-04", "06:29", "2026-02-02"],
  ["2026-02-04", "06:30", "2026-02-03"],
  ["2026-02-04", "23:59", "2026-02-03"],
  // The clocks go forward at 02:00 of this day.
  ["2026-03-08", "06:29", "2026-03-06"],
  ["2026-03-08", "06:30", "2026-03-07"],
])("on %s at %s the newest date after its games is %s", (day, time, date) => {
  expect(newestPostGameDate(nba, at(time, day))).toBe(date);
});

test("a millisecond before 06:30 it is still the date before", () => {
  expect(newestPostGameDate(nba, addMinutes(at("06:30"), -1 / 60_000))).toBe("2026-02-02");
});
