import type { Command } from "./commands.ts";
import type { Installation } from "./installation.ts";
import type { Option } from "./options.ts";
import { flag } from "./options.ts";
import type { Terminal } from "./terminal.ts";
import { table, wrap } from "./text.ts";

const exitCodes =
  "Exit codes: 0 healthy, or no games expected; 1 warning; 2 failure; 3 unknown, nothing due yet, or all switched off; 64 wrong usage; 70 a bug of ours.";

export function overallHelp(commands: readonly Command[], installation: Installation, { width }: Terminal): string {
  const rows = [...commands, { name: "help", title: "Say how a command is used: help COMMAND" }].map(
    ({ name, title }) => [name, title] as const,
  );
  return `Postgame ${installation.version}: is last night's data pipeline run really healthy, and if not, why not?

Usage: postgame COMMAND [options]

${table(rows, width)}

Try it: ${installation.invocation} demo
Every option of a command: ${installation.invocation} help ${commands[0]?.name ?? "demo"}

${wrap(exitCodes, width)}
`;
}

export function commandHelp(command: Command, installation: Installation, { width }: Terminal): string {
  const sections = [
    `Usage: ${["postgame", command.name, ...(command.operands ?? [])].join(" ")}${command.parameters.length + command.settings.length > 0 ? " [options]" : ""}`,
    command.description
      .trim()
      .split("\n")
      .map((line) => wrap(line, width))
      .join("\n"),
    ...section("Parameters", command.parameters, width),
    ...section("Options", command.settings, width),
    `Example: ${installation.invocation} ${command.example}`,
    ...(command.parameters.length > 0 ? [wrap(exitCodes, width)] : []),
  ];
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`;
}

function section(title: string, options: readonly Option[], width: number): string[] {
  return options.length === 0 ? [] : [`${title}\n${table(options.map(describe), width)}`];
}

function describe(option: Option): readonly [string, string] {
  const words = [option.describes, ...(option.default === undefined ? [] : [`Default: ${option.default}.`])];
  const name = option.kind === "switch" && option.default === "true" ? `--[no-]${option.name}` : flag(option);
  return [[name, option.takes ?? ""].join(" ").trim(), words.join(" ")];
}
