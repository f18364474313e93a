import { describe, expect, test } from "vitest";
import type { CompletionRecord } from "../../src/evidence/looks/documents.ts";
import { at, healthyDocument, judge, said, smallNight } from "../support/night.ts";
import type { Night } from "../support/night.ts";

function recorded(change: Partial<CompletionRecord>, without: readonly string[] = []): Night {
  const night = smallNight();
  const document = healthyDocument();
  night.document = { ...document, ...change, entries: document.entries.filter(({ name }) => !without.includes(name)) };
  return night;
}

/** The rows of these tables with another write stamp. */
function stamped(night: Night, tables: readonly string[], column: string, stamp: string | null): Night {
  for (const table of tables) night.tables[table] = (night.tables[table] ?? []).map((row) => ({ ...row, [column]: stamp }));
  return night;
}

const lines = async (night: Night, clock = at("09:30")) => said(await judge(night, clock), "completion");
const of = async (subject: string, night: Night, clock = at("09:30")) =>
  (await lines(night, clock)).filter((line) => line.startsWith(`phase3/${subject}: `)).map((line) => line.slice(line.indexOf(": ") + 2));

const phase3 = ["player-rows", "offense-rows", "defense-rows", "upcoming-player-rows", "upcoming-team-rows"];

describe("a flag without rows", () => {
  const run = (started: string, processed: string | null) => ({
    processor_name: "TeamOffenseGameSummaryProcessor",
    run_id: "run-x",
    status: "success",
    started_at: at(started).toISOString(),
    processed_at: processed === null ? null : at(processed).toISOString(),
  });
  const emptied = () => {
    const night = smallNight();
    night.tables["offense-rows"] = [];
    return night;
  };

  test.each([
    ["10 minutes ago", "09:20", "not_due put_off"],
    ["11 minutes ago", "09:19", "fail P0 flag_without_rows"],
    ["in the future", "09:40", "fail P0 flag_without_rows"],
  ])("beside a run stamped %s (%s) is %s", async (_title, started, expected) => {
    const night = emptied();
    night.tables["runs"] = [run(started, null)];
    expect(await of("team_offense_game_summary", night)).toContain(expected);
  });

  test("is being rewritten while the end of a long run is at most 10 minutes old", async () => {
    const night = emptied();
    night.tables["runs"] = [run("08:00", "09:25")];
    expect(await of("team_offense_game_summary", night)).toContain("not_due put_off");
  });

  test("is P0 on the day itself for a processor that does not eat the games: it does not wait for 04:30", async () => {
    const night = recorded(
      { count: 1 },
      healthyDocument().entries.flatMap(({ name }) => (name === "upcoming_player_game_context" ? [] : [name])),
    );
    for (const table of Object.keys(night.tables)) if (table !== "schedule") night.tables[table] = [];
    night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) =>
      row["game_date"] === night.date ? { ...row, game_status: 1, game_status_text: "7:30 pm ET" } : row,
    );
    expect(await of("upcoming_player_game_context", night, at("12:00", "2026-02-03"))).toEqual(["fail P0 flag_without_rows"]);
  });
});

describe("rows without a flag", () => {
  test.each([
    ["player_game_summary", "offense-rows"],
    ["player_game_summary", "defense-rows"],
    ["team_offense_game_summary", "player-rows"],
  ])("of %s are unknown, neither waiting nor a fault of the record, while %s were refused", async (processor, table) => {
    const night = recorded({ count: 4 }, [processor]);
    night.refused[table] = "denied";
    const found = await of(processor, night);
    expect(found.filter((line) => !line.startsWith("pass P5 judged_without"))).toEqual(["unknown denied"]);
  });
});

describe("the record", () => {
  test("is unknown while nobody knows which games there were", async () => {
    const night = smallNight();
    night.refused["schedule"] = "throttled";
    expect(await of("record", night)).toEqual(["unknown throttled"]);
  });

  test.each([
    ["cache-rows", "feature-rows", "updated_at"],
    ["feature-rows", "cache-rows", "processed_at"],
  ])("is stalled without %s though %s are newer than what they read", async (missing, there, column) => {
    const night = stamped(smallNight(), [there], column, at("07:30").toISOString());
    night.tables[missing] = [];
    expect(await of("record", night)).toEqual(["fail P1 stalled"]);
  });

  test.each([
    ["cache-rows", "feature-rows", "updated_at"],
    ["feature-rows", "cache-rows", "processed_at"],
  ])("is stalled without %s while %s are older: the missing output decides", async (missing, older, column) => {
    const night = stamped(smallNight(), [older], column, at("05:00").toISOString());
    night.tables[missing] = [];
    expect(await of("record", night)).toEqual(["fail P1 stalled"]);
  });

  test("is not stalled when Phase 4 output arrives between the two looks", async () => {
    const night = smallNight();
    const { "cache-rows": cache = [], "feature-rows": features = [] } = night.tables;
    night.tables["cache-rows"] = [];
    night.tables["feature-rows"] = [];
    expect(await of("record", night)).toEqual(["fail P1 stalled"]);
    night.second.tables = { "cache-rows": cache, "feature-rows": features };
    expect(await of("record", night)).toEqual(["pass ok"]);
  });

  test("is unknown, never a pass, when no row that Phase 4 reads carries a write stamp", async () => {
    expect(await of("record", stamped(smallNight(), phase3, "processed_at", null))).toEqual(["unknown no_stamp"]);
  });

  test.each([
    ["cache-rows", "processed_at"],
    ["feature-rows", "updated_at"],
  ])("is no pass on %s without a write stamp", async (table, column) => {
    const found = await of("record", stamped(smallNight(), [table], column, null));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^(?:fail|unknown) /u);
  });

  test.each<[string, Partial<CompletionRecord>]>([
    ["the time of the reconciliation", { reconciledAt: at("08:40").toISOString() }],
    ["a reconciling trigger", { triggerReason: "reconciliation_fix" }],
    ["a trigger by hand", { triggerReason: "manual_fix_20260204" }],
  ])("is known to be repaired by %s alone", async (_title, change) => {
    expect(await of("record", recorded(change))).toEqual(["pass P5 repaired"]);
  });
});
