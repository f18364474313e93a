import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { catalogue } from "../../src/checks/catalogue.ts";
import { anyOf, defineCheck } from "../../src/checks/check.ts";
import { pass, problem, saidOf } from "../../src/checks/finding.ts";
import type { Evidence, Look } from "../../src/evidence/evidence.ts";
import { postponements } from "../../src/evidence/looks/tables.ts";
import { inOrder } from "../../src/evidence/order.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { loadPipeline } from "../../src/pipeline/load.ts";
import { about } from "../support/about.ts";
import { at, gatherFrom, judge, said, smallNight, verdictOf } from "../support/night.ts";

const checkOf = (judgement: () => ReturnType<typeof pass>[]) =>
  defineCheck({
    id: "games",
    question: "?",
    about,
    depth: "quick",
    subjects: ({ date }) => [{ id: date }],
    needs: () => ({}),
    judge: judgement,
  });

test("a judge that finds nothing leaves its subject unknown", async () => {
  const judged = await judge(smallNight(), at("09:30"), [checkOf(() => [])]);
  expect(said(judged, "games")).toEqual(["2026-02-03: unknown no_finding"]);
});

test("a judge that throws is a bug and flies to the top, never an answer", async () => {
  const broken = checkOf(() => {
    throw new TypeError("a bug");
  });
  await expect(judge(smallNight(), at("09:30"), [broken])).rejects.toThrow("a bug");
});

test("the worst finding of a subject is its verdict", async () => {
  const mixed = checkOf(() => [pass("fine"), problem("P3", { reason: "r", observed: "o", expected: "e", next: "n" })]);
  expect(verdictOf(await judge(smallNight(), at("09:30"), [mixed]), "games")).toBe("warn");
});

test("findings that name a subject of their own are judged under it, each by itself", async () => {
  const fault = problem("P1", { reason: "r", observed: "o", expected: "e", next: "n" });
  const apart = checkOf(() => [pass("the date"), saidOf("alpha", fault), saidOf("beta", pass("fine")), saidOf("beta", pass("too"))]);
  const judged = await judge(smallNight(), at("09:30"), [apart]);
  expect(judged.checks[0]?.subjects.map(({ subject, verdict }) => `${subject} ${verdict}`)).toEqual([
    "2026-02-03 pass",
    "alpha fail",
    "beta pass",
  ]);
  expect(verdictOf(judged, "games")).toBe("fail");
});

test("a unit's own subject of which nothing was said but a look judged without is unknown", async () => {
  const night = smallNight();
  night.refused["postponements"] = "denied";
  const named = defineCheck({
    id: "games",
    question: "?",
    about,
    depth: "quick",
    subjects: ({ date }) => [{ id: date }],
    needs: () => ({}),
    wants: (_subject, { rules, date }) => ({ postponed: postponements(rules, date) }),
    judge: () => [saidOf("alpha", pass("fine"))],
  });
  const judged = await judge(night, at("09:30"), [named]);
  expect(judged.checks[0]?.subjects.map(({ subject, verdict }) => `${subject} ${verdict}`)).toEqual(["alpha pass", "2026-02-03 unknown"]);
});

test.each<[string, readonly (boolean | "unseen")[], string]>([
  ["one seen says yes, another is unseen", [true, "unseen"], "yes"],
  ["all seen, none says yes", [false, false], "no"],
  ["none says yes, one is unseen", [false, "unseen"], "unknown"],
  ["all unseen", ["unseen", "unseen"], "unknown"],
])("any of: %s", (_title, looks, expected) => {
  const asked = { id: "x", port: "warehouse", asked: "x", observedAt: "" } as const;
  const evidence = looks.map((says): Evidence<boolean> =>
    says === "unseen"
      ? { ...asked, seen: false, refusal: "denied", reason: "", next: "" }
      : { ...asked, seen: true, facts: says, examined: 1 },
  );
  expect(anyOf(evidence, (facts) => facts)).toBe(expected);
});

function look(id: string, after: readonly string[] = []): Look<string> {
  return {
    id,
    port: "warehouse",
    asked: id,
    byHand: "",
    after,
    whenEmpty: "must-have",
    run: async () => ({ facts: id, examined: 1 }),
    parse: String,
  };
}

test("a look is made once, however often it is asked for", async () => {
  const made: string[] = [];
  const { gather } = inOrder(async (asked) => {
    made.push(asked.id);
    return { id: asked.id, port: asked.port, asked: asked.asked, observedAt: "", seen: true, facts: asked.parse(asked.id), examined: 1 };
  });
  await Promise.all([gather(look("a")), gather(look("a")), gather(look("b"))]);
  expect(made).toEqual(["a", "b"]);
});

test("a look waits for those it is after, where they are planned, in whatever order they are asked for", async () => {
  const begun: string[] = [];
  const ended: string[] = [];
  const ordered = inOrder(async (asked) => {
    begun.push(asked.id);
    await Promise.resolve();
    ended.push(asked.id);
    return { id: asked.id, port: asked.port, asked: asked.asked, observedAt: "", seen: true, facts: asked.parse(asked.id), examined: 1 };
  });
  ordered.plan([look("rows", ["flag"]), look("flag")]);
  await Promise.all([ordered.gather(look("rows", ["flag", "unplanned"])), ordered.gather(look("flag"))]);
  expect(begun).toEqual(["flag", "rows"]);
  expect(ended).toEqual(["flag", "rows"]);
});

test("a misspelt core check is refused, with the nearest one", async () => {
  const text = readFileSync(new URL("../../pipelines/nba.yaml", import.meta.url), "utf8").replace(
    "core: [games, box-scores, analytics, completion]",
    "core: [games, completions]",
  );
  const pipeline = loadPipeline({ name: "mine.yaml", text });
  const judging = judgeDate({
    checks: catalogue,
    pipeline,
    date: calendarDateOf("2026-02-03"),
    now: () => at("09:30"),
    gather: gatherFrom(smallNight()),
    pass: async () => {},
  });
  await expect(judging).rejects.toThrow(
    /^In the pipeline file's core: No check "completions"; known: games, box-scores, .+\. Did you mean "completion"\?$/u,
  );
});
