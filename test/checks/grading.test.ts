import { describe, expect, test } from "vitest";
import { overallOf } from "../../src/checks/overall.ts";
import { grading } from "../../src/checks/predictions/grading.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { reportOf } from "../../src/report/report.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";
import { gradedCount, predictionCount } from "../support/predictions.ts";
import { changed, judgeBy, kept } from "../support/variations.ts";

const day = "2026-02-03";
const [counts, grades] = ["prediction-counts", "graded-counts"];
const judged = (night: Night, clock = at("18:00")) => judge(night, clock, [grading]);
const on = async (night: Night, clock?: Date) => said(await judged(night, clock), "grading");
const seen = async (night: Night, reason: string) => observed(await judged(night), "grading", reason);
const passes = ["2026-02-03: pass ok", "alpha_v1: pass ok", "beta_v2: pass ok"];
const inGame = (row: Row, home: string) => String(row["game_id"]).endsWith(`_${home}`);
const ungraded = () => kept(smallNight(), grades, () => false);
const status = (night: Night, value: number) =>
  changed(night, "schedule", (row) =>
    row["home_team_tricode"] === "GSW" && row["game_date"] === day ? { ...row, game_status: value } : row,
  );

/** Gradable predictions of the first system, and how many of them have a grade. */
function graded(count: number, of: number): Night {
  const night = kept(
    kept(smallNight(), counts, (row) => row["system_id"] !== "alpha_v1"),
    grades,
    (row) => row["system_id"] !== "alpha_v1",
  );
  const all = Array.from({ length: of }, (_, index) => ({ system: "alpha_v1", player: `player${index}`, game: "20260203_BOS_NYK" }));
  night.tables[counts]?.push(...all.map((one) => predictionCount({ ...one, line: true })));
  night.tables[grades]?.push(...all.slice(0, count).map(gradedCount));
  return night;
}
const first = async (night: Night, clock?: Date) => (await on(night, clock)).find((line) => line.startsWith("alpha_v1"));

test("every gradable prediction graded is a pass, and the report counts them", async () => {
  const judgement = await judged(smallNight());
  expect(said(judgement, "grading")).toEqual(passes);
  const asked = { tool: "validate_daily", moment: "post_game", pipeline: "nba", backend: "embedded", detailed: false, ms: 1 };
  expect(reportOf(judgement, overallOf(judgement), asked).numbers["graded"]).toBe("64/64");
});

test.each([
  [80, 100, "pass ok"],
  [79, 100, "warn P3 not_graded"],
  [50, 100, "warn P3 not_graded"],
  [49, 100, "fail P1 not_graded"],
  [0, 100, "fail P1 not_graded"],
])("%i of %i graded is %s", async (count, of, expected) => {
  expect(await first(graded(count, of))).toBe(`alpha_v1: ${expected}`);
});

test.each([
  ["11:59", "2026-02-03: not_due not_due"],
  ["12:00", "alpha_v1: warn P3 not_graded"],
  ["12:59", "alpha_v1: warn P3 not_graded"],
  ["13:00", "alpha_v1: fail P1 not_graded"],
])("without grades it says at %s: %s", async (time, expected) => {
  expect(await on(ungraded(), at(time))).toContain(expected);
});

test("analytics that landed late gives an hour more", async () => {
  const late = changed(ungraded(), "player-rows", (row) => ({ ...row, processed_at: at("15:00").toISOString() }));
  expect(await on(late, at("15:59"))).toContain("alpha_v1: warn P3 not_graded");
  expect(await on(late, at("16:00"))).toContain("alpha_v1: fail P1 not_graded");
});

