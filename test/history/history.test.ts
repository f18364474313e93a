import { describe, expect, test } from "vitest";
import { memoryState } from "../../src/adapters/state/memory.ts";
import { overallOf } from "../../src/checks/overall.ts";
import { BackendError, CancelledError, UserError } from "../../src/errors.ts";
import { historyIn } from "../../src/history/history.ts";
import { retention } from "../../src/history/keep.ts";
import type { State } from "../../src/ports/state.ts";
import { reportOf } from "../../src/report/report.ts";
import type { Report } from "../../src/report/schema.ts";
import { call } from "../contracts/state-contract.ts";
import { at, judge, smallNight } from "../support/night.ts";

const asked = { tool: "validate_daily", moment: "post_game", pipeline: "nba", backend: "google", detailed: false, ms: 1 };

/** The small night as of a time of the morning after; without the boards' rows where the analytics are missing. */
async function night(
  time: string,
  how: "healthy" | "no minutes" | "refused" = "healthy",
  over: Partial<typeof asked> & { scenario?: string } = {},
) {
  const small = smallNight();
  if (how === "no minutes")
    small.tables["player-rows"] = (small.tables["player-rows"] ?? []).map((row) => ({ ...row, minutes_played: null }));
  if (how === "refused") small.refused["player-rows"] = "deadline";
  const judgement = await judge(small, at(time));
  return { judgement, report: reportOf(judgement, overallOf(judgement), { ...asked, ...over }) };
}

type Night = Awaited<ReturnType<typeof night>>;

function remembering(state: State, wall = "2026-03-01T00:00:00Z", waitMs = 5_000) {
  const history = historyIn(state, { wall: () => new Date(wall), waitMs });
  return {
    history,
    remember: ({ report, judgement }: Night, over = call): Promise<Report> => history.remember(report, [{ judgement }], over),
  };
}

describe("what is new since the last report", () => {
  test("the first report of its kind says nothing of it, and is otherwise as it was", async () => {
    const { remember } = remembering(memoryState());
    const first = await night("09:30");
    expect(await remember(first)).toEqual(first.report);
  });

  test("a problem is new, then still there, then gone, each time compared with the newest earlier clock", async () => {
    const { remember } = remembering(memoryState());
    await remember(await night("09:30"));
    const appeared = await remember(await night("10:30", "no minutes"));
    const stays = await remember(await night("11:30", "no minutes"));
    const gone = await remember(await night("12:30"));
    expect([appeared.since, stays.since, gone.since]).toMatchInlineSnapshot(`
      [
        {
          "compared_with": "2026-02-04T09:30:00-05:00",
          "new": [
            "minutes/2026-02-03",
            "minutes/BOS@NYK",
            "minutes/LAL@GSW",
            "10 more",
          ],
        },
        {
          "compared_with": "2026-02-04T10:30:00-05:00",
          "still": [
            "minutes/2026-02-03",
            "minutes/BOS@NYK",
            "minutes/LAL@GSW",
            "10 more",
          ],
        },
        {
          "compared_with": "2026-02-04T11:30:00-05:00",
          "gone": [
            "minutes/2026-02-03",
            "minutes/BOS@NYK",
            "minutes/LAL@GSW",
            "10 more",
          ],
        },
      ]
    `);
  });

  test("what nobody could look at this time is not called gone", async () => {
    const { remember } = remembering(memoryState());
    await remember(await night("09:30", "no minutes"));
    const { since, verdict } = await remember(await night("10:30", "refused"));
    expect(verdict).toBe("unknown");
    expect(since?.gone).toBeUndefined();
    expect(since?.not_judged).toContain("minutes/2026-02-03");
  });

  test("a later clock's report is not the last one, nor is one of the same clock", async () => {
    const { remember } = remembering(memoryState());
    await remember(await night("12:30", "no minutes"));
    await remember(await night("09:30"));
    expect((await remember(await night("09:30"))).since).toBeUndefined();
    expect((await remember(await night("10:30"))).since).toEqual({ compared_with: "2026-02-04T09:30:00-05:00" });
  });

  test.each([{ tool: "other" }, { moment: "pre_game" }, { pipeline: "mine" }, { backend: "embedded" }, { scenario: "feb-03" }])(
    "a report with another %j is not compared with",
    async (other) => {
      const { remember } = remembering(memoryState());
      await remember(await night("09:30", "no minutes", other));
      expect((await remember(await night("10:30"))).since).toBeUndefined();
    },
  );

  test("at most three ids are named, worst first, and the rest is counted", async () => {
    const { remember } = remembering(memoryState());
    await remember(await night("09:30"));
    const all = await night("10:30");
    const checks = all.judgement.checks.map((one) => ({
      ...one,
      subjects: one.subjects.map((subject) => ({
        ...subject,
        findings: [{ verdict: "unknown" as const, reason: "x", observed: "x", next: "x" }],
      })),
    }));
    const many = checks.reduce((sum, { subjects }) => sum + subjects.length, 0);
    const { since } = await remember({ ...all, judgement: { ...all.judgement, checks } });
    expect(since?.new).toHaveLength(4);
    expect(since?.new?.[3]).toBe(`${many - 3} more`);
  });
});

