import { expect, test } from "vitest";
import { wilson } from "../../src/checks/wilson.ts";

/** The score intervals of table I in Newcombe 1998, https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E */
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])("%i of %i lie between %f and %f, as published", (part, whole, low, high) => {
  const interval = wilson(part, whole);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

test("all of some are not proof of all: 20 of 20 may be 84 %, and 0 of 20 mirrors it", () => {
  expect(wilson(20, 20).high).toBe(1);
  expect(wilson(20, 20).low).toBeCloseTo(1 - wilson(0, 20).high, 12);
  expect(wilson(0, 20).low).toBe(0);
});

test("of nothing nothing is known", () => {
  expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
});

test.each([
  [3, 2],
  [-1, 5],
  [0.5, 1],
])("%f of %f is no share", (part, whole) => {
  expect(() => wilson(part, whole)).toThrow("No share");
});
