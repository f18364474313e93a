import { z } from "zod";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays, midnight } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Call } from "../../ports/call.ts";
import type { LogAsk, LogEntry, Logs } from "../../ports/logs.ts";
import { logSeverities } from "../../ports/logs.ts";
import type { Look } from "../evidence.ts";
import { shellQuoted } from "../../shell.ts";
import { logsByHand } from "./by-hand.ts";

const line = z.object({
  at: z.string(),
  severity: z.enum(logSeverities),
  revision: z.string().nullable(),
  text: z.string(),
  /** Whether it names what was asked about; else it is only a warning or worse. */
  named: z.boolean(),
});

const unitFacts = z.object({
  /** Lines that name it, and all of at least WARNING; oldest first. */
  lines: z.array(line),
  /** Whether there are more such lines than were read: then nothing follows from one that is not here. */
  more: z.boolean(),
  /** The newest line of any kind: a unit that logs nothing shows nothing by its silence. */
  newest: z.string().nullable(),
  /** Whether a line of this form, whoever it names, is there: else handing over is not logged here. */
  witnessed: z.boolean(),
});

const jobFacts = z.object({
  /** Oldest first. `status` as the platform names it: `OK`, `PERMISSION_DENIED`; null while it is not told. */
  attempts: z.array(z.object({ at: z.string(), status: z.string().nullable() })),
});

export type ScraperLine = z.output<typeof line>;
export type ScraperLogFacts = z.output<typeof unitFacts>;
export type JobLogFacts = z.output<typeof jobFacts>;

const mostLines = 300;
/** More of a line is never shown. */
const longestText = 400;

interface Naming {
  readonly unit: string;
  /** Lines that hold one of these are about it. */
  readonly names: readonly string[];
  /** What a unit of this kind logs of its normal work. */
  readonly witness: string;
}

/** What a unit logged about a scraper, and what it warned of, from the game date's midnight to the end of the next day. */
export function scraperLog(rules: Rules, date: CalendarDate, { unit, names, witness }: Naming): Look<ScraperLogFacts> {
  const window = nightOf(rules, date);
  const units = [unit, ...(rules.units?.[unit]?.aliases ?? [])];
  const fields = (rules.monitoring?.field_spellings ?? []).flat();
  return {
    id: `log of ${unit} on ${names[0] ?? unit} ${date}`,
    port: "logs",
    asked: `what ${unit} logged on ${names.join(", ")} on ${date} and the day after`,
    byHand: logsByHand(unit, window.since, window.until, names[0]),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "the unit's newest line of any kind, and a line of its normal work" },
    async run({ logs }, call) {
      const ask = (more: Partial<LogAsk>) => entriesOf(logs, units, { ...window, limit: mostLines, ...more }, call);
      const [named, warned, any, usual] = await Promise.all([
        Promise.all(names.map((contains) => ask({ contains, fields: [...fields, "error_message"] }))),
        ask({ severity: "WARNING" }),
        ask({ limit: 1 }),
        ask({ limit: 1, contains: witness }),
      ]);
      const pages = [...named, warned];
      const naming = new Set(named.flatMap(({ entries }) => entries.map(keyOf)));
      const lines = [...new Map(pages.flatMap(({ entries }) => entries).map((entry) => [keyOf(entry), entry])).values()];
      return {
        facts: {
          lines: lines.map((entry) => lineOf(entry, naming.has(keyOf(entry)))).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)),
          more: pages.some(({ more }) => more),
          newest: any.entries.map(({ at }) => at).toSorted((a, b) => Date.parse(b) - Date.parse(a))[0] ?? null,
          witnessed: usual.entries.length > 0,
        },
        examined: lines.length,
      };
    },
    parse: (saved) => unitFacts.parse(saved),
  };
}

/** Every attempt of a scheduler job in the night, as the scheduler itself logged it: the job alone tells only its last one. */
export function jobAttempts(rules: Rules, date: CalendarDate, job: string): Look<JobLogFacts> {
  const { since, until } = nightOf(rules, date);
  const filter = `resource.type="cloud_scheduler_job" resource.labels.job_id=${JSON.stringify(job)} timestamp>="${since}" timestamp<"${until}"`;
  return {
    id: `attempts of ${job} ${date}`,
    port: "logs",
    asked: `attempts of scheduler job ${job} on ${date} and the day after`,
    byHand: `gcloud logging read ${shellQuoted(filter)}`,
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "its attempts at other times of the night; without any, silence proves nothing" },
    async run({ logs }, call) {
      const { entries } = await logs.entries({ unit: job, since, until, limit: 500 }, call);
      return { facts: { attempts: attemptsIn(entries) }, examined: entries.length };
    },
    parse: (saved) => jobFacts.parse(saved),
  };
}

function nightOf(rules: Rules, date: CalendarDate): { since: string; until: string } {
  return { since: midnight(date, rules.zone).toISOString(), until: midnight(addDays(date, 2), rules.zone).toISOString() };
}

type Pages = { readonly entries: readonly LogEntry[]; readonly more: boolean };

/** Of one thing that logs under several names. */
async function entriesOf(logs: Logs, units: readonly string[], ask: Omit<LogAsk, "unit">, call: Call): Promise<Pages> {
  const pages = await Promise.all(units.map((unit) => logs.entries({ ...ask, unit }, call)));
  // A scheduler job may bear its unit's name: what the scheduler logs of it is none of the unit's own lines.
  const own = pages.flatMap(({ entries }) => entries.filter(({ fields }) => !typeOf(fields).includes("scheduler.logging")));
  return { entries: own, more: pages.some(({ more }) => more) };
}

function typeOf(fields: LogEntry["fields"]): string {
  const type = fields["@type"];
  return typeof type === "string" ? type : "";
}

function keyOf({ at, unit, text, fields }: LogEntry): string {
  return JSON.stringify([at, unit, text, fields]);
}

function lineOf(entry: LogEntry, named: boolean): ScraperLine {
  const { at, severity, revision = null, text, fields } = entry;
  const error = fields["error_message"];
  const said = [text, typeof error === "string" ? error : ""].filter((part) => part !== "").join(": ");
  return { at, severity, revision, text: said.slice(0, longestText), named };
}

/** An attempt is logged when it begins and when it ends; one whose end is not there is told without status. */
function attemptsIn(entries: readonly LogEntry[]): JobLogFacts["attempts"] {
  const events = entries
    .map((entry) => ({ at: entry.at, kind: typeOf(entry.fields), status: entry.fields["status"], severity: entry.severity }))
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const started = events.filter(({ kind }) => kind.endsWith("AttemptStarted"));
  const finished = events.filter(({ kind }) => kind.endsWith("AttemptFinished"));
  const ends = started.map(({ at }, index) => {
    const next = started[index + 1];
    const end = finished.find(
      (each) => Date.parse(each.at) >= Date.parse(at) && (next === undefined || Date.parse(each.at) < Date.parse(next.at)),
    );
    return { at, status: end === undefined ? null : statusOf(end) };
  });
  const orphans = finished.filter(({ at }) => started[0] === undefined || Date.parse(at) < Date.parse(started[0].at));
  return [...orphans.map((end) => ({ at: end.at, status: statusOf(end) })), ...ends];
}

function statusOf({ status, severity }: { readonly status: unknown; readonly severity: string }): string {
  if (typeof status === "string") return status;
  return severity === "ERROR" ? "UNKNOWN" : "OK";
}
