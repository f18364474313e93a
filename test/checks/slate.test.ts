import { expect, test } from "vitest";
import { at, healthyDocument, judge, observed, said, scheduleRow, smallNight, verdictOf } from "../support/night.ts";
import type { Night } from "../support/night.ts";

/** A date on which nothing is scheduled, collected or recorded; its neighbours have games. */
function emptyNight(): Night {
  const night = smallNight();
  const tables = Object.fromEntries(Object.keys(night.tables).map((name) => [name, []]));
  return {
    ...night,
    tables: { ...tables, schedule: (night.tables["schedule"] ?? []).filter((row) => row["game_date"] !== night.date) },
    document: null,
  };
}

test("a date without games is not applicable, with the dates around it", async () => {
  const judged = await judge(emptyNight(), at("09:30"));
  expect(verdictOf(judged)).toBe("not_applicable");
  expect(judged.scope.slate).toMatchObject({
    kind: "none",
    why: "no game is scheduled for 2026-02-03",
    last: "2026-02-02",
    next: "2026-02-04",
  });
});

test("an All-Star game is left out by its named rule, and its own rows contradict nothing", async () => {
  const night = emptyNight();
  night.tables["schedule"]?.push(scheduleRow("EST", "WST", "0032500001", "2026-02-03"));
  night.tables["bdl-rows"] = [{ game_id: "0032500001", team_abbr: "EST", player_lookup: "estplayer", game_date: "2026-02-03" }];
  night.document = healthyDocument();
  const judged = await judge(night, at("09:30"));
  expect(verdictOf(judged)).toBe("not_applicable");
  expect(judged.scope.slate).toMatchObject({ kind: "none", why: "every game scheduled for 2026-02-03 is left out: All-Star (003)" });
});

test("no games is unknown when the schedule has nothing before or after: it may not be loaded", async () => {
  const night = emptyNight();
  night.tables["schedule"] = [];
  const judged = await judge(night, at("09:30"));
  expect(verdictOf(judged)).toBe("unknown");
  expect(said(judged, "games")).toEqual(["2026-02-03: unknown schedule_unproven"]);
});

test.each(["gamebook-rows", "player-boxscore-rows", "bdl-rows", "player-rows"])(
  "no games is contradicted by %s of that date",
  async (table) => {
    const night = emptyNight();
    night.tables[table] = smallNight().tables[table] ?? [];
    const judged = await judge(night, at("09:30"));
    expect(said(judged, "games")).toEqual(["2026-02-03: unknown schedule_contradicted"]);
    expect(observed(judged, "games", "schedule_contradicted")[0]).toMatch(/but there are \d+ rows in nba_/u);
  },
);

test("no games is contradicted by the tracker's document of that date", async () => {
  const night = emptyNight();
  night.document = healthyDocument();
  expect(said(await judge(night, at("09:30")), "games")).toEqual(["2026-02-03: unknown schedule_contradicted"]);
});

test.each(["gamebook-rows", "player-boxscore-rows", "bdl-rows", "player-rows", "phase3_completion"])(
  "no games is unknown when the witness %s was refused",
  async (look) => {
    const night = emptyNight();
    night.refused[look] = "denied";
    expect(verdictOf(await judge(night, at("09:30")))).toBe("unknown");
  },
);

test("play-off games owe box scores but no analytics", async () => {
  const night = smallNight();
  night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) =>
    row["game_date"] === night.date ? { ...row, game_id: String(row["game_id"]).replace("002", "004") } : row,
  );
  for (const table of ["player-rows", "offense-rows", "defense-rows"]) night.tables[table] = [];
  const judged = await judge(night, at("09:30"));
  expect(verdictOf(judged, "box-scores")).toBe("pass");
  expect(said(judged, "analytics")).toEqual(["2026-02-03: not_applicable not_owed"]);
  expect(verdictOf(judged, "completion")).toBe("not_applicable");
});

test("play-offs need no completion record: by then the clean-up has emptied its collection", async () => {
  const night = smallNight();
  night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) => ({
    ...row,
    game_id: String(row["game_id"]).replace("002", "004"),
  }));
  for (const table of ["player-rows", "offense-rows", "defense-rows"]) night.tables[table] = [];
  night.refused["phase3_completion"] = "no_such_place";
  expect(said(await judge(night, at("09:30")), "completion")).toEqual(["2026-02-03: not_applicable not_owed"]);
});

test.each([
  ["a prefix that the pipeline file does not name", "0092500001"],
  ["no leading zeros", "22500770"],
])("a game whose id has %s is unknown, never left out", async (_title, id) => {
  const night = emptyNight();
  night.tables["schedule"]?.push(scheduleRow("BOS", "NYK", id, "2026-02-03"));
  const judged = await judge(night, at("09:30"));
  expect(said(judged, "games")).toContain("BOS@NYK: unknown unplaced");
  expect(verdictOf(judged)).toBe("unknown");
});

