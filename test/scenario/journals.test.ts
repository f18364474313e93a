import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import { calendarDateOf, clockText } from "../../src/pipeline/dates.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { countBy, morning, pipeline, shipped, staged, tables } from "./stage.ts";

const night = "{ date: 2026-02-03, games: 10, player_rows: 348, dnp: 131, days: 3 }";
const healthy = staged("", night);

/** Rows about one night, from the whole table: some are written on its date, some on the next. */
function all(stores: Stores, table: string, time = "23:00"): readonly Row[] {
  return stores.at(morning(time)).table(table)?.rows ?? [];
}

function runsOf(stores: Stores, scraper: string, time?: string): string[] {
  return all(stores, tables.executions, time)
    .filter((row) => row["scraper_name"] === scraper && row["game_date"] === "2026-02-03")
    .map(
      (row) =>
        `${clockText(new Date(String(row["triggered_at"])), pipeline.zone).slice(5, 16)} ${String(row["status"])} ${String(row["workflow"] ?? "-")}`,
    );
}

describe("the log of scraper runs", () => {
  test("tells of a gamebook that is not there at four and is there after six", () => {
    expect(runsOf(healthy, "nbac_gamebook_pdf")).toEqual([
      "02-04 04:05 no_data post_game_window_3",
      "02-04 06:03 success morning_recovery",
      "02-04 06:13 success morning_recovery",
    ]);
  });

  test("tells of box scores that come in the window of 04:00", () => {
    expect(runsOf(healthy, "nbac_player_boxscore")).toEqual([
      "02-04 01:05 no_data post_game_window_2",
      "02-04 02:05 no_data post_game_window_2b",
      "02-04 04:08 success post_game_window_3",
    ]);
  });

  test("says how many records a run brought: as many as landed", () => {
    const rows = all(healthy, tables.executions).filter(
      (row) => row["scraper_name"] === "nbac_gamebook_pdf" && row["game_date"] === "2026-02-03",
    );
    expect(rows.map((row) => row["data_summary"])).toEqual([
      { record_count: 0, games: 0 },
      { record_count: 175, games: 5 },
      { record_count: 173, games: 5 },
    ]);
  });

  test("tells of props every two hours from 08:00 on, each before rows with that snapshot", () => {
    const runs = runsOf(healthy, "oddsa_player_props");
    expect(runs.slice(0, 3)).toEqual([
      "02-03 08:02 success betting_lines",
      "02-03 10:02 success betting_lines",
      "02-03 12:02 success betting_lines",
    ]);
    expect(
      countBy(
        all(healthy, tables.props).filter((row) => row["game_date"] === "2026-02-03"),
        "snapshot_timestamp",
      ).size,
    ).toBe(runs.length);
  });

  test("tells nothing before it happened, and of the retired source nothing at all", () => {
    expect(runsOf(healthy, "nbac_gamebook_pdf", "06:04")).toEqual([
      "02-04 04:05 no_data post_game_window_3",
      "02-04 06:03 success morning_recovery",
    ]);
    expect(runsOf(healthy, "nbac_gamebook_pdf", "06:03")).toEqual(["02-04 04:05 no_data post_game_window_3"]);
    expect(runsOf(healthy, "bdl_box_scores").length).toBeGreaterThan(0);
    const later = shipped("no-games");
    const after = buildStores(later, pipeline).at(later.clock).table(tables.executions)?.rows ?? [];
    const dates = after.filter((row) => row["scraper_name"] === "bdl_box_scores").map((row) => String(row["game_date"]));
    expect(dates.toSorted().at(-1)).toBe("2026-02-06");
  });

  test("follows rows that come late: tried in vain in the windows, and then outside of any", () => {
    const late = staged(
      `changes:
  - { arrive: ${tables.gamebook}, games: 2, from: 14:45 }
  - { arrive: ${tables.gamebook}, games: rest, from: 15:00 }`,
      night,
    );
    expect(runsOf(late, "nbac_gamebook_pdf")).toEqual([
      "02-04 04:05 no_data post_game_window_3",
      "02-04 06:05 no_data morning_recovery",
      "02-04 14:43 success -",
      "02-04 14:58 success -",
    ]);
    const [, , first] = all(late, tables.executions).filter(
      (row) => row["scraper_name"] === "nbac_gamebook_pdf" && row["game_date"] === "2026-02-03",
    );
    expect([first?.["source"], first?.["triggered_by"]]).toEqual([null, null]);
  });

  test("tries no more once every game is there, and goes on trying while one is not", () => {
    const early = staged(`changes: [{ arrive: ${tables.boxScores}, from: 01:10 }]`, night);
    expect(runsOf(early, "nbac_player_boxscore")).toEqual(["02-04 01:08 success post_game_window_2"]);
    const book = staged(`changes: [{ arrive: ${tables.gamebook}, from: 04:10 }]`, night);
    const recovery = all(book, tables.decisions).filter(
      (row) => row["workflow_name"] === "morning_recovery" && row["decision_time"] === "2026-02-04T11:00:00.000Z",
    );
    expect(recovery).toMatchObject([{ action: "SKIP", reason: "Nothing left to collect" }]);
    const part = staged(`changes: [{ arrive: ${tables.boxScores}, games: 9, from: 01:10 }]`, night);
    expect(runsOf(part, "nbac_player_boxscore").map((run) => run.slice(6, 19))).toEqual([
      "01:08 success",
      "02:05 no_data",
      "04:05 no_data",
    ]);
  });

  test("of rows that never come holds the attempts in every window", () => {
    const never = staged(`changes: [{ arrive: ${tables.gamebook}, games: 0, from: 06:00 }]`, night);
    expect(runsOf(never, "nbac_gamebook_pdf").map((run) => run.slice(6, 19))).toEqual(["04:05 no_data", "06:05 no_data"]);
  });
});

