import { describe, expect, test } from "vitest";
import { completion } from "../../src/checks/completion/completion.ts";
import type { Half } from "../../src/checks/moment.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import { schedules } from "../../src/checks/schedules.ts";
import { totalsOf } from "../../src/checks/totals.ts";
import type { SchedulerJob } from "../../src/evidence/looks/schedules.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Pipeline } from "../../src/pipeline/load.ts";
import { linesOf } from "../../src/report/lines.ts";
import type { Scope } from "../../src/checks/check.ts";
import { problem } from "../../src/checks/finding.ts";
import { weighed } from "../../src/checks/scheduling/output.ts";
import type { Night } from "../support/night.ts";
import { at, gatherFrom, healthyDocument, observed, said, smallNight, verdictOf } from "../support/night.ts";
import { overNba } from "../support/own-pipeline.ts";
import { nba } from "../support/pipeline.ts";
import { healthyJobs, jobsWith } from "../support/schedules.ts";

interface Asking {
  readonly clock?: Date;
  readonly night?: Night;
  readonly pipeline?: Pipeline;
  readonly half?: Half;
}

type Others = Readonly<Record<string, Partial<SchedulerJob> | undefined>>;

/** The small night with these jobs otherwise than well, 09:30 the morning after unless told. */
function judged(others: Others, { clock = at("09:30"), night = smallNight(), pipeline = nba, half }: Asking = {}) {
  const facts = { ...night.facts, "scheduler jobs": { jobs: jobsWith(clock, others) } };
  return judgeDate({
    checks: [schedules],
    pipeline,
    date: calendarDateOf(night.date),
    now: () => clock,
    gather: gatherFrom({ ...night, facts }),
    pass: async () => {},
    ...(half === undefined ? {} : { half }),
  });
}

const linesFor = async (job: string, others: Others, asking?: Asking) =>
  said(await judged(others, asking), "schedules").filter((line) => line.startsWith(`${job}:`));
const failed = (when: Date, code: number, more: Partial<SchedulerJob> = {}): Partial<SchedulerJob> => ({
  lastAttemptAt: when.toISOString(),
  code,
  ...more,
});

/** Analytics lacks everything, though its box scores are there; nobody has recorded otherwise. */
function withoutAnalytics(): Night {
  const night = smallNight();
  const document = healthyDocument();
  night.document = { ...document, entries: document.entries.filter(({ name }) => name.startsWith("upcoming")), count: 2, triggered: false };
  for (const name of ["player-rows", "offense-rows", "defense-rows"]) night.tables[name] = [];
  return night;
}

const overnight = "overnight-analytics-6am-et";
const chain = (code: number, more: Partial<SchedulerJob> = {}) => ({ [overnight]: failed(at("06:00"), code, more) });

describe("on a healthy night", () => {
  test.each(["00:10", "05:59", "06:00", "09:30", "11:00", "11:30", "18:00", "23:59"])("nothing is said at %s", async (time) => {
    const judgement = await judged({}, { clock: at(time) });
    expect(said(judgement, "schedules").filter((line) => !line.endsWith(": pass ok"))).toEqual([]);
  });

  test("an operator can copy how many are good", async () => {
    const judgement = await judged({ "same-day-phase4": failed(at("11:00", "2026-02-03"), 7) });
    const count = healthyJobs(at("09:30")).length;
    const [own] = judgement.checks;
    expect(own && schedules.numbers?.(totalsOf(own), judgement.scope)).toEqual({ jobs: `${count - 1}/${count} good` });
  });
});

