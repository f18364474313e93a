import { describe, expect, test } from "vitest";
import { runs } from "../../src/checks/runs.ts";
import { totalsOf } from "../../src/checks/totals.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, playerRows, said, smallNight, verdictOf } from "../support/night.ts";
import { ended } from "../support/scraping.ts";

const processor = "PlayerGameSummaryProcessor";
const table = "nba_analytics.player_game_summary";
const boxes = ["gamebook-rows", "player-boxscore-rows", "bdl-rows"];
const iso = (time: string, day?: string) => at(time, day).toISOString();
const judged = (night: Night, clock = at("18:00")) => judge(night, clock, [runs]);
const linesOf = async (night: Night, clock?: Date, name = processor) =>
  said(await judged(night, clock), "runs").filter((line) => line.startsWith(`${name}:`));

/** The small night with these runs of the player processor instead of its healthy one. */
function withRuns(...rows: Row[]): Night {
  const night = smallNight();
  night.tables["runs"] = [...(night.tables["runs"] ?? []).filter((row) => row["processor_name"] !== processor), ...rows];
  return night;
}

function emptied(night: Night, ...names: string[]): Night {
  for (const name of names) night.tables[name] = [];
  return night;
}

const run = (from: string, to: string | null, more: Row = {}) => ended(processor, iso(from), to === null ? null : iso(to), more);
const seconds = (from: string, to: string, more: Row = {}) => run(from, to, { run_id: `run-${from}`, ...more });

async function numbersOf(night: Night, clock?: Date) {
  const judgement = await judged(night, clock);
  const [own] = judgement.checks;
  return own === undefined ? undefined : runs.numbers?.(totalsOf(own), judgement.scope);
}

test("a normal night is quiet, and an operator can copy its numbers", async () => {
  for (const clock of [at("09:30"), at("18:00")]) {
    expect(said(await judged(smallNight(), clock), "runs").filter((line) => !line.endsWith(": pass ok"))).toEqual([]);
  }
  expect(await numbersOf(smallNight())).toEqual({ runs: "7 ended well" });
});

test("is not due before the processor's stage, whatever the history says", async () => {
  const loads = smallNight();
  loads.tables["runs"] = [...(loads.tables["runs"] ?? []), ended("NbacGamebookProcessor", iso("06:05"), iso("06:07"))];
  expect(await numbersOf(loads, at("07:29"))).toEqual({ runs: "7 ended well" });
  expect(await linesOf(withRuns(run("01:00", null)), at("07:29"))).toEqual([`${processor}: not_due not_due`]);
  expect(await linesOf(withRuns(run("01:00", null)), at("07:30"))).toEqual([`${processor}: fail P2 running_long`]);
});

test("a running row and a final row of one run are one run that ended", async () => {
  const night = withRuns(run("06:19", null), run("06:19", "06:20"));
  expect(await linesOf(night)).toEqual([`${processor}: pass ok`]);
  expect(await numbersOf(night)).toEqual({ runs: "7 ended well" });
});

describe("a run that has not ended", () => {
  test.each([
    ["17:30", "not_due put_off"],
    ["17:29", "warn P3 running_long"],
    ["14:00", "warn P3 running_long"],
    ["13:59", "fail P2 running_long"],
  ])("begun %s and seen at 18:00 is %s", async (from, line) => {
    expect(await linesOf(withRuns(run(from, null)))).toEqual([`${processor}: ${line}`]);
  });

  test("is none of the check's business within half an hour, beside another that ended well", async () => {
    const night = withRuns(run("06:19", "06:20"), run("17:30", null, { run_id: "again" }));
    expect(await linesOf(night)).toEqual([`${processor}: pass ok`]);
  });

  test("is a warning even where its start is not recorded", async () => {
    expect(await linesOf(withRuns(run("06:00", null, { started_at: null })))).toEqual([`${processor}: warn P3 running_long`]);
  });

  test("says since when, and is counted", async () => {
    const night = withRuns(run("13:00", null, { run_id: "run-a" }));
    expect(observed(await judged(night), "runs", "running_long")).toEqual([
      "a run of `PlayerGameSummaryProcessor` began 5 h ago and has not ended: `run-a` (13:00:00 ET, no end recorded)",
    ]);
    expect(await numbersOf(night)).toEqual({ runs: "6 ended well, 1 running" });
  });

  test("speaks for processors that the pipeline file doesn't name, too", async () => {
    const night = smallNight();
    night.tables["runs"] = [...(night.tables["runs"] ?? []), ended("SomethingElse", iso("13:59"), null)];
    expect(await linesOf(night, at("18:00"), "others")).toEqual(["others: fail P2 running_long"]);
  });
});

