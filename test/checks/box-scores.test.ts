import { expect, test } from "vitest";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";
import type { Night } from "../support/night.ts";

const sources = ["gamebook-rows", "player-boxscore-rows", "bdl-rows"];

function without(night: Night, tables: readonly string[], teams = ["LAL", "GSW"]): Night {
  for (const table of tables) night.tables[table] = (night.tables[table] ?? []).filter((row) => !teams.includes(String(row["team_abbr"])));
  return night;
}

/** Leaves that many rows per team of LAL@GSW. */
function cut(night: Night, tables: readonly string[], rows: number): Night {
  for (const table of tables) {
    const seen = new Map<string, number>();
    night.tables[table] = (night.tables[table] ?? []).filter((row) => {
      const team = String(row["team_abbr"]);
      seen.set(team, (seen.get(team) ?? 0) + 1);
      return !["LAL", "GSW"].includes(team) || (seen.get(team) ?? 0) <= rows;
    });
  }
  return night;
}

test("passes on any one complete source", async () => {
  const night = without(smallNight(), ["gamebook-rows", "player-boxscore-rows"]);
  expect(said(await judge(night, at("09:00")), "box-scores")).toEqual(["BOS@NYK: pass ok", "LAL@GSW: pass ok"]);
});

test("is not due before 06:30 whatever is there", async () => {
  expect(verdictOf(await judge(smallNight(), at("06:29")), "box-scores")).toBe("not_due");
  expect(verdictOf(await judge(without(smallNight(), sources), at("06:29")), "box-scores")).toBe("not_due");
});

test("warns within the grace, naming who reads without it and when, and fails from 10:00", async () => {
  const night = without(smallNight(), sources);
  const early = await judge(night, at("09:59"));
  expect(said(early, "box-scores")).toContain("LAL@GSW: warn P3 missing");
  const finding = early.checks
    .find(({ check }) => check.id === "box-scores")
    ?.subjects.flatMap(({ findings }) => findings)
    .find(({ reason }) => reason === "missing");
  expect(finding).toMatchObject({ breaks: { what: "same-day Phase 4 (same-day-phase4) reads without it", at: at("11:00") } });
  expect(said(await judge(night, at("10:00")), "box-scores")).toContain("LAL@GSW: fail P1 missing");
});

test("misses the preferred source only after 10:00, as a warning", async () => {
  const night = without(smallNight(), ["gamebook-rows"]);
  expect(verdictOf(await judge(night, at("09:59")), "box-scores")).toBe("pass");
  expect(said(await judge(night, at("10:00")), "box-scores")).toContain("LAL@GSW: warn P3 preferred_missing");
});

test("eight rows per team are enough, seven are not", async () => {
  expect(verdictOf(await judge(cut(smallNight(), sources, 8), at("10:30")), "box-scores")).toBe("warn");
  expect(said(await judge(cut(smallNight(), sources, 8), at("10:30")), "box-scores")).toContain("LAL@GSW: warn P4 unusual_size");
  expect(said(await judge(cut(smallNight(), sources, 7), at("10:30")), "box-scores")).toContain("LAL@GSW: fail P1 partial");
});

test.each([
  [15, "box-scores pass", "pass"],
  [14, "box-scores warn", "warn"],
])("takes %i rows per team of the preferred source as %s", async (rows, _title, verdict) => {
  expect(verdictOf(await judge(cut(smallNight(), ["gamebook-rows"], rows), at("09:30")), "box-scores")).toBe(verdict);
});

test("notes when the preferred source landed after 10:00, and not when it landed at 10:00", async () => {
  const landing = (time: string) => {
    const night = smallNight();
    night.tables["gamebook-rows"] = (night.tables["gamebook-rows"] ?? []).map((row) => ({ ...row, processed_at: at(time).toISOString() }));
    return night;
  };
  const late = await judge(landing("14:45"), at("18:00"));
  expect(said(late, "box-scores")).toContain("BOS@NYK: pass P5 landed_late");
  expect(observed(late, "box-scores", "landed_late")[0]).toBe(
    "nba_raw.nbac_gamebook_player_stats: rows now there came 14:45 ET to 14:45 ET; first rows 8 h 45 min after the expected 06:00 ET",
  );
  expect(observed(await judge(landing("10:00"), at("18:00")), "box-scores", "landed_late")).toEqual([]);
});

test("does not judge a refused source as empty: no source complete and one unseen is unknown", async () => {
  const night = without(smallNight(), sources);
  night.refused["bdl-rows"] = "denied";
  expect(said(await judge(night, at("10:30")), "box-scores")).toContain("LAL@GSW: unknown denied");
});

test("is at best a warning when the preferred source was refused", async () => {
  const night = smallNight();
  night.refused["gamebook-rows"] = "throttled";
  const judged = await judge(night, at("07:00"));
  expect(said(judged, "box-scores")).toContain("BOS@NYK: warn P3 preferred_not_seen");
});

test("waits for games, without a finding of its own, when the game is not over", async () => {
  const night = without(smallNight(), sources);
  night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) =>
    row["home_team_tricode"] === "GSW" ? { ...row, game_status: 2 } : row,
  );
  expect(said(await judge(night, at("10:30")), "box-scores")).toContain("LAL@GSW: not_due waits (waits for games)");
});

test("does not expect the source that was retired on 2026-02-07", async () => {
  const night = smallNight();
  night.date = "2026-02-08";
  night.tables = Object.fromEntries(
    Object.entries(night.tables).map(([name, rows]) => [
      name,
      rows.map((row) => JSON.parse(JSON.stringify(row).replaceAll("2026-02-03", "2026-02-08")) as typeof row),
    ]),
  );
  night.refused["bdl-rows"] = "no_such_place";
  const judged = await judge(night, at("09:30", "2026-02-09"));
  expect(judged.looks.map((look) => look.id)).not.toContain("bdl-rows 2026-02-08");
  expect(verdictOf(judged, "box-scores")).toBe("pass");
});

test("sets rows beyond one per player aside", async () => {
  const night = cut(smallNight(), sources, 7);
  night.tables["bdl-rows"] = [...(night.tables["bdl-rows"] ?? []), ...(night.tables["bdl-rows"] ?? [])];
  expect(said(await judge(night, at("10:30")), "box-scores")).toContain("LAL@GSW: fail P1 partial");
});
