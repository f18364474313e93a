import { describe, expect, test } from "vitest";
import { checksOf } from "../../../src/checks/checks-of.ts";
import { overallOf } from "../../../src/checks/overall.ts";
import { judgeDate } from "../../../src/checks/runner.ts";
import { calendarDateOf } from "../../../src/pipeline/dates.ts";
import { at, gatherFrom, smallNight } from "../../support/night.ts";
import { overNba, refusalOf } from "../../support/own-pipeline.ts";
import { brief, judgeOn, judgeOwn, told } from "./own-night.ts";

const table = "table: nba_analytics.player_game_summary";
const mine = (rest: string) => `id: mine, why: ours, next: look, ${rest}`;
const rows = (rest = "") => mine(`${table}, measure: rows, pass: ">= 1"${rest}`);
const empty = () => ({ ...smallNight(), tables: { ...smallNight().tables, "player-rows": [] } });
const before = (n: number) => ({ "count of nba_analytics.player_game_summary 7 d before": { facts: { rows: [{ n }], absent: [] } } });
const mayBeEmpty = ', may_be_empty: { days: 7, reason: "quiet days" }';

describe("could not look, nothing there, not to be asked: never a pass", () => {
  test("a refused table is unknown", async () => {
    expect(brief(await judgeOwn(rows(), { night: { ...smallNight(), refused: { "player-rows": "denied" } } }))).toEqual(["unknown denied"]);
  });

  test("an order asked of a column without any value is unknown: that none is above 50 is true of nothing too", async () => {
    const high = (more: string) => mine(`${table}, where: { column: usage_rate, above: 50 }, ${more}`);
    const rated = (usage: number | null) => {
      const players = smallNight().tables["player-rows"] ?? [];
      const rows = players.map((row, index) => ({ ...row, usage_rate: index === 0 ? usage : null }));
      return { night: { ...smallNight(), tables: { ...smallNight().tables, "player-rows": rows } } };
    };
    for (const measure of ['measure: rows, pass: "= 0"', 'measure: share, pass: "<= 0.1"']) {
      expect(brief(await judgeOwn(high(measure), rated(null)))).toEqual(["unknown nothing_compared"]);
      expect(brief(await judgeOwn(high(measure), rated(20)))).toEqual(["pass ok"]);
    }
  });

  test("a code that no row has may be just what is wanted", async () => {
    expect(brief(await judgeOwn(mine(`${table}, measure: rows, where: { column: dnp_reason, is: error }, pass: "= 0"`)))).toEqual([
      "pass ok",
    ]);
  });

  test("a column that the table lacks is unknown: null in every row is not what it holds", async () => {
    const night = { ...smallNight(), absent: { "player-rows": ["fg_makes"] } };
    expect(brief(await judgeOwn(rows(", where: { column: fg_makes, null: true }"), { night }))).toEqual(["unknown no_column"]);
    expect(brief(await judgeOwn(rows(), { night }))).toEqual(["pass ok"]);
  });

  test("an empty date is unknown, also where none would keep the limit", async () => {
    expect(told(await judgeOwn(mine(`${table}, measure: rows, pass: "= 0"`), { night: empty() }), "mine")).toEqual([
      "2026-02-03: unknown empty: nba_analytics.player_game_summary holds no row of 2026-02-03, so there was nothing to judge",
    ]);
  });

  test("an empty date that may be is judged as none, if the table held rows shortly before", async () => {
    const none = mine(`${table}, measure: rows, pass: "= 0"${mayBeEmpty}`);
    expect(brief(await judgeOwn(none, { night: empty(), answers: before(1) }))).toEqual(["pass ok"]);
    expect(brief(await judgeOwn(rows(mayBeEmpty), { night: empty(), answers: before(1) }))).toEqual(["fail P2 missed"]);
  });

  test("but without that witness, or where it was refused, it stays unknown", async () => {
    const none = mine(`${table}, measure: rows, pass: "= 0"${mayBeEmpty}`);
    expect(brief(await judgeOwn(none, { night: empty(), answers: before(0) }))).toEqual(["unknown empty"]);
    const refused = { "count of nba_analytics.player_game_summary 7 d before": "denied" } as const;
    expect(brief(await judgeOwn(none, { night: empty(), answers: refused }))).toEqual(["unknown denied", "pass P5 judged_without"]);
  });

  test("of nothing there is no share: not applicable where it may be", async () => {
    const share = mine(`${table}, measure: share, where: { column: points, null: false }, pass: ">= 0"${mayBeEmpty}`);
    expect(brief(await judgeOwn(share, { night: empty(), answers: before(1) }))).toEqual(["not_applicable empty"]);
  });

  test("on a date without games it is not applicable, without a schedule unknown, and `every_day` asks all the same", async () => {
    const small = smallNight();
    const schedule = small.tables["schedule"]?.filter((row) => row["game_date"] !== "2026-02-03") ?? [];
    const nobody = Object.fromEntries(Object.keys(small.tables).map((name) => [name, name === "schedule" ? schedule : []]));
    const none = { ...small, tables: nobody, document: null };
    const other = mine('table: nba_raw.nbac_schedule, measure: rows, pass: ">= 0"');
    expect(brief(await judgeOwn(other, { night: none }))).toEqual(["not_applicable no_games"]);
    expect(brief(await judgeOwn(other, { night: { ...small, refused: { schedule: "denied" } } }))).toEqual(["unknown denied"]);
    expect(brief(await judgeOwn(`${other}, every_day: true`, { night: none }))).toEqual(["pass ok"]);
  });

  test("outside of its dates it is not applicable, and asks nobody", async () => {
    const refused = { night: { ...smallNight(), refused: { "player-rows": "denied" } } } as const;
    expect(told(await judgeOwn(rows(", since: 2026-02-04"), refused), "mine")).toEqual([
      "2026-02-03: not_applicable not_in_force: this check holds from 2026-02-04",
    ]);
    expect(brief(await judgeOwn(rows(", until: 2026-02-03"), refused))).toEqual(["not_applicable not_in_force"]);
    expect(brief(await judgeOwn(rows(", since: 2026-02-03, until: 2026-02-04")))).toEqual(["pass ok"]);
  });
});

