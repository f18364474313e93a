import type { Evidence, Look } from "../evidence/evidence.ts";
import type { DriftFacts, TipFacts } from "../evidence/looks/source.ts";
import { branchTip, unitDrift } from "../evidence/looks/source.ts";
import { deployedUnit } from "../evidence/looks/units.ts";
import { quoted } from "../outside-text.ts";
import type { Rules } from "../pipeline/load.ts";
import type { Group, Scope, Totals, Words } from "./check.ts";
import { couldNotLook, defineCheck } from "./check.ts";
import type { Finding } from "./finding.ts";
import { note, notApplicable, pass, problem, unknown } from "./finding.ts";
import { judgeServing } from "./orchestrating/serving.ts";
import { orchestratorsOf } from "./orchestrators.ts";
import { at, counted, gap, listNames } from "./words.ts";

interface UnitSubject {
  readonly id: string;
  readonly declared: NonNullable<Rules["units"]>[string];
}

/** Is what should be live, live? First whether the newest revision serves, then whether it holds what its branch holds. */
export const deployments = defineCheck({
  id: "deployments",
  question: "Is what should be live, live?",
  depth: "quick",
  halves: ["pre_game", "post_game"],
  ofState: true,
  about: {
    why: "A fix lay on the branch for a day while the old code went on failing. The script that should have said so looked in folders that don't exist, counted nothing there, and called everything up to date.",
    rule: "Not deployed, the newest revision not ready or without all traffic: P1, and while an older one serves it is called running older code, never down; of orchestrators their own check says so. Commits of the branch that touch the unit's own folders and are not in the code that serves: P3; those to shared folders are a note, others don't count. A revision without commit label is compared by its time, and that is said. A folder or commit that the repository doesn't know, a history that ends early and a copy that was not fetched lately prove nothing: unknown. A shared one counts as such a folder. Folders that are only deduced are told and never judged.",
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
    return summed([serving, ...compare(compared, subject, scope)], compared?.tip.seen === true && compared.drift.seen ? 1 : 0);
  },
  say: sayDeployments,
  numbers: ({ sums, subjects, unknown: lost }: Totals) => {
    const { live = 0, serving = 0, compared = 0 } = sums;
    if (live === 0 && serving > 0 && compared === 0) return { units: `${serving}/${subjects} serve their newest, 0/${subjects} compared` };
    return { units: `${live}/${subjects} live${lost > 0 ? `, ${lost} not known` : ""}` };
  },
});

/** One fault, one finding: what stops an orchestrator is said by its own check. */
function notServing(found: Finding, { id }: UnitSubject, { rules }: Scope): Finding {
  if (found.verdict !== "fail") return found;
  if (orchestratorsOf(rules).some((each) => each.id === id)) {
    // Not a wait: whoever accepted that finding has accepted this too.
    return notApplicable("said_by_orchestrators", `${found.observed}: said by orchestrators`);
  }
  const next = "Read what the newest revision logged when it started, put that right and deploy again.";
  return { ...found, severity: "P1", ...(found.reason === "none_ready" ? { next } : {}) };
}

interface Compared {
  readonly tip: Evidence<TipFacts>;
  readonly drift: Evidence<DriftFacts>;
}

function comparedBy({ tip, drift }: Readonly<Record<string, Evidence<unknown> | undefined>>): Compared | undefined {
  if (tip === undefined || drift === undefined) return undefined;
  return { tip: tip as Evidence<TipFacts>, drift: drift as Evidence<DriftFacts> }; // made by branchTip() and unitDrift()
}

function compare(compared: Compared | undefined, subject: UnitSubject, scope: Scope): readonly Finding[] {
  if (compared === undefined) return [notApplicable("no_repository", "the pipeline file names no repository to compare with")];
  const { tip, drift } = compared;
  if (!tip.seen) return [couldNotLook(tip)];
  if (!drift.seen) return [couldNotLook(drift)];
  const facts = drift.facts;
  switch (facts.compared) {
    case "nothing":
      return [unknown("changed_meanwhile", "what served had changed when its code was to be compared", "Ask again.")];
    case "unknown_commit":
      return [unknownCommit(facts, tip.facts, subject, scope)];
    case "commit":
    case "time":
      return judgeDrift(facts, tip.facts, subject, scope);
  }
}

function unknownCommit(
  { revision, commit }: Extract<DriftFacts, { compared: "unknown_commit" }>,
  tip: TipFacts,
  { id }: UnitSubject,
  scope: Scope,
): Finding {
  const why = tip.shallow ? "which ends early" : `last fetched ${fetchedText(tip, scope)}`;
  return unknown(
    "unknown_commit",
    `${quoted(revision)} of ${id} says it was built from commit ${quoted(commit)}, which this copy of the repository, ${why}, doesn't hold`,
    tip.shallow
      ? "Fetch the whole history: git fetch --unshallow."
      : "Fetch; if it stays unknown, see from which repository and branch it was built.",
  );
}

type Drift = Extract<DriftFacts, { compared: "commit" | "time" }>;

