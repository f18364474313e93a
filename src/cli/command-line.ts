import { CancelledError, UserError, unknownName } from "../errors.ts";
import { ownBug, usageError } from "../report/exit-code.ts";
import type { Command } from "./commands.ts";
import { commandsOf } from "./commands.ts";
import { commandHelp, overallHelp } from "./help.ts";
import type { Installation } from "./installation.ts";
import { commandIn, readArguments, readOperands } from "./options.ts";
import type { Terminal } from "./terminal.ts";
import { printable } from "./text.ts";

/** Runs one command. Answers go to standard output, every other word to standard error; resolves to the exit code. */
export async function commandLine(args: readonly string[], installation: Installation, terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, installation, terminal);
  } catch (error) {
    return explain(error, terminal);
  }
}

async function dispatch(args: readonly string[], installation: Installation, terminal: Terminal): Promise<number> {
  const commands = commandsOf(installation.tools);
  const everyOption = commands.flatMap(({ parameters, settings }) => [...parameters, ...settings]);
  const typed = commandIn(args, everyOption);
  if (typed === undefined) return withoutCommand(args, commands, installation, terminal);
  if (typed === "help") return help(args, commands, installation, terminal);

  const command = named(typed, commands);
  const { positionals, given } = readArguments(args, command.name, [...command.parameters, ...command.settings]);
  if (given["help"] !== undefined) return say(commandHelp(command, installation, terminal), terminal);
  return command.run(given, installation, terminal, readOperands(command.name, command.operands ?? [], positionals.slice(1)));
}

async function withoutCommand(
  args: readonly string[],
  commands: readonly Command[],
  installation: Installation,
  terminal: Terminal,
): Promise<number> {
  const { given } = readArguments(args, "postgame", [{ name: "version", kind: "switch", describes: "Say which version this is." }]);
  if (given["version"] !== undefined) return say(`${installation.version}\n`, terminal);
  const text = overallHelp(commands, installation, terminal);
  if (given["help"] !== undefined) return say(text, terminal);
  await terminal.err(text);
  return usageError;
}

function help(args: readonly string[], commands: readonly Command[], installation: Installation, terminal: Terminal): Promise<number> {
  const [, topic] = readArguments(args, "help", []).positionals;
  if (topic === undefined || topic === "help") return say(overallHelp(commands, installation, terminal), terminal);
  return say(commandHelp(named(topic, commands), installation, terminal), terminal);
}

function named(typed: string, commands: readonly Command[]): Command {
  const found = commands.find(({ name }) => name === typed.replaceAll("-", "_"));
  if (found !== undefined) return found;
  throw new UserError(unknownName("command", typed, [...commands.map(({ name }) => name), "help"]));
}

async function say(text: string, terminal: Terminal): Promise<number> {
  await terminal.out(text);
  return 0;
}

async function explain(error: unknown, terminal: Terminal): Promise<number> {
  if (error instanceof CancelledError || terminal.interrupted.aborted) return terminal.interrupted.reason === "SIGTERM" ? 143 : 130;
  if (error instanceof UserError) {
    // Several problems of one file come as lines of their own.
    await terminal.err(`${error.message.split("\n").map(printable).join("\n")}\n`);
    return usageError;
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  await terminal.err(`Internal error, a bug of Postgame's:\n${told.split("\n").map(printable).join("\n")}\n`);
  return ownBug;
}
