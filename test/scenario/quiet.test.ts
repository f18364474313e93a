import { describe, expect, test } from "vitest";
import { instantOf } from "../../src/pipeline/dates.ts";
import type { Report } from "../../src/report/schema.ts";
import { catalogue } from "../../tools/index.ts";
import { sessionOver } from "../support/scenarios.ts";
import { pipeline, told } from "./stage.ts";

/** What the daily check says of a healthy night at full depth, at a time of the next day. */
async function validated(night: string, time: string): Promise<Report> {
  const scenario = told("", night);
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const clock = instantOf(scenario.night.date, { day: 1, hour, minute }, pipeline.zone);
  const tool = catalogue.find(({ name }) => name === "validate_daily");
  if (tool === undefined) throw new Error("There is no validate_daily.");
  const session = sessionOver({ ...scenario, clock }, { clock });
  const signal = new AbortController().signal;
  return tool.call({ game_date: scenario.night.date, depth: "full" }, { session, signal, progress: () => {} });
}

const quiet = (report: Report): unknown => (report.findings ?? []).filter(({ severity }) => severity !== "P5");

describe("a healthy night passes every check at full depth, with nothing to say but notes", () => {
  test.each([
    ["of ten games", "{ date: 2026-02-03, games: 10 }"],
    ["of one game", "{ date: 2026-01-20, games: 1 }"],
    ["of fifteen games, three weeks into the season", "{ date: 2025-11-12, games: 15 }"],
    ["before clocks go forward", "{ date: 2026-03-07 }"],
    ["before clocks go back", "{ date: 2025-11-01 }"],
    ["right after the All-Star break", "{ date: 2026-02-19 }"],
    ["on which a game is called off", "{ date: 2026-01-20, games: [{ game: BOS@NYK, postponed_to: 2026-01-25 }, LAL@DEN, MIA@ORL] }"],
    ["on which a postponed game is made up for", "{ date: 2026-01-20, games: [BOS@NYK, LAL@DEN] }"],
  ])("%s", async (_, night) => {
    const report = await validated(night, "13:05");
    expect([report.verdict, quiet(report)]).toEqual(["pass", []]);
    expect(report.checked?.pass).toBeGreaterThan(15);
  });

  test("in the play-offs as far as it goes: games, box scores and what was scraped", async () => {
    const report = await validated("{ date: 2026-04-20 }", "13:05");
    expect([report.verdict, quiet(report)]).toEqual(["pass", []]);
    expect(report.checked?.not_applicable).toContain("analytics");
  });
});

test("a healthy night that is asked about too early has nothing wrong with it", async () => {
  for (const time of ["00:30", "05:00", "06:45"]) {
    const report = await validated("{ date: 2026-01-20, games: 6 }", time);
    expect([time, report.checked?.fail, report.checked?.warn, report.checked?.unknown]).toEqual([time, undefined, undefined, undefined]);
  }
});
