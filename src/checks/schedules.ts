import type { SchedulerJob } from "../evidence/looks/schedules.ts";
import { schedulerJobs } from "../evidence/looks/schedules.ts";
import { idName, quoted } from "../outside-text.ts";
import { dueAt } from "../pipeline/due.ts";
import type { Rules } from "../pipeline/load.ts";
import type { StageName } from "../pipeline/schema.ts";
import type { Check, Scope, Totals, Unit } from "./check.ts";
import { defineCheck } from "./check.ts";
import type { Figures, Finding } from "./finding.ts";
import { notApplicable, note, notDue, pass, problem, saidOf, unknown } from "./finding.ts";
import type { Declared, Fault, Standing } from "./scheduling/job.ts";
import { standingOf } from "./scheduling/job.ts";
import { outputUnits, weighed } from "./scheduling/output.ts";
import { sayJobs } from "./scheduling/say.ts";
import { hasComeSince, isAbout, lacksRun } from "./scheduling/run-of-date.ts";
import { counted } from "./words.ts";

interface JobSubject {
  readonly id: string;
  /** Absent: every job that the pipeline file doesn't name, together. */
  readonly declared?: Declared;
}

const others: JobSubject = { id: "others" };

/** Stages whose output is there before the games: of these alone the half before the games asks. */
const beforeGames: readonly StageName[] = ["same-day", "features", "predictions"];

const jobs = defineCheck({
  id: "schedules",
  question: "Did scheduler jobs fire?",
  depth: "standard",
  halves: ["pre_game", "post_game"],
  about: {
    why: "Seven of 129 jobs failed for weeks and an eighth had never run since it was made; the scheduler shows that of each job, and tells nobody. Two of them were given up on while their work went on and ended well.",
    rule: "A job's status is that of its last attempt, however long ago. It failed (by cause), never ran or did not fire although its time came, is paused without a reason in the pipeline file, or is not there: P3. P1 where that run was about the judged date, the pipeline file names a stage that it feeds, and the check of that stage fails, but no worse than that check's finding; until that stage is due, P3. Paused with a reason, or feeding what is halted: not applicable. Times or zone other than declared are a note.",
    todo: "See whether the output is there before running anything: a job that was given up on may have done its work. Then put right what its cause names, and run it once.",
  },
  // On a day without games nobody waits for a slate; its jobs are judged with the night.
  subjects: (scope): readonly JobSubject[] =>
    scope.half === "pre_game" ? (scope.slate.kind === "none" ? [] : declaredJobs(scope)) : [...declaredJobs(scope), others],
  needs: (_subject, { rules }) => ({ scheduler: schedulerJobs(rules) }),
  judge: ({ scheduler }, { subject, scope }) => {
    if (scheduler.jobs.length === 0) return [nobodyThere()];
    if (subject.declared === undefined) return judgeOthers(scheduler.jobs, scope);
    const job = scheduler.jobs.find(({ name }) => name === subject.id);
    return judgeJob(subject.id, subject.declared, job, scope);
  },
  say: sayJobs,
  numbers: ({ sums, unknown: lost }: Totals): Record<string, string> =>
    sums["jobs"] === undefined ? {} : { jobs: `${sums["good"] ?? 0}/${sums["jobs"]} good${lost > 0 ? `, ${lost} not seen` : ""}` },
});

/** Did scheduler jobs fire? Those that the night rests on are weighed by what became of their output. */
export const schedules: Check = { ...jobs, units: (scope) => weighing(jobs.units(scope), scope) };

function declaredJobs({ rules, half }: Scope): readonly JobSubject[] {
  return Object.entries(rules.schedule ?? {})
    .filter(([id, { feeds = [] }]) => !isNoise(id, rules) && (half !== "pre_game" || feeds.some((stage) => beforeGames.includes(stage))))
    .map(([id, declared]) => ({ id, declared }));
}

function isNoise(job: string, { monitoring }: Rules): boolean {
  return monitoring?.noise?.some(({ of, prefix }) => of === "job" && job.startsWith(prefix)) === true;
}

/**
 * Only for a job that failed are the stages' own checks asked: of one that fired nobody needs to know what it brought. From
 * then on their looks are its looks too, so that what a second look changes there is judged anew here.
 */
function weighing(units: readonly Unit[], scope: Scope): readonly Unit[] {
  const outputs = outputUnits(scope);
  const all: Readonly<Record<string, Declared>> = scope.rules.schedule ?? {};
  return units.map((unit) => {
    let asked: readonly Unit[] = [];
    return {
      ...unit,
      get looks() {
        return [...unit.looks, ...asked.flatMap(({ looks }) => looks)];
      },
      examine: async (gather, asOf) => {
        const own = await unit.examine(gather, asOf);
        if (!own.findings.some(bearsOnTheDate)) return own;
        asked = outputs(all[unit.subject] ?? {});
        const found = await Promise.all(asked.map((stage) => stage.examine(gather, asOf)));
        return {
          findings: own.findings.flatMap((finding) => (bearsOnTheDate(finding) ? weighed(finding, found, { ...scope, asOf }) : [finding])),
          without: own.without,
          evidence: [...new Set([...own.evidence, ...found.flatMap(({ evidence }) => evidence)])],
        };
      },
    };
  });
}

function bearsOnTheDate(finding: Finding): finding is Extract<Finding, { readonly verdict: "warn" }> {
  return finding.verdict === "warn" && finding.figures?.["in_chain"] === 1;
}

function nobodyThere(): Finding {
  return unknown(
    "no_jobs",
    "the scheduler answers that there is no job at all, which proves nothing of the declared ones",
    "Check the project and the region before anything else.",
  );
}

