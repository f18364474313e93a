import { z } from "zod";
import type { LogAsk, LogEntry } from "../../ports/logs.ts";
import type { Look } from "../evidence.ts";
import { jobByHand, logsByHand } from "./by-hand.ts";

const line = z.object({ at: z.string(), revision: z.string().nullable() });
const logFacts = z.object({
  /** The oldest line that fits, of those read. */
  found: line.nullable(),
  /** Whether older ones fit that were not read. */
  more: z.boolean(),
  /** The newest line of any kind and revision: without one, silence proves nothing. */
  any: line.nullable(),
});
const jobFacts = z.object({
  /** Null if there is no such job. */
  job: z.object({ state: z.string(), lastAttemptAt: z.string().nullable(), code: z.number().nullable() }).nullable(),
});

export type LogLineFacts = z.output<typeof logFacts>;
export type JobFacts = z.output<typeof jobFacts>;

/** As many lines that fit are read to find the oldest. */
const mostLines = 1000;

type Asked = Pick<LogAsk, "unit" | "since" | "until" | "revision"> & { readonly contains: string };

/** Whether a unit logged a text since a moment, and whether it logged anything at all. */
export function logLine(id: string, { unit, since, until, contains, revision }: Asked): Look<LogLineFacts> {
  return {
    id: `log ${id}`,
    port: "logs",
    asked: `a line of ${unit} since ${since}`,
    byHand: `${logsByHand(unit, since, until, contains, revision)} --order=asc --limit=1`,
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "any line of the unit in the same window" },
    async run(ports, call) {
      const window = { unit, since, until };
      const [found, any] = await Promise.all([
        ports.logs.entries({ ...window, limit: mostLines, contains, ...(revision === undefined ? {} : { revision }) }, call),
        ports.logs.entries({ ...window, limit: 1 }, call),
      ]);
      const factsOf = (entry: LogEntry | undefined) => (entry === undefined ? null : { at: entry.at, revision: entry.revision ?? null });
      return {
        facts: { found: factsOf(found.entries.at(-1)), more: found.more, any: factsOf(any.entries[0]) },
        examined: found.entries.length + any.entries.length,
      };
    },
    parse: (saved) => logFacts.parse(saved),
  };
}

/** A scheduler job's last attempt. */
export function lastAttempt(job: string, region: string | undefined): Look<JobFacts> {
  return {
    id: `job ${job}`,
    port: "schedules",
    asked: `scheduler job ${job}`,
    byHand: jobByHand(job, region),
    after: [],
    whenEmpty: "must-have",
    async run(ports, call) {
      const found = await ports.schedules.get({ name: job }, call);
      if (found === undefined) return { facts: { job: null }, examined: 0 };
      const { state, lastAttemptAt, code } = found;
      return { facts: { job: { state, lastAttemptAt: lastAttemptAt ?? null, code: code ?? null } }, examined: 1 };
    },
    parse: (saved) => jobFacts.parse(saved),
  };
}
