import { describe, expect, test } from "vitest";
import { weigh } from "../../../src/diagnosis/cause.ts";
import type { StuckFacts } from "../../../src/diagnosis/drift/causes.ts";
import { stuckFactsOf, stuckRules } from "../../../src/diagnosis/drift/causes.ts";
import type { Examined, Wanted } from "../../../src/diagnosis/drift/examined.ts";
import { asked, commits, examined, newest, older, two } from "./examples.ts";

function standings(of: Examined, wanted: Wanted = {}): string[] {
  const facts = stuckFactsOf(of, wanted);
  if (facts === undefined) throw new Error("Nothing was seen.");
  return weigh(facts, stuckRules)
    .filter(({ standing }) => standing !== "ruled_out")
    .map(({ id, standing }) => `${id} ${standing}`);
}

/** The newest is of the same commit as the first, with another one between them. */
function putBack() {
  const between = { name: `${older}-b`, createdAt: "2026-01-28T12:00:00.000Z", ready: true, commit: "f9bdf678" };
  const [last, first] = two({ share: 100 }).revisions ?? [];
  return { ...two({ share: 100 }), revisions: [{ ...last, commit: first?.commit }, between, first] };
}

describe("why it is not live", () => {
  test.each<[string, Examined, Wanted, string[]]>([
    ["what serves is the newest, and the branch has more", examined({ drift: { own: commits(2) } }), {}, ["not_built established"]],
    ["the newest never came up", examined({ unit: two({ ready: false }) }), {}, ["failed_to_start established"]],
    ["the newest is ready without traffic", examined({ unit: two() }), {}, ["no_traffic established"]],
    ["the newest has some traffic", examined({ unit: two({ share: 30 }) }), {}, ["no_traffic established"]],
    [
      "the newest never came up and holds it",
      examined({ unit: two({ ready: false }), holds: { [older]: "no", [newest]: "yes" } }),
      asked(),
      ["failed_to_start established"],
    ],
    // It would not help if that one came up: rivals that are really there must not be named.
    [
      "the newest never came up and lacks it too",
      examined({ unit: two({ ready: false }), holds: { [older]: "no", [newest]: "no" } }),
      asked(),
      ["not_built established"],
    ],
    [
      "the newest has no traffic and lacks it too",
      examined({ unit: two(), holds: { [older]: "no", [newest]: "no" } }),
      asked(),
      ["not_built established"],
    ],
    [
      "the newest has no label",
      examined({ unit: two(), holds: { [older]: "no", [newest]: "no_label" } }),
      asked(),
      ["not_built open", "no_traffic open"],
    ],
    [
      "whether the branch holds it is not known",
      examined({ unit: two({ share: 100 }), holds: { [newest]: "no" } }),
      asked({ onBranch: null }),
      ["not_built open"],
    ],
    ["it was never pushed", examined({ unit: two({ share: 100 }), holds: { [newest]: "no" } }), asked({ onBranch: false }), []],
    ["nothing is lacking", examined(), {}, []],
    // It was built: something else was put in its place.
    ["an older revision held it", examined({ unit: two({ share: 100 }), holds: { [older]: "yes", [newest]: "no" } }), asked(), []],
    [
      "of an older revision nobody can tell",
      examined({ unit: two({ share: 100 }), holds: { [older]: "no_label", [newest]: "no" } }),
      asked(),
      ["not_built open"],
    ],
    ["an older build was deployed again over another", examined({ unit: putBack(), drift: { own: commits(2) } }), {}, []],
  ])("%s", (_, of, wanted, expected) => {
    expect(standings(of, wanted).toSorted()).toEqual(expected.toSorted());
  });

  test("at most one of them is ever established", () => {
    const answers = ["yes", "no", "unknown"] as const;
    const each: StuckFacts[] = [true, false].flatMap((isServing) =>
      [true, false].flatMap((isReady) =>
        [0, 30, 100].flatMap((share) =>
          [...answers, undefined].flatMap((newestHolds) =>
            answers.flatMap((branchHasMore) =>
              answers.map((holds) => {
                const overtaken = { holds, said: "older" };
                return { unit: "u", newest: "r", isServing, isReady, share, newestHolds, branchHasMore, overtaken };
              }),
            ),
          ),
        ),
      ),
    );
    for (const facts of each.filter(({ isServing, share, isReady }) => isServing === share > 0 && (isReady || share === 0))) {
      const established = weigh(facts, stuckRules).filter(({ standing }) => standing === "established");
      expect(established.length, JSON.stringify(facts)).toBeLessThanOrEqual(1);
    }
  });
});
