import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/errors.ts";
import type { JsonValue, State, StateCall } from "../../src/ports/state.ts";
import { stateLimits, stateSchemaVersion } from "../../src/ports/state.ts";
import { refusalOf } from "./asking.ts";
import { disposing } from "./disposing.ts";

interface StateSubject {
  readonly state: State;
  /** Another opening of the same store. */
  readonly again: State;
  readonly dispose: () => Promise<void>;
}

export type MakeState = (options: { readonly schema?: number }) => Promise<StateSubject>;

/** A call that nobody cancels. */
export const call: StateCall = { signal: new AbortController().signal };

/** What every state adapter does alike. */
export function stateContract(name: string, makeSubject: MakeState): void {
  const make = disposing((options: Parameters<MakeState>[0] = {}) => makeSubject(options));
  describe(`${name}: entries`, () => {
    entryTests(make);
  });
  describe(`${name}: conditions`, () => {
    conditionTests(make);
  });
  describe(`${name}: lists and deletions`, () => {
    listTests(make);
  });
  describe(`${name}: refusals`, () => {
    refusalTests(make);
  });
}

type Make = (options?: Parameters<MakeState>[0]) => Promise<StateSubject>;
const key = "reports/a";

function entryTests(make: Make): void {
  test("nothing kept is undefined, which is an answer", async () => {
    const { state } = await make();
    expect(await state.get({ key }, call)).toBeUndefined();
  });

  test.each<{ value: JsonValue }>([
    { value: null },
    { value: "" },
    { value: "Jokić \u{1f3c0} \u0000\u2028\n\ud800" },
    { value: -3.25 },
    { value: [1, ["two", { three: [] }], null] },
    { value: JSON.parse('{"__proto__":{"a":1},"b":true}') as JsonValue },
  ])("$value comes back as it was kept, to every opener", async ({ value }) => {
    const { state, again } = await make();
    const version = await state.put({ key, value }, call);
    for (const opened of [state, again]) expect(await opened.get({ key }, call)).toEqual({ key, value, version });
  });

  test("what was handed out or in can be changed without changing what is kept", async () => {
    const { state } = await make();
    const value = { list: [1] };
    await state.put({ key, value }, call);
    value.list.push(2);
    const handed = (await state.get({ key }, call))?.value as { list: number[] };
    handed.list.push(3);
    expect((await state.get({ key }, call))?.value).toEqual({ list: [1] });
  });

  test("every write has a version of its own, of the same value and after a deletion too", async () => {
    const { state } = await make();
    const versions = [await state.put({ key, value: 1 }, call), await state.put({ key, value: 1 }, call)];
    await state.delete({ keys: [key] }, call);
    versions.push(await state.put({ key, value: 1 }, call));
    expect(new Set(versions).size).toBe(3);
  });
}

function conditionTests(make: Make): void {
  test("of two who write a key if it is absent, one is refused as a conflict and changes nothing", async () => {
    const { state, again } = await make();
    await state.put({ key, value: "first", only: { ifAbsent: true } }, call);
    expect(await refusalOf(again.put({ key, value: "second", only: { ifAbsent: true } }, call))).toMatchObject({ refusal: "conflict" });
    expect((await state.get({ key }, call))?.value).toBe("first");
  });

  test("of two who change the same version, one is refused as a conflict and changes nothing", async () => {
    const { state, again } = await make();
    const ifVersion = await state.put({ key, value: 0 }, call);
    await again.put({ key, value: 1, only: { ifVersion } }, call);
    expect(await refusalOf(state.put({ key, value: 2, only: { ifVersion } }, call))).toMatchObject({ refusal: "conflict" });
    expect((await state.get({ key }, call))?.value).toBe(1);
  });

  test("a version of what is deleted by now is a conflict", async () => {
    const { state } = await make();
    const ifVersion = await state.put({ key, value: 0 }, call);
    await state.delete({ keys: [key] }, call);
    expect(await refusalOf(state.put({ key, value: 1, only: { ifVersion } }, call))).toMatchObject({ refusal: "conflict" });
  });

  test("whatever two openers do at once, each successful change counts once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async (turns) => {
        const { state, again, dispose } = await make();
        const increase = async (opened: State): Promise<number> => {
          const found = await opened.get({ key }, call);
          const only = found === undefined ? ({ ifAbsent: true } as const) : { ifVersion: found.version };
          try {
            await opened.put({ key, value: Number(found?.value ?? 0) + 1, only }, call);
            return 1;
          } catch (error) {
            expect(error).toMatchObject({ refusal: "conflict" });
            return 0;
          }
        };
        const done = await Promise.all(turns.map((first) => increase(first ? state : again)));
        expect((await state.get({ key }, call))?.value).toBe(done.reduce((sum, one) => sum + one, 0));
        await dispose();
      }),
      { numRuns: 25 },
    );
  });
}

