import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { tableSources } from "../../src/adapters/embedded/scenario/generate/tables.ts";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import { UserError } from "../../src/errors.ts";
import { onDate } from "../../src/pipeline/dated.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { countBy, morning, pipeline, rowsAt, staged, tables, told } from "./stage.ts";

const date = "2026-02-03";
const keyOf = (table: string, day = date): readonly string[] =>
  onDate(pipeline.file.tables[table]?.key ?? { dated: [] }, calendarDateOf(day)) ?? [];
const keys = (table: string, rows: readonly Row[]): Map<string, number> => countBy(rows, ...keyOf(table));

function refusal(changes: string): string {
  try {
    staged(`changes: [${changes}]`);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("totals of a night", () => {
  const totals = `changes: [{ totals: ${tables.players}, from: 05:00, rows: 420, distinct: 300 }]`;

  test("are exactly as given from their time on, the copies evenly shared, and nothing before", () => {
    const stores = staged(totals);
    expect(rowsAt(stores, tables.players, morning("04:59"))).toEqual([]);
    const rows = rowsAt(stores, tables.players, morning("05:00"));
    const counts = [...keys(tables.players, rows).values()];
    expect([rows.length, counts.length, Math.min(...counts), Math.max(...counts)]).toEqual([420, 300, 1, 2]);
    expect(countBy(rows, "game_id").size).toBe(10);
  });

  test("take the place of the healthy arrival, with its run and its entry, which count keys", () => {
    const stores = staged(totals);
    expect(rowsAt(stores, tables.players, morning("18:00"))).toHaveLength(420);
    const runs = rowsAt(stores, tables.runs, morning("18:00")).filter((row) => row["processor_name"] === "PlayerGameSummaryProcessor");
    expect(runs.at(-1)).toMatchObject({ status: "success", records_processed: 300, processed_at: "2026-02-04T10:00:30.000Z" });
    expect(stores.at(morning("05:02")).document("phase3_completion", date)?.fields["player_game_summary"]).toMatchObject({
      record_count: 300,
    });
  });

  test("leave other nights alone", () => {
    expect(rowsAt(staged(totals), tables.players, morning("18:00"), "2026-02-02")).toEqual(
      rowsAt(staged(""), tables.players, morning("18:00"), "2026-02-02"),
    );
  });

  test("say the time that they are given, copies and originals each their own", () => {
    const stamps = `stamped: 05:01, copies_stamped: 15:00`;
    const rows = rowsAt(
      staged(`changes: [{ totals: ${tables.offense}, from: 16:00, rows: 45, distinct: 20, ${stamps} }]`),
      tables.offense,
      morning("16:00"),
    );
    expect(countBy(rows, "processed_at")).toEqual(
      new Map([
        ["2026-02-04T10:01:00.000Z", 20],
        ["2026-02-04T20:00:00.000Z", 25],
      ]),
    );
    expect([...countBy(rows, "team_abbr").values()].toSorted((a, b) => a - b)).toEqual([...Array(15).fill(2), ...Array(5).fill(3)]);
  });

  test("that no night can hold are refused with what it can", () => {
    expect(refusal(`{ totals: ${tables.offense}, from: 06:00, rows: 21 }`)).toBe(
      `told: totals ${tables.offense}: 10 games hold at most 20 different keys; for the table through the years write \`night: all\`.`,
    );
    expect(refusal(`{ totals: ${tables.offense}, from: 06:00, rows: 20, distinct: 21 }`)).toContain(
      "changes.0.distinct: 21 different keys need as many rows; there are 20",
    );
    expect(refusal(`{ totals: ${tables.offense}, from: 06:00, rows: 20, games: 4 }`)).toContain(
      "changes.0.games: counts the games of the whole table: add `night: all`",
    );
    expect(refusal(`{ totals: ${tables.offense}, from: 06:00, rows: 21, distinct: 20, copies_stamped: 2026-02-03 01:00 }`)).toContain(
      "no row is older than `copies_stamped`",
    );
    expect(refusal(`{ totals: ${tables.runs}, from: 06:00, rows: 20 }`)).toContain("is written with `run`");
  });
});

describe("totals of a whole table, as after loads over years", () => {
  const raw = "nba_raw.nbac_team_boxscore";
  const stores: Stores = buildStores(
    told(
      `changes:
  - { totals: ${raw}, night: all, rows: 20756, distinct: 10588, games: 5294, copies_stamped: 2025-11-26 05:00, from: 2025-12-12 05:00 }
  - { totals: ${tables.offense}, night: all, rows: 40382, distinct: 10412, stamped: 2025-12-12 14:10, from: 14:10 }
  - { totals: ${tables.players}, night: all, rows: 107391, from: 14:20 }
  - { values: ${tables.players}, night: all, set: { minutes_played: null }, from: 14:20 }
  - { values: ${tables.players}, night: all, where: { is_dnp: "false" }, rows: 423, set: { minutes_played: 30 }, from: 14:20 }
  - { remove: ${tables.offense}, night: all, surplus: true, from: 16:00 }`,
      "{ date: 2025-12-11 }",
    ),
    pipeline,
  );
  const at = (time: string) => stores.at(new Date(`2025-12-12T${time}:00-05:00`));
  const all = (table: string, time = "15:00"): readonly Row[] => at(time).table(table)?.rows ?? [];

  test("are exactly as given: rows, keys, games; each key's copies of its own time or of the bulk load", () => {
    const rows = all(raw);
    const counts = countBy(rows, "game_id", "team_abbr");
    expect([rows.length, counts.size, countBy(rows, "game_id").size, Math.max(...counts.values())]).toEqual([20_756, 10_588, 5294, 2]);
    const late = rows.filter((row) => row["processed_at"] === "2025-11-26T10:00:00.000Z");
    expect(late).toHaveLength(20_756 - 10_588);
    expect(late.every((row) => String(row["game_date"]) < "2025-11-26")).toBe(true);
  });

  test("of a fan-out: all copies of a key are of one time", () => {
    const rows = all(tables.offense);
    const counts = [...countBy(rows, "game_id", "team_abbr").values()];
    expect([rows.length, counts.length, Math.min(...counts), Math.max(...counts)]).toEqual([40_382, 10_412, 3, 4]);
    expect(countBy(rows, "game_id", "team_abbr", "processed_at").size).toBe(10_412);
  });

  test("hold the night in focus as the schedule has it, and dates without games hold nothing", () => {
    const scheduled = rowsAt(stores, tables.schedule, new Date("2025-12-12T20:00:00Z"), "2025-12-11").flatMap((row) => [
      row["home_team_tricode"],
      row["away_team_tricode"],
    ]);
    const held = new Set(
      all(tables.offense)
        .filter((row) => row["game_date"] === "2025-12-11")
        .map((row) => row["team_abbr"]),
    );
    expect(held).toEqual(new Set(scheduled));
    expect(all(tables.offense).filter((row) => /-0[789]-/u.test(String(row["game_date"])))).toEqual([]);
  });

  test("a part is read as the whole has it", () => {
    const span = { column: "game_date", from: "2025-01-10", to: "2025-01-12" };
    const part = at("15:00").table(tables.offense, span)?.rows ?? [];
    expect(part.length).toBeGreaterThan(0);
    expect(part).toEqual(all(tables.offense).filter((row) => span.from <= String(row["game_date"]) && String(row["game_date"]) <= span.to));
  });

  test("values of all nights are set in exactly as many rows as asked, over many dates", () => {
    const rows = all(tables.players);
    const having = rows.filter((row) => row["minutes_played"] !== null);
    expect([rows.length, having.length]).toEqual([107_391, 423]);
    expect(countBy(having, "game_date").size).toBeGreaterThan(100);
    expect(having.every((row) => row["is_dnp"] === false)).toBe(true);
  });

  test("the surplus of all nights is removed by the keep rule", () => {
    expect(all(tables.offense, "16:00")).toHaveLength(10_412);
    expect(countBy(all(tables.offense, "16:00"), "game_id", "team_abbr").size).toBe(10_412);
  });

  test("the next night's rows come on top, as on any morning", () => {
    const later = stores.at(new Date("2025-12-13T14:00:00Z")).table(tables.offense)?.rows ?? [];
    expect(countBy(later, "game_date").get("2025-12-12")).toBeGreaterThan(0);
  });
});

test("the example in docs/scenarios.md is one of changes", () => {
  const text = readFileSync(new URL("../../docs/scenarios.md", import.meta.url), "utf8");
  const [example] = /(?<=```yaml\n)  - \{ totals[^`]*(?=```)/u.exec(text) ?? [];
  expect(told(`changes:\n${example ?? ""}`, "{ date: 2025-12-11 }").changes).toHaveLength(1);
});

test("every table that the generator fills can be given totals, as many keys as asked, but for those that repeat keys or hold few rows", () => {
  const whole = staged("").at(morning("18:00"));
  const repeating = ["nba_predictions.player_prop_predictions"];
  const filled = [...tableSources(pipeline).keys()].filter((table) => (whole.table(table)?.rows.length ?? 0) > 50);
  expect(filled.length).toBeGreaterThan(8);
  for (const table of repeating)
    expect(refusal(`{ totals: ${table}, night: all, rows: 700, from: 17:00 }`)).toContain("its rows repeat keys");
  for (const table of filled.filter((name) => !repeating.includes(name))) {
    const stores = staged(`changes: [{ totals: ${table}, night: all, rows: 70, distinct: 50, from: 17:00 }]`);
    const rows = stores.at(morning("17:00")).table(table)?.rows ?? [];
    expect([table, rows.length, keys(table, rows).size]).toEqual([table, 70, 50]);
  }
});

describe("values", () => {
  const rowsOf = (change: string, time = "18:00", day = date) =>
    rowsAt(staged(`changes: [{ values: ${tables.players}, from: 06:40, ${change} }]`), tables.players, morning(time), day);
  const zeroed = (rows: readonly Row[]) => rows.filter((row) => row["points"] === 99);

  test("are set in so many rows, from their time on, the same ones each time", () => {
    const rows = rowsOf("rows: 5, set: { points: 99, minutes_played: null, team_abbr: null }");
    expect(zeroed(rows)).toHaveLength(5);
    expect(zeroed(rows).every((row) => row["minutes_played"] === null && row["team_abbr"] === null)).toBe(true);
    expect(rows).toHaveLength(348);
    expect(zeroed(rowsOf("rows: 5, set: { points: 99 }", "06:39"))).toEqual([]);
    expect(rowsOf("rows: 5, set: { points: 99 }")).toEqual(rowsOf("rows: 5, set: { points: 99 }"));
  });

  test("are set only where rows hold what is asked, and in a share of those", () => {
    expect(zeroed(rowsOf("where: { is_dnp: false }, set: { points: 99 }"))).toHaveLength(217);
    expect(zeroed(rowsOf("where: { is_dnp: false }, share: 0.3, set: { points: 99 }"))).toHaveLength(65);
    expect(zeroed(rowsOf("where: { is_dnp: true, minutes_played: null }, set: { points: 99 }"))).toHaveLength(131);
    expect(zeroed(rowsOf("where: { is_dnp: true, points: 7 }, set: { points: 99 }"))).toEqual([]);
  });

  test("are set in the games that are named, and on the night that is", () => {
    expect(countBy(zeroed(rowsOf("games: 2, set: { points: 99 }")), "game_id").size).toBe(2);
    expect(zeroed(rowsOf("night: 2026-02-02, set: { points: 99 }"))).toEqual([]);
    expect(zeroed(rowsOf("night: 2026-02-02, set: { points: 99 }", "18:00", "2026-02-02")).length).toBeGreaterThan(0);
    expect(zeroed(rowsOf("night: all, set: { points: 99 }", "18:00", "2026-01-28")).length).toBeGreaterThan(0);
  });

  test("are converted by the column's kind; a time is the pipeline's", () => {
    const [row] = zeroed(rowsOf('rows: 1, set: { points: 99, processed_at: 05:12, usage_rate: -1.5, is_dnp: true, dnp_reason: "12" }'));
    expect(row).toMatchObject({ processed_at: "2026-02-04T10:12:00.000Z", usage_rate: -1.5, is_dnp: true, dnp_reason: "12" });
  });

  test.each([
    ["set: { minuts_played: 1 }", `changes.0.set.minuts_played: No column of ${tables.players} "minuts_played"`],
    ["set: { minuts_played: 1 }", 'Did you mean "minutes_played"?'],
    ["where: { pionts: 1 }, set: { points: 1 }", 'Did you mean "points"?'],
    ["set: { points: many }", 'changes.0.set.points: expected a whole number, got "many"'],
    ["set: { game_date: 2026-02-04 }", "changes.0.set.game_date: game_date says which night a row is of; choose that with `night`"],
    ["set: { points: 1 }, rows: 5, share: 0.5", "say `rows` or `share`, not both"],
    ["set: { points: 1 }, share: 1.5", "changes.0.share: expected a share above 0 and up to 1"],
    ["set: { points: 1 }, rows: 349", "values nba_analytics.player_game_summary: 349 rows asked for, 348 that match are there then"],
    ["set: { points: 1 }, night: all, games: 3", "changes.0.games: `night: all` means every game"],
    ["set: { points: 1 }, games: [BOS@BOS]", "No game"],
  ])("%s is refused", (change, message) => {
    expect(refusal(`{ values: ${tables.players}, from: 06:40, ${change} }`)).toContain(message);
  });

  test("a night: all that asks for more rows than are there is refused when it is looked at", () => {
    const stores = staged(`changes: [{ values: ${tables.players}, night: all, rows: 100000, set: { points: 1 }, from: 06:40 }]`);
    expect(() => stores.at(morning("18:00")).table(tables.players)?.rows).toThrow(UserError);
  });
});
