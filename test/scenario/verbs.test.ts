import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { expectStated } from "../support/expecting.ts";
import { shippedStores } from "../support/scenarios.ts";
import { countBy, morning, pipeline, rowsAt, shipped, staged, tables, told } from "./stage.ts";

const documentAt = (changes: string, time: string) => staged(changes).at(morning(time)).document("phase3_completion", "2026-02-03");
const games = (changes: string, table: string, time: string): number =>
  countBy(rowsAt(staged(changes), table, morning(time)), "game_id").size;

describe("arrive", () => {
  const late = `changes:
  - { arrive: nba_raw.nbac_gamebook_player_stats, games: 2, from: 14:45 }
  - { arrive: nba_raw.nbac_gamebook_player_stats, games: rest, from: 15:00, stamped: 15:02 }`;

  test("takes the place of the healthy arrival", () => {
    expect(["06:30", "14:44", "14:45", "15:00"].map((time) => games(late, tables.gamebook, time))).toEqual([0, 0, 2, 10]);
  });

  test("leaves out for good the games that nobody names", () => {
    expect(games(`changes: [{ arrive: nba_raw.nbac_gamebook_player_stats, games: 3, from: 06:00 }]`, tables.gamebook, "23:00")).toBe(3);
  });

  test("of no games leaves the table empty, and its processor without run and entry", () => {
    const changes = `changes: [{ arrive: nba_analytics.player_game_summary, games: 0, from: 06:00 }]`;
    expect(games(changes, tables.players, "23:00")).toBe(0);
    expect(Object.keys(documentAt(changes, "23:00")?.fields ?? {})).not.toContain("player_game_summary");
    const ran = rowsAt(staged(changes), tables.runs, morning("23:00")).map((row) => row["processor_name"]);
    expect(ran).not.toContain("PlayerGameSummaryProcessor");
  });

  test("leaves other tables and other nights alone", () => {
    expect(games(late, tables.boxScores, "06:30")).toBe(10);
    expect(rowsAt(staged(late), tables.gamebook, morning("06:30"), "2026-02-02").length).toBeGreaterThan(0);
  });

  test("stamps the rows with its time or the one given", () => {
    const stamps = countBy(rowsAt(staged(late), tables.gamebook, morning("18:00")), "processed_at");
    expect(stamps).toEqual(
      new Map([
        ["2026-02-04T19:45:00.000Z", 70],
        ["2026-02-04T20:02:00.000Z", 278],
      ]),
    );
  });

  test("replaces rows under the same key and keeps their time of creation", () => {
    const twice = `changes:
  - { arrive: nba_analytics.player_game_summary, games: 4, from: 05:10 }
  - { arrive: nba_analytics.player_game_summary, from: 15:00 }`;
    const rows = rowsAt(staged(twice), tables.players, morning("18:00"));
    expect(countBy(rows, "processed_at")).toEqual(new Map([["2026-02-04T20:00:00.000Z", 348]]));
    expect(countBy(rows, "created_at").get("2026-02-04T10:10:00.000Z")).toBe(140);
  });

  test("takes the run and the entry of its processor along", () => {
    const changes = `changes: [{ arrive: nba_analytics.player_game_summary, from: 15:00 }]`;
    expect(Object.keys(documentAt(changes, "14:00")?.fields ?? {})).not.toContain("player_game_summary");
    expect(documentAt(changes, "15:02")?.fields).toMatchObject({ player_game_summary: { record_count: 348 }, _completed_count: 5 });
    const runs = rowsAt(staged(changes), tables.runs, morning("18:00")).filter(
      (row) => row["processor_name"] === "PlayerGameSummaryProcessor",
    );
    expect(runs.map((row) => [row["status"], row["started_at"]])).toEqual([
      ["running", "2026-02-04T19:58:30.000Z"],
      ["success", "2026-02-04T19:58:30.000Z"],
    ]);
  });

  test("brings another night's rows where it says so", () => {
    const changes = `changes: [{ arrive: nba_analytics.player_game_summary, night: 2026-02-02, from: 15:00 }]`;
    const count = (time: string) => rowsAt(staged(changes), tables.players, morning(time), "2026-02-02").length;
    expect(count("14:59")).toBe(0);
    expect(count("15:00")).toBeGreaterThan(0);
  });
});

