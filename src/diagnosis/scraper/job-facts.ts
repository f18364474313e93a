import type { Scope } from "../../checks/check.ts";
import type { Fault } from "../../checks/scheduling/job.ts";
import { standingOf } from "../../checks/scheduling/job.ts";
import { at, counted } from "../../checks/words.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import { isAtLeast } from "../../evidence/looks/logs.ts";
import type { SchedulerJob } from "../../evidence/looks/schedules.ts";
import type { ScraperLine, ScraperLogFacts } from "../../evidence/looks/scraper-logs.ts";
import type { CollectedRow } from "../../evidence/looks/scraping.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { quoted } from "../../outside-text.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { CauseRule, Clue, Holds } from "../cause.ts";

/** What shows whether the work that a job started came to its end, whatever the scheduler says of the call. */
export interface ArrivalEvidence {
  /** Of each table that it fills. */
  readonly fills: Readonly<Record<string, Evidence<TableFacts<CollectedRow>>>>;
  /** Of the unit that it calls, lines that name the job. */
  readonly log: Evidence<ScraperLogFacts> | undefined;
}

/** A job in trouble, and what is known of why. */
export interface JobFacts {
  readonly job: SchedulerJob;
  readonly fault: Fault;
  /** Its address is of a first-generation function, which none here is any more. */
  readonly oldAddress: boolean;
  readonly arrives: { readonly holds: Holds; readonly said: string };
  /** Whether what it calls shows that the last call reached it. */
  readonly reached: { readonly holds: Holds; readonly said: string };
}

/** Jobs that fail for one kind of reason are put right in one way. */
export type Family = "address" | "deadline" | "invoker" | "other";

/** Undefined where nothing is wrong with it, or nothing could be told. */
export function faultOf(job: SchedulerJob, scope: Scope): Fault | undefined {
  const standing = standingOf(job, scope);
  return standing.kind === "fault" && standing.fault.reason !== "paused" ? standing.fault : undefined;
}

export function jobFacts(job: SchedulerJob, fault: Fault, evidence: ArrivalEvidence, scope: Scope): JobFacts {
  const oldAddress = /^https?:\/\/[^/]*\.cloudfunctions\.net(?:\/|$)/u.test(job.target);
  return { job, fault, oldAddress, arrives: arrival(fault, oldAddress, evidence, scope), reached: reaching(job, fault, evidence, scope) };
}

/** A call that was answered with an error of the unit's own leaves a warning or an error there. */
function reaching({ deadlineSeconds }: SchedulerJob, { attempt }: Fault, { log }: ArrivalEvidence, scope: Scope): JobFacts["reached"] {
  if (attempt === undefined) return { holds: "no", said: "no call is known" };
  if (log === undefined) return { holds: "unknown", said: "which unit it calls is not known" };
  if (!log.seen || log.facts.more) return { holds: "unknown", said: "the log of what it calls could not be read" };
  if (log.facts.newest === null) return { holds: "unknown", said: "what it calls has logged nothing at all since the day before" };
  const until = new Date(attempt.getTime() + (deadlineSeconds + 60) * 1000);
  const line = log.facts.lines.find(({ at: when }) => new Date(when) >= attempt && new Date(when) <= until);
  if (line === undefined) return { holds: "no", said: "what it calls logged nothing of that call" };
  return { holds: "yes", said: `what it calls logged ${at(new Date(line.at), scope)}: ${quoted(line.text)}` };
}

export function familyOf({ fault: { reason }, oldAddress }: JobFacts): Family {
  if (reason === "deadline") return "deadline";
  if (reason === "auth") return "invoker";
  if (oldAddress && (reason === "internal" || reason === "target" || reason === "never_ran")) return "address";
  if (reason === "target") return "address";
  return reason === "never_ran" ? "invoker" : "other";
}

export const familyWords: Readonly<Record<Family, string>> = {
  address: "address of a first-generation function, or one where nothing answers",
  deadline: "deadline shorter than the work",
  invoker: "right to invoke, or identity token, missing",
  other: "other",
};

