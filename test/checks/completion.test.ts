import { describe, expect, test } from "vitest";
import type { CompletionRecord } from "../../src/evidence/looks/documents.ts";
import { at, healthyDocument, judge, observed, playerRows, said, smallNight, verdictOf } from "../support/night.ts";
import type { Night } from "../support/night.ts";

function recorded(change: Partial<CompletionRecord>, without: readonly string[] = []): Night {
  const night = smallNight();
  const document = healthyDocument();
  night.document = { ...document, ...change, entries: (change.entries ?? document.entries).filter(({ name }) => !without.includes(name)) };
  return night;
}

function stamped(night: Night, table: string, column: string, time: string): Night {
  night.tables[table] = (night.tables[table] ?? []).map((row) => ({ ...row, [column]: at(time).toISOString() }));
  return night;
}

const lines = async (night: Night, clock = at("09:30")) => said(await judge(night, clock), "completion");

describe("flags against rows", () => {
  test("pass where an entry and rows are there", async () => {
    expect(await lines(smallNight())).toEqual([
      "phase3/player_game_summary: pass ok",
      "phase3/record: pass ok",
      "phase3/team_defense_game_summary: pass ok",
      "phase3/team_offense_game_summary: pass ok",
      "phase3/upcoming_player_game_context: pass ok",
      "phase3/upcoming_team_game_context: pass ok",
    ]);
  });

  test("a flag without rows is P0, and only after a second look", async () => {
    const night = smallNight();
    night.tables["upcoming-team-rows"] = [];
    const judged = await judge(night, at("09:30"));
    expect(said(judged, "completion")).toContain("phase3/upcoming_team_game_context: fail P0 flag_without_rows");
    expect(judged.looks.map((look) => look.id)).toEqual(
      expect.arrayContaining(["phase3_completion/2026-02-03 (second look)", "upcoming-team-rows 2026-02-03 (second look)"]),
    );
  });

  test("a flag without rows is said before the record is due, for processors that eat the games from 04:30", async () => {
    const night = smallNight();
    night.tables["offense-rows"] = [];
    expect(await lines(night, at("04:29"))).toContain("phase3/team_offense_game_summary: not_due not_due");
    expect(await lines(night, at("04:30"))).toContain("phase3/team_offense_game_summary: fail P0 flag_without_rows");
  });

  test("a flag without rows is being rewritten while a run of that processor is at most 10 minutes old", async () => {
    const night = smallNight();
    night.tables["offense-rows"] = [];
    const run = (processor: string, time: string) => ({
      processor_name: processor,
      run_id: "run-x",
      status: "running",
      started_at: at(time).toISOString(),
      processed_at: null,
    });
    night.tables["runs"] = [run("TeamOffenseGameSummaryProcessor", "09:25")];
    expect(await lines(night)).toContain("phase3/team_offense_game_summary: not_due put_off");
    night.tables["runs"] = [run("TeamOffenseGameSummaryProcessor", "09:15"), run("PlayerGameSummaryProcessor", "09:28")];
    expect(await lines(night)).toContain("phase3/team_offense_game_summary: fail P0 flag_without_rows");
  });

  test("rows without a flag are only a record fault when the rows are 30 minutes old", async () => {
    const night = stamped(recorded({ count: 4 }, ["team_offense_game_summary"]), "offense-rows", "processed_at", "09:01");
    expect(await lines(night, at("09:30"))).toContain("phase3/team_offense_game_summary: not_due put_off");
    expect(await lines(night, at("09:31"))).toContain("phase3/team_offense_game_summary: warn P3 rows_without_flag");
  });

  test("rows without a flag wait while games are still missing from analytics", async () => {
    const night = recorded({ count: 4 }, ["team_offense_game_summary"]);
    night.tables["player-rows"] = (night.tables["player-rows"] ?? []).filter((row) => row["team_abbr"] !== "LAL");
    expect(await lines(night)).toContain("phase3/team_offense_game_summary: not_due waits (waits for analytics)");
  });

  test("neither entry nor rows: missing where it does not wait for games", async () => {
    const night = recorded({ count: 4 }, ["upcoming_team_game_context"]);
    night.tables["upcoming-team-rows"] = [];
    expect(await lines(night)).toContain("phase3/upcoming_team_game_context: fail P1 missing");
  });

  test("on the day itself only the same-day processor is expected, and 1 of 5 is no fault", async () => {
    const night = recorded({ count: 1, mode: "same_day" }, [
      "player_game_summary",
      "team_offense_game_summary",
      "team_defense_game_summary",
      "upcoming_team_game_context",
    ]);
    for (const table of [
      "player-rows",
      "offense-rows",
      "defense-rows",
      "upcoming-team-rows",
      "gamebook-rows",
      "player-boxscore-rows",
      "bdl-rows",
    ])
      night.tables[table] = [];
    night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) =>
      row["game_date"] === night.date ? { ...row, game_status: 1 } : row,
    );
    const judged = await judge(night, at("12:00", "2026-02-03"));
    expect(said(judged, "completion")).toEqual([
      "phase3/player_game_summary: not_due not_due",
      "phase3/record: not_due not_due",
      "phase3/team_defense_game_summary: not_due not_due",
      "phase3/team_offense_game_summary: not_due not_due",
      "phase3/upcoming_player_game_context: pass ok",
      "phase3/upcoming_team_game_context: not_due not_due",
    ]);
    expect(verdictOf(judged, "completion")).toBe("not_due");
  });

  test("1 of 5 the next morning is not excused by a stored same_day mode", async () => {
    const night = recorded({ count: 1, mode: "same_day", triggered: true }, [
      "player_game_summary",
      "team_offense_game_summary",
      "team_defense_game_summary",
      "upcoming_team_game_context",
    ]);
    const judged = await judge(night, at("09:30"));
    expect(said(judged, "completion").filter((line) => line.includes("rows_without_flag"))).toHaveLength(4);
  });

  test("no document more than 30 days back is expired, not missing", async () => {
    const night = smallNight();
    night.document = null;
    expect(verdictOf(await judge(night, at("09:30", "2026-03-06")), "completion")).toBe("not_applicable");
    expect(said(await judge(night, at("09:30", "2026-03-05")), "completion")).toContain("phase3/record: warn P3 record_wrong");
  });

  test("an unreachable document is unknown for every processor and for the record", async () => {
    const night = smallNight();
    night.refused["phase3_completion"] = "no_such_place";
    expect((await lines(night)).every((line) => line.endsWith("unknown no_such_place"))).toBe(true);
  });
});

