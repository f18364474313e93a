import type { Scope } from "../../checks/check.ts";
import { couldNotLook } from "../../checks/check.ts";
import type { Finding } from "../../checks/finding.ts";
import { notApplicable, pass, problem, unknown } from "../../checks/finding.ts";
import type { Declared, Fault } from "../../checks/scheduling/job.ts";
import { standingOf } from "../../checks/scheduling/job.ts";
import { outputUnits, weighed } from "../../checks/scheduling/output.ts";
import { at, counted, gap } from "../../checks/words.ts";
import type { Looking } from "../../evidence/looking.ts";
import type { SchedulerFacts, SchedulerJob } from "../../evidence/looks/schedules.ts";
import { schedulerJobs } from "../../evidence/looks/schedules.ts";
import { scraperLog } from "../../evidence/looks/scraper-logs.ts";
import { collectedGames } from "../../evidence/looks/scraping.ts";
import { shellQuoted } from "../../shell.ts";
import { idName, quoted } from "../../outside-text.ts";
import { addDays, clockText, dateAt } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import { weigh } from "../cause.ts";
import type { Inquiry, ListRow, NextCall } from "../inquiry.ts";
import type { ArrivalEvidence, JobFacts } from "./job-facts.ts";
import { calledUnit, familyOf, familyWords, faultOf, jobCauses, jobFacts } from "./job-facts.ts";

interface JobAsked {
  readonly job: string;
  readonly looking: Looking;
  readonly scope: Scope;
  readonly scheduler: SchedulerFacts;
  readonly corrected?: string | undefined;
}

const severities = { yes: "P3", unknown: "P3", no: "P2" } as const;

/** How a scheduler job stands, of what kind its trouble is, whether its work arrives all the same, and who else has that trouble. */
export async function investigateJob({ job: name, looking, scope, scheduler, corrected }: JobAsked): Promise<Inquiry> {
  const { rules } = scope;
  const job = scheduler.jobs.find((each) => each.name === name);
  const declared: Declared | undefined = rules.schedule?.[name];
  const look = schedulerJobs(rules).id;
  const asked = { job: idName(name), ...(corrected === undefined ? {} : { corrected }) };
  const headline = `job ${idName(name)}${corrected === undefined ? "" : ` (${corrected})`}`;
  if (job === undefined) {
    const finding = problem("P3", {
      reason: "missing",
      observed: `the scheduler has ${counted(scheduler.jobs.length, "job")}, and none is called ${name}`,
      expected: "the job that the pipeline file names",
      next: "Look for it under another name or in another region; then make it again, or take it out of the pipeline file.",
    });
    return { lines: [{ id: `job/${idName(name)}`, finding, evidence: [look] }], numbers: {}, asked, headline };
  }
  const faulty = faultyJobs(scheduler, scope, name);
  // Whose work arrives is only told beside a trouble of the job itself: of one that is well nothing else is looked at.
  const troubled = faulty.some((each) => each.job.name === name) ? await troubledJobs(faulty, { looking, scope }) : [];
  const own = troubled.find((facts) => facts.job.name === name);
  const findings = own === undefined ? [standingFinding(job, declared, scope)] : await faultFindings(own, declared, { looking, scope });
  const rows = familyRows(troubled);
  return {
    lines: findings.map((finding) => ({ id: `job/${idName(name)}`, finding, evidence: [look] })),
    numbers: numbersOf(job, faulty, scheduler, scope),
    asked,
    headline,
    ...(own === undefined ? {} : { causes: weigh(own, jobCauses), rows }),
    ...(job.nextRunAt === undefined ? {} : { askAgain: new Date(job.nextRunAt) }),
    ...(own === undefined ? {} : { next: nextCalls(job, own, rules) }),
  };
}

interface Faulty {
  readonly job: SchedulerJob;
  readonly fault: Fault;
}

/** Every job with a fault, what is declared or not, but for those that concern nobody. */
function faultyJobs({ jobs }: SchedulerFacts, scope: Scope, asked: string): readonly Faulty[] {
  const noise = scope.rules.monitoring?.noise?.filter(({ of }) => of === "job") ?? [];
  return jobs
    .filter(({ name }) => name === asked || !noise.some(({ prefix }) => name.startsWith(prefix)))
    .flatMap((job) => {
      const fault = faultOf(job, scope);
      return fault === undefined ? [] : [{ job, fault }];
    });
}

async function troubledJobs(faulty: readonly Faulty[], place: Place): Promise<readonly JobFacts[]> {
  return Promise.all(faulty.map(async ({ job, fault }) => jobFacts(job, fault, await arrivalOf(job, fault.attempt, place), place.scope)));
}

interface Place {
  readonly looking: Looking;
  readonly scope: Scope;
}

async function arrivalOf(job: SchedulerJob, attempt: Date | undefined, { looking, scope: { rules } }: Place): Promise<ArrivalEvidence> {
  if (attempt === undefined) return { fills: {}, log: undefined };
  const date = dateAt(attempt, rules.zone);
  const unit = calledUnit(job, rules);
  const fills = Object.fromEntries((rules.schedule?.[job.name]?.fills ?? []).map((table) => [table, collectedGames(rules, date, table)]));
  // From the day before on: a unit that was not reached shows that it logs at all only by earlier lines.
  const [tables, log] = await Promise.all([
    looking.all(fills),
    unit === undefined ? undefined : looking.gather(scraperLog(rules, addDays(date, -1), { unit, names: [job.name], witness: job.name })),
  ]);
  return { fills: tables, log };
}

