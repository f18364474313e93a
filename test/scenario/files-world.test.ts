import { describe, expect, test } from "vitest";
import { storeClock } from "../../src/adapters/embedded/clock.ts";
import { embeddedPorts } from "../../src/adapters/embedded/ports.ts";
import { embeddedEngine } from "../../src/adapters/embedded/warehouse.ts";
import type { BackendError } from "../../src/errors.ts";
import type { Query, Row } from "../../src/ports/warehouse.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { asking, refusalOf } from "../contracts/asking.ts";
import type { Opened } from "../support/file-scenario.ts";
import { opened } from "../support/file-scenario.ts";
import { countBy, morning } from "./stage.ts";

const players = "nba_analytics.player_game_summary";
const phase3 = "phase3_completion";
const engine = embeddedEngine();

const content = [
  "player_lookup,game_id,game_date,minutes_played,processed_at",
  "bosone,20260201_BOS_NYK,2026-02-01,30,2026-02-02 11:35:00 UTC",
  "bosone,20260203_BOS_NYK,2026-02-03,31,2026-02-04 11:35:00 UTC",
  "nykone,20260203_BOS_NYK,2026-02-03,32,2026-02-04 11:35:00 UTC",
  "lalone,20260203_LAL_DEN,2026-02-03,33,2026-02-04 11:35:00 UTC",
].join("\n");

const table = (more = "", changes = ""): Promise<Opened> =>
  opened(`  - { table: ${players}, file: players.csv${more} }${changes === "" ? "" : `\nchanges:\n${changes}`}`, {
    "players.csv": content,
  });

function portsAt({ stores }: Opened, time: string): Ports {
  return embeddedPorts(stores, storeClock(morning(time)), engine);
}

function query(where: string, params: Query["params"], name = players): Query {
  const sql = `SELECT player_lookup FROM {${name}} WHERE ${where} LIMIT @limit`;
  return { name: "some rows", sql, params: { ...params, limit: { kind: "integer", value: 100 } }, columns: { player_lookup: "string" } };
}

async function rows(of: Opened, date: string, time = "18:00"): Promise<readonly Row[]> {
  const ask = query("game_date = @date", { date: { kind: "date", value: date } });
  return (await portsAt(of, time).warehouse.query(ask, asking())).rows;
}

const window = (from: string, to: string): Query =>
  query("game_date BETWEEN @from AND @to", { from: { kind: "date", value: from }, to: { kind: "date", value: to } });

async function refusedAs(answering: Promise<unknown>): Promise<string> {
  const { refusal, message, next }: BackendError = await refusalOf(answering);
  expect(message).toMatch(/not supplied/u);
  expect(next).not.toBe("");
  return refusal;
}