describe("the record", () => {
  test("counts behind the entries and untriggered is only bookkeeping while Phase 4 output is newer", async () => {
    const judged = await judge(recorded({ count: 3, triggered: null, mode: null }), at("18:00"));
    expect(verdictOf(judged, "completion")).toBe("warn");
    expect(observed(judged, "completion", "record_wrong")).toEqual([
      "the Phase 3 record counts 3 of 5, untriggered, while all five tables hold rows and Phase 4 output is newer (07:10 ET and 07:20 ET): output complete, record wrong",
    ]);
  });

  test("Phase 4 output older than the rows it reads is P2, run it again, whatever the trigger says", async () => {
    const night = stamped(smallNight(), "player-rows", "processed_at", "15:00");
    expect(await lines(night, at("16:00"))).toContain("phase3/record: not_due put_off");
    expect(await lines(night, at("16:01"))).toContain("phase3/record: fail P2 next_phase_older");
  });

  test("no Phase 4 output at all is stalled, P1 after the grace, and a set trigger proves nothing", async () => {
    const night = smallNight();
    night.tables["cache-rows"] = [];
    night.tables["feature-rows"] = [];
    expect(await lines(night, at("08:30"))).toContain("phase3/record: warn P3 stalled");
    expect(await lines(night, at("09:00"))).toContain("phase3/record: fail P1 stalled");
  });

  test("output written at the very moment of the newest rows is not older", async () => {
    const night = stamped(stamped(smallNight(), "cache-rows", "processed_at", "06:26"), "feature-rows", "updated_at", "06:26");
    expect(await lines(night)).toContain("phase3/record: pass ok");
  });

  test("says that it was repaired", async () => {
    const judged = await judge(recorded({ reconciledAt: at("18:40").toISOString(), triggerReason: "reconciliation_fix" }), at("19:00"));
    expect(said(judged, "completion")).toContain("phase3/record: pass P5 repaired");
    expect(observed(judged, "completion", "repaired")[0]).toContain("record repaired at 18:40 ET");
  });

  test("a repaired record does not hide that Phase 4 never ran", async () => {
    const night = recorded({ reconciledAt: at("08:40").toISOString(), triggerReason: "reconciliation_fix" });
    night.tables["cache-rows"] = [];
    night.tables["feature-rows"] = [];
    expect(await lines(night)).toContain("phase3/record: fail P1 stalled");
  });

  test("an entry outside the expected set is a record fault, though the count reaches five", async () => {
    const document = healthyDocument();
    const night = recorded({
      entries: [...document.entries, { name: "roster_history", completedAt: null, status: "success", recordCount: 3 }],
      count: 6,
    });
    expect(await lines(night)).toContain("phase3/record: warn P3 record_wrong");
  });

  test("3 of 5 with both critical ones in satisfies the orchestrator's rule; without a critical one it does not", async () => {
    const critical = recorded({ count: 3, triggered: null }, ["team_offense_game_summary", "team_defense_game_summary"]);
    expect(observed(await judge(critical, at("09:30")), "completion", "record_wrong")[0]).toContain("untriggered");
    const waiting = recorded({ count: 3, triggered: null }, ["player_game_summary", "upcoming_team_game_context"]);
    expect(observed(await judge(waiting, at("09:30")), "completion", "record_wrong")).toEqual([]);
  });

  test("waits for analytics, without a finding of its own, while a game is missing there", async () => {
    const night = smallNight();
    night.tables["player-rows"] = playerRows("06:20").filter((row) => row["team_abbr"] !== "LAL");
    expect(await lines(night)).toContain("phase3/record: not_due waits (waits for analytics)");
  });

  test("is unknown alone when one output table was refused", async () => {
    const night = smallNight();
    night.refused["cache-rows"] = "denied";
    expect((await lines(night)).filter((line) => line.includes("unknown"))).toEqual(["phase3/record: unknown denied"]);
  });
});

