import { describe, expect, test } from "vitest";
import { clocks } from "../../bench/regression/clocks.ts";
import type { Day } from "../../bench/regression/day.ts";
import { rowsIn } from "../../bench/regression/day.ts";
import { diceOf } from "../../bench/regression/dice.ts";
import { dayMemory, judge } from "../../bench/regression/judge.ts";
import type { Kind } from "../../bench/regression/kind.ts";
import { memoryWarehouse } from "../../bench/regression/memory-warehouse.ts";
import { nba } from "../../bench/regression/pipeline.ts";
import { faultsIn } from "../../bench/regression/print.ts";
import { drawStretch } from "../../bench/regression/stretches.ts";
import { tryKind } from "../../bench/regression/try-kind.ts";
import { workOn } from "../../bench/regression/work.ts";
import { storeClock } from "../../src/adapters/embedded/clock.ts";
import { embeddedWarehouse } from "../../src/adapters/embedded/warehouse.ts";
import { instantOf } from "../../src/pipeline/dates.ts";
import type { Param, Query, Warehouse } from "../../src/ports/warehouse.ts";
import { worldOf } from "../adapters/embedded/world-of.ts";
import { asking } from "../contracts/asking.ts";

const seed = Number(process.env["POSTGAME_TEST_SEED"] ?? Date.now() % 1_000_000);
console.log(`regression slice: seed ${seed} (POSTGAME_TEST_SEED repeats it; npm run regression is the whole of it)`);

test("on three drawn nights nothing is said of clean rows, and every injected fault is found, with its numbers and nothing beside", async () => {
  const index = seed % 7; // The later stretches are play-offs, on which hardly anything is owed.
  const figures = await workOn({ seed, index, days: 3, faults: 0.5, innocents: 0.25, enough: [], again: 0.02 }, nba);
  expect(faultsIn(figures)).toEqual([]);
  const tried = Object.values(figures.kinds).reduce((sum, kind) => sum + kind.tried, 0);
  expect(figures.clean.days).toBe(3);
  expect(tried).toBeGreaterThan(figures.clean.daysWithGames === 0 ? 0 : 20);
}, 180_000);

describe("the harness itself", async () => {
  const stretch = drawStretch(1, 1, nba, diceOf(7));
  const [date] = stretch.dates;
  if (date === undefined) throw new Error("A stretch has dates.");
  const asOf = instantOf(date, clocks["D+1 15:00"], nba.zone);
  const memory = dayMemory();
  const clean = await judge(stretch.stores, date, asOf, nba, memory);
  const world = stretch.stores.at(asOf);
  const day: Day = { date, clock: "D+1 15:00", asOf, rules: nba.rulesOn(date, asOf), stores: stretch.stores, world, clean };
  const { players, defense } = day.rules.analytics;
  const kind = (draw: Kind["draw"], more: Partial<Kind> = {}): Kind => ({
    id: "test: a kind",
    name: "a kind",
    family: "test",
    clocks: [],
    rests: [],
    draw,
    ...more,
  });
  const surplus = { check: "unique-keys", subject: players, verdict: "warn", reason: "surplus" } as const;
  const trial = (of: Kind) => tryKind(of, day, diceOf(3), nba, memory);

  test("a fault that is not there is not found", async () => {
    expect(await trial(kind(() => [surplus]))).toMatchObject({ found: false, exact: false, overall: false, turned: [] });
  });

  test("a fault that is there is found; a number that is not said is not right", async () => {
    const copied = (says: string) =>
      kind((_day, _dice, edit) => (edit.copy(players, rowsIn(day, players).slice(0, 2)), [{ ...surplus, says: [says] }]));
    expect(await trial(copied("2 surplus"))).toMatchObject({ found: true, exact: true, overall: true, turned: [], trouble: "" });
    expect(await trial(copied("3 surplus"))).toMatchObject({ found: true, exact: false });
  });

  test("a check that turns beside the one that is meant is told, unless it rests on the fault", async () => {
    const gone = (rests: string[]) =>
      kind(
        (_day, _dice, edit) => (edit.copy(players, rowsIn(day, players).slice(0, 2)), edit.drop(defense, rowsIn(day, defense)), [surplus]),
        { rests },
      );
    expect((await trial(gone([])))?.turned.join()).toContain("analytics/");
    expect((await trial(gone(["analytics", "completion"])))?.turned).toEqual([]);
  });

  test("an innocent twin of which something is said is not quiet", async () => {
    const twin = (rows: number) =>
      kind((_day, _dice, edit) => (edit.copy(players, rowsIn(day, players).slice(0, rows)), []), { innocent: true });
    expect(await trial(twin(1))).toMatchObject({ found: false });
    expect(await trial(twin(0))).toMatchObject({ found: true });
  });

  test("what is learnt of a fault is forgotten before the next one", async () => {
    const before = [...memory.looks].map(([name, all]) => [name, all.length]);
    await trial(kind((_day, _dice, edit) => (edit.drop(players, rowsIn(day, players)), [])));
    expect([...memory.looks].map(([name, all]) => [name, all.length])).toEqual(before);
  });
});