describe("runs of one processor that overlap", () => {
  const twins = () => withRuns(seconds("15:00:06", "15:00:47"), seconds("15:00:24", "15:01:02"));

  test("are P2 while its table holds surplus rows", async () => {
    const night = twins();
    night.tables["player-rows"] = [...playerRows("15:01"), ...playerRows("15:01").slice(0, 12)];
    const judgement = await judged(night);
    expect(said(judgement, "runs")).toContain(`${processor}: fail P2 overlapping`);
    expect(observed(judgement, "runs", "overlapping")).toEqual([
      `runs \`run-15:00:06\` (15:00:06 ET, 41 s) and \`run-15:00:24\` (15:00:24 ET, 38 s) of ${processor} overlapped; ${table} holds 12 surplus rows`,
    ]);
  });

  test("are a note once the table is clean", async () => {
    expect(await linesOf(twins())).toEqual([`${processor}: pass P5 overlapped`]);
  });

  test("are P2 where nobody could look at the table", async () => {
    const night = twins();
    night.refused["player-rows"] = "denied";
    expect(await linesOf(night)).toContain(`${processor}: fail P2 overlapping`);
  });

  test("do not when the one begins as the other ends, nor when they are runs of different processors", async () => {
    expect(await linesOf(withRuns(seconds("15:00", "15:01"), seconds("15:01", "15:02")))).toEqual([`${processor}: pass ok`]);
    const night = smallNight();
    night.tables["runs"] = [
      ...(night.tables["runs"] ?? []),
      ended("TeamOffenseGameSummaryProcessor", iso("06:19"), iso("06:21"), { run_id: "other" }),
    ];
    expect(await linesOf(night)).toEqual([`${processor}: pass ok`]);
  });

  test("do not where the lock refused the second: that is a note, and no fault", async () => {
    const night = withRuns(
      seconds("15:00:06", "15:00:47"),
      seconds("15:00:24", "15:00:25", { status: "skipped", records_processed: 0, skip_reason: "lock held" }),
    );
    night.tables["player-rows"] = [...playerRows("15:01"), ...playerRows("15:01").slice(0, 12)];
    const judgement = await judged(night);
    expect(said(judgement, "runs").filter((line) => line.startsWith(processor))).toEqual([`${processor}: pass P5 refused`]);
    expect(observed(judgement, "runs", "refused")[0]).toContain("`lock held`");
    expect(await numbersOf(night)).toEqual({ runs: "7 ended well, 1 refused" });
  });

  test("of processors that load file by file are no fault: nothing says that they must not", async () => {
    const night = smallNight();
    const load = (id: string) => ended("NbacGamebookProcessor", iso("06:05"), iso("06:07"), { run_id: id });
    night.tables["runs"] = [...(night.tables["runs"] ?? []), load("a"), load("b")];
    expect(await linesOf(night, at("18:00"), "others")).toEqual(["others: pass ok"]);
  });
});

