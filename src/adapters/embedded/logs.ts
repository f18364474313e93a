import { z } from "zod";
import type { LogAsk, LogCount, LogEntry, LogPage, LogPosition, LogResource, Logs } from "../../ports/logs.ts";
import { isAtLeast, logSeverities } from "../../ports/logs.ts";
import type { Value } from "../../ports/warehouse.ts";
import { disturbance } from "./failing.ts";
import { textTest } from "../log-text.ts";
import { readAs } from "../read-as.ts";
import { supplied } from "./supplied.ts";
import { tooManyEntries } from "../too-many.ts";
import { whileWanted } from "../while-wanted.ts";
import type { StoreClock, Stores, World } from "./world.ts";

/** What the default log bucket keeps; older entries are gone without a trace. */
const retentionMs = 30 * 24 * 60 * 60_000;

/** A scenario's logs, as they are at its clock's time. */
export function embeddedLogs(stores: Stores, clock: StoreClock): Logs {
  return {
    entries: (ask, call) =>
      whileWanted(call, async () => {
        const now = clock.now();
        const world = stores.at(now);
        const disturbed = await disturbance(world, { port: "logs", names: [ask.unit] }, call);
        if (disturbed === "empty") return { entries: [], more: false };
        const found = disturbed === "garbage" ? [garbage] : kept(world, ask, now);
        const holds = await textTest(ask);
        const page = pageOf(ask, readAs(z.array(logEntry), found, `the log of ${ask.unit}`, "log entry"), holds);
        if (page.entries.length > call.budget.maxRows) throw tooManyEntries(ask.unit, call.budget.maxRows);
        return page;
      }),
    counted: (ask, call) =>
      whileWanted(call, async () => {
        const now = clock.now();
        const world = stores.at(now);
        const disturbed = await disturbance(world, { port: "logs", names: [ask.unit] }, call);
        if (disturbed === "empty") return undefined;
        const window = wholeMinutes(ask, now);
        const found = disturbed === "garbage" ? [garbage] : inWindow(world, window);
        return countOf(readAs(z.array(logEntry), found, `the log of ${ask.unit}`, "log entry"));
      }),
  };
}

const minuteMs = 60_000;

interface Window {
  readonly unit: string;
  readonly from: number;
  readonly to: number;
}

/** The metric has one point a minute, seen when the minute is over. */
function wholeMinutes({ unit, since, until }: Pick<LogAsk, "unit" | "since" | "until">, now: Date): Window {
  const to = Math.min(instant(until), now.getTime());
  return { unit, from: Math.ceil(instant(since) / minuteMs) * minuteMs, to: Math.floor(to / minuteMs) * minuteMs };
}

function inWindow(world: World, { unit, from, to }: Window): readonly LogEntry[] {
  return from < to ? supplied(world.log({ unit, since: new Date(from), until: new Date(to) })) : [];
}

/** Of minutes in which nothing was logged there is no point. */
function countOf(entries: readonly LogEntry[]): LogCount | undefined {
  if (entries.length === 0) return undefined;
  const last = Math.max(...entries.map(({ at }) => Date.parse(at)));
  return { entries: entries.length, until: new Date(Math.floor(last / minuteMs) * minuteMs + minuteMs).toISOString() };
}

/** What retention has left of the window. */
function kept(world: World, { unit, since, until, resource }: LogAsk, now: Date): readonly LogEntry[] {
  const name = resource === undefined ? unit : loggedAs(resource, unit);
  return inWindow(world, { unit: name, from: Math.max(instant(since), now.getTime() - retentionMs), to: instant(until) });
}

/** What is neither unit nor scheduler job logs in a scenario under its type and name; what is one, under its name alone. */
function loggedAs(resource: LogResource, name: string): string {
  const ofUnits: readonly LogResource[] = ["cloud_run_revision", "cloud_run_job", "cloud_scheduler_job"];
  return ofUnits.includes(resource) ? name : `${resource}/${name}`;
}

interface Numbered {
  readonly entry: LogEntry;
  readonly position: LogPosition;
}

function pageOf(ask: LogAsk, entries: readonly LogEntry[], holds: (entry: LogEntry) => boolean): LogPage {
  const matching = numbered(entries)
    .filter(({ entry, position }) => matches(ask, entry) && holds(entry) && (ask.after === undefined || isAfter(position, ask.after)))
    .toReversed();
  const given = matching.slice(0, ask.limit);
  const more = matching.length > ask.limit;
  const last = given.at(-1);
  return {
    entries: given.map(({ entry }) => (ask.resource === undefined ? entry : { ...entry, unit: ask.unit })),
    more,
    ...(more && last !== undefined ? { rest: last.position } : {}),
    ...(ask.pages === undefined ? {} : { pagesRead: 1 }),
  };
}

/** Entries of one moment are told apart by the order in which they were logged. */
function numbered(entries: readonly LogEntry[]): readonly Numbered[] {
  let [last, nth] = ["", 0];
  return entries.map((entry) => {
    [last, nth] = [entry.at, entry.at === last ? nth + 1 : 0];
    return { entry, position: { at: entry.at, id: `id${String(nth).padStart(8, "0")}` } };
  });
}

function isAfter({ at, id }: LogPosition, place: LogPosition): boolean {
  const [own, theirs] = [Date.parse(at), Date.parse(place.at)];
  return own < theirs || (own === theirs && id < place.id);
}

function matches({ severity, below, revision }: LogAsk, entry: LogEntry): boolean {
  return (
    (severity === undefined || isAtLeast(entry.severity, severity)) &&
    (below === undefined || !isAtLeast(entry.severity, below)) &&
    (revision === undefined || entry.revision === revision)
  );
}

/** An unreadable end of a window would match nothing, which reads like silence. */
function instant(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new TypeError(`A log window needs ISO 8601, not "${text}".`);
  return at;
}

/** What no Cloud Logging answers. */
const garbage: unknown = { at: "yesterday", severity: 17, text: null };

const value: z.ZodType<Value> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(value), z.record(z.string(), value)]),
);

const logEntry: z.ZodType<LogEntry> = z.object({
  at: z.iso.datetime(),
  severity: z.enum(logSeverities),
  unit: z.string(),
  revision: z.string().optional(),
  text: z.string(),
  fields: z.record(z.string(), value),
});
