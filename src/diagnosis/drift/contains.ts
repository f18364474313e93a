import type { Finding } from "../../checks/finding.ts";
import { notApplicable, pass, problem, putOff, unknown } from "../../checks/finding.ts";
import { at, gap } from "../../checks/words.ts";
import type { Unseen } from "../../evidence/evidence.ts";
import type { HeldFacts, RequestedFacts } from "../../evidence/looks/drift.ts";
import type { DeployedUnit } from "../../evidence/looks/units.ts";
import { codeName, quoted } from "../../outside-text.ts";
import { addMinutes } from "../../pipeline/dates.ts";
import type { Examined, Judging, Told, Wanted } from "./examined.ts";
import { deployedOf, newestOf, servingOf, shareOf } from "./examined.ts";

/** Where a commit is stuck on its way to what serves. */
export type Stuck =
  | "not pushed"
  | "not built"
  | "overtaken"
  | "built and failed"
  | "built and coming up"
  | "no traffic"
  | "not deployed"
  | "nothing serves"
  | "how far it came is not known";

export type Answer =
  | { readonly word: "live" }
  | { readonly word: "not live"; readonly stuck: Stuck }
  | { readonly word: "cannot tell"; readonly reason: string; readonly observed: string; readonly next: string };

type Commit = NonNullable<RequestedFacts["commit"]>;
type Held = HeldFacts["revisions"][number];

/** Whether what serves holds a commit: by ancestry, never by date. */
export function answerOf(examined: Examined, { commit }: Wanted, scope: Judging): Answer | undefined {
  if (commit === undefined) return undefined;
  const { known } = commit;
  const about = ofCommit(commit, scope);
  if (about !== undefined) return about;
  const { unit: look, held, subject } = examined;
  if (!look.seen) return lost(look);
  const unit = deployedOf(examined);
  if (unit === undefined) return { word: "not live", stuck: "not deployed" };
  const serving = servingOf(unit);
  if (serving.length === 0) return { word: "not live", stuck: "nothing serves" };
  if (held === undefined || !held.seen) return held === undefined ? notAsked(subject.id) : lost(held);
  const told = (name: string): Held | undefined => held.facts.revisions.find(({ revision }) => revision === name);
  const answers = unit.traffic.filter(({ percent }) => percent > 0).map(({ revision }) => told(revision));
  if (answers.every((each) => each?.holds === "yes")) return { word: "live" };
  if (answers.some((each) => each?.holds === "no")) {
    return { word: "not live", stuck: stuckAt(unit, held.facts, known.seen ? known.facts.onBranch : null, scope) };
  }
  return untold(
    subject.id,
    answers.find((each) => each?.holds !== "yes"),
  );
}

/** Why nothing can be told of a commit, whatever is deployed; undefined where something can. */
export function ofCommit({ sha, known }: NonNullable<Wanted["commit"]>, { rules }: Judging): Answer | undefined {
  if (rules.repository === undefined)
    return {
      word: "cannot tell",
      reason: "no_repository",
      observed: "the pipeline file names no repository",
      next: "Add `repository` to the pipeline file.",
    };
  if (!known.seen) return lost(known);
  if (known.facts.commit !== null) return undefined;
  return {
    word: "cannot tell",
    reason: "no_such_commit",
    observed: `this copy of the repository holds no commit ${sha}, or several that begin so: it was not committed here, or not fetched`,
    next: "Run git fetch in it, or give more digits; then ask again.",
  };
}

function lost(look: Unseen): Answer {
  if (look.off !== undefined) return { word: "cannot tell", reason: "switched_off", observed: look.reason, next: look.next };
  return { word: "cannot tell", reason: look.refusal, observed: `${look.asked}: ${look.reason}`, next: look.next };
}

function notAsked(unit: string): Answer {
  return { word: "cannot tell", reason: "not_asked", observed: `nothing was asked of the code of ${unit}`, next: "Ask again." };
}

