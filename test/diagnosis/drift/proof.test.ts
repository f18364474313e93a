import { expect, test } from "vitest";
import { severityOf } from "../../../src/checks/finding.ts";
import { judgeProof } from "../../../src/diagnosis/drift/proof.ts";
import type { Answer } from "../../../src/diagnosis/drift/contains.ts";
import { at } from "../../support/instants.ts";
import { examined, newest, refused, scope, two } from "./examples.ts";

const line = { at: at("09:30").toISOString(), revision: newest };
const judged = (of: Parameters<typeof judgeProof>[0], answer?: Answer) => {
  const [told] = judgeProof(of, "Acquired lock", answer, scope);
  return { line: [told?.finding.verdict, told && severityOf(told.finding), told?.finding.reason].join(" "), text: told?.finding.observed };
};
const unit = two({ share: 100 });

test("a line that holds the text shows it, with its time and revision", () => {
  const { line: said, text } = judged(examined({ unit, proof: { found: line, any: line } }));
  expect(said).toBe("pass  seen");
  expect(text).toContain(`\`${newest}\` of`);
  expect(text).toContain("at 2026-02-04 09:30 ET");
});

test("other lines without it contradict the label; without a label it is only not seen", () => {
  const of = examined({ unit, proof: { found: null, any: line } });
  expect(judged(of, { word: "live" })).toMatchObject({
    line: "warn P3 proof_not_seen",
    text: expect.stringContaining("the label says live, the behaviour doesn't show it"),
  });
  expect(judged(of)).toMatchObject({ line: "warn P3 proof_not_seen", text: expect.not.stringContaining("label") });
});

test("silence says nothing, nor does a log that is kept shorter than the revision is old", () => {
  expect(judged(examined({ unit, proof: { found: null, any: null } })).line).toBe("unknown  nothing_logged");
  const made = (day: string, time = "18:00") =>
    examined({ unit: two({ share: 100, created: at(time, day).toISOString() }), proof: { found: null, any: line } });
  expect(judged(made("2026-01-05")).line).toBe("warn P3 proof_not_seen");
  expect(judged(made("2026-01-05", "17:59")).line).toBe("unknown  log_expired");
});

test("is unknown where nobody could look or nothing serves", () => {
  expect(judged({ ...examined(), proof: refused("proof") }).line).toBe("unknown  denied");
  expect(judged({ ...examined(), unit: refused("unit") }).line).toBe("unknown  denied");
  expect(judged(examined({ unit: null })).line).toBe("unknown  nothing_serves");
  expect(judgeProof(examined(), undefined, undefined, scope)).toEqual([]);
});
