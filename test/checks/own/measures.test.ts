import { describe, expect, test } from "vitest";
import type { Row } from "../../../src/ports/warehouse.ts";
import { at, smallNight } from "../../support/night.ts";
import { brief, judgeOwn, told } from "./own-night.ts";

const table = "table: nba_analytics.player_game_summary";
const mine = (rest: string) => `id: mine, why: ours, next: look, ${rest}`;
const night = (change: (rows: Row[]) => Row[]) => {
  const small = smallNight();
  return { ...small, tables: { ...small.tables, "player-rows": change(small.tables["player-rows"] ?? []) } };
};
/** The first so many rows otherwise. */
const otherwise = (count: number, row: Row) => night((rows) => rows.map((each, index) => (index < count ? { ...each, ...row } : each)));

describe("rows: how many fulfil the conditions", () => {
  const played = (pass: string, more = "") => mine(`${table}, measure: rows, where: { column: is_dnp, is: false }, pass: "${pass}"${more}`);

  test("44 of 68 played: at the limit it passes, one above it misses", async () => {
    expect(told(await judgeOwn(played(">= 44")), "mine")).toEqual([
      "2026-02-03: pass ok: 44 of 68 rows of nba_analytics.player_game_summary whose is_dnp is false",
    ]);
    expect(brief(await judgeOwn(played(">= 45")))).toEqual(["fail P2 missed"]);
  });

  test.each([
    ["> 43", "pass ok"],
    ["> 44", "fail P2 missed"],
    ["<= 44", "pass ok"],
    ["<= 43", "fail P2 missed"],
    ["< 45", "pass ok"],
    ["< 44", "fail P2 missed"],
    ["= 44", "pass ok"],
    ["= 43", "fail P2 missed"],
  ])("%s is %s", async (limit, verdict) => {
    expect(brief(await judgeOwn(played(limit)))).toEqual([verdict]);
  });

  test("between `warn` and `pass` it is a warning, below `warn` a miss of the declared severity", async () => {
    const limits = ', warn: ">= 40", severity: P1';
    expect(brief(await judgeOwn(played(">= 45", limits)))).toEqual(["warn P3 short_of_pass"]);
    expect(brief(await judgeOwn(played(">= 45", limits), { night: otherwise(4, { is_dnp: true }) }))).toEqual(["warn P3 short_of_pass"]);
    expect(brief(await judgeOwn(played(">= 45", limits), { night: otherwise(5, { is_dnp: true }) }))).toEqual(["fail P1 missed"]);
  });

  test("a copy of a business key counts once, unless all rows are wanted", async () => {
    const doubled = night((rows) => [...rows, ...rows.slice(0, 3)]);
    expect(told(await judgeOwn(mine(`${table}, measure: rows, pass: "= 68"`), { night: doubled }), "mine")).toEqual([
      "2026-02-03: pass ok: 68 rows of nba_analytics.player_game_summary; 3 copies or rows without key set aside",
    ]);
    expect(brief(await judgeOwn(mine(`${table}, measure: rows, all_rows: true, pass: "= 71"`), { night: doubled }))).toEqual(["pass ok"]);
  });
});

describe("conditions", () => {
  const count = (condition: string, rows: Row[]) => {
    const own = night((all) => all.map((row, index) => ({ ...row, ...rows[index % rows.length] })));
    return judgeOwn(mine(`${table}, measure: rows, where: ${condition}, pass: ">= 0"`), { night: own }).then(
      (judged) => Number(/: (\d+) of 68/u.exec(told(judged, "mine")[0] ?? "")?.[1]) / (68 / rows.length),
    );
  };

  test.each<[string, string, Row[], number]>([
    ["is", "{ column: points, is: 8 }", [{ points: 8 }, { points: 9 }], 1],
    [
      "is not, and an empty value is not that either",
      "{ column: points, is_not: 8 }",
      [{ points: 8 }, { points: 9 }, { points: null }, { points: 7 }],
      2,
    ],
    [
      "one of",
      "{ column: team_abbr, one_of: [BOS, LAL] }",
      [{ team_abbr: "BOS" }, { team_abbr: "LAL" }, { team_abbr: "NYK" }, { team_abbr: null }],
      2,
    ],
    ["above", "{ column: points, above: 8 }", [{ points: 8 }, { points: 9 }], 1],
    ["at least", "{ column: points, at_least: 8 }", [{ points: 8 }, { points: 7 }], 1],
    ["below", "{ column: points, below: 8 }", [{ points: 8 }, { points: 7 }], 1],
    ["at most, and nothing is not at most anything", "{ column: points, at_most: 8 }", [{ points: 8 }, { points: null }], 1],
    ["empty", "{ column: points, null: true }", [{ points: null }, { points: 0 }], 1],
    ["not empty", "{ column: points, null: false }", [{ points: null }, { points: 0 }], 1],
    [
      "an instant by its time, whatever its offset",
      '{ column: created_at, at_least: "2026-02-04T06:00:00-05:00" }',
      [{ created_at: "2026-02-04T11:00:00.000Z" }, { created_at: "2026-02-04T10:59:59.000Z" }],
      1,
    ],
    [
      "all of a list",
      "[{ column: points, above: 0 }, { column: is_dnp, is: false }]",
      [
        { points: 5, is_dnp: false },
        { points: 5, is_dnp: true },
        { points: 0, is_dnp: false },
        { points: 5, is_dnp: null },
      ],
      1,
    ],
  ])("%s", async (_title, condition, rows, expected) => {
    expect(await count(condition, rows)).toBe(expected);
  });
});

