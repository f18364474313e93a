import { describe, expect, test } from "vitest";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { CancelledError, UserError } from "../../src/errors.ts";
import type { Session } from "../../src/session.ts";
import { validateDaily } from "../../tools/validate_daily.ts";
import { at } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";

const ask = (session: Session | undefined, input: object = {}, signal = new AbortController().signal) =>
  validateDaily.call(input, { session, signal, progress: () => {} });
const feb03 = (time: string, day?: string) => sessionOver(shippedScenario("feb-03"), { clock: at(time, day) });

/** The same night with something failing. */
function failing(fail: string): Session {
  const text = `scenario: failing\nabout: x\nbase: healthy\nclock: 09:30\nnight: { date: 2026-01-27, games: 5 }\nchanges:\n  - ${fail}\n`;
  return sessionOver(loadScenario({ name: "failing.yaml", text }, nba));
}

describe("which date", () => {
  test.each([
    ["06:29", "2026-02-02"],
    ["06:30", "2026-02-03"],
    ["23:59", "2026-02-03"],
  ])("without one, at %s it judges %s: the newest whose post-game is due", async (time, date) => {
    expect((await ask(feb03(time))).asked).toMatchObject({ game_date: date, moment: "auto" });
  });

  test("today is judged as of the clock, and nothing is due early", async () => {
    const report = await ask(feb03("12:00"), { game_date: "2026-02-04", moment: "post_game" });
    expect(report.verdict).toBe("not_due");
  });

  test("says the game date, the processing date and the zone, whatever was asked", async () => {
    const { asked } = await ask(feb03("18:00"), { game_date: "2026-02-03" });
    expect(asked).toEqual({
      game_date: "2026-02-03",
      processing_date: "2026-02-04",
      moment: "post_game",
      as_of: "2026-02-04T18:00:00-05:00",
      zone: "America/New_York",
      pipeline: "nba",
      backend: "embedded",
      scenario: "feb-03",
    });
  });
});

describe("bad input is one sentence to act on", () => {
  test.each<[object, string]>([
    [{ game_date: "2026-02-30" }, 'game_date "2026-02-30" is not a date that exists; write YYYY-MM-DD, e.g. 2026-02-03.'],
    [{ game_date: "yesterday" }, 'game_date "yesterday" is not a date that exists; write YYYY-MM-DD, e.g. 2026-02-03.'],
    [{ game_date: "2026-02-05" }, "game_date 2026-02-05 is in the future: it is 2026-02-04 18:00 ET; ask for 2026-02-04 or earlier."],
    [
      { game_dat: "2026-02-03" },
      'No parameter of validate_daily "game_dat"; known: game_date, days, moment, depth, detail. Did you mean "game_date"?',
    ],
    [{ depth: "deep" }, 'No depth of validate_daily: "deep"; known: quick, standard, full.'],
    [{ moment: "postgame" }, 'No moment of validate_daily: "postgame"; known: auto, pre_game, post_game. Did you mean "post_game"?'],
    [{ game_date: 20_260_203 }, "game_date of validate_daily: 20260203 is not allowed (Invalid input: expected string, received number)."],
    [["2026-02-03"], 'validate_daily takes an object of parameters, not ["2026-02-03"].'],
  ])("%j", async (input, sentence) => {
    await expect(ask(feb03("18:00"), input)).rejects.toThrow(new UserError(sentence));
  });
});