function judgeJob(name: string, declared: Declared, job: SchedulerJob | undefined, scope: Scope): readonly Finding[] {
  const standing = job === undefined ? missing() : standingOf(job, scope);
  const differs = job === undefined ? [] : differences(job, declared);
  switch (standing.kind) {
    case "unsure":
      return [unknown(standing.reason, `${name}: ${standing.said}`, standing.next, one), ...differs];
    case "good":
      return [good(standing.said, declared, job, scope), ...differs];
    case "fault":
      return [faulty(name, standing.fault, declared, job, scope), ...differs];
  }
}

const one = { jobs: 1 };

function missing(): Standing {
  return {
    kind: "fault",
    fault: {
      reason: "missing",
      said: "there is no such job",
      expected: "the job that the pipeline file names",
      next: "Look for it under another name or in another region first; then make it again, or take it out of the pipeline file.",
    },
  };
}

/** In the half before the games only a run that was about its date counts. */
function good(said: string, declared: Declared, job: SchedulerJob | undefined, scope: Scope): Finding {
  const last = job?.lastAttemptAt;
  if (scope.half !== "pre_game" || (last !== undefined && isAbout(new Date(last), declared, scope))) return pass(said, { ...one, good: 1 });
  if (last !== undefined && hasComeSince(new Date(last), declared, scope))
    return pass(`${said}; it has since run for the next date`, { ...one, good: 1 });
  return notYet(declared, scope);
}

function notYet({ feeds = [] }: Declared, { rules, date }: Scope): Finding {
  const stage = feeds.find((each) => beforeGames.includes(each)) ?? "predictions";
  return notDue(`its run for ${date}`, dueAt(rules, stage, date));
}

function faulty(name: string, fault: Fault, declared: Declared, job: SchedulerJob | undefined, scope: Scope): Finding {
  const { feeds = [], paused } = declared;
  const observed = `${name}: ${fault.said}`;
  if (fault.reason === "paused") {
    if (paused !== undefined) return notApplicable("paused", `${observed}; on purpose: ${paused}`);
    if (feeds.length > 0 && scope.slate.kind === "none") return notApplicable("paused", `${observed}; nothing of the night rests on it`);
  }
  // Jobs come and go with the season; in a break between games they stay.
  if (fault.reason === "missing" && scope.slate.kind === "none" && scope.slate.next === undefined)
    return notApplicable("off_season", `${observed}; ${scope.slate.why}`);
  const inChain =
    feeds.length > 0 && (fault.attempt === undefined ? lacksRun(job, declared, scope) : isAbout(fault.attempt, declared, scope));
  if (!inChain && scope.half === "pre_game") return notAbout(observed, declared, job, scope);
  if (inChain && answersSoWithoutGames(fault, declared, scope))
    return note("no_games", `${observed}, as what it calls answers on a date without games`, { ...one, good: 1 });
  return problem("P3", words(fault, observed, { ...one, ...(inChain ? { in_chain: 1 } : {}) }));
}

/** Before the games only what is about the date is judged: this is not yet, or no longer. */
function notAbout(observed: string, declared: Declared, job: SchedulerJob | undefined, scope: Scope): Finding {
  const last = job?.lastAttemptAt;
  const since = last !== undefined && hasComeSince(new Date(last), declared, scope);
  return since ? notApplicable("next_date", `${observed}; its run for ${scope.date} was before that`) : notYet(declared, scope);
}

/** The attempt's time goes with the figures, for the line that several jobs share. */
function words({ reason, expected, next, attempt }: Fault, observed: string, figures: Figures = {}) {
  return { reason, observed, expected, next, figures: { ...figures, ...(attempt === undefined ? {} : { attempt: attempt.getTime() }) } };
}

/** A unit that says "not found" on a day without games makes its jobs look broken. */
function answersSoWithoutGames({ reason }: Fault, { calls }: Declared, { rules, slate }: Scope): boolean {
  const status = calls === undefined ? undefined : rules.units?.[calls]?.no_games_status;
  return slate.kind === "none" && reason === "target" && status === 404;
}

/** By the scheduler's own times the job is judged; that they are others than declared is worth knowing. */
function differences({ name, schedule, zone }: SchedulerJob, declared: Declared): readonly Finding[] {
  const same = schedule === declared.cron && (zone === declared.zone || declared.inferred?.includes("zone") === true);
  if (same) return [];
  const real = `${quoted(schedule)} in ${quoted(zone)}`;
  return [note("differs", `${name} runs at ${real}; the pipeline file says \`${declared.cron}\` in ${declared.zone}`)];
}

/** What the pipeline file doesn't name feeds nothing that it knows of; a job that somebody paused is nobody's fault. */
function judgeOthers(all: readonly SchedulerJob[], scope: Scope): readonly Finding[] {
  const known = Object.keys(scope.rules.schedule ?? {});
  const own = all.filter(({ name }) => !known.includes(name) && !isNoise(name, scope.rules));
  const judged = own.filter(({ state }) => state !== "paused").map((job) => ({ job, standing: standingOf(job, scope) }));
  const goodOnes = judged.filter(({ standing }) => standing.kind === "good").length;
  const idle = own.length - judged.length;
  const said = `${counted(own.length, "job")} beside the declared: ${goodOnes} good, ${idle} paused`;
  return [pass(said, { jobs: judged.length, good: goodOnes }), ...judged.flatMap(({ job, standing }) => otherFinding(job.name, standing))];
}

function otherFinding(name: string, standing: Standing): readonly Finding[] {
  switch (standing.kind) {
    case "good":
      return [];
    case "unsure":
      return [saidOf(idName(name), unknown(standing.reason, `${quoted(name)}: ${standing.said}`, standing.next))];
    case "fault":
      return [saidOf(idName(name), problem("P3", words(standing.fault, `${quoted(name)}: ${standing.fault.said}`)))];
  }
}
