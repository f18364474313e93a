import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/checks/catalogue.ts";
import { keepOne } from "../../src/checks/keep.ts";
import type { Judgement } from "../../src/checks/runner.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Pipeline } from "../../src/pipeline/load.ts";
import { loadPipeline, tableRules } from "../../src/pipeline/load.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { at, gatherFrom, judge, said, scheduleRow, smallNight, verdictOf } from "../support/night.ts";
import type { Night } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";

const sources = ["gamebook-rows", "player-boxscore-rows", "bdl-rows"];
const analyticsTables = ["player-rows", "offense-rows", "defense-rows"];
const teamOf = (row: Row) => String(row["team_abbr"] ?? row["defending_team_abbr"]);

function changed(night: Night, tables: readonly string[], change: (row: Row, index: number) => Row): Night {
  for (const table of tables) night.tables[table] = (night.tables[table] ?? []).map(change);
  return night;
}

function kept(night: Night, tables: readonly string[], keep: (row: Row) => boolean): Night {
  for (const table of tables) night.tables[table] = (night.tables[table] ?? []).filter(keep);
  return night;
}

function added(night: Night, table: string, rows: readonly Row[], where: "before" | "after" = "after"): Night {
  const there = night.tables[table] ?? [];
  night.tables[table] = where === "after" ? [...there, ...rows] : [...rows, ...there];
  return night;
}

/** Leaves that many rows per team of LAL@GSW. */
function cut(night: Night, tables: readonly string[], rows: number): Night {
  for (const table of tables) {
    const seen = new Map<string, number>();
    kept(night, [table], (row) => {
      seen.set(teamOf(row), (seen.get(teamOf(row)) ?? 0) + 1);
      return !["LAL", "GSW"].includes(teamOf(row)) || (seen.get(teamOf(row)) ?? 0) <= rows;
    });
  }
  return night;
}

const without = (night: Night, tables: readonly string[]) => kept(night, tables, (row) => !["LAL", "GSW"].includes(teamOf(row)));
const stamped = (night: Night, table: string, time: string) =>
  changed(night, [table], (row) => ({ ...row, processed_at: at(time).toISOString() }));

/** The schedule's row of LAL@GSW, with this status and text. */
const scheduled = (night: Night, status: number, text: string) =>
  changed(night, ["schedule"], (row) =>
    row["home_team_tricode"] === "GSW" ? { ...row, game_status: status, game_status_text: text } : row,
  );

const linesFor = (judged: Judgement, check: string, subject: string) =>
  said(judged, check).filter((line) => line.startsWith(`${subject}:`));

const text = readFileSync(new URL("../../pipelines/nba.yaml", import.meta.url), "utf8");

/** The shipped pipeline with one passage written otherwise. */
function pipelineWith(from: string, to: string): Pipeline {
  if (!text.includes(from)) throw new Error(`nothing to replace: ${from}`);
  return loadPipeline({ name: "mine.yaml", text: text.replace(from, to) });
}

function judgeBy(pipeline: Pipeline, night: Night, clock: Date): Promise<Judgement> {
  return judgeDate({
    checks: catalogue,
    pipeline,
    date: calendarDateOf(night.date),
    now: () => clock,
    gather: gatherFrom(night),
    pass: async () => {},
  });
}

describe("box scores", () => {
  const game = async (rows: number) => {
    const extra = Array.from({ length: rows - 34 }, (_, index) => ({
      ...(smallNight().tables["gamebook-rows"] ?? []).findLast((row) => row["team_abbr"] === "GSW"),
      player_lookup: `gswextra${index}`,
    }));
    return linesFor(await judge(added(smallNight(), "gamebook-rows", extra), at("09:30")), "box-scores", "LAL@GSW");
  };

  test("40 rows of the preferred source are usual, 41 are not", async () => {
    expect(await game(40)).toEqual(["LAL@GSW: pass ok"]);
    expect(await game(41)).toEqual(["LAL@GSW: pass ok", "LAL@GSW: warn P4 unusual_size"]);
  });

  test("of a game that the schedule calls postponed, but of which some rows are there, do not wait for games", async () => {
    const night = scheduled(cut(smallNight(), sources, 7), 9, "Postponed");
    expect(linesFor(await judge(night, at("10:30")), "box-scores", "LAL@GSW")).toEqual(["LAL@GSW: fail P1 partial"]);
  });
});

