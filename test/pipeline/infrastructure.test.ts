import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { onDate } from "../../src/pipeline/dated.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { infrastructureParts } from "../../src/pipeline/infrastructure.ts";
import { loadPipeline } from "../../src/pipeline/load.ts";
import { parseYamlFile, record } from "../../src/pipeline/yaml-file.ts";
import { nba } from "../support/pipeline.ts";

const text = readFileSync(new URL("../../pipelines/nba.yaml", import.meta.url), "utf8");
const on = <T>(value: T, date: string) => onDate(value, calendarDateOf(date));

/** A part of the shipped file; each is optional to the schema, and all are in this file. */
function part<K extends keyof typeof infrastructureParts>(key: K): NonNullable<(typeof nba.file)[K]> {
  const found = nba.file[key];
  if (found === undefined) throw new Error(`pipelines/nba.yaml has no ${key}`);
  return found;
}

describe("units", () => {
  test("each has folders of its own, none of them one that only the operator's drift map knows", () => {
    for (const [name, { folders }] of Object.entries(part("units"))) {
      expect(
        folders.filter((folder) => folder !== "shared"),
        name,
      ).not.toEqual([]);
      expect(folders.join(" "), name).not.toMatch(/data_processors\/phase/u);
    }
  });

  test("the orchestrator that was removed is expected until 2026-02-10 and not from 2026-02-11 on", () => {
    const before = Object.keys(on(part("units"), "2026-02-10"));
    const after = Object.keys(on(part("units"), "2026-02-11"));
    expect(before.filter((name) => !after.includes(name))).toEqual(["phase2-to-phase3-orchestrator"]);
    expect(after).toContain("phase3-to-phase4-orchestrator");
  });

  test("an alias leads to one unit only: the scrapers under their former name", () => {
    const units = part("units");
    const named = [...Object.keys(units), ...Object.values(units).flatMap(({ aliases = [] }) => aliases)];
    expect(named.length).toBe(new Set(named).size);
    expect(units["nba-scrapers"]?.aliases).toEqual(["nba-phase1-scrapers"]);
  });

  test("no games is answered with 404 until 2026-02-12 and with 200 from 2026-02-13 on", () => {
    const statusOn = (date: string) => on(part("units"), date)["prediction-coordinator"]?.no_games_status;
    expect([statusOn("2026-02-12"), statusOn("2026-02-13")]).toEqual([404, 200]);
  });
});

describe("scheduler jobs", () => {
  const inZone = (zone: string) =>
    Object.entries(part("schedule"))
      .filter(([, job]) => job.zone === zone)
      .map(([name]) => name);

  test("each stands in its own zone: the three nightly ones in Pacific time, the props in UTC", () => {
    expect(inZone("America/Los_Angeles")).toEqual([
      "player-composite-factors-daily",
      "player-daily-cache-daily",
      "ml-feature-store-daily",
      "unified-health-check",
    ]);
    expect(inZone("UTC")).toEqual(["nba-props-morning", "nba-props-midday", "nba-props-pregame", "decay-detection-daily"]);
  });

  test.each([
    ["same-day-phase3-tomorrow", "0 17 * * *"],
    ["same-day-phase4-tomorrow", "30 17 * * *"],
    ["same-day-predictions-tomorrow", "0 20 * * *"],
  ])("%s is about tomorrow, at an Eastern time", (name, cron) => {
    expect(part("schedule")[name]).toMatchObject({ cron, zone: "America/New_York", works_on: "tomorrow" });
  });

  test("a deadline reader's time is that of its cron", () => {
    const cronOf = (name: string) => part("schedule")[name]?.cron;
    const times = Object.entries(nba.file.jobs).flatMap(([name, { at }]) => at.dated.map(({ value }) => [name, value] as const));
    expect(times.length).toBeGreaterThan(0);
    for (const [name, { hour, minute }] of times) expect(cronOf(name), name).toBe(`${minute} ${hour} * * *`);
  });
});

test("two subscribers are right at two topics; the record of Phase 3 has no dead letters that anybody watches", () => {
  const topics = Object.entries(part("topics"));
  expect(topics.filter(([, topic]) => (topic.subscribers ?? 1) > 1).map(([name]) => name)).toEqual([
    "nba-phase2-raw-complete",
    "nba-phase3-analytics-complete",
  ]);
  expect(part("topics")["nba-phase3-analytics-complete"]?.dead_letter).toBeUndefined();
  expect(topics.filter(([, topic]) => topic.critical === true).map(([, topic]) => topic.dead_letter)).toEqual([
    "nba-phase1-scrapers-complete-dlq-sub",
    "nba-scraper-complete-dlq-sub",
    "nba-phase2-raw-complete-dlq-sub",
  ]);
});

