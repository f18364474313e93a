import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { openPipeline } from "../../src/pipeline-files.ts";
import { portNames } from "../../src/ports/ports.ts";
import { switchedOff } from "../../src/pipeline/own-checks.ts";
import { at } from "../support/night.ts";
import { filesIn, overNba, refusalOf } from "../support/own-pipeline.ts";
import { nba } from "../support/pipeline.ts";

const rulesOf = (text: string) => overNba(text).rulesOn(calendarDateOf("2026-02-03"), at("09:30"));
const shipped = nba.rulesOn(calendarDateOf("2026-02-03"), at("09:30"));
const problemOf = (text: string) => refusalOf(() => overNba(text));
const opened = (path: string) =>
  openPipeline(path).then(
    ({ name }) => name,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

describe("an own file over the shipped one", () => {
  test("says key by key what is otherwise, and leaves the rest as it was", () => {
    const own = rulesOf('thresholds: { minutes: { date_share: { pass: 0.97, reason: "ours" } } }\ntitle: Ours\n');
    expect(own.thresholds.minutes.date_share).toEqual({ pass: 0.97, warn: shipped.thresholds.minutes.date_share.warn, reason: "ours" });
    expect(own.thresholds.minutes.game_share).toEqual(shipped.thresholds.minutes.game_share);
    expect(own.title).toBe("Ours");
    expect(own.tables).toEqual(shipped.tables);
  });

  test("replaces lists whole", () => {
    expect(rulesOf("core: [analytics]\n").core).toEqual(["analytics"]);
  });

  test("replaces a `dated` value whole, and by one", () => {
    const table = "nba_analytics.player_game_summary";
    const plain = overNba(`tables: { ${table}: { key: [game_id] } }\n`);
    expect(plain.file.tables[table]?.key).toEqual({ dated: [{ value: ["game_id"] }] });
    const dated = overNba(
      "stages: { analytics: { due: { dated: [{ until: 2026-02-01, value: D+1 07:30 }, { since: 2026-02-01, value: D+1 09:00 }] } } }\n",
    );
    const due = (date: string) => dated.rulesOn(calendarDateOf(date), at("09:30")).stages.analytics.due;
    expect([due("2026-01-31"), due("2026-02-01")]).toMatchObject([{ hour: 7 }, { hour: 9 }]);
  });

  test("takes an entry away with ~, and only that", () => {
    const own = rulesOf("units: { unified-dashboard: ~ }\n");
    expect(Object.keys(own.units ?? {})).toEqual(Object.keys(shipped.units ?? {}).filter((name) => name !== "unified-dashboard"));
  });

  test("has a version of its own that the base and every statement are part of", () => {
    const sql = "SELECT game_id FROM {nba_raw.nbac_schedule} WHERE game_date = @date LIMIT @limit";
    const check = (more = "") =>
      overNba(
        `checks: [{ id: late, why: w, table: nba_raw.nbac_schedule, measure: rows, sql: a.sql, columns: { game_id: string }, pass: "= 0", next: n }]\n`,
        { "a.sql": sql + more },
      ).version;
    expect(new Set([nba.version, overNba("").version, check(), check(" ")]).size).toBe(4);
    expect(check()).toBe(check());
  });
});

describe("a mistake is told where it stands", () => {
  test.each<[string, string, RegExp]>([
    [
      "in the own file, with its line there",
      "thresholds:\n  minutes:\n    date_share: { pass: 98, reason: r }\n",
      /^mine\.yaml:5: thresholds\.minutes\.date_share\.pass: expected a share from 0 to 1, got "98"$/u,
    ],
    [
      "in the base, where the own file makes what it says wrong",
      "jobs: { same-day-phase4: ~ }\n",
      /^pipelines\/nba\.yaml:\d+: stages\.box-scores\.deadline_reader: No job "same-day-phase4"; known: same-day-predictions/mu,
    ],
    [
      "an unknown key, with the known ones and the nearest",
      "thresholds:\n  minuts: {}\n",
      /^mine\.yaml:4: thresholds: unknown key "minuts" \(did you mean "minutes"\?\); known keys: box-scores/u,
    ],
    ["an unknown key at the top", "chekcs: []\n", /^mine\.yaml:3: unknown key "chekcs" \(did you mean "checks"\?\)/u],
    [
      "a key that the own entry lacks",
      "tables:\n  a.b: { stage: games, partition: d, keep: [d asc], columns: { d: date } }\n",
      /^mine\.yaml:4: tables\.a\.b\.key: /u,
    ],
    [
      "in a list of the own file, though the base has one there too",
      "box_scores: { sources: [{ table: nba_raw.nope, preferred: true, expected: D 01:00 }] }\n",
      /^mine\.yaml:3: box_scores\.sources\.0\.table: No table "nba_raw\.nope"/u,
    ],
    [
      "a number overridden without a reason",
      "thresholds: { minutes: { date_share: { pass: 0.9 } } }\n",
      /^mine\.yaml:3: thresholds\.minutes\.date_share: give a `reason` of your own/u,
    ],
    [
      "something to take away that is not there",
      "units: { nba-grading-servce: ~ }\n",
      /^mine\.yaml:3: units\.nba-grading-servce: nothing to take away: .*Did you mean "nba-grading-service"\?/u,
    ],
    [
      "something to take away where the base has nothing",
      "tables: { a.b: { as: ~ } }\n",
      /^mine\.yaml:3: tables\.a\.b\.as: nothing to take away/u,
    ],
    [
      "taking away what every pipeline with games needs",
      "analytics: ~\n",
      /^mine\.yaml:3: analytics: expected a map with the keys players, offense, defense/u,
    ],
  ])("%s", (_title, text, expected) => {
    expect(problemOf(text)).toMatch(expected);
  });

  test("without a name of its own, or with the base's, the file is refused", async () => {
    const folder = await filesIn({ "a.yaml": "extends: nba\n", "b.yaml": "extends: nba\npipeline: nba\n" });
    for (const name of ["a.yaml", "b.yaml"])
      expect(await opened(join(folder, name))).toContain('give this file a name of its own, another than "nba"');
  });

  test("problems of several kinds are told at once", () => {
    expect(problemOf("zone: Nowhere\nthresholds: { minutes: { date_share: { pass: 98, reason: r } } }\n").split("\n")).toHaveLength(2);
  });
});

describe("files that extend one another", () => {
  const link = (name: string, base: string, more = "") => `pipeline: ${name}\nextends: ${base}\n${more}`;

  test("may be three deep, each over the next, by paths relative to themselves", async () => {
    const folder = await filesIn({
      "mine.yaml": link("mine", "bases/team.yaml", "title: Mine\n"),
      "bases/team.yaml": link("team", "../house.yaml", "title: Team\ncore: [analytics]\n"),
      "house.yaml": link("house", "nba", "title: House\ncore: [completion]\n"),
    });
    const pipeline = await openPipeline(join(folder, "mine.yaml"));
    expect([pipeline.name, pipeline.title, pipeline.file.core]).toEqual(["mine", "Mine", ["analytics"]]);
  });

  test("but not four, nor in a circle", async () => {
    const folder = await filesIn({
      "1.yaml": link("one", "./2.yaml"),
      "2.yaml": link("two", "./3.yaml"),
      "3.yaml": link("three", "./4.yaml"),
      "4.yaml": link("four", "nba"),
      "a.yaml": link("a", "./b.yaml"),
      "b.yaml": link("b", "./a.yaml"),
    });
    expect(await opened(join(folder, "1.yaml"))).toMatch(/4\.yaml:2: extends: more than 3 files/u);
    expect(await opened(join(folder, "a.yaml"))).toMatch(/b\.yaml:2: extends: .*a\.yaml extends this file in its turn/u);
  });

  test.each([
    ["a file that is not there", "./nope.yaml", /mine\.yaml:2: extends: there is no file .*nope\.yaml/u],
    ["a shipped file that is not there", "nbaa", /mine\.yaml:2: extends: No pipeline "nbaa"; known: nba\. Did you mean "nba"\?/u],
    ["a path to something else", "../../etc/passwd", /mine\.yaml:2: extends: "..\/..\/etc\/passwd" is no \.yaml file/u],
    ["nothing", "[nba]", /mine\.yaml:2: extends: expected the name of a shipped file/u],
  ])("%s is told with its line", async (_title, base, expected) => {
    const folder = await filesIn({ "mine.yaml": link("mine", base) });
    expect(await opened(join(folder, "mine.yaml"))).toMatch(expected);
  });

  test("a base that is too large is refused", async () => {
    const folder = await filesIn({
      "mine.yaml": link("mine", "./large.yaml"),
      "large.yaml": `pipeline: large\n# ${"x".repeat(1_000_001)}\n`,
    });
    expect(await opened(join(folder, "mine.yaml"))).toMatch(/large\.yaml is larger than 1000000 bytes/u);
  });
});

describe("a statement", () => {
  const sql = "SELECT game_id FROM {nba_raw.nbac_schedule} WHERE game_date = @date LIMIT @limit";
  const mine = (file: string) =>
    `pipeline: mine\nextends: nba\nchecks:\n  - { id: late, why: w, table: nba_raw.nbac_schedule, measure: rows, sql: ${file}, columns: { game_id: string }, pass: "= 0", next: n }\n`;

  test("is read from beside or below the file that names it, also where another file extends that", async () => {
    const folder = await filesIn({
      "bases/team.yaml": mine("checks/late.sql"),
      "bases/checks/late.sql": sql,
      "mine.yaml": "pipeline: over\nextends: bases/team.yaml\n",
    });
    expect((await openPipeline(join(folder, "mine.yaml"))).statements).toEqual({ "checks/late.sql": sql });
  });

  test.each([
    ["../late.sql", /expected a \.sql file beside or below this file/u],
    ["/etc/late.sql", /expected a \.sql file beside or below this file/u],
    ["late.txt", /expected a \.sql file beside or below this file/u],
    ["nope.sql", /mine\.yaml:4: checks\.0\.sql: there is no file nope\.sql/u],
    ["link.sql", /mine\.yaml:4: checks\.0\.sql: link\.sql leads out of the pipeline file's folder/u],
    ["large.sql", /mine\.yaml:4: checks\.0\.sql: large\.sql is larger than 20000 bytes/u],
    ["bad.sql", /mine\.yaml:4: checks\.0\.sql: bad\.sql: \* outside of COUNT\(\*\)/u],
    [
      "other.sql",
      /mine\.yaml:4: checks\.0\.sql: other\.sql: it reads nba_raw\.bdl_player_boxscores, but `table` is nba_raw\.nbac_schedule/u,
    ],
    ["unfiltered.sql", /mine\.yaml:4: checks\.0\.sql: unfiltered\.sql: WHERE does not begin with a filter on the partition game_date/u],
  ])("as %s is refused", async (file, expected) => {
    const outside = await filesIn({ "late.sql": sql });
    const folder = await filesIn({
      "mine.yaml": mine(file),
      "large.sql": `${sql}${" ".repeat(20_000)}`,
      "bad.sql": sql.replace("SELECT game_id", "SELECT *"),
      "other.sql": sql.replace("nbac_schedule", "bdl_player_boxscores"),
      "unfiltered.sql": sql.replace("WHERE game_date = @date", "WHERE game_id = @date"),
    });
    await symlink(join(outside, "late.sql"), join(folder, "link.sql"));
    await writeFile(join(folder, "late.txt"), sql);
    expect(await opened(join(folder, "mine.yaml"))).toMatch(expected);
  });
});

describe("what can never be accepted is refused on loading", () => {
  const accept = (id: string) => problemOf(`accepted:\n  - { id: ${id}, reason: r, until: 2026-03-01, ceiling: P3 }\n`);

  test.each(["unique-keys", "unique-keys/nba_analytics.player_game_summary"])("duplicates: %s", (id) => {
    expect(accept(id)).toMatch(/^mine\.yaml:4: accepted\.0\.id: duplicates can't be accepted/u);
  });
  test.each(["completion", "completion/phase3/player_game_summary"])("a flag without rows: %s", (id) => {
    expect(accept(id)).toMatch(
      /^mine\.yaml:4: accepted\.0\.id: a flag without rows can't be accepted; of completion only completion\/phase3\/record can/u,
    );
  });
  test("the tracker's record can, and any other check's finding", () => {
    expect(accept("completion/phase3/record")).toBe("loaded");
    expect(accept("minutes")).toBe("loaded");
  });
  test("`unknown` is no ceiling", () => {
    expect(problemOf("accepted: [{ id: minutes, reason: r, until: 2026-03-01, ceiling: unknown }]\n")).toMatch(
      /expected one of P0, P1, P2, P3, P4, got "unknown"/u,
    );
  });
});

test("every port there is can be switched off, and nothing else", () => {
  expect(Object.keys(switchedOff.shape).toSorted()).toEqual(portNames.toSorted());
});
