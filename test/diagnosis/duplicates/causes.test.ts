import { describe, expect, test } from "vitest";
import type { CauseFacts } from "../../../src/diagnosis/duplicates/causes.ts";
import { causesOf } from "../../../src/diagnosis/duplicates/causes.ts";
import { tallyOf } from "../../../src/diagnosis/duplicates/tally.ts";
import type { AlikeKeys } from "../../../src/evidence/looks/duplicates.ts";

const morning = "2026-02-04T11:00:06.000Z";
const seconds = "2026-02-04T11:00:24.000Z";
const hours = "2026-02-04T16:00:06.000Z";

/** Keys of a date: so many, there so often, first and last stamped then. */
function keys(of: {
  n: number;
  copies?: number;
  date?: string;
  stamps?: number | null;
  from?: string;
  to?: string;
  ids?: number;
}): AlikeKeys {
  const { n, copies = 1, date = "2026-02-03", stamps = 1, from = morning, to = from } = of;
  const [oldest, newest] = [from ?? null, to ?? null];
  const unstamped = stamps === null;
  return {
    of_date: date,
    of_copies: copies,
    of_stamps: stamps,
    of_lacking: 0,
    n,
    ids: of.ids ?? n,
    oldest: unstamped ? null : oldest,
    oldest_to: unstamped ? null : oldest,
    newest: unstamped ? null : newest,
    newest_from: unstamped ? null : newest,
  };
}

const tally = (...all: readonly AlikeKeys[]) => tallyOf([{ alike: [...all], absent: [] }]);
const limits = { tolerance: 0.1, uniform: 0.95, togetherMs: 300_000, apartMs: 3_600_000 };
const raw = "nba_raw.nbac_team_boxscore";

function facts(given: Partial<CauseFacts>): CauseFacts {
  return {
    table: "nba_analytics.team_offense_game_summary",
    tally: tally(keys({ n: 20 })),
    limits,
    sources: [],
    runs: { overlap: "unknown", said: "the run history was not read" },
    reordered: "unknown",
    signs: [],
    when: "",
    ...given,
  };
}

const source = (...all: readonly AlikeKeys[]): CauseFacts["sources"] => [
  { table: raw, key: ["game_id", "team_abbr"], tally: tally(...all) },
];
const fourfold = tally(keys({ n: 20, copies: 4 }));
const together = tally(keys({ n: 72, copies: 2, stamps: 2, from: morning, to: seconds }), keys({ n: 276 }));
const apart = tally(keys({ n: 20, copies: 2, stamps: 2, from: morning, to: hours }));
const overlap = { overlap: "yes" as const, said: "runs `a` and `b` overlap" };

/** Every cause with its standing; of two tables those that were told. */
const standing = (...all: readonly Partial<CauseFacts>[]) =>
  Object.fromEntries(causesOf(all.map(facts)).map((cause) => [cause.id, cause.standing]));
const established = (...all: readonly Partial<CauseFacts>[]): string[] =>
  Object.entries(standing(...all)).flatMap(([id, is]) => (is === "established" ? [id] : []));

describe("a join fan-out", () => {
  test("is established of a doubled source whose square is there, all copies of one stamp, and says what to do first", () => {
    const given = { tally: fourfold, sources: source(keys({ n: 20, copies: 2, stamps: 2, to: hours })) };
    expect(standing(given)).toEqual({
      join_fan_out: "established",
      repeated_load: "ruled_out",
      concurrent_runs: "ruled_out",
      id_order: "ruled_out",
    });
    expect(causesOf([facts(given)])[0]?.said).toBe(
      "team_offense_game_summary: nbac_team_boxscore is doubled itself (40 rows over 20 keys, factor 2); joined to itself that gives 2² = 4, about the 4 there; until a run takes one row per (game_id, team_abbr) it makes them again",
    );
  });

  test("is told as handed on where the table is as often there as its source", () => {
    const given = { tally: tally(keys({ n: 20, copies: 2 })), sources: source(keys({ n: 20, copies: 2 })) };
    expect(established(given)).toEqual(["join_fan_out"]);
    expect(causesOf([facts(given)])[0]?.said).toContain("a join hands that on");
  });

  test.each([
    ["exactly at the tolerance", 110, "established"],
    ["one key beyond it", 112, "ruled_out"],
  ])("%s is judged by the surplus, date by date", (_, copies, is) => {
    // 100 keys of the source twice make 300 surplus rows of 100 keys; here there are fewer.
    const surplus = 300 / (1 + 0.1) + (copies === 110 ? 0.3 : -3);
    const more = Math.ceil(surplus) - 200;
    const given = {
      tally: tally(keys({ n: more, copies: 4 }), keys({ n: 100 - more, copies: 3 })),
      sources: source(keys({ n: 100, copies: 2 })),
    };
    expect(standing(given)["join_fan_out"]).toBe(is);
  });

  test("of a source that is doubled on other dates alone is not established", () => {
    const given = { tally: fourfold, sources: source(keys({ n: 20, copies: 2, date: "2026-01-01" }), keys({ n: 20 })) };
    expect(established(given)).toEqual([]);
    expect(established({ tally: fourfold, sources: source(keys({ n: 20, copies: 2, date: "2026-01-01" })) })).toEqual([]);
  });

  test("stays open where the source is clean now, since it may have been cleaned, where nobody could count it, and where none is declared", () => {
    for (const sources of [source(keys({ n: 20 })), [{ table: raw, key: [], tally: undefined }], []])
      expect(standing({ tally: fourfold, sources })["join_fan_out"]).toBe("open");
  });

  test("stays open where no stamp tells one batch from two", () => {
    const given = { tally: tally(keys({ n: 20, copies: 4, stamps: null })), sources: source(keys({ n: 20, copies: 2 })) };
    expect(standing(given)["join_fan_out"]).toBe("open");
    expect(established(given)).toEqual([]);
  });

  test("is excluded by copies of several stamps, by other ids and by overlapping runs, though the factor fits", () => {
    const sources = source(keys({ n: 20, copies: 2 }));
    expect(standing({ tally: tally(keys({ n: 20, copies: 4, stamps: 2, to: hours })), sources })["join_fan_out"]).toBe("ruled_out");
    expect(standing({ tally: tally(keys({ n: 20, copies: 4, ids: 40 })), sources })["join_fan_out"]).toBe("ruled_out");
    expect(standing({ tally: fourfold, sources, runs: overlap })["join_fan_out"]).toBe("ruled_out");
  });
});

