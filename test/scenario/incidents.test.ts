import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { expect, test } from "vitest";
import { parseInstant } from "../../src/pipeline/dates.ts";
import type { Report } from "../../src/report/schema.ts";
import { catalogue } from "../../tools/index.ts";
import { nba } from "../support/pipeline.ts";
import { sessionOver, shippedScenario, shippedStores } from "../support/scenarios.ts";

interface Incident {
  readonly scenario: string;
  /** In the pipeline's zone. */
  readonly clock: string;
  readonly game_date?: string;
  /** The first call, where it is not validate_daily on that date. */
  readonly first?: { readonly tool: string; readonly arguments: Readonly<Record<string, unknown>> };
  /** What the answers must say between them, for the incident to be seen for what it was. */
  readonly says: readonly string[];
  readonly never?: readonly string[];
}

/** The twelve incidents, each asked about as the operator did, and then by following `next` alone. */
const incidents: readonly Incident[] = [
  {
    scenario: "team-summary-fourfold-duplicates",
    clock: "2025-12-12 15:00",
    first: { tool: "find_duplicates", arguments: { whole: true } },
    says: ["29970 surplus", "factor 3.88", "nbac_team_boxscore is doubled itself", "one batch"],
  },
  {
    scenario: "worker-crash-missing-library",
    clock: "2026-01-19 01:00",
    says: [
      "prediction-coordinator blocked, running older code",
      "ImportError: cannot import name 'firestore'",
      "did not bring it",
      "dead letters",
    ],
    never: ["is healthy"],
  },
  {
    scenario: "dnp-read-as-missing-minutes",
    clock: "2026-01-31 23:00",
    game_date: "2026-01-30",
    says: ["200/200 who played, 115 DNP of 315"],
  },
  { scenario: "games-still-in-progress", clock: "2026-01-31 20:56", says: ["3 in progress", "2026-01-31 22:00 ET"], never: ["missing"] },
  {
    scenario: "fix-committed-never-deployed",
    clock: "2026-01-31 20:20",
    says: ["Stale dependency", "00161-dzm", "075fab1e", "lacks 4 commits", "4 d 6 h old"],
  },
  {
    scenario: "orchestrator-rolled-back",
    clock: "2026-01-31 23:10",
    game_date: "2026-01-30",
    says: ["running older code", "00026-but", "00025-suz", "output complete", "34 rows"],
    never: ["is down", "outage"],
  },
  {
    scenario: "complete-flags-empty-table",
    clock: "2026-01-31 22:55",
    game_date: "2026-01-30",
    says: ["upcoming_team_game_context is recorded as complete", "holds no row for 2026-01-30"],
  },
  {
    scenario: "counter-stuck-at-three",
    clock: "2026-02-04 18:00",
    game_date: "2026-02-03",
    says: ["output complete, record wrong", "5 recorded, 3 counted, not triggered", "run nothing"],
    never: ["stalled"],
  },
  {
    scenario: "twin-instances",
    clock: "2026-02-04 18:00",
    game_date: "2026-02-03",
    says: ["72 surplus", "pgs-first", "pgs-second", "18 s apart", "locking not observed although processors ran"],
    never: ["locking active"],
  },
  {
    scenario: "gamebook-late",
    clock: "2026-02-04 13:00",
    game_date: "2026-02-03",
    says: ["7 h ago", "nba_raw.nbac_player_boxscores has 10 of 10 games since 12:30 ET", "Cause not established"],
  },
  {
    scenario: "one-of-five-before-tipoff",
    clock: "2026-02-05 09:00",
    game_date: "2026-02-04",
    says: ["1 of 5 recorded", "player_game_summary, team_defense_game_summary, team_offense_game_summary"],
  },
  {
    scenario: "eight-silent-jobs",
    clock: "2026-03-08 13:00",
    game_date: "2026-03-07",
    says: [
      "2 of 50 jobs ended in an internal error",
      "3 of 50 jobs were given up after their deadlines",
      "have never run",
      "monthly-retrain",
      "nothing arrives",
    ],
    never: ["incomplete"],
  },
];

const mostCalls = 3;

test.each(incidents)("$scenario at $clock is seen for what it is in three calls and 5,000 tokens", async (incident) => {
  const scenario = shippedScenario(incident.scenario);
  const clock = parseInstant(incident.clock, nba.zone);
  if (clock === undefined) throw new Error(`No moment: ${incident.clock}`);
  const session = sessionOver(scenario, { stores: await shippedStores(scenario), clock });
  const asked = { game_date: incident.game_date };
  const first = incident.first ?? { tool: "validate_daily", arguments: incident.game_date === undefined ? {} : asked };
  const answers: Report[] = [];
  const calls: { readonly tool: string; readonly arguments: Readonly<Record<string, unknown>> }[] = [first];
  while (answers.length < mostCalls) {
    const call = calls[answers.length];
    const tool = catalogue.find(({ name }) => name === call?.tool);
    if (tool === undefined) break;
    const report = await tool.call(call?.arguments, { session, signal: new AbortController().signal, progress: () => {} });
    answers.push(report);
    if (answers.length === 1) calls.push(...(report.next ?? []));
  }
  const text = answers.map((answer) => JSON.stringify(answer)).join("\n");
  for (const words of incident.says) expect(text).toContain(words);
  for (const words of incident.never ?? []) expect(text.toLowerCase()).not.toContain(words.toLowerCase());
  expect(encode(text).length).toBeLessThanOrEqual(5000);
});
