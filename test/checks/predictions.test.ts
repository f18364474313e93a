import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/checks/catalogue.ts";
import { predictions } from "../../src/checks/predictions/predictions.ts";
import type { Judgement } from "../../src/checks/runner.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { reportOf } from "../../src/report/report.ts";
import { overallOf } from "../../src/checks/overall.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, said, scheduleRow, smallNight, verdictOf } from "../support/night.ts";
import { historyCount, smallSystems } from "../support/predictions.ts";
import { beginning, changed, judgeBy, kept } from "../support/variations.ts";

const day = "2026-02-03";
const before = (time: string) => at(time, day);
const judged = (night: Night, clock = at("09:30")) => judge(night, clock, [predictions]);
const on = async (night: Night, clock?: Date) => said(await judged(night, clock), "predictions");
const seen = async (night: Night, reason: string, clock?: Date) => observed(await judged(night, clock), "predictions", reason);

const counts = "prediction-counts";
const passes = smallSystems.map((system) => `${system}: pass ok`);
const inGame = (row: Row, home: string) => String(row["game_id"]).endsWith(`_${home}`);
const none = (night = smallNight()) => kept(night, counts, () => false);
const without = (system: string, night = smallNight()) => kept(night, counts, (row) => row["system_id"] !== system);

test("every system in every game is a pass, said of each system and of the date", async () => {
  expect(await on(smallNight())).toEqual(["2026-02-03: pass ok", ...passes]);
  expect(await seen(smallNight(), "ok")).toContain(
    "88 active predictions in 2 of 2 games; 2 systems judged, active on the last game dates (2026-02-02)",
  );
});

test("a report carries how many predictions, systems and games there are, and a failing system under its own id", async () => {
  const judgement = await judged(kept(smallNight(), counts, (row) => row["system_id"] !== "beta_v2" || !inGame(row, "GSW")));
  const asked = { tool: "validate_daily", moment: "post_game", pipeline: "nba", backend: "embedded", detailed: false, ms: 1 };
  const report = reportOf(judgement, overallOf(judgement), asked);
  expect(report.numbers["predictions"]).toBe("66 active, 2 systems, 2/2 games");
  expect(report.findings?.[0]).toMatchObject({ id: "predictions/beta_v2", reason: "games_without", severity: "P1" });
});

describe("the clock", () => {
  test.each([
    ["12:59", "not_due not_due"],
    ["13:00", "warn P3 no_predictions_at_all"],
    ["13:59", "warn P3 no_predictions_at_all"],
    ["14:00", "fail P0 no_predictions_at_all"],
  ])("without a known first game, none at %s is %s", async (time, expected) => {
    expect(await on(none(), before(time))).toEqual([`2026-02-03: ${expected}`]);
  });

  test("complete predictions before their time are no pass", async () => {
    expect(await on(smallNight(), before("12:59"))).toEqual(["2026-02-03: not_due not_due"]);
  });

  test.each([
    ["an evening game leaves the hour as it is", "19:00", "12:59", "not_due not_due"],
    ["an evening game leaves the grace as it is", "19:00", "13:59", "warn P3 no_predictions_at_all"],
    ["they are due a quarter of an hour before an early first game, not before", "12:30", "12:14", "not_due not_due"],
    ["less than an hour before the first game there is no grace", "12:30", "12:15", "fail P0 no_predictions_at_all"],
    ["the grace ends an hour before the first game, not before", "14:30", "13:29", "warn P3 no_predictions_at_all"],
    ["the grace ends an hour before the first game", "14:30", "13:30", "fail P0 no_predictions_at_all"],
  ])("%s", async (_title, tip, time, expected) => {
    expect(await on(beginning(tip, none()), before(time))).toEqual([`2026-02-03: ${expected}`]);
  });

  test("a miss breaks the first game, and says whether that has begun", async () => {
    const breaks = async (time: string) => {
      const [finding] = (await judged(beginning("19:00", none()), before(time))).checks[0]?.subjects[0]?.findings ?? [];
      return finding !== undefined && "breaks" in finding ? finding.breaks : undefined;
    };
    expect(await breaks("15:00")).toEqual({ what: "the first game begins without them", at: before("19:00") });
    expect(await breaks("19:00")).toEqual({ what: "the first game began without them", at: before("19:00") });
  });

  test("features that landed late give an hour more, but only before the first game", async () => {
    const late = (tip: string) =>
      changed(beginning(tip, none()), "feature-rows", (row) => ({ ...row, updated_at: before("13:30").toISOString() }));
    expect(await on(late("19:00"), before("14:29"))).toEqual(["2026-02-03: warn P3 no_predictions_at_all"]);
    expect(await on(late("19:00"), before("14:30"))).toEqual(["2026-02-03: fail P0 no_predictions_at_all"]);
    expect(await on(late("14:00"), before("14:01"))).toEqual(["2026-02-03: fail P0 no_predictions_at_all"]);
  });
});

