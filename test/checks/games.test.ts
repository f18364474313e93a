import { expect, test } from "vitest";
import { at, judge, observed, said, scheduleRow, smallNight, verdictOf } from "../support/night.ts";

const stuck = (status: number, text = "Halftime") => {
  const night = smallNight();
  night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) =>
    row["home_team_tricode"] === "GSW" ? { ...row, game_status: status, game_status_text: text } : row,
  );
  return night;
};

/** The LAL@GSW game leaves no trace in any other table. */
const unplayed = (night: ReturnType<typeof smallNight>) => {
  for (const [name, rows] of Object.entries(night.tables)) {
    if (name !== "schedule" && name !== "postponements")
      night.tables[name] = rows.filter((row) => !["LAL", "GSW"].includes(String(row["team_abbr"] ?? row["defending_team_abbr"])));
  }
  return night;
};

test("passes when every expected game is final and their time has come", async () => {
  const judged = await judge(smallNight(), at("09:30"));
  expect(said(judged, "games")).toEqual(["2026-02-03: pass ok", "BOS@NYK: pass ok", "LAL@GSW: pass ok"]);
});

test("is not due a minute before 04:30 although both games are final, and due at 04:30", async () => {
  expect(verdictOf(await judge(smallNight(), at("04:29")), "games")).toBe("not_due");
  expect(verdictOf(await judge(smallNight(), at("04:30")), "games")).toBe("pass");
});

test("fails for a game stuck at status 2, but only from 06:30 on", async () => {
  expect(said(await judge(stuck(2), at("06:29")), "games")).toContain("LAL@GSW: not_due not_due");
  const judged = await judge(stuck(2), at("06:30"));
  expect(said(judged, "games")).toContain("LAL@GSW: fail P1 stuck_or_stale");
  expect(observed(judged, "games", "stuck_or_stale")).toEqual(["still at status 2 at 06:30 ET"]);
});

test("does not let a stale schedule empty the denominators: a stuck game stays expected", async () => {
  const judged = await judge(stuck(1), at("09:30"));
  expect(said(judged, "analytics")).toHaveLength(2);
});

test("takes a moved game without box scores as postponed, a note with both dates", async () => {
  const night = unplayed(stuck(1, "7:30 pm ET"));
  night.tables["schedule"]?.push(scheduleRow("LAL", "GSW", "0022500771", "2026-02-09", 1, "7:30 pm ET"));
  const judged = await judge(night, at("09:30"));
  expect(said(judged, "games")).toEqual(["2026-02-03: pass ok", "BOS@NYK: pass ok", "LAL@GSW: pass P5 postponed"]);
  expect(observed(judged, "games", "postponed")).toEqual(["moved from 2026-02-03 to 2026-02-09"]);
  expect(said(judged, "analytics")).toEqual(["BOS@NYK: pass ok"]);
});

test.each([
  ["status 4", stuck(4, "")],
  ["status 9", stuck(9, "")],
  ["the text", stuck(1, "Postponed")],
])("takes a game as postponed by %s", async (_name, night) => {
  expect(said(await judge(unplayed(night), at("09:30")), "games")).toContain("LAL@GSW: pass P5 postponed");
});

test("takes a game as postponed by a confirmed row, but not by a merely detected one", async () => {
  const row = (status: string) => ({
    game_id: "0022500771",
    original_date: "2026-02-03",
    new_date: "2026-02-09",
    status,
    reason: "weather",
  });
  const confirmed = unplayed(stuck(1));
  confirmed.tables["postponements"] = [row("confirmed")];
  expect(said(await judge(confirmed, at("09:30")), "games")).toContain("LAL@GSW: pass P5 postponed");
  const detected = unplayed(stuck(1));
  detected.tables["postponements"] = [row("detected")];
  expect(said(await judge(detected, at("09:30")), "games")).toContain("LAL@GSW: fail P1 stuck_or_stale");
});

test("keeps a postponed game expected when box scores say it was played", async () => {
  const judged = await judge(stuck(9, "Postponed"), at("09:30"));
  expect(said(judged, "games")).toContain("LAL@GSW: pass P5 odd_record");
  expect(said(judged, "analytics")).toContain("LAL@GSW: pass ok");
});

test("can't tell postponed from stuck when the postponements were refused", async () => {
  const night = unplayed(stuck(1));
  night.refused["postponements"] = "denied";
  const judged = await judge(night, at("09:30"));
  expect(said(judged, "games")).toContain("LAL@GSW: unknown cannot_tell_postponed");
  expect(verdictOf(judged)).toBe("unknown");
});

test("can't tell postponed from played when a box-score source was refused", async () => {
  const night = unplayed(stuck(9, "Postponed"));
  night.refused["bdl-rows"] = "unavailable";
  expect(said(await judge(night, at("09:30")), "games")).toContain("LAL@GSW: unknown cannot_tell_postponed");
});

test("is unknown, never 'no games', when the schedule was refused", async () => {
  const night = smallNight();
  night.refused["schedule"] = "no_such_place";
  const judged = await judge(night, at("09:30"));
  expect(said(judged, "games")).toEqual(["2026-02-03: unknown no_such_place"]);
  expect(verdictOf(judged)).toBe("unknown");
});

test("names a refused wanted look while passing on what it saw", async () => {
  const night = smallNight();
  night.refused["postponements"] = "denied";
  const judged = await judge(night, at("09:30"));
  expect(observed(judged, "games", "judged_without")[0]).toBe("judged without postponements 2026-02-03: denied on request");
});

test("takes one pair of teams under two ids as one game", async () => {
  const night = smallNight();
  night.tables["schedule"]?.push(scheduleRow("NYK", "BOS", "0022599999", "2026-02-03", 1, "7:30 pm ET"));
  expect(said(await judge(night, at("09:30")), "games")).toEqual(["2026-02-03: pass ok", "BOS@NYK: pass ok", "LAL@GSW: pass ok"]);
});
