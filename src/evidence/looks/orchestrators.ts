import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Call } from "../../ports/call.ts";
import type { LogAsk, LogEntry, Logs } from "../../ports/logs.ts";
import { logSeverities } from "../../ports/logs.ts";
import type { Look } from "../evidence.ts";
import { logsByHand } from "./by-hand.ts";
import type { CompletionFacts } from "./documents.ts";
import { completionDocument } from "./documents.ts";

const seenLine = z.object({ unit: z.string(), at: z.string() });
const facts = z.object({
  /** The newest line of each revision that it logged of its own, newest first. */
  lines: z.array(z.object({ at: z.string(), revision: z.string().nullable() })),
  /** The newest line that shows no work: the platform's, of requests and of starting instances. */
  idle: z.object({ at: z.string(), revision: z.string().nullable(), severity: z.enum(logSeverities), text: z.string() }).nullable(),
  /** Whether there are older lines that were not read, and how far back it was read then. */
  more: z.boolean(),
  oldest: z.string().nullable(),
  /** Where it logged nothing: how many lines the platform's own metric has of it; null if the metric says nothing. */
  counted: z.number().nullable(),
  /** Where it logged nothing: the newest line of one of those whose completions it hears of. */
  witness: seenLine.nullable(),
  /** The newest line that says that a completion was not published, by design. */
  skipped: seenLine.nullable(),
});

/** What shows whether a unit works: what it logged, and, where it is silent, whether that can be believed. */
export type ExecutionFacts = z.output<typeof facts>;

/** So many lines are read to find the newest of each revision. */
const mostLines = 200;

export interface Executing {
  readonly unit: string;
  /** Whose completions it hears of. */
  readonly publishers: readonly string[];
  /** What a publisher logs instead of publishing. */
  readonly skips?: string | undefined;
  /** ISO 8601: the window, its end not included. */
  readonly since: string;
  readonly until: string;
}

export function executions(date: CalendarDate, { unit, publishers, skips, since, until }: Executing): Look<ExecutionFacts> {
  return {
    id: `executions ${unit} ${date}`,
    port: "logs",
    asked: `what ${unit} logged since ${since}`,
    byHand: `${logsByHand(unit, since, until)} --limit=1`,
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "lines of those whose completions it hears of, and the platform's own count of its lines" },
    async run({ logs }, call) {
      const window = { since, until };
      const [{ entries, more }, skipped] = await Promise.all([
        logs.entries({ unit, ...window, limit: mostLines }, call),
        skips === undefined ? null : newestOf(logs, publishers, { ...window, contains: skips }, call),
      ]);
      const silent = entries.length === 0;
      const counted = silent ? await countedLines(logs, { unit, ...window }, call) : null;
      const witness = silent ? await newestOf(logs, publishers, window, call) : null;
      const newestFirst = entries.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
      const lines = newestByRevision(newestFirst.filter((entry) => !isIdle(entry)));
      const oldest = more ? (newestFirst.at(-1)?.at ?? null) : null;
      return { facts: { lines, idle: newestIdle(newestFirst), more, oldest, counted, witness, skipped }, examined: entries.length };
    },
    parse: (saved) => facts.parse(saved),
  };
}

type Window = Pick<LogAsk, "since" | "until" | "contains">;

/** The newest line of several units. */
async function newestOf(logs: Logs, units: readonly string[], window: Window, call: Call): Promise<z.output<typeof seenLine> | null> {
  const pages = await Promise.all(units.map((unit) => logs.entries({ unit, ...window, limit: 1 }, call)));
  const found = pages.flatMap(({ entries }) => entries.slice(0, 1)).toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
  return found === undefined ? null : { unit: found.unit, at: found.at };
}

/** A second witness only: where it refuses, silence has to be proven without it. */
async function countedLines(logs: Logs, window: Pick<LogAsk, "unit" | "since" | "until">, call: Call): Promise<number | null> {
  try {
    return (await logs.counted(window, call))?.entries ?? null;
  } catch (error) {
    if (error instanceof BackendError) return null;
    throw error;
  }
}

/** What the platform and the server around the unit's code write under its name, whether or not that code ever ran. */
const idleTexts: readonly RegExp[] = [
  /^The request was (not authenticated|not authorized|aborted because there was no available instance)/iu,
  /^Starting new instance\b/iu,
  /^(Default )?(STARTUP|LIVENESS|READINESS) \w+ probe\b/iu,
  /^Container called exit\b/iu,
  /^(\[[^\]]*\]\s*)*(Starting gunicorn|Listening at:|Using worker:|Booting worker|Worker exiting|Handling signal:|Control socket|Shutting down: Master)/iu,
  /^\s*(\* )?(Serving Flask app|Debug mode:|Running on (http|all addresses))/iu,
];

/** Entries of requests carry neither text nor payload; a refused one looks like one that was answered, but for its severity. */
export function isIdle({ text, fields }: LogEntry): boolean {
  if (text !== "") return idleTexts.some((pattern) => pattern.test(text));
  const type = fields["@type"];
  return Object.keys(fields).length === 0 || (typeof type === "string" && type.endsWith("AuditLog"));
}

/** More of a line is never shown. */
const longestText = 300;

function newestIdle(newestFirst: readonly LogEntry[]): ExecutionFacts["idle"] {
  const found = newestFirst.find(isIdle);
  if (found === undefined) return null;
  return { at: found.at, revision: found.revision ?? null, severity: found.severity, text: found.text.slice(0, longestText) };
}

function newestByRevision(entries: readonly LogEntry[]): ExecutionFacts["lines"] {
  const newest = new Map<string | null, string>();
  for (const { at, revision = null } of entries) {
    if (!newest.has(revision)) newest.set(revision, at);
  }
  return [...newest].map(([revision, at]) => ({ at, revision }));
}

/** What is recorded of a date in a phase's collection. Of other phases than the tracked one the record is only one of two signs. */
export function recordedIn(rules: Rules, date: CalendarDate, collection: string): Look<CompletionFacts> {
  if (collection === rules.completion.collection) return completionDocument(rules, date);
  const look = completionDocument({ ...rules, completion: { ...rules.completion, collection } }, date);
  return { ...look, whenEmpty: { mayBeEmpty: true, witness: "the rows of the tables that it records, which are looked at too" } };
}