test("a scheduled game without an id or without a team is unknown, and two of them stay two", async () => {
  const night = emptyNight();
  night.tables["schedule"]?.push(
    { ...scheduleRow("BOS", "NYK", "x", "2026-02-03"), game_id: null },
    { ...scheduleRow("LAL", "GSW", "0022500771", "2026-02-03"), home_team_tricode: null },
  );
  expect(said(await judge(night, at("09:30")), "games").filter((line) => line.includes("unplaced"))).toHaveLength(2);
});

test("a schedule loaded in part is unknown: rows of teams without a scheduled game are named", async () => {
  const night = smallNight();
  night.tables["schedule"] = (night.tables["schedule"] ?? []).filter((row) => row["home_team_tricode"] !== "GSW");
  const judged = await judge(night, at("09:30"));
  expect(verdictOf(judged)).toBe("unknown");
  expect(observed(judged, "games", "schedule_contradicted")[0]).toMatch(
    /^\d+ rows of \d+ in .* are of teams without a scheduled game: GSW, LAL$/u,
  );
});

test("rows that name no team are said: they are missing from every count per game", async () => {
  const night = smallNight();
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).map((row, index) => (index === 0 ? { ...row, team_abbr: null } : row));
  expect(said(await judge(night, at("09:30")), "games")).toContain("2026-02-03: warn P3 rows_without_team");
});

test("final on the date and again on the next, without box scores, is neither played nor postponed", async () => {
  const night = smallNight();
  for (const table of ["gamebook-rows", "player-boxscore-rows", "bdl-rows"]) night.tables[table] = [];
  night.tables["schedule"]?.push(
    scheduleRow("LAL", "GSW", "0022500771", "2026-02-04", 1, "7:30 pm ET"),
    scheduleRow("BOS", "NYK", "0022500770", "2026-02-04", 1, "7:30 pm ET"),
  );
  const judged = await judge(night, at("09:30"));
  expect(said(judged, "games")).toContain("LAL@GSW: unknown contradictory_schedule");
  expect(["pass", "not_applicable"]).not.toContain(verdictOf(judged));
});

test.each(["offense-rows", "defense-rows"])("no games is contradicted by %s too", async (table) => {
  const night = emptyNight();
  night.tables[table] = smallNight().tables[table] ?? [];
  expect(verdictOf(await judge(night, at("09:30")))).toBe("unknown");
});

test.each([0, 7])("a game at status %i, which nobody has explained, is unknown and not postponed", async (status) => {
  const night = smallNight();
  for (const [name, rows] of Object.entries(night.tables))
    if (name !== "schedule")
      night.tables[name] = rows.filter((row) => !["LAL", "GSW"].includes(String(row["team_abbr"] ?? row["defending_team_abbr"])));
  night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) =>
    row["home_team_tricode"] === "GSW" ? { ...row, game_status: status } : row,
  );
  const judged = await judge(night, at("09:30"));
  expect(said(judged, "games")).toContain("LAL@GSW: unknown unplaced");
  expect(verdictOf(judged)).toBe("unknown");
});

test("one id at status 3 and at status 9 without box scores is contradictory, not postponed", async () => {
  const night = smallNight();
  for (const table of ["gamebook-rows", "player-boxscore-rows", "bdl-rows"])
    night.tables[table] = (night.tables[table] ?? []).filter((row) => !["LAL", "GSW"].includes(String(row["team_abbr"])));
  night.tables["schedule"]?.push(scheduleRow("LAL", "GSW", "0022500771", "2026-02-03", 9, "Postponed"));
  expect(said(await judge(night, at("09:30")), "games")).toContain("LAL@GSW: unknown contradictory_schedule");
});

test("a game counts as played only with rows of both teams: a replacement opponent doesn't revive the postponed one", async () => {
  const night = smallNight();
  night.tables["schedule"]?.push(scheduleRow("BOS", "CHI", "0022500799", "2026-02-03", 9, "Postponed"));
  expect(said(await judge(night, at("09:30")), "games")).toContain("BOS@CHI: pass P5 postponed");
});

test("teams that were prepared but are on no schedule contradict it, even where nothing else landed", async () => {
  const night = smallNight();
  night.tables["schedule"] = (night.tables["schedule"] ?? []).filter((row) => row["home_team_tricode"] !== "GSW");
  for (const table of ["gamebook-rows", "player-boxscore-rows", "bdl-rows", "player-rows", "offense-rows", "defense-rows"])
    night.tables[table] = (night.tables[table] ?? []).filter(
      (row) => !["LAL", "GSW"].includes(String(row["team_abbr"] ?? row["defending_team_abbr"])),
    );
  const judged = await judge(night, at("09:30"));
  expect(said(judged, "games")).toContain("2026-02-03: unknown schedule_contradicted");
});
