import { expect, test } from "vitest";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";
import type { Night } from "../support/night.ts";

const analyticsTables = ["player-rows", "offense-rows", "defense-rows"];
const sources = ["gamebook-rows", "player-boxscore-rows", "bdl-rows"];

function without(night: Night, tables: readonly string[], teams = ["LAL", "GSW"]): Night {
  for (const table of tables)
    night.tables[table] = (night.tables[table] ?? []).filter(
      (row) => !teams.includes(String(row["team_abbr"] ?? row["defending_team_abbr"])),
    );
  return night;
}

function stamped(night: Night, tables: readonly string[], time: string): Night {
  for (const table of tables)
    night.tables[table] = (night.tables[table] ?? []).map((row) => ({ ...row, processed_at: at(time).toISOString() }));
  return night;
}

test("passes for games with player and team rows of both teams", async () => {
  expect(said(await judge(smallNight(), at("07:30")), "analytics")).toEqual(["BOS@NYK: pass ok", "LAL@GSW: pass ok"]);
});

test("is not due before 07:30, complete or not", async () => {
  expect(verdictOf(await judge(smallNight(), at("07:29")), "analytics")).toBe("not_due");
  expect(verdictOf(await judge(without(smallNight(), analyticsTables), at("07:29")), "analytics")).toBe("not_due");
});

test("matches a game by its pair of teams, whatever order its analytics id has", async () => {
  const night = smallNight();
  for (const table of analyticsTables)
    night.tables[table] = (night.tables[table] ?? []).map((row) => ({ ...row, game_id: "20260203_NYK_BOS" }));
  expect(verdictOf(await judge(night, at("09:30")), "analytics")).toBe("pass");
});

test("warns in its grace and fails from 08:30 when the input had been there", async () => {
  const night = without(smallNight(), analyticsTables);
  expect(said(await judge(night, at("08:29")), "analytics")).toContain("LAL@GSW: warn P3 missing");
  expect(said(await judge(night, at("08:30")), "analytics")).toContain("LAL@GSW: fail P1 missing");
});

test("waits for box scores that are not there: the earliest missing stage carries the finding", async () => {
  const night = without(smallNight(), [...analyticsTables, ...sources]);
  const judged = await judge(night, at("10:30"));
  expect(said(judged, "box-scores")).toContain("LAL@GSW: fail P1 missing");
  expect(said(judged, "analytics")).toContain("LAL@GSW: not_due waits (waits for box-scores)");
});

test("has one hour after late input while the deadline reader has not started", async () => {
  const night = stamped(without(smallNight(), analyticsTables), sources, "09:40");
  expect(said(await judge(night, at("10:39")), "analytics")).toContain("LAL@GSW: warn P3 missing");
  expect(said(await judge(night, at("10:40")), "analytics")).toContain("LAL@GSW: fail P1 missing");
});

test("fails at once after late input when the deadline reader has started, and says that it ran without", async () => {
  const night = stamped(without(smallNight(), analyticsTables), sources, "12:30");
  const judged = await judge(night, at("12:31"));
  expect(said(judged, "analytics")).toContain("LAL@GSW: fail P1 missing");
  const check = judged.checks.find((candidate) => candidate.check.id === "analytics");
  const group =
    check?.subjects.flatMap(({ subject, findings }) =>
      findings.filter(({ reason }) => reason === "missing").map((finding) => ({ subject, finding })),
    ) ?? [];
  const words = check?.check.say?.({ reason: "missing", findings: group, of: 2 }, judged.scope);
  expect(words?.observed).toBe(
    "analytics missing for 1 of 2 games: LAL@GSW; input landed 12:30 ET; same-day Phase 4 of 11:00 ET ran without them",
  );
});

test.each([
  [8, "pass"],
  [7, "fail"],
])("judges %i player rows per team as %s", async (rows, verdict) => {
  const night = smallNight();
  const seen = new Map<string, number>();
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).filter((row) => {
    const count = (seen.get(String(row["team_abbr"])) ?? 0) + 1;
    seen.set(String(row["team_abbr"]), count);
    return count <= rows;
  });
  expect(verdictOf(await judge(night, at("09:30")), "analytics")).toBe(verdict);
});

