import type { Look } from "../evidence/evidence.ts";
import { branchTip, unitDrift } from "../evidence/looks/source.ts";
import { deployedUnit } from "../evidence/looks/units.ts";
import type { Group, Scope, Totals, Words } from "./check.ts";
import { defineCheck } from "./check.ts";
import type { UnitSubject } from "./deploying/comparing.ts";
import { compareCode, comparedBy } from "./deploying/comparing.ts";
import { judgeSetUp } from "./deploying/set-up.ts";
import type { Finding } from "./finding.ts";
import { note, notApplicable } from "./finding.ts";
import { judgeServing } from "./orchestrating/serving.ts";
import { orchestratorsOf } from "./orchestrators.ts";
import { listNames } from "./words.ts";

/** Is what should be live, live? First whether the newest revision serves, then whether it holds what its branch holds. */
export const deployments = defineCheck({
  id: "deployments",
  question: "Is what should be live, live?",
  depth: "quick",
  halves: ["pre_game", "post_game"],
  ofState: true,
  about: {
    why: "A fix lay on the branch for a day while the old code went on failing. The script that should have said so looked in folders that don't exist, counted nothing there, and called everything up to date.",
    rule: "Not deployed, the newest revision not ready or without all traffic: P1, and while an older one serves it is called running older code, never down; of orchestrators their own check says so. Commits of the branch that touch the unit's own folders and are not in the code that serves: P3; those to shared folders are a note, others don't count, nor what lies in another unit's folder. A revision without commit label is compared by its time, and that is said. A folder or commit that the repository doesn't know, a history that ends early and a copy that was not fetched lately prove nothing: unknown. A shared one counts as such a folder. Folders and names that are only deduced are told and never judged. A declared environment variable that is not set: P3, by its name alone; fewer instances kept warm than declared: P4.",
    todo: "Read what the newest revision logged when it started; or deploy what is lacking, and see that the traffic moves.",
  },
  subjects: ({ rules }): UnitSubject[] => Object.entries(rules.units ?? {}).map(([id, declared]) => ({ id, declared })),
  needs: ({ id }, { rules }) => ({ unit: deployedUnit(rules, id) }),
  wants: ({ id }, { rules }): Readonly<Record<string, Look<unknown>>> =>
    // Whoever switched the units off doesn't want them asked for their commits either.
    rules.repository === undefined || rules.ports.units !== undefined ? {} : { tip: branchTip(rules), drift: unitDrift(rules, id) },
  judge: ({ unit, ...wanted }, { subject, scope }) => {
    const serving = judgeServing(subject.id, unit, scope);
    if (serving.verdict !== "pass") return [notServing(serving, subject, scope)];
    const compared = comparedBy(wanted);
    const found = [serving, ...compareCode(compared, subject, scope), ...judgeSetUp(unit, subject)];
    return summed(found, compared?.tip.seen === true && compared.drift.seen ? 1 : 0);
  },
  say: sayDeployments,
  numbers: ({ sums, subjects, unknown: lost }: Totals) => {
    const { live = 0, serving = 0, compared = 0 } = sums;
    if (live === 0 && serving > 0 && compared === 0) return { units: `${serving}/${subjects} serve their newest, 0/${subjects} compared` };
    return { units: `${live}/${subjects} live${lost > 0 ? `, ${lost} not known` : ""}` };
  },
});

/** One fault, one finding: what stops an orchestrator is said by its own check. */
function notServing(found: Finding, { id, declared }: UnitSubject, { rules }: Scope): Finding {
  if (found.verdict !== "fail") return found;
  if (found.reason === "not_deployed" && declared.inferred?.includes("name") === true)
    return note("name_deduced", `${found.observed}; that name is only deduced`);
  if (orchestratorsOf(rules).some((each) => each.id === id)) {
    // Not a wait: whoever accepted that finding has accepted this too.
    return notApplicable("said_by_orchestrators", `${found.observed}: said by orchestrators`);
  }
  const next = "Read what the newest revision logged when it started, put that right and deploy again.";
  return { ...found, severity: "P1", ...(found.reason === "none_ready" ? { next } : {}) };
}

/** A unit is live where nothing at all is held against it. */
function summed(findings: readonly Finding[], compared: 0 | 1): readonly Finding[] {
  const live = findings.every(({ verdict }) => verdict === "pass" || verdict === "not_applicable") ? 1 : 0;
  const figures = { live, serving: 1, compared };
  return findings.map((finding, index) => (index === 0 ? { ...finding, figures: { ...finding.figures, ...figures } } : finding));
}

function sayDeployments({ reason, findings, of }: Group): Words | undefined {
  if (findings.length < 2) return undefined;
  const units = `${findings.length} of ${of} units lack commits`;
  const subjects = listNames(findings.map(({ subject }) => subject));
  if (reason === "shared_folder_missing")
    return { observed: `${findings.length} of ${of} units name shared folders that the branch doesn't have: ${subjects}` };
  if (reason === "variables_missing")
    return { observed: `${findings.length} of ${of} units lack declared environment variables: ${subjects}` };
  if (reason === "few_instances")
    return { observed: `${findings.length} of ${of} units keep fewer instances warm than declared: ${subjects}` };
  if (reason === "shared_behind") return { observed: `${units} to shared folders: ${subjects}` };
  if (reason !== "behind" && reason !== "behind_by_time") return undefined;
  const names = findings.map(({ subject, finding }) => `${subject} (${finding.figures?.["behind"] ?? 0})`);
  const weakly = reason === "behind" ? "" : ", by their time alone";
  return {
    observed: `${units} that touch their own folders${weakly}: ${listNames(names)}`,
    next: "Deploy them, unless they are held back on purpose.",
  };
}