describe("a job in the date's chain whose last attempt failed", () => {
  test("is P1 once its output is late", async () => {
    const asking = { clock: at("09:30"), night: withoutAnalytics() };
    expect(await linesFor(overnight, chain(13), asking)).toEqual([`${overnight}: fail P1 internal`]);
    const [words] = observed(await judged(chain(13, { message: "boom" }), asking), "schedules", "internal");
    expect(words).toContain(
      "its last attempt, 06:00 ET, ended in an internal error, as a call of a wrong address does too (code 13): `boom`",
    );
    expect(words).toContain("its output is missing or wrong: 0 player rows");
  });

  test("is a warning while its stage is not due, and in its grace, and says until when", async () => {
    const night = withoutAnalytics();
    const early = await judged(chain(13), { clock: at("07:29"), night });
    expect(said(early, "schedules").filter((line) => !line.endsWith("pass ok"))).toEqual([`${overnight}: warn P3 internal`]);
    expect(observed(early, "schedules", "internal")[0]).toContain("its output is due 07:30 ET");
    const grace = await judged(chain(13), { clock: at("07:30"), night });
    expect(said(grace, "schedules")).toContain(`${overnight}: warn P3 internal`);
    expect(observed(grace, "schedules", "internal")[0]).toContain("fails the night 08:30 ET");
    expect(await linesFor(overnight, chain(13), { clock: at("08:30"), night })).toEqual([`${overnight}: fail P1 internal`]);
  });

  test("is a warning where its output is there all the same: whoever gave up was not the one who worked", async () => {
    const judgement = await judged(chain(4));
    expect(said(judgement, "schedules")).toContain(`${overnight}: warn P3 deadline`);
    expect(observed(judgement, "schedules", "deadline")[0]).toContain("its output is there all the same");
  });

  test("is unknown, and still named, where nobody could look at its output", async () => {
    const night = smallNight();
    night.refused["player-rows"] = "denied";
    expect(await linesFor(overnight, chain(7), { night })).toEqual([`${overnight}: unknown output_unknown`, `${overnight}: warn P3 auth`]);
  });

  test("is a warning where an earlier stage is what is missing", async () => {
    const night = withoutAnalytics();
    for (const name of ["gamebook-rows", "player-boxscore-rows", "bdl-rows"]) night.tables[name] = [];
    const judgement = await judged(chain(13), { clock: at("11:30"), night });
    expect(said(judgement, "schedules")).toContain(`${overnight}: warn P3 internal`);
    expect(observed(judgement, "schedules", "internal")[0]).toContain("waits for box-scores");
  });

  test("is a warning when the attempt was about another date: its status is that of the last one", async () => {
    const night = smallNight();
    night.tables["feature-rows"] = [];
    const attempt = (day: string) => ({ "same-day-phase4": failed(at("11:00", day), 13) });
    expect(await linesFor("same-day-phase4", attempt("2026-02-03"), { night })).toEqual(["same-day-phase4: fail P1 internal"]);
    expect(await linesFor("same-day-phase4", attempt("2026-02-04"), { night, clock: at("18:00") })).toEqual([
      "same-day-phase4: warn P3 internal",
    ]);
  });

  test("of the hour belongs to the night it collects for, and to no older one", async () => {
    const night = smallNight();
    for (const name of ["gamebook-rows", "player-boxscore-rows", "bdl-rows"]) night.tables[name] = [];
    const hourly = (clock: Date) => linesFor("execute-workflows", { "execute-workflows": failed(clock, 16) }, { clock, night });
    expect(await hourly(at("10:05"))).toEqual(["execute-workflows: fail P1 auth"]);
    expect(await hourly(at("10:05", "2026-02-05"))).toEqual(["execute-workflows: warn P3 auth"]);
  });
});

describe("a job is not blamed for what another one has to bring", () => {
  const phase4 = "overnight-phase4-7am-et";
  const others = { [phase4]: failed(at("07:00"), 13) };

  test("of the next phase: an entry without rows is the phase's own fault", async () => {
    const night = smallNight();
    night.tables["offense-rows"] = [];
    expect(await linesFor(phase4, others, { night })).toEqual([`${phase4}: warn P3 internal`]);
  });

  test("of the next phase: its own output missing is", async () => {
    const night = smallNight();
    night.tables["cache-rows"] = [];
    expect(await linesFor(phase4, others, { night })).toEqual([`${phase4}: fail P1 internal`]);
  });

  test("nor worse than the output's own finding", () => {
    const fault = problem("P3", { reason: "internal", observed: "it failed", expected: "well", next: "See.", figures: {} });
    const missing = (...severities: readonly ("P1" | "P2")[]) =>
      severities.map((severity) => problem(severity, { reason: "few", observed: severity, expected: "all", next: "Run." }));
    if (fault.verdict !== "warn") throw new Error("P3 is a warning.");
    const scope = { asOf: at("09:30") } as Scope; // Of a failure nothing else is asked.
    const of = (...severities: readonly ("P1" | "P2")[]) =>
      weighed(fault, [{ findings: missing(...severities), without: [], evidence: [] }], scope);
    expect(of("P2")).toMatchObject([{ severity: "P2", reason: "internal" }]);
    expect(of("P2", "P1")).toMatchObject([{ severity: "P1", observed: "it failed; its output is missing or wrong: P1" }]);
  });
});