describe("names", () => {
  test("a scraper, a table or a completion key leads to one entry only", () => {
    const all = part("names").flatMap((entry) => [
      ...(entry.scrapers ?? []).map((scraper) => `scraper ${scraper}`),
      ...[entry.table, entry.other_table].filter((table) => table !== undefined),
      ...(entry.completion_key === undefined ? [] : [`key ${entry.completion_key}`]),
    ]);
    expect(all.filter((each, index) => all.indexOf(each) !== index)).toEqual([]);
  });

  test("the gamebook's scraper is found from its table, whose name it does not bear", () => {
    expect(part("names").find(({ table }) => table === "nba_raw.nbac_gamebook_player_stats")).toMatchObject({
      scrapers: ["nbac_gamebook_pdf"],
      processor: "NbacGamebookProcessor",
      completion_key: "p2_nbacom_gamebook_pdf",
    });
  });

  test("each scraper of a collection is named, with the table that the collection fills", () => {
    const pairs = Object.values(nba.file.scraping.collections).flatMap(({ scrapers, table }) =>
      scrapers.map((scraper) => ({ scraper, table })),
    );
    expect(pairs.length).toBeGreaterThan(0);
    for (const { scraper, table } of pairs) {
      expect(part("names").find(({ scrapers = [] }) => scrapers.includes(scraper))?.table, scraper).toBe(table);
    }
  });

  test("a retired source is still known by name, and is noise from the day on which its rows are no longer expected", () => {
    const table = "nba_raw.bdl_player_boxscores";
    const ends = nba.file.box_scores.sources.find((source) => source.table === table)?.until;
    expect(ends).toBe("2026-02-07");
    expect(part("names").find((entry) => entry.table === table)?.retired).toBe(ends);
    const noiseOn = (date: string) => on(part("monitoring"), date).noise?.map(({ prefix }) => prefix);
    expect(noiseOn("2026-02-06")).toEqual(["mlb-", "mlb_", "mlb_"]);
    expect(noiseOn("2026-02-07")).toContain("bdl-");
  });

  test("what is said not to be there is declared nowhere, and what is named instead is", () => {
    const { tables } = nba.file;
    const column = (name: string) => {
      const [dataset, table, last = ""] = name.split(".");
      return { columns: tables[`${dataset}.${table}`]?.columns, last };
    };
    for (const { what, name, instead } of part("not_there")) {
      if (what === "table")
        expect([Object.keys(tables).includes(name), Object.keys(tables).includes(instead)], name).toEqual([false, true]);
      if (what === "job") expect([part("schedule")[name], part("schedule")[instead] === undefined], name).toEqual([undefined, false]);
      if (what === "column") {
        expect(Object.keys(column(name).columns ?? {}), name).not.toContain(column(name).last);
        expect(column(instead).columns, instead).toBeDefined();
      }
      if (what === "collection") expect(Object.keys(nba.file.collections)).not.toContain(name);
    }
  });

  test.each([
    ["nba_orchestration.scraper_run_history", "nba_orchestration.scraper_execution_log"],
    ["nba_orchestration.scraper_execution_log.started_at", "nba_orchestration.scraper_execution_log.triggered_at"],
    ["nba_precompute.player_daily_cache.game_date", "nba_precompute.player_daily_cache.cache_date"],
    ["same-day-phase5", "same-day-predictions"],
    ["nbac_gamebook_player_stats", "nbac_gamebook_pdf"],
  ])("%s is not there; %s is", (name, instead) => {
    expect(part("not_there").find((entry) => entry.name === name)?.instead).toBe(instead);
  });
});

describe("lines of logs", () => {
  const kindOf = (line: string, unit: string, date = "2026-02-04") =>
    on(part("log_texts"), date).find((each) => line.includes(each.text) && (each.unit === undefined || each.unit === unit))?.kind;

  test.each([
    ["400 Could not serialize access to table x due to concurrent update", "destructive"],
    ["merge_fallback", "destructive"],
    ["Skipping downstream trigger (backfill mode)", "harmless"],
    ["DATA_QUALITY_OK: usage 87.1%", "harmless"],
    ["DATA_QUALITY_CRITICAL: usage 12%", "known"],
    ["Something new happened", undefined],
  ])("%s is %s", (line, kind) => {
    expect(kindOf(line, "nba-phase3-analytics-processors")).toBe(kind);
  });

  test("a missing instance is harmless at the worker only", () => {
    const line = "The request was aborted because there was no available instance.";
    expect([kindOf(line, "prediction-worker"), kindOf(line, "nba-phase3-analytics-processors")]).toEqual(["harmless", "known"]);
  });

  test("the old form of the Phase 4 trigger explains a refusal until 2026-02-10, and none from 2026-02-11 on", () => {
    const on0210 = kindOf("Missing source_table", "nba-phase4-precompute-processors", "2026-02-10");
    expect([on0210, kindOf("Missing source_table", "nba-phase4-precompute-processors", "2026-02-11")]).toEqual(["known", undefined]);
  });

  test("the line that takes a lock is not one that gives it back, and a refusal is neither", () => {
    for (const [name, { lines }] of Object.entries(part("locks"))) {
      const { acquired = [], refused = [], released = [], forced = [] } = lines ?? {};
      const all = [...acquired, ...refused, ...released, ...forced];
      expect(
        all.filter((one) => all.some((other) => other !== one && other.startsWith(one))),
        name,
      ).toEqual([]);
    }
  });
});

