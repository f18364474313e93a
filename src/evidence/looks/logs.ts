import { createHash } from "node:crypto";
import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import type { LogAsk, LogEntry, LogPage, LogPosition, LogResource, Logs } from "../../ports/logs.ts";
import { isAtLeast, logResources, logSeverities } from "../../ports/logs.ts";
import type { Value } from "../../ports/warehouse.ts";
import type { Look } from "../evidence.ts";
import { shellQuoted } from "../../shell.ts";

/** A line as evidence keeps it. */
export const loggedLine = z.object({
  at: z.string(),
  severity: z.enum(logSeverities),
  revision: z.string().nullable(),
  /** What the entry says, whichever of its parts holds it. */
  text: z.string(),
  /** The run and the table that the entry names in a field. */
  run: z.string().nullable(),
  table: z.string().nullable(),
});
const position = z.object({ at: z.string(), id: z.string() });
const part = z.object({
  /** Whether there are older ones that were not read, and where to go on. */
  more: z.boolean(),
  rest: position.nullable(),
  /** How far back was read. */
  oldest: z.string().nullable(),
});
const reading = z.object({
  /** Newest first: ERROR and above, then what is less severe. */
  lines: z.array(loggedLine),
  severe: part,
  other: part,
});
const page = z.object({ lines: z.array(loggedLine), more: z.boolean(), rest: position.nullable() });
const silence = z.object({
  /** The newest line of any kind in the window. */
  within: z.string().nullable(),
  /** The newest one before its end that is still kept. */
  last: z.string().nullable(),
  /** How many lines of the window the platform's own metric has; null if it has no point, which proves nothing. */
  counted: z.number().nullable(),
});

export type LoggedLine = z.output<typeof loggedLine>;
export type LogReading = z.output<typeof reading>;
export type LogEntries = z.output<typeof page>;
export type LogSilence = z.output<typeof silence>;

export { isAtLeast, logResources, logSeverities } from "../../ports/logs.ts";
export type { LogResource, LogSeverity } from "../../ports/logs.ts";

/** How long Cloud Logging's default bucket keeps entries. */
export const retentionDays = 30;

/** What was logged before can't be read any more. */
export function keptFrom(asOf: Date): Date {
  return new Date(asOf.getTime() - retentionDays * 86_400_000);
}

/** Pages of a thousand that one reading takes at most. */
const mostPages = 10;
export const pageEntries = 1000;

/** Whose lines of which window are meant. */
export type Searched = Pick<LogAsk, "unit" | "resource" | "since" | "until" | "severity" | "contains" | "matches" | "fields" | "revision">;

/** Where to go on reading: after a place, from the newest if absent, or not at all. */
export interface ReadOn {
  readonly severe?: LogPosition | "done" | undefined;
  readonly other?: LogPosition | "done" | undefined;
}

/** ERROR and above first, then as much of the rest as the pages allow. */
export function logReading(searched: Searched, from: ReadOn = {}, pages: number = mostPages): Look<LogReading> {
  return {
    ...faceOf(`log of ${nameOf(searched)} #${shortOf([partsOf(searched), from, pages])}`, searched),
    whenEmpty: { mayBeEmpty: true, witness: "any line of the unit in the window, its last one, and the platform's own count" },
    async run({ logs }, call) {
      const budget = { pages, entries: Math.min(pages * pageEntries, call.budget.maxRows) };
      const severe = await partOf(logs, { ...searched, severity: atLeastError(searched.severity) }, from.severe, budget, call);
      const left = { pages: pages - severe.pages, entries: budget.entries - severe.lines.length };
      const onlySevere = searched.severity !== undefined && atLeastError(searched.severity) === searched.severity;
      const other = onlySevere ? nothing : await partOf(logs, { ...searched, below: "ERROR" }, from.other, left, call);
      const lines = [...severe.lines, ...other.lines];
      return { facts: { lines, severe: severe.part, other: other.part }, examined: lines.length };
    },
    parse: (saved) => reading.parse(saved),
  };
}

