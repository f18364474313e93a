import { afterEach, describe, expect, test } from "vitest";
import { random } from "../../../src/adapters/embedded/scenario/generate/random.ts";
import { memoryState } from "../../../src/adapters/state/memory.ts";
import { BackendError } from "../../../src/errors.ts";
import type { Query } from "../../../src/ports/warehouse.ts";
import type { CallSpending, Caps } from "../../../src/spending.ts";
import { spendingIn } from "../../../src/spending.ts";
import { googleWarehouse } from "../../../src/adapters/google/bigquery.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import type { WarehouseContent } from "../../contracts/warehouse-contract.ts";
import type { HttpRoutes } from "../../fakes/http.ts";
import { names, plentyOf, said, stage, strikeStages } from "./bigquery-stage.ts";

afterEach(strikeStages);

const MiB = 2 ** 20;
/** One stored row of a date and a number has 16 bytes; so each comes to one MiB. */
const billing = { unit: MiB, minimum: 10 * MiB, scale: 2 ** 16 };

/** A table of as many MiB as its name says. */
function tablesOf(sizes: readonly number[]): WarehouseContent {
  const columns = { played_on: "date", cell: "integer" } as const;
  const rows = (size: number) => Array.from({ length: size }, (_, cell) => ({ played_on: "2026-02-03", cell }));
  return { tables: Object.fromEntries(sizes.map((size) => [`nba_raw.mib_${size}`, { columns, rows: rows(size) }])) };
}

function reading(size: number, heavy = false): Query {
  const sql = `SELECT COUNT(cell) AS n FROM {nba_raw.mib_${size}} WHERE played_on = @date LIMIT @limit`;
  const params: Query["params"] = { date: { kind: "date", value: "2026-02-03" }, limit: { kind: "integer", value: 10 } };
  return { name: "read", sql, params, columns: { n: "integer" }, ...(heavy ? { heavy: true } : {}) };
}

const billOf = (size: number): number => Math.max(10, size) * MiB;
const maximum = (job: { readonly asked: { readonly query: { readonly maximumBytesBilled?: string } } } | undefined) =>
  Number(job?.asked.query.maximumBytesBilled);

describe("what a statement may bill", () => {
  test("is limited at the service for every job, dry runs too, and reported as it was billed", async () => {
    const { warehouse, jobs, requests } = await stage({ content: tablesOf([3, 40, 100]), billing });
    expect(await warehouse.query(reading(3), asking())).toEqual({ rows: [{ n: 3 }], bytes: 10 * MiB });
    expect(await warehouse.query(reading(40), asking())).toEqual({ rows: [{ n: 40 }], bytes: 40 * MiB });
    expect(await warehouse.query(reading(100, true), asking())).toEqual({ rows: [{ n: 100 }], bytes: 100 * MiB });
    expect(await warehouse.estimate(reading(100), asking())).toEqual({ bytes: 100 * MiB });
    expect(jobs.map(maximum)).toEqual([64 * MiB, 64 * MiB, 100 * MiB]);
    const made = requests.filter((request) => said(request) === "POST /jobs").map(({ body }) => JSON.parse(body).configuration);
    expect(made).toHaveLength(5);
    for (const { query } of made) expect(Number(query.maximumBytesBilled)).toBeGreaterThan(0);
  });

  test("is never more than one answer's budget", async () => {
    const { warehouse, jobs } = await stage({ content: tablesOf([3, 40]), billing });
    const within = asking({ budget: { maxRows: 10, maxBytes: 20 * MiB } });
    await warehouse.query(reading(3), within);
    expect(maximum(jobs[0])).toBe(20 * MiB);
    for (const heavy of [false, true]) {
      const refused = await refusalOf(warehouse.query(reading(40, heavy), within));
      expect(refused.refusal).toBe("over_budget");
      expect(refused.message).toBe(
        `reading nba_raw.mib_40 would cost about ${40 * MiB} bytes, more than the ${20 * MiB} that one answer may`,
      );
    }
    expect(jobs.reduce((sum, { billed }) => sum + billed, 0)).toBe(10 * MiB);
  });

  test("beyond the usual is measured and asked again, unbilled the first time", async () => {
    const { warehouse, jobs } = await stage({ content: tablesOf([65, 300]), billing });
    for (const size of [65, 300])
      expect(await warehouse.query(reading(size), asking())).toEqual({ rows: [{ n: size }], bytes: size * MiB });
    expect(jobs.map(({ billed }) => billed / MiB)).toEqual([0, 65, 0, 300]);
    expect(jobs.map((job) => maximum(job) / MiB)).toEqual([64, 65, 64, 300]);
  });

  test("is nothing for an answer from the cache, and a dry run does not take one for the cost", async () => {
    const { warehouse } = await stage({ content: tablesOf([40]), billing });
    await warehouse.query(reading(40), asking());
    expect(await warehouse.query(reading(40), asking())).toEqual({ rows: [{ n: 40 }], bytes: 0 });
    expect(await warehouse.estimate(reading(40), asking())).toEqual({ bytes: 40 * MiB });
  });

  test("is given back whole by a statement that was refused", async () => {
    const spending = plentyOf(64 * MiB);
    const { warehouse } = await stage({ content: tablesOf([3]), billing, spending });
    for (let round = 0; round < 5; round += 1) expect((await refusalOf(warehouse.query(names, asking()))).refusal).toBe("no_such_place");
    await expect(warehouse.query(reading(3), asking())).resolves.toMatchObject({ bytes: 10 * MiB });
  });

  test("of a call's cap is said with its figures, once nothing is in flight", async () => {
    const { warehouse } = await stage({ content: tablesOf([3]), billing, spending: plentyOf(35 * MiB), caches: false });
    const ends = await Promise.allSettled(Array.from({ length: 5 }, () => warehouse.query(reading(3), asking())));
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    const refused = await refusalOf(warehouse.query(reading(3), asking()));
    expect(refused.refusal).toBe("over_budget");
    expect(refused.message).toContain(
      "reading nba_raw.mib_3 may bill 10 MiB to 64 MiB; left are 5 MiB of the 35 MiB that one call may bill",
    );
  });
});

