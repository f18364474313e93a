import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { loadPipeline, tableRules } from "../../src/pipeline/load.ts";
import { at } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";

const text = readFileSync(new URL("../../pipelines/nba.yaml", import.meta.url), "utf8");
const problemOf = (from: string | RegExp, to: string) => {
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`nothing to replace: ${String(from)}`);
  try {
    loadPipeline({ name: "mine.yaml", text: changed });
    return "loaded";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe("a mistake is told with file, line, key and what is allowed", () => {
  test.each<[string, string | RegExp, string, RegExp]>([
    [
      "an unknown key",
      "    grace_until: D+1 10:00",
      "    grace_untill: D+1 10:00",
      /^mine\.yaml:\d+: stages\.box-scores: unknown key "grace_untill" \(did you mean "grace_until"\?\); known keys: due, unplayed_due, grace_until, before_first_game_minutes, deadline_reader/mu,
    ],
    [
      "a time of another form",
      "due: D+1 07:30",
      "due: 7:30",
      /^mine\.yaml:\d+: stages\.analytics\.due: expected a time such as D 11:30 or D\+1 06:30, got "7:30"/mu,
    ],
    [
      "a share above one",
      "pass: 0.98",
      "pass: 98",
      /^mine\.yaml:\d+: thresholds\.minutes\.date_share\.pass: expected a share from 0 to 1, got "98"/mu,
    ],
    [
      "a table that is not declared",
      "players: nba_analytics.player_game_summary",
      "players: nba_analytics.player_game_sumary",
      /^mine\.yaml:\d+: analytics\.players: No table "nba_analytics.player_game_sumary"\. Did you mean "nba_analytics\.player_game_summary"\? Known: /mu,
    ],
    [
      "a job that is not declared",
      "deadline_reader: same-day-phase4",
      "deadline_reader: same-day-phase5",
      /^mine\.yaml:\d+: stages\.box-scores\.deadline_reader: No job "same-day-phase5"; known: same-day-phase4, same-day-predictions\. Did you mean "same-day-phase4"\?/mu,
    ],
    [
      "a key column that the table lacks",
      "key: [cache_date, player_lookup]",
      "key: [cache_date, player]",
      /^mine\.yaml:\d+: tables\.nba_precompute\.player_daily_cache\.key: No column "player"/mu,
    ],
    [
      "a zone that does not exist",
      "zone: America/New_York",
      "zone: America/Newark",
      /expected an IANA time zone such as America\/New_York, got "America\/Newark"/u,
    ],
    ["a missing key", "title: NBA statistics pipeline\n", "", /title: expected text, got nothing \(the key is missing\)/u],
    ["a key given twice", "pipeline: nba", "pipeline: nba\npipeline: nba", /^mine\.yaml:\d+: Map keys must be unique/mu],
    ["broken YAML", "pipeline: nba", "pipeline: [nba", /^mine\.yaml:\d+: /mu],
  ])("%s", (_title, from, to, expected) => {
    expect(problemOf(from, to)).toMatch(expected);
  });

  test("the line is the right one", () => {
    const line = text.split("\n").findIndex((each) => each.includes("pass: 0.98")) + 1;
    expect(problemOf("pass: 0.98", "pass: 98")).toContain(`mine.yaml:${line}:`);
  });

  test("several mistakes are told at once", () => {
    expect(problemOf(/least: 8/gu, "least: eight").split("\n")).toHaveLength(2);
  });
});

describe("a name that is no name is refused where it stands: it would reach commands that people copy, and statements", () => {
  const tableForm = "expected a table as dataset\\.table";
  const nameForm = "expected a name of letters, digits, _, - and \\., not beginning with - or \\.";
  const columnForm = "expected a column name";
  test.each<[string, string | RegExp, string, string, string]>([
    ["a table", "  nba_raw.nbac_team_boxscore:\n", '  "nba_raw.x; touch /tmp/pwned":\n', "tables", tableForm],
    ["a column", "      default_feature_count: integer", '      "a, (SELECT 1)": integer', "tables", columnForm],
    [
      "a collection",
      /(?<=\ncollections:\n)/u,
      '  "c$(touch /tmp/p3)": { entry: { a: string }, fields: { a: string } }\n',
      "collections",
      nameForm,
    ],
    ["a job", /(?<=\njobs:\n)/u, '  "--project=x": { at: D 11:30, does: it }\n', "jobs", nameForm],
    ["a scheduler job", /(?<=\nschedule:\n)/u, '  "a b": { cron: "0 11 * * *", zone: UTC }\n', "schedule", nameForm],
    ["a unit", /(?<=\nunits:\n)/u, '  "u`id`": { kind: service, folders: [a] }\n', "units", nameForm],
    ["a topic", /(?<=\ntopics:\n)/u, '  "a\\nb": { kind: trigger }\n', "topics", nameForm],
    ["a bucket", /(?<=\nbuckets: \{)/u, ' "b|c": { holds: x },', "buckets", nameForm],
    [
      "a processor",
      /(?<= {2}processors:\n)/u,
      '    "p;q": { table: nba_raw.nbac_schedule, class: P, eats_games: "true" }\n',
      "completion\\.processors",
      nameForm,
    ],
    [
      "the unit that keeps the record",
      /orchestrator: \S+/u,
      `orchestrator: "o' ; touch /tmp/p2 ; '"`,
      "completion\\.orchestrator:",
      nameForm,
    ],
    [
      "the collection of the record",
      /(?<=\n {2}orchestrator: \S+\n)( {2}collection: )\S+/u,
      '$1"../x"',
      "completion\\.collection:",
      nameForm,
    ],
    ["a lock's collection", "collection: processing_locks", 'collection: "a/$(b)"', "locks\\.processing\\.collection:", nameForm],
    ["the beats' collection", "collection: processor_heartbeats", "collection: a/b", "heartbeats\\.collection:", nameForm],
    [
      "a published file",
      "path: v1/tonight/all-players.json",
      'path: "v1/$(x).json"',
      "objects\\.tonight\\.path:",
      "expected a path such as",
    ],
    ["a competition", '    "001": {', '    "1": {', "games\\.competitions", "expected the first three characters of a game id"],
  ])("%s", (_title, from, to, place, expected) => {
    const told = problemOf(from, to);
    expect(told).toMatch(new RegExp(`^mine\\.yaml:\\d+: ${place}.*${expected}`, "mu"));
    const said = text.replace(from, to).split("\n");
    const line = said.findIndex((each, index) => each !== text.split("\n")[index]) + 1;
    expect(told).toContain(`mine.yaml:${line}:`);
  });
});

describe("some competition owes what a night is judged by", () => {
  const owed = "owes: [games, box-scores, analytics, features, predictions, grading]";
  const line = text.split("\n").findIndex((each) => each.includes("  competitions:")) + 1;
  test.each(["owes: []", "owes: [games]", "owes: [games, box-scores, grading]", "owes: [games, analytics]"])(
    "none: %s is refused",
    (less) => {
      expect(problemOf(owed, less)).toBe(
        `mine.yaml:${line}: games.competitions: none of them owes both box-scores and analytics, so no night could ever be judged; say it in \`owes\` of the one that is played most`,
      );
    },
  );
  test("one is enough", () => {
    expect(problemOf(owed, "owes: [games, box-scores, analytics]")).toBe("loaded");
  });
});

test("play-in games and the cup final are games of named competitions, which owe what play-off games owe", () => {
  const { competitions } = nba.file.games;
  expect([competitions["005"]?.owes, competitions["006"]?.owes]).toEqual([
    ["games", "box-scores"],
    ["games", "box-scores"],
  ]);
});

describe("values that changed on a date", () => {
  const dated = (variants: string) => problemOf(/ {4}key:\n {6}dated:\n.*\n.*\n/u, `    key:\n      dated:\n${variants}`);

  test("a gap is refused", () => {
    expect(dated("        - { until: 2026-02-03, value: [game_id] }\n        - { since: 2026-02-05, value: [game_date] }\n")).toContain(
      "leaves a gap from 2026-02-03 to 2026-02-05",
    );
  });
  test("an overlap is refused", () => {
    expect(dated("        - { until: 2026-02-03, value: [game_id] }\n        - { since: 2026-02-01, value: [game_date] }\n")).toContain(
      "overlaps the value before it, which ends 2026-02-03",
    );
  });
  test("an end without a successor and a beginning out of nothing are refused", () => {
    expect(dated("        - { until: 2026-02-03, value: [game_id] }\n")).toContain("the last dated value holds on: leave out `until`");
    expect(dated("        - { since: 2026-02-03, value: [game_id] }\n")).toContain("holds from the beginning: leave out `since`");
  });

  test("the rule of the game date holds: the key before and from 2026-02-03", () => {
    const keyOn = (date: string) => tableRules(nba.rulesOn(calendarDateOf(date), at("09:30")), "nba_analytics.player_game_summary").key;
    expect(keyOn("2026-02-02")).toEqual(["game_id", "player_lookup"]);
    expect(keyOn("2026-02-03")).toEqual(["game_date", "player_lookup"]);
  });

  test("an entry is gone after its `until`: the source retired on 2026-02-07", () => {
    const sources = (date: string) => nba.rulesOn(calendarDateOf(date), at("09:30")).box_scores.sources.map((source) => source.table);
    expect(sources("2026-02-06")).toContain("nba_raw.bdl_player_boxscores");
    expect(sources("2026-02-07")).not.toContain("nba_raw.bdl_player_boxscores");
  });

  test("jobs go by the clock, not by the game date", () => {
    const pipeline = loadPipeline({
      name: "mine.yaml",
      text: text.replace(
        "same-day-phase4: { at: D+1 11:00,",
        "same-day-phase4: { at: { dated: [{ until: 2026-02-04, value: D+1 11:00 }, { since: 2026-02-04, value: D+1 11:45 }] },",
      ),
    });
    const jobAt = (clock: Date) => pipeline.rulesOn(calendarDateOf("2026-02-03"), clock).jobs["same-day-phase4"]?.at;
    expect(jobAt(at("12:00", "2026-02-03"))).toMatchObject({ hour: 11, minute: 0 });
    expect(jobAt(at("12:00", "2026-02-04"))).toMatchObject({ hour: 11, minute: 45 });
  });
});

test("every threshold has its reason", () => {
  const reasons = (value: unknown): boolean =>
    typeof value === "object" && value !== null && ("reason" in value || Object.values(value).every(reasons));
  expect(reasons(nba.rulesOn(calendarDateOf("2026-02-03"), at("09:30")).thresholds)).toBe(true);
});

test("another file has another version, the same file the same", () => {
  expect(loadPipeline({ name: "a.yaml", text }).version).toBe(nba.version);
  expect(loadPipeline({ name: "a.yaml", text: text.replace("pass: 0.98", "pass: 0.97") }).version).not.toBe(nba.version);
});
