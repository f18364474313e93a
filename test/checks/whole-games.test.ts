import { expect, test } from "vitest";
import { analytics } from "../../src/checks/analytics.ts";
import { wholeGames } from "../../src/checks/basketball/whole-games.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { at, judge, observed, said, smallNight } from "../support/night.ts";
import type { Night } from "../support/night.ts";

/** The eleven of GSW who played with these minutes each. */
function withMinutes(minutes: readonly (number | null)[], more: Row = {}): Night {
  const night = smallNight();
  let next = 0;
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).map((row) =>
    row["team_abbr"] === "GSW" && row["minutes_played"] !== null ? { ...row, minutes_played: minutes[next++] ?? null, ...more } : row,
  );
  return night;
}

const each = (minutes: number) => Array<number>(11).fill(minutes);
/** Tenths whose floating sum falls short of 200. */
const exactly200 = [...Array<number>(10).fill(18.2), 18];
const judged = (night: Night, clock = at("09:30")) => judge(night, clock, [analytics, wholeGames]);
const about = async (night: Night, clock?: Date) => said(await judged(night, clock), "whole-games");

test("a whole game is a pass, with both teams' minutes", async () => {
  const found = await judged(smallNight());
  expect(said(found, "whole-games")).toEqual(["BOS@NYK: pass ok", "LAL@GSW: pass ok"]);
  expect(observed(found, "whole-games", "ok")).toContain("minutes per team: LAL 239.8, GSW 239.8");
});

test("exactly 200 minutes of a team pass, a tenth less is part of a game, on one side alone", async () => {
  expect(exactly200.reduce((sum, minutes) => sum + minutes)).toBeLessThan(200);
  expect(await about(withMinutes(exactly200))).toEqual(["BOS@NYK: pass ok", "LAL@GSW: pass ok"]);
  const night = withMinutes([...exactly200.slice(0, 10), 17.9]);
  expect(await about(night)).toEqual(["BOS@NYK: pass ok", "LAL@GSW: fail P1 part_of_a_game"]);
  expect(observed(await judged(night), "whole-games", "part_of_a_game")).toEqual(["minutes per team: LAL 239.8, GSW 199.9"]);
});

test("copies make no whole game of half a one", async () => {
  const night = withMinutes(each(11));
  const rows = night.tables["player-rows"] ?? [];
  night.tables["player-rows"] = [...rows, ...rows.map((row) => ({ ...row, game_id: "20260203_GSW_LAL" }))];
  expect(await about(night)).toContain("LAL@GSW: fail P1 part_of_a_game");
});

test("who did not play adds nothing and takes nothing", async () => {
  const night = withMinutes(exactly200);
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).map((row) =>
    row["is_dnp"] === true ? { ...row, minutes_played: 0, points: 0 } : row,
  );
  expect(await about(night)).toContain("LAL@GSW: pass ok");
});

test("says how many who played have no minutes: then they may be lost, not unplayed", async () => {
  const night = withMinutes([...each(21.8).slice(0, 8), null, null, null]);
  expect(observed(await judged(night), "whole-games", "part_of_a_game")).toEqual([
    "minutes per team: LAL 239.8, GSW 174.4; 3 who played have none",
  ]);
});

test("overtime is a whole game", async () => {
  expect(await about(withMinutes(each(26.3)))).toContain("LAL@GSW: pass ok");
});

test("is not due before 07:30, however little is there", async () => {
  expect(await about(withMinutes(each(11)), at("07:29"))).toEqual(["BOS@NYK: not_due not_due", "LAL@GSW: not_due not_due"]);
  expect(await about(withMinutes(each(11)), at("07:30"))).toContain("LAL@GSW: fail P1 part_of_a_game");
});

test("a game that lacks players waits for analytics, which names it", async () => {
  const night = smallNight();
  let kept = 0;
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).filter((row) => row["team_abbr"] !== "GSW" || (kept += 1) <= 7);
  expect(await about(night)).toEqual(["BOS@NYK: pass ok", "LAL@GSW: not_due waits (waits for analytics)"]);
  expect(said(await judged(night), "analytics")).toContain("LAL@GSW: fail P1 partial");
});

test("eight players of a team are judged", async () => {
  const night = smallNight();
  let kept = 0;
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).filter((row) => row["team_abbr"] !== "GSW" || (kept += 1) <= 8);
  expect(await about(night)).toContain("LAL@GSW: fail P1 part_of_a_game");
});

test("is unknown when the rows were refused", async () => {
  const night = smallNight();
  night.refused["player-rows"] = "denied";
  expect(await about(night)).toEqual(["BOS@NYK: unknown denied", "LAL@GSW: unknown denied"]);
});