describe("the warehouse in memory answers as DuckDB does", () => {
  const columns = {
    played: "date",
    written: "instant",
    label: "string",
    amount: "integer",
    part: "number",
    active: "boolean",
    list: "json",
  } as const;
  const row = (played: string, written: string | null, label: string | null, amount: number | null) => ({
    played,
    written,
    label,
    amount,
    part: -0,
    active: amount === 1,
    list: [1, null, "a"],
  });
  const rows = [
    row("2026-02-02", "2026-02-03T01:00:00.5-05:00", "a", 1),
    row("2026-02-03", null, null, null),
    row("2026-02-03", "2026-02-04T05:00:00Z", "b", 2),
    row("2026-02-03", "2026-02-03T04:59:59.999Z", "b", 2),
    row("2026-02-04", "2026-02-04T04:59:59.999Z", "a", 1),
  ];
  const world = worldOf({ tables: { "x.rows": { columns, rows } } });
  const inMemory = memoryWarehouse(() => world);
  const inDuckDb = embeddedWarehouse({ at: () => world }, storeClock(new Date("2026-02-05T12:00:00Z")));
  const limit: Param = { kind: "integer", value: 100 };
  const date = (value: string): Param => ({ kind: "date", value });
  const instant = (value: string): Param => ({ kind: "instant", value });
  const all = Object.keys(columns).join(", ");
  const asked: readonly [string, Query["columns"], Query["params"]][] = [
    [`SELECT ${all} FROM {x.rows} WHERE played = @date LIMIT @limit`, columns, { date: date("2026-02-03"), limit }],
    [
      `SELECT ${all} FROM {x.rows} WHERE played BETWEEN @from AND @to LIMIT @limit`,
      columns,
      { from: date("2026-02-02"), to: date("2026-02-03"), limit },
    ],
    [
      "SELECT label FROM {x.rows} WHERE written >= @from AND written < @to LIMIT @limit",
      { label: "string" },
      { from: instant("2026-02-03T05:00:00Z"), to: instant("2026-02-04T05:00:00Z"), limit },
    ],
    [
      "SELECT label, amount, COUNT(*) AS n, MAX(written) AS newest, MIN(written) AS oldest FROM {x.rows} WHERE played BETWEEN @from AND @to GROUP BY label, amount LIMIT @limit",
      { label: "string", amount: "integer", n: "integer", newest: "instant", oldest: "instant" },
      { from: date("2026-02-01"), to: date("2026-02-09"), limit },
    ],
  ];

  test.each(asked)("%s", async (sql, declared, params) => {
    const answer = async (warehouse: Warehouse) => {
      const { rows: found } = await warehouse.query({ name: "any", sql, params, columns: declared }, asking());
      return found.map((one) => JSON.stringify(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))).toSorted();
    };
    const found = await answer(inMemory);
    expect(found.length).toBeGreaterThan(0);
    expect(found).toEqual(await answer(inDuckDb));
  });

  test("and refuses a statement of any other form", async () => {
    const sql = "SELECT label FROM {x.rows} WHERE played = @date ORDER BY label LIMIT @limit";
    await expect(inMemory.query({ name: "any", sql, params: { date: date("2026-02-03"), limit }, columns: {} }, asking())).rejects.toThrow(
      "Unknown condition",
    );
  });
});
