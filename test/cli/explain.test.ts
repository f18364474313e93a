import { describe, expect, test } from "vitest";
import { checksOf } from "../../src/checks/checks-of.ts";
import type { Pipeline } from "../../src/pipeline/load.ts";
import { overNba } from "../support/own-pipeline.ts";
import { nba } from "../support/pipeline.ts";
import { postgame } from "./fake-terminal.ts";

const explain = (id: string, pipeline: Pipeline = nba, ...more: string[]) =>
  postgame(["explain", id, ...more], { pipeline: async () => pipeline });

describe("explain", () => {
  test.each(checksOf(nba).map(({ id }) => id))("says of %s why it exists, how it judges, when, on what, and what to do", async (id) => {
    const { code, out, err } = await explain(id, nba, "--json");
    const told = JSON.parse(out) as Record<string, unknown>; // the command's own output
    expect([code, err]).toEqual([0, ""]);
    for (const part of ["check", "why", "rule", "asked", "due", "looks_at", "to_do", "rules_of"]) expect(told[part], part).toBeTruthy();
    expect(told["looks_at"]).not.toBe("nothing on such a date");
  });

  test("says thresholds with their reasons as they are in force, times with their zone, and who reads next", async () => {
    const { out } = await explain("minutes");
    expect(out).toMatch(/^thresholds {2}date share: pass 0\.98, warn 0\.9; over rows that are not DNP/mu);
    expect(out).toMatch(/^due {9}D\+1 07:30 ET, with stage analytics; a miss is only a warning until\s+D\+1 08:30 ET$/mu);
    expect(out).toMatch(/^read by {5}same-day Phase 4 \(same-day-phase4\) at D\+1 11:00 ET/mu);
    expect(out).toMatch(/^looks at {4}warehouse: rows of nba_analytics\.player_game_summary$/mu);
  });

  test("goes by the game date that is named", async () => {
    const pipeline = overNba(
      "thresholds: { minutes: { date_share: { dated: [{ until: 2026-02-01, value: { pass: 0.5, warn: 0.4, reason: then } }, { since: 2026-02-01, value: { pass: 0.9, warn: 0.8, reason: now } }] } } }\n",
    );
    expect((await explain("minutes", pipeline, "--game-date", "2026-01-31")).out).toContain("pass 0.5, warn 0.4; then");
    expect((await explain("minutes", pipeline)).out).toContain("pass 0.9, warn 0.8; now");
  });

  test("says the same of an own check, with its own time, and what is accepted of it", async () => {
    const pipeline = overNba(`accepted: [{ id: late-box, reason: "the source is slow", until: 2026-04-01, ceiling: P3 }]
checks:
  - id: late-box
    why: The gamebook must be fresh
    table: nba_raw.nbac_gamebook_player_stats
    where: { column: player_status, is: active }
    measure: newest
    column: processed_at
    core: true
    pass: "<= 6 h"
    due: D+1 09:00
    grace: D+1 10:00
    next: Collect it again.
`);
    const { out } = await explain("late-box", pipeline);
    expect(out.replaceAll(/\s+/gu, " ")).toContain(
      "check late-box, of mine itself: The gamebook must be fresh why The gamebook must be fresh rule The age of the newest processed_at in rows of nba_raw.nbac_gamebook_player_stats whose player_status is active. Passes at <= 6 h. A miss is P2. A date without any row is unknown. asked after the games, in every depth; core: without it nothing passes due D+1 09:00 ET, its own time; a miss is only a warning until D+1 10:00 ET accepted late-box up to P3 until 2026-04-01; the source is slow looks at warehouse: rows of nba_raw.nbac_gamebook_player_stats to do Collect it again.",
    );
  });

  test("refuses an id that nobody has, with the nearest", async () => {
    const { code, err } = await explain("minuts");
    expect([code, err]).toEqual([64, expect.stringMatching(/^No check "minuts"; known: games, .*Did you mean "minutes"\?$/mu)]);
    expect((await postgame(["explain"])).err).toContain("CHECK is missing: postgame explain CHECK");
  });
});
