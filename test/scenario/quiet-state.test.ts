import { expect, test } from "vitest";
import { judgeDate } from "../../src/checks/runner.ts";
import { orchestrators } from "../../src/checks/orchestrators.ts";
import { schedules } from "../../src/checks/schedules.ts";
import { addMinutes, calendarDateOf, clockText } from "../../src/pipeline/dates.ts";
import { at } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { sessionOver, shippedScenario, shippedStores } from "../support/scenarios.ts";

const quiet = ["pass ok", "not_due not_due", "not_due put_off"];

test.each(["post_game", "pre_game"] as const)(
  "no job and no orchestrator of a healthy night is complained of at any hour (%s)",
  async (half) => {
    const scenario = shippedScenario("healthy-night");
    const stores = await shippedStores(scenario);
    const loud: string[] = [];
    for (let clock = at("00:07", "2026-01-27"); clock < at("23:00", "2026-01-29"); clock = addMinutes(clock, 173)) {
      const call = sessionOver(scenario, { clock, stores }).begin({ signal: new AbortController().signal });
      const { checks } = await judgeDate({
        checks: [schedules, orchestrators],
        pipeline: nba,
        date: calendarDateOf("2026-01-27"),
        half,
        ...call,
      });
      for (const { check, subjects } of checks)
        for (const { subject, findings } of subjects)
          for (const { verdict, reason, observed } of findings)
            if (!quiet.includes(`${verdict} ${reason}`))
              loud.push(`${clockText(clock, nba.zone)} ${check.id}/${subject}: ${reason} ${observed}`);
    }
    expect(loud).toEqual([]);
  },
  60_000,
);
