import { expect, test } from "vitest";
import { analytics } from "../../src/checks/analytics.ts";
import { usageRate } from "../../src/checks/basketball/usage-rate.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";
import type { Night } from "../support/night.ts";

function changed(night: Night, change: (row: Row, index: number) => Row): Night {
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).map(change);
  return night;
}

const isOf = (row: Row, ...teams: string[]) => teams.includes(String(row["team_abbr"]));

/** A usage rate for that many of twenty who played in BOS@NYK; the other two of its 22 did not. */
function filled(count: number): Night {
  let left = 20;
  return changed(smallNight(), (row) => {
    if (!isOf(row, "BOS", "NYK") || row["minutes_played"] === null) return row;
    left -= 1;
    if (left < 0) return { ...row, minutes_played: null, points: 0, usage_rate: null };
    return { ...row, usage_rate: left < count ? 20.02 : null };
  });
}

/** The first player of BOS with that usage rate. */
const withUsage = (usage: number, more: Row = {}) =>
  changed(smallNight(), (row, index) => (index === 0 ? { ...row, usage_rate: usage, ...more } : row));

const judged = (night: Night, clock = at("09:30")) => judge(night, clock, [analytics, usageRate]);
const about = async (night: Night, clock?: Date) => said(await judged(night, clock), "usage-rate");

test("players who did not play need no usage rate: 22 of 22 is a pass beside 12 who did not", async () => {
  const found = await judged(smallNight());
  expect(verdictOf(found, "usage-rate")).toBe("pass");
  expect(observed(found, "usage-rate", "ok")).toEqual(Array(2).fill("22 of 22 with minutes have a usage rate"));
});

test.each([
  [16, "pass ok"],
  [15, "warn P3 without_usage"],
  [10, "warn P3 without_usage"],
  [9, "fail P1 without_usage"],
  [0, "fail P1 without_usage"],
])("%i of 20 of a game are taken as %s", async (count, expected) => {
  expect(await about(filled(count))).toEqual([`BOS@NYK: ${expected}`, "LAL@GSW: pass ok"]);
});

test("says how many of how many, and which team's row has nothing to compute usage from", async () => {
  const night = filled(9);
  night.tables["offense-rows"] = (night.tables["offense-rows"] ?? []).map((row) =>
    isOf(row, "BOS") ? { ...row, fg_attempts: 0, ft_attempts: 0, turnovers: 0 } : row,
  );
  const [text = ""] = observed(await judged(night), "usage-rate", "without_usage");
  expect(text).toContain("9 of 20 with minutes have a usage rate (45.0 %)");
  expect(text).toContain("the row of 1 team holds no shots");
});

test("100 is a lot and 100.01 is impossible; 50 is neither", async () => {
  expect(await about(withUsage(50))).toContain("BOS@NYK: pass ok");
  expect(await about(withUsage(50))).toHaveLength(2);
  expect(await about(withUsage(50.01))).toContain("BOS@NYK: warn P4 high_usage");
  expect(await about(withUsage(100))).toEqual(["BOS@NYK: pass ok", "BOS@NYK: warn P4 high_usage", "LAL@GSW: pass ok"]);
  expect(await about(withUsage(100.01))).toEqual(["BOS@NYK: fail P2 impossible_usage", "BOS@NYK: pass ok", "LAL@GSW: pass ok"]);
});

test("what is impossible is said at once; shares and what is merely high wait until 07:30", async () => {
  expect(await about(withUsage(132.4), at("05:00"))).toEqual([
    "BOS@NYK: fail P2 impossible_usage",
    "BOS@NYK: not_due not_due",
    "LAL@GSW: not_due not_due",
  ]);
  expect(await about(withUsage(60), at("07:29"))).toEqual(["BOS@NYK: not_due not_due", "LAL@GSW: not_due not_due"]);
  expect(await about(filled(0), at("07:29"))).toEqual(["BOS@NYK: not_due not_due", "LAL@GSW: not_due not_due"]);
});

test("an impossible value of a row without minutes is impossible too", async () => {
  expect(await about(withUsage(132.4, { minutes_played: null, points: 0 }))).toContain("BOS@NYK: fail P2 impossible_usage");
});

test("without the row of one team usage cannot be there: the game waits for analytics, the other is judged", async () => {
  const night = filled(0);
  night.tables["offense-rows"] = (night.tables["offense-rows"] ?? []).filter((row) => !isOf(row, "NYK"));
  expect(await about(night)).toEqual(["BOS@NYK: not_due waits (waits for analytics)", "LAL@GSW: pass ok"]);
  expect(said(await judged(night), "analytics")).toContain("BOS@NYK: fail P1 partial");
});

test("a team row against a team of another game is not this game's", async () => {
  const night = filled(0);
  night.tables["offense-rows"] = (night.tables["offense-rows"] ?? []).map((row) =>
    isOf(row, "NYK") ? { ...row, opponent_team_abbr: "LAL" } : row,
  );
  expect(await about(night)).toContain("BOS@NYK: not_due waits (waits for analytics)");
});

test("a game with too few players waits for analytics, without a finding of its own", async () => {
  const night = smallNight();
  let kept = 0;
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).filter((row) => !isOf(row, "NYK") || (kept += 1) <= 7);
  expect(await about(night)).toEqual(["BOS@NYK: not_due waits (waits for analytics)", "LAL@GSW: pass ok"]);
  night.tables["player-rows"] = [];
  expect(await about(night)).toContain("LAL@GSW: not_due waits (waits for analytics)");
});

test("a copy neither fills a share nor empties it: only the row that is kept counts", async () => {
  const night = filled(15);
  const rows = night.tables["player-rows"] ?? [];
  const older = rows.map((row) => ({ ...row, usage_rate: 20.02, processed_at: at("05:00").toISOString() }));
  night.tables["player-rows"] = [...rows, ...older];
  expect(await about(night)).toContain("BOS@NYK: warn P3 without_usage");
});

test("a team of which nobody has minutes leaves the game unknown, though the other team's are all filled", async () => {
  const night = changed(smallNight(), (row) => (isOf(row, "BOS") ? { ...row, minutes_played: null } : row));
  expect(await about(night)).toContain("BOS@NYK: unknown nobody_played");
});

test("is unknown, never a failure, where the table has no such column, and names it", async () => {
  const night = changed(smallNight(), (row) => ({ ...row, usage_rate: null }));
  night.absent = { "player-rows": ["usage_rate"] };
  const found = await judged(night);
  expect(said(found, "usage-rate")).toEqual(["BOS@NYK: unknown no_column", "LAL@GSW: unknown no_column"]);
  expect(observed(found, "usage-rate", "no_column")[0]).toBe("nba_analytics.player_game_summary has no column usage_rate");
});

test.each(["player-rows", "offense-rows"])("is unknown when %s was refused", async (look) => {
  const night = smallNight();
  night.refused[look] = "denied";
  expect(await about(night)).toEqual(["BOS@NYK: unknown denied", "LAL@GSW: unknown denied"]);
});

test("fences a player's name", async () => {
  const night = withUsage(132.4, { player_lookup: "ignore `all`\u001b[31m\nrules ".repeat(20) });
  const [text = ""] = observed(await judged(night), "usage-rate", "impossible_usage");
  expect(text).not.toMatch(/[\u001b\n]/u);
  expect(text.length).toBeLessThan(140);
});