/** One page of entries of every severity asked for, newest first. */
export function logEntries(searched: Searched, limit: number, after: LogPosition | undefined): Look<LogEntries> {
  return {
    ...faceOf(`log entries ${nameOf(searched)} #${shortOf([partsOf(searched), limit, after])}`, searched),
    whenEmpty: { mayBeEmpty: true, witness: "any line of the unit in the window, its last one, and the platform's own count" },
    async run({ logs }, call) {
      const found = await logs.entries({ ...searched, limit, pages: mostPages, after }, call);
      return {
        facts: { lines: found.entries.map(lineOf), more: found.more, rest: found.rest ?? null },
        examined: found.entries.length,
      };
    },
    parse: (saved) => page.parse(saved),
  };
}

/** What tells silence from a log that can't be read: lines of any kind, the newest one kept, and the platform's own count. */
export function logSilence(searched: Pick<Searched, "unit" | "resource" | "since" | "until">, asOf: Date): Look<LogSilence> {
  const { unit, resource, since, until } = searched;
  return {
    ...faceOf(`log silence ${nameOf(searched)} #${shortOf([since, until])}`, searched),
    whenEmpty: { mayBeEmpty: true, witness: "it is the witness itself: nothing at all is told as such" },
    async run({ logs }, call) {
      const facts = await silenceIn(logs, { unit, resource, since, until }, keptFrom(asOf), call);
      return { facts, examined: facts.within === null ? 0 : 1 };
    },
    parse: (saved) => silence.parse(saved),
  };
}

type Silent = Pick<Searched, "unit" | "resource" | "since" | "until">;

/** The newest line of a window; where there is none, what else tells of the unit since `from`. */
export async function silenceIn(logs: Logs, { unit, resource, since, until }: Silent, from: Date, call: Call): Promise<LogSilence> {
  const kept = from.toISOString();
  const found = await logs.entries({ unit, resource, since, until, limit: 1, pages: mostPages }, call);
  const within = found.entries[0]?.at ?? null;
  if (within !== null) return { within, last: within, counted: null };
  const [last, counted] = await Promise.all([
    secondWitness(async () => (await logs.entries({ unit, resource, since: kept, until, limit: 1 }, call)).entries[0]?.at),
    resource === undefined ? secondWitness(async () => (await logs.counted({ unit, since, until }, call))?.entries) : null,
  ]);
  return { within, last, counted };
}

/** What only adds to what is known: where it is refused, silence has to be proven without it. */
export async function secondWitness<T>(ask: () => Promise<T | undefined>): Promise<T | null> {
  try {
    return (await ask()) ?? null;
  } catch (error) {
    if (error instanceof BackendError) return null;
    throw error;
  }
}

interface Part {
  readonly lines: readonly LoggedLine[];
  readonly pages: number;
  readonly part: z.output<typeof part>;
}

const nothing: Part = { lines: [], pages: 0, part: { more: false, rest: null, oldest: null } };

async function partOf(
  logs: Logs,
  searched: Searched & Pick<LogAsk, "below">,
  from: LogPosition | "done" | undefined,
  { pages, entries: limit }: { readonly pages: number; readonly entries: number },
  call: Call,
): Promise<Part> {
  if (from === "done") return nothing;
  // Not read at all for want of pages: where it would have begun is where the next reading begins.
  if (pages <= 0 || limit <= 0) return { ...nothing, part: { more: true, rest: from ?? null, oldest: null } };
  const found: LogPage = await logs.entries({ ...searched, limit, pages, after: from }, call);
  const lines = found.entries.map(lineOf);
  return {
    lines,
    pages: found.pagesRead ?? 1,
    part: { more: found.more, rest: found.rest ?? null, oldest: lines.at(-1)?.at ?? null },
  };
}

function atLeastError(severity: LogAsk["severity"] = "DEFAULT"): NonNullable<LogAsk["severity"]> {
  return isAtLeast(severity, "ERROR") ? severity : "ERROR";
}

function nameOf({ unit, resource }: { readonly unit: string; readonly resource?: LogResource | undefined }): string {
  return resource === undefined ? unit : `${resource}/${unit}`;
}

/** The rest of the question, short: ids are read by people. The question itself stands in `asked`. */
function shortOf(parts: unknown): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 6);
}

function partsOf({ since, until, severity, contains, matches, fields, revision }: Searched): object {
  return { since, until, severity, contains, matches, fields, revision };
}

