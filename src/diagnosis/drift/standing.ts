import type { Telling } from "../../checks/deploying/comparing.ts";
import { compareCode } from "../../checks/deploying/comparing.ts";
import { judgeSetUp } from "../../checks/deploying/set-up.ts";
import { couldNotLook, judgedWithout } from "../../checks/check.ts";
import type { Finding } from "../../checks/finding.ts";
import { note, notApplicable, severityOf } from "../../checks/finding.ts";
import { orchestratorsOf } from "../../checks/orchestrators.ts";
import { judgeServing } from "../../checks/orchestrating/serving.ts";
import { at } from "../../checks/words.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Examined, Judging, Told } from "./examined.ts";
import { deployedOf } from "./examined.ts";
import { judgeTriggers } from "./triggers.ts";

/**
 * How a unit stands, step by step: deployed, its newest revision ready, all traffic on it, its commit known, nothing of the
 * branch lacking, called since. The first step that fails is told and ends it; how the unit is set up and what calls it is told
 * of every one that serves.
 */
export function judgeStanding(examined: Examined, scope: Judging): readonly Told[] {
  const { subject, unit, compared } = examined;
  const tell = (topic: Told["topic"], findings: readonly Finding[], evidence: readonly string[], brief?: string): Told[] =>
    findings.map((finding) => ({ topic, unit: subject.id, finding, evidence, brief }));
  if (!unit.seen) return tell("serving", [couldNotLook(unit)], [unit.id]);
  const serving = judgeServing(subject.id, unit.facts, scope);
  if (serving.verdict !== "pass") return tell("serving", [graded(serving, examined, scope.rules)], [unit.id]);

  const code = compareCode(compared, subject, scope, tellingOf(scope.rules));
  const rests = [unit.id, ...(compared === undefined ? [] : [compared.drift.id, compared.tip.id])];
  const isUpToDate = code.some(({ verdict, reason }) => verdict === "pass" && reason === "ok");
  const isClean = code.every(({ verdict }) => verdict === "pass");
  return [
    // What lacks nothing serves: said once.
    ...(isUpToDate ? [] : tell("serving", [serving], [unit.id])),
    ...tell("drift", code, rests, briefOf(examined, scope)),
    ...tell("set-up", judgeSetUp(unit.facts, subject), [unit.id]),
    ...tell(
      "trigger",
      judgeTriggers(subject.id, examined.receivers, scope.rules),
      examined.receivers === undefined ? [] : [examined.receivers.id],
    ),
    ...(isClean ? tell("called", calledOf(examined, scope), examined.work === undefined ? [] : [examined.work.id]) : []),
  ];
}

/** Deploying a commit or two may wait; the more there are, the surer it was forgotten. */
function tellingOf({ thresholds }: Rules): Telling {
  const { p2_from: second, p1_from: first } = thresholds.deployments.behind;
  return { severityOf: (commits) => (commits >= first ? "P1" : commits >= second ? "P2" : "P3"), ages: true };
}

/** Only of an orchestrator nothing else tells that it is down, so only there it is P0. A name that is deduced proves nothing. */
function graded(found: Finding, { subject: { id, declared } }: Examined, rules: Rules): Finding {
  if (found.reason === "not_deployed" && declared.inferred?.includes("name") === true)
    return notApplicable("name_deduced", `${found.observed}; that name is only deduced`);
  if (found.verdict !== "fail" || severityOf(found) !== "P0") return found;
  if (orchestratorsOf(rules).some((each) => each.id === id)) return found;
  const next = "Read what the newest revision logged when it started, put that right and deploy again.";
  return { ...found, severity: "P1", ...(found.reason === "none_ready" ? { next } : {}) };
}

function briefOf({ subject, compared }: Examined, scope: Judging): string | undefined {
  const facts = compared?.drift.seen === true ? compared.drift.facts : undefined;
  if (facts === undefined || (facts.compared !== "commit" && facts.compared !== "time")) return undefined;
  const [own] = facts.own.commits;
  const [shown, total] = own === undefined ? [facts.shared.commits[0], facts.shared.total] : [own, facts.own.total];
  const newest = shown === undefined ? "" : `, newest ${at(new Date(shown.at), scope)}`;
  return `${subject.id} (${total}${newest})`;
}

/** Live code that nobody has called is not proven to work; nor is it known not to. */
function calledOf(examined: Examined, scope: Judging): readonly Finding[] {
  const { work, subject } = examined;
  if (work === undefined || deployedOf(examined) === undefined) return [];
  if (!work.seen) return [judgedWithout(work)];
  const { line, counted, idle, more } = work.facts;
  const { hours } = scope.rules.thresholds.deployments.called;
  if (line !== null || (!idle && (counted ?? 0) > 0)) return [];
  const what = idle ? `nothing but the platform's own lines${more ? " among the newest" : ""}` : "nothing";
  return [note("unproven", `${subject.id} logged ${what} since it serves this revision, or in ${hours} h: that it works is not proven`)];
}
