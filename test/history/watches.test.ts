import { describe, expect, test } from "vitest";
import { memoryState } from "../../src/adapters/state/memory.ts";
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
    expect((await watches.about(about, call)).map(({ text }) => text).toSorted()).toEqual(["a", "b"]);
  });

  test("the one due first is told first, and other stores' watches are not told", async () => {
    const watches = watchesIn(memoryState());
    await watches.add(expectation("later", "2026-02-06T14:00:00.000Z"), call);
    await watches.add(expectation("sooner"), call);
    await watches.add({ ...expectation("elsewhere"), about: { ...about, scenario: "other" } }, call);
    expect((await watches.about(about, call)).map(({ text }) => text)).toEqual(["sooner", "later"]);
  });

  test("what came true is noted once; a dropped one stays dropped", async () => {
    const watches = watchesIn(memoryState());
    const { id } = await watches.add(expectation("a"), call);
    await watches.keep(id, { at: "2026-02-04T13:00:00.000Z", said: "first" }, call);
    await watches.keep(id, { at: "2026-02-04T14:00:00.000Z", said: "second" }, call);
    expect((await watches.about(about, call))[0]?.kept?.said).toBe("first");
    await watches.drop(id, call);
    await watches.keep(id, { at: "2026-02-04T14:00:00.000Z", said: "third" }, call);
    expect(await watches.about(about, call)).toEqual([]);
  });

  test.each(["w-000000", "reports/x", "../x", ""])("dropping %j, which isn't there, is refused", async (id) => {
    await expect(watchesIn(memoryState()).drop(id, call)).rejects.toThrow(/^No watch /u);
  });
});
