import { LineCounter, isMap, isNode, isPair, isSeq, parseDocument } from "yaml";
import type { Document } from "yaml";
import { z } from "zod";
import { UserError, nearest, short } from "../errors.ts";

/** A hand-written file: its name as the caller knows it, and its text. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

const mostProblems = 8;
const mostBytes = 1_000_000;

/**
 * Reads YAML against a schema. Every scalar reaches the schema as text (`68137e07` is a commit, `0022500775` an id), so
 * each key converts its own. All problems are told at once, each with file, line, key and what would have been allowed.
 */
export function parseYamlFile<T>(file: SourceFile, schema: z.ZodType<T>): T {
  if (file.text.length > mostBytes) throw new UserError(`${file.name}: larger than ${mostBytes} characters; split it.`);
  const lines = new LineCounter();
  const document = parseDocument(file.text, { schema: "failsafe", lineCounter: lines, uniqueKeys: true });
  const broken = document.errors.map((error) => `${file.name}:${lines.linePos(error.pos[0]).line}: ${firstLine(error.message)}`);
  if (broken.length > 0) throw new UserError(listed(broken));

  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (parsed.success) return parsed.data;
  throw new UserError(
    listed(
      parsed.error.issues.map((issue) => {
        const { offset, path } = locate(document, issue.path, issue.code === "unrecognized_keys" ? issue.keys[0] : undefined);
        const where = path.length === 0 ? "" : ` ${path.join(".")}:`;
        return `${file.name}:${lines.linePos(offset).line}:${where} ${issue.message}`;
      }),
    ),
  );
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

/** One of a closed list of words. */
export function word<const W extends readonly string[]>(words: W): z.ZodType<W[number], unknown> {
  return scalar(`one of ${words.join(", ")}`, (value) => words.find((candidate) => candidate === value));
}

function describeKind(input: unknown): string {
  if (input === undefined) return "nothing (the key is missing)";
  if (Array.isArray(input)) return "a list";
  return input === null ? "nothing" : "a map";
}

/** Where a problem stands. Steps that the schema added (a plain value read as its only dated variant) are left out. */
function locate(document: Document, path: readonly PropertyKey[], key: string | undefined): { offset: number; path: string[] } {
  const steps: string[] = [];
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    const found = isMap(node)
      ? node.items.find((item) => String(item.key) === String(step))
      : isSeq(node)
        ? node.items[Number(step)]
        : undefined;
    if (found === undefined) {
      if (["dated", "0", "value"].includes(String(step))) continue;
      steps.push(String(step));
      break;
    }
    steps.push(String(step));
    offset = startOf(isPair(found) ? found.key : found) ?? offset;
    node = isPair(found) ? found.value : found;
  }
  const culprit = key !== undefined && isMap(node) ? node.items.find((item) => String(item.key) === key) : undefined;
  return { offset: startOf(culprit?.key) ?? offset, path: steps };
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
