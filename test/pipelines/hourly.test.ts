import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { checksOf } from "../../src/checks/checks-of.ts";
import { exitCode } from "../../src/report/exit-code.ts";
import { parseInstant } from "../../src/pipeline/dates.ts";
import { loadPipeline } from "../../src/pipeline/load.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { validateDaily } from "../../tools/validate_daily.ts";
import { run } from "../mcp/child.ts";
import { filesIn, refusalOf, sessionOn } from "../support/own-pipeline.ts";

const text = readFileSync(new URL("hourly.yaml", import.meta.url), "utf8");
const load = (changed = text, statements: Record<string, string> = {}) =>
  loadPipeline({
    name: "hourly.yaml",
    text: changed,
    statements: Object.fromEntries(Object.entries(statements).map(([name, sql]) => [name, { text: sql }])),
  });
const helsinki = (time: string, day = "2026-02-04"): Date => parseInstant(`${day} ${time}`, "Europe/Helsinki") ?? new Date(Number.NaN);

const readingColumns = { day: "date", hour: "integer", station: "string", celsius: "number", written_at: "instant" } as const;
const dailyColumns = { day: "date", station: "string", coldest: "number", warmest: "number", written_at: "instant" } as const;
const hours = Array.from({ length: 24 }, (_, hour) => hour);

function reading(hour: number, station: string, more: Row = {}): Row {
  const written = new Date(helsinki("00:05", "2026-02-03").getTime() + (hour + 1) * 3_600_000);
  return { day: "2026-02-03", hour, station, celsius: -7.5, written_at: written.toISOString(), ...more };
}
const everyHour = hours.flatMap((hour) => ["a", "b"].map((station) => reading(hour, station)));

async function ask(rows: readonly Row[], clock: Date, input: object = {}, pipeline = load(), more: object = {}) {
  const tables = {
    "weather.readings": { columns: readingColumns, rows },
    "weather.daily": { columns: dailyColumns, rows: [] },
  };
  const session = sessionOn(pipeline, { tables, ...more }, clock);
  return validateDaily.call(input, { session, signal: new AbortController().signal, progress: () => {} });
}

describe("a pipeline without games, hourly, in another zone", () => {
  test("is judged as a whole on its newest date, in its own zone, and no slate is asked for", async () => {
    const report = await ask(everyHour, helsinki("08:00"));
    expect(report).toMatchObject({
      verdict: "pass",
      asked: { game_date: "2026-02-03", pipeline: "stations", zone: "Europe/Helsinki", as_of: "2026-02-04T08:00:00+02:00" },
      numbers: { own_every_hour: "24 values", own_filled_readings: "48/48", surplus: "0 rows in 1 table" },
      checked: { pass: 4 },
      coverage: { failed: 0, documents: 0 },
    });
    expect(report.summary).toMatch(
      /2026-02-03 PASS, judged 4 of 4 checks as of 2026-02-04 08:00 Europe\/Helsinki: surplus 0 rows in 1 table, own_every_hour 24 values, own_filled_readings 48\/48\./u,
    );
    expect(report.slate).toBeUndefined();
    expect(exitCode(report)).toBe(0);
  });

  test("before `judged_from` the newest date is the one before", async () => {
    expect((await ask(everyHour, helsinki("01:29"))).asked["game_date"]).toBe("2026-02-02");
    expect((await ask(everyHour, helsinki("01:30"))).asked["game_date"]).toBe("2026-02-03");
  });

  test("two hours missing are a warning, three a failure once the grace is over, with who reads without them", async () => {
    const without = (missing: number) => everyHour.filter(({ hour }) => Number(hour) >= missing);
    expect((await ask(without(2), helsinki("08:00"))).verdict).toBe("warn");
    const report = await ask(without(3), helsinki("05:00"));
    expect(report.findings?.[0]).toMatchObject({
      id: "every-hour/2026-02-03",
      verdict: "fail",
      severity: "P1",
      observed: "21 different hour in 42 rows of weather.readings",
      expected: ">= 24 different hour: The forecast reads all twenty-four hours",
      breaks: { what: "the forecast (forecast) reads without it", at: "2026-02-04T06:00:00+02:00" },
      next: "Ask the stations for the hours that are missing.",
    });
    expect((await ask(without(3), helsinki("01:45"))).verdict).toBe("warn");
  });

  test("an empty date is unknown, never a pass and never without games", async () => {
    const report = await ask([], helsinki("08:00"));
    expect(report.verdict).toBe("unknown");
    expect(report.summary).toContain("weather.readings holds no row of 2026-02-03");
    expect(JSON.stringify(report)).not.toMatch(/no_games|no game /u);
    expect(exitCode(report)).toBe(3);
  });

  test("early it is not due, whatever is there", async () => {
    const report = await ask(everyHour, helsinki("00:30"), { game_date: "2026-02-03" });
    expect(report.verdict).toBe("not_due");
    expect(report.ask_again).toBe("2026-02-04T01:00:00+02:00");
  });

  test("copies are found by the file's own scale", async () => {
    const doubled = [...everyHour, ...everyHour.slice(0, 3).map((row) => ({ ...row, written_at: helsinki("00:50").toISOString() }))];
    expect((await ask(doubled, helsinki("08:00"))).findings?.[0]).toMatchObject({ id: "unique-keys/weather.readings", severity: "P3" });
  });

  test("a table that is not there is said by `tables`, and unknown to who reads it", async () => {
    const session = sessionOn(load(), { tables: { "weather.daily": { columns: dailyColumns, rows: [] } } }, helsinki("08:00"));
    const report = await validateDaily.call({}, { session, signal: new AbortController().signal, progress: () => {} });
    expect(report.verdict).toBe("fail");
    expect(report.checked).toEqual({ fail: 1, unknown: 3 });
  });

  test("several dates, and each depth and half, are judged as well", async () => {
    expect((await ask(everyHour, helsinki("08:00"), { days: 2 })).days).toMatchObject([
      { game_date: "2026-02-03", verdict: "pass" },
      { game_date: "2026-02-02", verdict: "unknown" },
    ]);
    for (const input of [{ depth: "quick" }, { depth: "full" }, { moment: "post_game" }, { moment: "pre_game", game_date: "2026-02-03" }])
      expect((await ask(everyHour, helsinki("08:00"), input)).verdict).toBe("pass");
  });

  test("no check that knows of games is in its catalogue, nor may one be its core", () => {
    expect(checksOf(load()).map(({ id }) => id)).toEqual(["unique-keys", "tables", "every-hour", "filled-readings"]);
  });
});

