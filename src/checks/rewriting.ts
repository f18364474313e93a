import type { Evidence } from "../evidence/evidence.ts";
import type { RunRow, TableFacts } from "../evidence/looks/tables.ts";
import { addMinutes } from "../pipeline/dates.ts";
import type { Scope } from "./check.ts";
import type { Figures, Finding } from "./finding.ts";
import { putOff } from "./finding.ts";
import { at } from "./words.ts";

/** Runs that ended like this write no more: a processor that keeps failing must not put its judgement off for ever. */
const idle: readonly string[] = ["failed", "skipped"];

/** A run so recent that its table may stand between a DELETE and an INSERT. */
export interface RecentRun {
  readonly processor: string;
  readonly at: Date;
}

/** The newest start or end of a run of these processors within the last minutes; undefined if none, or the history was refused. */
export function recentRun(processors: readonly string[], runs: Evidence<TableFacts<RunRow>>, scope: Scope): RecentRun | undefined {
  return runs.seen ? recentAmong(processors, runs.facts.rows, scope) : undefined;
}

/** The same of runs that were seen. */
export function recentAmong(
  processors: readonly string[],
  runs: readonly Pick<RunRow, "processor_name" | "status" | "started_at" | "processed_at">[],
  { rules, asOf }: Scope,
): RecentRun | undefined {
  const since = addMinutes(asOf, -rules.thresholds.completion.rewriting_minutes.minutes);
  const times = runs.flatMap(({ processor_name: processor, status, started_at: started, processed_at: ended }) =>
    processor !== null && processors.includes(processor) && !idle.includes(status ?? "")
      ? [started, ended].flatMap((time) => (time === null ? [] : [{ processor, at: new Date(time) }]))
      : [],
  );
  return times.filter((run) => run.at >= since && run.at <= asOf).toSorted((a, b) => b.at.getTime() - a.at.getTime())[0];
}

export function beingRewritten(run: RecentRun, scope: Scope, figures: Figures): Finding {
  const until = addMinutes(run.at, scope.rules.thresholds.completion.rewriting_minutes.minutes);
  return putOff(`being rewritten: ${run.processor} was at work at ${at(run.at, scope)}`, until, figures);
}