function listTests(make: Make): void {
  test("keys come in either order, those of the prefix only, and what is cut is counted", async () => {
    const { state, again } = await make();
    for (const one of ["reports/2", "reports/10", "reports/1", "plans/1", "reports-old/1"]) await state.put({ key: one, value: one }, call);
    const listing = { total: 3, setAside: 0 };
    expect(await again.list({ prefix: "reports/", limit: 9, order: "ascending" }, call)).toEqual({
      ...listing,
      keys: ["reports/1", "reports/10", "reports/2"],
    });
    expect(await state.list({ prefix: "reports/", limit: 2, order: "descending" }, call)).toEqual({
      ...listing,
      keys: ["reports/2", "reports/10"],
    });
    expect(await state.list({ prefix: "reports/1", limit: 9, order: "ascending" }, call)).toMatchObject({
      keys: ["reports/1", "reports/10"],
    });
    expect(await state.list({ prefix: "nothing/", limit: 9, order: "ascending" }, call)).toEqual({ keys: [], total: 0, setAside: 0 });
  });

  test("a store in which nothing was ever kept lists nothing and has nothing to delete", async () => {
    const { state } = await make();
    await state.delete({ keys: [key] }, call);
    expect(await state.list({ prefix: "reports/", limit: 9, order: "ascending" }, call)).toEqual({ keys: [], total: 0, setAside: 0 });
  });

  test("deleting takes what is there, for every opener, and minds nothing else", async () => {
    const { state, again } = await make();
    for (const one of ["reports/1", "reports/2", "reports/3"]) await state.put({ key: one, value: one }, call);
    await again.delete({ keys: ["reports/1", "reports/none", "reports/3", "unheard/of"] }, call);
    expect(await state.list({ prefix: "reports/", limit: 9, order: "ascending" }, call)).toMatchObject({ keys: ["reports/2"] });
    expect(await state.get({ key: "reports/1" }, call)).toBeUndefined();
  });
}

function refusalTests(make: Make): void {
  test.each([
    "",
    "reports",
    "reports/",
    "/a",
    "reports/a/b",
    "Reports/a",
    "reports/../a",
    "reports/.a",
    "reports/a b",
    `reports/${"a".repeat(200)}`,
  ])("%j is no key, and using it is a bug", async (bad) => {
    const { state } = await make();
    await expect((async () => state.get({ key: bad }, call))()).rejects.toThrow(TypeError);
    await expect((async () => state.put({ key: bad, value: 1 }, call))()).rejects.toThrow(TypeError);
    await expect((async () => state.delete({ keys: [bad] }, call))()).rejects.toThrow(TypeError);
  });

  test.each([
    { value: undefined },
    { value: { a: undefined } },
    { value: [Number.NaN] },
    { value: new Date(0) },
    { value: 1n },
    { value: () => 1 },
  ])("$value is not JSON, and keeping it is a bug", async ({ value }) => {
    const { state } = await make();
    await expect((async () => state.put({ key, value: value as JsonValue }, call))()).rejects.toThrow(TypeError);
  });

  test("a value at the limit is kept; one byte more is over budget, says both sizes, and changes nothing", async () => {
    const { state } = await make();
    const most = "x".repeat(stateLimits.valueBytes - 2);
    await state.put({ key, value: most }, call);
    await expect((async () => state.put({ key, value: `${most}x` }, call))()).rejects.toMatchObject({
      refusal: "over_budget",
      message: expect.stringMatching(/4194305 bytes.*4194304/u),
    });
    expect((await state.get({ key }, call))?.value).toBe(most);
  });

  test("an aborted call is refused as deadline and writes nothing", async () => {
    const { state } = await make();
    const over: StateCall = { signal: AbortSignal.abort() };
    expect(await refusalOf(state.put({ key, value: 1 }, over))).toMatchObject({ refusal: "deadline" });
    expect(await refusalOf(state.get({ key }, over))).toMatchObject({ refusal: "deadline" });
    expect(await state.get({ key }, call)).toBeUndefined();
  });

  test("a store of a newer schema is refused by every method in words that name both versions", async () => {
    const { state } = await make({ schema: stateSchemaVersion + 6 });
    const asked = [
      () => state.get({ key }, call),
      () => state.put({ key, value: 1 }, call),
      () => state.list({ prefix: "reports/", limit: 1, order: "ascending" }, call),
      () => state.delete({ keys: [key] }, call),
    ];
    for (const ask of asked) {
      await expect(ask()).rejects.toThrow(UserError);
      await expect(ask()).rejects.toThrow(/schema version 7, .*knows version 1\. Nothing was changed/u);
    }
  });
}