describe("the controller's decisions", () => {
  const of = (workflow: string): readonly Row[] => all(healthy, tables.decisions).filter((row) => row["workflow_name"] === workflow);
  const ran = (workflow: string): string[] =>
    of(workflow)
      .filter((row) => row["action"] === "RUN")
      .map((row) => clockText(new Date(String(row["decision_time"])), pipeline.zone))
      .filter((when) => when.startsWith("2026-02-04"));

  test("run each workflow in its window and skip it, with the reason, at every other hour", () => {
    expect(["post_game_window_2", "post_game_window_2b", "post_game_window_3", "morning_recovery"].map(ran)).toEqual([
      ["2026-02-04 01:00 ET"],
      ["2026-02-04 02:00 ET"],
      ["2026-02-04 04:00 ET"],
      ["2026-02-04 06:00 ET"],
    ]);
    expect(countBy(of("morning_recovery"), "action", "reason").get("SKIP|Outside of its window")).toBeGreaterThan(20);
    expect(ran("post_game_window_1")).toEqual([]);
  });

  test("are each carried out by an execution that names them", () => {
    const decisions = new Map(all(healthy, tables.decisions).map((row) => [row["decision_id"], row]));
    const carriedOut = all(healthy, tables.workflowRuns);
    expect(carriedOut.length).toBeGreaterThan(20);
    for (const row of carriedOut) {
      const decision = decisions.get(row["decision_id"] ?? null);
      expect([decision?.["action"], decision?.["workflow_name"]]).toEqual(["RUN", row["workflow_name"]]);
    }
    const [recovery] = carriedOut.filter(
      (row) => row["workflow_name"] === "morning_recovery" && String(row["execution_time"]) > "2026-02-04",
    );
    expect(recovery?.["scrapers_requested"]).toEqual(["nbac_gamebook_pdf"]);
  });

  test("are carried out after they were made, also where only late games are played", () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const stores = buildStores(
        { ...shipped("healthy-night"), seed, night: { date: calendarDateOf("2026-01-27"), games: 1, days: 1 } },
        pipeline,
      );
      const world = stores.at(new Date("2026-01-28T23:00:00-05:00"));
      const made = new Map((world.table(tables.decisions)?.rows ?? []).map((row) => [row["decision_id"], row]));
      for (const row of world.table(tables.workflowRuns)?.rows ?? []) {
        const decision = made.get(row["decision_id"] ?? null);
        expect([seed, decision?.["action"]]).toEqual([seed, "RUN"]);
        expect(String(decision?.["decision_time"]) < String(row["execution_time"])).toBe(true);
      }
    }
  });

  test("were expected as the day's schedule has it, which is written at ten", () => {
    const expected = (time: string) =>
      all(healthy, tables.expected, time)
        .filter((row) => row["date"] === "2026-02-04" && row["workflow_name"] === "morning_recovery")
        .map((row) => [row["expected_run_time"], row["locked_at"]]);
    expect(expected("09:59")).toEqual([]);
    expect(expected("10:00")).toEqual([["2026-02-04T11:00:00.000Z", "2026-02-04T15:00:00.000Z"]]);
  });
});

