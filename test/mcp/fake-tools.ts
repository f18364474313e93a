import { z } from "zod";
import type { Report } from "../../src/report/schema.ts";
import type { Session } from "../../src/session.ts";
import type { Tool, ToolContext } from "../../src/tool.ts";
import { defineTool } from "../../src/tool.ts";

/** A report like one of a bad night, for hosts that show reports and judge nothing. */
export function report(overrides: Partial<Report> = {}): Report {
  return {
    tool: "judge_night",
    verdict: "fail",
    summary: "SCENARIO fake (invented data): 2026-02-03 FAIL, judged 2 of 2 checks as of 2026-02-04 18:00 ET. 72 surplus rows.",
    asked: { game_date: "2026-02-03", moment: "post_game", as_of: "2026-02-04T18:00:00-05:00" },
    numbers: { games: "10/10", players: "348 + 72 surplus" },
    findings: [
      {
        id: "unique-keys",
        reason: "surplus",
        verdict: "fail",
        severity: "P1",
        observed: "420 rows of which 72 surplus",
        expected: "one row per key",
        subjects: ["nba_analytics.player_game_summary"],
        breaks: { what: "Phase 4 reads it", at: "2026-02-04T20:00:00-05:00" },
        next: "Remove the surplus rows.",
      },
      { id: "minutes", reason: "dnp", verdict: "pass", severity: "P5", observed: "131 DNP of 348" },
    ],
    checked: { pass: 1, fail: 1 },
    coverage: { looks: 14, failed: 0, rows: 2362, documents: 1 },
    cost: { jobs: 0, ms: 12 },
    ask_again: "2026-02-04T19:00:00-05:00",
    ...overrides,
  };
}

export type Run = (input: unknown, context: ToolContext) => Promise<Report>;

/** A tool with a parameter of every kind, whose answer the test decides. */
export function fakeTool(run: Run = async () => report()): Tool {
  return defineTool({
    name: "judge_night",
    title: "Judge a night",
    description: "Judges one night.\nAnswers a verdict.",
    effect: "reads",
    input: z.strictObject({
      game_date: z.string().optional().describe("Game date, YYYY-MM-DD, e.g. 2026-02-03."),
      depth: z.enum(["quick", "standard", "full"]).default("standard").describe("How much to check."),
      limit: z.int().min(1).optional().describe("Most rows."),
      teams: z.array(z.string()).optional().describe("Teams, e.g. BOS,NYK."),
      dry_run: z.boolean().default(true).describe("Only show what would be done."),
    }),
    run,
  });
}

/** Hosts only hand a session on; none of them looks into it. */
export const fakeSession = { backend: "embedded", scenario: "fake" } as Session;
