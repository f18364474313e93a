import { describe, expect, test } from "vitest";
import { features } from "../../src/checks/predictions/features.ts";
import { totalsOf } from "../../src/checks/totals.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, said, scheduleRow, smallNight, verdictOf } from "../support/night.ts";
import { changed, judgeBy, kept } from "../support/variations.ts";

const day = "2026-02-03";
const before = (time: string) => at(time, day);
const on = async (night: Night, clock = at("09:30")) => said(await judge(night, clock, [features]), "features");
const seen = async (night: Night, reason: string, clock = at("09:30")) =>
  observed(await judge(night, clock, [features]), "features", reason);

const teamOf = (row: Row) => String(row["player_lookup"]).slice(0, 3).toUpperCase();
const withoutTeams = (teams: readonly string[], night = smallNight()) => kept(night, "feature-rows", (row) => !teams.includes(teamOf(row)));

/** A run of the feature processor of the morning after. */
function run(started: string, ended: string | null, records: number | null, more: Row = {}): Row {
  return {
    processor_name: "MLFeatureStoreProcessor",
    run_id: `mlfs-${started}`,
    status: ended === null ? "running" : "success",
    started_at: at(started).toISOString(),
    processed_at: ended === null ? null : at(ended).toISOString(),
    output_table: "ml_feature_store_v2",
    records_processed: records,
    ...more,
  };
}
const withRuns = (...runs: Row[]): Night => {
  const night = smallNight();
  night.tables["runs"] = runs;
  return night;
};
const written = (night: Night, time: string, of: (index: number) => boolean) =>
  changed(night, "feature-rows", (row, index) => (of(index) ? { ...row, updated_at: at(time).toISOString() } : row));

test("rows for every team and player are a pass, with n of m", async () => {
  expect(await seen(smallNight(), "ok")).toEqual(["68 rows for 4 of 4 teams, 68 of 68 prepared players"]);
});

describe("the clock", () => {
  test("nothing is due before 11:30 of the day itself, whatever is there", async () => {
    expect(await on(smallNight(), before("11:29"))).toEqual(["2026-02-03: not_due not_due"]);
    const night = withoutTeams(["BOS", "NYK", "LAL", "GSW"]);
    expect(await on(night, before("11:29"))).toEqual(["2026-02-03: not_due not_due"]);
  });

  test("a miss is full severity at once: its reader starts at the due time", async () => {
    const night = withoutTeams(["BOS", "NYK", "LAL", "GSW"]);
    expect(await on(night, before("11:30"))).toEqual(["2026-02-03: fail P1 missing"]);
    expect((await seen(night, "missing", before("11:30")))[0]).toContain("same-day predictions of 2026-02-03 11:30 ET ran without them");
  });

  test("with a reader that starts later there is a grace, which ends an hour before him", async () => {
    const later = (time: string) =>
      judgeBy("same-day-predictions: { at: D 11:30", "same-day-predictions: { at: D 13:00", withoutTeams(["BOS"]), before(time), [
        features,
      ]);
    expect(said(await later("11:59"), "features")).toEqual(["2026-02-03: warn P3 teams_without_features"]);
    expect(said(await later("12:00"), "features")).toEqual(["2026-02-03: fail P2 teams_without_features"]);
  });
});