describe("the last attempt's code", () => {
  test.each([
    [7, "auth"],
    [16, "auth"],
    [13, "internal"],
    [14, "internal"],
    [4, "deadline"],
    [5, "target"],
    [3, "request"],
    [8, "failed"],
    [-1, "failed"],
  ])("%i is told as %s", async (code, reason) => {
    expect(await linesFor("data-quality-alerts", { "data-quality-alerts": failed(at("19:00", "2026-02-03"), code) })).toEqual([
      `data-quality-alerts: warn P3 ${reason}`,
    ]);
  });

  test("2 is how healthy jobs end here", async () => {
    expect(await linesFor(overnight, chain(2), { night: withoutAnalytics() })).toEqual([`${overnight}: pass ok`]);
  });

  test("that nobody tells, beside an attempt, is no good one", async () => {
    expect(await linesFor(overnight, chain(0, { code: undefined }))).toEqual([`${overnight}: unknown no_status`]);
  });
});

describe("a job that never ran", () => {
  const never = (createdAt: Date | undefined): Others => ({
    "data-quality-alerts": { createdAt: createdAt?.toISOString(), lastAttemptAt: undefined, code: -1 },
  });

  test.each([
    ["19:15", "warn P3 never_ran"],
    ["19:14", "pass ok"],
  ])("and was made before its time of 19:00 is judged %s as %s", async (time, line) => {
    expect(await linesFor("data-quality-alerts", never(at("12:00")), { clock: at(time) })).toEqual([`data-quality-alerts: ${line}`]);
  });

  test("is no good one where nobody tells when it was made", async () => {
    expect(await linesFor("data-quality-alerts", never(undefined))).toEqual(["data-quality-alerts: warn P3 never_ran"]);
  });

  test("is unknown where its times can't be worked out", async () => {
    const others = { "data-quality-alerts": { ...never(at("12:00"))["data-quality-alerts"], schedule: "sometimes" } };
    expect(await linesFor("data-quality-alerts", others)).toContain("data-quality-alerts: unknown times_unknown");
  });

  test("is P1 where the date's output that it should have brought is missing", async () => {
    const others = { [overnight]: { lastAttemptAt: undefined, code: undefined } };
    expect(await linesFor(overnight, others, { night: withoutAnalytics() })).toEqual([`${overnight}: fail P1 never_ran`]);
  });
});

describe("a job that did not fire at its last time", () => {
  const others: Others = { [overnight]: { lastAttemptAt: at("06:00", "2026-02-03").toISOString() } };

  test.each([
    ["06:14", "pass ok"],
    ["06:15", "warn P3 not_fired"],
  ])("is judged at %s as %s", async (time, line) => {
    expect(await linesFor(overnight, others, { clock: at(time) })).toEqual([`${overnight}: ${line}`]);
  });

  test("is P1 where its output is missing", async () => {
    expect(await linesFor(overnight, others, { night: withoutAnalytics() })).toEqual([`${overnight}: fail P1 not_fired`]);
  });

  test("is none that was made since", async () => {
    const made = { [overnight]: { ...others[overnight], createdAt: at("06:30").toISOString() } };
    expect(await linesFor(overnight, made)).toEqual([`${overnight}: pass ok`]);
  });
});