describe("a file that is neither one kind nor the other is refused", () => {
  test.each<[string, string, string, RegExp]>([
    [
      "parts of games without games",
      "stages:",
      "analytics: { players: weather.readings, offense: weather.readings, defense: weather.readings }\nstages:",
      /hourly\.yaml:\d+: unknown key "judged_from"|games: expected a map/u,
    ],
    ["nothing core", '    core: "true"\n', "", /core: name at least one check, or mark one of `checks` with `core`/u],
    [
      "a table of a stage that it doesn't have",
      "    stage: daily\n",
      "    stage: analytics\n",
      /tables\.weather\.daily\.stage: No stage "analytics"; known: readings, daily/u,
    ],
    [
      "a check due with a stage that it doesn't have",
      '    core: "true"\n',
      '    core: "true"\n    due: analytics\n',
      /checks\.0\.due: No stage "analytics"; known: readings, daily/u,
    ],
    [
      "a check per game",
      '    core: "true"\n',
      '    core: "true"\n    per: game\n',
      /checks\.0\.per: a pipeline without games is judged per date/u,
    ],
    [
      "a half before the games",
      '    core: "true"\n',
      '    core: "true"\n    half: pre_game\n',
      /checks\.0\.half: a pipeline without games has no half before them/u,
    ],
    ["unique tables without a scale", /thresholds:\n.*\n.*\n/u.exec(text)?.[0] ?? "", "", /thresholds: needs `unique-keys`/u],
    ["a reader that is no job", "deadline_reader: forecast", "deadline_reader: forecasts", /No job "forecasts"; known: forecast/u],
  ])("%s", (_title, from, to, expected) => {
    expect(text).toContain(from);
    expect(refusalOf(() => load(text.replace(from, to)))).toMatch(expected);
  });

  test("a core check that it has not", async () => {
    await expect(ask(everyHour, helsinki("08:00"), {}, load(`${text}core: [analytics]\n`))).rejects.toThrow(
      /No check "analytics"; known: unique-keys, tables, every-hour, filled-readings/u,
    );
  });
});

describe("the real program", () => {
  const file = fileURLToPath(new URL("hourly.yaml", import.meta.url));
  const rows = (count: number) =>
    hours.slice(0, count).map((hour) => `2026-02-03,${hour},a,-7.5,2026-02-03 ${String(hour).padStart(2, "0")}:50:00 UTC`);
  const daily = "day,station,coldest,warmest,written_at\n2026-02-03,a,-9,-1,2026-02-04 00:30:00 UTC\n";
  const night = (count: number, base = "base: nothing") =>
    filesIn({
      "hours.yaml": `scenario: hours\nabout: Some hours.\n${base}\nclock: 2026-02-04 08:00\nnight: { date: 2026-02-03 }\n${base.includes("nothing") ? "files:\n  - { table: weather.readings, file: readings.csv }\n  - { table: weather.daily, file: daily.csv }\n" : ""}`,
      "readings.csv": `day,hour,station,celsius,written_at\n${rows(count).join("\n")}\n`,
      "daily.csv": daily,
    });

  test.each([
    [24, 0, /2026-02-03 PASS, judged 4 of 4 checks/u],
    [23, 1, /2026-02-03 WARN, .*23 different hour in 23 rows/u],
    [3, 2, /2026-02-03 FAIL, .*3 different hour in 3 rows/u],
  ])("judges a file of %i hours, and exits %i", async (count, code, said) => {
    const ended = await run("validate_daily", "--pipeline", file, "--scenario", join(await night(count), "hours.yaml"));
    expect([ended.code, ended.stderr]).toEqual([code, ""]);
    expect(ended.stdout.replaceAll(/\s+/gu, " ")).toMatch(said);
  });

  test("refuses to invent a night of games for it", async () => {
    const ended = await run("validate_daily", "--pipeline", file, "--scenario", join(await night(1, "base: healthy"), "hours.yaml"));
    expect([ended.code, ended.stderr]).toEqual([
      64,
      expect.stringContaining(
        "hours.yaml:3: base: a healthy night is one of games, of which the pipeline file stations has none; use `base: nothing`",
      ),
    ]);
  });
});

