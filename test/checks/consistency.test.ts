import { describe, expect, test } from "vitest";
import { consistency } from "../../src/checks/basketball/consistency/consistency.ts";
import { sampleOf } from "../../src/checks/basketball/consistency/sample.ts";
import { playerHistory } from "../../src/evidence/looks/player-history.ts";
import { playerRows } from "../../src/evidence/looks/tables.ts";
import { BackendError } from "../../src/errors.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Query, Row } from "../../src/ports/warehouse.ts";
import { asking } from "../contracts/asking.ts";
import { at, judge, observed, said, scheduleRow, smallNight } from "../support/night.ts";
import type { Night } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { silentPorts } from "../support/ports.ts";
import { lintSql } from "../../src/evidence/looks/sql-lint.ts";

/** Five of each team played: twenty in all, so that everybody is in the sample. */
function twenty(): Night {
  const night = smallNight();
  const seen = new Map<unknown, number>();
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).map((row) => {
    seen.set(row["team_abbr"], (seen.get(row["team_abbr"]) ?? 0) + 1);
    return (seen.get(row["team_abbr"]) ?? 0) <= 5 ? row : { ...row, minutes_played: null, points: null, is_dnp: true };
  });
  return night;
}

const played = (night: Night) => (night.tables["player-rows"] ?? []).filter((row) => row["minutes_played"] !== null);

/** Changes that many of those who played, from the first. */
function changed(night: Night, count: number, change: Row): Night {
  const chosen = new Set(played(night).slice(0, count));
  night.tables["player-rows"] = (night.tables["player-rows"] ?? []).map((row) => (chosen.has(row) ? { ...row, ...change } : row));
  return night;
}

function inTable(night: Night, table: string, change: (row: Row) => readonly Row[]): Night {
  night.tables[table] = (night.tables[table] ?? []).flatMap(change);
  return night;
}

const judged = (night: Night, clock = at("09:30")) => judge(night, clock, [consistency]);
const about = async (night: Night, rule: string, clock?: Date) =>
  said(await judged(night, clock), "consistency").filter((line) => line.startsWith(rule));
const words = async (night: Night, reason: string) => observed(await judged(night), "consistency", reason)[0] ?? "";
const wording = async (night: Night, start: string) =>
  observed(await judged(night), "consistency", "ok").find((text) => text.startsWith(start)) ?? "";

test("a night in agreement passes all three rules, each with its interval", async () => {
  expect(said(await judged(smallNight()), "consistency")).toEqual([
    "averages: pass ok",
    "points-identity: pass ok",
    "usage-formula: pass ok",
  ]);
  expect(await wording(smallNight(), "points")).toBe(
    "points with the shots made: 20 of 20 compared players agree (95 % interval 83.9-100.0 %)",
  );
});

test.each([
  [1, "pass ok"],
  [2, "warn P3 points_differ"],
  [3, "fail P2 points_differ"],
])("%i of 20 whose points are not those of their shots are taken as %s", async (count, expected) => {
  expect(await about(changed(twenty(), count, { points: 9 }), "points")).toEqual([`points-identity: ${expected}`]);
});

test("a pass names the one who differs, and a failure three of them and how many more", async () => {
  expect(await wording(changed(twenty(), 1, { points: 9 }), "points")).toContain(
    "19 of 20 compared players agree (95 % interval 76.4-99.1 %); not: `bosplayera` 9, shots give 8",
  );
  expect(await words(changed(twenty(), 5, { points: 9 }), "points_differ")).toMatch(
    /; not: `.+` 9, shots give 8, `.+` .+, `.+` .+ and 2 more$/u,
  );
});

