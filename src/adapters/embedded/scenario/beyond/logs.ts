import { instantOf } from "../../../../pipeline/dates.ts";
import type { LogEntry } from "../../../../ports/logs.ts";
import type { Unit } from "../../../../ports/units.ts";
import type { LogWindow, NotSupplied } from "../../world.ts";
import type { CountRows } from "../generate/documents.ts";
import type { Plot } from "../plot.ts";
import type { LogLines } from "./changes.ts";
import { entryOf, infrastructureOf, isInForce } from "./declared.ts";
import type { StoredJobs } from "./jobs.ts";
import type { Line } from "./line.ts";
import { entryOfLine } from "./line.ts";
import { attemptLines, callLines, signsOfLife } from "./scheduler-lines.ts";
import { revisionName, servingOf, unitsOf } from "./units.ts";
import { workLines } from "./work-lines.ts";

/** What units logged until a moment. */
export type ReadLog = (window: LogWindow, moment: number) => readonly LogEntry[] | NotSupplied;

/** From when the stores hold logs: what was logged earlier was not supplied. */
export function logsBegin({ season, scenario, pipeline }: Plot): Date {
  return instantOf(season.processed[0] ?? scenario.night.date, { day: 0, hour: 0, minute: 0 }, pipeline.zone);
}

export function logOf(plot: Plot, jobs: StoredJobs, count: CountRows): ReadLog {
  const told = plot.scenario.changes.filter((change) => change.verb === "log");
  const units = unitsOf(plot);
  const begin = logsBegin(plot);
  const worked = new Map<string, readonly Line[]>();
  const workOf = (unit: string): readonly Line[] => {
    const made = worked.get(unit) ?? workLines(plot, unit, count);
    worked.set(unit, made);
    return made;
  };

  return ({ unit, since, until }, moment) => {
    const own = told.filter((change) => change.unit === unit);
    if (since < begin) return tooEarly(begin);
    const [from, to] = [since.getTime(), Math.min(until.getTime(), moment + 1)];
    const lines = [...usualLines(plot, unit, jobs, { work: workOf, from, to }), ...own.flatMap((change) => toldLines(unit, change))];
    return lines
      .filter(({ at }) => at >= from && at < to)
      .toSorted((a, b) => a.at - b.at)
      .map((line) => entryOfLine(unit, line, revisionOf(units.at(unit, line.at))));
  };
}

/** A Run job logs under its executions, which are no revisions. */
function revisionOf(deployed: Unit | undefined): string | undefined {
  return deployed?.kind === "job" ? undefined : servingOf(deployed);
}

interface Window {
  readonly work: (unit: string) => readonly Line[];
  readonly from: number;
  readonly to: number;
}

/** What a unit or scheduler job logs on its own; a unit that nothing serves logs nothing. */
function usualLines(plot: Plot, unit: string, jobs: StoredJobs, { work, from, to }: Window): readonly Line[] {
  const attempts = attemptLines(jobs, unit, from, to);
  const declared = entryOf(infrastructureOf(plot.pipeline).units, unit);
  if (declared === undefined) return attempts;
  const units = unitsOf(plot);
  const [done, called] = [work(unit), callLines(plot, jobs, unit, from, to)];
  const lines = [...done, ...called.lines, ...(done.length === 0 && !called.byJob ? signsOfLife(plot, unit, declared.kind, from, to) : [])];
  return [...attempts, ...lines.filter(({ at }) => isInForce(declared, plot.pipeline, at) && units.serving(unit, at) !== undefined)];
}

function toldLines(unit: string, { from, times, everySeconds, severity, text, fields, revision }: LogLines): readonly Line[] {
  const named = revision === undefined ? {} : { revision: revisionName(unit, revision) };
  return Array.from({ length: times }, (_, index) => ({
    at: from.getTime() + index * everySeconds * 1000,
    severity,
    text,
    fields,
    ...named,
  }));
}

function tooEarly(begin: Date): NotSupplied {
  return {
    notSupplied: `the scenario holds no logs from before ${begin.toISOString()}`,
    next: "Ask for a later window, or give the scenario more days (`days`).",
  };
}