describe("a second look", () => {
  const empty = (): Night => {
    const night = smallNight();
    night.tables["player-rows"] = [];
    return night;
  };

  test("rows that appear between the looks: no P0, and what else rested on the first look is judged again", async () => {
    const night = empty();
    night.second.tables["player-rows"] = playerRows("09:30");
    const judged = await judge(night, at("09:45"));
    expect(said(judged, "completion")).toContain("phase3/player_game_summary: pass ok");
    expect(verdictOf(judged, "analytics")).toBe("pass");
  });

  test("a flag that vanishes between the looks: no P0", async () => {
    const night = empty();
    const document = healthyDocument();
    night.second.document = { ...document, entries: document.entries.filter(({ name }) => name !== "player_game_summary") };
    expect((await lines(night)).filter((line) => line.includes("P0"))).toEqual([]);
  });

  test("a store that refuses the second look leaves the finding unsaid: unknown, neither P0 nor pass", async () => {
    const night = empty();
    night.second.refused["player-rows"] = "unavailable";
    const judged = await judge(night, at("09:45"));
    expect(said(judged, "completion")).toContain("phase3/player_game_summary: unknown unavailable");
    expect(verdictOf(judged)).toBe("unknown");
  });

  test("is not made when no two stores disagree", async () => {
    const judged = await judge(smallNight(), at("09:30"));
    expect(judged.looks.filter((look) => look.id.includes("second look"))).toEqual([]);
  });

  test("looks at the flag before the rows, both times", async () => {
    const ids = (await judge(empty(), at("09:45"))).looks.map((look) => look.id);
    expect(ids.indexOf("phase3_completion/2026-02-03")).toBeLessThan(ids.indexOf("player-rows 2026-02-03"));
    expect(ids.indexOf("phase3_completion/2026-02-03 (second look)")).toBeLessThan(ids.indexOf("player-rows 2026-02-03 (second look)"));
  });
});

