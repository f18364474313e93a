import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import type { World } from "../../src/adapters/embedded/world.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { timeline } from "../../src/adapters/embedded/scenario/timeline.ts";
import { pipeline, shipped } from "./stage.ts";

const shippedOne = shipped("feb-03");
const scenario = { ...shippedOne, night: { ...shippedOne.night, days: 2 } };
const names = Object.keys(pipeline.file.tables);
const first = Date.parse("2026-02-03T05:00:00Z");
const last = Date.parse("2026-02-05T12:00:00Z");
const moments = fc.integer({ min: first, max: last }).map((ms) => new Date(ms));

function whole(world: World): unknown {
  const ids = world.documentIds("phase3_completion");
  return { tables: names.map((name) => world.table(name)?.rows), ids, documents: ids.map((id) => world.document("phase3_completion", id)) };
}

describe("time travel", () => {
  test("what is seen at a moment does not depend on what was looked at before", () => {
    const travelled = buildStores(scenario, pipeline);
    fc.assert(
      fc.property(moments, (moment) => {
        expect(whole(travelled.at(moment))).toEqual(whole(buildStores(scenario, pipeline).at(moment)));
      }),
      { numRuns: 8 },
    );
  });

  test("a table is the same array until something happens to it, and another one from then on", () => {
    const stores = buildStores(scenario, pipeline);
    fc.assert(
      fc.property(fc.constantFrom(...names), moments, moments, (name, a, b) => {
        const [one, other] = [stores.at(a).table(name)?.rows, stores.at(b).table(name)?.rows];
        expect(one === other).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 60 },
    );
    const at = (time: string) => stores.at(new Date(`2026-02-04T${time}-05:00`)).table("nba_analytics.player_game_summary")?.rows;
    expect(at("15:00:24")).toBe(at("18:39:59"));
    expect(at("15:00:23")).not.toBe(at("15:00:24"));
    expect(at("18:39:59")).not.toBe(at("18:40:00"));
  });

  test("what happened at the very moment is seen, what comes a millisecond later is not", () => {
    const steps = [10, 20, 20].map((at, index) => ({ at, apply: (before: string) => `${before}${index}` }));
    const line = timeline("", steps);
    expect([25, 9, 20, 10, 19].map((moment) => line.at(moment))).toEqual(["012", "", "012", "0", "0"]);
  });

  test("a step is computed once, however often it is looked at", () => {
    let computed = 0;
    const line = timeline(0, [{ at: 1, apply: (before) => before + ++computed }]);
    expect([line.at(5), line.at(0), line.at(1), line.at(9)]).toEqual([1, 0, 1, 1]);
  });
});

test("an unknown table is not there, and an unknown document is absent", () => {
  const world = buildStores(scenario, pipeline).at(scenario.clock);
  expect(world.table("nba_orchestration.scraper_run_history")).toBeUndefined();
  expect(world.document("phase3_completion", "2026-02-30")).toBeUndefined();
  expect(world.document("phase1_completion", "2026-02-03")).toBeUndefined();
  expect(world.documentIds("phase1_completion")).toEqual([]);
});

test("a season of 1,176 games can be read table by table", () => {
  const night = { date: calendarDateOf("2026-04-12"), games: 7, days: 173, games_a_day: 7 };
  const clock = new Date("2026-04-13T12:00:00-04:00");
  const world = buildStores({ ...scenario, clock, changes: [], expect: [], night }, pipeline).at(clock);
  expect(world.table("nba_analytics.team_offense_game_summary")?.rows).toHaveLength(2 * 7 * (174 - 6));
  expect(world.documentIds("phase3_completion")[0]).toBe("2026-03-14");
});
