import { describe, expect, test } from "vitest";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { scrapers } from "../../src/checks/scrapers.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { newestPostGameDate } from "../../src/pipeline/moments.ts";
import type { Report } from "../../src/report/schema.ts";
import type { Session } from "../../src/session.ts";
import { investigateScraper } from "../../tools/investigate_scraper.ts";
import { at } from "../support/instants.ts";
import { nba } from "../support/pipeline.ts";
import { remembering, sessionOver, shippedScenario, shippedScenarios, shippedStores } from "../support/scenarios.ts";

const signal = new AbortController().signal;
const ask = (session: Session, input: object): Promise<Report> => investigateScraper.call(input, { session, signal, progress: () => {} });
const night = shippedScenario("gamebook-late");
const overNight = (time: string) => sessionOver(night, { clock: at(time) });
const gamebook = { scraper: "gamebook", game_date: "2026-02-03" };

/** The late gamebook's night with other changes on top. */
function nightWith(changes: string, clock = "09:00") {
  const text = `scenario: mine\nabout: A test.\nbase: healthy\nseed: 20\nclock: ${clock}\nnight: { date: 2026-02-03, games: 4 }\nchanges:\n${changes}`;
  return sessionOver(loadScenario({ name: "mine.yaml", text }, nba));
}
const never = "  - { arrive: nba_raw.nbac_gamebook_player_stats, games: 0, from: 06:05 }\n";

describe("what is asked wrongly", () => {
  test.each([
    [{ scraper: "constructor" }, /No such name: "constructor"/u],
    [{ scraper: "__proto__" }, /No such name: "__proto__"/u],
    [{ scraper: "nbac_gamebok_pdf" }, /No such name: "nbac_gamebok_pdf".*Did you mean "nbac_gamebook_pdf"\?/u],
    [{ scraper: "decay-detecton-daily" }, /Did you mean "decay-detection-daily"\?/u],
    [{ scraper: "" }, /scraper is empty/u],
    [{}, /^investigate_scraper needs scraper: Scraper, its table, /u],
    [{ scraper: "gamebook", game_date: "2026-02-30" }, /game_date "2026-02-30" is not a date that exists/u],
    [{ scraper: "gamebook", game_date: "2026-02-05" }, /game_date 2026-02-05 is in the future: it is 2026-02-04 18:00 ET/u],
    [{ scraper: "BOS@BOS", game_date: "2026-02-03" }, /No game on 2026-02-03 "BOS@BOS"; known: /u],
    [{ scraper: "20260203_BOS_NYK", game_date: "2026-02-02" }, /is of 2026-02-03, and game_date says 2026-02-02/u],
    [{ scraper: "nba_orchestration.scraper_run_history" }, /there is nba_orchestration\.scraper_execution_log/u],
    [{ scraper: "gamebook", detail: "all" }, /known: concise, detailed/u],
    [{ scraper: "gamebook", days: 3 }, /No parameter of investigate_scraper "days"/u],
  ])("%o is refused by name, value and what is right", async (input, words) => {
    await expect(ask(overNight("18:00"), input)).rejects.toThrow(words);
  });

  test("a name that nobody declares is unknown, not refused, where the scheduler can't be asked", async () => {
    const session = nightWith(`${never}  - { fail: schedules, with: denied, from: 06:00 }\n`);
    expect(await ask(session, { scraper: "some-job-daily" })).toMatchObject({ verdict: "unknown" });
  });
});

test("the timeline tells of a batch lock of its loader, and of no other's", async () => {
  const lock = (id: string) =>
    `  - { set: batch_processing_locks/${id}, fields: { status: complete, started_at: 06:10, completed_at: 06:11 }, from: 06:10 }\n`;
  const session = nightWith(`${never}${lock("nbac_gamebook_batch_2026-02-03")}${lock("espn_roster_batch_2026-02-03")}`);
  const { timeline = [] } = await ask(session, { ...gamebook, detail: "detailed" });
  expect(timeline.filter(({ said }) => said.includes("lock"))).toMatchObject([
    { at: "2026-02-04 06:10 ET", said: "batch lock `nbac_gamebook_batch_2026-02-03` taken, now `complete`" },
  ]);
});

test("the findings text ends with the command that the answer gives", async () => {
  const { text = "", findings = [] } = await ask(nightWith(never), { ...gamebook, detail: "detailed" });
  expect(findings[0]?.next).toContain("gcloud scheduler jobs run");
  expect(text).toContain(`## What to do\n${findings[0]?.next}`);
});