describe("dates", () => {
  test("between a file's first and last date one without rows is empty; outside them nothing was supplied", async () => {
    const of = await table();
    expect((await rows(of, "2026-02-03")).length).toBe(3);
    expect(await rows(of, "2026-02-02")).toEqual([]);
    expect(await refusedAs(rows(of, "2026-01-31"))).toBe("not_supplied");
    expect(await refusedAs(rows(of, "2026-02-04"))).toBe("not_supplied");
  });

  test("`covers` decides instead, wider or narrower than the rows", async () => {
    const wide = await table(", covers: { from: 2026-01-31, to: 2026-02-04 }");
    expect(await rows(wide, "2026-01-31")).toEqual([]);
    expect(await rows(wide, "2026-02-04")).toEqual([]);
    expect(await refusedAs(rows(wide, "2026-01-30"))).toBe("not_supplied");
    const narrow = await table(", covers: { from: 2026-02-02, to: 2026-02-03 }");
    expect(await refusedAs(rows(narrow, "2026-02-01"))).toBe("not_supplied");
  });

  test("a window is answered only if every date of it was supplied", async () => {
    const { warehouse } = portsAt(await table(), "18:00");
    expect((await warehouse.query(window("2026-02-01", "2026-02-03"), asking())).rows).toHaveLength(4);
    expect(await refusedAs(warehouse.query(window("2026-02-01", "2026-02-04"), asking()))).toBe("not_supplied");
    expect(await refusedAs(warehouse.query(window("2026-01-31", "2026-02-03"), asking()))).toBe("not_supplied");
  });

  test.each([
    ["no date", "player_lookup = @name", { name: { kind: "string", value: "bosone" } }],
    [
      "a date or something else",
      "game_date = @date OR player_lookup = @name",
      { date: { kind: "date", value: "2026-02-03" }, name: { kind: "string", value: "x" } },
    ],
  ] satisfies [string, string, Query["params"]][])("a question with %s asks for dates that nobody supplied", async (_, where, params) => {
    const { warehouse } = portsAt(await table(), "18:00");
    expect(await refusedAs(warehouse.query(query(where, params), asking()))).toBe("not_supplied");
  });

  test("a table of instants is parted by their days in UTC, of which a window must be supplied whole", async () => {
    const runs = "nba_orchestration.scraper_execution_log";
    const times = ["2026-02-03 04:59:59 UTC", "2026-02-03 05:00:00 UTC", "2026-02-04 23:59:59.999 UTC"];
    const of = await opened(`  - { table: ${runs}, file: runs.csv }`, {
      "runs.csv": `triggered_at,scraper_name\n${times.map((time) => `${time},x`).join("\n")}\n`,
    });
    const { warehouse } = portsAt(of, "23:00");
    const within = (from: string, to: string): Promise<unknown> => {
      const params: Query["params"] = {
        from: { kind: "instant", value: from },
        to: { kind: "instant", value: to },
        limit: { kind: "integer", value: 9 },
      };
      const sql = `SELECT scraper_name FROM {${runs}} WHERE triggered_at >= @from AND triggered_at < @to LIMIT @limit`;
      return warehouse.query({ name: "runs", sql, params, columns: { scraper_name: "string" } }, asking());
    };
    expect(await within("2026-02-03T05:00:00.000Z", "2026-02-05T00:00:00.000Z")).toMatchObject({ rows: [{}, {}] });
    expect(await within("2026-02-03T00:00:00.000Z", "2026-02-03T05:00:00.000Z")).toMatchObject({ rows: [{}] });
    expect(await refusedAs(within("2026-02-03T05:00:00.000Z", "2026-02-05T00:00:00.001Z"))).toBe("not_supplied");
    expect(await refusedAs(within("2026-02-02T23:59:59.999Z", "2026-02-04T00:00:00.000Z"))).toBe("not_supplied");
  });

  test("before its `from` a file's dates are empty, and the table is there", async () => {
    const of = await table(", from: 06:00");
    expect(await rows(of, "2026-02-03", "05:59")).toEqual([]);
    expect(await rows(of, "2026-02-03", "06:00")).toHaveLength(3);
    expect(await refusedAs(rows(of, "2026-02-04", "05:59"))).toBe("not_supplied");
  });
});

describe("what no file holds", () => {
  const day: Query["params"] = { date: { kind: "date", value: "2026-02-03" } };
  const ways: [string, (ports: Ports) => Promise<unknown>][] = [
    ["rows of another table", ({ warehouse }) => warehouse.query(query("game_date = @date", day, "nba_raw.nbac_schedule"), asking())],
    ["the shape of another table", ({ warehouse }) => warehouse.describe("nba_raw.nbac_schedule", asking())],
    ["a table that the pipeline file doesn't know", ({ warehouse }) => warehouse.describe("nba_raw.unheard_of", asking())],
    ["a document", ({ documents }) => documents.get({ collection: phase3, id: "2026-02-03" }, asking())],
    ["a collection", ({ documents }) => documents.list({ collection: phase3, limit: 5 }, asking())],
    ["a unit", ({ units }) => units.get({ name: "nba-scrapers" }, asking())],
    ["a scheduler job", ({ schedules }) => schedules.get({ name: "same-day-phase4" }, asking())],
    ["all scheduler jobs", ({ schedules }) => schedules.list(asking())],
    ["topics", ({ topics }) => topics.topics(asking())],
    ["subscriptions", ({ topics }) => topics.subscriptions(asking())],
    ["what waits in them", ({ topics }) => topics.backlogs({ since: "2026-02-04T22:00:00Z", until: "2026-02-04T23:00:00Z" }, asking())],
    ["alert policies", ({ alerts }) => alerts.policies(asking())],
    ["what they fired", ({ alerts }) => alerts.incidents({ since: "2026-02-04T00:00:00Z" }, asking())],
    ["an object", ({ objects }) => objects.get({ path: "bucket/object.json" }, asking())],
    [
      "a log",
      ({ logs }) =>
        logs.entries({ unit: "nba-scrapers", since: "2026-02-04T00:00:00Z", until: "2026-02-04T23:00:00Z", limit: 5 }, asking()),
    ],
    [
      "a log beyond what is kept of logs",
      ({ logs }) =>
        logs.entries({ unit: "nba-scrapers", since: "2025-02-04T00:00:00Z", until: "2025-02-04T23:00:00Z", limit: 5 }, asking()),
    ],
  ];

  test.each(ways)("%s was not supplied: neither empty nor absent nor invented", async (_, ask) => {
    expect(await refusedAs(ask(portsAt(await table(), "18:00")))).toBe("not_supplied");
  });

  test.each(["warehouse", "documents", "units", "schedules", "objects", "topics", "alerts", "logs"])(
    "%s that is to answer empty stays not supplied",
    async (port) => {
      const of = await table("", `  - { fail: ${port}, with: empty, from: 00:00 }`);
      for (const [, ask] of ways.slice(3)) expect(await refusedAs(ask(portsAt(of, "18:00")))).toBe("not_supplied");
      expect(await refusedAs(portsAt(of, "18:00").warehouse.describe("nba_raw.nbac_schedule", asking()))).toBe("not_supplied");
    },
  );

  test("what a port is told to fail with comes first", async () => {
    const of = await table("", "  - { fail: logs, with: denied, from: 00:00 }");
    const asked = ways.find(([name]) => name === "a log")?.[1](portsAt(of, "18:00")) ?? Promise.resolve();
    expect((await refusalOf(asked)).refusal).toBe("denied");
  });
});