describe("analytics", () => {
  test.each([
    ["player-rows", "LAL"],
    ["player-rows", "GSW"],
    ["offense-rows", "LAL"],
    ["offense-rows", "GSW"],
    ["defense-rows", "LAL"],
    ["defense-rows", "GSW"],
  ])("%s of %s against a team of another game are none of this one", async (table, team) => {
    const night = changed(smallNight(), [table], (row) => (teamOf(row) === team ? { ...row, opponent_team_abbr: "NYK" } : row));
    const judged = await judge(night, at("09:30"));
    expect(said(judged, "analytics")).toEqual(["BOS@NYK: pass ok", "LAL@GSW: fail P1 partial"]);
  });

  test("input is late only by the first complete source, not by a later one", async () => {
    const night = stamped(without(smallNight(), analyticsTables), "gamebook-rows", "10:20");
    expect(said(await judge(night, at("10:30")), "analytics")).toContain("LAL@GSW: fail P1 missing");
  });

  test("an incomplete source that landed in time does not make late input early", async () => {
    const night = cut(without(smallNight(), analyticsTables), ["player-boxscore-rows"], 7);
    stamped(stamped(night, "gamebook-rows", "09:40"), "bdl-rows", "09:45");
    expect(said(await judge(night, at("10:39")), "analytics")).toContain("LAL@GSW: warn P3 missing");
    expect(said(await judge(night, at("10:40")), "analytics")).toContain("LAL@GSW: fail P1 missing");
  });

  test("input that landed at the very moment it was due brings no extra hour, a minute later it does", async () => {
    const pipeline = pipelineWith("grace_until: D+1 08:30", "grace_until: D+1 08:00");
    const landed = (time: string) =>
      sources.reduce((night, source) => stamped(night, source, time), without(smallNight(), analyticsTables));
    const on = async (time: string) => said(await judgeBy(pipeline, landed(time), at("08:10")), "analytics");
    expect(await on("07:30")).toContain("LAL@GSW: fail P1 missing");
    expect(await on("07:31")).toContain("LAL@GSW: warn P3 missing");
  });

  test("a miss within its grace is full 59 minutes before the deadline reader, and a warning 61 minutes before", async () => {
    const pipeline = pipelineWith("grace_until: D+1 08:30", "grace_until: D+1 10:30");
    const on = async (time: string) => said(await judgeBy(pipeline, without(smallNight(), analyticsTables), at(time)), "analytics");
    expect(await on("09:59")).toContain("LAL@GSW: warn P3 missing");
    expect(await on("10:01")).toContain("LAL@GSW: fail P1 missing");
  });
});

describe("of several copies", () => {
  /** Five who played are there twice; the copy has no minutes and the given stamp. */
  const copied = (stamp: string | null, where: "before" | "after", change: Row = {}) => {
    const night = smallNight();
    const five = (night.tables["player-rows"] ?? []).filter((row) => row["is_dnp"] === false).slice(0, 5);
    const copies = five.map((row) => ({ ...row, minutes_played: null, points: null, processed_at: stamp, ...change }));
    return added(night, "player-rows", copies, where);
  };
  const minutesOf = async (night: Night) =>
    linesFor(await judge(night, at("09:30", "2026-02-04")), "minutes", night.date).filter((line) => !line.includes("dnp"));

  test.each(["before", "after"] as const)("of a player the newest is judged, listed %s the other", async (where) => {
    expect(await minutesOf(copied(at("06:30").toISOString(), where))).toEqual(["2026-02-03: fail P1 without_minutes"]);
    expect(await minutesOf(copied(at("06:10").toISOString(), where))).toEqual(["2026-02-03: pass ok"]);
  });

  test.each(["before", "after"] as const)("of a player one without a stamp yields to one with, listed %s it", async (where) => {
    expect(await minutesOf(copied(null, where))).toEqual(["2026-02-03: pass ok"]);
  });

  /** The same night a day earlier, when the key of player rows still held the game id. */
  const dayBefore = (night: Night): Night => ({
    ...night,
    date: "2026-02-02",
    tables: Object.fromEntries(
      Object.entries(night.tables).map(([name, rows]) => [
        name,
        rows
          .filter((row) => row["home_team_tricode"] !== "ORL")
          .map((row) => JSON.parse(JSON.stringify(row).replaceAll("2026-02-03", "2026-02-02")) as Row),
      ]),
    ),
  });

  test("of a player one is judged although the key of that date would tell them apart by game id", async () => {
    const night = dayBefore(copied(at("06:10").toISOString(), "after", { game_id: "20260202_OTHER" }));
    expect(await minutesOf(night)).toEqual(["2026-02-02: pass ok"]);
  });

  test("of a player the second is surplus although the key of that date would tell them apart by game id", async () => {
    const night = dayBefore(copied(at("06:10").toISOString(), "after", { game_id: "20260202_OTHER" }));
    const players = "nba_analytics.player_game_summary";
    expect(linesFor(await judge(night, at("09:30")), "unique-keys", players)).toEqual([`${players}: warn P3 surplus`]);
  });

  const rules = nba.rulesOn(calendarDateOf("2026-02-03"), at("09:30"));
  const keptOf = (table: string, ...copies: readonly Row[]) =>
    [copies, copies.toReversed()].map((rows) => keepOne(rows, tableRules(rules, table)));

  test.each([
    ["team_offense_game_summary", "team_abbr", "possessions"],
    ["team_defense_game_summary", "defending_team_abbr", "opp_fg_attempts"],
  ])("of a row of %s the most complete is kept, whatever was written last", (name, team, column) => {
    const early = at("06:20").toISOString();
    const late = at("08:00").toISOString();
    const copy = (amount: number | null, stamp: string) => ({
      game_date: "2026-02-03",
      [team]: "LAL",
      [column]: amount,
      processed_at: stamp,
    });
    const [full, poor, none] = [copy(102, early), copy(98, late), copy(null, late)];
    for (const { rows, setAside } of keptOf(`nba_analytics.${name}`, poor, full, none)) {
      expect(rows).toEqual([full]);
      expect(setAside).toBe(2);
    }
    for (const { rows } of keptOf(`nba_analytics.${name}`, full, copy(102, late))) expect(rows).toEqual([copy(102, late)]);
  });
});