describe("a running row without an end beside a run that ended well since", () => {
  const beside = () => withRuns(run("12:00", "12:20", { run_id: "good" }), run("12:05", null, { run_id: "open" }));
  const copies = (night: Night) => {
    night.tables["player-rows"] = [...playerRows("12:20"), ...playerRows("12:20").slice(0, 12)];
    return night;
  };

  test("is a note while the table is clean: the lock may have refused it", async () => {
    expect(await linesOf(beside())).toEqual([`${processor}: pass P5 no_end_recorded`, `${processor}: pass P5 overlapped`]);
    const judgement = await judged(beside());
    expect(observed(judgement, "runs", "no_end_recorded")[0]).toContain("refused by the lock, killed, or still at work");
    expect(observed(judgement, "runs", "overlapped")[0]).toContain("or only one was at work: no end of `open` is recorded");
  });

  test("is judged where rows are there twice, and the words leave open whether it was at work", async () => {
    const judgement = await judged(copies(beside()));
    expect(said(judgement, "runs")).toContain(`${processor}: fail P2 overlapping`);
    expect(observed(judgement, "runs", "overlapping")[0]).toContain("or only one was at work: no end of `open` is recorded");
    expect(said(judgement, "runs")).toContain(`${processor}: fail P2 running_long`);
  });

  test("is unknown as an overlap where nobody could look at the table", async () => {
    const night = beside();
    night.refused["player-rows"] = "denied";
    const lines = await linesOf(night);
    expect(lines).toContain(`${processor}: unknown denied`);
    expect(lines).not.toContain(`${processor}: fail P2 overlapping`);
  });

  test("is no excuse where the other ended before it began, or failed", async () => {
    expect(await linesOf(withRuns(run("12:00", "12:05"), run("12:05", null, { run_id: "open" })))).toEqual([
      `${processor}: fail P2 running_long`,
    ]);
    const failed = withRuns(run("12:00", "12:20", { status: "failed" }), run("12:05", null, { run_id: "open" }));
    expect(await linesOf(failed)).toContain(`${processor}: fail P2 running_long`);
  });

  test("makes no pass of an empty table, nor of runs of which none has ended", async () => {
    expect(await linesOf(emptied(beside(), "player-rows"))).toContain(`${processor}: not_due waits (waits for analytics)`);
    const both = withRuns(run("17:50", null, { run_id: "a" }), run("17:51", null, { run_id: "b" }));
    expect(await linesOf(both)).toEqual([`${processor}: not_due put_off`, `${processor}: pass P5 overlapped`]);
  });
});

describe("a success with 0 records", () => {
  const nothing = () => withRuns(run("06:19", "06:20", { records_processed: 0 }));

  test("is a note where the table is filled: nothing had changed", async () => {
    expect(await linesOf(nothing())).toEqual([`${processor}: pass P5 incremental`]);
  });

  test.each([
    ["08:29", "warn P3 success_without_rows"],
    ["08:30", "fail P1 success_without_rows"],
  ])("beside an empty table at %s is %s", async (time, line) => {
    expect(await linesOf(emptied(nothing(), "player-rows"), at(time))).toEqual([`${processor}: ${line}`]);
  });

  test("is judged for those who prepare the games, although the games are over", async () => {
    const upcoming = "UpcomingTeamGameContextProcessor";
    const night = emptied(smallNight(), "upcoming-team-rows");
    night.tables["runs"] = (night.tables["runs"] ?? []).map((row) =>
      row["processor_name"] === upcoming ? { ...row, records_processed: 0 } : row,
    );
    expect(await linesOf(night, at("09:30"), upcoming)).toEqual([`${upcoming}: fail P1 success_without_rows`]);
  });

  test("waits for box scores that are not there: it had nothing to write", async () => {
    expect(await linesOf(emptied(nothing(), "player-rows", ...boxes), at("10:30"))).toEqual([
      `${processor}: not_due waits (waits for box-scores)`,
    ]);
  });

  test("waits for nobody where a source of box scores could not be looked at", async () => {
    const night = emptied(nothing(), "player-rows", ...boxes);
    night.refused["gamebook-rows"] = "denied";
    expect(await linesOf(night, at("10:30"))).toContain(`${processor}: fail P1 success_without_rows`);
  });

  test("is unknown where nobody could look at the table", async () => {
    const night = nothing();
    night.refused["player-rows"] = "denied";
    expect(await linesOf(night)).toContain(`${processor}: unknown denied`);
  });

  test("is not judged while a run is at work: its table may stand between two writes", async () => {
    const night = emptied(withRuns(run("06:19", "06:20", { records_processed: 0 }), run("08:55", "08:56", { run_id: "b" })), "player-rows");
    expect(await linesOf(night, at("09:00"))).toContain(`${processor}: not_due put_off`);
    expect(await linesOf(night, at("09:07"))).toEqual([`${processor}: fail P1 success_without_rows`]);
  });

  test.each([null, 68])("is not assumed of a run that says %s, but beside an empty table that is no pass", async (records) => {
    const night = emptied(withRuns(run("06:19", "06:20", { records_processed: records })), "player-rows");
    expect(await linesOf(night)).toEqual([`${processor}: not_due waits (waits for analytics)`]);
  });
});

