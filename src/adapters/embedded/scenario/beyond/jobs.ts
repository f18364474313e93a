import { addDays, instantOf } from "../../../../pipeline/dates.ts";
import type { ScheduledJob } from "../../../../ports/schedules.ts";
import type { Plot } from "../plot.ts";
import type { JobChange } from "./changes.ts";
import { cronTimes } from "../../../../pipeline/cron.ts";
import type { DeclaredJob } from "./declared.ts";
import { addressOf, entryOf, infrastructureOf, jobNames } from "./declared.ts";

/** How one attempt of a job ended. */
export interface Attempt {
  readonly at: number;
  readonly code: number;
  readonly message?: string | undefined;
  readonly target: string;
}

/** Every scheduler job through time. */
export interface StoredJobs {
  /** Undefined: no such job. */
  at(name: string, moment: number): ScheduledJob | undefined;
  names(moment: number): readonly string[];
  /** In order of time; the first moment is included, the second is not. */
  attempts(name: string, from: number, to: number): readonly Attempt[];
}

export function jobsOf(plot: Plot): StoredJobs {
  const changes = plot.scenario.changes.filter((change) => change.verb === "job");
  const all = [...new Set([...(jobNames(plot.pipeline) ?? []), ...changes.map(({ job }) => job)])].toSorted();
  const made = new Map<string, readonly Stretch[]>();
  const stretches = (name: string): readonly Stretch[] => {
    const found = made.get(name) ?? stretchesOf(plot, name, changes);
    made.set(name, found);
    return found;
  };
  const at = (name: string, moment: number): ScheduledJob | undefined => {
    const told = stretches(name).filter(({ from }) => from <= moment);
    const now = told.at(-1);
    return now === undefined || moment >= now.to ? undefined : jobAt(name, now, told, moment);
  };
  return {
    at,
    names: (moment) => all.filter((name) => at(name, moment) !== undefined),
    attempts: (name, from, to) => stretches(name).flatMap((stretch) => attemptsIn(stretch, from, to)),
  };
}

/** A time during which nobody changed the job. */
interface Stretch {
  readonly from: number;
  /** Not included. */
  readonly to: number;
  readonly createdAt: number;
  readonly cron: string;
  readonly zone: string;
  readonly state: ScheduledJob["state"];
  readonly target: string;
  readonly deadlineSeconds: number;
  /** It has not run, whatever the clock says. */
  readonly silent: boolean;
  /** The attempt with which the stretch begins. */
  readonly opening?: Pick<Attempt, "code" | "message"> | undefined;
  /** Attempts before this time end as the opening one did. */
  readonly alike: number;
}

const usualDeadlineSeconds = 180;

function stretchesOf(plot: Plot, name: string, all: readonly JobChange[]): readonly Stretch[] {
  const changes = all.filter(({ job }) => job === name).toSorted((a, b) => a.from.getTime() - b.from.getTime());
  // A job that never ran was made when it is first said so: what came before would be a run.
  const born = changes.findLastIndex(({ never }) => never);
  const told = born === -1 ? changes : changes.slice(born);
  const declared = entryOf(infrastructureOf(plot.pipeline).schedule, name);
  const first = beginning(plot, name, declared, changes);
  if (first === undefined) return [];
  const changed: Stretch[] = born === -1 && declared !== undefined ? [first] : [];
  for (const change of told) {
    const from = change.from.getTime();
    const before = changed.at(-1) ?? { ...first, createdAt: from };
    if (changed.length > 0) changed[changed.length - 1] = { ...before, to: from };
    changed.push(after(before, change, first.to));
  }
  return changed;
}