describe("the sample", () => {
  /** Who is in it on that date, of whatever rows. */
  async function drawn(arranged: (rows: readonly Row[]) => readonly Row[], seed = 1): Promise<string[]> {
    const { scope } = await judged(smallNight(), at("07:00"));
    const { thresholds } = scope.rules;
    const sample = { ...thresholds.consistency.sample, seed };
    const rules = { ...scope.rules, thresholds: { ...thresholds, consistency: { ...thresholds.consistency, sample } } };
    const facts = playerRows(rules, scope.date).parse({ rows: arranged(smallNight().tables["player-rows"] ?? []), absent: [] });
    const found = sampleOf(facts, [], { ...scope, rules, asOf: at("09:30") });
    return "verdict" in found ? [] : found.map((row) => row.player_lookup ?? "?");
  }

  test("holds 20 of 44, the same at every call and in whatever order the rows come; another seed draws others", async () => {
    const once = await drawn((rows) => rows);
    expect(new Set(once).size).toBe(20);
    expect(await drawn((rows) => rows.toReversed())).toEqual(once);
    expect(await drawn((rows) => rows.filter((row) => once.includes(String(row["player_lookup"]))))).toEqual(once);
    expect(await drawn((rows) => rows, 2)).not.toEqual(once);
  });

  test("holds nobody twice, however many copies there are, and nobody who did not play", async () => {
    const night = inTable(twenty(), "player-rows", (row) => [row, { ...row, processed_at: at("05:00").toISOString(), points: 99 }]);
    expect(await about(night, "points")).toEqual(["points-identity: pass ok"]);
    expect(await wording(night, "points")).toContain("20 of 20");
  });
});

test("what cannot be compared is skipped and counted apart, and is no part of the share", async () => {
  const night = changed(twenty(), 4, { ft_makes: null });
  expect(await wording(night, "points")).toBe(
    "points with the shots made: 16 of 16 compared players agree (95 % interval 80.6-100.0 %), 4 skipped (4 without points or shots made)",
  );
});

test.each([
  ["points-identity", { ft_makes: null }],
  ["usage-formula", { usage_rate: null }],
])("nothing compared leaves %s unknown, never a pass", async (rule, change) => {
  expect(await about(changed(twenty(), 20, change), rule)).toEqual([`${rule}: unknown nothing_compared`]);
});

test("rows of which nobody played leave every rule without a comparison", async () => {
  const night = inTable(smallNight(), "player-rows", (row) => [{ ...row, minutes_played: null }]);
  expect(said(await judged(night), "consistency")).toEqual(
    ["averages", "points-identity", "usage-formula"].map((rule) => `${rule}: unknown nothing_compared`),
  );
});

test.each([
  ["points-identity", "player-rows", "ft_makes", "nba_analytics.player_game_summary"],
  ["usage-formula", "player-rows", "turnovers", "nba_analytics.player_game_summary"],
  ["usage-formula", "offense-rows", "possessions", "nba_analytics.team_offense_game_summary"],
  ["averages", "cache-rows", "points_avg_last_10", "nba_precompute.player_daily_cache"],
])("%s is unknown where %s lack %s, and names the column", async (rule, look, column, table) => {
  const night = smallNight();
  night.absent = { [look]: [column] };
  expect(await about(night, rule)).toEqual([`${rule}: unknown no_column`]);
  expect(await words(night, "no_column")).toBe(`${table} has no column ${column}`);
  expect(said(await judged(night), "consistency").filter((line) => line.endsWith("pass ok"))).not.toHaveLength(0);
});

test("is not due before 07:30, and waits for analytics when there are no rows", async () => {
  const early = said(await judged(changed(twenty(), 20, { points: 9 }), at("07:29")), "consistency");
  expect(early).toEqual(["averages: not_due not_due", "points-identity: not_due not_due", "usage-formula: not_due not_due"]);
  const empty = smallNight();
  empty.tables["player-rows"] = [];
  const waiting = ["averages", "points-identity", "usage-formula"].map((rule) => `${rule}: not_due waits (waits for analytics)`);
  expect(said(await judged(empty), "consistency")).toEqual(waiting);
});

test.each([
  ["player-rows", ["averages", "points-identity", "usage-formula"]],
  ["offense-rows", ["usage-formula"]],
  ["cache-rows", ["averages"]],
  ["player-history", ["averages"]],
])("%s refused leave %s unknown and no other rule", async (look, rules) => {
  const night = smallNight();
  night.refused[look] = "partial";
  const lines = said(await judged(night), "consistency");
  expect(lines.filter((line) => line.endsWith("unknown partial")).map((line) => line.split(":")[0])).toEqual(rules);
  expect(lines.filter((line) => line.endsWith("pass ok"))).toHaveLength(3 - rules.length);
});

