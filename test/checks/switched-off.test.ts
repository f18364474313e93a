import { describe, expect, test } from "vitest";
import { checksOf } from "../../src/checks/checks-of.ts";
import { defineCheck } from "../../src/checks/check.ts";
import { pass } from "../../src/checks/finding.ts";
import { verdictOn } from "../../src/checks/night.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import type { Look } from "../../src/evidence/evidence.ts";
import { completionDocument } from "../../src/evidence/looks/documents.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { portNames } from "../../src/ports/ports.ts";
import { exitCode } from "../../src/report/exit-code.ts";
import { reportOf } from "../../src/report/report.ts";
import type { Night } from "../support/night.ts";
import { about } from "../support/about.ts";
import { at, gatherFrom, smallNight } from "../support/night.ts";
import { overNba } from "../support/own-pipeline.ts";

const reason = "we keep no documents any more";

/** The report on the small night with these ports switched off; which looks were made beside it. */
async function ask(off: readonly string[], night: Night = smallNight()) {
  const pipeline = overNba(`ports: { ${off.map((port) => `${port}: { off: "${reason}" }`).join(", ")} }\n`);
  const made: Look<unknown>[] = [];
  const gather = gatherFrom(night);
  const { judgement, overall } = await verdictOn(calendarDateOf(night.date), {
    checks: checksOf(pipeline),
    pipeline,
    now: () => at("18:00"),
    gather: async (look) => {
      made.push(look);
      return gather(look);
    },
    half: "post_game",
    pass: async () => {},
  });
  const asked = { tool: "validate_daily", moment: "post_game", pipeline: pipeline.name, backend: "embedded", detailed: false, ms: 1 };
  const verdicts = Object.fromEntries(judgement.checks.map(({ check, verdict }) => [check.id, verdict]));
  return { report: reportOf(judgement, overall, asked), verdicts, ports: new Set(made.map(({ port }) => port)), judgement };
}

describe("a port that the operator has switched off", () => {
  test("is asked nothing, and what needs it is not applicable with his reason, a core check too", async () => {
    const { report, verdicts, ports, judgement } = await ask(["documents"]);
    expect(ports.has("documents")).toBe(false);
    expect(verdicts["completion"]).toBe("not_applicable");
    const completion = judgement.checks.find(({ check }) => check.id === "completion");
    expect(completion?.subjects.flatMap(({ findings }) => findings.map(({ observed }) => observed))).toContain(
      `documents are switched off in the pipeline file: ${reason}`,
    );
    expect(report.verdict).toBe("pass");
    expect(exitCode(report)).toBe(0);
  });

  test("the summary says what is not covered, and `asked` why", async () => {
    const { report } = await ask(["documents"]);
    expect(report.summary).toContain(`Not covered: completion, locks, heartbeats (switched off: documents: ${reason}).`);
    expect(report.asked["switched_off"]).toBe(`documents: ${reason}`);
    expect(report.checked?.["not_applicable"]).toContain("completion");
  });

  test("what is only wanted of it is named, and judged without", async () => {
    const pipeline = overNba(`ports: { documents: { off: "${reason}" } }\n`);
    const hoping = defineCheck({
      id: "minutes",
      question: "?",
      about,
      depth: "quick",
      subjects: ({ date }) => [{ id: date }],
      needs: () => ({}),
      wants: (_subject, { rules, date }) => ({ record: completionDocument(rules, date) }),
      judge: ({ record }) => [pass(record.seen ? "with it" : "without it")],
    });
    const { checks } = await judgeDate({
      checks: [hoping],
      pipeline,
      date: calendarDateOf("2026-02-03"),
      now: () => at("18:00"),
      gather: gatherFrom(smallNight()),
      half: "post_game",
      pass: async () => {},
    });
    expect(checks[0]?.subjects[0]?.findings.map(({ reason: code, observed }) => `${code}: ${observed}`)).toEqual([
      "ok: without it",
      `judged_without: judged without phase3_completion/2026-02-03: documents are switched off in the pipeline file: ${reason}`,
    ]);
  });

  test("a date without games stays one: the witness that is switched off is not waited for, the others are", async () => {
    const small = smallNight();
    const schedule = small.tables["schedule"]?.filter((row) => row["game_date"] !== "2026-02-03") ?? [];
    const nobody = Object.fromEntries(Object.keys(small.tables).map((name) => [name, name === "schedule" ? schedule : []]));
    const none = { ...small, tables: nobody, document: null };
    const quiet = await ask(["documents"], none);
    expect([quiet.report.verdict, exitCode(quiet.report)]).toEqual(["not_applicable", 0]);
    const refused = await ask(["documents"], { ...none, refused: { "player-rows": "denied" } });
    expect([refused.report.verdict, exitCode(refused.report)]).toEqual(["unknown", 3]);
  });

  test("with everything off nothing is applicable, and nobody takes that for healthy: exit code 3", async () => {
    const { report, verdicts, ports } = await ask(portNames);
    expect(ports.size).toBe(0);
    expect(new Set(Object.values(verdicts))).toEqual(new Set(["not_applicable"]));
    expect([report.verdict, exitCode(report)]).toEqual(["not_applicable", 3]);
    expect(report.summary).toContain("NOT APPLICABLE");
  });
});
