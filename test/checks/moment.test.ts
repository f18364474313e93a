import { describe, expect, test } from "vitest";
import { firstTipOff, momentAt } from "../../src/checks/moment.ts";
import { worseHalf } from "../../src/checks/overall.ts";
import type { SlatedGame, Slate } from "../../src/checks/slate.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { at } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";

const date = calendarDateOf("2026-02-03");
const rules = nba.rulesOn(date, at("09:30"));
const evening = (time: string) => at(time, "2026-02-03");

function game(name: string, tipOff: string | undefined, over: Partial<SlatedGame> = {}): SlatedGame {
  const [away = "", home = ""] = name.split("@");
  return {
    name,
    away,
    home,
    status: 1,
    final: false,
    owes: ["games"],
    competition: "regular season",
    standing: { kind: "expected" },
    ...(tipOff === undefined ? {} : { tipOff: evening(tipOff) }),
    ...over,
  };
}
const slate = (...games: SlatedGame[]): Slate => ({ kind: "games", games });
const playing = slate(game("BOS@NYK", "19:30"), game("LAL@GSW", "22:00"));
const over = slate(game("BOS@NYK", "19:30", { final: true }), game("LAL@GSW", "22:00", { final: true }));
const untold = slate(game("BOS@NYK", undefined));
const none: Slate = { kind: "none", games: [], why: "no game" };

describe("the moment of a date", () => {
  test.each<[string, Slate, Date, string]>([
    ["a minute before the first game", playing, evening("19:29"), "pre_game"],
    ["at the first game's start", playing, evening("19:30"), "live"],
    ["while any game is played, at 04:29", playing, at("04:29"), "live"],
    ["from 04:30 on, whatever the schedule says", playing, at("04:30"), "overnight"],
    ["once all are final", over, evening("23:59"), "overnight"],
    ["at 06:29", over, at("06:29"), "overnight"],
    ["at 06:30", over, at("06:30"), "post_game"],
    ["a minute before 18:00 where no start is named", untold, evening("17:59"), "pre_game"],
    ["at 18:00 where no start is named", untold, evening("18:00"), "live"],
    ["in the evening of a day without games", none, evening("20:00"), "overnight"],
  ])("%s", (_title, games, clock, expected) => {
    expect(momentAt(games, rules, date, clock)).toBe(expected);
  });

  test("a postponed game's start is nobody's start", () => {
    const postponed = game("BOS@NYK", "12:00", { standing: { kind: "postponed", said: "moved" } });
    expect(firstTipOff(slate(postponed, game("LAL@GSW", "22:00")))).toEqual(evening("22:00"));
  });
});

test.each([
  ["fail", "pass", "fail"],
  ["pass", "unknown", "unknown"],
  ["warn", "unknown", "unknown"],
  ["pass", "warn", "warn"],
  ["pass", "not_due", "pass"],
  ["not_applicable", "pass", "pass"],
  ["warn", "not_applicable", "warn"],
  ["not_applicable", "not_due", "not_due"],
  ["not_applicable", "not_applicable", "not_applicable"],
] as const)("of two halves, %s and %s make %s", (one, other, expected) => {
  expect([worseHalf(one, other), worseHalf(other, one)]).toEqual([expected, expected]);
});