describe("usage", () => {
  // 100 × 8.88 × 48 / (21.8 × 97.68) = 20.0167; five per cent of it are 1.0008.
  test.each([
    [21.01, "pass ok"],
    [21.02, "fail P2 usage_differs"],
    [19.02, "pass ok"],
    [19.01, "fail P2 usage_differs"],
  ])("of %f against 20.02 by the formula is taken as %s", async (usage, expected) => {
    expect(await about(changed(twenty(), 3, { usage_rate: usage }), "usage")).toEqual([`usage-formula: ${expected}`]);
  });

  test("is compared with the team's row of the most possessions, not with the newest", async () => {
    const half = { fg_attempts: 38, ft_attempts: 11, turnovers: 5, possessions: 49, processed_at: at("09:00").toISOString() };
    expect(
      await about(
        inTable(twenty(), "offense-rows", (row) => [{ ...row, ...half }, row, { ...row, ...half }]),
        "usage",
      ),
    ).toEqual(["usage-formula: pass ok"]);
    expect(
      await about(
        inTable(twenty(), "offense-rows", (row) => [{ ...row, ...half }]),
        "usage",
      ),
    ).toEqual(["usage-formula: fail P2 usage_differs"]);
    expect(
      await words(
        inTable(twenty(), "offense-rows", (row) => [{ ...row, ...half }]),
        "usage_differs",
      ),
    ).toContain("20.02, formula 40.8");
  });

  test("of a team without a row, or with an empty one, is skipped; of no team at all it waits for analytics", async () => {
    const without = inTable(twenty(), "offense-rows", (row) => (row["team_abbr"] === "BOS" ? [] : [row]));
    expect(await wording(without, "usage")).toContain(
      "15 of 15 compared players agree (95 % interval 79.6-100.0 %), 5 skipped (5 without the team's row)",
    );
    const hollow = inTable(twenty(), "offense-rows", (row) =>
      row["team_abbr"] === "BOS" ? [{ ...row, fg_attempts: 0, ft_attempts: 0, turnovers: 0 }] : [row],
    );
    expect(await wording(hollow, "usage")).toContain("5 skipped (5 with nothing in the team's row");
    const none = smallNight();
    none.tables["offense-rows"] = [];
    expect(await about(none, "usage")).toEqual(["usage-formula: not_due waits (waits for analytics)"]);
  });

  test("of nothing done is nothing, without a division of it", async () => {
    const idle = { fg_attempts: 0, ft_attempts: 0, turnovers: 0, usage_rate: 0 };
    expect(await about(changed(twenty(), 20, idle), "usage")).toEqual(["usage-formula: pass ok"]);
    expect(await about(changed(twenty(), 20, { ...idle, usage_rate: 0.1 }), "usage")).toEqual(["usage-formula: fail P2 usage_differs"]);
  });
});

