import { describe, expect, test } from "vitest";
import { shortfallsIn } from "../../bench/causes/figures.ts";
import { causeKinds } from "../../bench/causes/kinds/kinds.ts";
import type { Outcome } from "../../bench/causes/work.ts";
import { workOff } from "../../bench/causes/work.ts";
import { nba } from "../../bench/regression/pipeline.ts";

const seed = Number(process.env["POSTGAME_TEST_SEED"] ?? Date.now() % 1_000_000);
console.log(`slice of the cause figures: seed ${seed} (POSTGAME_TEST_SEED repeats it; npm run causes is the whole of it)`);

describe("a drawn night", () => {
  test.each(causeKinds.map(({ id }) => id))("with %s put into it is never explained by a cause that is not there", async (kind) => {
    const { outcome, told } = await workOff({ seed, index: 0, kind }, causeKinds, nba);
    expect(outcome, told).not.toBe("wrong");
  });

  test.each([0, 1, 2])("without a fault is quiet in every tool that names causes (%i)", async (index) => {
    const { outcome, told } = await workOff({ seed, index, quiet: true }, causeKinds, nba);
    expect(outcome, told).toBe("right");
  });
});

test("a kind is known for each of at least 24 causes", () => {
  expect(new Set(causeKinds.flatMap(({ names }) => names)).size).toBeGreaterThanOrEqual(24);
});

describe("what falls short", () => {
  const outcome = (more: Partial<Outcome>): Outcome => ({ of: "blocked", outcome: "right", isProvable: true, variation: "plain", ...more });

  test("is a cause named wrongly, even once, or named in less than nine of ten cases that can be proven", () => {
    const right = Array.from({ length: 9 }, () => outcome({}));
    expect(shortfallsIn([...right, outcome({ outcome: "not established" })])).toEqual([]);
    expect(shortfallsIn([...right.slice(1), outcome({ outcome: "not established" })])).toEqual(["blocked: named in 8 of 9"]);
    expect(shortfallsIn([...right, outcome({ outcome: "wrong", isProvable: false })])).toEqual(["blocked: named wrongly 1 times"]);
  });

  test("is nothing where the facts were missing and the cause was left open", () => {
    expect(shortfallsIn([outcome({ outcome: "not established", isProvable: false })])).toEqual([]);
  });
});
