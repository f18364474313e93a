import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { commandsOf } from "../../src/cli/commands.ts";
import { inputFrom, parameterOptions, readArguments, settingOptions, typedCall } from "../../src/cli/options.ts";
import { memoryState } from "../../src/adapters/state/memory.ts";
import { watchesIn } from "../../src/history/watches.ts";
import type { Tool } from "../../src/tool.ts";
import { catalogue } from "../../tools/index.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";

/** What the command line makes of words typed behind a tool's name. */
function read(tool: Tool, words: readonly string[]): Record<string, unknown> {
  const parameters = parameterOptions(tool);
  const { given } = readArguments(words, tool.name, [...parameters, ...settingOptions("scenario", "clock")]);
  return inputFrom(parameters, given);
}

describe("a call as it is typed", () => {
  test.each(catalogue.map((tool) => [tool.name, tool] as const))(
    "the example in the help of %s can be asked as it stands",
    async (name, tool) => {
      const { example = "" } = commandsOf([tool]).find((command) => command.name === name) ?? {};
      const [typed, ...words] = wordsOf(example);
      expect(typed).toBe(name);
      const session = { ...sessionOver(shippedScenario("feb-03")), watches: watchesIn(memoryState()) };
      const context = { session, signal: new AbortController().signal, progress: () => {} };
      await expect(tool.callFromTerminal(read(tool, words), context)).resolves.toMatchObject({ tool: name });
    },
  );

  test.each([
    ["find_duplicates", { tables: ["nba_analytics.player_game_summary", "nba_raw.nbac_team_boxscore"], whole: false }],
    ["read_logs", { unit: "it's a unit; rm -rf ~", since: "2026-02-04 10:00", min_severity: "ERROR", view: "entries" }],
    ["reconcile_phase3", { days: 7, detail: "detailed" }],
  ])("%s with any input means the same when it is read again", (name, input) => {
    const tool = catalogue.find((each) => each.name === name);
    if (tool === undefined) throw new Error(`No tool ${name}.`);
    const typed = typedCall(name, input, { scenario: "feb-03", clock: "2026-02-04 18:00", json: true });
    const [first, ...words] = wordsOf(typed);
    expect(first).toBe(name);
    expect(words.slice(0, 4)).toEqual(["--scenario", "feb-03", "--clock", "2026-02-04 18:00"]);
    expect(words).not.toContain("--json");
    expect(read(tool, words)).toEqual(input);
  });
});

/** As a shell splits it. */
function wordsOf(typed: string): string[] {
  return execFileSync("sh", ["-c", `printf '%s\\0' ${typed}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);
}
