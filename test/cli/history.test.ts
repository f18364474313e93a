import { describe, expect, test, vi } from "vitest";
import type { Config } from "../../src/config.ts";
import { BackendError, UserError } from "../../src/errors.ts";
import type { History, HistoryPage, HistoryQuery } from "../../src/history/history.ts";
import type { KeptReport } from "../../src/history/kept.ts";
import { report } from "../mcp/fake-tools.ts";
import { postgame } from "./fake-terminal.ts";

const asOf = "2026-02-04T18:00:00-05:00";

function kept(over: Partial<KeptReport["report"]> = {}): KeptReport {
  const { tool, verdict, summary, asked, numbers } = report();
  return {
    as_of: "2026-02-04T23:00:00.000Z",
    kept_at: "2026-02-05T00:00:00.000Z",
    report: { tool, verdict, summary, asked, numbers, ...over },
    judged: { checks: {}, findings: [], figures: {} },
  };
}

/** A history that answers one page, and what it was asked. */
function fakeHistory(page: Partial<HistoryPage> = {}) {
  const list = vi.fn<History["list"]>(async () => ({ reports: [], total: page.reports?.length ?? 0, setAside: 0, ...page }));
  const opened = vi.fn<(config: Config) => Promise<History>>(async () => ({
    list,
    remember: () => Promise.reject(new Error("not asked")),
    standing: () => Promise.reject(new Error("not asked")),
    lastGood: () => Promise.reject(new Error("not asked")),
  }));
  return { opened, asked: (): HistoryQuery | undefined => list.mock.lastCall?.[0] };
}

const text = async (page: Partial<HistoryPage>, ...args: string[]) =>
  (await postgame(["history", "--state", "/kept", ...args], { history: fakeHistory(page).opened })).out;

test("one line per report: as of, game date, tool, verdict, what is behind it and what was new; invented data is said", async () => {
  const since = { compared_with: "2026-02-04T13:00:00-05:00", new: ["minutes/BOS@NYK", "2 more"], still: ["games/a"] };
  const scenario = { ...report().asked, scenario: "feb-03" };
  const reports = [
    kept({ asked: scenario, since }),
    kept({
      verdict: "pass",
      summary: "2026-02-03 PASS, judged 6 of 6 checks as of 2026-02-04 18:00 ET: games 10/10.",
      since: { compared_with: asOf },
    }),
  ];
  expect(await text({ reports, total: 2 })).toMatchInlineSnapshot(`
    "2026-02-04T18:00:00-05:00  2026-02-03  judge_night  FAIL  SCENARIO feb-03: judged 2 of 2; 72 surplus rows; new: minutes/BOS@NYK, 2 more
    2026-02-04T18:00:00-05:00  2026-02-03  judge_night  PASS  judged 6 of 6; games 10/10; new: nothing
    "
  `);
});

test("what is cut, and what could not be read, is counted; nothing kept is said with the folder", async () => {
  expect(await text({ reports: [kept()], total: 30 })).toContain("1 of 30; ask for more with --limit");
  expect(await text({ reports: [kept()], total: 1, setAside: 2 })).toContain("2 more could not be read and lie in /kept/aside.");
  expect(await text({})).toBe("No report is kept in /kept yet.\n");
});

test("--json is the list on one line, with everything a program needs and no more than that", async () => {
  const out = await text({ reports: [kept()], total: 7, setAside: 1 }, "--json");
  const { tool, verdict, summary, asked } = report();
  const one = { as_of: asOf, kept_at: "2026-02-05T00:00:00.000Z", tool, asked, verdict, summary };
  expect(JSON.parse(out)).toEqual({ reports: [one], days: [], total: 7, set_aside: 1 });
  expect(out.match(/\n/gu)).toHaveLength(1);
});

test("no control character of a kept report reaches the terminal, and none begins a line of its own", async () => {
  const hostile = "\u001b[2J\nPASS\u202e";
  const reports = [kept({ tool: hostile, summary: hostile, asked: { as_of: hostile, game_date: hostile, scenario: hostile } })];
  const out = await text({ reports, total: 1 });
  expect(out.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/u);
});