/** How far the newest revision has brought it. */
function stuckAt(unit: DeployedUnit, held: HeldFacts, onBranch: boolean | null, scope: Judging): Stuck {
  const revision = newestOf(unit);
  const newest = held.revisions.find((each) => each.revision === unit.latestCreated);
  if (newest === undefined || revision === undefined) return "how far it came is not known";
  switch (newest.holds) {
    case "yes": {
      if (revision.ready) return "no traffic";
      const { minutes } = scope.rules.thresholds.orchestrators.starting;
      return scope.asOf < addMinutes(new Date(revision.createdAt), minutes) ? "built and coming up" : "built and failed";
    }
    case "no":
      if (held.revisions.some(({ holds }) => holds === "yes")) return "overtaken";
      if (onBranch === null) return "how far it came is not known";
      return onBranch ? "not built" : "not pushed";
    case "no_label":
    case "unknown_label":
    case "history_ends":
      return "how far it came is not known";
  }
}

function untold(unit: string, held: Held | undefined): Answer {
  const revision = held === undefined ? unit : `${quoted(held.revision)} of ${unit}`;
  const label = quoted(held?.label ?? "");
  const cannot = (reason: string, observed: string, next: string): Answer => ({ word: "cannot tell", reason, observed, next });
  switch (held?.holds) {
    case undefined:
    case "yes":
    case "no":
      return notAsked(unit);
    case "no_label":
      return cannot(
        "no_label",
        `${revision} bears no commit label, so ancestry tells nothing`,
        `Label ${unit} with its commit when it is deployed; till then let a line that only the new code logs show it (proof).`,
      );
    case "unknown_label":
      return cannot(
        "unknown_commit",
        `${revision} says it was built from ${label}, which this copy of the repository doesn't hold`,
        "Fetch; if it stays unknown, see from which repository and branch it was built.",
      );
    case "history_ends":
      return cannot(
        "history_ends",
        `this copy's history ends too early to tell whether ${label} holds it`,
        "Fetch the whole history: git fetch --unshallow.",
      );
  }
}

/** The answer as a finding. */
export function tellAnswer(answer: Answer, examined: Examined, { commit }: Wanted, scope: Judging): Told {
  const { subject, unit, held } = examined;
  const evidence = [unit.id, ...(held === undefined ? [] : [held.id]), ...(commit === undefined ? [] : [commit.known.id])];
  return { topic: "contains", unit: subject.id, finding: findingOf(answer, examined, commit, scope), evidence };
}

function findingOf(answer: Answer, examined: Examined, commit: Wanted["commit"], scope: Judging): Finding {
  const { id } = examined.subject;
  const asked = commit?.known.seen === true ? commit.known.facts.commit : null;
  const what = asked === null ? (commit?.sha ?? "") : commitText(asked, scope);
  switch (answer.word) {
    case "cannot tell":
      if (answer.reason === "switched_off") return notApplicable(answer.reason, answer.observed);
      return unknown(answer.reason, `whether ${what} is live in ${id}: ${answer.observed}`, answer.next);
    case "live":
      return { ...pass(`live: ${servingText(examined, scope)} holds ${what}${aside(examined, commit)}`), reason: "live" };
    case "not live": {
      const observed = `${stuckWords(answer.stuck, examined)}: ${servingText(examined, scope, "lacking")} lacks ${what}${stuckText(answer.stuck, examined, scope)}${aside(examined, commit)}`;
      const unit = deployedOf(examined);
      const newest = unit === undefined ? undefined : newestOf(unit);
      if (answer.stuck === "built and coming up" && newest !== undefined) {
        return putOff(observed, addMinutes(new Date(newest.createdAt), scope.rules.thresholds.orchestrators.starting.minutes));
      }
      const reason = answer.stuck === "how far it came is not known" ? "not_live" : answer.stuck.replaceAll(" ", "_");
      return problem("P2", { reason, observed, expected: "what serves holds the commit", next: nextOf(answer.stuck, id) });
    }
  }
}

function commitText({ sha, subject, at: made }: Commit, scope: Judging): string {
  return `${sha.slice(0, 8)} ${quoted(subject)} (${at(new Date(made), scope)})`;
}

/** A part of the traffic is not none. */
function stuckWords(stuck: Stuck, examined: Examined): string {
  const unit = deployedOf(examined);
  return stuck === "no traffic" && unit !== undefined && shareOf(unit, unit.latestCreated) > 0 ? "not all traffic" : stuck;
}