describe("two runs at once", () => {
  test("are established by stamps seconds apart and two runs that overlap", () => {
    expect(standing({ tally: together, runs: overlap })).toEqual({
      concurrent_runs: "established",
      join_fan_out: "ruled_out",
      repeated_load: "ruled_out",
      id_order: "ruled_out",
    });
  });

  test("stay open where the run history shows none, or was not read", () => {
    expect(standing({ tally: together })["concurrent_runs"]).toBe("open");
    expect(established({ tally: together })).toEqual([]);
  });

  test.each([
    ["300 s apart", "11:05:06", "established"],
    ["301 s apart", "11:05:07", "open"],
    ["3,599 s apart", "12:00:05", "open"],
    ["3,600 s apart", "12:00:06", "ruled_out"],
  ])("%s: %s", (_, to, is) => {
    const given = tally(keys({ n: 72, copies: 2, stamps: 2, from: morning, to: `2026-02-04T${to}.000Z` }));
    expect(standing({ tally: given, runs: overlap })["concurrent_runs"]).toBe(is);
  });

  test("are excluded by one stamp, whatever the history says", () => {
    expect(standing({ tally: fourfold, runs: overlap })["concurrent_runs"]).toBe("ruled_out");
  });

  test("list what log and locks say for them, and against", () => {
    const signs = [
      { holds: "yes" as const, said: "it logged `merge_fallback`" },
      { holds: "no" as const, said: "it logged nothing" },
    ];
    const [cause] = causesOf([facts({ tally: together, runs: overlap, signs })]);
    expect(cause?.for).toContain("it logged `merge_fallback`");
    expect(cause?.against).toEqual(["it logged nothing"]);
  });
});

describe("a repeated load", () => {
  test("is established by copies hours apart of nearly all keys alike", () => {
    expect(established({ tally: apart, when: "at 2026-02-04 11:00 ET" })).toEqual(["repeated_load"]);
    expect(causesOf([facts({ tally: apart, when: "at 2026-02-04 11:00 ET" })])[0]?.said).toBe(
      "team_offense_game_summary: loaded twice; the copies came at 2026-02-04 11:00 ET",
    );
  });

  test.each([
    [19, 1, ["repeated_load"]],
    [18, 2, []],
  ])("with %d keys twice and %d three times comes to %j", (twice, thrice, told) => {
    const all = [keys({ n: twice, copies: 2, stamps: 2, to: hours }), keys({ n: thrice, copies: 3, stamps: 2, to: hours })];
    expect(established({ tally: tally(...all) })).toEqual(told);
  });

  test("of a few keys of a date is not established, nor excluded: part of a load may have come again", () => {
    expect(standing({ tally: tally(keys({ n: 10, copies: 2, stamps: 2, to: hours }), keys({ n: 90 })) })["repeated_load"]).toBe("open");
  });

  test("is neither established nor excluded between five minutes and an hour", () => {
    const between = tally(keys({ n: 20, copies: 2, stamps: 2, from: morning, to: "2026-02-04T11:30:00.000Z" }));
    expect(standing({ tally: between })).toMatchObject({ repeated_load: "open", concurrent_runs: "open" });
  });

  test("is not established where runs overlapped", () => {
    expect(established({ tally: apart, runs: overlap })).toEqual([]);
  });
});

describe("ids in another order", () => {
  const twoIds = tally(keys({ n: 20, copies: 2, stamps: 2, to: hours, ids: 40 }));

  test("are established where all surplus stands under the reversed id", () => {
    expect(established({ tally: twoIds, reordered: "yes" })).toEqual(["id_order"]);
  });

  test("are not where the ids name other teams, were not read, or some copies share their id", () => {
    expect(standing({ tally: twoIds, reordered: "no" })["id_order"]).toBe("ruled_out");
    expect(standing({ tally: twoIds })["id_order"]).toBe("open");
    expect(established({ tally: tally(keys({ n: 20, copies: 3, stamps: 2, to: hours, ids: 40 })), reordered: "yes" })).toEqual([]);
  });
});

describe("of several tables", () => {
  test("the same cause is told once, with all of them", () => {
    const given = { tally: fourfold, sources: source(keys({ n: 20, copies: 2 })) };
    const causes = causesOf([facts(given), facts({ ...given, table: "nba_analytics.team_defense_game_summary" })]);
    expect(causes.filter(({ id }) => id === "join_fan_out")).toHaveLength(1);
    expect(causes[0]?.said).toMatch(/^team_offense_game_summary, team_defense_game_summary: /u);
  });

  test("two causes at once are both told, and neither is called excluded because of the other", () => {
    const all = [
      { tally: together, runs: overlap },
      { table: raw, tally: apart },
    ];
    expect(standing(...all)).toMatchObject({ concurrent_runs: "established", repeated_load: "established" });
    expect(causesOf(all.map(facts)).filter(({ id }) => id === "repeated_load")).toHaveLength(1);
  });
});