describe("what is missing", () => {
  test("no row of any system is one P0 on the date, not one per system", async () => {
    expect(await on(none())).toEqual(["2026-02-03: fail P0 no_predictions_at_all"]);
    expect((await seen(none(), "no_predictions_at_all"))[0]).toBe(
      "0 rows in nba_predictions.player_prop_predictions for 2026-02-03, of any system",
    );
  });

  test("rows of which none is active are none", async () => {
    const night = changed(smallNight(), counts, (row) => ({ ...row, is_active: false }));
    expect((await seen(night, "no_predictions_at_all"))[0]).toContain("0 active of 104 rows");
    const unsaid = changed(smallNight(), counts, (row) => ({ ...row, is_active: null }));
    expect(await on(unsaid)).toEqual(["2026-02-03: fail P0 no_predictions_at_all"]);
  });

  test("an expected system without rows is P1, beside another that passes", async () => {
    expect(await on(without("beta_v2"))).toEqual(["2026-02-03: pass ok", "alpha_v1: pass ok", "beta_v2: fail P1 no_predictions"]);
  });

  test("a game without active predictions is P1 and named; one prediction is enough", async () => {
    const left = (players: number) => {
      let found = 0;
      return kept(smallNight(), counts, (row) => row["system_id"] !== "beta_v2" || !inGame(row, "GSW") || ++found <= players);
    };
    expect(await on(left(0))).toContain("beta_v2: fail P1 games_without");
    expect((await seen(left(0), "games_without"))[0]).toBe("no active prediction for 1 of 2 games: LAL@GSW");
    expect(await on(left(1))).toContain("beta_v2: pass ok");
  });

  test("systems with one fault are one line", async () => {
    const judgement = await judged(kept(smallNight(), counts, (row) => !inGame(row, "GSW")));
    const asked = { tool: "validate_daily", moment: "post_game", pipeline: "nba", backend: "embedded", detailed: false, ms: 1 };
    const [line] = reportOf(judgement, overallOf(judgement), asked).findings ?? [];
    expect(line).toMatchObject({ id: "predictions", subjects: ["alpha_v1", "beta_v2"] });
    expect(line?.observed).toBe("no active prediction for 1 of 2 games: LAL@GSW (2 of 2 systems: alpha_v1, beta_v2)");
  });
});

describe("game ids", () => {
  const renamed = (id: (row: Row) => string | null, night = smallNight()) =>
    changed(night, counts, (row) => ({ ...row, game_id: id(row) }));

  test("may name the home team first", async () => {
    const turned = (row: Row) => String(row["game_id"]).replace(/_(\w+)_(\w+)$/u, "_$2_$1");
    expect(await on(renamed(turned))).toEqual(["2026-02-03: pass ok", ...passes]);
  });

  test("may be the league's, and even wrong ones: the player's team tells the game", async () => {
    expect(await on(renamed((row) => (inGame(row, "NYK") ? "0022500770" : "0022500771")))).toEqual(["2026-02-03: pass ok", ...passes]);
    expect(await on(renamed(() => "0022500770"))).toEqual(["2026-02-03: pass ok", ...passes]);
    expect(await on(renamed(() => null))).toEqual(["2026-02-03: pass ok", ...passes]);
  });

  test("that tell nothing without the context leave it unknown which games have predictions, never P1", async () => {
    const night = renamed(() => "0022500770");
    night.refused["upcoming-player-rows"] = "denied";
    expect(await on(night)).toEqual([
      "2026-02-03: pass P5 judged_without",
      "2026-02-03: pass ok",
      "alpha_v1: unknown unplaced",
      "beta_v2: unknown unplaced",
    ]);
    expect(verdictOf(await judged(night), "predictions")).toBe("unknown");
  });

  test("that name the teams need no context", async () => {
    const night = smallNight();
    night.refused["upcoming-player-rows"] = "denied";
    expect(await on(night)).toEqual(["2026-02-03: pass P5 judged_without", "2026-02-03: pass ok", ...passes]);
  });

  test("that name the teams count for that game, whatever the player's team is", async () => {
    const night = changed(smallNight(), counts, (row) => ({ ...row, game_id: "20260203_BOS_NYK" }));
    expect(await on(night)).toContain("alpha_v1: fail P1 games_without");
  });
});