function judgeDrift(facts: Drift, tip: TipFacts, subject: UnitSubject, scope: Scope): readonly Finding[] {
  const { own, shared, missing } = facts;
  const { declared, id } = subject;
  const deduced = declared.inferred?.includes("folders") === true;
  const isShared = (folder: string): boolean => scope.rules.repository?.shared_folders.includes(folder) === true;
  const [gone, sharedGone] = [missing.filter((folder) => !isShared(folder)), missing.filter(isShared)];
  const text = `${counted(own.total, "commit")} of ${quoted(tip.branch)} that ${own.total === 1 ? "touches" : "touch"} ${listNames(ownFolders(subject, scope))}: ${commitsText(own.commits, own.total, scope)}`;
  const findings: Finding[] = [];
  if (own.total > 0)
    findings.push(
      deduced
        ? note("behind_deduced", `${codeText(facts, scope)} lacks ${text}; the folders are only deduced`)
        : lags(facts, text, id, scope),
    );
  if (gone.length > 0) findings.push(deduced ? note("folder_deduced", missingText(gone, tip)) : withoutFolder(gone, tip, id));
  if (sharedGone.length > 0)
    findings.push(deduced ? note("folder_deduced", missingText(sharedGone, tip)) : withoutShared(sharedGone, tip, id));
  if (own.total === 0 && missing.length === 0) findings.push(upToDate(facts, tip, scope));
  if (shared.total > 0)
    findings.push(
      note(
        "shared_behind",
        `${codeText(facts, scope)} lacks ${counted(shared.total, "commit")} to shared folders: ${commitsText(shared.commits, shared.total, scope)}`,
      ),
    );
  return findings;
}

function ownFolders({ declared }: UnitSubject, { rules }: Scope): readonly string[] {
  return declared.folders.filter((folder) => rules.repository?.shared_folders.includes(folder) !== true);
}

function lags(facts: Drift, text: string, id: string, scope: Scope): Finding {
  return problem("P3", {
    reason: facts.compared === "commit" ? "behind" : "behind_by_time",
    observed: `${codeText(facts, scope)} lacks ${text}`,
    expected: "what serves holds every commit of the branch that touches its own folders",
    next: `Deploy ${id}, unless it is held back on purpose.`,
    figures: { behind: facts.own.total },
  });
}

function missingText(gone: readonly string[], { branch }: TipFacts): string {
  return `${quoted(branch)} has no ${listNames(gone)}, so no commit can touch ${gone.length === 1 ? "it" : "them"}`;
}

function withoutFolder(gone: readonly string[], tip: TipFacts, id: string): Finding {
  return unknown(
    "folder_missing",
    `${missingText(gone, tip)}: nothing is known of the code of ${id}`,
    `Correct the folders of ${id} in the pipeline file.`,
  );
}

function withoutShared(gone: readonly string[], tip: TipFacts, id: string): Finding {
  return unknown(
    "shared_folder_missing",
    `${missingText(gone, tip)}: whether ${id} lacks shared code is not known`,
    "Correct the shared folders in the pipeline file, and those of the units that name them.",
  );
}

/** Nothing lacking is only believed of a copy that has lately heard from its remote. */
function upToDate(facts: Drift, tip: TipFacts, scope: Scope): Finding {
  const { hours } = scope.rules.thresholds.deployments.fetched;
  const age = tip.fetchedAt === null ? Infinity : scope.asOf.getTime() - Date.parse(tip.fetchedAt);
  if (!(age <= hours * 3_600_000)) {
    return unknown(
      "copy_stale",
      `${codeText(facts, scope)} lacks nothing that this copy of the repository knows of, but that was last fetched ${fetchedText(tip, scope)}`,
      "Run git fetch in it, then ask again.",
    );
  }
  const said = `${codeText(facts, scope)} lacks nothing of ${quoted(tip.branch)} that touches its folders`;
  return facts.compared === "commit" ? pass(said) : note("compared_by_time", said);
}

/** What serves, and by what it was compared. */
function codeText({ revision, commit, createdAt }: Drift, scope: Scope): string {
  return commit === null
    ? `${quoted(revision)}, without commit label and so compared by its time (${at(new Date(createdAt), scope)}),`
    : `${quoted(revision)} of commit ${quoted(commit)}`;
}

function commitsText(commits: Drift["own"]["commits"], total: number, scope: Scope): string {
  const shown = commits
    .map(({ sha, subject, at: made }) => `${sha.slice(0, 8)} ${quoted(subject)} (${at(new Date(made), scope)})`)
    .join(", ");
  return total > commits.length ? `${shown} and ${total - commits.length} more` : shown;
}

function fetchedText({ fetchedAt }: TipFacts, scope: Scope): string {
  if (fetchedAt === null) return "nobody knows when";
  const time = new Date(fetchedAt);
  return `${at(time, scope)}, ${gap(time, scope.asOf)} ago`;
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
  if (reason === "shared_behind") return { observed: `${units} to shared folders: ${subjects}` };
  if (reason !== "behind" && reason !== "behind_by_time") return undefined;
  const names = findings.map(({ subject, finding }) => `${subject} (${finding.figures?.["behind"] ?? 0})`);
  const weakly = reason === "behind" ? "" : ", by their time alone";
  return {
    observed: `${units} that touch their own folders${weakly}: ${listNames(names)}`,
    next: "Deploy them, unless they are held back on purpose.",
  };
}