describe("a job that is paused", () => {
  const paused = (job: string, last = at("06:00", "2026-01-20")): Others => ({
    [job]: { state: "paused", lastAttemptAt: last.toISOString() },
  });

  test("without a declared reason is a warning too where it feeds no stage", async () => {
    expect(await linesFor("data-quality-alerts", paused("data-quality-alerts"))).toEqual(["data-quality-alerts: warn P3 paused"]);
  });

  test("without a declared reason is a warning where it feeds one, and P1 once what it feeds is missing", async () => {
    expect(await linesFor(overnight, paused(overnight))).toEqual([`${overnight}: warn P3 paused`]);
    expect(await linesFor(overnight, paused(overnight), { night: withoutAnalytics() })).toEqual([`${overnight}: fail P1 paused`]);
    expect(await linesFor(overnight, paused(overnight, at("06:00")), { night: withoutAnalytics() })).toEqual([
      `${overnight}: warn P3 paused`,
    ]);
  });

  test("on purpose, by the pipeline file, is not applicable", async () => {
    const pipeline = overNba(`schedule:\n  ${overnight}: { paused: replaced by hand }\n`);
    expect(await linesFor(overnight, paused(overnight), { night: withoutAnalytics(), pipeline })).toEqual([
      `${overnight}: not_applicable paused`,
    ]);
  });

  test("or failed, while predictions are halted on purpose, is not applicable", async () => {
    const pipeline = overNba("predictions:\n  halts: [{ from: 2026-02-01, reason: new models }]\n");
    for (const others of [paused("same-day-predictions"), { "same-day-predictions": failed(at("11:30", "2026-02-03"), 5) }])
      expect(await linesFor("same-day-predictions", others, { pipeline })).toEqual(["same-day-predictions: not_applicable halted"]);
  });
});

test("one that the scheduler disabled is a warning, and P1 where its output is missing", async () => {
  const others: Others = { [overnight]: { state: "disabled", lastAttemptAt: at("06:00", "2026-02-01").toISOString(), code: 0 } };
  expect(await linesFor(overnight, others)).toEqual([`${overnight}: warn P3 disabled`]);
  expect(await linesFor(overnight, others, { night: withoutAnalytics() })).toEqual([`${overnight}: fail P1 disabled`]);
});

describe("a job of the pipeline file that is not there", () => {
  test("is a warning, and P1 where its output is missing", async () => {
    expect(await linesFor(overnight, { [overnight]: undefined })).toEqual([`${overnight}: warn P3 missing`]);
    expect(await linesFor(overnight, { [overnight]: undefined }, { night: withoutAnalytics() })).toEqual([`${overnight}: fail P1 missing`]);
  });

  test("is unknown, never missing, where the scheduler names no job at all", async () => {
    const none = Object.fromEntries(healthyJobs(at("09:30")).map(({ name }) => [name, undefined]));
    const judgement = await judged(none);
    expect(new Set(said(judgement, "schedules").map((line) => line.split(": ")[1]))).toEqual(new Set(["unknown no_jobs"]));
  });
});

test("off season a job that is not there is not missed, in a break between games it is", async () => {
  const night = smallNight();
  for (const name of Object.keys(night.tables)) if (name !== "schedule") night.tables[name] = [];
  night.document = null;
  night.date = "2026-02-03";
  const around = (...days: string[]) =>
    (night.tables["schedule"] ?? []).slice(0, 1).flatMap((row) => days.map((day) => ({ ...row, game_date: day })));
  const pipeline = overNba("games:\n  season: { name: 2025-26, ends: 2026-02-02, next_begins: 2026-10-20 }\n");
  const tables = (...days: string[]) => ({ ...night, tables: { ...night.tables, schedule: around(...days) } });
  const others = { [overnight]: undefined };
  expect(await linesFor(overnight, others, { night: tables("2026-02-02"), pipeline })).toEqual([`${overnight}: not_applicable off_season`]);
  expect(await linesFor(overnight, others, { night: tables("2026-02-02", "2026-02-05") })).toEqual([`${overnight}: warn P3 missing`]);
});

test("is unknown, never a pass, when the scheduler refuses to answer", async () => {
  const night = smallNight();
  night.refused["scheduler"] = "denied";
  const judgement = await judged({}, { night });
  expect(verdictOf(judgement, "schedules")).toBe("unknown");
  expect(new Set(said(judgement, "schedules").map((line) => line.split(": ")[1]))).toEqual(new Set(["unknown denied"]));
});