describe("expected systems", () => {
  const history = (...rows: [string, string][]) => {
    const night = smallNight();
    night.tables["schedule"] = [
      ...(night.tables["schedule"] ?? []),
      ...["2026-01-27", "2026-01-29", "2026-01-30", "2026-02-01"].map((date, index) =>
        scheduleRow("MIA", "ORL", `002250050${index}`, date),
      ),
    ];
    night.tables["prediction-history"] = rows.map(([system, date]) => historyCount(system, date));
    return night;
  };

  test("are those active on any of the last three game dates: one that failed yesterday is owed today", async () => {
    const night = history(["alpha_v1", "2026-02-02"], ["gamma_v3", "2026-01-30"]);
    expect(await on(night)).toContain("gamma_v3: fail P1 no_predictions");
  });

  test("are not those of the fourth game date back, nor of days that only held postponed games", async () => {
    const night = history(["alpha_v1", "2026-02-02"], ["beta_v2", "2026-02-02"], ["gamma_v3", "2026-01-29"]);
    expect(await on(night)).toEqual(["2026-02-03: pass ok", ...passes]);
    const instead = (change: Row) =>
      changed(structuredClone(night), "schedule", (row) => (row["game_date"] === "2026-02-01" ? { ...row, ...change } : row));
    const owed = "gamma_v3: fail P1 no_predictions";
    expect(await on(instead({ game_status: 4 }))).toContain(owed);
    expect(await on(instead({ game_status_text: "Postponed" }))).toContain(owed);
    expect(await on(instead({ game_id: "0022500660" }))).toContain(owed);
    expect(await on(instead({ game_id: "0032500660" }))).toContain(owed);
    expect(await on(instead({ game_status: 2 }))).not.toContain(owed);
  });

  test("are not those whose rows were inactive, nor those seen on the date itself only: these are a note", async () => {
    const night = history(["alpha_v1", "2026-02-02"], ["beta_v2", day]);
    night.tables["prediction-history"]?.push({ ...historyCount("gamma_v3", "2026-02-02"), is_active: false });
    expect(await on(night)).toEqual(["2026-02-03: pass P5 other_systems", "2026-02-03: pass ok", "alpha_v1: pass ok"]);
    expect(await seen(night, "other_systems")).toEqual(["1 system beside the expected: `beta_v2`"]);
  });

  /** The first date of a season: no game before it. */
  const first = (...rows: Parameters<typeof history>) => kept(history(...rows), "schedule", (row) => String(row["game_date"]) >= day);

  test("nobody knows on a season's first date: a pass that says so if every game has predictions, else unknown", async () => {
    expect(await on(first())).toEqual(["2026-02-03: pass P5 no_system_known", "2026-02-03: pass ok"]);
    expect((await seen(first(), "no_system_known"))[0]).toContain("no system is known to be expected");
    expect(await on(none(first()))).toEqual(["2026-02-03: unknown no_system_known"]);
    expect(await on(kept(first(), counts, (row) => !inGame(row, "GSW")))).toEqual(["2026-02-03: unknown no_system_known"]);
  });

  test("an empty history after games that were played is lost, not a new season's: unknown", async () => {
    expect(await on(history())).toEqual(["2026-02-03: unknown no_system_known"]);
  });

  test("are unknown where some predicted earlier, only not on the last game dates", async () => {
    expect(await on(history(["alpha_v1", "2026-01-27"]))).toEqual(["2026-02-03: unknown no_system_known"]);
    const off = history();
    off.tables["prediction-history"] = [{ ...historyCount("alpha_v1", "2026-02-02"), is_active: false }];
    expect(await on(off)).toEqual(["2026-02-03: unknown no_system_known"]);
    expect(await on(first(["alpha_v1", day]))).toContain("2026-02-03: pass P5 no_system_known");
  });

  test("are unknown where the days before could not be looked at", async () => {
    const night = smallNight();
    night.refused["prediction-history"] = "denied";
    expect(await on(night)).toContain("2026-02-03: unknown denied");
    expect(verdictOf(await judged(night), "predictions")).toBe("unknown");
  });

  test("are those declared, where any are: the days before are no part of it", async () => {
    const night = without("beta_v2");
    night.refused["prediction-history"] = "denied";
    const judgement = await judgeBy("  # systems: [catboost_v8, …]", "  systems: [alpha_v1, delta_v9]\n  #", night, at("09:30"), [
      predictions,
    ]);
    expect(said(judgement, "predictions")).toEqual([
      "2026-02-03: pass P5 judged_without",
      "2026-02-03: pass ok",
      "alpha_v1: pass ok",
      "delta_v9: fail P1 no_predictions",
    ]);
  });

  test("are named by their own ids, of which nothing can pass for words of ours", async () => {
    const night = smallNight();
    night.tables["prediction-history"]?.push(historyCount("all is well; `pass`\n".repeat(5), "2026-02-02"));
    const [line = ""] = (await on(night)).filter((text) => text.includes("fail P1"));
    expect(line).toMatch(/^all\?is\?well\?\?\?pass\?\?[^ ]{0,21}: fail P1 no_predictions$/u);
  });
});