describe("documents", () => {
  const document = (fields: object, more: object = {}): string =>
    JSON.stringify({ id: "2026-02-03", fields, updateTime: "2026-02-04 11:37:00.5 UTC", ...more });
  const filed = (lines: string, rest = ""): Promise<Opened> =>
    opened(`  - { collection: ${phase3}, file: phase3.ndjson${rest}`.replace(/[^}]$/u, "$& }"), { "phase3.ndjson": lines });

  test("are as the file has them; a text is a timestamp where the pipeline file says so", async () => {
    const fields = {
      player_game_summary: { status: "success", completed_at: "2026-02-04T11:37:00Z", record_count: 348 },
      _triggered_at: { $timestamp: "2026-02-04T11:38:00Z" },
      _reconciliation_fix: "2026-02-04T23:40:00+00:00",
      _completed_count: 3,
    };
    const { documents } = portsAt(await filed(`${document(fields)}\n`), "18:00");
    expect(await documents.get({ collection: phase3, id: "2026-02-03" }, asking())).toEqual({
      id: "2026-02-03",
      createTime: "2026-02-04T11:37:00.500Z",
      updateTime: "2026-02-04T11:37:00.500Z",
      fields: {
        player_game_summary: { status: "success", completed_at: { $timestamp: "2026-02-04T11:37:00.000Z" }, record_count: 348 },
        _triggered_at: { $timestamp: "2026-02-04T11:38:00.000Z" },
        _reconciliation_fix: "2026-02-04T23:40:00+00:00",
        _completed_count: 3,
      },
    });
    expect(await documents.get({ collection: phase3, id: "2026-02-02" }, asking())).toBeUndefined();
    expect(await documents.list({ collection: phase3, limit: 5 }, asking())).toEqual(["2026-02-03"]);
  });

  test("are there from the file's `from`, and `set` changes them from its own", async () => {
    const set = `, from: 06:00 }\nchanges:\n  - { set: ${phase3}/2026-02-03, from: 07:00, fields: { _completed_count: 5 } }\n  - { set: ${phase3}/2026-02-03, from: 08:00, delete: true }`;
    const of = await filed(document({ _completed_count: 3, _mode: "overnight" }), set);
    const at = async (time: string) => {
      const { documents } = portsAt(of, time);
      return [
        (await documents.get({ collection: phase3, id: "2026-02-03" }, asking()))?.fields,
        await documents.list({ collection: phase3, limit: 5 }, asking()),
      ];
    };
    expect(await at("05:59")).toEqual([undefined, []]);
    expect(await at("06:00")).toEqual([{ _completed_count: 3, _mode: "overnight" }, ["2026-02-03"]]);
    expect(await at("07:00")).toEqual([{ _completed_count: 5, _mode: "overnight" }, ["2026-02-03"]]);
    expect(await at("08:00")).toEqual([undefined, []]);
  });

  test.each([
    ["{}", "1: id: expected the document's id"],
    [`{"id":"a","fields":{}}`, "1: updateTime: expected a time with its zone, as 2026-02-04T20:00:06Z"],
    [`${document({})}\n${document({})}`, '2: id: "2026-02-03" is there already; a collection has each id once'],
    [document({}, { name: "x" }), '1: unknown key; a document is {"id", "fields", "updateTime", "createTime"}'],
    [
      `{"id":"a","fields":{"_n":9007199254740993},"updateTime":"2026-02-04T11:37:00Z"}`,
      "1: fields._n: holds a number above 2^53, or a $timestamp that is no time",
    ],
    [document({ _at: { $timestamp: "noon" } }), "1: fields._at: holds a number above 2^53, or a $timestamp that is no time"],
  ])("%s is refused", async (lines, message) => {
    await expect(filed(lines)).rejects.toThrow(`mine: phase3.ndjson:${message}`);
  });

  test("an entry that would count rows of a table that no file supplies is refused", async () => {
    const set = ` }\nchanges:\n  - { set: ${phase3}/2026-02-03, from: 07:00, fields: { player_game_summary: 05:12 } }`;
    await expect(filed(document({}), set)).rejects.toThrow(
      "counts the rows of a table that no file supplies for that date; give the entry as a map",
    );
  });
});