describe("when it is due", () => {
  const missed = (rest: string, clock: string) =>
    judgeOwn(mine(`${table}, measure: rows, pass: ">= 99"${rest}`), { clock: at(clock) }).then((judged) => brief(judged));

  test("with the table's stage, with its grace", async () => {
    expect(await missed("", "07:29")).toEqual(["not_due not_due"]);
    expect(await missed("", "07:30")).toEqual(["warn P3 missed"]);
    expect(await missed("", "08:29")).toEqual(["warn P3 missed"]);
    expect(await missed("", "08:30")).toEqual(["fail P2 missed"]);
  });

  test("with another stage, if it names one", async () => {
    expect(await missed(", due: grading", "11:59")).toEqual(["not_due not_due"]);
    expect(await missed(", due: grading", "13:00")).toEqual(["fail P2 missed"]);
  });

  test("at a time of its own, where there is no grace but one that is given", async () => {
    expect(await missed(", due: D+1 09:00", "08:59")).toEqual(["not_due not_due"]);
    expect(await missed(", due: D+1 09:00", "09:00")).toEqual(["fail P2 missed"]);
    expect(await missed(", due: D+1 09:00, grace: D+1 10:00", "09:59")).toEqual(["warn P3 missed"]);
    expect(await missed(", due: D+1 09:00, grace: D+1 10:00", "10:00")).toEqual(["fail P2 missed"]);
    expect(await missed(", due: D+1 09:00, grace: D+1 10:00, severity: P4", "09:59")).toEqual(["warn P4 missed"]);
  });

  test("a clean early look is no pass", async () => {
    expect(brief(await judgeOwn(rows(), { clock: at("07:29") }))).toEqual(["not_due not_due"]);
    expect(brief(await judgeOwn(rows(), { clock: at("07:29"), night: empty() }))).toEqual(["not_due not_due"]);
  });
});