test.each([tables.executions, tables.decisions, tables.workflowRuns])(
  "a part of %s holds all that the whole has of those days",
  (table) => {
    const column = pipeline.file.tables[table]?.partition ?? "";
    const of = (rows: readonly Row[]) => rows.filter((row) => ["2026-02-03", "2026-02-04"].includes(String(row[column]).slice(0, 10)));
    const world = staged("", "{ date: 2026-02-03, games: 10 }").at(morning("23:00"));
    const part = world.table(table, { column, from: "2026-02-03", to: "2026-02-04" })?.rows ?? [];
    expect(of(part).length).toBeGreaterThan(0);
    expect(of(part)).toEqual(of(world.table(table)?.rows ?? []));
    expect(part.length).toBeLessThan((world.table(table)?.rows.length ?? 0) / 4);
  },
);

describe("a change to a journal", () => {
  const missing = staged(`changes: [{ arrive: ${tables.decisions}, games: 0, from: 05:00 }]`, night);

  test("that lets it arrive for no game leaves that night without a decision, and the others with theirs", () => {
    const about = (stores: Stores, date: string) =>
      all(stores, tables.decisions).filter((row) => JSON.stringify(row["context"]).includes(date)).length;
    expect([about(missing, "2026-02-03"), about(missing, "2026-02-02")]).toEqual([0, about(healthy, "2026-02-02")]);
  });

  test("that lets it arrive late shows the rows from then on, with their own times", () => {
    const late = staged(`changes: [{ arrive: ${tables.executions}, from: 12:00 }]`, night);
    expect(runsOf(late, "nbac_gamebook_pdf", "11:59")).toEqual([]);
    expect(runsOf(late, "nbac_gamebook_pdf", "12:00")).toEqual(runsOf(healthy, "nbac_gamebook_pdf", "12:00"));
  });

  test("removes and copies its rows", () => {
    const removed = staged(`changes: [{ remove: ${tables.executions}, games: all, from: 12:00 }]`, night);
    expect(runsOf(removed, "nbac_gamebook_pdf", "12:00")).toEqual([]);
    const copied = staged(`changes: [{ duplicate: ${tables.executions}, rows: 3, from: 12:00 }]`, night);
    expect(all(copied, tables.executions, "12:00").length - all(healthy, tables.executions, "12:00").length).toBe(3);
  });

  test("is refused where it names games, and where it wants totals", () => {
    const refusal = (line: string): string => {
      const text = `scenario: bad\nabout: A test.\nbase: healthy\nclock: 18:00\nnight: ${night}\nchanges:\n  - ${line}\n`;
      try {
        loadScenario({ name: "bad.yaml", text }, pipeline);
      } catch (error) {
        return String(error);
      }
      return "accepted";
    };
    expect(refusal(`{ arrive: ${tables.executions}, games: 3, from: 05:00 }`)).toContain("belong to no game; leave `games` out");
    expect(refusal(`{ totals: ${tables.executions}, rows: 3, distinct: 3, from: 05:00 }`)).toContain("has no totals of its own");
  });
});
