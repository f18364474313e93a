import { z } from "zod";
import type { Exchange } from "./tap.ts";

export const captureFormat = "postgame-capture/1";

/** What one question of a port came to: the exchanges behind it, and the answer's form. */
export interface Asked {
  readonly port: string;
  readonly method: string;
  /** As it was asked, names replaced. */
  readonly ask: readonly unknown[];
  readonly exchanges: readonly Exchange[];
  readonly answered: Outcome;
}

/** `seen`: the form of the answer; `refused`: with which refusal nobody could look. */
export type Outcome = { readonly seen: unknown } | { readonly refused: string };

/** What a project's services answered, without its content; may be looked at, kept and handed on. */
export interface Capture {
  readonly format: typeof captureFormat;
  readonly cloud: Readonly<Record<"project" | "region" | "location" | "database", string>>;
  /** Under which resources units log, and how they say which commit they are of: as the pipeline file declares it. */
  readonly marks: Marks;
  readonly asked: readonly Asked[];
}

const source = z.object({ type: z.string(), label: z.string() });
const marks = z.object({
  logs_as: z.object({ service: source, function: source, job: source, scheduled: source }).optional(),
  commit_label: z.string().optional(),
  commit_variable: z.string().optional(),
});
export type Marks = z.output<typeof marks>;

const grpcExchange = z.object({
  wire: z.literal("grpc"),
  service: z.string(),
  method: z.string(),
  request: z.unknown(),
  replies: z.array(z.unknown()),
  failed: z.object({ code: z.int(), message: z.string(), details: z.string().optional() }).optional(),
});
const httpExchange = z.object({
  wire: z.literal("http"),
  service: z.enum(["bigquery", "monitoring", "storage"]),
  method: z.string(),
  path: z.string(),
  query: z.record(z.string(), z.string()),
  status: z.int().optional(),
  reply: z.unknown().optional(),
  content: z.enum(["plain", "gzip"]).optional(),
});
const capture = z.object({
  format: z.literal(captureFormat),
  cloud: z.object({ project: z.string(), region: z.string(), location: z.string(), database: z.string() }),
  marks,
  asked: z.array(
    z.object({
      port: z.string(),
      method: z.string(),
      ask: z.array(z.unknown()),
      exchanges: z.array(z.discriminatedUnion("wire", [grpcExchange, httpExchange])),
      answered: z.union([z.object({ seen: z.unknown() }), z.object({ refused: z.string() })]),
    }),
  ),
});

export function readCapture(text: string): Capture {
  return capture.parse(JSON.parse(text)) as Capture; // zod's optionals also allow undefined
}

/** Members that hold a word of ours: what an adapter makes of a reply that it has understood. */
const worded: ReadonlySet<string> = new Set(["kind", "state", "severity"]);
/** Members whose own members somebody else named. */
const open: ReadonlySet<string> = new Set(["fields", "columns"]);

/**
 * An answer's form: which members there are, of which kind, and how many. It is the same for an answer and for what the same
 * adapter makes of its redacted reply; the order of a list may differ, since names do.
 */
export function formOf(answer: unknown, isOpen = false): unknown {
  if (answer === undefined) return "absent";
  if (typeof answer === "string") return answer === "" ? "empty" : "text";
  if (typeof answer === "number") return answer === 0 ? 0 : "number";
  if (typeof answer !== "object" || answer === null) return answer;
  if (Array.isArray(answer)) return counted(answer.map((each) => formOf(each, isOpen)));
  if (isOpen) return { any: counted(Object.values(answer).map((each) => formOf(each, true))) };
  const members = Object.entries(answer).flatMap(([key, held]): (readonly [string, unknown])[] => {
    if (held === undefined) return [];
    return [[key, worded.has(key) && typeof held === "string" ? held : formOf(held, open.has(key))]];
  });
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A list as its different forms, each with how often it occurs. */
function counted(forms: readonly unknown[]): readonly unknown[] {
  const times = new Map<string, number>();
  for (const form of forms.map((each) => JSON.stringify(each))) times.set(form, (times.get(form) ?? 0) + 1);
  return [...times].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([form, count]) => ({ count, of: JSON.parse(form) as unknown })); // it was JSON
}