describe("share: n of m", () => {
  const share = mine(
    `${table}, measure: share, of: { column: is_dnp, is: false }, where: { column: minutes_played, above: 0 }, pass: ">= 0.9", warn: ">= 0.8"`,
  );

  test("over the rows that `of` chooses only, numerator and denominator said", async () => {
    expect(told(await judgeOwn(share, { night: otherwise(4, { minutes_played: null }) }), "mine")).toEqual([
      "2026-02-03: pass ok: 40 of 44 rows of nba_analytics.player_game_summary whose is_dnp is false have minutes_played above 0 (90.9 %)",
    ]);
    expect(brief(await judgeOwn(share, { night: otherwise(5, { minutes_played: null }) }))).toEqual(["warn P3 short_of_pass"]);
    expect(brief(await judgeOwn(share, { night: otherwise(11, { minutes_played: null }) }))).toEqual(["fail P2 missed"]);
  });

  test("over nothing it is unknown, never all of it", async () => {
    expect(brief(await judgeOwn(share, { night: otherwise(68, { is_dnp: true }) }))).toEqual(["unknown nothing_compared"]);
  });
});

describe("distinct: different values", () => {
  const teams = (pass: string) => mine(`${table}, measure: distinct, column: team_abbr, pass: "${pass}"`);

  test("counts each once, and nothing not at all", async () => {
    expect(brief(await judgeOwn(teams("= 4")))).toEqual(["pass ok"]);
    expect(told(await judgeOwn(teams("= 4"), { night: otherwise(17, { team_abbr: null }) }), "mine")).toEqual([
      "2026-02-03: fail P2 missed: 3 different team_abbr in 68 rows of nba_analytics.player_game_summary, 17 without one",
    ]);
  });
});

describe("newest: an age at the clock", () => {
  const age = (pass: string) => mine(`${table}, measure: newest, column: processed_at, pass: "${pass}", due: D+1 07:00`);

  test("06:20 is 190 minutes before 09:30: at the limit it passes, a minute less misses", async () => {
    expect(brief(await judgeOwn(age("<= 190 min")))).toEqual(["pass ok"]);
    expect(told(await judgeOwn(age("<= 189 min")), "mine")).toEqual([
      "2026-02-03: fail P2 missed: the newest processed_at of 68 rows of nba_analytics.player_game_summary is 06:20 ET, 3 h 10 min old",
    ]);
    expect(brief(await judgeOwn(age("<= 3.2 h")))).toEqual(["pass ok"]);
  });

  test("asked about a date gone by, the age is that of when the next date was to be judged: old dates don't rot", async () => {
    const nextMorning = at("07:00", "2026-02-05");
    const late = { clock: at("12:00", "2026-03-01") };
    const hours = (nextMorning.getTime() - at("06:20").getTime()) / 3_600_000;
    expect(brief(await judgeOwn(age(`<= ${Math.ceil(hours)} h`), late))).toEqual(["pass ok"]);
    expect(brief(await judgeOwn(age(`<= ${Math.floor(hours)} h`), late))).toEqual(["fail P2 missed"]);
  });

  test("a stamp later than the clock is unknown, not young", async () => {
    const tomorrow = otherwise(1, { processed_at: at("09:31").toISOString() });
    expect(brief(await judgeOwn(age("<= 6 h"), { night: tomorrow }))).toEqual(["unknown future"]);
  });

  test("without any stamp it is unknown", async () => {
    expect(brief(await judgeOwn(age("<= 6 h"), { night: otherwise(68, { processed_at: null }) }))).toEqual(["unknown nothing_compared"]);
  });
});

describe("equals", () => {
  const pair = (more = "") => mine(`${table}, measure: equals, equals: { left: points, right: fg_makes${more} }`);
  const both = (row: Row, count = 1) =>
    night((rows) =>
      rows.map((each, index) => (index < count ? { ...each, points: 8, fg_makes: 8, ...row } : { ...each, points: 8, fg_makes: 8 })),
    );

  test("row by row: one that differs is a miss, one without a value is not compared", async () => {
    expect(told(await judgeOwn(pair(), { night: both({ fg_makes: null }) }), "mine")).toEqual([
      "2026-02-03: pass ok: points and fg_makes differ in 0 of 67 rows of nba_analytics.player_game_summary, 1 more without one of them",
    ]);
    expect(brief(await judgeOwn(pair(), { night: both({ fg_makes: 9 }) }))).toEqual(["fail P2 missed"]);
    expect(brief(await judgeOwn(pair(", tolerance: 1"), { night: both({ fg_makes: 9 }) }))).toEqual(["pass ok"]);
    expect(brief(await judgeOwn(pair(", tolerance: 1"), { night: both({ fg_makes: 10 }) }))).toEqual(["fail P2 missed"]);
  });

  test("of sums: alike within the tolerance", async () => {
    const sums = (more: string) => pair(`, compare: sums${more}`);
    expect(brief(await judgeOwn(sums(""), { night: both({}) }))).toEqual(["pass ok"]);
    expect(told(await judgeOwn(sums(", tolerance: 1"), { night: both({ fg_makes: 10 }) }), "mine")).toEqual([
      "2026-02-03: fail P2 missed: the sum of points is 544 and of fg_makes 546 over 68 rows of nba_analytics.player_game_summary",
    ]);
    expect(brief(await judgeOwn(sums(", tolerance: 2"), { night: both({ fg_makes: 10 }) }))).toEqual(["pass ok"]);
  });

  test("nothing to compare is unknown, by rows and by sums", async () => {
    for (const compare of ["rows", "sums"])
      expect(brief(await judgeOwn(pair(`, compare: ${compare}`), { night: both({ fg_makes: null }, 68) }))).toEqual([
        "unknown nothing_compared",
      ]);
  });
});
