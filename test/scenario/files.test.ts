import { readFileSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { openStores } from "../../src/adapters/embedded/scenario/open.ts";
import { UserError } from "../../src/errors.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { fileScenario, folderWith, opened } from "../support/file-scenario.ts";
import { nba } from "../support/pipeline.ts";
import { morning } from "./stage.ts";

const players = "nba_analytics.player_game_summary";
const csv = (file = "players.csv", more = ""): string => `  - { table: ${players}, file: ${file}${more} }`;
const night = "2026-02-03";

async function rowsFrom(content: string | Uint8Array, file = "players.csv"): Promise<readonly Row[]> {
  const { stores } = await opened(csv(file), { [file]: content });
  return stores.at(morning("18:00")).table(players)?.rows ?? [];
}

async function refusal(opening: Promise<unknown>): Promise<string> {
  try {
    await opening;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return "accepted";
}

const refusedFile = (content: string | Uint8Array, file = "players.csv"): Promise<string> => refusal(rowsFrom(content, file));

describe("CSV", () => {
  test("is read as BigQuery exports it: times in UTC, booleans, nothing as null, other columns left aside", async () => {
    const rows = await rowsFrom(
      `player_lookup,game_date,minutes_played,points,is_dnp,dnp_reason,processed_at,someone_elses\r\n` +
        `bosone,${night},34.5,20,false,,2026-02-04 11:35:06.123456 UTC,x\r\n` +
        `bostwo,${night},,,true,"Coach's ""rest"",\r\nnothing more",2026-02-04T06:35:06-05:00,\r\n`,
    );
    expect(rows).toEqual([
      {
        player_lookup: "bosone",
        game_date: night,
        minutes_played: 34.5,
        points: 20,
        is_dnp: false,
        dnp_reason: null,
        processed_at: "2026-02-04T11:35:06.123Z",
      },
      {
        player_lookup: "bostwo",
        game_date: night,
        minutes_played: null,
        points: null,
        is_dnp: true,
        dnp_reason: `Coach's "rest",\r\nnothing more`,
        processed_at: "2026-02-04T11:35:06.000Z",
      },
    ]);
  });

  test("a declared column that the file lacks is absent from the table's shape, never a column of nulls", async () => {
    const { stores } = await opened(csv(), { "players.csv": `game_date,points\n${night},1\n` });
    expect(Object.keys(stores.at(morning("18:00")).table(players)?.columns ?? {})).toEqual(["game_date", "points"]);
  });

  test.each([
    ["\n", 5],
    ["\r\n", 5],
  ])("with quoted line breaks and blank lines before it, a wrong value is told with its line (line ends %j)", async (end, line) => {
    const lines = [`game_date,points,dnp_reason`, `${night},1,"two${end}lines"`, ``, `${night},many,é`];
    expect(await refusedFile(lines.join(end))).toBe(`mine: players.csv:${line}: points: expected a whole number up to 2^53, got "many"`);
  });

  test("lines are counted right beyond one read of the parser", async () => {
    const rows = Array.from({ length: 30_000 }, (_, index) => `${night},${index},"é\n"`);
    expect(await refusedFile(`game_date,points,dnp_reason\n${rows.join("\n")}\n${night},many,\n`)).toContain("players.csv:60002: points");
  });

  const values: [column: string, value: string, expected: string][] = [
    ["game_date", "2026-02-30", "a date as YYYY-MM-DD"],
    ["game_date", "02/03/2026", "a date as YYYY-MM-DD"],
    ["points", "12.5", "a whole number up to 2^53"],
    ["points", "9007199254740993", "a whole number up to 2^53"],
    ["minutes_played", "9007199254740993.000000000", "a number up to 2^53"],
    ["minutes_played", "NaN", "a number up to 2^53"],
    ["minutes_played", "34:30", "a number up to 2^53"],
    ["is_dnp", "yes", "true or false"],
    ["processed_at", "2026-02-04 11:35:06", "a time with its zone, as 2026-02-04 20:00:06.123456 UTC or 2026-02-04T20:00:06Z"],
    ["processed_at", "2026-02-30 11:35:06 UTC", "a time with its zone, as 2026-02-04 20:00:06.123456 UTC or 2026-02-04T20:00:06Z"],
  ];
  test.each(values)("%s %s is refused with what was expected", async (column, value, expected) => {
    const header = ["game_date", "points", "minutes_played", "is_dnp", "processed_at"];
    const fields = header.map((name) => (name === column ? value : name === "game_date" ? night : ""));
    expect(await refusedFile(`${header.join()}\n${fields.join()}\n`)).toBe(
      `mine: players.csv:2: ${column}: expected ${expected}, got "${value}"`,
    );
  });

  test("as much as a number can hold exactly is taken", async () => {
    expect(await rowsFrom(`game_date,points,minutes_played\n${night},9007199254740992,-0.25\n${night},12.0,1e2\n`)).toEqual([
      { game_date: night, points: 2 ** 53, minutes_played: -0.25 },
      { game_date: night, points: 12, minutes_played: 100 },
    ]);
  });

  test("a long value is cut where it is told", async () => {
    expect((await refusedFile(`game_date,points\n${night},${"x".repeat(5000)}\n`)).length).toBeLessThan(200);
  });

  test("all problems are told at once, up to eight", async () => {
    const told = await refusedFile(`game_date,points\n${`${night},x\n`.repeat(20)}`);
    expect(told.split("\n")).toHaveLength(9);
    expect(told).toContain("Stopped reading after 8 problems.");
  });

  test.each([
    ["", "players.csv: is empty; its first line must name the columns."],
    [
      `game_dat,points\n${night},1\n`,
      `players.csv: has no column game_date, which says the date that each row belongs to. Did you mean "game_dat"? Its columns: game_dat, points`,
    ],
    [`game_date,points,points\n${night},1,2\n`, "players.csv: names the column points twice."],
    [`game_date,points\n${night},1\n${night}\n`, "players.csv:3: has another number of fields than the header."],
    [`game_date,points\n${night},"1\n`, "players.csv:2: a quote is opened in this record and never closed."],
    [`game_date,points\n${night},1"2\n`, "players.csv:2: is no CSV: a quote inside a field must be doubled, and the field quoted."],
    [`game_date,points\n,1\n`, "players.csv:2: game_date: expected a date as YYYY-MM-DD, got nothing"],
    [`game_date,points\n`, "players.csv: has no row; say with `covers` which dates are empty."],
  ])("%j is refused", async (content, message) => {
    expect(await refusedFile(content)).toBe(`mine: ${message}`);
  });

  test("a byte that is no UTF-8 is refused, not read as another character", async () => {
    expect(await refusedFile(Uint8Array.from([...Buffer.from(`game_date,dnp_reason\n${night},`), 0xe9, 10]))).toContain("is not UTF-8");
  });

  test("more than 200,000 rows are refused", async () => {
    expect(await refusedFile(`game_date\n${`${night}\n`.repeat(200_001)}`)).toBe(
      "mine: players.csv: has more than 200000 rows; export fewer dates.",
    );
  });

  test("more than 64 MiB are refused unread", async () => {
    expect(await refusedFile(Buffer.alloc(64 * 2 ** 20 + 1))).toContain("has 67108865 bytes, at most 67108864 (64 MiB) are read");
  });
});

describe("NDJSON", () => {
  test("is read as BigQuery exports it: whole numbers as text, what is null left out", async () => {
    const content = `{"game_date":"${night}","points":"20","minutes_played":34.5,"is_dnp":false,"processed_at":"2026-02-04 11:35:06 UTC"}\n\n{"game_date":"${night}","player_lookup":"bostwo"}\n`;
    expect(await rowsFrom(content, "players.ndjson")).toEqual([
      { game_date: night, points: 20, minutes_played: 34.5, is_dnp: false, processed_at: "2026-02-04T11:35:06.000Z", player_lookup: null },
      { game_date: night, points: null, minutes_played: null, is_dnp: null, processed_at: null, player_lookup: "bostwo" },
    ]);
  });

  test.each([
    [`{"game_date":"${night}","points":9007199254740993}`, "1: points: expected a whole number up to 2^53, got 9007199254740993"],
    [`{"game_date":"${night}","player_lookup":203999}`, "1: player_lookup: expected text, got 203999"],
    [`\n{"game_date":"${night}"\n`, `2: expected one JSON object, got {"game_date":"${night}"`],
    [`[]`, "1: expected one JSON object, got []"],
  ])("%j is refused with its line", async (content, message) => {
    expect(await refusedFile(content, "players.ndjson")).toBe(`mine: players.ndjson:${message}`);
  });

  test("in .json a list of objects is read, its items numbered", async () => {
    expect(await rowsFrom(`[{"game_date":"${night}","points":1},\n{"game_date":"${night}"}]`, "players.json")).toHaveLength(2);
    expect(await refusedFile(`[{"game_date":"${night}"},{"game_date":"today"}]`, "players.json")).toContain(
      "players.json: row 2: game_date",
    );
  });
});

describe("where files may lie", () => {
  const content = `game_date,points\n${night},1\n`;

  test("below the scenario's folder, and by an absolute path if that is inside", async () => {
    const { stores } = await opened(csv("exports/players.csv"), { "exports/players.csv": content });
    expect(stores.at(morning("18:00")).table(players)?.rows).toHaveLength(1);
    const folder = await folderWith({ "players.csv": content });
    const absolute = fileScenario(csv(join(folder, "players.csv")));
    expect((await openStores(absolute, nba, join(folder, "mine.yaml"))).at(morning("18:00")).table(players)?.rows).toHaveLength(1);
  });

  test("nowhere else: not above, not by an absolute path, not by a link", async () => {
    const folder = await folderWith({ "mine/a.txt": "", "players.csv": content });
    await symlink(join(folder, "players.csv"), join(folder, "mine/linked.csv"));
    for (const file of ["../players.csv", "a/../../players.csv", join(folder, "players.csv"), "linked.csv", "/etc/hostname.csv"]) {
      const told = await refusal(openStores(fileScenario(csv(file)), nba, join(folder, "mine/mine.yaml")));
      expect(told, file).toMatch(/lies outside the scenario's folder/u);
    }
  });

  test("a file that isn't there, and one of no known ending", async () => {
    expect(await refusal(opened(csv("none.csv"), {}))).toBe("mine: none.csv: there is no such file beside the scenario.");
    expect(await refusal(opened(csv("players.xlsx"), {}))).toContain(
      "expected a file that ends in one of .csv, .ndjson, .jsonl, .json, .parquet",
    );
  });
});

test("the example in docs/scenarios.md is a scenario of files", () => {
  const text = readFileSync(new URL("../../docs/scenarios.md", import.meta.url), "utf8");
  const example = text.split(/```(?:yaml\n)?/u).find((part) => part.includes("base: nothing\nclock"));
  expect(loadScenario({ name: "my-night.yaml", text: example ?? "" }, nba).files).toHaveLength(3);
});

describe("a scenario of files is refused in the file's own words", () => {
  test.each([
    [`${csv()}\n${csv("again.csv")}`, `files.1.table: ${players} has a file already; put both into one`],
    [`  - { table: nba_analytics.player_game_sumary, file: a.csv }`, `files.0.table: No table "nba_analytics.player_game_sumary"`],
    [`  - { file: a.csv }`, "files.0: say what the file holds: `table` or `collection`, one of the two"],
    [`  - { collection: phase3_completion, file: a.csv }`, "files.0.file: documents come from .ndjson (one a line) or .json (a list)"],
    [csv("players.csv", ", covers: { from: 2026-02-04, to: 2026-02-03 }"), "files.0.covers: ends before it begins"],
    [
      `${csv()}\nchanges:\n  - { arrive: ${players}, from: 06:00 }`,
      "changes.0.arrive: `arrive` adds to a normal night, which `base: nothing` has not",
    ],
    [`${csv()}\nchanges:\n  - { totals: ${players}, rows: 5, from: 06:00 }`, "changes.0.totals: `totals` adds to a normal night"],
    [
      `${csv()}\nchanges:\n  - { remove: nba_raw.nbac_schedule, rows: 1, from: 06:00 }`,
      "changes.0.remove: nba_raw.nbac_schedule has no file, so there is nothing to change",
    ],
    [
      `${csv()}\nchanges:\n  - { set: phase3_completion/2026-02-03, from: 06:00, fields: { _mode: overnight } }`,
      "changes.0.set: phase3_completion has no file",
    ],
    [
      `${csv()}\nchanges:\n  - { remove: ${players}, games: 2, from: 06:00 }`,
      "changes.0.games: with `base: nothing` name the games as AWAY@HOME: files have no order of games",
    ],
    [`${csv()}\nnights: [{ date: 2026-02-01 }]`, "nights: with `base: nothing` there are only the nights of the files"],
    [`  []`, "base: `base: nothing` needs `files`"],
  ])("%s", (rest, message) => {
    expect(() => fileScenario(rest)).toThrow(message);
  });
});
