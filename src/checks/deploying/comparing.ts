import type { Evidence } from "../../evidence/evidence.ts";
import type { DriftFacts, TipFacts } from "../../evidence/looks/source.ts";
import { quoted } from "../../outside-text.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Scope } from "../check.ts";
import { couldNotLook } from "../check.ts";
import type { Finding, Severity } from "../finding.ts";
import { note, notApplicable, pass, problem, unknown } from "../finding.ts";
import { at, counted, gap, listNames } from "../words.ts";

export interface UnitSubject {
  readonly id: string;
  readonly declared: NonNullable<Rules["units"]>[string];
}

/** All that is needed to judge how things stand, whatever the games. */
export type Standing = Pick<Scope, "asOf" | "rules" | "date">;

/** How much is made of commits that are lacking. */
export interface Telling {
  readonly severityOf: (commits: number) => Exclude<Severity, "P5">;
  /** Whether the age of what serves, and of the newest that it lacks, is told. */
  readonly ages: boolean;
}

const warning: Telling = { severityOf: () => "P3", ages: false };

interface Judging extends Standing {
  readonly telling: Telling;
}

/** The two looks that tell what the code lacks. */
export interface Compared {
  readonly tip: Evidence<TipFacts>;
  readonly drift: Evidence<DriftFacts>;
}

/** What a check wanted, under the names `tip` and `drift`. */
export function comparedBy({ tip, drift }: Readonly<Record<string, Evidence<unknown> | undefined>>): Compared | undefined {
  if (tip === undefined || drift === undefined) return undefined;
  return { tip: tip as Evidence<TipFacts>, drift: drift as Evidence<DriftFacts> }; // made by branchTip() and unitDrift()
}

/** Whether what serves holds what its branch holds. Undefined: the pipeline file names no repository. */
export function compareCode(
  compared: Compared | undefined,
  subject: UnitSubject,
  scope: Standing,
  telling: Telling = warning,
): readonly Finding[] {
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
      return judgeDrift(facts, tip.facts, subject, { ...scope, telling });
  }
}

function unknownCommit(
  { revision, commit }: Extract<DriftFacts, { compared: "unknown_commit" }>,
  tip: TipFacts,
  { id }: UnitSubject,
  scope: Standing,
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

function judgeDrift(facts: Drift, tip: TipFacts, subject: UnitSubject, scope: Judging): readonly Finding[] {
  const { own, shared, missing } = facts;
  const { declared, id } = subject;
  const deduced = declared.inferred?.includes("folders") === true;
  const isShared = (folder: string): boolean => scope.rules.repository?.shared_folders.includes(folder) === true;
  const [gone, sharedGone] = [missing.filter((folder) => !isShared(folder)), missing.filter(isShared)];
  const newest = own.commits[0];
  const named = commitsText(own.commits, own.total, scope);
  const age = newest === undefined ? "" : `, the newest ${gap(new Date(newest.at), scope.asOf)} old; among them ${named}`;
  const text = `${counted(own.total, "commit")} of ${quoted(tip.branch)} that ${own.total === 1 ? "touches" : "touch"} ${listNames(ownFolders(subject, scope))}${scope.telling.ages ? age : `: ${named}`}`;
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
        `${scope.telling.ages ? id : codeText(facts, scope)} lacks ${counted(shared.total, "commit")} to shared folders: ${commitsText(shared.commits, shared.total, scope)}`,
      ),
    );
  return findings;
}

function ownFolders({ declared }: UnitSubject, { rules }: Standing): readonly string[] {
  return declared.folders.filter((folder) => rules.repository?.shared_folders.includes(folder) !== true);
}

function lags(facts: Drift, text: string, id: string, scope: Judging): Finding {
  return problem(scope.telling.severityOf(facts.own.total), {
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
function upToDate(facts: Drift, tip: TipFacts, scope: Judging): Finding {
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
function codeText({ revision, commit, createdAt, committedAt }: Drift, scope: Judging): string {
  if (scope.telling.ages && commit !== null) {
    const age =
      committedAt === null || committedAt === undefined
        ? ""
        : ` (${at(new Date(committedAt), scope)}, ${gap(new Date(committedAt), scope.asOf)} old)`;
    return `${quoted(revision)}, created ${at(new Date(createdAt), scope)} of commit ${quoted(shortSha(commit))}${age},`;
  }
  return commit === null
    ? `${quoted(revision)}, without commit label and so compared by its time (${at(new Date(createdAt), scope)}),`
    : `${quoted(revision)} of commit ${quoted(commit)}`;
}

/** Labels are shas, whole or short; anything else stays as it is. */
function shortSha(label: string): string {
  return /^[0-9a-f]{9,64}$/u.test(label) ? label.slice(0, 8) : label;
}

function commitsText(commits: Drift["own"]["commits"], total: number, scope: Standing): string {
  const shown = commits
    .map(({ sha, subject, at: made }) => `${sha.slice(0, 8)} ${quoted(subject)} (${at(new Date(made), scope)})`)
    .join(", ");
  return total > commits.length ? `${shown} and ${total - commits.length} more` : shown;
}

function fetchedText({ fetchedAt }: TipFacts, scope: Standing): string {
  if (fetchedAt === null) return "nobody knows when";
  const time = new Date(fetchedAt);
  return `${at(time, scope)}, ${gap(time, scope.asOf)} ago`;
}