describe("what is kept", () => {
  test("every report, with every check's verdict and every single finding by id, reason and verdict", async () => {
    const state = memoryState();
    const { remember } = remembering(state);
    const given = await remember(await night("09:30", "no minutes"));
    const { keys } = await state.list({ prefix: "reports/", limit: 9, order: "ascending" }, call);
    const { value } = (await state.get({ key: keys[0] ?? "" }, call)) ?? {};
    expect(value).toMatchObject({
      as_of: "2026-02-04T14:30:00.000Z",
      kept_at: "2026-03-01T00:00:00.000Z",
      report: given,
      judged: { checks: { games: "pass", minutes: "fail" } },
    });
    const { findings } = (value as { judged: { findings: object[] } }).judged;
    expect(findings).toContainEqual({ id: "games/BOS@NYK", reason: "ok", verdict: "pass" });
    expect(findings.filter((one) => (one as { verdict: string }).verdict === "fail").length).toBeGreaterThan(0);
  });

  test("the list is newest clock first, narrowed by date and tool, and what is cut is counted", async () => {
    const { remember, history } = remembering(memoryState());
    for (const time of ["10:30", "09:30", "11:30"]) await remember(await night(time));
    await remember(await night("12:30", "healthy", { tool: "other_tool" }));
    const times = async (query: object) => {
      const { reports, total } = await history.list({ limit: 9, ...query }, call);
      return [...reports.map(({ report }) => report.asked["as_of"]?.slice(11, 16)), total];
    };
    expect(await times({})).toEqual(["12:30", "11:30", "10:30", "09:30", 4]);
    expect(await times({ tool: "validate_daily", limit: 2 })).toEqual(["11:30", "10:30", 3]);
    expect(await times({ gameDate: "2026-02-03", tool: "other_tool" })).toEqual(["12:30", 1]);
    expect(await times({ gameDate: "2026-02-02" })).toEqual([0]);
  });

  test("what is 90 days old is kept, a second more is not; age counts from when it was kept, not from the clock judged", async () => {
    const state = memoryState();
    await remembering(state, "2026-03-01T00:00:00Z").remember(await night("09:30"));
    const kept = async (wall: string): Promise<number> => {
      await remembering(state, wall).remember(await night("10:30"));
      return (await state.list({ prefix: "reports/", limit: 0, order: "ascending" }, call)).total;
    };
    expect(await kept("2026-05-30T00:00:00Z")).toBe(2);
    expect(await kept("2026-05-30T00:00:01Z")).toBe(2);
    expect((await state.list({ prefix: "reports/20260204t143", limit: 0, order: "ascending" }, call)).total).toBe(0);
  });

  test(`of more than ${retention.reports} reports those that were kept first go`, async () => {
    const state = memoryState();
    const { remember } = remembering(state);
    const number = (index: number): string => String(index).padStart(4, "0");
    for (let index = 0; index < retention.reports; index += 1) {
      await state.put({ key: `reports/2026020${index % 7}t000000000z.20260228t00000${number(index)}z.2026-02-03.x.s.u`, value: 0 }, call);
    }
    await remember(await night("09:30"));
    const { keys, total } = await state.list({ prefix: "reports/", limit: 9_999, order: "ascending" }, call);
    expect(total).toBe(retention.reports);
    expect(keys.filter((key) => key.includes("t000000000z.20260228t000000000z") || key.includes("20260228t000000001z")).length).toBe(1);
  });

  test("entries of other kinds are neither listed nor pruned", async () => {
    const state = memoryState();
    await state.put({ key: "plans/old", value: 1 }, call);
    await state.put({ key: "reports/of-another-form", value: 1 }, call);
    const { remember, history } = remembering(state);
    await remember(await night("09:30"));
    expect((await history.list({ limit: 9 }, call)).total).toBe(1);
    expect(await state.get({ key: "plans/old" }, call)).toBeDefined();
    expect(await state.get({ key: "reports/of-another-form" }, call)).toBeDefined();
  });
});

