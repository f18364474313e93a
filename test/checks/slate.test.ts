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

test("an id prefix that the pipeline file does not name is left out by that rule, not silently counted", async () => {
  const night = emptyNight();
  night.tables["schedule"]?.push(scheduleRow("BOS", "NYK", "0092500001", "2026-02-03"));
  expect((await judge(night, at("09:30"))).scope.slate).toMatchObject({
    kind: "none",
    why: expect.stringContaining("ids beginning with 009"),
  });
});