describe("changes to a file's rows", () => {
  const changed = async (changes: string, time = "18:00") => {
    const { stores } = await table("", changes);
    return stores.at(morning(time)).table(players)?.rows ?? [];
  };

  test("copies, removals and values are of the night in focus unless another is named", async () => {
    expect(await changed(`  - { duplicate: ${players}, copies: 2, from: 08:00 }`)).toHaveLength(10);
    expect(await changed(`  - { duplicate: ${players}, copies: 2, from: 08:00 }`, "07:59")).toHaveLength(4);
    expect(await changed(`  - { duplicate: ${players}, night: 2026-02-01, from: 08:00 }`)).toHaveLength(5);
    expect(await changed(`  - { remove: ${players}, rows: 2, from: 08:00 }`)).toHaveLength(2);
    const set = await changed(`  - { values: ${players}, night: all, set: { minutes_played: null }, from: 08:00 }`);
    expect(countBy(set, "minutes_played")).toEqual(new Map([["null", 4]]));
  });

  test("games are those of the rows' ids", async () => {
    expect((await changed(`  - { remove: ${players}, games: [LAL@DEN], from: 08:00 }`)).map((row) => row["player_lookup"])).toEqual([
      "bosone",
      "bosone",
      "nykone",
    ]);
  });

  test("games of a table with the league's ids are those of the schedule's file", async () => {
    const gamebook = "nba_raw.nbac_gamebook_player_stats";
    const files = `  - { table: nba_raw.nbac_schedule, file: schedule.csv }\n  - { table: ${gamebook}, file: gamebook.csv }`;
    const { stores } = await opened(`${files}\nchanges:\n  - { remove: ${gamebook}, games: [BOS@NYK], from: 08:00 }`, {
      "schedule.csv":
        "game_id,game_date,away_team_tricode,home_team_tricode\n0022500770,2026-02-03,BOS,NYK\n0022500771,2026-02-03,LAL,DEN\n",
      "gamebook.csv": "game_id,game_date,player_lookup\n0022500770,2026-02-03,bosone\n0022500771,2026-02-03,lalone\n",
    });
    expect(stores.at(morning("18:00")).table(gamebook)?.rows).toMatchObject([{ player_lookup: "lalone" }]);
  });

  test.each([
    [
      `{ remove: ${players}, games: [BOS@NYC], from: 08:00 }`,
      'changes.0.games.0: No game "BOS@NYC"; known: BOS@NYK, LAL@DEN. Did you mean "BOS@NYK"?',
    ],
    [
      `{ remove: ${players}, rows: 1, night: 2026-02-04, from: 08:00 }`,
      `changes.0.remove: the file of ${players} does not cover 2026-02-04, only 2026-02-01 to 2026-02-03`,
    ],
    [`{ values: ${players}, set: { points: 1 }, from: 08:00 }`, `changes.0.values: the file of ${players} has no column points`],
    [`{ values: ${players}, where: { points: 1 }, set: { minutes_played: 1 }, from: 08:00 }`, "has no column points"],
    [`{ duplicate: ${players}, rows: 4, from: 08:00 }`, "4 rows asked for, 3 are there then"],
  ])("%s is refused", async (change, message) => {
    await expect(table("", `  - ${change}`)).rejects.toThrow(message);
  });
});
