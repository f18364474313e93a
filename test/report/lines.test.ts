import { describe, expect, test } from "vitest";
import { defineCheck } from "../../src/checks/check.ts";
import type { Finding, Severity } from "../../src/checks/finding.ts";
import { note, notApplicable, notDue, pass, problem, unknown } from "../../src/checks/finding.ts";
import { overallOf } from "../../src/checks/overall.ts";
import { reportOf } from "../../src/report/report.ts";
import { at, judge, smallNight } from "../support/night.ts";
import { about } from "../support/about.ts";

const clock = at("09:30");
const faulty = (severity: Exclude<Severity, "P5">, more: { breaks?: { what: string; at: Date }; graceUntil?: Date } = {}): Finding =>
  problem(severity, { reason: severity, observed: `observed ${severity}`, expected: "otherwise", next: "Do it.", ...more });
const lost = unknown("denied", "rows of a table: denied", "Grant it.");

/** The report of checks that come to just these findings on the date. */
async function reportWith(findings: Readonly<Record<string, readonly Finding[]>>, detailed = false) {
  const checks = Object.entries(findings).map(([id, found]) =>
    defineCheck({
      id,
      question: "?",
      about,
      depth: "quick",
      subjects: ({ date }) => [{ id: date }],
      needs: () => ({}),
      judge: () => found,
    }),
  );
  const judgement = await judge(smallNight(), clock, checks);
  const asked = { tool: "validate_daily", moment: "post_game", pipeline: "nba", backend: "embedded", detailed, ms: 1 };
  return reportOf(judgement, overallOf(judgement), asked);
}

describe("findings", () => {
  test("are listed worst first: P0, P1, P2, unknown, P3, P4, P5", async () => {
    const found = {
      games: [note("P5", "noted"), faulty("P4"), faulty("P3")],
      "box-scores": [lost],
      analytics: [faulty("P2"), faulty("P1"), faulty("P0")],
    };
    const severities = async (detailed: boolean) =>
      (await reportWith(found, detailed)).findings?.map(({ severity, verdict }) => severity ?? verdict);
    expect(await severities(true)).toEqual(["P0", "P1", "P2", "unknown", "P3", "P4", "P5"]);
    expect(await severities(false)).toEqual(["P0", "P1", "P2", "unknown", "P3", "P4"]);
  });

  test("of notes a concise answer shows few, and counts the others", async () => {
    const notes = ["a", "b", "c", "d"].map((name) => note(name, `noted ${name}`));
    const told = async (problems: readonly Finding[], detailed = false) => {
      const { findings = [], omitted } = await reportWith({ games: notes, analytics: problems }, detailed);
      return { notes: findings.filter(({ severity }) => severity === "P5").length, omitted };
    };
    expect(await told([pass("fine")])).toEqual({ notes: 1, omitted: { note: 3 } });
    expect(await told([faulty("P1")])).toEqual({ notes: 2, omitted: { note: 2 } });
    expect(await told([faulty("P1"), faulty("P2"), faulty("P3"), faulty("P4")])).toEqual({ notes: 0, omitted: { note: 4 } });
    expect(await told([faulty("P1")], true)).toEqual({ notes: 4, omitted: undefined });
  });

  test("a warning beside a failure says what it is without the details; alone it says all", async () => {
    const beside = (await reportWith({ games: [faulty("P3")], analytics: [faulty("P1")] })).findings?.[1];
    expect(beside).not.toHaveProperty("expected");
    expect(beside).toHaveProperty("next");
    expect((await reportWith({ games: [faulty("P3")] })).findings?.[0]).toHaveProperty("expected");
  });

  test("name what could not be looked at, but not a plain pass, what is not due or what does not apply", async () => {
    const { findings } = await reportWith({
      games: [pass("fine")],
      "box-scores": [lost],
      analytics: [notDue("rows", at("10:00"))],
      completion: [notApplicable("no_games", "none")],
    });
    expect(findings?.map(({ id, verdict, reason, next }) => ({ id, verdict, reason, next }))).toEqual([
      { id: "box-scores/2026-02-03", verdict: "unknown", reason: "denied", next: "Grant it." },
    ]);
  });
});