describe("per game", () => {
  const box = (rest = "") => mine(`table: nba_raw.nbac_gamebook_player_stats, per: game, measure: rows, pass: ">= 34"${rest}`);
  const short = () => {
    const small = smallNight();
    const fewer = small.tables["gamebook-rows"]?.filter((row) => row["player_lookup"] !== "bosplayera") ?? [];
    return { ...small, tables: { ...small.tables, "gamebook-rows": fewer } };
  };

  test("each game by its teams; only the one that lacks a row speaks", async () => {
    expect(told(await judgeOwn(box(), { night: short(), clock: at("10:30") }), "mine")).toEqual([
      "BOS@NYK: fail P2 missed: 33 rows of nba_raw.nbac_gamebook_player_stats of BOS@NYK",
      "LAL@GSW: pass ok: 34 rows of nba_raw.nbac_gamebook_player_stats of LAL@GSW",
    ]);
  });

  test("or by the parts of its game id", async () => {
    const byId = mine('table: nba_analytics.player_game_summary, per: game, game_id: game_id, measure: rows, pass: "= 34"');
    expect(brief(await judgeOwn(byId))).toEqual(["pass ok", "pass ok"]);
  });

  test("a game of which nobody can tell whether it is to be expected is unknown", async () => {
    const small = smallNight();
    const schedule = small.tables["schedule"]?.map((row) => (row["away_team_tricode"] === "BOS" ? { ...row, game_status: 7 } : row)) ?? [];
    const night = { ...small, tables: { ...small.tables, schedule } };
    expect(brief(await judgeOwn(box(), { night, clock: at("10:30") }))).toContain("unknown unplaced");
  });
});

describe("log", () => {
  const log = (pass: string, more = "") =>
    mine(
      `measure: log, log: { unit: nba-phase3-analytics-processors, text: "POST_WRITE_VALIDATION", from: D+1 04:00, to: D+1 08:00 }, due: D+1 08:00, pass: "${pass}"${more}`,
    );
  const lines = (count: number, more = false, loggedAtAll = true) => ({
    answers: { "log for mine": { facts: { count, more, loggedAtAll } } },
  });

  test("counts the lines of the window, which is said", async () => {
    expect(told(await judgeOwn(log(">= 2"), lines(2)), "mine")).toEqual([
      "2026-02-03: pass ok: 2 lines of nba-phase3-analytics-processors with `POST_WRITE_VALIDATION` between 04:00 ET and 08:00 ET",
    ]);
    expect(brief(await judgeOwn(log(">= 3"), lines(2)))).toEqual(["fail P2 missed"]);
    expect(brief(await judgeOwn(log("= 0"), lines(0)))).toEqual(["pass ok"]);
  });

  test("silence of the whole unit is unknown, also where none is wanted", async () => {
    expect(brief(await judgeOwn(log("= 0"), lines(0, false, false)))).toEqual(["unknown silent"]);
    expect(brief(await judgeOwn(log(">= 1"), lines(0, false, false)))).toEqual(["unknown silent"]);
  });

  test("of more lines than are counted only what is certain is said", async () => {
    expect(brief(await judgeOwn(log(">= 1000"), lines(1000, true)))).toEqual(["pass ok"]);
    expect(brief(await judgeOwn(log("<= 999"), lines(1000, true)))).toEqual(["fail P2 missed"]);
    expect(brief(await judgeOwn(log(">= 1001"), lines(1000, true)))).toEqual(["unknown partial"]);
    expect(brief(await judgeOwn(log("<= 1000"), lines(1000, true)))).toEqual(["unknown partial"]);
  });

  test("a window that has not ended is not judged, whatever is there", async () => {
    expect(brief(await judgeOwn(log("= 0"), { ...lines(0), clock: at("07:59") }))).toEqual(["not_due not_due"]);
  });
});

describe("object", () => {
  const object = mine('measure: object, object: { path: "acme-api/exports/{D}.json", date_field: meta.game_date }, due: D+1 09:00');
  const stored = (facts: object) => ({ answers: { "object for mine": { facts: { there: true, updatedAt: null, date: null, ...facts } } } });

  test("there with the date in it passes; with another, none, or not at all it misses", async () => {
    expect(told(await judgeOwn(object, stored({ date: "2026-02-03", updatedAt: at("09:10").toISOString() })), "mine")).toEqual([
      "2026-02-03: pass ok: acme-api/exports/2026-02-03.json says meta.game_date 2026-02-03, written 09:10 ET",
    ]);
    expect(told(await judgeOwn(object, stored({ date: "2026-02-02" })), "mine")).toEqual([
      "2026-02-03: fail P2 other_date: acme-api/exports/2026-02-03.json says meta.game_date `2026-02-02`",
    ]);
    expect(brief(await judgeOwn(object, stored({})))).toEqual(["fail P2 other_date"]);
    expect(brief(await judgeOwn(object, stored({ there: false })))).toEqual(["fail P2 absent"]);
  });

  test("before it is due it is not due, there or not", async () => {
    expect(brief(await judgeOwn(object, { ...stored({ date: "2026-02-03" }), clock: at("08:59") }))).toEqual(["not_due not_due"]);
  });
});