const sizes = [1, 5, 10, 11, 40, 64, 65, 120, 300];
const at = new Date("2026-02-04T23:00:00Z");

interface Season {
  readonly statements: number;
  readonly losses: boolean;
}

/** Calls of several processes at once, with random statements under random caps; what was billed, and what was refused at which bill. */
async function season(seed: number, { statements, losses }: Season) {
  const dice = random("season", seed);
  const caps: Caps = { callBytes: dice.whole(10, 900) * MiB, dayBytes: dice.whole(200, 6000) * MiB };
  const state = memoryState();
  const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const processes = Array.from({ length: 3 }, () => spendingIn({ state, zone: "America/New_York", caps, now: () => at, pause }));
  let asked = 0;
  const before: HttpRoutes = async (request, response) => {
    if (!losses || !said(request).startsWith("GET ")) return false;
    asked += 1;
    if (asked % 11 !== 0) return false;
    response.destroy();
    return true;
  };
  const { cloud, jobs } = await stage({ content: tablesOf(sizes), billing, caches: false, before });
  const billed = (call?: string): number =>
    jobs.filter(({ asked }) => call === undefined || asked.labels?.["postgame"] === call).reduce((sum, job) => sum + job.billed, 0);

  const refused: { readonly fits: boolean; readonly message: string }[] = [];
  const ends: string[] = [];
  const ask = async (call: string, spending: CallSpending, size: number, heavy: boolean): Promise<void> => {
    try {
      const { rows, bytes } = await googleWarehouse(cloud, spending).query(reading(size, heavy), asking({ look: call }));
      expect(rows).toEqual([{ n: size }]);
      expect(bytes).toBe(billOf(size));
      ends.push("answered");
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      ends.push(error.refusal);
      if (error.refusal !== "over_budget") return;
      const fits = billed(call) + billOf(size) <= caps.callBytes && billed() + billOf(size) <= caps.dayBytes;
      refused.push({ fits, message: error.message });
    }
  };

  const calls: (() => Promise<void>)[] = [];
  const called: string[] = [];
  for (let left = statements; left > 0;) {
    const count = Math.min(left, dice.whole(1, 16));
    left -= count;
    const call = `call-${calls.length}`;
    const asked = Array.from({ length: count }, () => ({ size: sizes[dice.whole(0, sizes.length - 1)] ?? 1, heavy: dice.next() < 0.2 }));
    const spending = processes[dice.whole(0, 2)]?.open({ deadlineAt: at.getTime() + 55_000 });
    if (spending === undefined) throw new Error("There are three processes.");
    called.push(call);
    calls.push(async () => {
      await Promise.all(asked.map(({ size, heavy }) => ask(call, spending, size, heavy)));
      await spending.close();
    });
  }
  const waiting = [...calls];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  const mostOfCall = Math.max(...called.map((call) => billed(call)));
  const entry = (await state.get({ key: "spending/2026-02-04" }, { signal: new AbortController().signal }))?.value;
  return { caps, ends, refused, billed: billed(), mostOfCall, entry };
}

describe("five hundred statements of several calls and processes at once, under random caps", () => {
  test.each([1, 2, 3, 4])("bill not one byte over a cap, and nothing is refused that would have fitted (seed %d)", async (seed) => {
    const { caps, ends, refused, billed, mostOfCall, entry } = await season(seed, { statements: 130, losses: false });
    console.log(
      seed,
      caps.callBytes / MiB,
      caps.dayBytes / MiB,
      mostOfCall / MiB,
      billed / MiB,
      refused.length,
      refused.filter((r) => r.message.includes("left are")).length,
    );
    expect(ends).toHaveLength(130);
    // Both happen, or the caps prove nothing.
    expect([...new Set(ends)].toSorted()).toEqual(["answered", "over_budget"]);
    expect(mostOfCall).toBeLessThanOrEqual(caps.callBytes);
    expect(billed).toBeLessThanOrEqual(caps.dayBytes);
    expect(refused.filter(({ fits }) => fits)).toEqual([]);
    // What was counted is what was billed, to the byte.
    expect(entry).toEqual({ spent: billed, open: {} });
  });

  test.each([5, 6])("bill not one byte over a cap where answers get lost, which count whole (seed %d)", async (seed) => {
    const { caps, ends, billed, mostOfCall, entry } = await season(seed, { statements: 130, losses: true });
    expect(ends).toContain("unavailable");
    expect(mostOfCall).toBeLessThanOrEqual(caps.callBytes);
    expect(billed).toBeLessThanOrEqual(caps.dayBytes);
    expect(entry).toMatchObject({ open: {} });
    const counted = (entry as { spent: number }).spent; // as the schema has it
    expect(counted).toBeGreaterThanOrEqual(billed);
    expect(counted).toBeLessThanOrEqual(caps.dayBytes);
  });
});