describe("stamps that can't be relied on", () => {
  const later = (table: string, column: string) => {
    const night = smallNight();
    night.tables[table] = (night.tables[table] ?? []).map((row, index) =>
      index === 0 ? { ...row, [column]: "2026-12-31T00:00:00.000Z" } : row,
    );
    return night;
  };

  test.each([
    ["player-rows", "processed_at"],
    ["cache-rows", "processed_at"],
    ["feature-rows", "updated_at"],
  ])("one row of %s stamped in the future leaves the record unknown: no grace, no pass", async (table, column) => {
    expect(await lines(later(table, column))).toContain("phase3/record: unknown future_stamp");
  });

  test("output rows that carry only their creation are judged by it", async () => {
    const night = smallNight();
    night.tables["feature-rows"] = (night.tables["feature-rows"] ?? []).map((row) => ({
      ...row,
      updated_at: null,
      created_at: at("07:20").toISOString(),
    }));
    expect(await lines(night)).toContain("phase3/record: pass ok");
  });

  test.each(["player-rows", "offense-rows", "defense-rows"])(
    "rows of %s without any stamp leave the order unknown though others carry theirs",
    async (table) => {
      const night = smallNight();
      night.tables[table] = (night.tables[table] ?? []).map((row) => ({ ...row, processed_at: null }));
      expect(await lines(night)).toContain("phase3/record: unknown no_stamp");
    },
  );

  test("output rows without any stamp are unknown, never 'no row'", async () => {
    const night = smallNight();
    night.tables["cache-rows"] = (night.tables["cache-rows"] ?? []).map((row) => ({ ...row, processed_at: null }));
    expect(await lines(night)).toContain("phase3/record: unknown no_stamp");
  });
});

describe("what an expired document does not excuse", () => {
  const expired = (): Night => ({ ...smallNight(), document: null });
  const clock = at("09:30", "2026-03-10");

  test("missing Phase 4 output", async () => {
    const night = expired();
    night.tables["cache-rows"] = [];
    expect(await lines(night, clock)).toContain("phase3/record: fail P1 stalled");
  });

  test("a processor's empty table", async () => {
    const night = expired();
    night.tables["upcoming-team-rows"] = [];
    expect(await lines(night, clock)).toContain("phase3/upcoming_team_game_context: fail P1 missing");
  });
});

test("an entry that says failed is no completion", async () => {
  const document = healthyDocument();
  const night = recorded({
    entries: document.entries.map((entry) => (entry.name === "player_game_summary" ? { ...entry, status: "failed" } : entry)),
  });
  expect(await lines(night)).toContain("phase3/player_game_summary: warn P3 rows_without_flag");
});

test("without a document the record speaks once, not every processor", async () => {
  const night = smallNight();
  night.document = null;
  const judged = await judge(night, at("09:30"));
  expect(said(judged, "completion").filter((line) => line.includes("warn"))).toEqual(["phase3/record: warn P3 record_wrong"]);
});

test("a second look takes along every look declared after the flag: another processor that finishes meanwhile is no P0", async () => {
  const night = smallNight();
  const document = healthyDocument();
  night.tables["upcoming-team-rows"] = [];
  night.tables["upcoming-player-rows"] = [];
  night.document = { ...document, count: 4, entries: document.entries.filter(({ name }) => name !== "upcoming_player_game_context") };
  night.second.document = document;
  night.second.tables["upcoming-player-rows"] = smallNight().tables["upcoming-player-rows"] ?? [];
  const judged = await judge(night, at("09:30"));
  expect(said(judged, "completion").filter((line) => line.includes("P0"))).toEqual([
    "phase3/upcoming_team_game_context: fail P0 flag_without_rows",
  ]);
  expect(judged.looks.map((look) => look.id).filter((id) => id.endsWith("(third look)"))).toEqual([]);
});

test("an entry that says nothing proves nothing", async () => {
  const document = healthyDocument();
  const night = recorded({
    entries: document.entries.map((entry) =>
      entry.name === "player_game_summary" ? { ...entry, status: null, completedAt: null, recordCount: null } : entry,
    ),
  });
  expect(await lines(night)).toContain("phase3/player_game_summary: warn P3 rows_without_flag");
});

test("a stamp a few seconds after the call began is no stamp in the future", async () => {
  const night = stamped(smallNight(), "feature-rows", "updated_at", "09:32");
  expect(await lines(night, at("09:30"))).toContain("phase3/record: pass ok");
});
