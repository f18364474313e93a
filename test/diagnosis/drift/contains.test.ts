import { describe, expect, test } from "vitest";
import type { Answer } from "../../../src/diagnosis/drift/contains.ts";
import { answerOf, tellAnswer } from "../../../src/diagnosis/drift/contains.ts";
import type { Examined, Wanted } from "../../../src/diagnosis/drift/examined.ts";
import { at } from "../../support/instants.ts";
import { asked, examined, name, newest, older, refused, scope, seen, two } from "./examples.ts";

function wordOf(of: Examined, wanted: Wanted = asked()): string {
  const answer = answerOf(of, wanted, scope);
  if (answer === undefined) return "nothing was asked";
  return answer.word === "live" ? "live" : answer.word === "not live" ? `not live: ${answer.stuck}` : `cannot tell: ${answer.reason}`;
}
function told(of: Examined, wanted: Wanted = asked()) {
  const answer: Answer | undefined = answerOf(of, wanted, scope);
  if (answer === undefined) throw new Error("Nothing was asked.");
  return tellAnswer(answer, of, wanted, scope).finding;
}

describe("where a commit is", () => {
  const split = (ready: boolean, share = 0) => two({ ready, share });
  test.each<[string, Examined, Wanted]>([
    ["live", examined({ unit: two({ share: 100 }), holds: { [newest]: "yes" } }), asked()],
    ["not live: not built", examined({ unit: two({ share: 100 }), holds: { [newest]: "no" } }), asked()],
    ["not live: overtaken", examined({ unit: two({ share: 100 }), holds: { [older]: "yes", [newest]: "no" } }), asked()],
    ["not live: overtaken", examined({ unit: split(true, 50), holds: { [older]: "yes", [newest]: "no" } }), asked()],
    ["not live: not pushed", examined({ unit: two({ share: 100 }), holds: { [newest]: "no" } }), asked({ onBranch: false })],
    ["not live: built and failed", examined({ unit: split(false), holds: { [older]: "no", [newest]: "yes" } }), asked()],
    ["not live: no traffic", examined({ unit: split(true), holds: { [older]: "no", [newest]: "yes" } }), asked()],
    // A part of the traffic is not live: some requests meet the old code.
    ["not live: no traffic", examined({ unit: split(true, 99), holds: { [older]: "no", [newest]: "yes" } }), asked()],
    ["not live: not deployed", examined({ unit: null }), asked()],
    ["not live: nothing serves", examined({ unit: { ...two(), traffic: [] }, holds: { [newest]: "yes" } }), asked()],
    // It may be in the newer one, whose label says nothing: only that it doesn't serve is known.
    ["not live: how far it came is not known", examined({ unit: split(true), holds: { [older]: "no", [newest]: "no_label" } }), asked()],
    [
      "not live: how far it came is not known",
      examined({ unit: two({ share: 100 }), holds: { [newest]: "no" } }),
      asked({ onBranch: null }),
    ],
    ["cannot tell: no_label", examined({ unit: two({ share: 100 }), holds: { [newest]: "no_label" } }), asked()],
    ["cannot tell: unknown_commit", examined({ unit: two({ share: 100 }), holds: { [newest]: "unknown_label" } }), asked()],
    ["cannot tell: history_ends", examined({ unit: two({ share: 100 }), holds: { [newest]: "history_ends" } }), asked()],
    ["cannot tell: no_label", examined({ unit: split(true, 50), holds: { [older]: "yes", [newest]: "no_label" } }), asked()],
    ["cannot tell: not_asked", examined({ unit: split(true, 50), holds: { [newest]: "yes" } }), asked()],
    ["cannot tell: no_such_commit", examined({ holds: {} }), asked({ commit: null })],
    ["cannot tell: denied", { ...examined(), held: refused("6fa80f19 in it") }, asked()],
    ["cannot tell: denied", { ...examined(), unit: refused("unit") }, asked()],
    ["cannot tell: not_supplied", examined(), { commit: { sha: "6fa80f19", known: refused("commit 6fa80f19", "not_supplied") } }],
    ["nothing was asked", examined(), {}],
  ])("%s", (word, of, wanted) => {
    expect(wordOf(of, wanted)).toBe(word);
  });

  test("a revision that may still be coming up is waited for to the tenth minute, then it has failed", () => {
    const made = (time: string) =>
      examined({ unit: two({ ready: false, created: at(time).toISOString() }), holds: { [older]: "no", [newest]: "yes" } });
    expect(wordOf(made("17:50"))).toBe("not live: built and failed");
    expect(wordOf(made("17:51"))).toBe("not live: built and coming up");
    expect(told(made("17:51"))).toMatchObject({ verdict: "not_due", from: at("18:01") });
  });
});

describe("the words", () => {
  test("name both revisions, the commit with its date, and what to do", () => {
    const finding = told(examined({ unit: two({ ready: false }), holds: { [older]: "no", [newest]: "yes" } }));
    expect(finding).toMatchObject({
      verdict: "fail",
      severity: "P2",
      reason: "built_and_failed",
      next: expect.stringContaining("Read what"),
    });
    expect(finding.observed).toBe(
      `built and failed: \`${older}\` of commit 075fab1e (created 2026-01-27 12:00 ET) lacks 6fa80f19 \`Skip the check for past dates\` (2026-01-31 01:10 ET); \`${newest}\` (created 2026-02-03 10:00 ET) holds it and never became ready: \`Container failed to start\``,
    );
  });

  test("say only of those that lack the commit that they do, and that a part of the traffic is a part", () => {
    const { observed } = told(examined({ unit: two({ share: 30 }), holds: { [older]: "no", [newest]: "yes" } }));
    expect(observed).toMatch(/^not all traffic: /u);
    const [lacking = "", holding = ""] = observed.split(";");
    expect([lacking.includes(older), lacking.includes(newest)]).toEqual([true, false]);
    expect(holding).toContain("holds it and has 30 % of the traffic");
  });

  test("say where a commit is no part of the unit's code at all", () => {
    const of = examined({ unit: two({ share: 100 }), holds: { [newest]: "yes" } });
    expect(told(of).observed).not.toContain("touches none");
    expect(told(of, asked({ touches: ["prediction-worker"] })).observed).toMatch(/; it touches none of its folders$/u);
    expect(told(of, asked({ touches: null })).observed).not.toContain("touches none");
  });

  test("are an unknown with a next step where nothing can be told, and not applicable where the source is switched off", () => {
    expect(told(examined(), asked({ commit: null }))).toMatchObject({ verdict: "unknown", next: expect.stringContaining("git fetch") });
    const off = { ...refused("commit 6fa80f19", "not_supplied"), off: "we have none" };
    expect(told(examined(), { commit: { sha: "6fa80f19", known: off } }).verdict).toBe("not_applicable");
  });

  test("never say live of a unit of which one serving revision was not asked about", () => {
    const of = {
      ...examined({ unit: two({ share: 40 }) }),
      held: seen(`6fa80f19 in ${name}`, { revisions: [{ revision: newest, label: "f9bdf678", holds: "yes" as const }] }),
    };
    expect(told(of).verdict).toBe("unknown");
  });
});
