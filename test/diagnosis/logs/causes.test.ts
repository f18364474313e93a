import { describe, expect, test } from "vitest";
import { causesOf } from "../../../src/diagnosis/logs/causes.ts";
import { innocence } from "../../../src/diagnosis/logs/signs.ts";
import { digestOf } from "../../../src/checks/logging/digest.ts";
import type { LogFacts } from "../../../src/diagnosis/logs/facts.ts";
import type { LoggedLine } from "../../../src/evidence/looks/logs.ts";
import { line } from "./lines.ts";

const hour = 3600;
const done = { more: false, rest: null, oldest: null };
const part = { more: true, rest: null, oldest: null };

/** Facts of a day of a unit's log; times in seconds from its beginning. */
function facts(lines: readonly LoggedLine[], given: Partial<LogFacts> & { readonly unread?: boolean } = {}): LogFacts {
  const { unread = false, ...rest } = given;
  const newestFirst = lines.toSorted((a, b) => (a.at < b.at ? 1 : -1));
  return {
    unit: "u",
    zone: "UTC",
    since: new Date(0),
    until: new Date(24 * hour * 1000),
    reading: { lines: newestFirst, severe: unread ? part : done, other: unread ? part : done },
    patterns: digestOf(newestFirst, { unit: "u", known: [] }),
    revisions: undefined,
    tables: ["nba_analytics.player_game_summary"],
    filtered: false,
    ...rest,
  };
}

const standing = (of: LogFacts): Readonly<Record<string, string>> =>
  Object.fromEntries(causesOf(of).map(({ id, standing: how }) => [id, how]));
const bad = (text: string, at = hour, given: Partial<LoggedLine> = {}) => line({ text, severity: "ERROR", ...given, at });
const revision = (name: string, at: number, ready = true) => ({ name, created: new Date(at * 1000), ready });

const missing = "ModuleNotFoundError: No module named 'shared.validation'";
const serialized = "MERGE failed: 400 Could not serialize access to table due to concurrent update";

describe("a missing library", () => {
  test("is established by its lines, and never blamed on a deploy that came after the first of them", () => {
    const of = facts([bad(missing, 1 * hour, { revision: "u-1" }), bad(missing, 9 * hour, { revision: "u-2" })], {
      revisions: [revision("u-2", 5 * hour), revision("u-1", -hour)],
    });
    expect(standing(of)).toEqual({ missing_library: "established", newest_deploy: "ruled_out" });
    expect(innocence(of)).toBe(
      "first seen 4 h before the newest revision `2` (1970-01-01 05:00 UTC) was made, so that deploy did not bring it",
    );
  });

  test("at the start of a revision that never came up is that deploy's, if the others logged without it", () => {
    const lines = [bad(missing, 5 * hour + 60, { revision: "u-2" }), line({ at: hour, revision: "u-1" })];
    const revisions = [revision("u-2", 5 * hour, false), revision("u-1", -hour)];
    expect(standing(facts(lines, { revisions }))).toEqual({ missing_library: "established", newest_deploy: "established" });
    expect(standing(facts(lines.slice(0, 1), { revisions }))).toMatchObject({ newest_deploy: "open" });
    expect(standing(facts(lines, { revisions, unread: true }))).toMatchObject({ newest_deploy: "open" });
  });

  test("said once at a start after which the revision worked is an import that may fail", () => {
    const lines = [
      bad(missing, hour, { revision: "u-1" }),
      line({ at: 2 * hour, revision: "u-1", text: "Successfully loaded 348 records" }),
    ];
    expect(standing(facts(lines))).toEqual({ missing_library: "ruled_out" });
  });

  test("is no cause where only an INFO line names one", () => {
    expect(standing(facts([line({ text: missing }), bad("KeyError: 'points'")]))).toEqual({});
  });
});

describe("an innocent deploy near by", () => {
  test.each(["Quota exceeded: partition modifications", "KeyError: 'points'", missing])(
    "is never established by errors that began after it came up: %s",
    (text) => {
      const lines = [
        bad(text, 5 * hour + 600, { revision: "u-2" }),
        bad(text, 6 * hour, { revision: "u-2" }),
        line({ at: hour, revision: "u-1" }),
      ];
      const of = facts(lines, { revisions: [revision("u-2", 5 * hour), revision("u-1", -hour)] });
      expect(standing(of)["newest_deploy"]).toBe("open");
    },
  );

  test("from before the window is nobody's suspect", () => {
    expect(standing(facts([bad("KeyError: 'points'")], { revisions: [revision("u-2", -hour)] }))).toEqual({});
  });
});

describe("two writers", () => {
  const fallback = (at: number, run: string | null, table: string | null = "t") => bad("Falling back (merge_fallback)", at, { run, table });
  const clash = (at: number, run: string | null, table: string | null = "t") => bad(serialized, at, { run, table });

  test("are established by two runs that met on one table within minutes and fell back", () => {
    expect(standing(facts([clash(100, "a"), clash(118, "b"), fallback(101, "a"), fallback(119, "b")]))).toEqual({
      two_writers: "established",
    });
  });

  test.each<[string, LoggedLine[], string]>([
    ["one run alone", [clash(100, "a"), fallback(101, "a")], "ruled_out"],
    ["runs that are not named", [clash(100, null), fallback(101, null)], "open"],
    ["no fallback that was read", [clash(100, "a"), clash(118, "b")], "open"],
    ["two runs ten minutes and a second apart", [clash(0, "a"), fallback(0, "a"), clash(601, "b"), fallback(601, "b")], "open"],
    ["two runs ten minutes apart", [clash(0, "a"), fallback(0, "a"), clash(600, "b"), fallback(600, "b")], "established"],
    ["tables that are not named", [clash(0, "a", null), fallback(0, "a", null), clash(9, "b", null), fallback(9, "b", null)], "open"],
    ["two tables", [clash(0, "a", "t"), fallback(0, "a", "t"), clash(9, "b", "s"), fallback(9, "b", "s")], "open"],
  ])("%s", (_, lines, expected) => {
    expect(standing(facts(lines))).toEqual({ two_writers: expected });
  });
});

