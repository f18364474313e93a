import type { KnownStage } from "../../pipeline/schema.ts";
import { stageNames } from "../../pipeline/schema.ts";
import { analytics } from "../analytics.ts";
import { boxScores } from "../box-scores.ts";
import type { Check, Examined, Scope, Unit } from "../check.ts";
import { completion } from "../completion/completion.ts";
import type { Finding } from "../finding.ts";
import { notApplicable, problem, severityOf, unknown } from "../finding.ts";
import { games } from "../games.ts";
import { features } from "../predictions/features.ts";
import { grading } from "../predictions/grading.ts";
import { predictions } from "../predictions/predictions.ts";
import { preparedTables } from "../slate.ts";
import { at } from "../words.ts";
import type { Declared } from "./job.ts";

/** Which check says whether a stage's output is there. */
const checkOf: Readonly<Record<KnownStage, Check>> = {
  games,
  "box-scores": boxScores,
  analytics,
  completion,
  "same-day": completion,
  features,
  predictions,
  grading,
};

type Job = Pick<Declared, "feeds" | "calls">;

/** What says whether the output of a job is there, made once for all jobs. */
export function outputUnits(scope: Scope): (job: Job) => readonly Unit[] {
  const made = new Map<KnownStage, readonly Unit[]>();
  const unitsOf = (stage: KnownStage): readonly Unit[] => {
    const known = made.get(stage) ?? unitsFor(stage, scope);
    made.set(stage, known);
    return known;
  };
  return (job) => {
    const stages = stageNames.filter((known) => job.feeds?.some((stage) => stage === known));
    const units = stages.flatMap(unitsOf);
    return isOfNextPhase(job, scope) ? units.filter(({ check, subject }) => check !== completion.id || subject === recordOf(scope)) : units;
  };
}

/** Whether what it calls is none of those that the completion record is about: of its stages it then owes the next phase's output alone. */
function isOfNextPhase({ calls }: Job, { rules }: Scope): boolean {
  const topics = Object.values(rules.topics ?? {}).filter(({ record }) => record === rules.completion.collection);
  const publishers = topics.flatMap(({ from = [] }) => from);
  return calls !== undefined && publishers.length > 0 && !publishers.includes(calls);
}

/** The subject whose judge speaks of the next phase's output. */
function recordOf({ rules }: Scope): string {
  return `${rules.completion.phase}/record`;
}

function unitsFor(stage: KnownStage, scope: Scope): readonly Unit[] {
  const units = checkOf[stage].units(scope);
  if (stage !== "completion" && stage !== "same-day") return units;
  // One check speaks of both: what is prepared before the games, and what eats them.
  const { phase, processors } = scope.rules.completion;
  const prepared = preparedTables(scope.rules);
  const early = Object.entries(processors).flatMap(([id, { table }]) => (prepared.includes(table) ? [`${phase}/${id}`] : []));
  return units.filter(({ subject }) => early.includes(subject) === (stage === "same-day"));
}

type Warning = Extract<Finding, { readonly verdict: "warn" }>;

/**
 * A fault of a job by what became of its output: missing after its time it is a failure of the night, there all the same
 * a warning. Where nobody could look, the fault stays, and that is said beside it.
 */
export function weighed(fault: Warning, outputs: readonly Examined[], scope: Scope): readonly Finding[] {
  const findings = outputs.flatMap((output) => output.findings);
  const failed = findings.filter(({ verdict }) => verdict === "fail");
  const missing = failed.find((finding) => severityOf(finding) !== "P2") ?? failed[0];
  if (missing !== undefined) return [failing(fault, missing)];
  const lost = findings.find((finding) => finding.verdict === "unknown");
  if (lost?.verdict === "unknown")
    return [
      fault,
      unknown("output_unknown", `whether the output of a job that failed is there can't be told: ${lost.observed}`, lost.next),
    ];
  const graces = findings.flatMap((finding) => (finding.verdict === "warn" ? (finding.graceUntil ?? []) : []));
  const grace = graces.toSorted((a, b) => b.getTime() - a.getTime())[0];
  if (grace !== undefined)
    return [
      { ...fault, graceUntil: grace, observed: `${fault.observed}; its output is not there yet, and fails the night ${at(grace, scope)}` },
    ];
  const waiting = findings.flatMap((finding) => (finding.verdict === "not_due" ? (finding.waitsFor ?? []) : []))[0];
  if (waiting !== undefined) return [{ ...fault, observed: `${fault.observed}; its output waits for ${waiting} all the same` }];
  const due = findings.flatMap((finding) => (finding.verdict === "not_due" ? (finding.from ?? []) : []))[0];
  if (due !== undefined) return [{ ...fault, observed: `${fault.observed}; its output is due ${at(due, scope)}` }];
  const owed = findings.filter(({ verdict }) => verdict !== "not_applicable");
  if (owed.length > 0) return [{ ...fault, observed: `${fault.observed}; its output is there all the same` }];
  const halted = findings.find(({ reason }) => reason === "halted");
  return [halted === undefined ? fault : notApplicable("halted", `${fault.observed}; ${halted.observed}`)];
}

function failing(fault: Warning, missing: Finding): Finding {
  const breaks = "breaks" in missing && missing.breaks !== undefined ? { breaks: missing.breaks } : {};
  // No worse than what it rests on.
  return problem(severityOf(missing) === "P2" ? "P2" : "P1", {
    ...fault,
    ...breaks,
    observed: `${fault.observed}; its output is missing or wrong: ${missing.observed}`,
    next: `${fault.next} Then have it run for the date again.`,
  });
}
