import { existsSync, readFileSync } from "node:fs";
import { parse as parseToml } from "smol-toml";
import { z } from "zod";
import type { Command } from "../../src/cli/commands.ts";
import { commandsOf } from "../../src/cli/commands.ts";
import { inputFrom, readArguments, readOperands } from "../../src/cli/options.ts";
import { settings } from "../../src/config.ts";
import { parseInstant } from "../../src/pipeline/dates.ts";
import { reportSchema } from "../../src/report/schema.ts";
import { catalogue } from "../../tools/index.ts";
import { nba } from "../support/pipeline.ts";
import { shippedScenarios } from "../support/scenarios.ts";
import type { Block } from "./blocks.ts";
import { commandsIn, exchangesIn } from "./blocks.ts";

const root = new URL("../../", import.meta.url);
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL("package.json", root), "utf8")));

/** How documents and hosts name the folder of this checkout. */
const checkouts = ["/path/to/postgame/", "${workspaceFolder}/", "${CLAUDE_PROJECT_DIR:-.}/", "./", ""];
const program = "bin/postgame.mjs";

/** Throws where a block says something that is not so; a language that nobody checks is refused, not skipped. */
export function checkBlock({ language, text }: Block): void {
  switch (language) {
    case "console":
      return exchangesIn(text).forEach(({ typed }) => commandsIn(typed).forEach(checkCommand));
    case "sh":
      return commandsIn(text).forEach(checkCommand);
    case "json":
      return checkJson(JSON.parse(text));
    case "toml":
      return checkServers(z.strictObject({ mcp_servers: servers }).parse(parseToml(text)).mcp_servers);
    default:
      throw new Error(`Nobody checks blocks of "${language}"; write console, sh, json or toml.`);
  }
}

/** The arguments of ours that a command of a document comes down to; undefined where it starts another program. Throws where it can't be typed. */
export function ourArguments(words: readonly string[]): readonly string[] | undefined {
  const [first = "", ...rest] = withoutVariables(words);
  switch (first) {
    case "postgame":
      return rest;
    case "node":
      return argumentsAfterProgram(rest);
    case "npm":
      return throughNpm(rest);
    case "claude":
    case "codex": {
      const end = rest.indexOf("--");
      if (rest[0] !== "mcp" || rest[1] !== "add" || end === -1) throw new Error(`Only "${first} mcp add NAME -- COMMAND" is checked.`);
      for (const word of rest.slice(0, end)) if (word.includes("=")) checkVariable(word.replace(/=.*$/u, ""));
      checkServing(ourArguments(rest.slice(end + 1)));
      return undefined;
    }
    case "git":
    case "cd":
      return undefined;
    default:
      throw new Error(`Nobody checks what "${first}" does.`);
  }
}

function checkCommand(words: readonly string[]): void {
  const ours = ourArguments(words);
  if (ours !== undefined) checkArguments(ours);
}

function withoutVariables(words: readonly string[]): readonly string[] {
  const begin = words.findIndex((word) => !/^\w+=/u.test(word));
  for (const assignment of words.slice(0, Math.max(0, begin))) checkVariable(assignment.replace(/=.*$/u, ""));
  return begin === -1 ? [] : words.slice(begin);
}

function throughNpm(rest: readonly string[]): readonly string[] | undefined {
  const [verb = "", ...more] = rest.filter((word) => !["-s", "--silent"].includes(word));
  if (verb === "ci") return undefined;
  if (verb !== "run") throw new Error(`Nobody checks "npm ${verb}".`);
  const [name = "", separator, ...args] = more;
  const script = scripts[name];
  if (script === undefined) throw new Error(`package.json has no script "${name}".`);
  if (separator !== undefined && separator !== "--") throw new Error(`npm keeps "${separator}" for itself; write -- before it.`);
  const [first = "", ...own] = script.split(" ");
  return first === "node" && own[0] === program ? [...own.slice(1), ...args] : undefined;
}

function argumentsAfterProgram([path = "", ...args]: readonly string[]): readonly string[] {
  const known = checkouts.some((checkout) => path === `${checkout}${program}`);
  if (!known || !existsSync(new URL(program, root))) throw new Error(`${path} is not the program of this checkout, ${program}.`);
  return args;
}

/** Throws unless this can be typed: the command, its options, and values that need no backend to be understood. */
function checkArguments(args: readonly string[]): void {
  const commands = commandsOf(catalogue);
  const [name = "", topic] = args;
  if (name === "--version" || name === "--help") return;
  if (name === "help") return void (topic === undefined || commandNamed(topic, commands));
  const command = commandNamed(name, commands);
  const { positionals, given } = readArguments(args, command.name, [...command.parameters, ...command.settings]);
  readOperands(command.name, command.operands ?? [], positionals.slice(1));
  const { scenario, clock } = given;
  if (typeof scenario === "string") checkScenario(scenario);
  if (typeof clock === "string" && parseInstant(clock, nba.zone) === undefined) throw new Error(`--clock: "${clock}" is no moment.`);
  catalogue.find((tool) => tool.name === command.name)?.input.parse(inputFrom(command.parameters, given));
}

function commandNamed(name: string, commands: readonly Command[]): Command {
  const found = commands.find((command) => command.name === name.replaceAll("-", "_"));
  if (found === undefined) throw new Error(`There is no command "${name}".`);
  return found;
}

function checkScenario(name: string): void {
  if (!/[/\\]/u.test(name) && !shippedScenarios.includes(name)) throw new Error(`There is no scenario "${name}".`);
}

/** What Claude Code, Cursor and Codex call `mcpServers`, and VS Code `servers`. */
const servers = z.record(
  z.string(),
  z.strictObject({
    type: z.literal("stdio").optional(),
    command: z.literal("node"),
    args: z.array(z.string()),
    env: z.record(z.string(), z.string()).optional(),
  }),
);
const hostConfiguration = z.union([z.strictObject({ mcpServers: servers }), z.strictObject({ servers })]);

/** A host's configuration, or a report. */
export function checkJson(value: unknown): void {
  if (reportSchema.safeParse(value).success) return;
  const configuration = hostConfiguration.parse(value);
  checkServers("servers" in configuration ? configuration.servers : configuration.mcpServers);
}

function checkServers(all: z.output<typeof servers>): void {
  if (Object.keys(all).length === 0) throw new Error("No server is configured.");
  for (const { args, env = {} } of Object.values(all)) {
    checkServing(argumentsAfterProgram(args));
    Object.entries(env).forEach(([name, value]) => {
      checkVariable(name);
      if (name === "POSTGAME_SCENARIO") checkScenario(value);
    });
  }
}

function checkServing(args: readonly string[] | undefined): void {
  if (args?.[0] !== "serve") throw new Error("A host must start the server: serve.");
  checkArguments(args);
}

function checkVariable(name: string): void {
  const known = Object.keys(settings).map((setting) => `POSTGAME_${setting.toUpperCase()}`);
  if (!known.includes(name)) throw new Error(`No variable ${name}; known: ${known.join(", ")}.`);
}
