import type { SchedulerJob } from "../../evidence/looks/schedules.ts";
import type { Rules } from "../../pipeline/load.ts";

/** Scheduler jobs that call a unit, by what became of their newest attempt since it began to refuse. Jobs that made none since are neither. */
export interface Callers {
  readonly refused: readonly string[];
  readonly served: readonly string[];
}

export function callersOf(jobs: readonly SchedulerJob[], unit: string, since: Date, { schedule = {}, monitoring }: Rules): Callers {
  const attempts = jobs.filter(
    ({ name, lastAttemptAt }) => schedule[name]?.calls === unit && lastAttemptAt !== undefined && new Date(lastAttemptAt) >= since,
  );
  const named = (of: (code: number) => boolean): readonly string[] =>
    attempts.flatMap(({ name, code }) => (code !== undefined && of(code) ? [name] : []));
  return { refused: named((code) => monitoring?.attempt_codes?.auth.includes(code) === true), served: named((code) => code === 0) };
}
