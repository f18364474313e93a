import { z } from "zod";
import { UserError, short, unknownName } from "./errors.ts";
import type { Report } from "./report/schema.ts";
import type { Session } from "./session.ts";

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly message: string;
}

export interface ToolContext {
  /** Undefined: nothing is configured, so nobody could look. */
  readonly session: Session | undefined;
  /** Aborted when the caller cancels. */
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

/** What a tool does: reads, notes something in Postgame's own state, or writes to what is watched. Hosts decide by it whether to ask a person. */
export type Effect = "reads" | "notes" | "writes";

/** How much an answer holds: the parameter of every tool that looks into one thing. */
export const detailInput = z.enum(["concise", "detailed"]).default("concise").describe("detailed: more of everything.");

interface Face<S extends z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  /** verb_noun; the command line writes it the same. */
  readonly name: string;
  readonly title: string;
  /** What it answers, when to use it and when not, the shape of the answer. */
  readonly description: string;
  /** Strict: a misspelt parameter must not be ignored. Each parameter is described with its unit or an example. */
  readonly input: S;
  /** Parameters that only a person at a terminal has, all of them optional: no host is shown them, and none may give them. */
  readonly commandLine?: O;
  readonly effect: Effect;
  /** Input of a call about the shipped scenario feb-03 that shows what it is for; where absent, the first parameter described with "e.g." does. */
  readonly example?: Readonly<Record<string, string>>;
}

interface Definition<S extends z.ZodObject, O extends z.ZodObject> extends Face<S, O> {
  /** Throws `UserError` for input that parses but can't be meant, `CancelledError` when cancelled; else answers. */
  readonly run: (input: z.output<S> & z.output<O>, context: ToolContext) => Promise<Report>;
}

export interface Tool extends Face<z.ZodObject> {
  /** Parses raw input and runs. Throws `UserError` naming the parameter, the value and what is allowed. */
  call(raw: unknown, context: ToolContext): Promise<Report>;
  /** The same from a terminal, which has parameters of its own. */
  callFromTerminal(raw: Readonly<Record<string, unknown>>, context: ToolContext): Promise<Report>;
}

export function defineTool<S extends z.ZodObject, O extends z.ZodObject = z.ZodObject>(definition: Definition<S, O>): Tool {
  const { run, ...face } = definition;
  const { name, input, commandLine } = face;
  return {
    ...face,
    call: async (raw, context) => run(parseInput(name, input, raw) as z.output<S> & z.output<O>, context), // the terminal's own are optional
    async callFromTerminal(raw, context) {
      const isOwn = ([parameter]: readonly [string, unknown]): boolean =>
        commandLine !== undefined && Object.hasOwn(commandLine.shape, parameter);
      const given = Object.entries(raw);
      const shared = parseInput(name, input, Object.fromEntries(given.filter((each) => !isOwn(each))));
      const own = commandLine === undefined ? {} : parseInput(name, commandLine, Object.fromEntries(given.filter(isOwn)));
      return run({ ...shared, ...own } as z.output<S> & z.output<O>, context); // parsed by both schemas
    },
  };
}

function parseInput<S extends z.ZodObject>(tool: string, schema: S, raw: unknown): z.output<S> {
  const parsed = schema.safeParse(raw ?? {});
  if (parsed.success) return parsed.data;
  throw new UserError(parsed.error.issues.map((issue) => inWords(tool, schema, issue, raw)).join(" "));
}

function inWords(tool: string, schema: z.ZodObject, issue: z.core.$ZodIssue, raw: unknown): string {
  const known = Object.keys(schema.shape);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownName(`parameter of ${tool}`, key, known)).join(" ");
  const parameter = String(issue.path[0] ?? "");
  const given: unknown = parameter === "" ? raw : Object.entries(Object(raw)).find(([key]) => key === parameter)?.[1];
  const value = short(typeof given === "string" ? given : (JSON.stringify(given) ?? "nothing"));
  if (given === undefined && parameter !== "") return `${tool} needs ${parameter}: ${describedIn(schema, parameter)}`;
  if (issue.code === "invalid_value") return unknownName(`${parameter} of ${tool}:`, value, issue.values.map(String));
  return parameter === ""
    ? `${tool} takes an object of parameters, not ${value}.`
    : `${parameter} of ${tool}: ${value} is not allowed (${issue.message}).`;
}

function describedIn({ shape }: z.ZodObject, parameter: string): string {
  const found: unknown = shape[parameter];
  return (found instanceof z.ZodType ? found.description : undefined) ?? "it has no default.";
}