describe("gradable is only", () => {
  const more = (change: (row: Row) => Row) => {
    const night = graded(40, 40);
    const rows = Array.from({ length: 40 }, (_, index) =>
      change(predictionCount({ system: "alpha_v1", player: `other${index}`, game: "20260203_BOS_NYK", line: true })),
    );
    night.tables[counts]?.push(...rows);
    return night;
  };

  test("what is active", async () => {
    expect(await first(more((row) => row))).toBe("alpha_v1: warn P3 not_graded");
    expect(await first(more((row) => ({ ...row, is_active: false })))).toBe("alpha_v1: pass ok");
  });

  test("what has a real line: an inactive version with one is not enough", async () => {
    expect(await first(more((row) => ({ ...row, line_source: "NO_PROP_LINE" })))).toBe("alpha_v1: pass ok");
    const night = more((row) => ({ ...row, is_active: false }));
    const off = (night.tables[counts] ?? []).filter((row) => row["is_active"] === false && row["system_id"] === "alpha_v1");
    night.tables[counts]?.push(...off.map((row) => ({ ...row, is_active: true, line_source: "NO_PROP_LINE" })));
    expect(await first(night)).toBe("alpha_v1: pass ok");
  });

  test("what belongs to a game that was played", async () => {
    const night = () => more((row) => ({ ...row, game_id: "20260203_LAL_GSW" }));
    expect(await first(night())).toBe("alpha_v1: warn P3 not_graded");
    expect(await first(status(night(), 2))).toBe("alpha_v1: pass ok");
  });

  test("what was not voided; a grade beside the void counts", async () => {
    const night = more((row) => row);
    const voids = Array.from({ length: 40 }, (_, index) => ({
      ...gradedCount({ system: "alpha_v1", player: `other${index}`, game: "20260203_BOS_NYK" }),
      is_voided: true,
    }));
    night.tables[grades]?.push(...voids);
    expect(await first(night)).toBe("alpha_v1: pass ok");
    expect(await seen(night, "ok")).toContain("40 of 40 gradable predictions graded (100.0 %)");
    night.tables[grades]?.push(...voids.map((row) => ({ ...row, is_voided: false })));
    expect(await seen(night, "ok")).toContain("80 of 80 gradable predictions graded (100.0 %)");
  });
});

describe("a grade", () => {
  test("counts under any form of the game's id", async () => {
    expect(
      await on(changed(smallNight(), grades, (row) => ({ ...row, game_id: inGame(row, "NYK") ? "0022500770" : "0022500771" }))),
    ).toEqual(passes);
    const turned = changed(smallNight(), grades, (row) => ({
      ...row,
      game_id: String(row["game_id"]).replace(/_(\w+)_(\w+)$/u, "_$2_$1"),
    }));
    expect(await on(turned)).toEqual(passes);
  });

  test("of another game, system or player is none, and several of one prediction are one", async () => {
    const swap = (row: Row) => ({ ...row, game_id: inGame(row, "NYK") ? "20260203_LAL_GSW" : "20260203_BOS_NYK" });
    expect(await on(changed(smallNight(), grades, swap))).toContain("alpha_v1: fail P1 not_graded");
    expect(await on(changed(smallNight(), grades, (row) => ({ ...row, system_id: "alpha_v1" })))).toContain("beta_v2: fail P1 not_graded");
    const night = graded(49, 100);
    night.tables[grades]?.push(...(night.tables[grades] ?? []).map((row) => ({ ...row, game_id: "0022500770", n: 9 })));
    expect(await first(night)).toBe("alpha_v1: fail P1 not_graded");
  });
});

describe("the first broken link", () => {
  test("without analytics grading waits for it", async () => {
    const night = kept(ungraded(), "player-rows", () => false);
    expect(await on(night)).toContain("alpha_v1: not_due waits (waits for analytics)");
  });

  test("games that analytics lacks are not held against it, the others are", async () => {
    const lacking = (night: Night) => kept(night, "player-rows", (row) => !["LAL", "GSW"].includes(String(row["team_abbr"])));
    const half = kept(smallNight(), grades, (row) => inGame(row, "NYK"));
    expect(await on(half)).toContain("alpha_v1: warn P3 not_graded");
    expect(await on(lacking(half))).toContain("alpha_v1: not_due waits (waits for analytics)");
    expect(await on(lacking(ungraded()))).toContain("alpha_v1: fail P1 not_graded");
    expect(await on(lacking(smallNight()))).toEqual(passes);
  });

  test("analytics that could not be looked at excuses nothing", async () => {
    const night = ungraded();
    night.refused["player-rows"] = "denied";
    expect(await on(night)).toEqual(
      expect.arrayContaining(["2026-02-03: pass P5 judged_without", "alpha_v1: fail P1 not_graded", "beta_v2: fail P1 not_graded"]),
    );
  });

  test("without predictions it waits for them, system by system", async () => {
    expect(await on(kept(ungraded(), counts, () => false))).toEqual(["2026-02-03: not_due waits (waits for predictions)"]);
    const off = changed(smallNight(), counts, (row) => (row["system_id"] === "beta_v2" ? { ...row, is_active: false } : row));
    expect(await on(off)).toEqual(["2026-02-03: pass ok", "alpha_v1: pass ok", "beta_v2: not_due waits (waits for predictions)"]);
  });

  test("where no game of them is over it waits for games", async () => {
    const night = status(
      kept(smallNight(), counts, (row) => inGame(row, "GSW")),
      2,
    );
    expect(await on(night)).toContain("alpha_v1: not_due waits (waits for games)");
  });
});