describe("what could not be looked at", () => {
  const login = (table: string): Finding =>
    unknown("unauthenticated", `${table}: the login has expired`, "Run: gcloud auth application-default login");

  test("for one reason with one remedy is one line, whatever was asked, and counts what it stands for", async () => {
    const { findings } = await reportWith({ games: [login("a")], "box-scores": [login("b"), login("c")], analytics: [login("d")] });
    expect(findings).toHaveLength(1);
    expect(findings?.[0]).toMatchObject({
      id: "several",
      reason: "unauthenticated",
      observed: "a: the login has expired; and 3 more for the same reason",
      subjects: ["games/2026-02-03", "box-scores/2026-02-03", "analytics/2026-02-03"],
    });
  });

  test("within one check keeps its name", async () => {
    const { findings } = await reportWith({ games: [login("a"), login("b")] });
    expect(findings).toMatchObject([{ id: "games/2026-02-03", observed: "a: the login has expired; and 1 more for the same reason" }]);
  });

  test("for another reason, or with another remedy, is a line of its own", async () => {
    const other = unknown("unauthenticated", "b: the login has expired", "Ask the administrator.");
    const { findings } = await reportWith({ games: [login("a")], "box-scores": [other], analytics: [lost] });
    expect(findings).toHaveLength(3);
  });
});

describe("ask_again", () => {
  test("is strictly later than as_of: what falls due at this very moment has been judged", async () => {
    const both = { games: [notDue("rows", clock)], analytics: [notDue("rows", at("11:00")), notDue("rows", at("10:00"))] };
    expect((await reportWith(both)).ask_again).toBe("2026-02-04T10:00:00-05:00");
    expect(await reportWith({ games: [notDue("rows", clock)] })).not.toHaveProperty("ask_again");
  });

  test.each([
    ["the end of the grace", { graceUntil: at("10:00"), breaks: { what: "Phase 4", at: at("11:00") } }],
    ["the reader of what is missing", { graceUntil: at("10:30"), breaks: { what: "Phase 4", at: at("10:00") } }],
  ])("is %s where that comes first", async (_title, times) => {
    expect((await reportWith({ games: [faulty("P3", times)] })).ask_again).toBe("2026-02-04T10:00:00-05:00");
  });
});

describe("So far", () => {
  const good = [pass("fine")];
  const later = [notDue("rows", at("10:00"))];
  const core = { games: good, "box-scores": good, analytics: good, completion: good };

  test.each<[string, Readonly<Record<string, readonly Finding[]>>, string]>([
    ["a pass", { ...core, completion: later }, "pass"],
    ["a warning", { ...core, analytics: later, minutes: [faulty("P3")] }, "warn"],
    ["an unknown", { ...core, "box-scores": later, minutes: [lost] }, "unknown"],
    ["a fail", { ...core, games: later, minutes: [faulty("P1")] }, "fail"],
  ])("is said of %s while a core check is not due", async (_title, findings, verdict) => {
    const report = await reportWith(findings);
    expect(report.verdict).toBe(verdict);
    expect(report.summary).toMatch(/^So far: 2026-02-03 /u);
  });

  test.each<[string, Readonly<Record<string, readonly Finding[]>>, string]>([
    ["every core check is due", core, "pass"],
    ["only a check that is no core check is not due", { ...core, minutes: later }, "pass"],
    ["something failed and every core check is due", { ...core, analytics: [faulty("P1")] }, "fail"],
    ["nothing is due yet", { games: later, "box-scores": later, analytics: later, completion: later }, "not_due"],
  ])("is not said where %s", async (_title, findings, verdict) => {
    const report = await reportWith(findings);
    expect(report.verdict).toBe(verdict);
    expect(report.summary).not.toContain("So far");
  });
});
