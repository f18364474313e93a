import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { catalogue } from "../tools/index.ts";
import { commandLine } from "./cli/command-line.ts";
import type { ShippedScenario } from "./cli/installation.ts";
import { processTerminal } from "./cli/terminal.ts";
import type { Config } from "./config.ts";
import { UserError } from "./errors.ts";
import type { Session } from "./session.ts";
import { openMemory } from "./sessions/memory.ts";
import { openSession } from "./sessions/open.ts";
import type { Connection, Outside } from "./sessions/outside.ts";
import { packageRoot, shippedNames } from "./shipped-files.ts";

/** Runs the command line; resolves to the exit code. */
export async function main(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { terminal = processTerminal(), google = {} }: Outside = {},
): Promise<number> {
  const bin = fileURLToPath(new URL("bin/postgame.mjs", packageRoot));
  return commandLine(
    args,
    {
      version: version(),
      invocation: `node ${quoted(shorter(relative(process.cwd(), bin), bin))}`,
      invocationAnywhere: `node ${quoted(bin)}`,
      tools: catalogue,
      env,
      open: (config) => openSession(config, google),
      serve: (config) => serveOnStdio(config, google),
      scenarios,
      pipeline: async ({ pipeline }) => (await import("./pipeline-files.ts")).openPipeline(pipeline.value),
      wall: () => new Date(),
      history: async ({ state }) => (await openMemory(state.value)).history,
    },
    terminal,
  );
}

async function scenarios(): Promise<readonly ShippedScenario[]> {
  const [names, { loadNight }] = await Promise.all([shippedNames("scenario"), import("./sessions/scenario.ts")]);
  return Promise.all(
    names.map(async (name) => {
      const { scenario } = await loadNight(name, "nba");
      return { name, date: scenario.night.date, about: scenario.about };
    }),
  );
}

async function serveOnStdio(config: Config, google: Connection): Promise<void> {
  const { serve } = await import("./mcp/stdio.ts");
  const session = (): Promise<Session | undefined> => openSession(config, google);
  // Said without waiting for a call, but only once the start-up rush is over.
  setTimeout(
    () => void session().catch((error) => console.error("postgame:", error instanceof UserError ? error.message : error)),
    1000,
  ).unref();
  const skillsFolder = fileURLToPath(new URL("skills", packageRoot));
  await serve({ version: version(), tools: catalogue, session, skillsFolder, onBug: (error) => console.error("postgame:", error) });
}

function version(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(new URL("package.json", packageRoot), "utf8"))).version;
}

function shorter(one: string, other: string): string {
  return one.length < other.length ? one : other;
}

/** As a shell wants it. */
function quoted(path: string): string {
  return /^[\w./@:\\-]+$/u.test(path) ? path : `"${path}"`;
}
