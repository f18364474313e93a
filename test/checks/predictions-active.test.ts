import { describe, expect, test } from "vitest";
import { predictionsActive } from "../../src/checks/predictions/predictions-active.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, said, scheduleRow, smallNight, verdictOf } from "../support/night.ts";
import { predictionCount } from "../support/predictions.ts";
import { beginning, changed, judgeBy, kept } from "../support/variations.ts";

const day = "2026-02-03";
const counts = "prediction-counts";
const judged = (night: Night, clock = at("09:30")) => judge(night, clock, [predictionsActive]);
const on = async (night: Night, clock?: Date) => said(await judged(night, clock), "predictions-active");

/** Predictions of the first system alone: so many players with a real line, so many of them switched off. */
function players(count: number, off: number): Night {
  const night = kept(smallNight(), counts, (row) => row["system_id"] !== "alpha_v1");
  night.tables[counts]?.push(
    ...Array.from({ length: count }, (_, index) => ({
      ...predictionCount({ system: "alpha_v1", player: `player${index}`, game: "20260203_BOS_NYK", line: true }),
      is_active: index >= off,
    })),
  );
  return night;
}

const first = async (count: number, off: number) => (await on(players(count, off))).find((line) => line.startsWith("alpha_v1"));

describe("both limits", () => {
  test("exactly 20 % passes, one more is P0", async () => {
    expect(await first(50, 10)).toBe("alpha_v1: pass ok");
    expect(await first(50, 11)).toBe("alpha_v1: fail P0 switched_off");
    expect(await first(100, 20)).toBe("alpha_v1: pass ok");
    expect(await first(100, 21)).toBe("alpha_v1: fail P0 switched_off");
  });

  test("nine pass whatever their share, ten are P0", async () => {
    expect(await first(9, 9)).toBe("alpha_v1: pass ok");
    expect(await first(40, 9)).toBe("alpha_v1: pass ok");
    expect(await first(40, 10)).toBe("alpha_v1: fail P0 switched_off");
  });

  test("are told with numbers and names", async () => {
    expect(observed(await judged(players(40, 12)), "predictions-active", "switched_off")).toEqual([
      "12 of 40 players with a real line have no active prediction (30.0 %): player0, player1, player10 and 9 more",
    ]);
  });
});

describe("does not count", () => {
  const superseded = (row: Row): Row => ({ ...row, is_active: false, n: 40 });

  test("versions that an active one has superseded, however many", async () => {
    const night = players(40, 0);
    night.tables[counts]?.push(...(night.tables[counts] ?? []).map(superseded));
    expect(await on(night)).toContain("alpha_v1: pass ok");
  });

  test("a player whose active row has no real line, or stands under the game's other id", async () => {
    const night = players(40, 20);
    const off = (night.tables[counts] ?? []).filter((row) => row["system_id"] === "alpha_v1" && row["is_active"] === false);
    night.tables[counts]?.push(
      ...off.map((row, index): Row =>
        index < 10 ? { ...row, is_active: true, line_source: "NO_PROP_LINE" } : { ...row, is_active: true, game_id: "0022500770" },
      ),
    );
    expect(await on(night)).toContain("alpha_v1: pass ok");
  });

  test("an active row of another system", async () => {
    const night = players(40, 20);
    const rows = (night.tables[counts] ?? []).filter((row) => row["system_id"] === "alpha_v1");
    night.tables[counts]?.push(...rows.map((row) => ({ ...row, system_id: "beta_v2", is_active: true })));
    expect(await on(night)).toContain("alpha_v1: fail P0 switched_off");
  });

  test("rows without a real line", async () => {
    const night = players(40, 20);
    changed(night, counts, (row) => (row["is_active"] === false ? { ...row, line_source: "NO_PROP_LINE" } : row));
    expect(await on(night)).toContain("alpha_v1: pass ok");
  });

  test("a player's many versions more than once", async () => {
    const night = changed(players(40, 9), counts, (row) => (row["is_active"] === false ? { ...row, n: 22 } : row));
    expect(await on(night)).toContain("alpha_v1: pass ok");
  });

  test("games that were postponed: their predictions are switched off on purpose", async () => {
    const night = changed(players(40, 20), counts, (row) => (row["is_active"] === false ? { ...row, game_id: "20260203_LAL_GSW" } : row));
    expect(await on(night)).toContain("alpha_v1: fail P0 switched_off");
    night.tables["schedule"] = [
      ...(night.tables["schedule"] ?? []).filter((row) => row["home_team_tricode"] !== "GSW" || row["game_date"] !== day),
      scheduleRow("LAL", "GSW", "0022500771", day, 4, "Postponed"),
    ];
    for (const table of ["gamebook-rows", "player-boxscore-rows", "bdl-rows"])
      kept(night, table, (row) => !["LAL", "GSW"].includes(String(row["team_abbr"])));
    expect(await on(night)).toContain("alpha_v1: pass ok");
  });

  test("a system that is not expected: a retired one may be switched off", async () => {
    const night = kept(players(40, 40), "prediction-history", (row) => row["system_id"] !== "alpha_v1");
    expect(await on(night)).toEqual(["2026-02-03: pass ok", "beta_v2: pass ok"]);
  });
});

