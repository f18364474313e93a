import { describe, expect, test } from "vitest";
import { memoryState } from "../../src/adapters/state/memory.ts";
import { historyIn } from "../../src/history/history.ts";
import { watchesIn } from "../../src/history/watches.ts";
import type { Session } from "../../src/session.ts";
import { validateDaily } from "../../tools/validate_daily.ts";
import { watch } from "../../tools/watch.ts";
import { at } from "../support/night.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";

const scenario = shippedScenario("feb-03");
const signal = new AbortController().signal;

/** Sessions at several clocks over one state, as several servers would share it. */
function chain() {
  const state = memoryState();
  const memory = { history: historyIn(state), watches: watchesIn(state) };
  const session = (time: string): Session => ({ ...sessionOver(scenario, { clock: at(time) }), ...memory });
  const tell = (time: string, input: object = {}) => watch.call(input, { session: session(time), signal, progress: () => {} });
  const judge = (time: string) => validateDaily.call({ game_date: "2026-02-03" }, { session: session(time), signal, progress: () => {} });
  return { tell, judge };
}

const clean = { text: "the surplus is gone", proof: "check", unit: "unique-keys", game_date: "2026-02-03", due: "2026-02-04 19:00" };

describe("a watch on a check", () => {
  test("is not yet kept, then overdue, then kept, in every report on the way", async () => {
    const { tell, judge } = chain();
    const made = await tell("18:00", clean);
    expect(made).toMatchObject({ verdict: "not_due", watches: { not_yet: 1 } });
    expect(made.summary).toMatch(/Watching w-[0-9a-f]{6}, due 2026-02-04 19:00 ET\. 1 watches as of 2026-02-04 18:00 ET/u);
    const before = await judge("18:30");
    expect(before.watches).toEqual({ not_yet: 1 });
    expect(before.summary).not.toContain("Watches:");
    const after = await judge("19:00");
    expect(after.watches).toEqual({ kept: 1 });
    expect((await tell("19:10")).verdict).toBe("pass");
  });

  test("past its time and still failing is said in the summary", async () => {
    const { tell, judge } = chain();
    await tell("18:00", { ...clean, due: "2026-02-04 18:20" });
    const report = await judge("18:30");
    expect(report.watches?.overdue).toEqual([
      { id: expect.any(String), text: clean.text, due: "2026-02-04T18:20:00-05:00", said: "fail as of 2026-02-04 18:30 ET" },
    ]);
    expect(report.summary).toContain("Watches: 1 of 1 watches overdue.");
    expect(report.verdict).toBe("fail");
  });

  test("of a date that this call did not judge goes by the newest kept report", async () => {
    const { tell, judge } = chain();
    await tell("18:00", clean);
    await judge("18:45");
    expect((await tell("18:50")).watches?.list?.[0]).toMatchObject({ state: "kept", said: "passed as of 2026-02-04 18:45 ET" });
  });
});

describe("what is asked", () => {
  test.each<[object, RegExp]>([
    [{ text: "x", due: "2026-02-05 09:00" }, /^unit is missing/u],
    [{ ...clean, due: undefined }, /^due is missing; write "2026-02-05 09:00" \(America\/New_York\)/u],
    [{ ...clean, due: "tomorrow" }, /^due "tomorrow" is no moment/u],
    [{ ...clean, due: "2026-02-04 18:00" }, /^due 2026-02-04 18:00 ET is not after from 2026-02-04 18:00 ET\.$/u],
    [{ ...clean, unit: "unique-key" }, /^No check "unique-key".*Did you mean "unique-keys"\?$/u],
    [{ ...clean, game_date: undefined }, /^game_date is missing/u],
    [{ ...clean, drop: "w-000000" }, /^drop forgets a watch and text makes one/u],
    [{ due: "2026-02-05 09:00" }, /^due belongs to a new watch/u],
    [{ drop: "w-000000" }, /^No watch "w-000000"/u],
    [{ ...clean, proof: "job", unit: "same-day-phase5" }, /^No job "same-day-phase5".*Did you mean "same-day-phase[34]"\?$/u],
    [
      { ...clean, proof: "log", unit: "nba-phase3-analytics" },
      /^No unit "nba-phase3-analytics"; known: .*nba-phase3-analytics-processors/u,
    ],
  ])("%j is refused in one sentence", async (input, sentence) => {
    await expect(chain().tell("18:00", input)).rejects.toThrow(sentence);
  });

  test("nothing is listed as nothing, and an unconfigured server says so", async () => {
    expect(await chain().tell("18:00")).toMatchObject({
      verdict: "not_applicable",
      summary: expect.stringContaining("No watches are kept."),
    });
    expect((await watch.call({}, { session: undefined, signal, progress: () => {} })).verdict).toBe("unknown");
  });
});
