import { describe, expect, test } from "vitest";
import { storeClock } from "../../../src/adapters/embedded/clock.ts";
import { embeddedPorts } from "../../../src/adapters/embedded/ports.ts";
import { embeddedEngine } from "../../../src/adapters/embedded/warehouse.ts";
import { factorText, tallyOf } from "../../../src/diagnosis/duplicates/tally.ts";
import type { AlikeKeys } from "../../../src/evidence/looks/duplicates.ts";
import { copyCounts } from "../../../src/evidence/looks/duplicates.ts";
import { addDays, calendarDateOf } from "../../../src/pipeline/dates.ts";
import type { Row } from "../../../src/ports/warehouse.ts";
import { changeableStores } from "../../adapters/embedded/world-of.ts";
import { asking } from "../../contracts/asking.ts";
import { nba } from "../../support/pipeline.ts";

const table = "nba_analytics.team_offense_game_summary";
const date = calendarDateOf("2026-02-03");
const asOf = new Date("2026-02-04T20:00:00Z");
const rules = nba.rulesOn(date, asOf);
const seed = Number(process.env["POSTGAME_TEST_SEED"] ?? 20_260_203);

/** Numbers below a bound, the same for the same seed. */
function drawing(from: number): (below: number) => number {
  let state = from >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What one would count by hand, row after row. */
function naive(rows: readonly Row[]) {
  const keyed = rows.filter((row) => row["team_abbr"] !== null && row["game_date"] !== null);
  const groups = Map.groupBy(keyed, (row) => `${String(row["game_date"])} ${String(row["team_abbr"])}`);
  const doubled = [...groups.values()].filter((group) => group.length > 1);
  const idsOf = (group: readonly Row[]): number => new Set(group.map((row) => row["game_id"])).size;
  return {
    rows: keyed.length,
    distinct: groups.size,
    surplus: keyed.length - groups.size,
    groups: doubled.length,
    keyless: rows.length - keyed.length,
    across: [...groups.values()].reduce((sum, group) => sum + idsOf(group) - 1, 0),
    stamping: doubled.map((group) => new Set(group.map((row) => row["processed_at"])).size),
  };
}

async function counted(rows: readonly Row[]) {
  const columns = Object.fromEntries(Object.entries(rules.tables[table]?.columns ?? {}).map(([name, { kind }]) => [name, kind]));
  const ports = embeddedPorts(changeableStores({ tables: { [table]: { columns, rows } } }), storeClock(asOf), embeddedEngine());
  const found = await copyCounts(rules, table, { from: addDays(date, -3), to: date }).run(ports, asking());
  return { tally: tallyOf([found.facts]), examined: found.examined };
}

const alike = (given: Partial<AlikeKeys>): AlikeKeys => ({
  of_date: date,
  of_copies: 1,
  of_stamps: 1,
  of_lacking: 0,
  n: 1,
  ids: null,
  oldest: "2026-02-04T11:00:00.000Z",
  oldest_to: "2026-02-04T11:00:00.000Z",
  newest: "2026-02-04T11:00:00.000Z",
  newest_from: "2026-02-04T11:00:00.000Z",
  ...given,
});
const tallied = (...keys: readonly Partial<AlikeKeys>[]) => tallyOf([{ alike: keys.map(alike), absent: [] }]);

describe("counts of copies", () => {
  test(`agree with a count by hand over random rows (seed ${seed})`, async () => {
    const draw = drawing(seed);
    for (let round = 0; round < 25; round += 1) {
      const most = draw(60);
      const rows = Array.from({ length: most }, (): Row => {
        const day = addDays(date, -draw(3));
        const columns = Object.keys(rules.tables[table]?.columns ?? {}).map((name) => [name, null]);
        return {
          ...Object.fromEntries(columns),
          game_date: day,
          team_abbr: draw(12) === 0 ? null : `T${draw(8)}`,
          game_id: `${day}_${draw(2)}`,
          processed_at: new Date(asOf.getTime() - 1000 * draw(3)).toISOString(),
        };
      });
      const { tally, examined } = await counted(rows);
      const { stamping, ...expected } = naive(rows);
      expect(tally).toMatchObject(expected);
      expect(examined).toBe(rows.length);
      expect(tally.surplus).toBe(tally.rows - tally.distinct);
      for (const of of ["rows", "distinct", "surplus", "groups", "keyless", "across"] as const)
        expect(tally.days.reduce((sum, day) => sum + day[of], 0)).toBe(tally[of]);
      const several = stamping.filter((stamps) => stamps > 1).length;
      const kind = stamping.length === 0 ? "unknown" : several === 0 ? "one" : several === stamping.length ? "several" : "mixed";
      expect(tally.stamping).toBe(kind);
    }
  });

  test("of no rows are nothing, and say nothing of stamps", async () => {
    expect((await counted([])).tally).toEqual({
      rows: 0,
      distinct: 0,
      surplus: 0,
      groups: 0,
      keyless: 0,
      across: 0,
      days: [],
      stamping: "unknown",
    });
  });

  test("take rows without a key for no copies of each other, however many they are", () => {
    expect(tallied({ of_copies: 5, of_lacking: 5 }, { n: 3 })).toMatchObject({ rows: 3, distinct: 3, surplus: 0, keyless: 5, groups: 0 });
  });

  test("call stamps unknown as soon as one doubled key has none", () => {
    expect(tallied({ of_copies: 2, of_stamps: 1, n: 9 }, { of_copies: 2, of_stamps: 0 }).stamping).toBe("unknown");
    expect(tallied({ of_copies: 2, of_stamps: 1, n: 9 }, { of_copies: 2, of_stamps: 2 }).stamping).toBe("mixed");
    expect(tallied({ of_copies: 1, of_stamps: 0 }, { of_copies: 2, of_stamps: 1 }).stamping).toBe("one");
  });

  test("say from when some key had all its copies, and the least and the most that lies between them", () => {
    const [day] = tallied(
      { oldest: "2026-02-04T09:00:00.000Z", newest: "2026-02-04T23:00:00.000Z" },
      {
        of_copies: 2,
        of_stamps: 2,
        n: 2,
        oldest: "2026-02-04T11:00:00.000Z",
        oldest_to: "2026-02-04T11:00:10.000Z",
        newest: "2026-02-04T11:00:30.000Z",
        newest_from: "2026-02-04T11:00:20.000Z",
      },
    ).days;
    expect(day).toMatchObject({
      since: new Date("2026-02-04T11:00:20Z"),
      written: { first: new Date("2026-02-04T09:00:00Z"), last: new Date("2026-02-04T23:00:00Z") },
      gap: { leastMs: 10_000, mostMs: 30_000 },
    });
  });

  test("tell the usual number of copies, of equals the smaller, as a part of all keys of dates with surplus", () => {
    expect(tallied({ of_copies: 4, n: 19 }, { of_copies: 3, n: 1 }).usual).toEqual({ copies: 4, share: 0.95 });
    expect(tallied({ of_copies: 4, n: 5 }, { n: 5 }, { of_date: "2026-02-01", n: 90 }).usual).toEqual({ copies: 4, share: 0.5 });
    expect(tallied({ of_copies: 3 }, { of_copies: 2 }).usual).toEqual({ copies: 2, share: 0.5 });
  });
});

test.each([
  [40_382, 10_412, "3.88"],
  [20_756, 10_588, "1.96"],
  [696, 348, "2"],
  [1_999, 1_000, "2.00"],
  [348, 348, "1"],
  [0, 0, "1"],
])("%d rows over %d keys are factor %s", (rows, distinct, text) => {
  expect(factorText({ rows, distinct })).toBe(text);
});