describe("duplicate and remove", () => {
  test("copies every row as often as asked, with the original's stamp", () => {
    const rows = rowsAt(staged(`changes: [{ duplicate: ${tables.defense}, copies: 3, from: 08:00 }]`), tables.defense, morning("08:00"));
    expect([...countBy(rows, "defending_team_abbr").values()]).toEqual(Array(20).fill(4));
    expect(countBy(rows, "processed_at").size).toBe(1);
  });

  test("refuses to copy more rows than are there", () => {
    expect(() => staged(`changes: [{ duplicate: ${tables.offense}, rows: 21, from: 08:00 }]`)).toThrow(
      "21 rows asked for, 20 are there then",
    );
  });

  test("keeps of copies the row that the keep rule names", () => {
    const changes = `changes:
  - { duplicate: ${tables.players}, rows: 5, stamped: 08:00, from: 08:00 }
  - { remove: ${tables.players}, surplus: true, from: 09:00 }`;
    const stamps = countBy(rowsAt(staged(changes), tables.players, morning("09:00")), "processed_at");
    expect([stamps.get("2026-02-04T13:00:00.000Z"), stamps.get("2026-02-04T11:35:00.000Z")]).toEqual([5, 343]);
  });

  test("removes games, or so many rows from the last", () => {
    expect(games(`changes: [{ remove: ${tables.players}, games: 3, from: 08:00 }]`, tables.players, "08:00")).toBe(7);
    expect(
      rowsAt(staged(`changes: [{ remove: ${tables.players}, rows: 30, from: 08:00 }]`), tables.players, morning("08:00")),
    ).toHaveLength(318);
  });

  test("removes only rows that hold what is wanted", () => {
    const change = `changes: [{ remove: ${tables.players}, where: { is_dnp: true }, from: 08:00 }]`;
    const rows = rowsAt(staged(change), tables.players, morning("08:00"));
    expect(rows.map((row) => row["is_dnp"])).not.toContain(true);
    expect(rows.map((row) => row["is_dnp"])).toContain(false);
  });

  test("removes nothing where nothing is surplus", () => {
    expect(
      rowsAt(staged(`changes: [{ remove: ${tables.players}, surplus: true, from: 08:00 }]`), tables.players, morning("08:00")),
    ).toHaveLength(348);
  });
});

describe("run", () => {
  test("takes the place of the healthy runs of its processor, of no other", () => {
    const changes = `changes: [{ run: PlayerGameSummaryProcessor, from: 06:00, seconds: 90, status: failed, id: abc }]`;
    const runs = rowsAt(staged(changes), tables.runs, morning("18:00"));
    expect(
      runs
        .filter((row) => row["processor_name"] === "PlayerGameSummaryProcessor")
        .map((row) => [row["run_id"], row["status"], row["processed_at"], row["records_processed"]]),
    ).toEqual([
      ["abc", "running", null, null],
      ["abc", "failed", "2026-02-04T11:01:30.000Z", 0],
    ]);
    expect(runs.filter((row) => row["processor_name"] === "TeamOffenseGameSummaryProcessor")).toHaveLength(2);
  });

  test("shows only its running row until it ends, and one that never ends for ever", () => {
    const changes = `changes: [{ run: PlayerGameSummaryProcessor, from: 06:00, seconds: 90, id: a }, { run: PlayerGameSummaryProcessor, from: 06:10, status: running, id: b }]`;
    const of = (id: string, time: string) =>
      rowsAt(staged(changes), tables.runs, morning(time)).filter((row) => row["run_id"] === id).length;
    expect([of("a", "06:01"), of("a", "06:02"), of("b", "23:00")]).toEqual([1, 2, 1]);
  });
});