describe("honest answers", () => {
  test("nothing configured: unknown, with the way forward", async () => {
    const report = await ask(undefined);
    expect(report).toEqual({
      tool: "validate_daily",
      verdict: "unknown",
      numbers: {},
      asked: { configured: "nothing" },
      summary:
        "UNKNOWN: nothing is configured, so nobody could look. Start the server (or run the command) with --project ID to read a Google Cloud project (`postgame doctor` says what is missing), or with --scenario NAME to try it on invented data.",
    });
  });

  test("before the games only what must be there by then is judged, and nothing early", async () => {
    const early = await ask(feb03("11:29"), { moment: "pre_game" });
    expect(early).toMatchObject({ verdict: "not_due", asked: { game_date: "2026-02-04", moment: "pre_game" } });
    const noon = await ask(feb03("12:00"), { moment: "pre_game" });
    expect(noon.verdict).toBe("pass");
    expect(noon.summary).toContain("So far: 2026-02-04 PASS");
    expect(noon.ask_again).toBe("2026-02-04T13:00:00-05:00");
  });

  test("05:00, all games final, nothing of the night due: what must have been there before them does not make it a pass", async () => {
    const report = await ask(feb03("05:00"), { game_date: "2026-02-03" });
    expect(report.verdict).toBe("warn"); // Box scores are an hour late by then; nothing else is due.
    expect(report.checked).toMatchObject({ warn: 1 });
    const healthy = sessionOver(shippedScenario("healthy-night"), { clock: at("05:00", "2026-01-28") });
    expect((await ask(healthy, { game_date: "2026-01-27" })).verdict).toBe("not_due");
  });

  test("at 00:30 the night that was just played, named, is no pass and says when to ask again", async () => {
    const report = await ask(feb03("00:30"), { game_date: "2026-02-03" });
    expect(report.verdict).toBe("not_due");
    expect(report.ask_again).toBe("2026-02-04T04:00:00-05:00");
  });

  test("a slate whose own data is good is not told as well where units it rests on are not", async () => {
    const report = await ask(sessionOver(shippedScenario("worker-crash-missing-library")));
    expect(report.summary).toMatch(/Slate of 2026-01-18: PASS, .*what is told above of units, queues and locks bears on it too/u);
    expect((await ask(feb03("00:30"))).summary).not.toContain("bears on it too");
  });

  test("at 00:30 without a date it says which date was judged, and what of the slate is still under way", async () => {
    const report = await ask(sessionOver(shippedScenario("feb-03"), { clock: at("00:30") }));
    expect(report.summary).toContain("2026-02-02 PASS");
    expect(report.summary).toMatch(/Slate of 2026-02-03: .*in progress.*post-game checks are not due before 04:30 ET/u);
    expect(report).toMatchObject({ asked: { game_date: "2026-02-02" }, slate: { game_date: "2026-02-03", moment: "live" } });
  });

  test("one table denied: its own subjects are unknown with the reason, and the rest of the report is there", async () => {
    const report = await ask(failing("{ fail: warehouse, target: nba_precompute.player_daily_cache, with: denied, from: 00:00 }"));
    expect(report.verdict).toBe("unknown");
    expect(report.numbers).toMatchObject({ games: "5/5 final", analytics: "5/5 games" });
    expect(report.findings?.[0]).toMatchObject({
      verdict: "unknown",
      reason: "denied",
      subjects: expect.arrayContaining(["unique-keys/nba_precompute.player_daily_cache", "completion/phase3/record"]),
    });
    expect(report.findings?.[0]?.observed).toContain("bigquery");
    expect(report.coverage).toMatchObject({ failed: 3 });
  });

  test("the whole warehouse unavailable: one line for all that could not look, not one per check", async () => {
    const report = await ask(failing("{ fail: warehouse, with: unavailable, from: 00:00 }"));
    expect(report.verdict).toBe("unknown");
    expect(report.findings?.every((line) => line.verdict === "unknown" || line.severity === "P5")).toBe(true);
    expect(report.findings?.filter((line) => line.reason === "unavailable")).toHaveLength(2); // the night's and the slate's
    expect(report.summary).toMatch(/judged 4 of 24 checks/u); // Those about topics, units, jobs and locks ask others.
  });

  test("the tracker unreachable leaves the night unknown though every table is right", async () => {
    const report = await ask(failing("{ fail: documents, with: no_such_place, from: 00:00 }"));
    expect(report.verdict).toBe("unknown");
    expect(report.checked).toEqual({ pass: 20, unknown: 2, not_due: ["grading", "exports"] });
  });

  test("surplus in one table is found although another was denied", async () => {
    const scenario = shippedScenario("feb-03");
    const session = sessionOver({
      ...scenario,
      changes: [
        ...scenario.changes,
        { verb: "fail", port: "warehouse", target: "nba_precompute.player_daily_cache", with: "denied", from: at("00:00") },
      ],
    });
    const report = await ask(session, { game_date: "2026-02-03" });
    expect(report.verdict).toBe("fail");
    expect(report.findings?.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(
      expect.arrayContaining(["unique-keys/nba_analytics.player_game_summary fail", "several unknown"]),
    );
  });
});

test("a cancelled call answers nothing: the look ends and no report is made of what was seen", async () => {
  const controller = new AbortController();
  const session = failing("{ fail: warehouse, target: nba_raw.nbac_schedule, with: deadline, from: 00:00 }");
  const began = performance.now();
  const answer = ask(session, {}, controller.signal);
  controller.abort();
  await expect(answer).rejects.toThrow(CancelledError);
  expect(performance.now() - began).toBeLessThan(5000);
});

test("tells progress look by look, rising to its total", async () => {
  const told: { done: number; total: number }[] = [];
  await validateDaily.call(
    {},
    { session: feb03("18:00"), signal: new AbortController().signal, progress: ({ done, total }) => told.push({ done, total }) },
  );
  expect(told.map(({ done }) => done)).toEqual(told.map((_, index) => index + 1));
  const { done, total } = told.at(-1) ?? {};
  expect(done).toBe(total);
});

test("the same question twice gives the same answer, but for the time it took", async () => {
  const [one, two] = [await ask(feb03("18:00")), await ask(feb03("18:00"))];
  expect({ ...one, cost: 0 }).toEqual({ ...two, cost: 0 });
});

test("detail names every look that a finding rests on, and what each check examined", async () => {
  const report = await ask(feb03("18:00"), { detail: "detailed" });
  expect(report.findings?.find((line) => line.id === "completion/phase3/record")?.evidence).toHaveLength(9);
  expect(report.examined).toMatchObject({ games: expect.any(Number), completion: expect.any(Number) });
});

test("a date beyond what the scenario holds is not supplied: unknown, neither missing nor healthy", async () => {
  const report = await ask(feb03("18:00"), { game_date: "2025-12-20" });
  expect(report.verdict).toBe("unknown");
  expect(report.summary).toContain("the scenario holds no data for 2025-12-20");
});

test.each(["14:50", "14:59", "15:00", "15:05", "15:12"])("starting a run again turns no failing night green, at %s", async (time) => {
  expect(["pass", "not_applicable"]).not.toContain((await ask(feb03(time), { game_date: "2026-02-03" })).verdict);
});