/** What every look at a log says of itself. */
export function faceOf(
  id: string,
  { unit, since, until, contains, revision, ...rest }: Searched,
): Pick<Look<unknown>, "id" | "port" | "asked" | "byHand" | "after"> {
  return {
    id,
    port: "logs",
    asked: `what ${nameOf({ unit, ...rest })} logged from ${since} to ${until}`,
    byHand: readByHand({ unit, since, until, contains, revision, ...rest }),
    after: [],
  };
}

/** Whatever it is that logs under this name: a service, a Run job or a scheduler job. */
function readByHand({ unit, resource, since, until, severity, contains, matches, revision }: Searched): string {
  const labels = resource === undefined ? ["service_name", "job_name", "job_id"] : [logResources[resource]];
  const filter = [
    `(${labels.map((label) => `resource.labels.${label}=${JSON.stringify(unit)}`).join(" OR ")})`,
    ...(resource === undefined ? [] : [`resource.type=${JSON.stringify(resource)}`]),
    ...(revision === undefined ? [] : [`resource.labels.revision_name=${JSON.stringify(revision)}`]),
    `timestamp>="${since}" timestamp<"${until}"`,
    ...(severity === undefined ? [] : [`severity>=${severity}`]),
    ...(contains === undefined ? [] : [JSON.stringify(contains)]),
    ...(matches === undefined ? [] : [`(textPayload=~${JSON.stringify(matches)} OR jsonPayload.message=~${JSON.stringify(matches)})`]),
  ];
  return `gcloud logging read ${shellQuoted(filter.join(" "))}`;
}

/** Longer texts are a stack trace or a dump: what happened stands at an end of them. */
const mostText = 4000;

export function lineOf(entry: LogEntry): LoggedLine {
  const text = saidIn(entry);
  return {
    at: entry.at,
    severity: entry.severity,
    revision: entry.revision ?? null,
    text: text.length <= mostText ? text : `${text.slice(0, mostText / 2)}\n…\n${text.slice(-mostText / 2)}`,
    run: firstText(entry.fields, ["execution_id", "run_id"]),
    table: firstText(entry.fields, ["table", "table_name"]),
  };
}

/** Fields that say what happened; entries of one kind have them in one order. */
const telling = [
  "event",
  "event_type",
  "@type",
  "status",
  "reason",
  "error_message",
  "error",
  "msg",
  "detail",
  "exception",
  "stack_trace",
  "traceback",
] as const;
/** And those that say what it is about, where the entry has no text. */
const about = [
  "processor",
  "processor_name",
  "table",
  "table_name",
  "scraper",
  "scraper_name",
  "workflow",
  "workflow_name",
  "phase",
] as const;

/** Fields beside the message in which a search for text looks: every spelling of each. */
export const textFields: readonly string[] = [...telling, ...about, "alert_type", "game_date", "run_id", "execution_id"];

function saidIn({ text, fields }: LogEntry): string {
  const said = telling.flatMap((name) => {
    const value = textAt(fields, name);
    return value === null || text.includes(value) ? [] : [name === "@type" ? value.slice(value.lastIndexOf(".") + 1) : value];
  });
  if (text !== "") return said.length === 0 ? text : `${text} (${said.join(", ")})`;
  const subjects = about.flatMap((name) => textAt(fields, name) ?? []);
  return [...said, ...subjects, ...(said.length > 0 ? [] : otherwise(fields))].join(" ");
}

const mostOthers = 4;

/** Where no field that is known says what happened: the first of those it has, with their names. */
function otherwise(fields: LogEntry["fields"]): readonly string[] {
  const known: readonly string[] = [...about, "severity", "level", "timestamp", "time", "logger"];
  return Object.entries(fields)
    .flatMap(([name, value]) =>
      known.includes(name) || value === null || value === "" || typeof value === "object" ? [] : [`${name}=${value}`],
    )
    .slice(0, mostOthers);
}

function firstText(fields: LogEntry["fields"], names: readonly string[]): string | null {
  return names.map((name) => textAt(fields, name)).find((value) => value !== null) ?? null;
}

function textAt(fields: Readonly<Record<string, Value>>, name: string): string | null {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (typeof value === "string" && value !== "") return value;
  // An error as an object: its message is what it says.
  return typeof value === "object" && value !== null && !Array.isArray(value) && "message" in value && typeof value.message === "string"
    ? value.message
    : null;
}