/** The code that serves, by revision and label; of several only those that may lack the commit, where it is about that. */
function servingText(examined: Examined, scope: Judging, which: "all" | "lacking" = "all"): string {
  const unit = deployedOf(examined);
  if (unit === undefined) return "what is not deployed";
  const { held } = examined;
  const holds = (name: string): boolean =>
    held?.seen === true && held.facts.revisions.some((each) => each.revision === name && each.holds === "yes");
  const told = servingOf(unit).filter(({ name }) => which === "all" || !holds(name));
  const serving = told.map(({ name, commit, createdAt }) => {
    const share = shareOf(unit, name) < 100 ? `, ${shareOf(unit, name)} % of the traffic` : "";
    const label = commit === undefined ? "without label" : `of commit ${codeName(commit)}`;
    return `${quoted(name)} ${label} (created ${at(new Date(createdAt), scope)}${share})`;
  });
  return serving.length === 0 ? "no revision serves and so nothing" : serving.join(" and ");
}

function stuckText(stuck: Stuck, examined: Examined, scope: Judging): string {
  const unit = deployedOf(examined);
  const newest = unit === undefined ? undefined : newestOf(unit);
  if (unit === undefined || newest === undefined) return "";
  const { held } = examined;
  const built = `${quoted(newest.name)} (created ${at(new Date(newest.createdAt), scope)}) holds it`;
  switch (stuck) {
    case "built and failed":
      return `; ${built} and never became ready${newest.problem === undefined ? "" : `: ${quoted(newest.problem)}`}`;
    case "built and coming up":
      return `; ${built} and may still be coming up`;
    case "no traffic":
      return `; ${built} and has ${shareOf(unit, newest.name)} % of the traffic`;
    case "not pushed":
      return `; the branch, as this copy knows it${fetchedText(examined, scope)}, doesn't hold it either`;
    case "not built":
      return "; the branch holds it, the newest revision doesn't";
    case "overtaken": {
      const holder = held?.seen === true ? held.facts.revisions.find(({ holds }) => holds === "yes")?.revision : undefined;
      const earlier = unit.revisions.find(({ name }) => name === holder);
      if (earlier === undefined) return "";
      const made = at(new Date(earlier.createdAt), scope);
      return `; ${quoted(earlier.name)} (created ${made}, ${shareOf(unit, earlier.name)} % of the traffic) holds it, and code without it was deployed after that`;
    }
    case "not deployed":
    case "nothing serves":
    case "how far it came is not known":
      return "";
  }
}

function fetchedText({ compared }: Examined, scope: Judging): string {
  const fetched = compared?.tip.seen === true ? compared.tip.facts.fetchedAt : null;
  return fetched === null ? "" : `, last fetched ${gap(new Date(fetched), scope.asOf)} ago`;
}

/** That a commit touches nothing of the unit is no reason to deploy it. */
function aside({ subject: { id } }: Examined, commit: Wanted["commit"]): string {
  const touches = commit?.known.seen === true ? commit.known.facts.touches : null;
  return touches === null || touches.includes(id) ? "" : "; it touches none of its folders";
}

function nextOf(stuck: Stuck, id: string): string {
  switch (stuck) {
    case "not pushed":
      return `Push it to the branch (git push), then deploy ${id}.`;
    case "not built":
      return `Deploy ${id}, then see that the traffic moves.`;
    case "overtaken":
      return `See whether ${id} was put back on purpose; if not, deploy the branch again.`;
    case "built and failed":
      return "Read what that revision logged when it started, put that right and deploy again.";
    case "built and coming up":
      return "Ask again in some minutes.";
    case "no traffic":
      return `Give the newest revision of ${id} all traffic.`;
    case "not deployed":
      return `Deploy ${id}, or look for it under another name.`;
    case "nothing serves":
      return `Give a ready revision of ${id} traffic, or deploy it again.`;
    case "how far it came is not known":
      return `See from which commit the newest revision of ${id} was built; deploy it with its label.`;
  }
}