describe("checks that ask other stores, through the real tool", () => {
  const checks = `
  - id: no-frost-jump
    why: A reading below -60 is a broken sensor
    table: weather.readings
    sql: checks/frost.sql
    columns: { station: string, readings: integer }
    measure: rows
    pass: "= 0"
    max_bytes: 100000
    next: Look at the sensor.
  - id: forecast-began
    why: The forecast says so in its log
    measure: log
    log: { unit: forecast, text: "began with", from: D+1 06:00, to: D+1 06:30 }
    due: D+1 06:30
    pass: ">= 1"
    next: Look at the forecast's own log.
  - id: page-published
    why: People read the page
    measure: object
    object: { path: "weather-pages/{D}.json", date_field: day }
    due: D+1 07:00
    next: Publish the page again.
`;
  const sql =
    "-- stations with readings that can't be\nSELECT station, COUNT(*) AS readings\nFROM {weather.readings}\nWHERE day BETWEEN @from AND @to AND celsius < @limit\nGROUP BY station\nLIMIT @limit\n";
  const frost = sql.replace(" AND celsius < @limit", " AND celsius IS NULL");
  const pipeline = (statement = frost, changed = "") =>
    load(text.replace("checks:\n", `checks:${checks}`).replace("max_bytes: 100000", changed || "max_bytes: 100000"), {
      "checks/frost.sql": statement,
    });
  const entry = {
    at: helsinki("06:05").toISOString(),
    severity: "INFO",
    unit: "forecast",
    text: "Began with 48 readings",
    fields: {},
  } as const;
  const page = {
    path: "weather-pages/2026-02-03.json",
    updatedAt: helsinki("06:50").toISOString(),
    sizeBytes: 20,
    text: '{"day":"2026-02-03"}',
  };
  const outside = { entries: [entry], objects: { "weather-pages": [page] } };

  test("a statement, a log and an object pass where all is well", async () => {
    const report = await ask(everyHour, helsinki("08:00"), {}, pipeline(), outside);
    expect([report.verdict, report.numbers]).toMatchObject(["pass", { own_no_frost_jump: "0 rows", own_forecast_began: "1 line" }]);
  });

  test("and speak where it isn't", async () => {
    const rows = everyHour.map((row, index) => (index === 0 ? { ...row, celsius: null } : row));
    const report = await ask(rows, helsinki("08:00"), {}, pipeline(), {
      entries: [{ ...entry, text: "Slept" }],
      objects: { "weather-pages": [] },
    });
    expect(report.findings?.map(({ id, reason, verdict }) => `${id} ${verdict} ${reason}`)).toEqual([
      "no-frost-jump/2026-02-03 fail missed",
      "forecast-began/2026-02-03 fail missed",
      "page-published/2026-02-03 fail absent",
    ]);
  });

  test("a statement beyond its bytes is unknown with the figure", async () => {
    const report = await ask(everyHour, helsinki("08:00"), {}, pipeline(frost, "max_bytes: 100"), outside);
    expect(report.verdict).toBe("unknown");
    expect(report.findings?.[0]?.observed).toMatch(
      /checks\/frost\.sql over weather\.readings for 2026-02-03: .* more than the 100 that one answer may/u,
    );
  });

  test("silence of the log's unit, and a bucket that is not there, are unknown", async () => {
    const report = await ask(everyHour, helsinki("08:00"), {}, pipeline(), {});
    expect(report.findings?.map(({ id, reason, verdict }) => `${id} ${verdict} ${reason}`)).toEqual([
      "forecast-began/2026-02-03 unknown silent",
      "page-published/2026-02-03 unknown no_such_place",
    ]);
  });

  test("a published file that is no JSON is unknown", async () => {
    const objects = { "weather-pages": [{ ...page, text: "<html>" }] };
    const report = await ask(everyHour, helsinki("08:00"), {}, pipeline(), { ...outside, objects });
    expect(report.findings?.map(({ id, reason, verdict }) => `${id} ${verdict} ${reason}`)).toEqual([
      "page-published/2026-02-03 unknown malformed",
    ]);
  });

  test("a statement that uses a parameter it hasn't, or as what it isn't, is refused before anybody is asked", () => {
    expect(refusalOf(() => checksOf(pipeline(sql.replace("@limit\nGROUP", "@least\nGROUP"))))).toMatch(
      /checks\.0\.sql: checks\/frost\.sql: @least is not given/u,
    );
  });
});
