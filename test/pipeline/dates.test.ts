import { describe, expect, test } from "vitest";
import {
  addDays,
  calendarDateOf,
  clockText,
  dateAt,
  daysBetween,
  durationText,
  instantOf,
  isCalendarDate,
  isoText,
  isZone,
  parseDayTime,
  parseInstant,
} from "../../src/pipeline/dates.ts";

const eastern = "America/New_York";
const date = calendarDateOf;

test.each([
  ["2026-02-28", true],
  ["2026-02-29", false],
  ["2028-02-29", true],
  ["2026-13-01", false],
  ["2026-2-3", false],
  ["20260203", false],
  ["2026-02-03T00:00:00Z", false],
  ["", false],
])("%s is a calendar date: %s", (text, expected) => {
  expect(isCalendarDate(text)).toBe(expected);
});

test("days are counted on the calendar, not in hours: a night of 23 hours is a day", () => {
  expect(addDays(date("2026-03-07"), 1)).toBe("2026-03-08");
  expect(addDays(date("2026-03-08"), 1)).toBe("2026-03-09");
  expect(daysBetween(date("2026-03-07"), date("2026-03-09"))).toBe(2);
  expect(daysBetween(date("2026-03-09"), date("2026-03-07"))).toBe(-2);
});

describe("day times", () => {
  test("winter is UTC-5, summer UTC-4, and the zone decides, not a constant", () => {
    expect(instantOf(date("2026-02-03"), { day: 1, hour: 6, minute: 30 }, eastern).toISOString()).toBe("2026-02-04T11:30:00.000Z");
    expect(instantOf(date("2026-03-08"), { day: 1, hour: 6, minute: 30 }, eastern).toISOString()).toBe("2026-03-09T10:30:00.000Z");
  });

  test("a local time that the night skips is read one hour later", () => {
    expect(clockText(instantOf(date("2026-03-07"), { day: 1, hour: 2, minute: 30 }, eastern), eastern)).toBe("2026-03-08 03:30 ET");
  });

  test("a local time that the night has twice is its first", () => {
    expect(instantOf(date("2026-10-31"), { day: 1, hour: 1, minute: 30 }, eastern).toISOString()).toBe("2026-11-01T05:30:00.000Z");
  });

  test.each([
    ["D 11:30", { day: 0, hour: 11, minute: 30 }],
    ["D+1 06:30", { day: 1, hour: 6, minute: 30 }],
    ["D+1 24:00", undefined],
    ["06:30", undefined],
    ["D-1 06:30", undefined],
  ])("%s", (text, expected) => {
    expect(parseDayTime(text)).toEqual(expected);
  });
});

describe("instants written by a person", () => {
  test.each([
    ["2026-02-04 18:00", "2026-02-04T23:00:00.000Z"],
    ["2026-02-04T18:00:30", "2026-02-04T23:00:30.000Z"],
    ["2026-02-04T23:00:00Z", "2026-02-04T23:00:00.000Z"],
    ["2026-02-04 18:00-08:00", "2026-02-05T02:00:00.000Z"],
    ["2026-02-30 18:00", undefined],
    ["2026-02-04 25:00", undefined],
    ["tomorrow", undefined],
    ["2026-02-04", undefined],
  ])("%s", (text, expected) => {
    expect(parseInstant(text, eastern)?.toISOString()).toBe(expected);
  });
});

test("the date at an instant is that of the zone: at 01:56 UTC it is still yesterday in New York", () => {
  expect(dateAt(new Date("2026-02-01T01:56:00Z"), eastern)).toBe("2026-01-31");
  expect(dateAt(new Date("2026-02-01T01:56:00Z"), "UTC")).toBe("2026-02-01");
});

test("an instant outside carries its offset", () => {
  expect(isoText(new Date("2026-02-04T23:00:00Z"), eastern)).toBe("2026-02-04T18:00:00-05:00");
});

test.each([
  [0, "0 s"],
  [18_000, "18 s"],
  [31_500_000, "8 h 45 min"],
  [3_600_000, "1 h"],
  [90_061_000, "1 d 1 h"],
  [-18_000, "18 s"],
])("%i ms is %s", (ms, expected) => {
  expect(durationText(ms)).toBe(expected);
});

test("a zone that does not exist is none", () => {
  expect(isZone("America/New_York")).toBe(true);
  expect(isZone("America/Neverland")).toBe(false);
});

test("a date asked for twice is the same, on either side of midnight and of every change of the clocks, in zones of odd offsets", () => {
  const edges = ["2026-03-08T05:00:00Z", "2026-03-08T07:00:00Z", "2026-11-01T04:00:00Z", "2026-02-04T18:15:00Z", "2026-02-03T18:30:00Z"];
  for (const zone of ["America/New_York", "Asia/Kathmandu", "Asia/Kolkata", "UTC"]) {
    for (const edge of edges.flatMap((text) => [-1, 0, 1].map((ms) => new Date(Date.parse(text) + ms)))) {
      const plain = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(edge);
      expect([dateAt(edge, zone), dateAt(edge, zone)]).toEqual([plain, plain]);
    }
  }
});