describe("averages", () => {
  const cached = (night: Night, change: Row, count = 68) => {
    const names = played(night)
      .slice(0, count)
      .map((row) => row["player_lookup"]);
    return inTable(night, "cache-rows", (row) => [names.includes(row["player_lookup"]) ? { ...row, ...change } : row]);
  };
  /** Everybody's games, from the newest: points, or null for one that he did not play. */
  const history = (night: Night, points: readonly (number | null)[], last = "2026-02-02") => {
    const names = played(night).map((row) => String(row["player_lookup"]));
    night.tables["player-history"] = names.flatMap((name) =>
      points.map((scored, index) => ({
        player_lookup: name,
        game_date: new Date(Date.parse(`${last}T00:00:00Z`) - index * 86_400_000).toISOString().slice(0, 10),
        points: scored,
        minutes_played: scored === null ? null : 20,
        processed_at: at("06:35", "2026-02-03").toISOString(),
      })),
    );
    return night;
  };
  const ten = [20, 20, 20, 20, 20, 10, 10, 10, 10, 10];

  // 11.2 ± 5 % is 10.64 to 11.76; of 1 and less a tenth is more than five per cent.
  test.each([
    [{ points_avg_last_5: 11.7 }, "pass ok"],
    [{ points_avg_last_5: 11.8 }, "fail P2 averages_differ"],
    [{ points_avg_last_10: 10.7 }, "pass ok"],
    [{ points_avg_last_10: 10.6 }, "fail P2 averages_differ"],
  ])("%j against 11.2 is taken as %s", async (change, expected) => {
    expect(await about(cached(smallNight(), change), "averages")).toEqual([`averages: ${expected}`]);
  });

  test("a small average may be off by a tenth, as it keeps one decimal, and by no more", async () => {
    const one = () => history(twenty(), Array<number>(10).fill(1));
    expect(await about(cached(one(), { points_avg_last_5: 1.1, points_avg_last_10: 0.9 }), "averages")).toEqual(["averages: pass ok"]);
    expect(await about(cached(one(), { points_avg_last_5: 1.2, points_avg_last_10: 1 }), "averages")).toEqual([
      "averages: fail P2 averages_differ",
    ]);
  });

  test("are over the last 5 and the last 10, the newest first", async () => {
    const right = { points_avg_last_5: 20, points_avg_last_10: 15 };
    expect(await about(cached(history(twenty(), ten), right), "averages")).toEqual(["averages: pass ok"]);
    expect(await about(cached(history(twenty(), ten.toReversed()), right), "averages")).toEqual(["averages: fail P2 averages_differ"]);
  });

  test("are over games played: who sat out in between has no nought for it", async () => {
    const night = history(twenty(), [20, null, 20, null, 20, 20, 20, null, 10, 10, 10, 10, 10]);
    expect(await about(cached(night, { points_avg_last_5: 20, points_avg_last_10: 15 }), "averages")).toEqual(["averages: pass ok"]);
  });

  test("leave out the game of the date itself: only what is strictly before it counts", async () => {
    const night = history(twenty(), [50, ...ten], "2026-02-03");
    expect(await about(cached(night, { points_avg_last_5: 20, points_avg_last_10: 15 }), "averages")).toEqual(["averages: pass ok"]);
  });

  test("of fewer than 5 games are skipped, never compared; of 5 to 9 only the last 5 are", async () => {
    const four = cached(history(twenty(), [20, null, 20, 20, 20]), { points_avg_last_5: 20, points_avg_last_10: 20 });
    expect(await about(four, "averages")).toEqual(["averages: unknown nothing_compared"]);
    expect(await words(four, "nothing_compared")).toContain("20 skipped (20 with fewer than 5 games before)");
    const nine = cached(history(twenty(), ten.slice(0, 9)), { points_avg_last_5: 20, points_avg_last_10: 99 });
    expect(await about(nine, "averages")).toEqual(["averages: pass ok"]);
  });

  test("are not applicable while no team has had five games, and only where the schedule shows no more than the history", async () => {
    const early = () => history(twenty(), [20, 20, 20, 20]);
    expect(await about(early(), "averages")).toEqual(["averages: not_applicable too_early"]);
    expect(await words(early(), "too_early")).toContain("no sampled player's team has had 5 games before 2026-02-03");
    const one = early();
    one.tables["player-history"] = (one.tables["player-history"] ?? []).flatMap((row) =>
      row["player_lookup"] === "bosplayera" ? [row, { ...row, game_date: "2026-01-20" }] : [row],
    );
    expect(await about(cached(one, { points_avg_last_5: 20 }), "averages")).toEqual(["averages: pass ok"]);
    const lacking = early();
    lacking.tables["player-history"] = (lacking.tables["player-history"] ?? []).filter((row) => row["game_date"] !== "2026-02-01");
    lacking.tables["schedule"]?.push(scheduleRow("BOS", "LAL", "0022500755", "2026-02-01"));
    expect(await about(lacking, "averages")).toEqual(["averages: unknown nothing_compared"]);
    lacking.tables["schedule"]?.pop();
    expect(await about(lacking, "averages")).toEqual(["averages: not_applicable too_early"]);
    lacking.tables["player-history"] = [];
    lacking.tables["schedule"] = (lacking.tables["schedule"] ?? []).filter((row) => String(row["game_date"]) >= "2026-02-03");
    expect(await about(lacking, "averages")).toEqual(["averages: not_applicable too_early"]);
  });

  test("without any history are unknown: an empty answer agrees with nothing", async () => {
    const night = smallNight();
    night.tables["player-history"] = [];
    expect(await about(night, "averages")).toEqual(["averages: unknown nothing_compared"]);
  });

  test("are not compared over a game that lost its points or its minutes", async () => {
    const lost = (row: Row) =>
      inTable(cached(history(twenty(), ten), { points_avg_last_5: 99 }), "player-history", (game) => [
        game["game_date"] === "2026-02-01" ? { ...game, ...row } : game,
      ]);
    for (const row of [{ points: null }, { minutes_played: null }]) {
      expect(await words(lost(row), "nothing_compared")).toContain("20 skipped (20 with an earlier game that lacks points or minutes)");
    }
  });

  test("of players who are not in the cache are skipped; an empty cache is for completion to say", async () => {
    const night = inTable(twenty(), "cache-rows", (row) => (String(row["player_lookup"]).startsWith("bos") ? [] : [row]));
    expect(await wording(night, "last-5")).toContain(
      "15 of 15 compared players agree (95 % interval 79.6-100.0 %), 5 skipped (5 not in the cache)",
    );
    night.tables["cache-rows"] = [];
    expect(await about(night, "averages")).toEqual(["averages: not_due waits (waits for completion)"]);
  });

  test.each([
    [1, ["averages: pass ok"]],
    [2, ["averages: pass ok", "averages: warn P3 average_missing"]],
    [20, ["averages: unknown nothing_compared", "averages: warn P3 average_missing"]],
  ])("left out of the cache for %i of 20 who have the games are %s", async (count, expected) => {
    expect(await about(cached(twenty(), { points_avg_last_5: null, points_avg_last_10: null }, count), "averages")).toEqual(expected);
  });

  test("a last 10 that is empty for everybody is no pass beside a last 5 that agrees", async () => {
    expect(await about(cached(twenty(), { points_avg_last_10: null }), "averages")).toContain("averages: warn P3 average_missing");
  });

  test("surplus rows of the history count once, and a cache that has counted them twice is told", async () => {
    const doubled = inTable(history(twenty(), ten), "player-history", (game) =>
      game["game_date"] === "2026-02-02"
        ? [
            { ...game, points: 40 },
            { ...game, points: 40 },
          ]
        : [game],
    );
    expect(await about(cached(doubled, { points_avg_last_5: 24, points_avg_last_10: 17 }), "averages")).toEqual(["averages: pass ok"]);
    const text = await words(cached(doubled, { points_avg_last_5: 28, points_avg_last_10: 20 }), "averages_differ");
    expect(text).toContain("last 5 28, games give 24.0 and last 10 20, games give 17.0");
    expect(text).toContain("of these 20 as if surplus rows were counted too (20 surplus rows set aside in their histories)");
  });

  test("a cache written before a game that it averages is told; where nothing explains a difference, that is said", async () => {
    const wrong = { points_avg_last_5: 12, points_avg_last_10: 12 };
    const stale = cached(history(twenty(), ten), { ...wrong, processed_at: at("06:34", "2026-02-03").toISOString() });
    expect(await words(stale, "averages_differ")).toContain("of these 20 in a cache row older than a game it averages (0 surplus rows");
    const same = cached(history(twenty(), ten), { ...wrong, processed_at: at("06:35", "2026-02-03").toISOString() });
    expect(await words(same, "averages_differ")).toContain("of these for 20 the cause is not established");
  });

  test("of the cache's copies only the newest is compared", async () => {
    const night = inTable(twenty(), "cache-rows", (row) => [
      { ...row, points_avg_last_5: 99, processed_at: at("06:00").toISOString() },
      row,
    ]);
    expect(await about(night, "averages")).toEqual(["averages: pass ok"]);
  });
});

