import { describe, expect, test } from "vitest";
import { memoryState } from "../../src/adapters/state/memory.ts";
import { BackendError } from "../../src/errors.ts";
import { watchesIn } from "../../src/history/watches.ts";
import { call } from "../contracts/state-contract.ts";

const about = { pipeline: "nba", backend: "embedded", scenario: "feb-03" };
const expectation = (text: string, due = "2026-02-05T14:00:00.000Z") => ({
  text,
  proof: { kind: "job" as const, job: "same-day-phase4" },
  about,
  from: "2026-02-04T12:00:00.000Z",
  due,
});

describe("expectations are kept in the state", () => {
  test("each under an id of its own; the same one again is the same watch", async () => {
    const watches = watchesIn(memoryState());
    const one = await watches.add(expectation("a"), call);
    const other = await watches.add(expectation("b"), call);
    expect((await watches.add(expectation("a"), call)).id).toBe(one.id);
    expect(new Set([one.id, other.id]).size).toBe(2);
    expect((await watches.about(about, call)).watches.map(({ text }) => text).toSorted()).toEqual(["a", "b"]);
  });

  test("the one due first is told first, and other stores' watches are not told", async () => {
    const watches = watchesIn(memoryState());
    await watches.add(expectation("later", "2026-02-06T14:00:00.000Z"), call);
    await watches.add(expectation("sooner"), call);
    await watches.add({ ...expectation("elsewhere"), about: { ...about, scenario: "other" } }, call);
    expect((await watches.about(about, call)).watches.map(({ text }) => text)).toEqual(["sooner", "later"]);
  });

  test("what came true is noted once; a dropped one stays dropped", async () => {
    const watches = watchesIn(memoryState());
    const { id } = await watches.add(expectation("a"), call);
    await watches.keep(id, { at: "2026-02-04T13:00:00.000Z", said: "first" }, call);
    await watches.keep(id, { at: "2026-02-04T14:00:00.000Z", said: "second" }, call);
    expect((await watches.about(about, call)).watches[0]?.kept?.said).toBe("first");
    await watches.drop(id, call);
    await watches.keep(id, { at: "2026-02-04T14:00:00.000Z", said: "third" }, call);
    expect(await watches.about(about, call)).toEqual({ watches: [], unreadable: 0 });
  });

  test("adding it again keeps what came true", async () => {
    const watches = watchesIn(memoryState());
    const { id } = await watches.add(expectation("a"), call);
    await watches.keep(id, { at: "2026-02-04T13:00:00.000Z", said: "first" }, call);
    expect((await watches.add(expectation("a"), call)).kept?.said).toBe("first");
    expect((await watches.about(about, call)).watches[0]?.kept?.said).toBe("first");
  });

  test("what is said of it is kept up to 300 characters, and stays readable", async () => {
    const watches = watchesIn(memoryState());
    const { id } = await watches.add(expectation("a"), call);
    await watches.keep(id, { at: "2026-02-04T13:00:00.000Z", said: "x".repeat(301) }, call);
    expect((await watches.about(about, call)).watches[0]?.kept?.said).toBe("x".repeat(300));
  });

  test("one in no known form, or that can't be read, is counted beside the others", async () => {
    const state = memoryState();
    const watches = watchesIn(state);
    await watches.add(expectation("a"), call);
    const broken = await watches.add(expectation("b"), call);
    await state.put({ key: "watches/w-000001", value: { text: "of another version" } }, call);
    const get: typeof state.get = async (ask, { signal }) => {
      if (ask.key === `watches/${broken.id}`) throw new BackendError("malformed", "Not JSON.", "Look at it.");
      return state.get(ask, { signal });
    };
    const told = await watchesIn({ ...state, get }).about(about, call);
    expect([told.watches.map(({ text }) => text), told.unreadable]).toEqual([["a"], 2]);
  });

  test("a store that hangs is not waited for", async () => {
    const hanging = { ...memoryState(), list: () => new Promise<never>(() => {}) };
    const asked = watchesIn(hanging, { waitMs: 1 }).about(about, call);
    await expect(asked).rejects.toThrow("The state store has not answered within 0.001 s.");
  });

  test.each(["w-000000", "reports/x", "../x", ""])("dropping %j, which isn't there, is refused", async (id) => {
    await expect(watchesIn(memoryState()).drop(id, call)).rejects.toThrow(/^No watch /u);
  });
});
