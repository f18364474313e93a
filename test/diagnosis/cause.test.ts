import { expect, test } from "vitest";
import type { CauseRule, Holds } from "../../src/diagnosis/cause.ts";
import { weigh } from "../../src/diagnosis/cause.ts";

interface Facts {
  readonly required: Holds;
  readonly forbidden: Holds;
  readonly supporting: Holds;
}

const rule: CauseRule<Facts> = {
  id: "blocked",
  says: () => "the source blocked it",
  requires: [{ says: ({ required }) => (required === "yes" ? "a 403" : "no 403"), holds: ({ required }) => required }],
  forbids: [{ says: () => "rows landed", holds: ({ forbidden }) => forbidden }],
  supports: [{ says: () => "many requests", holds: ({ supporting }) => supporting }],
  settle: () => "the scraper's log",
};

const standing = (facts: Facts) => weigh(facts, [rule])[0]?.standing;
const all: readonly Holds[] = ["yes", "no", "unknown"];

test("a cause is established only where every required sign was seen and nothing that forbids it can be, whatever supports it", () => {
  for (const supporting of all) {
    const found = all.flatMap((required) =>
      all.map((forbidden) => [required, forbidden, standing({ required, forbidden, supporting })].join(" ")),
    );
    expect(found).toEqual([
      "yes yes ruled_out",
      "yes no established",
      "yes unknown open",
      "no yes ruled_out",
      "no no ruled_out",
      "no unknown ruled_out",
      "unknown yes ruled_out",
      "unknown no open",
      "unknown unknown open",
    ]);
  }
});

test("an open cause says what would settle it, one that is ruled out by what", () => {
  expect(weigh({ required: "unknown", forbidden: "no", supporting: "yes" }, [rule])).toEqual([
    { id: "blocked", standing: "open", said: "the source blocked it", for: ["many requests"], against: [], settle: "the scraper's log" },
  ]);
  expect(weigh({ required: "no", forbidden: "yes", supporting: "no" }, [rule])[0]).toMatchObject({ against: ["no 403", "rows landed"] });
});

test("established causes come first, then the open ones", () => {
  const causes = all.map((required) => ({ ...rule, id: required, requires: [{ says: () => "", holds: () => required }] }));
  const found = weigh({ required: "yes", forbidden: "no", supporting: "no" }, causes.toReversed());
  expect(found.map(({ id }) => id)).toEqual(["yes", "unknown", "no"]);
});
