import { describe, expect, test } from "vitest";
import { figuresPerDay } from "../../src/history/figures.ts";
import type { KeptReport } from "../../src/history/kept.ts";

function kept(asOf: string, figures: KeptReport["judged"]["figures"], asked: Record<string, string> = {}): KeptReport {
  const about = { game_date: "2026-02-03", moment: "post_game", pipeline: "nba", backend: "embedded", as_of: asOf, ...asked };
  return {
    as_of: asOf,
    kept_at: asOf,
    report: { tool: "validate_daily", verdict: "pass", summary: "", asked: about, numbers: {} },
    judged: { checks: {}, findings: [], figures },
  };
}

const whole = {
  completion: { entries: 5, counted: 3, orchestrator_lines: 17, orchestrator_errors: 1 },
  "unique-keys": { surplus: 72, tables: 8 },
  scrapers: { collections: 4, late: 2 },
};

describe("the four figures of a date", () => {
  test("are n of m, from the newest report on it", () => {
    const [day, ...others] = figuresPerDay([
      kept("2026-02-04T23:00:00Z", whole),
      kept("2026-02-04T18:00:00Z", { ...whole, "unique-keys": { surplus: 0, tables: 8 } }),
    ]);
    expect(others).toEqual([]);
    expect(day).toMatchObject({
      record_accuracy: "3 of 5",
      surplus_rows: "72",
      orchestrator_errors: "1 of 17",
      late_collections: "2 of 4",
    });
  });

  test("of a part say what was not looked at: a 0 over what could be seen is not the whole", () => {
    const [day] = figuresPerDay([
      kept("2026-02-04T23:00:00Z", {
        "unique-keys": { surplus: 0, tables: 7, unknown: 1 },
        scrapers: { collections: 2, late: 0, unknown: 2 },
      }),
    ]);
    expect(day).toMatchObject({
      surplus_rows: "0, 1 table not looked at",
      late_collections: "0 of 2, 2 collections not looked at",
      record_accuracy: "not looked at",
      orchestrator_errors: "not looked at",
    });
  });

  test("are not taken from a report on the hours before the games, nor mixed between stores", () => {
    expect(figuresPerDay([kept("2026-02-03T18:00:00Z", whole, { moment: "pre_game" })])).toEqual([]);
    const two = [kept("2026-02-04T23:00:00Z", whole), kept("2026-02-04T23:00:00Z", whole, { scenario: "feb-03" })];
    expect(figuresPerDay(two).map(({ scenario }) => scenario)).toEqual([undefined, "feb-03"]);
  });
});
