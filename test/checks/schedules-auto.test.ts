import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { judgeNight } from "../../src/checks/night.ts";
import { schedules } from "../../src/checks/schedules.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { at, said } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { sessionOver } from "../support/scenarios.ts";

const job = "same-day-phase4";

/** What is said of the job by the night and by the slate that follows it, at 13:00 of the slate's day. */
async function told(
  change: string,
  date?: string,
  of = job,
): Promise<{ night: readonly string[]; slate: readonly string[]; overall: string }> {
  const text = `scenario: x\nabout: A test.\nbase: healthy\nseed: 3\nclock: 18:00\nnight: { date: 2026-02-03, games: 2 }\nchanges:\n  - ${change}\n`;
  const scenario = loadScenario({ name: "x.yaml", text }, nba);
  const session = sessionOver(scenario, { clock: at("13:00"), stores: buildStores(scenario, nba) });
  const call = session.begin({ signal: new AbortController().signal });
  const named = date === undefined ? {} : { date: calendarDateOf(date) };
  const { main, slate } = await judgeNight({ checks: [schedules], pipeline: nba, moment: "auto", ...named, ...call });
  const own = (lines: readonly string[]) => lines.filter((line) => line.startsWith(`${of}:`));
  return {
    night: own(said(main.judgement, "schedules")),
    slate: slate === undefined ? [] : own(said(slate.judgement, "schedules")),
    overall: main.overall.verdict,
  };
}

const failing = `{ job: ${job}, from: 2026-02-04 11:00, code: 13, message: boom }`;

describe("a fault that both halves see", () => {
  test("is told once, with the slate, where its attempt was about the slate", async () => {
    const { night, slate, overall } = await told(failing);
    expect(night).toEqual([`${job}: not_applicable next_date`]);
    expect(slate).toEqual([`${job}: warn P3 internal`]);
    expect(overall).toBe("unknown"); // Only this check was asked.
  });

  test("is told with the night where no slate is judged beside it", async () => {
    expect((await told(failing, "2026-02-03")).night).toEqual([`${job}: warn P3 internal`]);
  });

  test("stays with the night where the slate says nothing of it", async () => {
    const late = "daily-health-check-8am-et"; // feeds nothing that the slate waits for
    const { night, slate } = await told(`{ job: ${late}, from: 2026-02-04 08:00, code: 13 }`, undefined, late);
    expect([night, slate]).toEqual([[`${late}: warn P3 internal`], []]);
  });
});