describe("coverage", () => {
  test("no row at all is P1", async () => {
    expect(await on(kept(smallNight(), "feature-rows", () => false))).toEqual(["2026-02-03: fail P1 missing"]);
  });

  test("a team without a row is P2 and named, one row of it is enough", async () => {
    expect(await on(withoutTeams(["GSW"]))).toEqual(["2026-02-03: fail P2 teams_without_features"]);
    expect(await seen(withoutTeams(["GSW"]), "teams_without_features")).toEqual([
      expect.stringContaining("no features for 1 of 4 teams: GSW"),
    ]);
    expect(await on(kept(smallNight(), "feature-rows", (row) => teamOf(row) !== "GSW" || row["player_lookup"] === "gswplayera"))).toEqual([
      "2026-02-03: pass ok",
    ]);
  });

  test("is counted once, however many of its faults there are", async () => {
    const { checks } = await judge(withoutTeams(["NYK", "LAL", "GSW"]), at("09:30"), [features]);
    const [found] = checks.map((check) => ({
      reasons: check.subjects.flatMap(({ findings }) => findings.map(({ reason }) => reason)),
      ...totalsOf(check),
    }));
    expect(found?.reasons).toEqual(expect.arrayContaining(["teams_without_features", "few_players"]));
    expect(found?.sums).toEqual({ feature_rows: 17, with_features: 17, prepared: 68 });
  });

  test("60 % of the prepared players are enough, one less is not", async () => {
    // 20 prepared players, all four teams among them.
    const twenty = () => kept(smallNight(), "upcoming-player-rows", (row) => /[a-e]$/u.test(String(row["player_lookup"])));
    const first = (count: number) => {
      const night = twenty();
      const players = (night.tables["upcoming-player-rows"] ?? []).map((row) => row["player_lookup"]);
      const chosen = players
        .filter((player) => /[ab]$/u.test(String(player)))
        .concat(players.filter((player) => /[cde]$/u.test(String(player))));
      return kept(night, "feature-rows", (row) => chosen.slice(0, count).includes(row["player_lookup"] ?? null));
    };
    expect(await on(first(12))).toEqual(["2026-02-03: pass ok"]);
    expect(await on(first(11))).toEqual(["2026-02-03: fail P2 few_players"]);
    expect(await seen(first(11), "few_players")).toEqual([expect.stringContaining("11 of 20 prepared players have features (55.0 %)")]);
  });

  test("players that the context does not know count for no team, and are counted", async () => {
    const night = changed(withoutTeams(["GSW"]), "feature-rows", (row, index) =>
      index < 3 ? { ...row, player_lookup: `gswstranger${index}` } : row,
    );
    expect(await on(night)).toContain("2026-02-03: fail P2 teams_without_features");
    expect(await seen(night, "unknown_players")).toEqual([
      "3 of 51 feature rows are of players that the context does not know: they count for no team",
    ]);
  });

  test("copies of a row are no second player", async () => {
    const night = withoutTeams(["GSW"]);
    night.tables["feature-rows"] = [...(night.tables["feature-rows"] ?? []), ...(night.tables["feature-rows"] ?? [])];
    expect(await seen(night, "teams_without_features")).toHaveLength(1);
    const judged = await judge(night, at("09:30"), [features]);
    expect(judged.checks[0]?.subjects[0]?.findings[0]?.figures).toMatchObject({ feature_rows: 51, with_features: 51, prepared: 68 });
  });

  test("a postponed game owes no features, and the players prepared for it are no part of the share", async () => {
    const night = withoutTeams(["LAL", "GSW"]);
    night.tables["schedule"] = [
      ...(night.tables["schedule"] ?? []).filter((row) => row["home_team_tricode"] !== "GSW" || row["game_date"] !== day),
      scheduleRow("LAL", "GSW", "0022500771", day, 4, "Postponed"),
    ];
    for (const table of ["gamebook-rows", "player-boxscore-rows", "bdl-rows"])
      kept(night, table, (row) => !["LAL", "GSW"].includes(String(row["team_abbr"])));
    expect(await seen(night, "ok")).toEqual(["34 rows for 2 of 2 teams, 34 of 34 prepared players"]);
  });

  test("a team whose game may have been postponed is unknown, not missing", async () => {
    const night = changed(withoutTeams(["LAL", "GSW"]), "schedule", (row) =>
      row["home_team_tricode"] === "GSW" && row["game_date"] === day ? { ...row, game_status: 1 } : row,
    );
    night.refused["postponements"] = "denied";
    for (const table of ["gamebook-rows", "player-boxscore-rows", "bdl-rows"])
      kept(night, table, (row) => !["LAL", "GSW"].includes(String(row["team_abbr"])));
    expect(await on(night)).toEqual(["2026-02-03: unknown cannot_tell_postponed"]);
  });

  test("the share that is ready is a note, whatever it is", async () => {
    const night = changed(smallNight(), "feature-rows", (row, index) => ({ ...row, is_quality_ready: index < 20 }));
    expect(verdictOf(await judge(night, at("09:30"), [features]), "features")).toBe("pass");
    expect(await seen(night, "quality_ready")).toEqual(["20 of 68 feature rows are marked ready (29.4 %)"]);
  });
});

describe("the context", () => {
  test("that is empty is spoken of by completion; features never pass without it", async () => {
    const night = smallNight();
    night.tables["upcoming-player-rows"] = [];
    expect(await on(night)).toEqual(["2026-02-03: not_due waits (waits for completion)"]);
  });

  test("that is empty does not excuse features that are empty too: from their due time on they are missing", async () => {
    const night = smallNight();
    night.tables["upcoming-player-rows"] = [];
    night.tables["feature-rows"] = [];
    expect(await on(night, before("11:29"))).toEqual(["2026-02-03: not_due not_due"]);
    expect(await on(night, before("11:30"))).toEqual(["2026-02-03: fail P1 missing"]);
    expect((await seen(night, "missing"))[0]).toContain("nobody was prepared either: nba_analytics.upcoming_player_game_context is empty");
    night.refused["upcoming-player-rows"] = "denied";
    expect(await on(night)).toEqual(["2026-02-03: unknown denied"]);
  });

  test("of other teams only, or without teams, leaves features unknown", async () => {
    const others = changed(smallNight(), "upcoming-player-rows", (row) => ({ ...row, team_abbr: "MIA" }));
    expect(await on(others)).toEqual(["2026-02-03: unknown nobody_prepared"]);
    const without = changed(smallNight(), "upcoming-player-rows", (row) => ({ ...row, team_abbr: null }));
    without.absent = { "upcoming-player-rows": ["team_abbr"] };
    expect(await on(without)).toEqual(["2026-02-03: unknown no_column"]);
  });

  test.each(["feature-rows", "upcoming-player-rows"])("or features that could not be looked at are unknown: %s", async (look) => {
    const night = smallNight();
    night.refused[look] = "denied";
    expect(await on(night)).toEqual(["2026-02-03: unknown denied"]);
  });
});

