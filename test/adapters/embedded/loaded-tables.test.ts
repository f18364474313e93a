import { expect, test } from "vitest";
import type { Database } from "../../../src/adapters/embedded/duckdb.ts";
import type { LoadedTables } from "../../../src/adapters/embedded/loaded-tables.ts";
import { loadedTables } from "../../../src/adapters/embedded/loaded-tables.ts";
import type { StoredTable } from "../../../src/adapters/embedded/world.ts";

const name = "nba_raw.sample";

/** A database that only writes down what it was told to create and drop. */
function recorded(create: Database["create"] = async () => {}, most?: number): { tables: LoadedTables; told: string[] } {
  const told: string[] = [];
  const tables = loadedTables(
    {
      async create(place, stored) {
        told.push(`create ${place.table}`);
        await create(place, stored);
      },
      async drop(place) {
        told.push(`drop ${place.table}`);
      },
      run: async () => [],
    },
    most,
  );
  return { tables, told };
}

function state(...columns: string[]): StoredTable {
  return { rows: [], columns: Object.fromEntries(columns.map((column) => [column, { kind: "string", inferred: false }])) };
}

/** Holds a state until `done` is called. */
function hold(tables: LoadedTables, stored: StoredTable): { held: Promise<string>; done: () => void; released: Promise<void> } {
  const [begun, ended] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()];
  const released = tables.holding(name, stored, async (identifier) => {
    begun.resolve(identifier);
    await ended.promise;
  });
  return { held: begun.promise, done: ended.resolve, released };
}

test("a state that is replaced stays until its last holder has done with it", async () => {
  const { tables, told } = recorded();
  const [before, after] = [state("points"), state("points")];
  const [first, second] = [hold(tables, before), hold(tables, before)];
  expect(await Promise.all([first.held, second.held])).toEqual(['"nba_raw"."sample#1"', '"nba_raw"."sample#1"']);
  const third = hold(tables, after);
  expect(await third.held).toBe('"nba_raw"."sample#2"');
  first.done();
  await first.released;
  expect(told).toEqual(["create sample#1", "create sample#2"]);
  second.done();
  await second.released;
  expect(told).toEqual(["create sample#1", "create sample#2", "drop sample#1"]);
  third.done();
  await third.released;
  expect(told).toHaveLength(3);
});

test("a state that nobody holds is kept for as long as it is the newest, then dropped", async () => {
  const { tables, told } = recorded();
  const [before, after] = [state("points"), state("points")];
  await tables.holding(name, before, async () => {});
  await tables.holding(name, before, async () => {});
  expect(told).toEqual(["create sample#1"]);
  await tables.holding(name, after, async () => {});
  expect(told).toEqual(["create sample#1", "create sample#2", "drop sample#1"]);
});

test("the same rows under other columns are another state", async () => {
  const { tables, told } = recorded();
  const before = state("points");
  await tables.holding(name, before, async () => {});
  await tables.holding(name, { ...before, columns: { ...before.columns, rebounds: { kind: "integer", inferred: true } } }, async () => {});
  expect(told).toEqual(["create sample#1", "create sample#2", "drop sample#1"]);
});

test("a load that throws is told to all who wait for it, and the next state is loaded all the same", async () => {
  const broken = state("points");
  const { tables } = recorded(async (_, stored) => {
    if (stored === broken) throw new Error("no such kind");
  });
  const waiting = [tables.holding(name, broken, async () => "used"), tables.holding(name, broken, async () => "used")];
  const next = tables.holding(name, state("points"), async () => "used");
  expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await next).toBe("used");
});

test("a holder's own failure is told and releases the state", async () => {
  const { tables, told } = recorded();
  const fail = tables.holding(name, state("points"), async () => {
    throw new Error("interrupted");
  });
  await expect(fail).rejects.toThrow("interrupted");
  await tables.holding(name, state("points"), async () => {});
  expect(told).toContain("drop sample#1");
});

test("parts of a table are states of their own: one that changes leaves the others loaded", async () => {
  const { tables, told } = recorded();
  const part = (day: string): StoredTable => ({ ...state("points"), span: { column: "played_on", from: day, to: day } });
  const [first, second] = [part("2026-02-03"), part("2026-02-04")];
  for (const stored of [first, second, state("points"), first, second]) await tables.holding(name, stored, async () => {});
  expect(told).toEqual(["create sample#1", "create sample#2", "create sample#3"]);
  await tables.holding(name, part("2026-02-03"), async () => {});
  expect(told).toEqual(["create sample#1", "create sample#2", "create sample#3", "create sample#4", "drop sample#1"]);
});

test("of more states than are kept the one that was not used for longest is dropped, but never one that is held", async () => {
  const { tables, told } = recorded(undefined, 2);
  const part = (day: number): StoredTable => ({ ...state("points"), span: { column: "played_on", from: `${day}`, to: `${day}` } });
  const parts = [1, 2, 3, 4].map(part);
  const [one = part(1), two = part(2), three = part(3), four = part(4)] = parts;
  const held = hold(tables, one);
  await held.held;
  await tables.holding(name, two, async () => {});
  await tables.holding(name, three, async () => {});
  expect(told.filter((line) => line.startsWith("drop"))).toEqual(["drop sample#2"]);
  held.done();
  await held.released;
  await tables.holding(name, one, async () => {});
  await tables.holding(name, four, async () => {});
  expect(told.filter((line) => line.startsWith("drop"))).toEqual(["drop sample#2", "drop sample#3"]);
  await tables.holding(name, one, async () => {});
  expect(told.filter((line) => line.startsWith("create"))).toHaveLength(4);
});