describe("set", () => {
  const at = "set: phase3_completion/2026-02-03";

  test("merges fields into the healthy document", () => {
    const fields = documentAt(
      `changes: [{ ${at}, from: 08:00, fields: { _completed_count: 3, _mode: null }, drop: [_triggered] }]`,
      "08:00",
    )?.fields;
    expect(fields).toMatchObject({ _completed_count: 3, _mode: null, _trigger_reason: "all_complete" });
    expect(Object.keys(fields ?? {})).not.toContain("_triggered");
  });

  test("whole: is the document from then on, with what was there before still there before", () => {
    const changes = `changes: [{ ${at}, from: 05:15, whole: true, fields: { player_game_summary: 05:12 } }]`;
    expect(Object.keys(documentAt(changes, "05:14")?.fields ?? {})).toContain("upcoming_player_game_context");
    expect(Object.keys(documentAt(changes, "23:00")?.fields ?? {})).toEqual(["player_game_summary"]);
  });

  test("an entry's short form counts the rows then in its table", () => {
    const changes = `changes: [{ ${at}, from: 08:00, fields: { player_game_summary: 08:00, team_offense_game_summary: 06:00 } }]`;
    expect(documentAt(changes, "08:00")?.fields).toMatchObject({
      player_game_summary: { status: "success", record_count: 348, completed_at: { $timestamp: "2026-02-04T13:00:00.000Z" } },
      team_offense_game_summary: { record_count: 0 },
    });
  });

  test("an entry's long form is converted part by part", () => {
    const changes = `changes: [{ ${at}, from: 08:00, fields: { player_game_summary: { status: partial, record_count: 7, is_incremental: true, entities_changed: [x], completed_at: 07:59 } } }]`;
    expect(documentAt(changes, "08:00")?.fields["player_game_summary"]).toEqual({
      status: "partial",
      record_count: 7,
      is_incremental: true,
      entities_changed: ["x"],
      completed_at: { $timestamp: "2026-02-04T12:59:00.000Z" },
    });
  });

  test("deletes a document for good, and the collection lists it no more", () => {
    const stores = staged(`changes: [{ ${at}, from: 06:00, delete: true }]`);
    expect(stores.at(morning("05:59")).documentIds("phase3_completion")).toContain("2026-02-03");
    expect(stores.at(morning("23:00")).documentIds("phase3_completion")).not.toContain("2026-02-03");
    expect(stores.at(morning("23:00")).document("phase3_completion", "2026-02-03")).toBeUndefined();
  });

  test("leaves the update time alone when it changes nothing", () => {
    const before = documentAt("", "08:00");
    expect(documentAt(`changes: [{ ${at}, from: 07:30, fields: { _completed_count: 5 } }]`, "08:00")?.updateTime).toBe(before?.updateTime);
    expect(documentAt(`changes: [{ ${at}, from: 07:30, fields: { _completed_count: 4 } }]`, "08:00")?.updateTime).toBe(
      "2026-02-04T12:30:00.000Z",
    );
  });
});

test("fail: holds from its time until its end", () => {
  const stores = staged(
    `changes: [{ fail: warehouse, target: cache-rows, with: denied, from: 08:00, until: 09:00 }, { fail: documents, with: garbage, from: 08:30 }]`,
  );
  const failures = (time: string) => stores.at(morning(time)).failures;
  expect(failures("07:59")).toEqual([]);
  expect(failures("08:00")).toEqual([{ port: "warehouse", target: "cache-rows", with: "denied" }]);
  expect(failures("09:00")).toEqual([{ port: "documents", with: "garbage" }]);
});