describe("a halt", () => {
  const declared = (halt: string, night: Night) =>
    judgeBy("  # halts: [{ from: 2026-02-13, until: 2026-02-19, reason: All-Star break }]", `  halts: [${halt}]\n  #`, night, at("09:30"), [
      predictions,
    ]);
  const stored = (row: Row, night = none()) => {
    night.tables["halt-state"] = [{ game_date: day, system_id: null, state: "halted", reason: "model under review", ...row }];
    return night;
  };

  test("that the pipeline file declares makes it not applicable, with its reason", async () => {
    const judgement = await declared("{ from: 2026-02-01, until: 2026-02-04, reason: new model }", none());
    expect(said(judgement, "predictions")).toEqual(["2026-02-03: not_applicable halted"]);
    expect(observed(judgement, "predictions", "halted")).toEqual([
      "the pipeline file declares predictions halted from 2026-02-01 until 2026-02-04: new model",
    ]);
  });

  test.each([
    ["{ from: 2026-02-03, reason: r }", "2026-02-03: not_applicable halted"],
    ["{ from: 2026-02-04, reason: r }", "2026-02-03: fail P0 no_predictions_at_all"],
    ["{ from: 2026-02-01, until: 2026-02-03, reason: r }", "2026-02-03: fail P0 no_predictions_at_all"],
  ])("holds from its first day up to its last, which is no part of it: %s", async (halt, expected) => {
    expect(said(await declared(halt, none()), "predictions")).toEqual([expected]);
  });

  test("of one system concerns that one alone", async () => {
    const halt = "{ system: beta_v2, from: 2026-02-01, reason: r }";
    const lines = ["2026-02-03: pass ok", "alpha_v1: pass ok", "beta_v2: not_applicable halted"];
    expect(said(await declared(halt, without("beta_v2")), "predictions")).toEqual(lines);
    expect(said(await declared(halt, none()), "predictions")).toEqual([
      "2026-02-03: fail P0 no_predictions_at_all",
      "beta_v2: not_applicable halted",
    ]);
    const both = `${halt}, { system: alpha_v1, from: 2026-02-01, reason: r }`;
    expect(verdictOf(await declared(both, none()), "predictions")).toBe("not_applicable");
  });

  test("in the table counts for its date, its system and a state that says so", async () => {
    expect(await on(stored({}))).toEqual(["2026-02-03: not_applicable halted"]);
    expect((await seen(stored({}), "halted"))[0]).toContain("`model under review`");
    expect(await on(stored({ state: "active" }))).toEqual(["2026-02-03: fail P0 no_predictions_at_all"]);
    expect(await on(stored({ state: null }))).toEqual(["2026-02-03: fail P0 no_predictions_at_all"]);
    expect(await on(stored({ game_date: "2026-02-02" }))).toEqual(["2026-02-03: fail P0 no_predictions_at_all"]);
    expect(await on(stored({ system_id: "beta_v2" }, without("beta_v2")))).toContain("beta_v2: not_applicable halted");
  });

  test("that could not be looked up leaves it unknown why there is nothing; without such a table there is no halt", async () => {
    const night = (refusal: Night["refused"][string], from = none()) => {
      from.refused["halt-state"] = refusal;
      return from;
    };
    expect(await on(night("denied"))).toEqual(["2026-02-03: pass P5 judged_without", "2026-02-03: unknown halt_unknown"]);
    expect((await seen(night("denied"), "halt_unknown"))[0]).toContain("0 rows in nba_predictions.player_prop_predictions");
    expect(await on(night("no_such_place"))).toContain("2026-02-03: fail P0 no_predictions_at_all");
    expect(await on(night("denied", without("beta_v2")))).toContain("beta_v2: unknown halt_unknown");
    expect(await on(night("no_such_place", without("beta_v2")))).toContain("beta_v2: fail P1 no_predictions");
    expect(await on(night("denied", smallNight()))).toContain("2026-02-03: pass ok");
  });

  test("says so where predictions are there all the same", async () => {
    expect((await seen(stored({}, smallNight()), "halted"))[0]).toContain("88 active predictions there all the same");
  });
});

