import type { KnownStage, StageName } from "../../pipeline/schema.ts";
import { stageNames } from "../../pipeline/schema.ts";
import { analytics } from "../analytics.ts";
import { boxScores } from "../box-scores.ts";
import type { Check, Examined, Scope, Unit } from "../check.ts";
import { completion } from "../completion/completion.ts";
import type { Finding } from "../finding.ts";
import { notApplicable, problem, unknown } from "../finding.ts";
import { games } from "../games.ts";
import { features } from "../predictions/features.ts";
import { grading } from "../predictions/grading.ts";
import { predictions } from "../predictions/predictions.ts";
import { preparedTables } from "../slate.ts";
import { at } from "../words.ts";

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

/** What says whether the output of each stage is there, made once for all jobs. */
export function outputUnits(scope: Scope): (stages: readonly StageName[]) => readonly Unit[] {
  const made = new Map<StageName, readonly Unit[]>();
  const unitsOf = (stage: StageName): readonly Unit[] => {
    const known = made.get(stage) ?? unitsFor(stage, scope);
    made.set(stage, known);
    return known;
  };
  return (stages) => stages.flatMap(unitsOf);
}

function unitsFor(name: StageName, scope: Scope): readonly Unit[] {
  const stage = stageNames.find((known) => known === name);
  if (stage === undefined) return [];
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
  const missing = findings.find(({ verdict }) => verdict === "fail");
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
  return problem("P1", {
    ...fault,
    ...breaks,
    observed: `${fault.observed}; its output is missing or wrong: ${missing.observed}`,
    next: `${fault.next} Then have it run for the date again.`,
  });
}