describe("freshness", () => {
  test("rows older than the newest run that wrote are P3, and one fresh row does not vouch for the others", async () => {
    const night = written(withRuns(run("08:00", "08:04", 68)), "08:02", (index) => index === 0);
    expect(await on(night)).toContain("2026-02-03: warn P3 older_than_run");
    expect(await seen(night, "older_than_run")).toEqual([
      "67 of 68 feature rows are older than the run of MLFeatureStoreProcessor that ended 08:04 ET and wrote 68 records",
    ]);
  });

  test("a single row left old by a run that wrote all is said; rows as old as the run's start are new", async () => {
    const one = written(withRuns(run("08:00", "08:04", 68)), "08:00", (index) => index > 0);
    expect(await seen(one, "older_than_run")).toEqual([expect.stringContaining("1 of 68 feature rows")]);
    const none = written(withRuns(run("08:00", "08:04", 68)), "08:00", () => true);
    expect(await on(none)).toEqual(["2026-02-03: pass ok"]);
  });

  test("an incremental run may leave alone what is not among its records: a note", async () => {
    const night = written(withRuns(run("08:00", "08:04", 10)), "08:02", (index) => index < 10);
    expect(await on(night)).toEqual(["2026-02-03: pass P5 left_alone", "2026-02-03: pass ok"]);
    const fewer = written(withRuns(run("08:00", "08:04", 10)), "08:02", (index) => index < 9);
    expect(await on(fewer)).toContain("2026-02-03: warn P3 older_than_run");
  });

  test.each([
    ["wrote nothing", run("08:00", "08:04", 0)],
    ["does not say what it wrote", run("08:00", "08:04", null)],
    ["has not ended", run("08:00", null, 68)],
    ["failed", run("08:00", "08:04", 68, { status: "failed" })],
    ["was skipped", run("08:00", "08:04", 68, { status: "skipped" })],
    ["is of another processor", run("08:00", "08:04", 68, { processor_name: "PlayerDailyCacheProcessor" })],
    ["ends after the moment that is judged", run("09:00", "09:31", 68)],
  ])("a run that %s dates nothing", async (_title, one) => {
    expect(await on(withRuns(one))).toEqual(["2026-02-03: pass ok"]);
  });

  test("the newest of several runs decides", async () => {
    expect(await on(withRuns(run("08:00", "08:04", 68), run("07:00", "07:10", 68)))).toContain("2026-02-03: warn P3 older_than_run");
    expect(await on(withRuns(run("07:05", "07:25", 68), run("06:00", "06:10", 68)))).toEqual(["2026-02-03: pass ok"]);
  });

  test("rows without a stamp beside such a run are unknown; a row never rewritten counts by its creation", async () => {
    const bare = changed(withRuns(run("07:00", "07:10", 68)), "feature-rows", (row, index) =>
      index === 0 ? { ...row, updated_at: null, created_at: null } : row,
    );
    expect(await on(bare)).toContain("2026-02-03: unknown no_stamp");
    const created = changed(withRuns(run("07:00", "07:10", 68)), "feature-rows", (row) => ({
      ...row,
      created_at: at("07:05").toISOString(),
      updated_at: null,
    }));
    expect(await on(created)).toEqual(["2026-02-03: pass ok"]);
  });

  test("is not judged without the run history, and that is said", async () => {
    const night = smallNight();
    night.refused["runs"] = "denied";
    expect(await on(night)).toEqual(["2026-02-03: pass P5 judged_without", "2026-02-03: pass ok"]);
  });

  test("features missing while a run is at work are a warning, for ten minutes", async () => {
    const night = withRuns(run("09:25", null, null));
    night.tables["feature-rows"] = [];
    expect(await on(night, at("09:35"))).toEqual(["2026-02-03: warn P3 being_rewritten"]);
    expect(await on(night, at("09:36"))).toEqual(["2026-02-03: fail P1 missing"]);
  });
});

test("on a date without games there are no features to judge", async () => {
  const night = smallNight();
  night.date = "2026-02-05";
  night.tables = Object.fromEntries(Object.keys(night.tables).map((table) => [table, []]));
  night.tables["schedule"] = [scheduleRow("MIA", "ORL", "0022500660", "2026-02-04"), scheduleRow("MIA", "ORL", "0022500661", "2026-02-06")];
  night.document = null;
  expect(verdictOf(await judge(night, at("09:30", "2026-02-06"), [features]), "features")).toBe("not_applicable");
});