describe("the slate", () => {
  const other = (status: number, words: string, id = "0022599999") => scheduleRow("GSW", "LAL", id, "2026-02-03", status, words);
  const standing = async (night: Night) => {
    const { slate } = (await judge(night, at("09:30"))).scope;
    return slate.kind === "games" ? slate.games.map(({ status, standing: found, odd }) => ({ status, ...found, odd })) : slate.kind;
  };
  const bosNyk = { status: 3, kind: "expected" };

  test.each(["before", "after"] as const)("believes the final row of a pair, not the postponed one listed %s it", async (where) => {
    const judged = await judge(added(smallNight(), "schedule", [other(9, "Postponed")], where), at("09:30"));
    expect(linesFor(judged, "games", "LAL@GSW")).toEqual(["LAL@GSW: pass P5 odd_record"]);
    expect(verdictOf(judged, "analytics")).toBe("pass");
  });

  test.each(["before", "after"] as const)(
    "believes the row of a pair that is to be played, not the postponed one listed %s it",
    async (where) => {
      const night = scheduled(added(smallNight(), "schedule", [other(9, "Postponed")], where), 1, "10:00 pm ET");
      expect(await standing(night)).toEqual([
        bosNyk,
        { status: 1, kind: "expected", odd: expect.stringContaining("the schedule says postponed") },
      ]);
    },
  );

  test.each(["before", "after"] as const)("believes the row of a pair that got further, listed %s the other", async (where) => {
    const night = scheduled(added(smallNight(), "schedule", [other(2, "Q4 1:12")], where), 1, "10:00 pm ET");
    expect(await standing(night)).toEqual([bosNyk, { status: 2, kind: "expected" }]);
  });

  test.each(["before", "after"] as const)("believes the row of a pair that counts, not the All-Star one listed %s it", async (where) => {
    const night = scheduled(added(smallNight(), "schedule", [other(3, "Final", "0032500001")], where), 2, "Q4 1:12");
    expect(await standing(night)).toEqual([bosNyk, { status: 2, kind: "expected" }]);
  });

  test("takes a game at status 1 as played where box scores are there, though the postponements were refused", async () => {
    const night = scheduled(smallNight(), 1, "10:00 pm ET");
    night.refused["postponements"] = "denied";
    const judged = await judge(night, at("09:30"));
    expect(linesFor(judged, "games", "LAL@GSW")).toContain("LAL@GSW: fail P1 stuck_or_stale");
    expect(said(judged, "box-scores")).toEqual(["BOS@NYK: pass ok", "LAL@GSW: pass ok"]);
  });

  /** Nothing at all on the date; games only on these days around it. */
  const emptyNight = (...around: readonly string[]): Night => {
    const night = smallNight();
    const tables = Object.fromEntries(Object.keys(night.tables).map((name) => [name, []]));
    const schedule = around.map((day, index) => scheduleRow("MIA", "ORL", `002250066${index}`, day));
    return { ...night, tables: { ...tables, schedule }, document: null };
  };

  test.each(["2026-02-02", "2026-02-04"])("holds no proof of a day without games when it only has games on %s", async (day) => {
    expect(said(await judge(emptyNight(day), at("09:30")), "games")).toEqual(["2026-02-03: unknown schedule_unproven"]);
  });

  test("is off season after the season's last day, and not on that day", async () => {
    const ending = (day: string) =>
      pipelineWith("  witness_days: 10", `  witness_days: 10\n  season: { name: 2025-26, ends: ${day}, next_begins: 2026-10-20 }`);
    const night = emptyNight("2026-02-02");
    expect(said(await judgeBy(ending("2026-02-03"), night, at("09:30")), "games")).toEqual(["2026-02-03: unknown schedule_unproven"]);
    const off = await judgeBy(ending("2026-02-02"), night, at("09:30"));
    expect(verdictOf(off)).toBe("not_applicable");
    expect(off.scope.slate).toMatchObject({ kind: "none", why: expect.stringContaining("2026-10-20") });
  });
});

