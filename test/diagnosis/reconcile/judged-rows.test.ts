import { describe, expect, test } from "vitest";
import { judgedRows } from "./judged-rows.ts";
import { judgedBy } from "./short-form.ts";

describe("dates judged by hand", () => {
  test("are more than forty, each with its reason, none of them twice", () => {
    expect(judgedRows.length).toBeGreaterThanOrEqual(40);
    expect(judgedRows.filter(({ why }) => why.length < 10)).toEqual([]);
    expect(new Set(judgedRows.map(({ facts }) => JSON.stringify(facts))).size).toBe(judgedRows.length);
  });

  test.each(judgedRows)("$class, $verdict: $why", ({ facts, class: found, verdict, proposed = [] }) => {
    const judged = judgedBy(facts);
    expect({ class: judged.day.class, verdict: judged.verdict, proposed: judged.proposals.map(({ kind }) => kind) }).toEqual({
      class: found,
      verdict,
      proposed,
    });
  });
});
