import type { CalendarDate } from "../../../../pipeline/dates.ts";
import type { CountRows } from "../generate/documents.ts";
import type { Processor } from "../generate/processors.ts";
import type { Plot, ProcessorRun } from "../plot.ts";
import { runsOf } from "../plot.ts";
import { infrastructureOf } from "./declared.ts";
import type { Line } from "./line.ts";
import { unitsOf } from "./units.ts";

/** What a processor's runs for a night log: the same runs as in the run history. */
export function runLines(plot: Plot, processor: Processor, date: CalendarDate, count: CountRows): readonly Line[] {
  const runs = runsOf(plot, processor, date).toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  const holders = lockHolders(runs.filter((run) => isLocking(plot, processor.unit, run.startedAt.getTime())));
  const takers = takersOver(runs, holders);
  return runs.flatMap((run) => linesOf(plot, { processor, date, count, run, holder: holders.get(run), takesOver: takers.has(run) }));
}

interface Work {
  readonly processor: Processor;
  readonly date: CalendarDate;
  readonly count: CountRows;
  readonly run: ProcessorRun;
  /** The run that holds the lock when this one starts: itself or another; undefined before locks were in use. */
  readonly holder: ProcessorRun | undefined;
  /** It finds a lock that is past its time. */
  readonly takesOver: boolean;
}

function linesOf(plot: Plot, work: Work): readonly Line[] {
  const { processor, date, run, holder, takesOver } = work;
  const [start, end] = [run.startedAt.getTime(), run.endedAt.getTime()];
  const begun: Line = { at: start, text: `Starting ${processor.className} for ${date}, run ${run.id}` };
  if (holder === undefined) return [begun, ...endLines(plot, work)];
  if (holder !== run) {
    const instance = unitsOf(plot).serving(processor.unit, holder.startedAt.getTime()) ?? "local";
    return [
      begun,
      refused(start + 1000, `Cannot acquire lock for ${date} - held by instance ${instance} execution ${holder.id}`),
      refused(start + 1001, `🔒 Cannot acquire processing lock for ${date} - another instance is processing`),
    ];
  }
  return [
    begun,
    // Two lines for one lock: the base class tells it, and so does its caller.
    { at: start + 1000, text: takesOver ? `Acquired stale lock for ${date} (expired)` : `Acquired new lock for ${date}` },
    { at: start + 1001, text: `🔓 Acquired processing lock for ${date}` },
    ...endLines(plot, work),
    ...(run.status === "running" ? [] : [{ at: end, text: `Released lock ${processor.className}_${date}` }]),
  ];
}

/** Who holds the lock when each run starts: a run that was refused never does. */
function lockHolders(runs: readonly ProcessorRun[]): ReadonlyMap<ProcessorRun, ProcessorRun> {
  const holders = new Map<ProcessorRun, ProcessorRun>();
  let last: ProcessorRun | undefined;
  for (const run of runs) {
    if (last === undefined || heldUntil(last) <= run.startedAt.getTime()) last = run;
    holders.set(run, last);
  }
  return holders;
}

/** Runs that get the lock while the one that had it before them is still at work, or died with it. */
function takersOver(runs: readonly ProcessorRun[], holders: ReadonlyMap<ProcessorRun, ProcessorRun>): ReadonlySet<ProcessorRun> {
  const got = runs.filter((run) => holders.get(run) === run);
  return new Set(
    got.filter((run, index) => {
      const before = got[index - 1];
      return before !== undefined && (before.status === "running" || before.endedAt > run.startedAt);
    }),
  );
}

const lockMs = 10 * 60_000;

/** A lock that is older than ten minutes is taken over. */
function heldUntil({ startedAt, endedAt, status }: ProcessorRun): number {
  const expires = startedAt.getTime() + lockMs;
  return status === "running" ? expires : Math.min(endedAt.getTime(), expires);
}

/** Before the lock's code was called, no line about one was right. */
function isLocking(plot: Plot, unit: string, moment: number): boolean {
  const locks = Object.values(infrastructureOf(plot.pipeline).locks ?? {});
  return locks.some(({ in_use: users = [] }) => users.some((user) => user.unit === unit && Date.parse(user.from) <= moment));
}

function refused(at: number, text: string): Line {
  return { at, severity: "WARNING", text };
}

function endLines(plot: Plot, { processor, date, count, run }: Work): readonly Line[] {
  const end = run.endedAt.getTime();
  const records = (): number => run.records ?? count(processor.table, date, end);
  const done = { at: end - 1000, text: `Published completion of ${processor.className} for ${date}${topicOf(plot, processor.unit)}` };
  switch (run.status) {
    case "success":
      return [{ at: end - 2000, text: () => `Successfully loaded ${records()} records into ${processor.table}` }, done];
    case "partial":
      return [{ at: end - 2000, severity: "WARNING", text: () => `Loaded ${records()} records in part into ${processor.table}` }, done];
    case "failed":
      return [{ at: end - 1000, severity: "ERROR", text: `${processor.className} failed for ${date}, run ${run.id}` }];
    case "skipped":
      return [{ at: end - 1000, text: `Skipped ${processor.className} for ${date}` }];
  }
  return [];
}

function topicOf(plot: Plot, unit: string): string {
  const topics = Object.entries(infrastructureOf(plot.pipeline).topics ?? {});
  const found = topics.find(([, topic]) => topic.kind === "completion" && topic.from?.includes(unit) === true);
  return found === undefined ? "" : ` to ${found[0]}`;
}