test.each(["offense-rows", "defense-rows"])("fails for a team without its row in %s", async (table) => {
  const judged = await judge(without(smallNight(), [table], ["LAL"]), at("09:30"));
  expect(said(judged, "analytics")).toContain("LAL@GSW: fail P1 partial");
});

test("does not count copies of one player as further players", async () => {
  const night = smallNight();
  const [first] = (night.tables["player-rows"] ?? []).filter((row) => row["team_abbr"] === "LAL");
  night.tables["player-rows"] = [
    ...(without(smallNight(), ["player-rows"], ["LAL"]).tables["player-rows"] ?? []),
    ...Array.from({ length: 9 }, () => first ?? {}),
  ];
  expect(said(await judge(night, at("09:30")), "analytics")).toContain("LAL@GSW: fail P1 partial");
});

test.each(analyticsTables)("is unknown, never a pass or a miss, when %s was refused", async (table) => {
  const night = smallNight();
  night.refused[table] = "unavailable";
  const judged = await judge(night, at("09:30"));
  expect(said(judged, "analytics")).toEqual(["BOS@NYK: unknown unavailable", "LAL@GSW: unknown unavailable"]);
});

test("can't tell missing from waiting when no seen source has the game and one was refused", async () => {
  const night = without(smallNight(), [...analyticsTables, "gamebook-rows", "player-boxscore-rows"]);
  night.refused["bdl-rows"] = "deadline";
  expect(said(await judge(night, at("10:30")), "analytics")).toContain("LAL@GSW: unknown deadline");
  expect(observed(await judge(night, at("10:30")), "analytics", "missing")).toEqual([]);
});

test("is only a warning, and asks for no second writer, while a run of its processor is at work", async () => {
  const night = without(smallNight(), analyticsTables);
  night.tables["runs"] = [
    {
      processor_name: "PlayerGameSummaryProcessor",
      run_id: "r",
      status: "running",
      started_at: at("09:28").toISOString(),
      processed_at: null,
    },
  ];
  expect(said(await judge(night, at("09:30")), "analytics")).toContain("LAL@GSW: warn P3 being_rewritten");
  expect(said(await judge(night, at("09:39")), "analytics")).toContain("LAL@GSW: fail P1 missing");
});

test("rows without a key are no players: nine copies of one don't make a team", async () => {
  const night = smallNight();
  const kept = (night.tables["player-rows"] ?? []).filter((row) => row["team_abbr"] !== "LAL");
  const [one = {}] = (night.tables["player-rows"] ?? []).filter((row) => row["team_abbr"] === "LAL");
  night.tables["player-rows"] = [...kept, ...Array.from({ length: 9 }, () => ({ ...one, player_lookup: null }))];
  expect(said(await judge(night, at("09:30")), "analytics")).toContain("LAL@GSW: fail P1 partial");
});

test("a run that failed a minute ago puts nothing off", async () => {
  const night = without(smallNight(), analyticsTables);
  night.tables["runs"] = [
    {
      processor_name: "PlayerGameSummaryProcessor",
      run_id: "r",
      status: "failed",
      started_at: at("09:28").toISOString(),
      processed_at: at("09:29").toISOString(),
    },
  ];
  expect(said(await judge(night, at("09:30")), "analytics")).toContain("LAL@GSW: fail P1 missing");
});

test("a team's code in the schedule is a name of ours in what is said, whatever stands there", async () => {
  const renamed = JSON.stringify(smallNight().tables).replaceAll('"LAL"', JSON.stringify("L`;A"));
  const night = without({ ...smallNight(), tables: JSON.parse(renamed) as Night["tables"] }, ["offense-rows"], ["L`;A"]); // the same rows, one code changed
  const { checks } = await judge(night, at("08:30"));
  const told = JSON.stringify(checks.find(({ check }) => check.id === "analytics")?.subjects);
  expect(told).toContain("player rows (L??A 17");
});