describe("unique keys", () => {
  const players = "nba_analytics.player_game_summary";

  test.each([
    [25, "P1", "exactly a fifth of the rows present"],
    [26, "P0", "more than a fifth of the rows present"],
  ])("of 100, with %i rows of surplus, are %s: that is %s", async (surplus, severity) => {
    const night = smallNight();
    const rows = night.tables["player-rows"] ?? [];
    const hundred = Array.from({ length: 100 }, (_, index) => ({ ...rows[index % rows.length], player_lookup: `player${index}` }));
    night.tables["player-rows"] = [...hundred, ...hundred.slice(0, surplus)];
    expect(linesFor(await judge(night, at("09:30")), "unique-keys", players)).toEqual([`${players}: fail ${severity} surplus`]);
  });

  test("of an empty table are not out of place because nobody knows whether there were games", async () => {
    const night = smallNight();
    night.tables["player-rows"] = [];
    night.refused["schedule"] = "unavailable";
    const judged = await judge(night, at("10:30"));
    expect(judged.scope.slate.kind).toBe("unknown");
    expect(linesFor(judged, "unique-keys", players)).toEqual([`${players}: not_due waits (waits for analytics)`]);
  });

  test("do not blame a reader that wrote at the very moment of the last copy", async () => {
    const night = smallNight();
    const copies = (night.tables["player-rows"] ?? []).slice(0, 3).map((row) => ({ ...row, processed_at: at("07:10").toISOString() }));
    const judged = await judge(added(night, "player-rows", copies), at("09:30"));
    const [finding] = judged.checks
      .filter(({ check }) => check.id === "unique-keys")
      .flatMap(({ subjects }) => subjects.filter(({ subject }) => subject === players).flatMap(({ findings }) => findings));
    const words = JSON.stringify(finding);
    expect(words).toContain("nba_predictions.ml_feature_store_v2");
    expect(words).not.toContain("nba_precompute.player_daily_cache");
  });
});

describe("minutes", () => {
  /** 20 played in each game; that many of them, per game, have no minutes. */
  const twenties = (robbed: Readonly<Record<string, number>>) => {
    const seen = new Map<string, number>();
    return changed(smallNight(), ["player-rows"], (row) => {
      if (row["is_dnp"] === true) return row;
      const game = String(row["game_id"]);
      const number = (seen.get(game) ?? 0) + 1;
      seen.set(game, number);
      if (number > 20) return { ...row, is_dnp: true, points: null, minutes_played: null };
      return number <= (robbed[game] ?? 0) ? { ...row, points: null, minutes_played: null } : row;
    });
  };
  const lines = async (first: number, second: number) =>
    said(await judge(twenties({ "20260203_BOS_NYK": first, "20260203_LAL_GSW": second }), at("09:30")), "minutes");

  test("90 % of each game are a pass of the games and a warning for the date", async () => {
    expect(await lines(2, 2)).toEqual([
      "2026-02-03: pass P5 dnp",
      "2026-02-03: warn P3 without_minutes",
      "BOS@NYK: pass ok",
      "LAL@GSW: pass ok",
    ]);
  });

  test("one player less is P1 for the game and for the date", async () => {
    expect(await lines(2, 3)).toEqual([
      "2026-02-03: fail P1 without_minutes",
      "2026-02-03: pass P5 dnp",
      "BOS@NYK: pass ok",
      "LAL@GSW: fail P1 game_without_minutes",
    ]);
  });

  test.each([
    [60, 0, "warn P3 dnp_share"],
    [59, 0, "pass P5 dnp"],
    [59, 9, "pass P5 dnp"],
  ])("of %i who all played, and %i more of the evening source, are taken as %s", async (judged, evening, expected) => {
    const night = changed(smallNight(), ["player-rows"], (row, index) => ({
      ...row,
      is_dnp: false,
      points: 8,
      minutes_played: 20,
      primary_source_used: index < judged ? "nbac_gamebook" : "nbac_boxscores",
    }));
    night.tables["player-rows"] = (night.tables["player-rows"] ?? []).slice(0, judged + evening);
    expect(linesFor(await judge(night, at("09:30")), "minutes", "2026-02-03")).toEqual(
      [`2026-02-03: ${expected}`, "2026-02-03: pass ok"].toSorted(),
    );
  });
});