test("locks of processors count from the minute in which each phase began to take them; a finished batch lock still blocks", () => {
  const { processing, batch, grading } = part("locks");
  expect(processing?.in_use).toEqual([
    { unit: "nba-phase3-analytics-processors", from: "2026-02-05T00:24:00.000Z" },
    { unit: "nba-phase4-precompute-processors", from: "2026-02-05T00:31:00.000Z" },
  ]);
  expect(processing).toMatchObject({ collection: "processing_locks", expires_minutes: 10, notice_minutes: 5 });
  expect(processing?.fields.expires_at).toBeUndefined();
  expect(batch?.terminal).toContain("complete");
  expect(grading?.goes_on_without).toBe(true);
});

test("a published file of one date has the date in its path, the rolling one has none", () => {
  for (const [name, { path, rolling }] of Object.entries(part("objects"))) expect(path.includes("{D}"), name).toBe(!rolling);
});

describe("a mistake is told", () => {
  const problemOf = (from: string, to: string) => {
    if (!text.includes(from)) throw new Error(`nothing to replace: ${from}`);
    try {
      loadPipeline({ name: "mine.yaml", text: text.replace(from, to) });
      return "loaded";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  test.each<[string, string, string, RegExp]>([
    [
      "a job that calls no unit",
      "calls: self-heal-predictions",
      "calls: self-heal-prediction",
      /^mine\.yaml:\d+: schedule\.self-heal-predictions\.calls: No unit "self-heal-prediction".*Did you mean "self-heal-predictions"\?/mu,
    ],
    [
      "a topic that goes to no unit",
      "to: [live-export]",
      "to: [live-exports]",
      /topics\.nba-live-export-trigger\.to\.0: No unit "live-exports"/u,
    ],
    [
      "a name of no table",
      "table: nba_raw.nbac_team_boxscore, scrapers",
      "table: nba_raw.nbac_team_boxscores, scrapers",
      /names\.\d+\.table: No table "nba_raw\.nbac_team_boxscores"/u,
    ],
    [
      "a right name that is none",
      "instead: same-day-predictions }",
      "instead: same-day-prediction }",
      /not_there\.\d+\.instead: No job "same-day-prediction"/u,
    ],
    ["a file in no bucket", "tonight: { bucket: published", "tonight: { bucket: public", /objects\.tonight\.bucket: No bucket "public"/u],
    [
      "a unit of the locks that is none",
      "- { unit: nba-phase4-",
      "- { unit: phase4-",
      /locks\.processing\.in_use\.1\.unit: No unit "phase4-/u,
    ],
  ])("%s", (_title, from, to, expected) => {
    expect(problemOf(from, to)).toMatch(expected);
  });

  test.each<[string, string, RegExp]>([
    [
      "an hour that no day has",
      'schedule: { a: { cron: "0 25 * * *", zone: UTC } }',
      /schedule\.a\.cron: expected five cron fields.*got "0 25 \* \* \*"/u,
    ],
    ["a cron of six fields", 'schedule: { a: { cron: "0 0 5 * * *", zone: UTC } }', /schedule\.a\.cron: expected five cron fields/u],
    ["an abbreviated zone", 'schedule: { a: { cron: "0 5 * * *", zone: PT } }', /schedule\.a\.zone: expected an IANA time zone/u],
    ["a unit without folders", "units: { a: { kind: service, folders: [] } }", /units\.a\.folders: /u],
    [
      "a folder outside",
      "units: { a: { kind: service, folders: [a/../../b] } }",
      /units\.a\.folders\.0: expected a folder of the repository/u,
    ],
    [
      "a time of first use without its zone",
      "locks: { a: { collection: c, ids: [i], fields: { owner: o, acquired_at: t }, expires_minutes: 1, reason: r, in_use: [{ unit: u, from: 2026-02-04 16:24 }] } }",
      /locks\.a\.in_use\.0\.from: expected an instant with its offset/u,
    ],
  ])("%s", (_title, yaml, expected) => {
    expect(() => parseYamlFile({ name: "mine.yaml", text: yaml }, record(infrastructureParts))).toThrow(expected);
  });
});