describe("night", () => {
  test("a postponed game keeps its id on its new date and owes nothing on the old one", () => {
    const stores = staged("", `{ date: 2026-02-03, games: [{ game: BOS@NYK, postponed_to: 2026-02-08 }, LAL@DEN] }`);
    const [moved] = rowsAt(stores, tables.schedule, morning("09:00"));
    const again = rowsAt(stores, tables.schedule, morning("09:00"), "2026-02-08").filter((row) => row["game_id"] === moved?.["game_id"]);
    expect([moved?.["game_status"], moved?.["game_status_text"], again.length]).toEqual([9, "Postponed", 1]);
    expect(rowsAt(stores, "nba_orchestration.game_postponements", morning("09:00"), "2026-02-03")).toMatchObject([
      { new_date: "2026-02-08", status: "confirmed" },
    ]);
    expect(countBy(rowsAt(stores, tables.players, morning("09:00")), "game_id").size).toBe(1);
    expect(countBy(rowsAt(stores, tables.upcomingTeams, morning("09:00")), "game_id").size).toBe(2);
  });

  test("a game stuck in play has rows but is never final", () => {
    const stores = staged("", `{ date: 2026-02-03, games: [{ game: BOS@NYK, status: 2 }] }`);
    expect(rowsAt(stores, tables.schedule, morning("18:00"))[0]?.["game_status"]).toBe(2);
    expect(rowsAt(stores, tables.gamebook, morning("18:00")).length).toBeGreaterThan(0);
  });

  test("another night has the games that it is given", () => {
    const stores = staged("nights: [{ date: 2026-02-01, games: 0 }, { date: 2026-01-31, games: 6, player_rows: 212 }]");
    expect(rowsAt(stores, tables.schedule, morning("09:00"), "2026-02-01")).toEqual([]);
    expect(rowsAt(stores, tables.players, morning("09:00"), "2026-01-31")).toHaveLength(212);
  });
});

describe("shipped files", () => {
  const folder = new URL("../../scenarios/", import.meta.url);

  test.each(readdirSync(folder).filter((file) => file.endsWith(".yaml")))(
    "%s loads, builds, and says what its reports must say",
    async (file) => {
      const scenario = shipped(file.replace(/\.yaml$/u, ""));
      expect(scenario.expect.length).toBeGreaterThan(0);
      const rows = (await shippedStores(scenario)).at(scenario.clock).table(tables.schedule)?.rows ?? [];
      expect(scenario.base === "nothing" || rows.length > 0).toBe(true);
    },
  );

  test("twin-instances is cleaned at 18:40 and counter-stuck-at-three counted again", () => {
    const twins = buildStores(shipped("twin-instances"), pipeline);
    expect(["18:00", "18:40"].map((time) => rowsAt(twins, tables.players, morning(time)).length)).toEqual([420, 348]);
    const records = buildStores(shipped("counter-stuck-at-three"), pipeline);
    const state = (date: string, time: string) => {
      const fields = records.at(morning(time)).document("phase3_completion", date)?.fields ?? {};
      return [Object.keys(fields).filter((name) => !name.startsWith("_")).length, fields["_completed_count"], fields["_triggered"]];
    };
    const dates = ["2026-02-03", "2026-02-02", "2026-02-01", "2026-01-31", "2026-01-30", "2026-01-29"];
    expect(dates.map((date) => state(date, "18:00"))).toEqual([
      [5, 3, undefined],
      [5, 5, true],
      [5, 0, undefined],
      [5, 0, undefined],
      [5, 5, true],
      [5, 4, true],
    ]);
    expect(dates.map((date) => state(date, "19:00"))).toEqual(dates.map(() => [5, 5, true]));
  });

  test("the example in docs/scenarios.md is a scenario, and its report says what it states", async () => {
    const text = readFileSync(new URL("../../docs/scenarios.md", import.meta.url), "utf8");
    const example = /```yaml\n([\s\S]*?)```/u.exec(text)?.[1] ?? "";
    const scenario = loadScenario({ name: "late-box-scores.yaml", text: example }, pipeline);
    expect(scenario.expect).toHaveLength(1);
    for (const expectation of scenario.expect) await expectStated(scenario, expectation);
  });

  test("a scenario can be varied as data", () => {
    const scenario = told(`changes: [{ arrive: ${tables.players}, games: 4, from: 05:10 }]`);
    const varied = {
      ...scenario,
      changes: [...scenario.changes, { verb: "arrive" as const, table: tables.players, games: "rest" as const, from: morning("08:00") }],
    };
    expect(rowsAt(buildStores(varied, pipeline), tables.players, morning("08:00"))).toHaveLength(348);
    expect(() => buildStores({ ...varied, night: { ...varied.night, games: 3, player_rows: 100, dnp: 30 } }, pipeline)).toThrow(
      "4 games asked for; the night has 3",
    );
  });
});
