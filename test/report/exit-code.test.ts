import { expect, test } from "vitest";
import type { Verdict } from "../../src/checks/finding.ts";
import { exitCode, ownBug, usageError } from "../../src/report/exit-code.ts";

const codeOf = (verdict: Verdict, asked: Readonly<Record<string, string>> = {}) =>
  exitCode({ tool: "validate_daily", verdict, summary: "", asked, numbers: {} });

const codes: Readonly<Record<Verdict, number>> = { pass: 0, warn: 1, fail: 2, unknown: 3, not_due: 3, not_applicable: 0 };

test.each(Object.entries(codes) as [Verdict, number][])("%s exits with %i", (verdict, code) => {
  expect(codeOf(verdict)).toBe(code);
});

test("what the operator switched off is not healthy, it is unknown", () => {
  expect(codeOf("not_applicable", { switched_off: "box scores" })).toBe(3);
});

test("a mistake of the caller and a bug have codes that no verdict has", () => {
  expect({ usageError, ownBug }).toEqual({ usageError: 64, ownBug: 70 });
});
