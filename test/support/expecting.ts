import { expect } from "vitest";
import type { Scenario } from "../../src/adapters/embedded/scenario/scenario.ts";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import { exitCode } from "../../src/report/exit-code.ts";
import type { Report } from "../../src/report/schema.ts";
import { calledBy } from "./input.ts";
import { sessionOver } from "./scenarios.ts";

/** Asks as the scenario expects to be asked, and holds the report against what it must say. */
export async function expectStated(scenario: Scenario, expectation: Scenario["expect"][number], stores?: Stores): Promise<void> {
  const { tool, input } = calledBy(expectation);
  const session = sessionOver(scenario, { clock: expectation.clock, ...(stores === undefined ? {} : { stores }) });
  const report = await tool.call(input, { session, signal: new AbortController().signal, progress: () => {} });
  expect(report.verdict, report.summary).toBe(expectation.verdict);
  if (expectation.exit !== undefined) expect(exitCode(report)).toBe(expectation.exit);
  const found = Object.fromEntries(Object.keys(expectation.findings).map((id) => [id, verdictIn(report, id)]));
  expect(found, report.summary).toEqual(expectation.findings);
  const text = JSON.stringify(report);
  for (const words of expectation.says) expect(text).toContain(words);
  for (const words of expectation.never) expect(text.toLowerCase()).not.toContain(words.toLowerCase());
  expect(report.summary).toMatch(new RegExp(`^SCENARIO ${scenario.name} \\(invented data\\): `, "u"));
}

/** The verdict that a report gives of a check, or of one of its subjects, as a reader of the report would find it. */
function verdictIn(report: Report, id: string): string {
  const lines = (report.findings ?? []).filter(
    (line) => line.id === id || line.id.startsWith(`${id}/`) || line.subjects?.includes(id.split("/").slice(1).join("/")),
  );
  const order = ["fail", "unknown", "warn"];
  const worst = order.find((verdict) => lines.some((line) => line.verdict === verdict));
  if (worst !== undefined) return worst;
  for (const verdict of ["not_due", "not_applicable"]) {
    const names = report.checked?.[verdict];
    if (Array.isArray(names) && names.includes(id)) return verdict;
  }
  return "pass";
}
