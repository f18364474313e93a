import { addDays, dateAt, instantOf } from "../../../../pipeline/dates.ts";
import type { Unit } from "../../../../ports/units.ts";
import { random } from "../generate/random.ts";
import type { Plot } from "../plot.ts";
import { infrastructureOf } from "./declared.ts";
import type { Attempt, StoredJobs } from "./jobs.ts";
import type { Line } from "./line.ts";

/** What Cloud Scheduler itself logs of a job, under the job's id: JSON without a message. */
export function attemptLines(jobs: StoredJobs, job: string, from: number, to: number): readonly Line[] {
  return jobs.attempts(job, from - finishedAfterMs, to).flatMap((attempt) => [
    { at: attempt.at, text: "", fields: payload("AttemptStarted", job, attempt), revision: null },
    {
      at: attempt.at + finishedAfterMs,
      severity: attempt.code === 0 ? "INFO" : "ERROR",
      text: "",
      fields: { ...payload("AttemptFinished", job, attempt), ...(attempt.code === 0 ? {} : { status: statusName(attempt.code) }) },
      revision: null,
    },
  ]);
}

const finishedAfterMs = 3000;

function payload(kind: string, job: string, { target }: Attempt) {
  return { "@type": `type.googleapis.com/google.cloud.scheduler.logging.${kind}`, jobName: job, targetType: "HTTP", url: target };
}

const statusNames = [
  ["OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND"],
  ["ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED"],
  ["OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"],
].flat();

function statusName(code: number): string {
  return statusNames[code] ?? "UNKNOWN";
}

/** Requests of scheduler jobs that a unit answered, and whether any job calls it at all. */
export function callLines(
  plot: Plot,
  jobs: StoredJobs,
  unit: string,
  from: number,
  to: number,
): { lines: readonly Line[]; byJob: boolean } {
  const callers = Object.entries(infrastructureOf(plot.pipeline).schedule ?? {}).flatMap(([job, { calls }]) =>
    calls === unit ? [job] : [],
  );
  const lines = callers.flatMap((job) =>
    jobs
      .attempts(job, from - 1000, to)
      .filter(({ code }) => code === 0)
      .map(({ at }) => ({ at: at + 1000, text: `POST / 200 for scheduler job ${job}` })),
  );
  return { lines, byJob: callers.length > 0 };
}

/** A unit that works on no table and that no job calls still answers somebody: a service each hour, anything else once a day. */
export function signsOfLife(plot: Plot, unit: string, kind: Unit["kind"], from: number, to: number): readonly Line[] {
  const dice = random(plot.scenario.seed, "life", unit);
  const [hour, minute] = [dice.whole(1, 22), dice.whole(0, 59)];
  const hours = kind === "service" ? Array.from({ length: 24 }, (_, each) => each) : [hour];
  const { zone } = plot.pipeline;
  const lines: Line[] = [];
  for (let date = dateAt(new Date(from), zone); instantOf(date, midnight, zone).getTime() < to; date = addDays(date, 1)) {
    for (const each of hours) lines.push({ at: instantOf(date, { day: 0, hour: each, minute }, zone).getTime(), text: signs[kind] });
  }
  return lines;
}

const midnight = { day: 0, hour: 0, minute: 0 } as const;

const signs: Readonly<Record<Unit["kind"], string>> = {
  service: "GET /health 200",
  function: "POST / 200",
  job: "Container called exit(0).",
};
