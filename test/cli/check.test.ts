import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openPipeline } from "../../src/pipeline-files.ts";
import { at } from "../support/night.ts";
import { filesIn, overNba } from "../support/own-pipeline.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";
import { run } from "../mcp/child.ts";
import { postgame } from "./fake-terminal.ts";

const checks = (limit = "<= 400", more = "") => `
  - id: no-copies
    why: Two runs at once once left copies
    table: nba_analytics.player_game_summary
    measure: rows
    all_rows: true
    pass: "${limit}"
    next: Remove the copies.
${more}`;
const feb03 = shippedScenario("feb-03");
/** `check try` on the night with 72 copies and the one before it. */
const tryOn = (
  dates: readonly string[],
  { limit = "<= 400", more = "", id = "no-copies", extra = [] as readonly string[], clock = at("18:00") } = {},
) => {
  const session = { ...sessionOver(feb03, { clock }), pipeline: overNba(`checks:${checks(limit, more)}`) };
  return postgame(["check", "try", id, ...dates.flatMap((date) => ["--game-date", date]), ...extra], { open: async () => session });
};

describe("check try", () => {
  test("exits 0 only if the check fires on the first date and is quiet on the last, and says which did what", async () => {
    const { code, out } = await tryOn(["2026-02-03", "2026-02-02"]);
    expect(code).toBe(0);
    expect(out).toBe(`SCENARIO feb-03 (invented data): no-copies fires on 2026-02-03 and is quiet on
2026-02-02.

2026-02-03  FAIL
    2026-02-03  P2 missed: 420 rows of nba_analytics.player_game_summary
2026-02-02  PASS
    2026-02-02  ok: 206 rows of nba_analytics.player_game_summary
`);
  });

  test.each<[string, readonly string[], object, number, RegExp]>([
    ["that never fires", ["2026-02-03", "2026-02-02"], { limit: "<= 500" }, 2, /on 2026-02-03, where it must fire, it passes\.$/u],
    ["that always fires", ["2026-02-03", "2026-02-02"], { limit: "<= 5" }, 2, /on 2026-02-02, where it must be quiet, it fails\.$/u],
    [
      "the wrong way round",
      ["2026-02-02", "2026-02-03"],
      {},
      2,
      /must fire, it passes; on 2026-02-03, where it must be quiet, it fails\.$/u,
    ],
    ["that is not due on the good date", ["2026-02-03", "2026-02-04"], {}, 3, /on 2026-02-04, where it must be quiet, it is not due\.$/u],
    [
      "whose good date the stores don't hold",
      ["2026-02-03", "2025-12-01"],
      {},
      3,
      /on 2025-12-01, where it must be quiet, it is unknown\.$/u,
    ],
  ])("a check %s proves nothing", async (_title, dates, options, code, said) => {
    const answer = await tryOn(dates, { ...options, extra: ["--json"] });
    expect(answer.code).toBe(code);
    expect(JSON.parse(answer.out)).toMatchObject({ exit: code, said: expect.stringMatching(said) });
  });

  test("dates between the first and the last are told and decide nothing", async () => {
    const { code, out } = await tryOn(["2026-02-03", "2026-02-04", "2026-02-02"]);
    expect([code, out.match(/^2026-02-0\d {2}[A-Z ]+$/gmu)]).toEqual([0, ["2026-02-03  FAIL", "2026-02-04  NOT DUE", "2026-02-02  PASS"]]);
  });

  test.each<[string, readonly string[], object, RegExp]>([
    ["one date", ["2026-02-03"], {}, /at least two dates: --game-date BAD --game-date GOOD/u],
    ["no date at all", [], {}, /at least two dates/u],
    ["a date that does not exist", ["2026-02-30", "2026-02-02"], {}, /--game-date "2026-02-30" is not a date that exists/u],
    ["a date to come", ["2026-02-03", "2026-02-05"], {}, /--game-date 2026-02-05 is in the future: it is 2026-02-04 18:00 ET/u],
    [
      "a check that is not there",
      ["2026-02-03", "2026-02-02"],
      { id: "no-copy" },
      /No check of its own in the pipeline file "no-copy"; known: no-copies\. Did you mean "no-copies"\?/u,
    ],
    [
      "a shipped check",
      ["2026-02-03", "2026-02-02"],
      { id: "minutes" },
      /minutes is shipped and tested; only checks of the pipeline file are tried/u,
    ],
  ])("%s is refused", async (_title, dates, options, said) => {
    const { code, out, err } = await tryOn(dates, options);
    expect([code, out]).toEqual([64, ""]);
    expect(err).toMatch(said);
  });

  test.each<[readonly string[], RegExp]>([
    [["check"], /^try is missing: postgame check try ID; see help check\.$/mu],
    [["check", "try"], /^ID is missing: postgame check try ID/mu],
    [["check", "tri", "a"], /No verb of check "tri"; known: try\. Did you mean "try"\?/u],
    [["check", "try", "a", "b"], /^It is postgame check try ID, and then options, not "b"/mu],
  ])("%j is refused with what is right", async (args, said) => {
    const { code, err } = await postgame(args);
    expect(code).toBe(64);
    expect(err).toMatch(said);
  });

  test("where nothing is configured it says so, and exits 3", async () => {
    const { code, err } = await postgame(["check", "try", "a", "--game-date", "2026-02-03", "--game-date", "2026-02-02"], {
      open: async () => undefined,
    });
    expect([code, err]).toEqual([3, expect.stringContaining("Nothing is configured")]);
  });

  test("only --game-date may be given twice", async () => {
    const { code, err } = await postgame(["check", "try", "a", "--scenario", "x", "--scenario", "y"]);
    expect([code, err]).toEqual([64, "--scenario is given twice.\n"]);
  });

  test("the real program does it with a file on disk, and again from the evidence it saved", async () => {
    const folder = await filesIn({ "mine.yaml": `pipeline: mine\nextends: nba\nchecks:${checks()}` });
    const file = join(folder, "mine.yaml");
    expect((await openPipeline(file)).name).toBe("mine");
    const dates = ["--game-date", "2026-02-03", "--game-date", "2026-02-02"];
    const saved = join(folder, "evidence.json");
    const live = await run("check", "try", "no-copies", "--pipeline", file, "--scenario", "feb-03", ...dates, "--save-evidence", saved);
    expect([live.code, live.stderr]).toEqual([0, ""]);
    const replayed = await run("check", "try", "no-copies", "--pipeline", file, "--evidence", saved, ...dates);
    expect([replayed.code, replayed.stdout]).toEqual([0, expect.stringContaining("REPLAY of evidence.json: no-copies fires on")]);
  });
});
