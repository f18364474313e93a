import { parseArgs } from "node:util";
import { z } from "zod";
import type { SettingName } from "../config.ts";
import { settings } from "../config.ts";
import { UserError, short, unknownName } from "../errors.ts";
import { shellWord } from "../shell.ts";
import type { Tool } from "../tool.ts";

/** One `--option` of a command. */
export interface Option {
  readonly name: string;
  readonly kind: "text" | "integer" | "number" | "switch" | "list";
  /** What the value looks like, e.g. `DATE` or `quick|standard|full`; a switch takes none. */
  readonly takes?: string;
  readonly describes: string;
  readonly default?: string;
  /** May be given more than once; its values are one list. */
  readonly repeatable?: true;
}

export type Given = Readonly<Record<string, string | true>>;

const help: Option = { name: "help", kind: "switch", describes: "Say how this command is used." };

/** A tool's parameter as its JSON schema tells it: the part that an option needs. Another type must be thought about first. */
const parameterSchema = z.looseObject({
  type: z.enum(["string", "boolean", "integer", "number", "array"]),
  enum: z.array(z.string()).optional(),
  default: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).optional(),
  description: z.string().default(""),
});
const inputSchema = z.looseObject({ properties: z.record(z.string(), parameterSchema).default({}) });
const kinds = { string: "text", boolean: "switch", integer: "integer", number: "number", array: "list" } as const;
const placeholders = { text: "TEXT", integer: "N", number: "N", list: "A,B,..." } as const;

/** A tool's parameters as options, in the schema's order, `-` for `_`; last those that only a terminal has. */
export function parameterOptions({ input, commandLine }: Tool): readonly Option[] {
  return [...optionsOf(input), ...(commandLine === undefined ? [] : optionsOf(commandLine))];
}

function optionsOf(input: z.ZodObject): readonly Option[] {
  const { properties } = inputSchema.parse(z.toJSONSchema(input, { io: "input" }));
  return Object.entries(properties).map(([parameter, schema]) => {
    const kind = kinds[schema.type];
    return {
      name: parameter.replaceAll("_", "-"),
      kind,
      ...(kind !== "switch" && { takes: schema.enum?.join("|") ?? placeholders[kind] }),
      describes: schema.description,
      ...(schema.default !== undefined && { default: schema.default.toString() }),
    };
  });
}

export function settingOptions(...names: readonly SettingName[]): readonly Option[] {
  return names.map((name) => {
    const { takes, describes } = settings[name];
    return { name, describes, ...(takes === undefined ? { kind: "switch" } : { kind: "text", takes }) };
  });
}

export interface Arguments {
  readonly positionals: readonly string[];
  readonly given: Given;
}

/**
 * Words after the command's name: those it takes, of which words in small letters stand for themselves. Answers the others.
 * Throws `UserError` for what is missing, misspelt or too much.
 */
export function readOperands(command: string, taken: readonly string[], typed: readonly string[]): readonly string[] {
  const usage = ["postgame", command, ...taken].join(" ");
  const extra = typed[taken.length];
  if (extra !== undefined) {
    const what = taken.length === 0 ? `${command} takes options only` : `It is ${usage}, and then options`;
    throw new UserError(`${what}, not "${short(extra)}"; see help ${command}.`);
  }
  return taken.flatMap((word, index) => {
    const given = typed[index];
    if (given === undefined) throw new UserError(`${word} is missing: ${usage}; see help ${command}.`);
    const isOwn = word !== word.toLowerCase();
    if (!isOwn && given !== word) throw new UserError(`${unknownName(`verb of ${command}`, given, [word])} It is ${usage}.`);
    return isOwn ? [given] : [];
  });
}

