import { describe, expect, test } from "vitest";
import type { Scenario } from "../../src/adapters/embedded/scenario/scenario.ts";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import { clockText } from "../../src/pipeline/dates.ts";
import { exitCode } from "../../src/report/exit-code.ts";
import type { Report } from "../../src/report/schema.ts";
import { reportSchema } from "../../src/report/schema.ts";
import { calledBy } from "../support/input.ts";
import { nba } from "../support/pipeline.ts";
import { remembering, sessionOver, shippedScenario, shippedScenarios } from "../support/scenarios.ts";
import { run } from "./child.ts";
import type { Answer, Way } from "./four-ways.ts";
import { askAll, inProcess, overProcesses } from "./four-ways.ts";

/** Fields, by their path in a report, that may differ between two answers to one question, and why. All others must be equal. */
const mayDiffer: Readonly<Record<string, string>> = {
  "cost.ms": "measured on the wall clock",
};

/**
 * Every call that a shipped scenario says something about, at its clock, through our own entry points in this process: with
 * five processes for each they would keep a core busy for a minute and a half. The nights below cross process boundaries.
 */
const calls = shippedScenarios.flatMap((name) =>
  shippedScenario(name).expect.map((expectation) => {
    return [expectation.call, name, clockText(expectation.clock, nba.zone), expectation] as const;
  }),
);

test.each(calls)(
  "%s about %s at %s is answered alike to both revisions, the v1 client and the command line",
  async (tool, name, _, call) => {
    const { scenario, stores } = night(name);
    const answers = await askAll(inProcess(remembering(sessionOver(scenario, { stores, clock: call.clock }))), {
      tool,
      input: calledBy(call).input,
    });
    expect(heard(answers)).toEqual(alike(answers, call.verdict));
  },
);

describe("over processes of their own, by standard input and output", () => {
  test("a bad night is answered alike, and each way knows what is new since a report that another process kept", async () => {
    const earlier = await run("validate_daily", "--scenario", "feb-03", "--clock", "2026-02-04 13:00");
    expect(earlier.code).toBe(2);
    const all = overProcesses(["--scenario", "feb-03", "--clock", "2026-02-04 18:00"]);
    const answers = await askAll(all, { tool: "validate_daily", input: { game_date: "2026-02-03" } });
    expect(heard(answers)).toEqual(alike(answers, "fail"));
    expect(answers.get("2026-07-28")?.structured).toMatchObject({ since: { compared_with: "2026-02-04T13:00:00-05:00" } });
  });

  test.each([
    ["healthy-night", "pass"],
    ["no-games", "not_applicable"],
  ] as const)("%s is answered alike, also where the date and the clock are the defaults", async (scenario, verdict) => {
    const answers = await askAll(overProcesses(["--scenario", scenario]), { tool: "validate_daily", input: {} });
    expect(heard(answers)).toEqual(alike(answers, verdict));
  });

  test("a clock that is not the scenario's own reaches every way", async () => {
    const answers = await askAll(overProcesses(["--scenario", "feb-03", "--clock", "2026-02-04 06:45"]), {
      tool: "validate_daily",
      input: {},
    });
    expect(heard(answers)).toEqual(alike(answers, "warn"));
  });

  test("where nothing is configured the answer is unknown, and alike", async () => {
    const answers = await askAll(overProcesses([]), { tool: "validate_daily", input: {} });
    expect(heard(answers)).toEqual(alike(answers, "unknown"));
  });
});

test("a refusal is worded alike, and has no structured content", async () => {
  const { scenario, stores } = night("feb-03");
  const answers = await askAll(inProcess(sessionOver(scenario, { stores })), { tool: "validate_daily", input: { depth: "quik" } });
  const message = 'No depth of validate_daily: "quik"; known: quick, standard, full. Did you mean "quick"?';
  for (const [way, { structured, text }] of answers) {
    expect({ way, structured, text }).toEqual({ way, structured: undefined, text: { error: { message } } });
  }
  expect(answers.get("the command line")?.by).toBe(64);
});

test("every field that may differ is one that reports have", async () => {
  const { scenario, stores } = night("feb-03");
  const answers = await askAll(inProcess(sessionOver(scenario, { stores })), { tool: "validate_daily", input: {} });
  for (const path of Object.keys(mayDiffer)) expect(answers.get("the command line")?.structured).toHaveProperty(path);
});

interface Heard {
  readonly by: Answer["by"];
  readonly report: unknown;
  /** What the text says beside the structured content. */
  readonly text: unknown;
}

function heard(answers: ReadonlyMap<Way, Answer>): Record<string, Heard> {
  const entries = [...answers].map(([way, { by, structured, text }]) => {
    return [way, { by, report: withoutWhatMayDiffer(structured), text: withoutWhatMayDiffer(text) }] as const;
  });
  return Object.fromEntries(entries);
}

/** What is heard if all say what the first one says, and that is the verdict. */
function alike(answers: ReadonlyMap<Way, Answer>, verdict: Report["verdict"]): Record<Way, Heard> {
  const said = reportSchema.parse([...answers.values()][0]?.structured);
  const report = withoutWhatMayDiffer({ ...said, verdict });
  const by = (name: Answer["by"]): Heard => ({ by: name, report, text: report });
  return {
    "2026-07-28": by("2026-07-28"),
    "2025-11-25": by("2025-11-25"),
    "the v1 client": by("2025-11-25"),
    "the command line": by(exitCode({ ...said, verdict })),
  };
}

function withoutWhatMayDiffer(report: unknown): unknown {
  const copy: unknown = structuredClone(report);
  for (const path of Object.keys(mayDiffer)) remove(copy, path.split("."));
  return copy;
}

function remove(value: unknown, [key = "", ...rest]: readonly string[]): void {
  if (typeof value !== "object" || value === null || !(key in value)) return;
  if (rest.length === 0) Reflect.deleteProperty(value, key);
  else remove(Reflect.get(value, key), rest);
}

interface Night {
  readonly scenario: Scenario;
  readonly stores: Stores;
}

const nights = new Map<string, Night>();

/** A shipped scenario, built once for all its clocks. */
function night(name: string): Night {
  const scenario = shippedScenario(name);
  const found = nights.get(name) ?? { scenario, stores: buildStores(scenario, nba) };
  nights.set(name, found);
  return found;
}