describe("the first broken link", () => {
  const features = (night: Night, keep: (row: Row) => boolean) => kept(night, "feature-rows", keep);

  test("without features predictions wait for them", async () => {
    expect(await on(features(none(), () => false))).toEqual(["2026-02-03: not_due waits (waits for features)"]);
  });

  test("with features they do not wait, nor where features could not be looked at", async () => {
    const night = none();
    night.refused["feature-rows"] = "denied";
    expect(await on(night)).toContain("2026-02-03: fail P0 no_predictions_at_all");
  });

  test("a game of which neither team has features waits; one of which a team has is missing", async () => {
    const half = () => kept(smallNight(), counts, (row) => !inGame(row, "GSW"));
    const neither = features(half(), (row) => /^(?:bos|nyk)/u.test(String(row["player_lookup"])));
    expect(await on(neither)).toEqual([
      "2026-02-03: pass ok",
      "alpha_v1: not_due waits (waits for features)",
      "beta_v2: not_due waits (waits for features)",
    ]);
    const one = features(half(), (row) => /^(?:bos|nyk|lal)/u.test(String(row["player_lookup"])));
    expect(await on(one)).toContain("alpha_v1: fail P1 games_without");
    const unplaceable = features(half(), (row) => /^(?:bos|nyk)/u.test(String(row["player_lookup"])));
    unplaceable.refused["upcoming-player-rows"] = "denied";
    expect(await on(unplaceable)).toContain("alpha_v1: fail P1 games_without");
    const unprepared = kept(half(), "upcoming-player-rows", () => false);
    expect(await on(unprepared)).toContain("alpha_v1: fail P1 games_without");
  });

  test("a game that may have been postponed leaves its predictions unknown", async () => {
    const night = changed(
      kept(smallNight(), counts, (row) => !inGame(row, "GSW")),
      "schedule",
      (row) => (row["home_team_tricode"] === "GSW" && row["game_date"] === day ? { ...row, game_status: 1 } : row),
    );
    night.refused["postponements"] = "denied";
    for (const table of ["gamebook-rows", "player-boxscore-rows", "bdl-rows"])
      kept(night, table, (row) => !["LAL", "GSW"].includes(String(row["team_abbr"])));
    expect(await on(night)).toContain("alpha_v1: unknown cannot_tell_postponed");
  });
});

test("rows that name no system or no player are counted nowhere, and said", async () => {
  const night = smallNight();
  night.tables[counts]?.push({ ...night.tables[counts]?.[0], player_lookup: null, n: 7 });
  expect(await seen(night, "nameless")).toEqual(["7 of 111 prediction rows name no system or no player: they are counted nowhere"]);
});

test("predictions that could not be looked at are unknown", async () => {
  const night = smallNight();
  night.refused[counts] = "partial";
  expect(await on(night)).toEqual(["2026-02-03: unknown partial"]);
});

test("are asked in both halves of the night, grading only after the games", () => {
  const halves = (id: string) => catalogue.find((check) => check.id === id)?.halves;
  for (const id of ["features", "predictions", "predictions-active", "lines"]) expect(halves(id), id).toEqual(["pre_game", "post_game"]);
  expect(halves("grading")).toBeUndefined();
});

test("a night's judgement of predictions alone is the same whatever the order of rows", async () => {
  const lines = (judgement: Judgement) => said(judgement, "predictions");
  const night = kept(smallNight(), counts, (row) => !inGame(row, "GSW") || row["system_id"] === "alpha_v1");
  const turned = structuredClone(night);
  turned.tables[counts]?.reverse();
  expect(lines(await judged(turned))).toEqual(lines(await judged(night)));
});