test("what rules out that nothing is due, or that it is retired, says so", async () => {
  const { causes = [] } = await ask(nightWith(never), { ...gamebook, detail: "detailed" });
  const against = (id: string) => causes.find((cause) => cause.id === id)?.against;
  expect(against("retired")).toEqual(["it is not retired on this date"]);
  expect(against("not_due_yet")).toEqual(["its window opened 06:00 ET"]);
});

test("the command that raises a job's deadline can be run as it stands", async () => {
  const session = sessionOver(shippedScenario("eight-silent-jobs"));
  const { findings = [] } = await ask(session, { scraper: "teamrankings-stats-daily" });
  expect(findings[0]?.next).toMatch(/--attempt-deadline=1800s`/u);
});

describe("a scraper without a window", () => {
  test("is judged by its rows too where they bear no time of writing", async () => {
    const report = await ask(nightWith(never), { scraper: "nbac_injury_report", game_date: "2026-02-03" });
    expect([report.verdict, report.coverage?.failed]).toEqual(["pass", 0]);
    expect(Number(report.numbers["rows"])).toBeGreaterThan(0);
  });

  test("is not well by its runs' word alone where its rows could not be looked at", async () => {
    const session = nightWith("  - { fail: warehouse, target: nba_raw.nbac_injury_report, with: denied, from: 00:00 }\n");
    expect(await ask(session, { scraper: "nbac_injury_report", game_date: "2026-02-03" })).toMatchObject({
      verdict: "unknown",
      findings: [{ reason: "denied" }],
    });
  });
});

describe("what is not to be judged", () => {
  test("a retired source is not applicable from its date on, with the date, and judged before", async () => {
    const session = sessionOver(
      loadScenario(
        {
          name: "r.yaml",
          text: "scenario: r\nabout: A test.\nbase: healthy\nclock: 2026-02-10 12:00\nnight: { date: 2026-02-09, games: 3 }\n",
        },
        nba,
      ),
    );
    const retired = await ask(session, { scraper: "bdl_box_scores" });
    expect(retired).toMatchObject({ verdict: "not_applicable" });
    expect(retired.summary).toContain("2026-02-07");
    expect((await ask(session, { scraper: "bdl_box_scores", game_date: "2026-02-05" })).verdict).toBe("pass");
  });

  test("another sport is not applicable; a date without games too, and no cause is named of either", async () => {
    expect((await ask(overNight("18:00"), { scraper: "mlb_box_scores" })).verdict).toBe("not_applicable");
    const report = await ask(sessionOver(shippedScenario("no-games")), {
      scraper: "gamebook",
      game_date: shippedScenario("no-games").night.date,
    });
    expect(report.verdict).toBe("not_applicable");
    expect(report.causes).toBeUndefined();
  });

  test("before its window nothing is missing, whatever else is said: a remark never makes it green", async () => {
    const report = await ask(overNight("03:00"), gamebook);
    expect(report).toMatchObject({ verdict: "not_due", ask_again: "2026-02-04T06:00:00-05:00" });
    expect(report.causes).toBeUndefined();
  });
});

describe("what could not be looked at", () => {
  test("the collection's own rows make it unknown, never missing or on time", async () => {
    for (const refusal of ["denied", "no_such_place", "deadline"]) {
      const session = nightWith(`  - { fail: warehouse, target: nba_raw.nbac_gamebook_player_stats, with: ${refusal}, from: 06:00 }\n`);
      const report = await ask(session, gamebook);
      expect(report.verdict, refusal).toBe("unknown");
      expect(report.causes).toBeUndefined();
    }
  });

  test("a journal leaves its causes open and is named", async () => {
    const session = nightWith(
      `${never}  - { fail: warehouse, target: nba_orchestration.scraper_execution_log, with: denied, from: 06:00 }\n`,
      "13:00",
    );
    const report = await ask(session, { ...gamebook, detail: "detailed" });
    expect(report.verdict).toBe("fail");
    expect(report.causes?.filter(({ standing }) => standing === "established")).toEqual([]);
    expect(report.causes?.find(({ id }) => id === "blocked_by_source")?.settle).toContain(
      "scraper_execution_log could not be read (denied)",
    );
    expect(report.findings?.find(({ reason }) => reason === "judged_without")?.observed).toContain("scraper-runs-in-full");
  });

  test("all logs lost names no cause and still says how late it is", async () => {
    const report = await ask(nightWith(`${never}  - { fail: logs, with: denied, from: 06:00 }\n`, "13:00"), gamebook);
    expect(report.verdict).toBe("fail");
    expect(report.summary).toContain("Cause not established");
    expect(report.numbers).toMatchObject({ late: "7 h" });
  });
});

describe("one game", () => {
  test("is asked about in every source of its box scores, in any form of its name", async () => {
    const session = remembering(overNight("13:00"));
    const report = await ask(session, { ...gamebook, detail: "detailed" });
    const game = report.findings?.[0] === undefined ? "" : night.night.date;
    expect(game).toBe("2026-02-03");
    const begun = session.begin({ signal });
    const looked = await begun.gather(
      (await import("../../src/evidence/looks/tables.ts")).scheduleWindow(
        nba.rulesOn(calendarDateOf("2026-02-03"), at("13:00")),
        calendarDateOf("2026-02-03"),
      ),
    );
    if (!looked.seen) throw new Error("The schedule is there.");
    const row = looked.facts.rows.find((each) => each.game_date === "2026-02-03");
    const [away, home] = [row?.away_team_tricode ?? "", row?.home_team_tricode ?? ""];
    const told = await Promise.all(
      [`${away}@${home}`, String(row?.game_id), `20260203_${away}_${home}`].map((scraper) =>
        ask(session, { scraper, game_date: "2026-02-03" }),
      ),
    );
    for (const each of told) {
      expect(each).toMatchObject({ verdict: "fail", numbers: { games: "0/1" } });
      expect(each.asked["scraper"]).toBe(`${away}@${home}`);
    }
  });
});

test("the job that executes decisions is proposed only where a decision was left unexecuted and it has not run well since", async () => {
  const left = `${never}  - { arrive: nba_orchestration.workflow_executions, games: 0, from: 06:00 }\n`;
  const report = await ask(nightWith(left), gamebook);
  expect(report.proposals ?? []).toEqual([]);
});

/** What the check says of a collection, and what this tool may say then. */
const same: Readonly<Record<string, readonly string[]>> = {
  fail: ["fail"],
  warn: ["warn"],
  unknown: ["unknown"],
  not_due: ["not_due"],
  not_applicable: ["not_applicable"],
  pass: ["pass"],
  landed_late: ["warn"],
  fallback_missing: ["warn"],
  landing_time_unknown: ["unknown"],
};

/** Those in which collections differ; POSTGAME_TEST_ALL=1 takes all, which lasts minutes. */
const collecting = ["gamebook-late", "games-all-landed", "games-still-in-progress", "healthy-night"];
const stores = new Map<string, ReturnType<typeof shippedStores>>();

const clocks = shippedScenarios
  .filter((name) => shippedScenario(name).base === "healthy" && (process.env["POSTGAME_TEST_ALL"] === "1" || collecting.includes(name)))
  .flatMap((name) =>
    [...new Set(shippedScenario(name).expect.map(({ clock }) => clock.getTime()))].map((clock) => ({ name, clock: new Date(clock) })),
  );

function kept(name: string): ReturnType<typeof shippedStores> {
  const made = stores.get(name) ?? shippedStores(shippedScenario(name));
  stores.set(name, made);
  return made;
}

describe.each(clocks)("$name at $clock", ({ name, clock }) => {
  test("agrees with the check `scrapers` on every collection, and stays within its tokens", async () => {
    const scenario = shippedScenario(name);
    const session = remembering(sessionOver(scenario, { clock, stores: await kept(name) }));
    const date = newestPostGameDate(nba, clock);
    const { gather, now, pass } = session.begin({ signal });
    const judgement = await judgeDate({ checks: [scrapers], pipeline: nba, date, half: "post_game", gather, now, pass });
    const subjects = judgement.checks.flatMap((check) => check.subjects);
    for (const { subject, findings } of subjects.filter((each) => each.findings.every(({ reason }) => reason !== "not_owed"))) {
      const decisive = findings.filter(({ reason }) => reason !== "judged_without" && reason !== "next_window");
      const allowed = decisive.flatMap(({ verdict, reason }) => (verdict === "pass" ? (same[reason] ?? ["pass"]) : (same[verdict] ?? [])));
      const report = await ask(session, { scraper: subject, game_date: date });
      expect(allowed, `${subject}: ${report.summary}`).toContain(report.verdict);
      const good = ["pass", "not_applicable", "not_due"].includes(report.verdict);
      expect(encode(JSON.stringify(report)).length, report.summary).toBeLessThanOrEqual(good ? 500 : 1300);
      if (good) expect(report.causes, "no cause of what is well").toBeUndefined();
    }
  });
});