describe("a system that is not expected", () => {
  const third = (night: Night, change: Row) => {
    const [row] = night.tables[counts] ?? [];
    night.tables[counts]?.push({ ...row, system_id: "retired_v0", ...change });
    return night;
  };

  test("does not put the check off with an inactive row, nor fail it with an active one: it is a note", async () => {
    expect(await on(third(smallNight(), { is_active: false }))).toEqual(["2026-02-03: pass P5 other_systems", ...passes]);
    expect(await on(third(smallNight(), { is_active: true }))).toEqual(["2026-02-03: pass P5 other_systems", ...passes]);
    expect(await seen(third(smallNight(), {}), "other_systems")).toEqual(["1 system beside the expected is not judged: `retired_v0`"]);
  });

  test("is no stand-in for the expected ones", async () => {
    const night = third(
      kept(smallNight(), counts, () => false),
      { player_lookup: "bosplayera", game_id: "20260203_BOS_NYK", is_active: true, line_source: "ACTUAL_PROP", n: 1, newest: null },
    );
    expect(await on(night)).toEqual(["2026-02-03: not_due waits (waits for predictions)", "2026-02-03: pass P5 other_systems"]);
  });

  test("can't be told where the days before could not be looked at: then every system with active predictions is judged", async () => {
    const night = third(smallNight(), { is_active: false });
    night.refused["prediction-history"] = "denied";
    expect(await on(night)).toEqual(["2026-02-03: pass P5 judged_without", ...passes]);
  });
});

describe("nothing to grade is never a pass", () => {
  test("none has a real line, or all were voided: unknown, with the reason", async () => {
    const bare = changed(smallNight(), counts, (row) => ({ ...row, line_source: "NO_PROP_LINE" }));
    expect(await on(bare)).toContain("alpha_v1: unknown nothing_gradable");
    expect((await seen(bare, "nothing_gradable"))[0]).toBe("nothing to grade: none of 44 active predictions has a real line");
    const voided = changed(smallNight(), grades, (row) => ({ ...row, is_voided: true }));
    expect((await seen(voided, "nothing_gradable"))[0]).toBe("nothing to grade: every one of the 32 with a real line was voided");
    expect(verdictOf(await judged(voided), "grading")).toBe("unknown");
  });

  test("no game can be told: unknown", async () => {
    const night = changed(smallNight(), counts, (row) => ({ ...row, game_id: "0022500770" }));
    night.refused["upcoming-player-rows"] = "denied";
    expect(await on(night)).toContain("alpha_v1: unknown nothing_gradable");
  });

  test("a halt says why: not applicable", async () => {
    const halt = async (night: Night) =>
      said(
        await judgeBy("  # halts: [{ from: 2026-02-13,", "  halts: [{ from: 2026-02-01, reason: r }]\n  #", night, at("18:00"), [grading]),
        "grading",
      );
    expect(await halt(kept(ungraded(), counts, () => false))).toEqual(["2026-02-03: not_applicable halted"]);
    expect(await halt(ungraded())).toContain("alpha_v1: fail P1 not_graded");
  });
});

test("predictions whose game can't be told make it unknown only where they would change the verdict", async () => {
  const strayed = (count: number, of: number, lost: number) => {
    const night = graded(count, of);
    night.tables[counts]?.push(
      ...Array.from({ length: lost }, (_, index) =>
        predictionCount({ system: "alpha_v1", player: `stray${index}`, game: "x", line: true }),
      ),
    );
    return night;
  };
  expect(await first(strayed(80, 100, 0))).toBe("alpha_v1: pass ok");
  expect(await first(strayed(80, 100, 1))).toBe("alpha_v1: unknown unplaced");
  expect(await first(strayed(90, 100, 12))).toBe("alpha_v1: pass ok");
  expect(await first(strayed(40, 100, 50))).toBe("alpha_v1: fail P1 not_graded");
});

test.each([counts, grades])("is unknown where %s could not be looked at", async (look) => {
  const night = smallNight();
  night.refused[look] = "partial";
  expect(await on(night)).toEqual(["2026-02-03: unknown partial"]);
});

test("is unknown without the column that tells a real line", async () => {
  const night = changed(smallNight(), counts, (row) => ({ ...row, line_source: null }));
  night.absent = { [counts]: ["line_source"] };
  expect(await on(night)).toEqual(["2026-02-03: unknown no_column"]);
});