describe("a name that is not there", () => {
  test.each([
    ["404 Not found: Dataset acme:acme was not found in location us-west2", "established"],
    ["404 Not found: Table acme:acme.player_game_summary was not found", "established"],
    ["404 Not found: Dataset acme:nba_analytics was not found in location US", "ruled_out"],
    // The file doesn't declare every table of its datasets: this one may be dropped, expired or in another location.
    ["404 Not found: Table acme:nba_analytics.player_game_summary_stage_17 was not found", "open"],
    ["404 Not found: Table acme:nba_analytics.player_game_summary was not found", "ruled_out"],
    ["404 not found: table unreadable", "open"],
  ])("%s", (text, expected) => {
    expect(standing(facts([bad(text)]))).toEqual({ wrong_name: expected });
  });
});

test("refused callers are only blamed where nothing got through since; strangers are refused too", () => {
  const refused = line({ text: "The request was not authenticated.", severity: "WARNING", at: hour });
  const open = { not_authenticated: "open" };
  const again = (...seconds: readonly number[]) =>
    seconds.map((each) => ({ ...refused, at: new Date((hour + each) * 1000).toISOString() }));
  const often = again(0, 30, 60);
  const worked = Array.from({ length: 42 }, (_, index) => line({ at: hour / 2 - index * 60, text: "Graded 440 predictions" }));
  const silent = [...often, ...worked];
  expect(standing(facts(silent))).toEqual({ not_authenticated: "established" });
  // A unit that did no work of its own either is nobody's victim but by its callers' own word.
  expect(standing(facts(often))).toEqual(open);
  expect(standing(facts(often, { callers: { refused: [], served: [] } }))).toEqual(open);
  expect(standing(facts(often, { callers: { refused: ["daily"], served: [] } }))).toEqual({ not_authenticated: "established" });
  expect(standing(facts(silent, { callers: { refused: [], served: ["daily"] } }))).toEqual(open);
  // Whoever tries every door does so in one go; a caller comes again.
  expect(standing(facts(again(0, 1, 2, 3, 4, 59)))).toEqual(open);
  expect(standing(facts(often.slice(1)))).toEqual(open);
  expect(standing(facts([...often, line({ at: 2 * hour, text: "Starting PlayerGameSummaryProcessor" })]))).toEqual(open);
  // Refused from 01:00 on, asked at 03:00: of a unit that works once a day that silence is the usual one.
  const works = (...hours: readonly number[]) => hours.map((each) => line({ at: each * hour, text: "Graded 440 predictions" }));
  const until = new Date(3 * hour * 1000);
  const late = (...hours: readonly number[]) =>
    standing(facts([...often, ...works(...hours)], { until, since: new Date(-20 * hour * 1000) }));
  expect(late(-3, 0.5)).toEqual(open);
  expect(late(...Array.from({ length: 42 }, (_, index) => -20 + index / 2))).toEqual({ not_authenticated: "established" });
  expect(standing(facts(silent, { filtered: true }))).toEqual(open);
  expect(standing(facts(silent, { severeOnly: true }))).toEqual(open);
  expect(standing(facts(silent, { unread: true }))).toEqual(open);
});

test("a unit that is itself denied something is no unit whose callers are refused; a job that is, is refused", () => {
  const denied = [1, 2, 3].map((at) => bad("403 PERMISSION_DENIED: Missing or insufficient permissions.", at * hour));
  expect(standing(facts(denied))).toEqual({});
  expect(standing(facts(denied, { isCaller: true }))).toEqual({ not_authenticated: "established" });
  const good = line({ at: 4 * hour, text: "AttemptFinished" });
  expect(standing(facts([...denied, good], { isCaller: true }))).toEqual({ not_authenticated: "open" });
});

test("an import that failed once is open where lines of the work that may have followed were not asked for", () => {
  const once = [bad(missing, hour, { revision: "u-1" })];
  expect(standing(facts(once, { severeOnly: true }))).toEqual({ missing_library: "open" });
  const revisions = [revision("u-1", -hour, false)];
  expect(standing(facts(once, { severeOnly: true, revisions }))).toEqual({ missing_library: "established" });
});

test("two causes at once are both told, each with its share of the lines", () => {
  const of = facts([
    bad("Quota exceeded: loads"),
    bad("Memory limit of 512 MiB exceeded with 530 MiB used"),
    bad("Memory limit of 512 MiB exceeded with 531 MiB used"),
  ]);
  expect(standing(of)).toEqual({ out_of_memory: "established", quota: "established" });
  const shares = causesOf(of).map(({ id, said }) => `${id} ${/\(\d of \d ERROR lines\)/u.exec(said)?.[0] ?? ""}`);
  expect(new Set(shares)).toEqual(new Set(["quota (1 of 3 ERROR lines)", "out_of_memory (2 of 3 ERROR lines)"]));
});

test("errors of a kind that nobody knows have no cause", () => {
  expect(causesOf(facts([bad("KeyError: 'points'")]))).toEqual([]);
});