/** What a job is before anything is told of it; for one that the pipeline file doesn't declare, what its changes say first. */
function beginning(plot: Plot, name: string, declared: DeclaredJob | undefined, changes: readonly JobChange[]): Stretch | undefined {
  const { pipeline, season, scenario } = plot;
  const midnight = (date: typeof scenario.night.date): number => instantOf(date, { day: 0, hour: 0, minute: 0 }, pipeline.zone).getTime();
  // Old enough for a monthly job to have run.
  const usual = midnight(addDays(season.processed[0] ?? scenario.night.date, -90));
  const from = declared?.since === undefined ? usual : midnight(declared.since);
  const cron = declared?.cron ?? changes.find((change) => change.cron !== undefined)?.cron;
  if (cron === undefined) return undefined;
  return {
    from,
    to: declared?.until === undefined ? Infinity : midnight(declared.until),
    createdAt: from,
    cron,
    zone: declared?.zone ?? pipeline.zone,
    state: "enabled",
    target: addressOf(pipeline, declared?.calls ?? name),
    deadlineSeconds: usualDeadlineSeconds,
    silent: false,
    alike: 0,
  };
}

function after(before: Stretch, change: JobChange, end: number): Stretch {
  const { code, message, until } = change;
  return {
    from: change.from.getTime(),
    to: end,
    createdAt: before.createdAt,
    cron: change.cron ?? before.cron,
    zone: change.zone ?? before.zone,
    state: change.state ?? before.state,
    target: change.target ?? before.target,
    deadlineSeconds: change.deadlineSeconds ?? before.deadlineSeconds,
    silent: change.never || (before.silent && code === undefined),
    opening: code === undefined ? undefined : { code, message },
    alike: code === undefined ? 0 : (until?.getTime() ?? 0),
  };
}

function jobAt(name: string, now: Stretch, told: readonly Stretch[], moment: number): ScheduledJob {
  const last = told.toReversed().reduce<Attempt | undefined>((found, stretch) => found ?? lastAttempt(stretch, moment), undefined);
  const next = now.state === "enabled" ? cronTimes(now.cron, now.zone).next(moment) : undefined;
  return {
    name,
    schedule: now.cron,
    zone: now.zone,
    state: now.state,
    createdAt: new Date(now.createdAt).toISOString(),
    ...(last === undefined ? {} : { lastAttemptAt: new Date(last.at).toISOString(), code: last.code }),
    ...(last?.message === undefined ? {} : { message: last.message }),
    ...(next === undefined ? {} : { nextRunAt: new Date(next).toISOString() }),
    target: now.target,
    deadlineSeconds: now.deadlineSeconds,
  };
}

function lastAttempt(stretch: Stretch, moment: number): Attempt | undefined {
  const last = runs(stretch) ? cronTimes(stretch.cron, stretch.zone).last(Math.min(moment, stretch.to - 1)) : undefined;
  return last === undefined || last < firstRun(stretch) ? opening(stretch) : attempt(stretch, last);
}

function attemptsIn(stretch: Stretch, from: number, to: number): readonly Attempt[] {
  const first = opening(stretch);
  const times = runs(stretch)
    ? cronTimes(stretch.cron, stretch.zone).between(Math.max(from, firstRun(stretch)), Math.min(to, stretch.to))
    : [];
  return [...(first !== undefined && first.at >= from && first.at < to ? [first] : []), ...times.map((at) => attempt(stretch, at))];
}

/** A paused job makes no attempt of its own. */
function runs({ state, silent }: Stretch): boolean {
  return state === "enabled" && !silent;
}

/** An attempt that the scenario tells takes the place of one that is due at that very moment. */
function firstRun(stretch: Stretch): number {
  return stretch.opening === undefined ? stretch.from : stretch.from + 1;
}

function opening(stretch: Stretch): Attempt | undefined {
  return stretch.opening === undefined ? undefined : { at: stretch.from, target: stretch.target, ...stretch.opening };
}

function attempt(stretch: Stretch, at: number): Attempt {
  const ended = at < stretch.alike ? stretch.opening : undefined;
  return { at, target: stretch.target, code: ended?.code ?? 0, message: ended?.message };
}
