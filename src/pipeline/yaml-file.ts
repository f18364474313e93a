import { LineCounter, isAlias, isMap, isNode, isPair, isSeq, parseDocument } from "yaml";
import type { Document } from "yaml";
import { z } from "zod";
import { UserError, nearest, short } from "../errors.ts";

/** A hand-written file: its name as the caller knows it, and its text. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
  /** Where it lies, for the files that it names; absent for a text that lies nowhere. */
  readonly path?: string;
}

/** A file as YAML, before anything is known of what it means. */
export interface YamlFile {
  readonly name: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** A file, then those it is laid over: what the first one says stands before what the next one says. */
export type Layers = readonly [YamlFile, ...YamlFile[]];

/** Something wrong at a place, as a path of keys and positions. */
export interface Problem {
  readonly message: string;
  readonly path: readonly PropertyKey[];
}

const mostProblems = 8;
const mostBytes = 1_000_000;

/**
 * Reads YAML against a schema. Every scalar reaches the schema as text (`68137e07` is a commit, `0022500775` an id), so
 * each key converts its own. All problems are told at once, each with file, line, key and what would have been allowed.
 */
export function parseYamlFile<T>(file: SourceFile, schema: z.ZodType<T>): T {
  const read = readYaml(file);
  return parseYaml([read], plainValue(read), schema);
}

/** Refuses what is no YAML. */
export function readYaml(file: SourceFile): YamlFile {
  if (file.text.length > mostBytes) throw new UserError(`${file.name}: larger than ${mostBytes} characters; split it.`);
  const lines = new LineCounter();
  const document = parseDocument(file.text, { schema: "failsafe", lineCounter: lines, uniqueKeys: true });
  const broken = document.errors.map((error) => `${file.name}:${lines.linePos(error.pos[0]).line}: ${firstLine(error.message)}`);
  if (broken.length > 0) throw new UserError(listed(broken));
  return { name: file.name, document, lines };
}

/** What the file says, every scalar as text. */
export function plainValue({ document }: YamlFile): unknown {
  return document.toJS({ maxAliasCount: 100 });
}

/** Reads against a schema what the layers say together; a problem is told where it stands in them. */
export function parseYaml<T>(layers: Layers, value: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => told(layers, issue, issue.code === "unrecognized_keys" ? issue.keys[0] : undefined));
  throw new UserError(listed([...new Set(problems)]));
}

/** Throws if there is any problem; all of them are told at once. */
export function refuse(layers: Layers, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new UserError(listed(problems.map((problem) => told(layers, problem))));
}

/** `mine.yaml:12: checks.0.id: …` */
export function told(layers: Layers, { message, path }: Problem, key?: string): string {
  const { file, offset, steps } = locate(layers, path, key);
  const where = steps.length === 0 ? "" : ` ${steps.map(short).join(".")}:`;
  return `${file.name}:${file.lines.linePos(offset).line}:${where} ${message}`;
}

/** A map with exactly these keys; an unknown one is refused with the known ones and the nearest. */
export function record<S extends z.core.$ZodLooseShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === "invalid_type") return `expected a map with the keys ${known.join(", ")}`;
      if (issue.code !== "unrecognized_keys") return undefined;
      const unknown = (issue.keys ?? []).map((key) => {
        const near = nearest(key, known);
        return near === undefined ? `"${short(key)}"` : `"${short(key)}" (did you mean "${near}"?)`;
      });
      return `unknown key ${unknown.join(", ")}; known keys: ${known.join(", ")}`;
    },
  });
}

/** A map whose keys are names of one form; a key of another one is refused like a value would be. */
export function keyed<V extends z.ZodType>(key: z.ZodType<string, unknown>, value: V): z.ZodRecord<z.ZodType<string, unknown>, V> {
  return z.record(key, value, { error: (issue) => (issue.code === "invalid_key" ? issue.issues?.[0]?.message : undefined) });
}