function standingFinding(job: SchedulerJob, declared: Declared | undefined, scope: Scope): Finding {
  const standing = standingOf(job, scope);
  switch (standing.kind) {
    case "good":
      return pass(`${standing.said}${nextText(job, scope)}`);
    case "unsure":
      return unknown(standing.reason, standing.said, standing.next);
    case "fault": {
      const { reason, said, expected, next } = standing.fault;
      if (declared?.paused !== undefined) return notApplicable("paused", `${said}; on purpose: ${declared.paused}`);
      return problem("P3", { reason, observed: said, expected, next });
    }
  }
}

/** Where the file names a stage that it feeds, the check of that stage says whether its output is there. */
async function faultFindings(facts: JobFacts, declared: Declared | undefined, { looking, scope }: Place): Promise<readonly Finding[]> {
  const { job, fault, arrives } = facts;
  const old = fault.attempt === undefined ? "" : oldText(fault.attempt, scope);
  const said = `${fault.said}${old}; ${arrives.said}${nextText(job, scope)}`;
  const next = `${fault.next}${commandText(facts, scope.rules)}`;
  const words = { reason: fault.reason, observed: said, expected: fault.expected, next };
  if ((declared?.feeds ?? []).length > 0 && declared !== undefined) {
    const outputs = await Promise.all(outputUnits(scope)(declared).map((unit) => unit.examine(looking.gather, scope.asOf)));
    const warning = problem("P3", { ...words, observed: `${fault.said}${old}${nextText(job, scope)}` });
    if (warning.verdict !== "warn") throw new Error("A P3 warns.");
    return weighed(warning, outputs, scope);
  }
  return [problem(severities[arrives.holds], words)];
}

/** The scheduler shows a status until the next attempt, whatever was repaired meanwhile. */
function oldText(attempt: Date, { asOf }: Scope): string {
  const day = 24 * 3_600_000;
  return asOf.getTime() - attempt.getTime() < day ? "" : `; that status is ${gap(attempt, asOf)} old`;
}

function nextText({ nextRunAt: next }: SchedulerJob, scope: Scope): string {
  return next === undefined ? "" : `; next run ${clockText(new Date(next), scope.rules.zone)}, until then the status stays`;
}

/** Seconds that a call over HTTP may take at most: how long the work takes is not recorded. */
const mostDeadline = 1800;

function commandText({ job, fault, arrives }: JobFacts, { region = "REGION" }: Rules): string {
  const where = `${shellQuoted(job.name)} --location=${region}`;
  if (fault.reason === "deadline")
    return ` \`gcloud scheduler jobs update http ${where} --attempt-deadline=${mostDeadline}s\`, the most it takes.`;
  return arrives.holds === "yes" ? "" : ` Then \`gcloud scheduler jobs run ${where}\`, once.`;
}

function familyRows(troubled: readonly JobFacts[]): readonly ListRow[] {
  const families = [...Map.groupBy(troubled, familyOf)].toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  return families.map(([family, jobs]) => {
    const of = (holds: string) => jobs.filter((facts) => facts.arrives.holds === holds).length;
    return {
      family: familyWords[family],
      jobs: jobs.map(({ job }) => idName(job.name)).join(", "),
      result: [
        [of("no"), "nothing arrives"],
        [of("yes"), "arrives all the same"],
        [of("unknown"), "not known"],
      ]
        .filter(([count]) => count !== 0)
        .map(([count, said]) => `${count} ${said}`)
        .join(", "),
    };
  });
}

const order: readonly string[] = ["address", "deadline", "invoker", "other"];

function numbersOf(job: SchedulerJob, troubled: readonly Faulty[], { jobs }: SchedulerFacts, scope: Scope): Inquiry["numbers"] {
  return {
    state: job.state,
    times: `${quoted(job.schedule)} ${quoted(job.zone)}`,
    last_attempt: job.lastAttemptAt === undefined ? "never" : `${at(new Date(job.lastAttemptAt), scope)}, code ${job.code ?? "not told"}`,
    in_trouble: `${troubled.length} of ${counted(jobs.length, "job")}`,
  };
}

function nextCalls(job: SchedulerJob, { fault }: JobFacts, rules: Rules): readonly NextCall[] {
  const unit = calledUnit(job, rules);
  if (fault.attempt === undefined || unit === undefined) return [];
  return [{ tool: "read_logs", arguments: { unit, around: fault.attempt.toISOString() } }];
}

/** Of the scheduler as it is now nothing can be said of an earlier moment; a scheduler that nobody could ask is unknown. */
export function withoutScheduler(name: string, lost: Parameters<typeof couldNotLook>[0] | undefined): Inquiry {
  const finding =
    lost === undefined
      ? unknown(
          "only_now",
          "how scheduler jobs stand is known only as of now, and the clock is an earlier one",
          "Ask without an earlier clock.",
        )
      : couldNotLook(lost);
  return {
    lines: [{ id: `job/${idName(name)}`, finding, evidence: lost === undefined ? [] : [lost.id] }],
    numbers: {},
    asked: { job: idName(name) },
  };
}