test("other times or another zone than declared are a note, and the scheduler's are judged by", async () => {
  const others: Others = {
    "same-day-predictions": { schedule: "0 11 * * *", lastAttemptAt: at("11:00", "2026-02-03").toISOString() },
    "cleanup-processor": { zone: "UTC" },
  };
  expect(await linesFor("same-day-predictions", others)).toEqual([
    "same-day-predictions: pass P5 differs",
    "same-day-predictions: pass ok",
  ]);
  expect(await linesFor("cleanup-processor", others)).toEqual(["cleanup-processor: pass ok"]);
});

describe("jobs that the pipeline file doesn't name", () => {
  const hours = { schedule: "0 5 * * *", zone: "UTC" };

  test("are judged too, each by its name, but fail no night", async () => {
    const judgement = await judged({
      "monthly-retrain-job": { ...hours, ...failed(at("00:00"), 13) },
      fine: { ...hours, lastAttemptAt: at("00:00").toISOString() },
    });
    expect(said(judgement, "schedules").filter((line) => !line.endsWith("pass ok"))).toEqual(["monthly-retrain-job: warn P3 internal"]);
    expect(observed(judgement, "schedules", "ok")).toContain("2 jobs beside the declared: 1 good, 0 paused");
  });

  test("are nobody's business while they are paused, or another sport's", async () => {
    const others: Others = { idle: { ...failed(at("00:00"), 13), state: "paused" }, "mlb-nightly": failed(at("00:00"), 13) };
    expect(said(await judged(others), "schedules").filter((line) => !line.endsWith("pass ok"))).toEqual([]);
    const bdl = { "bdl-live": failed(at("00:00"), 13) };
    expect(await linesFor("bdl-live", bdl)).toEqual(["bdl-live: warn P3 internal"]);
    expect(await linesFor("bdl-live", bdl, { clock: at("09:30", "2026-02-07") })).toEqual([]);
  });

  test("have names that can't pass for our words", async () => {
    const [line] = said(await judged({ "x: pass; all good": failed(at("00:00"), 13) }), "schedules").filter((each) => each.startsWith("x"));
    expect(line).toBe("x??pass??all?good: warn P3 internal");
  });
});

test("on a date without games the answer not found of what a job calls is a note, while it answers so", async () => {
  const night = smallNight();
  night.date = "2026-02-01";
  night.tables["schedule"] = (night.tables["schedule"] ?? []).filter((row) => row["game_date"] !== "2026-02-03");
  night.tables["schedule"].push(...["2026-01-31", "2026-02-03"].map((day) => ({ ...night.tables["schedule"]?.[0], game_date: day })));
  for (const name of ["gamebook-rows", "player-boxscore-rows", "bdl-rows", "player-rows", "offense-rows", "defense-rows"])
    night.tables[name] = [];
  for (const name of ["upcoming-player-rows", "upcoming-team-rows"]) night.tables[name] = [];
  night.document = null;
  const others = { "same-day-predictions": failed(at("11:30", "2026-02-01"), 5) };
  const clock = at("18:00", "2026-02-01");
  expect(await linesFor("same-day-predictions", others, { night, clock })).toEqual(["same-day-predictions: pass P5 no_games"]);
  expect(
    await linesFor("same-day-predictions", { "same-day-predictions": failed(at("11:30", "2026-02-01"), 7) }, { night, clock }),
  ).toEqual(["same-day-predictions: warn P3 auth"]);
});

