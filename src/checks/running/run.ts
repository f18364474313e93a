import type { RunRow } from "../../evidence/looks/tables.ts";
import { quoted } from "../../outside-text.ts";
import { durationText } from "../../pipeline/dates.ts";
import type { Scope } from "../check.ts";
import { atSecond } from "../words.ts";

/** One run: its running row and its final row put together. */
export interface Run {
  readonly id: string;
  readonly processor: string;
  readonly state: "running" | "well" | "refused" | "failed";
  /** The history's own word for it. */
  readonly status: string;
  readonly started?: Date;
  readonly ended?: Date;
  /** How many records it says it wrote. */
  readonly records?: number;
  readonly why?: string;
}

/** The runs of a date, oldest first. A running row and a final row of one run are normal, and are one run. */
export function runsIn(rows: readonly RunRow[]): readonly Run[] {
  const byId = Map.groupBy(rows, (row) => (row.run_id === null ? row : `${row.processor_name} ${row.run_id}`));
  return [...byId.values()].map(runOf).toSorted((a, b) => startOf(a) - startOf(b));
}

function runOf(rows: readonly RunRow[]): Run {
  const final = rows.filter(isFinal).toSorted((a, b) => endOf(b) - endOf(a))[0];
  const [first] = rows;
  const said = final ?? first;
  const status = said?.status ?? "";
  const started = rows.flatMap((row) => (row.started_at === null ? [] : [Date.parse(row.started_at)]));
  const ended = final?.processed_at ?? null;
  const records = final?.records_processed ?? null;
  const why = [said?.["skip_reason"], said?.["failure_category"]].find((reason) => typeof reason === "string");
  return {
    id: said?.run_id ?? "?",
    processor: said?.processor_name ?? "?",
    state: stateOf(final, status),
    status,
    ...(started.length === 0 ? {} : { started: new Date(Math.min(...started)) }),
    ...(ended === null ? {} : { ended: new Date(ended) }),
    ...(records === null ? {} : { records }),
    ...(typeof why === "string" ? { why } : {}),
  };
}

/** A row that says how the run ended: with a time of its end, or with any status but running. */
function isFinal({ processed_at: ended, status }: RunRow): boolean {
  return ended !== null || (status !== null && status !== "running");
}

function stateOf(final: RunRow | undefined, status: string): Run["state"] {
  if (final === undefined) return "running";
  if (status === "skipped" || final["skipped"] === true) return "refused";
  return status === "success" || status === "partial" ? "well" : "failed";
}

function startOf({ started, ended }: Run): number {
  return (started ?? ended)?.getTime() ?? 0;
}

function endOf({ processed_at: ended }: RunRow): number {
  return ended === null ? 0 : Date.parse(ended);
}

/** Pairs of runs of which the one began before the other had ended; a run that the lock refused wrote nothing and overlaps with none. One without an end is taken to be at work until now. */
export function overlapping<R extends Run>(runs: readonly R[], asOf: Date): readonly (readonly [R, R])[] {
  const spans = runs.flatMap((run) => {
    const until = run.ended ?? (run.state === "running" ? asOf : undefined);
    return run.state === "refused" || run.started === undefined || until === undefined ? [] : [{ run, from: run.started, until }];
  });
  return spans.flatMap((one, index) =>
    spans.slice(index + 1).flatMap((other) => (one.from < other.until && other.from < one.until ? [[one.run, other.run] as const] : [])),
  );
}

/** `` `pgs-1` (15:00:06 ET, 41 s) `` */
export function runText({ id, started, ended, state }: Run, scope: Pick<Scope, "rules" | "date">): string {
  const began = started === undefined ? "start not recorded" : atSecond(started, scope);
  const lasted =
    started === undefined || ended === undefined
      ? state === "running"
        ? ", no end recorded"
        : ""
      : `, ${durationText(ended.getTime() - started.getTime())}`;
  return `${quoted(id)} (${began}${lasted})`;
}