test("every system counts where nobody knows which are expected", async () => {
  const night = players(40, 20);
  night.refused["prediction-history"] = "denied";
  expect(await on(night)).toContain("alpha_v1: fail P0 switched_off");
});

test("players whose game can't be told make it unknown only where they would change the verdict", async () => {
  const strayed = (placed: number, lost: number) => {
    const night = players(placed, 0);
    night.tables[counts]?.push(
      ...Array.from({ length: lost }, (_, index) => ({
        ...predictionCount({ system: "alpha_v1", player: `stray${index}`, game: "0022500770", line: true }),
        is_active: false,
      })),
    );
    return night;
  };
  expect(await on(strayed(30, 10))).toContain("alpha_v1: unknown unplaced");
  expect(await on(strayed(30, 9))).toContain("alpha_v1: pass ok");
  expect(await on(strayed(40, 10))).toContain("alpha_v1: pass ok");
});

test("is not due before predictions are, whose time an early first game brings forward", async () => {
  expect(await on(players(40, 20), at("12:59", day))).toEqual(["2026-02-03: not_due not_due"]);
  expect(await on(players(40, 20), at("13:00", day))).toContain("alpha_v1: fail P0 switched_off");
  expect(await on(beginning("12:30", players(40, 20)), at("12:15", day))).toContain("alpha_v1: fail P0 switched_off");
});

test("without rows it waits for predictions, and without a real line nothing can be said: unknown", async () => {
  expect(await on(kept(smallNight(), counts, () => false))).toEqual(["2026-02-03: not_due waits (waits for predictions)"]);
  const others = changed(smallNight(), counts, (row) => ({ ...row, system_id: "omega" }));
  expect(await on(others)).toEqual(["2026-02-03: not_due waits (waits for predictions)"]);
  const bare = changed(smallNight(), counts, (row) => ({ ...row, line_source: "NO_PROP_LINE" }));
  expect(await on(bare)).toContain("alpha_v1: unknown no_real_line");
  expect(verdictOf(await judged(bare), "predictions-active")).toBe("unknown");
});

test("without the column that tells a real line it is unknown, and so it is where predictions were refused", async () => {
  const bare = smallNight();
  bare.absent = { [counts]: ["line_source"] };
  expect(await on(changed(bare, counts, (row) => ({ ...row, line_source: null })))).toEqual(["2026-02-03: unknown no_column"]);
  const night = smallNight();
  night.refused[counts] = "partial";
  expect(await on(night)).toEqual(["2026-02-03: unknown partial"]);
});

test("a halted system is not applicable", async () => {
  const judgement = await judgeBy(
    "  # halts: [{ from: 2026-02-13,",
    "  halts: [{ system: alpha_v1, from: 2026-02-01, reason: r }]\n  #",
    players(40, 20),
    at("09:30"),
    [predictionsActive],
  );
  expect(said(judgement, "predictions-active")).toEqual(["2026-02-03: pass ok", "alpha_v1: not_applicable halted", "beta_v2: pass ok"]);
});
