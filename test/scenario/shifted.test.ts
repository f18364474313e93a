import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { addDays, calendarDateOf } from "../../src/pipeline/dates.ts";
import { loadPipeline } from "../../src/pipeline/load.ts";
import type { Report } from "../../src/report/schema.ts";
import { catalogue } from "../../tools/index.ts";
import { calledBy } from "../support/input.ts";
import { nba } from "../support/pipeline.ts";
import { sessionOver, shippedScenarios } from "../support/scenarios.ts";

const seed = Number(process.env["POSTGAME_TEST_SEED"] ?? Date.now() % 1_000_000);
console.log(`shifted incidents: seed ${seed} (POSTGAME_TEST_SEED repeats it)`);

/** Whole weeks back, within one offset from UTC and one set of rules; other names and box scores. */
const weeks = 1 + (seed % 6);
const folder = new URL("../../scenarios/", import.meta.url);

/** Bound to its date: neither the break it plays in moves, nor the first of the month, on which one of its jobs runs. */
const bound = ["no-games", "eight-silent-jobs"];
/** Asked while games are played: which ones have begun by then is drawn with the seed. */
const drawn = ["games-still-in-progress", "games-all-landed"];

/** What came into use at a moment moves along with the nights around it. */
const rulesText = readFileSync(new URL("../../pipelines/nba.yaml", import.meta.url), "utf8");
const movedRules = loadPipeline({
  name: "pipelines/nba.yaml",
  text: rulesText.replaceAll(/\b2026-\d{2}-\d{2}(?=T\d{2}:)/gu, (date) => addDays(calendarDateOf(date), -7 * weeks)),
});

function shifted(name: string): ReturnType<typeof loadScenario> {
  const pipeline = bound.includes(name) ? nba : movedRules;
  const text = readFileSync(new URL(`${name}.yaml`, folder), "utf8");
  const moved = text.replaceAll(/\b2026-\d{2}-\d{2}/gu, (date) => addDays(calendarDateOf(date), bound.includes(name) ? 0 : -7 * weeks));
  if (drawn.includes(name)) return loadScenario({ name: `${name}.yaml`, text: moved }, pipeline);
  const renamed = /^seed: \d+$/mu.test(moved)
    ? moved.replace(/^seed: \d+$/mu, `seed: ${1 + seed}`)
    : moved.replace(/^clock:/mu, `seed: ${1 + seed}\nclock:`);
  return loadScenario({ name: `${name}.yaml`, text: renamed }, pipeline);
}

/** Every surplus that a report tells: rows there, surplus among them, unique. */
function surplusesIn({ findings = [] }: Report): readonly (readonly [number, number, number])[] {
  return findings.flatMap(({ observed }) => {
    const match = /^(\d+) rows of which (\d+) surplus \((\d+) unique\)/u.exec(observed);
    return match === null ? [] : [[Number(match[1]), Number(match[2]), Number(match[3])] as const];
  });
}

describe.each(shippedScenarios)(`%s, ${weeks} weeks earlier under other names`, (name) => {
  const scenario = shifted(name);
  const pipeline = bound.includes(name) ? nba : movedRules;

  test("comes to the same verdicts at the same clocks, and its counts agree", async () => {
    const told: string[] = [];
    const stores = buildStores(scenario, pipeline);
    for (const expectation of scenario.expect) {
      const { clock } = expectation;
      const { tool, input } = calledBy(expectation);
      const session = sessionOver(scenario, { clock, pipeline, stores });
      const report = await tool.call(input, { session, signal: new AbortController().signal, progress: () => {} });
      told.push(`${clock.toISOString()} ${report.verdict}`);
      for (const [rows, surplus, unique] of surplusesIn(report)) expect(rows - surplus).toBe(unique);
    }
    expect(told).toEqual(scenario.expect.map(({ clock, verdict }) => `${clock.toISOString()} ${verdict}`));
  });
});

describe("players who did not play, in other numbers", () => {
  const draw = (turn: number, from: number, to: number): number => from + ((seed * 7919 + turn * 104_729) % (to - from + 1));

  test.each([1, 2, 3, 4])("turn %i: those who played are the denominator, whatever the numbers", async (turn) => {
    const games = draw(turn, 5, 12);
    const rows = games * 34 + draw(turn, 0, games);
    const dnp = Math.round(rows * (0.26 + 0.02 * draw(turn, 0, 10)));
    const night = `{ date: 2026-01-30, games: ${games}, player_rows: ${rows}, dnp: ${dnp} }`;
    const text = `scenario: counts\nabout: A test.\nbase: healthy\nseed: ${seed + turn}\nclock: 2026-01-31 23:00\nnight: ${night}\n`;
    const session = sessionOver(loadScenario({ name: "counts.yaml", text }, nba));
    const report = await catalogue[0]?.call(
      { game_date: "2026-01-30" },
      { session, signal: new AbortController().signal, progress: () => {} },
    );
    expect(report?.numbers["minutes"]).toBe(`${rows - dnp}/${rows - dnp} who played, ${dnp} DNP of ${rows}`);
    expect(report?.verdict).toBe("pass");
  });
});