/** Reads a command's arguments. Throws `UserError` for an unknown, doubled or unfinished option. */
export function readArguments(args: readonly string[], command: string, own: readonly Option[]): Arguments {
  const options = [...own, help];
  const positionals: string[] = [];
  const given: Record<string, string | true> = {};
  for (const token of tokensOf(args, options)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = options.find(({ name }) => name === token.name);
    if (option === undefined) throw new UserError(unknownName(`option of ${command}`, token.rawName, options.map(flag)));
    const before = given[option.name];
    if (before !== undefined && option.repeatable !== true) throw new UserError(`${flag(option)} is given twice.`);
    const value = valueOf(option, token);
    given[option.name] = before === undefined ? value : `${before},${value}`;
  }
  return { positionals, given };
}

/** The first word that is neither an option nor an option's value. */
export function commandIn(args: readonly string[], options: readonly Option[]): string | undefined {
  return tokensOf(args, options).find((token) => token.kind === "positional")?.value;
}

/** The tool's raw input from what was given on the command line. */
export function inputFrom(options: readonly Option[], given: Given): Record<string, unknown> {
  const named = options.flatMap((option) => {
    const value = given[option.name];
    return value === undefined ? [] : [[option.name.replaceAll("-", "_"), converted(option, value)] as const];
  });
  return Object.fromEntries(named);
}

/** Settings that say whom to ask, and so hold for the next question too. */
const lasting: readonly SettingName[] = ["scenario", "project", "clock", "pipeline", "repo", "location", "database", "state"];

/** A tool's call as a person types it behind our name, after a call with these settings. */
export function typedCall(tool: string, input: Readonly<Record<string, unknown>>, given: Given = {}): string {
  const settled = lasting.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]] as const]));
  const words = [...settled, ...Object.entries(input)].flatMap(([name, value]) => {
    const option = name.replaceAll("_", "-");
    if (typeof value === "boolean") return [value ? `--${option}` : `--no-${option}`];
    return [`--${option}`, shellWord(Array.isArray(value) ? value.join(",") : String(value))];
  });
  return [tool, ...words].join(" ");
}

function tokensOf(args: readonly string[], options: readonly Option[]): ReturnType<typeof parse>["tokens"] {
  return parse(args, options).tokens;
}

/** Not strict: its refusals are ours to word. `--game_date` is read as `--game-date`. */
function parse(args: readonly string[], options: readonly Option[]) {
  const end = args.indexOf("--");
  return parseArgs({
    args: args.map((arg, index) => (end !== -1 && index > end ? arg : arg.replace(/^--[a-z][\w-]*/u, (name) => name.replaceAll("_", "-")))),
    options: Object.fromEntries(
      options.map(({ name, kind }) => [
        name,
        { type: kind === "switch" ? "boolean" : "string", ...(name === "help" && { short: "h" }) } as const,
      ]),
    ),
    strict: false,
    allowPositionals: true,
    allowNegative: true,
    tokens: true,
  });
}

function valueOf(
  option: Option,
  token: { readonly value?: string | undefined; readonly inlineValue?: boolean | undefined; readonly rawName: string },
): string | true {
  if (option.kind === "switch") {
    if (token.rawName.startsWith("--no-")) return "false";
    if (token.value === undefined) return true;
    if (token.value === "true" || token.value === "false") return token.value;
    throw new UserError(`${flag(option)} is a switch and takes no value, not "${short(token.value)}".`);
  }
  const looksLikeOption = token.inlineValue === false && /^-(?!\d)/u.test(token.value ?? "");
  if (token.value === undefined || token.value === "" || looksLikeOption) {
    throw new UserError(`${flag(option)} needs a value: ${flag(option)} ${option.takes ?? ""}`.trimEnd() + ".");
  }
  return token.value;
}

function converted(option: Option, value: string | true): unknown {
  switch (option.kind) {
    case "switch":
      return value !== "false";
    case "list":
      return String(value)
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "");
    case "integer":
    case "number": {
      const form = option.kind === "integer" ? /^-?\d{1,15}$/u : /^-?\d{1,15}(?:\.\d+)?$/u;
      if (form.test(String(value))) return Number(value);
      throw new UserError(`${flag(option)}: "${short(String(value))}" is not a ${option.kind === "integer" ? "whole " : ""}number.`);
    }
    case "text":
      return value;
  }
}

export function flag({ name }: Option): string {
  return `--${name}`;
}