describe("a state store that can't be used spoils no answer, and is never taken for nothing new", () => {
  const refusing = (methods: readonly (keyof State)[], error: Error): State => {
    const state = memoryState();
    for (const method of methods) state[method] = async () => Promise.reject(error);
    return state;
  };
  const full = new BackendError("unavailable", "The state folder /x: writing found no space left (ENOSPC).", "Make room.");

  test.each<[string, readonly (keyof State)[], string]>([
    ["can't be read", ["list"], "What is new since the last report is not known: "],
    ["can't be written", ["put"], "This report was not kept, so the next one is not compared with it: "],
    [
      "can't be used at all",
      ["get", "put", "list", "delete"],
      "What is new since the last report is not known, and this one was not kept: ",
    ],
  ])("one that %s: the report is given with one sentence on it", async (_, methods, words) => {
    const { report, judgement } = await night("09:30");
    const given = await remembering(refusing(methods, full)).remember({ report, judgement });
    expect(given).toEqual({ ...report, state: expect.any(String) });
    expect(given.state).toBe(`${words}${full.message} ${full.next}`);
  });

  test("one that can't be pruned: the report is kept, and says so", async () => {
    const state = refusing(["delete"], full);
    await state.put({ key: "reports/20200101t000000000z.20200101t000000000z.2020-01-01.x.s.u", value: 0 }, call);
    const given = await remembering(state).remember(await night("09:30"));
    expect(given.state).toMatch(/^Older reports could not be removed: /u);
    expect((await state.list({ prefix: "reports/", limit: 9, order: "ascending" }, call)).total).toBe(2);
  });

  test("a last report that can't be read: nothing is said of what is new, and this one is kept", async () => {
    const state = memoryState();
    const { remember, history } = remembering(state);
    await remember(await night("09:30", "no minutes"));
    const { keys } = await state.list({ prefix: "reports/", limit: 1, order: "ascending" }, call);
    await state.put({ key: keys[0] ?? "", value: { form: "of another version" } }, call);
    const given = await remember(await night("10:30"));
    expect(given.since).toBeUndefined();
    expect(given.state).toMatch(/^What is new since the last report is not known: The kept report .* is not of a form/u);
    expect((await state.list({ prefix: "reports/", limit: 9, order: "ascending" }, call)).total).toBe(2);
    expect(await history.list({ limit: 9 }, call)).toMatchObject({
      reports: [{ as_of: "2026-02-04T15:30:00.000Z" }],
      total: 2,
      setAside: 1,
    });
  });

  test("a newer store is said in its own words and left as it is", async () => {
    const given = await remembering(memoryState({ schema: 2 })).remember(await night("09:30"));
    expect(given.state).toContain("schema version 2, written by a newer Postgame; this one knows version 1");
    await expect(remembering(memoryState({ schema: 2 })).history.list({ limit: 1 }, call)).rejects.toThrow(UserError);
  });

  test("one that never answers is not waited for", async () => {
    const state = memoryState();
    state.list = () => new Promise(() => {});
    state.put = () => new Promise(() => {});
    const given = await remembering(state, undefined, 20).remember(await night("09:30"));
    expect(given.state).toContain("has not answered within 0.02 s");
  });

  test("a caller who went away gets no report, and a bug is no note", async () => {
    const state = refusing(["list"], full);
    const over = { signal: AbortSignal.abort() };
    await expect(remembering(state).remember(await night("09:30"), over)).rejects.toThrow(CancelledError);
    await expect(remembering(refusing(["put"], new RangeError("a bug"))).remember(await night("09:30"))).rejects.toThrow(RangeError);
  });
});

describe("the numbers of the game date before", () => {
  /** The same night, as if it had been another date with so many players. */
  const dated = ({ judgement, report }: Night, date: string, players: string): Night => ({
    judgement,
    report: { ...report, asked: { ...report.asked, game_date: date }, numbers: { ...report.numbers, players } },
  });

  test("stand beside today's where a kept report has them, and only where they differ", async () => {
    const { remember } = remembering(memoryState());
    const today = await night("09:30");
    await remember(dated(today, "2026-02-01", "212"));
    await remember(dated(today, "2026-02-02", "140"));
    await remember(dated(today, "2026-02-09", "999"));
    expect((await remember(today)).before).toEqual({ game_date: "2026-02-02", numbers: { players: "140" } });
  });

  test("are not taken from another backend, tool or scenario", async () => {
    const { remember } = remembering(memoryState());
    await remember(dated(await night("09:30", "healthy", { scenario: "other" }), "2026-02-02", "140"));
    expect((await remember(await night("09:30"))).before).toBeUndefined();
  });
});
