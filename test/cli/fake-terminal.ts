import { memoryState } from "../../src/adapters/state/memory.ts";
import type { Installation } from "../../src/cli/installation.ts";
import { commandLine } from "../../src/cli/command-line.ts";
import { historyIn } from "../../src/history/history.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { plain } from "../../src/cli/text.ts";
import { fakeSession, fakeTool } from "../mcp/fake-tools.ts";
import { nba } from "../support/pipeline.ts";

function fakeInstallation(overrides: Partial<Installation> = {}): Installation {
  return {
    version: "1.2.3",
    invocation: "node bin/postgame.mjs",
    invocationAnywhere: "node /opt/postgame/bin/postgame.mjs",
    tools: [fakeTool()],
    env: {},
    open: async () => fakeSession,
    serve: async () => {},
    scenarios: async () => [{ name: "feb-03", date: "2026-02-03", about: "Ten games." }],
    history: async () => historyIn(memoryState()),
    pipeline: async () => nba,
    wall: () => new Date("2026-02-04T23:00:00Z"),
    ...overrides,
  };
}

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process, over a fake tool unless told otherwise. */
export async function postgame(
  args: readonly string[],
  overrides: Partial<Installation> = {},
  terminal: Partial<Terminal> = {},
): Promise<Said> {
  const said = { out: "", err: "" };
  const code = await commandLine(args, fakeInstallation(overrides), {
    out: async (text) => void (said.out += text),
    err: async (text) => void (said.err += text),
    width: 80,
    paint: plain,
    interrupted: new AbortController().signal,
    ...terminal,
  });
  return { code, ...said };
}