describe("a run that failed", () => {
  test("is a note beside one that ended well", async () => {
    const night = withRuns(run("06:01", "06:02", { status: "failed", failure_category: "no_data_available" }), run("06:19", "06:20"));
    const judgement = await judged(night);
    expect(said(judgement, "runs")).toContain(`${processor}: pass P5 failed`);
    expect(observed(judgement, "runs", "failed")[0]).toContain("1 run failed, the last");
    expect(observed(judgement, "runs", "failed")[0]).toContain("`no_data_available`");
    expect(await numbersOf(night)).toEqual({ runs: "7 ended well, 1 failed" });
  });

  test("is a warning where none ended well and rows are there all the same", async () => {
    expect(await linesOf(withRuns(run("06:19", "06:20", { status: "failed" })))).toEqual([`${processor}: warn P3 none_ended_well`]);
  });

  test("leaves the word to analytics where there are no rows, and is unknown where nobody could look", async () => {
    const failed = () => withRuns(run("06:19", "06:20", { status: "failed" }));
    expect(await linesOf(emptied(failed(), "player-rows"))).toEqual([
      `${processor}: not_due waits (waits for analytics)`,
      `${processor}: pass P5 failed`,
    ]);
    const blind = failed();
    blind.refused["player-rows"] = "denied";
    expect(await linesOf(blind)).toContain(`${processor}: unknown denied`);
  });
});

test("a run that ended as partial ended, and is noted", async () => {
  expect(await linesOf(withRuns(run("06:19", "06:20", { status: "partial" })))).toEqual([`${processor}: pass P5 partial`]);
});

describe("an empty run history", () => {
  const silent = () => emptied(smallNight(), "runs");

  test("is unknown where it holds nothing of the days before either", async () => {
    expect(await linesOf(emptied(silent(), "run-days"))).toEqual([`${processor}: unknown history_empty`]);
  });

  test("is unknown where the days before could not be looked at", async () => {
    const night = silent();
    night.refused["run-days"] = "throttled";
    expect(await linesOf(night)).toContain(`${processor}: unknown throttled`);
  });

  test("is never a pass, although the tables are filled", async () => {
    expect(await linesOf(silent())).toEqual([`${processor}: warn P4 history_silent`]);
    expect(verdictOf(await judged(silent()), "runs")).toBe("warn");
  });

  test("of one processor is a note where its table is filled, and waits where it is empty", async () => {
    expect(await linesOf(withRuns())).toEqual([`${processor}: pass P5 not_recorded`]);
    expect(await linesOf(emptied(withRuns(), "player-rows"))).toEqual([`${processor}: not_due waits (waits for analytics)`]);
    const blind = withRuns();
    blind.refused["player-rows"] = "denied";
    expect(await linesOf(blind)).toContain(`${processor}: unknown denied`);
  });

  test("that was refused is unknown for every processor", async () => {
    const night = smallNight();
    night.refused["runs"] = "denied";
    const lines = said(await judged(night), "runs");
    expect(lines.filter((line) => line.endsWith("unknown denied"))).toHaveLength(8);
  });
});

test("without games that Phase 3 processes nothing is expected of processors", async () => {
  const night = smallNight();
  night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) => ({
    ...row,
    game_id: String(row["game_id"]).replace(/^002/u, "004"),
  }));
  expect(verdictOf(await judged(night), "runs")).toBe("not_applicable");
});