describe("a statement", () => {
  const sql =
    "SELECT player_lookup FROM {nba_analytics.player_game_summary} WHERE game_date = @date AND minutes_played IS NULL LIMIT @limit";
  const late = mine(`${table}, measure: rows, sql: late.sql, columns: { player_lookup: string }, pass: "= 0"`);
  const answered = (count: number, held: number) => ({
    statements: { "late.sql": `-- players without minutes\n${sql}\n` },
    answers: {
      "statement of mine": { facts: { rows: Array.from({ length: count }, (_, n) => ({ player_lookup: `p${n}` })), absent: [] } },
      "count of nba_analytics.player_game_summary": { facts: { rows: [{ n: held }], absent: [] } },
    },
  });

  test("is judged by the rows it selects, over how many is said", async () => {
    expect(told(await judgeOwn(late, answered(0, 68)), "mine")).toEqual([
      "2026-02-03: pass ok: 0 rows of late.sql, over 68 rows of nba_analytics.player_game_summary",
    ]);
    expect(brief(await judgeOwn(late, answered(1, 68)))).toEqual(["fail P2 missed"]);
  });

  test("that selects nothing out of nothing is unknown", async () => {
    expect(brief(await judgeOwn(late, answered(0, 0)))).toEqual(["unknown empty"]);
  });

  test("beyond its bytes is unknown, never a pass", async () => {
    const dear = { ...answered(0, 68), answers: { ...answered(0, 68).answers, "statement of mine": "over_budget" as const } };
    expect(brief(await judgeOwn(late, dear))).toEqual(["unknown over_budget"]);
  });
});