function arrival({ reason, attempt }: Fault, oldAddress: boolean, evidence: ArrivalEvidence, scope: Scope): JobFacts["arrives"] {
  if (attempt === undefined) return { holds: "no", said: "nothing can have come of it: it did not run" };
  const tables = Object.entries(evidence.fills);
  for (const [table, look] of tables) {
    const newest = look.seen ? newestOf(look.facts) : undefined;
    if (newest !== undefined && newest >= attempt)
      return { holds: "yes", said: `${table} has rows of ${at(newest, scope)}, after the attempt` };
  }
  const line =
    evidence.log?.seen === true ? evidence.log.facts.lines.find((each) => each.named && isAfter(each, attempt, scope)) : undefined;
  if (line !== undefined) return { holds: "yes", said: `what it calls logged ${at(new Date(line.at), scope)}: ${quoted(line.text)}` };
  if (reason === "auth" || reason === "target" || (reason === "internal" && oldAddress))
    return { holds: "no", said: "nothing arrives: the call did not reach what it is for" };
  const lost = tables.find(([, look]) => !look.seen);
  if (lost !== undefined) return { holds: "unknown", said: `whether its result arrives could not be looked at: ${lost[0]}` };
  const undated = tables.find(([, look]) => look.seen && look.facts.rows.length > 0 && newestOf(look.facts) === undefined);
  if (undated !== undefined)
    return { holds: "unknown", said: `whether its result arrives can't be told: rows of ${undated[0]} bear no time of writing` };
  if (tables.length > 0)
    return {
      holds: "no",
      said: `nothing arrives: ${counted(tables.length, "table")} that it fills ${tables.length === 1 ? "has" : "have"} no row since the attempt`,
    };
  return {
    holds: "unknown",
    said: "whether its result arrives is not known: the pipeline file names nothing that it fills, and no line names the job",
  };
}

function isAfter({ at: when, severity }: ScraperLine, attempt: Date, { asOf }: Scope): boolean {
  const moment = new Date(when);
  return moment > attempt && moment <= asOf && !isAtLeast(severity, "WARNING");
}

function newestOf({ rows }: TableFacts<CollectedRow>): Date | undefined {
  const times = rows.flatMap(({ newest }) => (newest === null ? [] : [Date.parse(newest)]));
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

/** The declared unit at the other end of a job, by the file or by its address; undefined if none can be told. */
export function calledUnit(
  { name, target }: Pick<SchedulerJob, "name" | "target">,
  { schedule, units = {} }: Pick<Rules, "schedule" | "units">,
): string | undefined {
  const declared = schedule?.[name]?.calls;
  if (declared !== undefined) return declared;
  const [, host = "", path = ""] = /^https?:\/\/([^/]+)(\/.*)?$/u.exec(target) ?? [];
  const known = Object.keys(units).toSorted((a, b) => b.length - a.length);
  return known.find((unit) => host === unit || host.startsWith(`${unit}-`) || path.startsWith(`/${unit}`));
}

/** Why a job is in trouble, as far as the scheduler tells it. */
export const jobCauses: readonly CauseRule<JobFacts>[] = [
  {
    id: "attempt_failed_auth",
    says: ({ fault }) => `the call is not allowed${seen(fault)}`,
    requires: [isReason(["auth"], ["never_ran"])],
    settle: ({ job }) => `Run ${job.name} once by hand: PERMISSION_DENIED or UNAUTHENTICATED then shows it.`,
  },
  {
    id: "attempt_failed_target",
    says: ({ job }) => `the call goes to a wrong address, ${quoted(job.target)}`,
    requires: [isReason(["target", "internal"], ["never_ran"]), hasWrongAddress()],
    // An error of the unit's own shows as an internal one too.
    forbids: [{ holds: ({ reached }) => reached.holds, says: ({ reached }) => reached.said }],
    settle: ({ job, reached }) => `Whether what runs now answers at ${quoted(job.target)}. Now: ${reached.said}.`,
  },
  {
    id: "attempt_failed_deadline",
    says: ({ fault }) => `the scheduler gave up before the work ended${seen(fault)}`,
    requires: [isReason(["deadline"], [])],
    settle: () => "The attempt's code.",
  },
  {
    id: "no_scheduler_attempt",
    says: () => "the scheduler does not call it",
    requires: [isReason(["not_fired", "disabled"], ["never_ran"])],
    settle: ({ job }) => `Attempts of ${job.name} in the scheduler's own log since it was made.`,
  },
];

/** The attempt that shows it, shortly: the finding says it in full. */
function seen({ reason }: Fault): string {
  return reason === "auth" || reason === "deadline" ? ", as its last attempt shows" : "";
}

function isReason(yes: readonly Fault["reason"][], perhaps: readonly Fault["reason"][]): Clue<JobFacts> {
  return {
    holds: ({ fault: { reason } }) => (yes.includes(reason) ? "yes" : perhaps.includes(reason) ? "unknown" : "no"),
    says: ({ fault }) => fault.reason.replaceAll("_", " "),
  };
}

/** An address of the first generation is wrong for a function of the second; any other can't be told from here. */
function hasWrongAddress(): Clue<JobFacts> {
  return {
    holds: ({ oldAddress, fault: { reason } }) => (oldAddress || reason === "target" ? "yes" : "unknown"),
    says: ({ oldAddress, job }) => (oldAddress ? `${quoted(job.target)} is an address of the first generation` : "nothing answered there"),
  };
}