describe("the history", () => {
  const date = calendarDateOf("2026-02-03");
  const rules = nba.rulesOn(date, at("09:30"));
  const look = playerHistory(rules, date);

  async function asked(lacking: readonly string[]): Promise<Query[]> {
    const queries: Query[] = [];
    const columns = Object.entries(nba.file.tables[rules.analytics.players]?.columns ?? {}).filter(([name]) => !lacking.includes(name));
    const warehouse = {
      estimate: async () => ({}),
      tables: async () => [],
      describe: async () => ({ columns: Object.fromEntries(columns.map(([name, { kind }]) => [name, kind])) }),
      query: async (query: Query) => {
        queries.push(query);
        return { rows: [] };
      },
    };
    await look.run(silentPorts({ warehouse }), asking({ look: look.id }));
    return queries;
  }

  test("is asked for the 45 days strictly before the date, in five columns", async () => {
    const [query] = await asked([]);
    expect(query?.params).toMatchObject({ from: { value: "2025-12-20" }, to: { value: "2026-02-02" } });
    expect(Object.keys(query?.columns ?? {}).toSorted()).toEqual([
      "game_date",
      "minutes_played",
      "player_lookup",
      "points",
      "processed_at",
    ]);
    expect(query === undefined ? [] : lintSql(query, rules.tables)).toEqual([]);
    expect(query).toBeDefined();
  });

  test.each(["points", "minutes_played", "processed_at"])("is refused, not guessed, where the table has no %s", async (column) => {
    await expect(asked([column])).rejects.toThrow(BackendError);
  });
});