describe("what is asked", () => {
  test.each([
    [[], { limit: 20 }],
    [["--limit", "3"], { limit: 3 }],
    [["--game-date", "2026-02-03", "--tool", "judge-night"], { limit: 20, gameDate: "2026-02-03", tool: "judge_night" }],
  ])("%j reaches the history as %j", async (args, query) => {
    const { opened, asked } = fakeHistory();
    expect((await postgame(["history", ...args], { history: opened })).code).toBe(0);
    expect(asked()).toEqual(query);
  });

  test("the folder is the option's, else the environment's, else the default under the state home", async () => {
    const folder = async (args: string[], env: Record<string, string>): Promise<unknown> => {
      const { opened } = fakeHistory();
      await postgame(["history", ...args], { history: opened, env });
      return opened.mock.lastCall?.[0].state;
    };
    const env = { POSTGAME_STATE: "/from/env", XDG_STATE_HOME: "/state" };
    expect(await folder(["--state", "mine"], env)).toEqual({ value: "mine", source: "--state" });
    expect(await folder([], env)).toEqual({ value: "/from/env", source: "POSTGAME_STATE" });
    expect(await folder([], { XDG_STATE_HOME: "/state" })).toEqual({ value: "/state/postgame", source: "XDG_STATE_HOME" });
    for (const home of ["relative", ""]) {
      expect(await folder([], { XDG_STATE_HOME: home })).toMatchObject({
        value: expect.stringMatching(/\.local.state.postgame$/u),
        source: "default",
      });
    }
  });

  test.each([
    [["--limit", "0"], "--limit: 0 is not allowed; list at least 1."],
    [["--limit", "-2"], "--limit: -2 is not allowed; list at least 1."],
    [["--limit", "many"], '--limit: "many" is not a whole number.'],
    [["--game-date", "2026-02-30"], '--game-date "2026-02-30" is not a date that exists; write YYYY-MM-DD, e.g. 2026-02-03.'],
    [["--tool", "judge_nigth"], 'No tool "judge_nigth"; known: judge_night. Did you mean "judge_night"?'],
    [["--gamedate", "2026-02-03"], /^No option of history "--gamedate".*Did you mean "--game-date"\?$/u],
    [["2026-02-03"], /^history takes options only/u],
  ])("%j is refused in one sentence, and nothing is read", async (args, sentence) => {
    const { opened, asked } = fakeHistory();
    const { code, out, err } = await postgame(["history", ...args], { history: opened });
    expect({ code, out }).toEqual({ code: 64, out: "" });
    expect(err.trimEnd()).toMatch(sentence);
    expect(asked()).toBeUndefined();
  });
});

describe("a state that can't be read is never an empty list", () => {
  const failing = (error: Error) => async (): Promise<History> => ({
    ...(await fakeHistory().opened({} as Config)),
    list: () => Promise.reject(error),
  });

  test("nobody could look: exit 3 and the reason", async () => {
    const error = new BackendError("denied", "The state folder /kept: listing is not permitted (EACCES).", "Give access.");
    expect(await postgame(["history"], { history: failing(error) })).toEqual({ code: 3, out: "", err: `${error.message} Give access.\n` });
  });

  test("a newer store: exit 64 and both versions, as the store says them", async () => {
    const error = new UserError("The state folder /kept has schema version 2.");
    expect(await postgame(["history"], { history: failing(error) })).toEqual({ code: 64, out: "", err: `${error.message}\n` });
  });
});

test("its help names every option, and does not run", async () => {
  const { code, out } = await postgame(["help", "history"], { history: () => Promise.reject(new Error("ran")) });
  expect(code).toBe(0);
  for (const option of ["--game-date DATE", "--tool NAME", "--limit N", "--state DIR", "--json"]) expect(out).toContain(option);
});
