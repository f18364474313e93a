import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/checks/finding.ts";
import { note, notApplicable, notDue, pass, problem, unknown } from "../../src/checks/finding.ts";
import type { Weighed } from "../../src/diagnosis/cause.ts";
import type { Inquiry, Line } from "../../src/diagnosis/inquiry.ts";
import { inquiryReport } from "../../src/report/inquiry.ts";

const asOf = new Date("2026-02-04T23:00:00Z");
const fault = problem("P1", { reason: "stalled", observed: "0 rows", expected: "rows", next: "Run it." });
const late = problem("P3", { reason: "late", observed: "7 h late", expected: "06:00 ET", next: "Wait." });
const lost = unknown("denied", "runs could not be read", "Grant it.");

const line = (finding: Finding, id = "thing/one"): Line => ({ id, finding, evidence: ["a", "b", "c"] });

function report(inquiry: Partial<Inquiry>, detailed = false) {
  return inquiryReport(
    { lines: [line(pass("all is well"))], numbers: {}, asked: {}, ...inquiry },
    {
      tool: "look_up",
      pipeline: { name: "nba", zone: "America/New_York" },
      asOf,
      detailed,
      looks: [],
      ms: 1,
      backend: "embedded",
      scenario: "s",
    },
  );
}

describe("the verdict", () => {
  const ordered: readonly (readonly [string, Finding])[] = [
    ["fail", fault],
    ["unknown", lost],
    ["warn", late],
    ["pass", pass("good")],
    ["not_due", notDue("too early", asOf)],
    ["not_applicable", notApplicable("retired", "retired")],
  ];

  test("is that of the worst line, whatever stands beside it", () => {
    for (const [index, [verdict]] of ordered.entries()) {
      const lines = ordered.slice(index).map(([, finding]) => line(finding));
      expect(report({ lines }).verdict).toBe(verdict);
      expect(report({ lines: lines.toReversed() }).verdict).toBe(verdict);
    }
  });

  test("is never a pass by a note alone", () => {
    expect(report({ lines: [line(note("odd", "a note"))] }).verdict).toBe("unknown");
    expect(report({ lines: [line(note("odd", "a note")), line(notDue("too early", asOf))] }).verdict).toBe("not_due");
  });

  test("is unknown where nothing at all was said", () => {
    expect(report({ lines: [] }).verdict).toBe("unknown");
  });
});

test("says of invented data that it is, then the worst and what to do", () => {
  const { summary } = report({ lines: [line(fault), line(late)] });
  expect(summary).toBe("SCENARIO s (invented data): FAIL: 0 rows. Next: Run it.");
});

test("a pass says what was seen, and notes stand behind it", () => {
  const { summary, findings } = report({ lines: [line(note("odd", "a note")), line(pass("all is well"))], headline: "of 7 dates" });
  expect(summary).toContain("PASS of 7 dates: all is well");
  expect(findings).toMatchObject([{ reason: "odd", severity: "P5" }]);
});

test("what is cut is counted, and the worst is kept", () => {
  const lines = [...Array.from({ length: 11 }, (_, index) => line(late, `thing/${index}`)), line(fault, "thing/worst")];
  const { findings, omitted } = report({ lines });
  expect(findings).toHaveLength(8);
  expect(findings?.[0]).toMatchObject({ id: "thing/worst", evidence: ["a", "b", "1 more"] });
  expect(omitted).toEqual({ warn: 4 });
  expect(report({ lines }, true).findings).toHaveLength(12);
});

test("what could not be looked at for one reason is one line", () => {
  const { findings } = report({ lines: [line(lost, "thing/one"), line(lost, "thing/two")] });
  expect(findings).toMatchObject([{ id: "thing", subjects: ["thing/one", "thing/two"], verdict: "unknown" }]);
});

describe("causes", () => {
  const cause = (id: string, standing: Weighed["standing"]): Weighed => ({
    id,
    standing,
    said: `it was ${id}`,
    for: [],
    against: standing === "ruled_out" ? ["a line"] : [],
    ...(standing === "open" ? { settle: "the log" } : {}),
  });
  const causes = [cause("blocked", "open"), cause("skipped", "ruled_out")];

  test("none established is said, with what is open; what is ruled out is only named", () => {
    const told = report({ lines: [line(fault)], causes });
    expect(told.summary).toContain("Cause not established (1 open).");
    expect(told.causes).toEqual([{ id: "blocked", standing: "open", said: "it was blocked", settle: "the log" }]);
    expect(told.ruled_out).toEqual(["skipped"]);
  });

  test("in detail each says what rules it out", () => {
    expect(report({ causes }, true).causes).toContainEqual(expect.objectContaining({ id: "skipped", against: ["a line"] }));
  });

  test("an established one is in the summary", () => {
    expect(report({ lines: [line(fault)], causes: [cause("blocked", "established"), ...causes] }).summary).toContain(
      "Cause: it was blocked.",
    );
  });

  test("where none was looked for nothing is said of causes", () => {
    expect(report({ lines: [line(fault)] }).summary).not.toContain("ause");
  });
});

test("a timeline is told oldest first, and of a long one the newest", () => {
  const timeline = Array.from({ length: 12 }, (_, minute) => ({
    at: new Date(asOf.getTime() - minute * 60_000),
    said: `${minute}`,
    from: "log",
  }));
  const told = report({ timeline });
  expect(told.timeline?.at(-1)).toEqual({ at: "2026-02-04 18:00 ET", said: "0" });
  expect(told.timeline?.[0]?.said).toBe("9");
  expect(told.earlier).toBe(2);
  expect(report({ timeline }, true).timeline?.[0]).toEqual({ at: "2026-02-04 17:49 ET", said: "11", from: "log" });
});

test("nothing that looks like a secret leaves, wherever a store's text stands", () => {
  const secret = `ghp_${"a".repeat(36)}`;
  const told = report({
    lines: [line(problem("P2", { reason: "errors", observed: `it said token: ${secret}`, expected: "none", next: "See." }))],
    entries: [{ at: asOf, severity: "ERROR", text: `Authorization: Bearer ${secret}` }],
    rows: [{ lock: "one", holder: secret }],
    proposals: [
      {
        id: "p-1",
        kind: "release_lock",
        said: "Release it.",
        documents: [{ document: "locks/one", update_time: asOf.toISOString(), before: { note: secret } }],
      },
    ],
  });
  expect(JSON.stringify(told)).not.toContain(secret);
  expect(JSON.stringify(told)).toContain("[redacted]");
});
