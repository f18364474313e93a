import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Verdict } from "../../src/checks/finding.ts";
import { verdicts, worst } from "../../src/checks/finding.ts";
import { compare } from "../../src/history/compare.ts";
import type { Judged } from "../../src/history/judged.ts";

/** `minutes/BOS@NYK fail few` per finding. */
function judged(...lines: string[]): Judged {
  const findings = lines.map((line) => {
    const [id = "", verdict = "", reason = "ok"] = line.split(" ");
    return { id, verdict: verdict as Verdict, reason };
  });
  const checks = Map.groupBy(findings, ({ id }) => id.split("/")[0] ?? "");
  return {
    findings,
    figures: {},
    checks: Object.fromEntries([...checks].map(([id, own]) => [id, worst(own.map(({ verdict }) => verdict))])),
  };
}

const none = { new: [], still: [], gone: [], notJudged: [] };
const [a, b] = ["minutes/BOS@NYK", "minutes/LAL@GSW"];

describe("one finding, before and now", () => {
  test.each<[string, string, string, keyof typeof none | "nowhere"]>([
    ["appeared", `${a} pass`, `${a} fail few`, "new"],
    ["appeared where nothing was judged before", `${b} pass`, `${a} fail few`, "new"],
    ["stays", `${a} fail few`, `${a} fail few`, "still"],
    ["stays and gets worse", `${a} warn few`, `${a} fail few`, "still"],
    ["is there for another reason", `${a} fail few`, `${a} fail none`, "new"],
    ["was seen to be well again", `${a} fail few`, `${a} pass`, "gone"],
    ["can't be looked at any more", `${a} fail few`, `${a} unknown deadline`, "notJudged"],
    ["isn't due any more", `${a} fail few`, `${a} not_due waits`, "notJudged"],
    ["was switched off", `${a} fail few`, `${a} not_applicable off`, "notJudged"],
    ["wasn't asked about", `${a} fail few`, `usage/${a} pass`, "notJudged"],
    ["couldn't be looked at, for the first time", `${a} pass`, `${a} unknown deadline`, "new"],
    ["couldn't be looked at, again", `${a} unknown deadline`, `${a} unknown throttled`, "still"],
    ["could be looked at, and is bad", `${a} unknown deadline`, `${a} fail few`, "new"],
    ["could be looked at, and is well", `${a} unknown deadline`, `${a} pass`, "gone"],
    ["has no subject any more, even while its check judged the rest", `${a} fail few`, `${b} pass`, "notJudged"],
    ["has no subject any more, while its check couldn't judge the rest", `${a} fail few`, `${b} unknown deadline`, "notJudged"],
    ["has no subject any more, and the rest isn't due", `${a} fail few`, `${b} not_due waits`, "notJudged"],
    ["is and was well", `${a} pass`, `${a} pass`, "nowhere"],
    ["is a note", `${a} pass`, `${a} pass dnp`, "nowhere"],
  ])("that %s", (_, before, now, expected) => {
    const compared = compare(judged(before), judged(now));
    const about = Object.entries(compared).flatMap(([change, ids]) => (ids.includes(a) ? [change] : []));
    expect(about).toEqual(expected === "nowhere" ? [] : [expected]);
  });
});

test("ids are listed once and worst first, however many reasons each has", () => {
  const now = judged(`${b} warn few`, `${b} warn late`, "locks/x unknown deadline", `${a} fail few`, `${a} warn late`);
  expect(compare(judged(), now)).toEqual({ ...none, new: [a, "locks/x", b] });
});

const finding = fc.record({
  id: fc.constantFrom(a, b, "games/BOS@NYK", "locks/x"),
  reason: fc.constantFrom("few", "none"),
  verdict: fc.constantFrom(...verdicts),
});
const anyJudged = fc
  .array(finding, { maxLength: 8 })
  .map((all) => judged(...all.map(({ id, verdict, reason }) => `${id} ${verdict} ${reason}`)));
const isReported = (all: Judged, id: string): boolean =>
  ["fail", "warn", "unknown"].includes(
    worst([...all.findings.filter((one) => one.id === id).map(({ verdict }) => verdict), "not_applicable"]),
  );

test("whatever was judged: what was or is reported is in exactly one list, and nothing else is in any", () => {
  fc.assert(
    fc.property(anyJudged, anyJudged, (before, now) => {
      const lists: string[] = Object.values(compare(before, now)).flat();
      const ids = [...new Set([...before.findings, ...now.findings].map(({ id }) => id))];
      expect(lists.toSorted()).toEqual(ids.filter((id) => isReported(before, id) || isReported(now, id)).toSorted());
    }),
  );
});

test("whatever was judged: nothing is called gone that is reported now, or that was not judged", () => {
  fc.assert(
    fc.property(anyJudged, anyJudged, (before, now) => {
      const { gone, new: added } = compare(before, now);
      for (const id of gone) {
        expect(isReported(now, id)).toBe(false);
        expect(isReported(before, id)).toBe(true);
      }
      for (const id of added) expect(isReported(now, id)).toBe(true);
    }),
  );
});

test("a judgement compared with itself has nothing new and nothing gone", () => {
  fc.assert(
    fc.property(anyJudged, (same) => {
      expect(compare(same, same)).toMatchObject({ new: [], gone: [], notJudged: [] });
    }),
  );
});
