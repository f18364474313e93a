import type { SchedulerJob } from "../../evidence/looks/schedules.ts";
import { quoted } from "../../outside-text.ts";
import type { CronTimes } from "../../pipeline/cron.ts";
import { cronTimes, isCron } from "../../pipeline/cron.ts";
import { addMinutes, isZone } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Scope } from "../check.ts";
import { at } from "../words.ts";

export type Declared = NonNullable<Rules["schedule"]>[string];

/** What is wrong with a job, whatever it is for. */
export interface Fault {
  readonly reason:
    | "auth"
    | "internal"
    | "deadline"
    | "target"
    | "request"
    | "failed"
    | "never_ran"
    | "not_fired"
    | "disabled"
    | "paused"
    | "missing";
  readonly said: string;
  readonly expected: string;
  readonly next: string;
  /** The attempt it is about; absent where there should have been one. */
  readonly attempt?: Date;
}

/** How a job stands: nothing to say, something to say that decides nothing, or a fault. */
export type Standing =
  | { readonly kind: "good"; readonly said: string }
  | { readonly kind: "unsure"; readonly reason: string; readonly said: string; readonly next: string }
  | { readonly kind: "fault"; readonly fault: Fault };

/** A job as the scheduler has it. Its status is that of its last attempt, so the attempt's time is always said. */
export function standingOf(job: SchedulerJob, scope: Scope): Standing {
  switch (job.state) {
    case "paused":
      return fault(paused(job, scope));
    case "disabled":
      return fault({
        reason: "disabled",
        said: `the scheduler itself has disabled it${lastText(job, scope)}`,
        expected: "an enabled job",
        next: "Read the scheduler's log of it for the error, put that right and enable the job again.",
      });
    case "enabled":
      return job.lastAttemptAt === undefined ? neverRan(job, scope) : attempted(job, new Date(job.lastAttemptAt), scope);
  }
}

/** A job's own times: by the fields and the zone that the scheduler has, not by the pipeline file's. */
export function timesOf({ schedule, zone }: Pick<SchedulerJob, "schedule" | "zone">): CronTimes | undefined {
  return isZone(zone) && isCron(schedule) ? cronTimes(schedule, zone) : undefined;
}

/** The newest of its times whose attempt must have begun and ended by now. */
export function lastDue(job: Pick<SchedulerJob, "schedule" | "zone">, { rules, asOf }: Scope): Date | undefined {
  const last = timesOf(job)?.last(addMinutes(asOf, -rules.thresholds.schedules.attempt.minutes).getTime());
  return last === undefined ? undefined : new Date(last);
}

function fault(found: Fault): Standing {
  return { kind: "fault", fault: found };
}

function paused(job: SchedulerJob, scope: Scope): Fault {
  return {
    reason: "paused",
    said: `it is paused${lastText(job, scope)}`,
    expected: "an enabled job, or a pause that the pipeline file gives a reason for",
    next: "Resume it; or, where it is meant, say why in the pipeline file (schedule, `paused`).",
  };
}

function lastText({ lastAttemptAt: last }: SchedulerJob, scope: Scope): string {
  return last === undefined ? ", and never ran" : `, last attempt ${at(new Date(last), scope)}`;
}

/** A new job has its first time still before it. Where nobody tells when it was made, that can't be taken for granted. */
function neverRan(job: SchedulerJob, scope: Scope): Standing {
  const { asOf, rules } = scope;
  const silent = {
    reason: "never_ran",
    expected: "an attempt at each of its times",
    next: `Run it by hand and see what it answers, and that ${rightsText(job)}.`,
  } as const;
  if (job.createdAt === undefined) {
    const next = job.nextRunAt === undefined ? "" : `, or its first time is ${at(new Date(job.nextRunAt), scope)}`;
    return fault({
      ...silent,
      said: `it is enabled and has never run; when it was made is not told: either its time has come before${next}`,
    });
  }
  const made = new Date(job.createdAt);
  const first = timesOf(job)?.next(made.getTime());
  if (first === undefined)
    return {
      kind: "unsure",
      reason: "times_unknown",
      said: `it never ran, made ${at(made, scope)}, and its times ${quoted(job.schedule)} in ${quoted(job.zone)} can't be worked out`,
      next: "Look at the job by hand, and correct its times.",
    };
  const due = new Date(first);
  if (addMinutes(due, rules.thresholds.schedules.attempt.minutes) > asOf)
    return { kind: "good", said: `not run yet: made ${at(made, scope)}, its first time is ${at(due, scope)}` };
  return fault({
    ...silent,
    said: `it is enabled and has never run since it was made ${at(made, scope)}, though its time came ${at(due, scope)}`,
  });
}