describe("before the games", () => {
  const half = "pre_game";
  const clock = at("12:45", "2026-02-03");

  test("a job that has since run for the next date is not to come any more, however that run ended", async () => {
    const job = "same-day-phase4-tomorrow";
    const evening = at("18:00", "2026-02-03");
    const run = (code: number) => linesFor(job, { [job]: failed(at("17:30", "2026-02-03"), code) }, { half, clock: evening });
    expect(await run(0)).toEqual([`${job}: pass ok`]);
    expect(await run(13)).toEqual([`${job}: not_applicable next_date`]);
    const waiting = { [job]: failed(at("17:30", "2026-02-01"), 13) };
    expect(await linesFor(job, waiting, { half, clock: at("17:00", "2026-02-02") })).toEqual([`${job}: not_due not_due`]);
  });

  test("only the runs that are about the date count, and those to come are not due", async () => {
    const judgement = await judged(
      { "data-quality-alerts": failed(at("19:00", "2026-02-02"), 7) },
      { half, clock: at("10:00", "2026-02-03") },
    );
    expect(said(judgement, "schedules").filter((line) => line.startsWith("data-quality") || line.startsWith("others"))).toEqual([]);
    expect(said(judgement, "schedules")).toContain("same-day-phase4: not_due not_due");
    expect(said(judgement, "schedules")).toContain("ml-feature-store-7am-et: pass ok");
  });

  test("a failed run of today is P1 once its output is missing after its time; yesterday's is none of it", async () => {
    const night = smallNight();
    night.tables["feature-rows"] = [];
    const run = (day: string) => ({ "same-day-phase4": failed(at("11:00", day), 13) });
    expect(await linesFor("same-day-phase4", run("2026-02-03"), { half, clock, night })).toEqual(["same-day-phase4: fail P1 internal"]);
    expect(await linesFor("same-day-phase4", run("2026-02-02"), { half, clock: at("10:59", "2026-02-03"), night })).toEqual([
      "same-day-phase4: not_due not_due",
    ]);
  });
});

test("asks for outputs only where a job failed, and judges by a second look what a second look changed", async () => {
  const clock = at("09:30");
  const asked: string[] = [];
  const ask = async (others: Others, checks = [schedules]) => {
    asked.length = 0;
    const facts = { "scheduler jobs": { jobs: jobsWith(clock, others) } };
    // The record says that rows are there which are not: that is looked at again, and then they are.
    const first = smallNight();
    const second = { ...first.second, tables: { "player-rows": first.tables["player-rows"] ?? [] } };
    const gather = gatherFrom({ ...first, facts, tables: { ...first.tables, "player-rows": [] }, second });
    const noting: typeof gather = (look) => {
      asked.push(look.id);
      return gather(look);
    };
    return judgeDate({ checks, pipeline: nba, date: calendarDateOf(first.date), now: () => clock, gather: noting, pass: async () => {} });
  };
  await ask({});
  expect(asked).not.toContain("player-rows 2026-02-03");
  const judgement = await ask(chain(4), [completion, schedules]);
  expect(asked).toContain("player-rows 2026-02-03 (second look)");
  expect(verdictOf(judgement, "completion")).toBe("pass");
  expect(said(judgement, "schedules")).toContain(`${overnight}: warn P3 deadline`);
});

test("several jobs are told as n of those that were judged, declared or not", async () => {
  const hours = { schedule: "0 5 * * *", zone: "UTC", lastAttemptAt: at("00:00").toISOString() };
  const extra = (names: readonly string[], code: number) => Object.fromEntries(names.map((name) => [name, { ...hours, code }]));
  const judgement = await judged({ ...extra(["x-1", "x-2", "x-3"], 0), ...extra(["bad-1", "bad-2"], 13), idle: { state: "paused" } });
  const [line] = linesOf(judgement, false).filter(({ reason }) => reason === "internal");
  expect(line?.observed).toContain(`2 of ${healthyJobs(at("09:30")).length + 5} jobs ended in an internal error`);
});

test("several jobs with one trouble are one line that names the worst first", async () => {
  const others = {
    "nba-props-pregame": failed(at("11:00", "2026-02-03"), 4, { deadlineSeconds: 900 }),
    [overnight]: failed(at("06:00"), 4),
  };
  const judgement = await judged(others, { night: withoutAnalytics() });
  const lines = linesOf(judgement, false).filter(({ reason }) => reason === "deadline");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ id: "schedules", verdict: "fail", severity: "P1" });
  expect(lines[0]?.observed).toMatch(
    /^2 of \d+ jobs were given up after their deadlines at their last attempts, while the work may have gone on: overnight-analytics-6am-et \(06:00 ET\), nba-props-pregame \(2026-02-03 11:00 ET\); of overnight-analytics-6am-et the output is missing or wrong$/u,
  );
});