describe("as one of all checks", () => {
  const pipeline = (checks: string) =>
    overNba(
      `checks:\n${checks
        .split("\n")
        .map((check) => `  - { ${check} }\n`)
        .join("")}`,
    );
  const all = (own: ReturnType<typeof pipeline>) =>
    judgeDate({
      checks: checksOf(own),
      pipeline: own,
      date: calendarDateOf("2026-02-03"),
      now: () => at("09:30"),
      gather: gatherFrom(smallNight()),
      half: "post_game",
      pass: async () => {},
    });

  test("a core check that misses, or could not look, decides; one that holds for the other half is not asked", async () => {
    const own = pipeline(
      `${rows(", core: true")}\nid: early, why: w, next: n, ${table}, measure: rows, pass: ">= 1", half: pre_game, core: true`,
    );
    const judgement = await all(own);
    expect(judgement.scope.core).toEqual(["games", "box-scores", "analytics", "completion", "mine"]);
    expect(own.file.core_pre_game).toContain("early");
    expect(judgement.checks.map(({ check }) => check.id)).toContain("mine");
    expect(judgement.checks.map(({ check }) => check.id)).not.toContain("early");
    expect(overallOf({ ...judgement, checks: judgement.checks.filter(({ check }) => check.id !== "mine") }).verdict).toBe("unknown");
  });

  test("the shipped ones are asked beside it, as before", async () => {
    const ids = checksOf(pipeline(rows())).map(({ id }) => id);
    expect(ids.slice(0, -1)).toEqual(checksOf(overNba("")).map(({ id }) => id));
    expect(ids.at(-1)).toBe("mine");
  });

  test.each<[string, string, RegExp]>([
    [
      "the id of a shipped check",
      rows().replace("id: mine", "id: minutes"),
      /^mine\.yaml:4: checks\.0\.id: minutes is the id of a check that is shipped/u,
    ],
    ["an id twice", `${rows()}\n${rows()}`, /^mine\.yaml:5: checks\.1\.id: the id mine is given twice/u],
    [
      "another measure",
      rows().replace("measure: rows", "measure: row"),
      /^mine\.yaml:4: checks\.0\.measure: expected one of rows, share, distinct, newest, equals, log, object, got "row"/u,
    ],
    [
      "a key of another measure",
      rows(", column: points"),
      /^mine\.yaml:4: checks\.0: unknown key "column" \(did you mean "columns"\?\); known keys: since, .*pass, warn, measure$/u,
    ],
    [
      "a table that is not declared",
      rows().replace("player_game_summary", "player_game_sumary"),
      /checks\.0\.table: No table .*Did you mean "nba_analytics\.player_game_summary"/u,
    ],
    [
      "a column that is not declared",
      rows(", where: { column: point, above: 0 }"),
      /checks\.0\.where\.(?:0\.)?column: No column "point"\. Did you mean "points"/u,
    ],
    [
      "a value that the column can't have",
      rows(", where: { column: is_dnp, is: no }"),
      /checks\.0\.where\.(?:0\.)?is: "no" is no value of is_dnp, of kind boolean/u,
    ],
    ["an order where there is none", rows(", where: { column: is_dnp, above: false }"), /is_dnp is of kind boolean, which has no order/u],
    [
      "two tests in one condition",
      rows(", where: { column: points, above: 0, below: 9 }"),
      /say one of is, is_not, one_of, above, at_least, below, at_most, null of points/u,
    ],
    ["a share in per cent", mine(`${table}, measure: share, pass: ">= 90"`), /checks\.0\.pass: a share is from 0 to 1/u],
    [
      "an age without a unit",
      mine(`${table}, measure: newest, column: processed_at, pass: "<= 6"`),
      /checks\.0\.pass: an age needs its unit/u,
    ],
    [
      "an age of what is no instant",
      mine(`${table}, measure: newest, column: points, pass: "<= 6 h"`),
      /points is of kind integer; expected one of kind instant/u,
    ],
    ["a unit of a number", mine(`${table}, measure: rows, pass: ">= 6 h"`), /only an age has a unit, not rows/u],
    ["a warning that is no weaker", rows(', warn: ">= 1"'), /checks\.0\.warn: must let more pass than ">= 1"/u],
    ["a warning of what is a warning", rows(', warn: ">= 0", severity: P3'), /checks\.0\.warn: a miss is a warning already/u],
    [
      "per game of a table without teams",
      mine('table: nba_precompute.player_daily_cache, per: game, measure: rows, pass: ">= 1"'),
      /checks\.0\.per: nba_precompute\.player_daily_cache declares no team/u,
    ],
    ["a stage that is not there", rows(", due: analitics"), /checks\.0\.due: No stage "analitics"; .*Did you mean "analytics"/u],
    [
      "a grace beside a stage's own",
      rows(", due: analytics, grace: D+1 10:00"),
      /checks\.0\.grace: the stage analytics has its own grace/u,
    ],
    ["a grace before it is due", rows(", due: D+1 10:00, grace: D+1 09:00"), /checks\.0\.grace: ends before the check is due/u],
    [
      "a log that is never due",
      mine('measure: log, log: { unit: u, text: t, from: D 01:00, to: D 02:00 }, pass: ">= 1"'),
      /checks\.0\.due: needs `due`/u,
    ],
    [
      "a log due in its window",
      mine('measure: log, log: { unit: nba-scrapers, text: t, from: D 01:00, to: D 02:00 }, due: D 01:30, pass: ">= 1"'),
      /checks\.0\.due: is before the window's end/u,
    ],
    [
      "a log of a unit nobody knows",
      mine('measure: log, log: { unit: nba-scraper, text: t, from: D 01:00, to: D 02:00 }, due: D 02:00, pass: ">= 1"'),
      /checks\.0\.log\.unit: No unit "nba-scraper"\. Did you mean "nba-scrapers"/u,
    ],
    ["columns without a statement", rows(", columns: { a: string }"), /checks\.0\.columns: goes with `sql` only/u],
    ["a missing reason", rows().replace("why: ours, ", ""), /checks\.0\.why: expected text, got nothing \(the key is missing\)/u],
    [
      "different kinds that can't be equal",
      mine(`${table}, measure: equals, equals: { left: points, right: team_abbr }`),
      /points is of kind integer, team_abbr of kind string; they can't be equal/u,
    ],
  ])("%s is refused with its line", (_title, check, expected) => {
    expect(refusalOf(() => checksOf(pipeline(check)))).toMatch(expected);
  });

  test("what is found is in the report's numbers under a name of its own", async () => {
    const judgement = await judgeOn(pipeline(mine(`${table}, measure: share, where: { column: is_dnp, is: false }, pass: ">= 0.5"`)));
    const [judged] = judgement.checks;
    expect(judged?.check.numbers?.({ sums: { n: 44, of: 68 }, subjects: 1, unknown: 0 }, judgement.scope)).toEqual({ own_mine: "44/68" });
  });
});