function attempted(job: SchedulerJob, last: Date, scope: Scope): Standing {
  const { rules } = scope;
  const { code } = job;
  if (code === undefined)
    return {
      kind: "unsure",
      reason: "no_status",
      said: `how its attempt of ${at(last, scope)} ended is not told`,
      next: "Look at the job's attempts in the scheduler's log.",
    };
  const cause = causeOf(code, rules);
  if (cause !== undefined) return fault({ ...failed(job, code, cause, at(last, scope)), attempt: last });
  const due = lastDue(job, scope);
  const made = job.createdAt === undefined ? undefined : new Date(job.createdAt);
  const missed = due !== undefined && addMinutes(last, clockMinutes) < due && (made === undefined || made < due);
  if (missed)
    return fault({
      reason: "not_fired",
      said: `it is enabled and did not fire at ${at(due, scope)}; its last attempt was ${at(last, scope)}`,
      expected: "an attempt at each of its times",
      next: "See whether it was paused until now or its times were changed; else run it by hand.",
    });
  const ended = code === 0 ? "ended well" : `ended with code ${code}, as healthy ones do here`;
  return { kind: "good", said: `its last attempt, ${at(last, scope)}, ${ended}` };
}

/** Minutes by which the scheduler's clock may differ from its own times. */
const clockMinutes = 1;

const causes = ["auth", "internal", "deadline", "target", "request"] as const;
type Cause = (typeof causes)[number] | "failed";

/** Undefined where the code is no fault. */
function causeOf(code: number, { monitoring }: Rules): Cause | undefined {
  const codes = monitoring?.attempt_codes;
  if (code === 0 || codes?.harmless.includes(code) === true) return undefined;
  return causes.find((cause) => codes?.[cause].includes(code) === true) ?? "failed";
}

type Failed = Pick<Fault, "reason" | "said" | "expected" | "next">;

function failed(job: SchedulerJob, code: number, cause: Cause, when: string): Failed {
  const message = job.message === undefined || job.message === "" ? "" : `: ${quoted(job.message)}`;
  const { how, next } = wordsFor(job, cause);
  return { reason: cause, said: `its last attempt, ${when}, ${how} (code ${code})${message}`, expected: "an attempt that ends well", next };
}

function wordsFor(job: SchedulerJob, cause: Cause): { how: string; next: string } {
  const target = quoted(job.target);
  switch (cause) {
    case "auth":
      return { how: "was not allowed to call its target", next: `See that ${rightsText(job)}.` };
    case "internal":
      return {
        how: "ended in an internal error, as a call of a wrong address does too",
        next: `See that ${target} is the address of what runs now, not of an earlier generation, and that the call carries an identity token; then read the errors of what it calls.`,
      };
    case "deadline":
      return {
        how: `was given up after ${job.deadlineSeconds} s, while the work may have gone on`,
        next: `Look at its output before running it again; raise its deadline of ${job.deadlineSeconds} s above what the work takes.`,
      };
    case "target":
      return { how: "did not find its target", next: `Correct the address ${target}, or deploy what should answer there.` };
    case "request":
      return { how: "was refused as a bad request", next: `Compare what it sends with what ${target} takes.` };
    case "failed":
      return { how: "failed", next: `Read what ${target} logged at that time; then run the job by hand.` };
  }
}

function rightsText({ target }: SchedulerJob): string {
  return `the call of ${quoted(target)} carries an identity token and its account may invoke it`;
}