/** A scalar converted from its text; `expected` finishes the sentence "expected …, got …". */
export function scalar<T>(expected: string, convert: (text: string) => T | undefined): z.ZodType<T, unknown> {
  return z.unknown().transform((input, context) => {
    const converted = typeof input === "string" ? convert(input) : undefined;
    if (converted !== undefined) return converted;
    const got = typeof input === "string" ? `"${short(input)}"` : describeKind(input);
    context.addIssue({ code: "custom", message: `expected ${expected}, got ${got}` });
    return z.NEVER;
  });
}

export const text = scalar("text", (value) => (value.trim() === "" ? undefined : value));
export const integer = scalar("a whole number", (value) => (/^-?\d{1,12}$/u.test(value) ? Number(value) : undefined));
export const number = scalar("a number", (value) => (/^-?\d+(?:\.\d+)?$/u.test(value) ? Number(value) : undefined));
export const flag = scalar("true or false", (value) => (value === "true" ? true : value === "false" ? false : undefined));

/**
 * Reads by a schema that depends on what is to be read; its problems keep their places. Nothing may be transformed after it:
 * zod goes on after an unknown key, and then there is no value.
 */
export function either<T>(choose: (input: unknown) => z.ZodType<T, unknown>): z.ZodType<T, unknown> {
  return z.unknown().transform((input, context) => {
    const read = choose(input).safeParse(input);
    if (read.success) return read.data;
    for (const issue of read.error.issues) context.issues.push({ ...issue, input } as (typeof context.issues)[number]); // the same issue, one level up
    return z.NEVER;
  });
}

/** One of a closed list of words. */
export function word<const W extends readonly string[]>(words: W): z.ZodType<W[number], unknown> {
  return scalar(`one of ${words.join(", ")}`, (value) => words.find((candidate) => candidate === value));
}

function describeKind(input: unknown): string {
  if (input === undefined) return "nothing (the key is missing)";
  if (Array.isArray(input)) return "a list";
  return input === null ? "nothing" : "a map";
}

interface Candidate {
  readonly file: YamlFile;
  readonly node: unknown;
  readonly offset: number;
}

/**
 * Where a problem stands: in the first layer that says anything there. Steps that the schema added (a plain value read as
 * its only dated variant) are left out.
 */
function locate(
  layers: Layers,
  path: readonly PropertyKey[],
  key: string | undefined,
): { file: YamlFile; offset: number; steps: readonly string[] } {
  const steps: string[] = [];
  let candidates = speaking(layers.map((file) => ({ file, node: file.document.contents, offset: 0 })));
  for (const step of path.map(String)) {
    const found = candidates.flatMap((candidate) => childOf(candidate, step) ?? []);
    if (found.length === 0 && ["dated", "0", "value"].includes(step)) continue;
    steps.push(step);
    if (found.length === 0) break;
    candidates = speaking(found);
  }
  const culprits = key === undefined ? [] : candidates.flatMap((candidate) => childOf(candidate, key) ?? []);
  const [at] = [...culprits, ...candidates];
  return { file: at?.file ?? layers[0], offset: at?.offset ?? 0, steps };
}

/** A layer that says something else than a map there says all of it; those below are not heard. */
function speaking(candidates: readonly Candidate[]): readonly Candidate[] {
  const last = candidates.findIndex(({ node }) => !isMap(node) || node.has("dated"));
  return last === -1 ? candidates : candidates.slice(0, Math.max(last, 1));
}

function childOf({ file, node }: Candidate, step: string): Candidate | undefined {
  const child = isMap(node) ? node.items.find((item) => String(item.key) === step) : isSeq(node) ? node.items[Number(step)] : undefined;
  if (child === undefined) return undefined;
  const value = isPair(child) ? child.value : child;
  return {
    file,
    node: isAlias(value) ? value.resolve(file.document) : value,
    offset: startOf(isPair(child) ? child.key : child) ?? 0,
  };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function listed(problems: readonly string[]): string {
  const cut = problems.length - mostProblems;
  const shown = problems.slice(0, mostProblems).join("\n");
  return cut > 0 ? `${shown}\n${cut} more of ${problems.length} problems.` : shown;
}

function firstLine(message: string): string {
  return message.split("\n")[0] ?? message;
}
