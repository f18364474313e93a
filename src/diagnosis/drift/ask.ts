import type { Standing, UnitSubject } from "../../checks/deploying/comparing.ts";
import type { Finding } from "../../checks/finding.ts";
import { notApplicable, severityOf, unknown } from "../../checks/finding.ts";
import { comparedBy } from "../../checks/deploying/comparing.ts";
import { orchestratorsOf } from "../../checks/orchestrators.ts";
import { isPlain } from "../../checks/watch.ts";
import { listNames } from "../../checks/words.ts";
import { UserError, short } from "../../errors.ts";
import type { Evidence, Look } from "../../evidence/evidence.ts";
import { allReceivers, commitIn, proofIn, requestedCommit, workOf } from "../../evidence/looks/drift.ts";
import { branchTip, unitDrift } from "../../evidence/looks/source.ts";
import type { DeployedUnit, UnitFacts } from "../../evidence/looks/units.ts";
import { deployedUnit } from "../../evidence/looks/units.ts";
import type { Asking } from "../../inquiring.ts";
import { dateAt } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import { unitNamed } from "../../pipeline/names.ts";
import { weigh } from "../cause.ts";
import type { Inquiry, NextCall } from "../inquiry.ts";
import { stuckFactsOf, stuckRules } from "./causes.ts";
import type { Answer } from "./contains.ts";
import { answerOf, ofCommit, tellAnswer } from "./contains.ts";
import type { Examined, Told, Wanted } from "./examined.ts";
import { deployedOf, newestOf, servingOf } from "./examined.ts";
import { linesOf } from "./lines.ts";
import { judgeProof } from "./proof.ts";
import { rowOf } from "./rows.ts";
import { judgeStanding } from "./standing.ts";
import { topicsCalling } from "./triggers.ts";

export const scopes = ["all", "services", "functions", "jobs", "orchestrators"] as const;

export interface DriftQuestion {
  readonly scope: (typeof scopes)[number];
  readonly units?: readonly string[] | undefined;
  readonly contains?: string | undefined;
  readonly proof?: string | undefined;
}

export interface DriftAnswer {
  readonly inquiry: Inquiry;
  /** What was asked for is live, and shown where proof was asked for; with neither, all is well. */
  readonly isLive: boolean;
}

/** Before anybody is asked. */
function refuse({ scope, units, contains, proof }: DriftQuestion, rules: Rules): void {
  if (units !== undefined && scope !== "all") throw new UserError(`units names them: leave out scope ${scope}.`);
  for (const unit of units ?? []) unitNamed(rules, unit);
  if (contains !== undefined && !/^[0-9a-f]{7,40}$/iu.test(contains))
    throw new UserError(`contains "${short(contains)}" is no commit: give 7 to 40 hexadecimal digits, e.g. 6fa80f19.`);
  if (proof === undefined) return;
  if (!isPlain(proof)) throw new UserError("proof has a control or direction character in it.");
  if (proof.trim() === "") throw new UserError("proof is empty: give a text that only the new code logs.");
  const named = new Set(units).size;
  if (named === 0 || named > mostProven)
    throw new UserError(`proof is looked for in the logs of 1 to ${mostProven} units: name them with units.`);
}

/** Each is a reading of a log. */
const mostProven = 3;

/** Looks and answers. Throws `UserError` for what can't be meant. */
export async function askDrift(asking: Asking, question: DriftQuestion): Promise<DriftAnswer> {
  const { rules, asOf, past } = asking;
  refuse(question, rules);
  const scope: Standing = { rules, asOf, date: dateAt(asOf, rules.zone) };
  const all = subjectsOf(question, rules);
  if (past)
    return alone(
      question,
      unknown("only_now", "this is about how things stand, and the stores only tell how they stand now", "Ask without --clock."),
    );
  if (all.length === 0) return alone(question, notApplicable("nothing_declared", "the pipeline file declares no such unit"));
  const commit = await commitOf(asking, question, all);
  const about = commit === undefined ? undefined : ofCommit(commit, scope);
  // What nothing can be told of was asked of no unit in particular: how they all stand is another question.
  if (about?.word === "cannot tell" && question.units === undefined) return alone(question, untold(about), "cannot tell", commit?.known.id);
  const subjects = concerned(all, commit, question);
  if (subjects.length === 0) {
    const observed = `commit ${question.contains} touches no folder of a unit that the pipeline file declares`;
    return alone(
      question,
      unknown("touches_no_unit", observed, "Name the units whose code it is to be part of with units."),
      "cannot tell",
      commit?.known.id,
    );
  }
  const wanted = { commit, proof: question.proof };
  return answered(question, await examine(asking, subjects, wanted), wanted, { scope, detailed: asking.detailed });
}

/** Nobody was asked whom the operator has switched off. */
function untold({ reason, observed, next }: Extract<Answer, { word: "cannot tell" }>): Finding {
  return reason === "switched_off" ? notApplicable(reason, observed) : unknown(reason, observed, next);
}

function subjectsOf({ scope, units }: DriftQuestion, rules: Rules): readonly UnitSubject[] {
  const all = Object.entries(rules.units ?? {}).map(([id, declared]) => ({ id, declared }));
  if (units !== undefined) {
    const named = new Set(units.map((unit) => unitNamed(rules, unit)));
    return all.filter(({ id }) => named.has(id));
  }
  switch (scope) {
    case "all":
      return all;
    case "services":
      return all.filter(({ declared }) => declared.kind === "service");
    case "functions":
      return all.filter(({ declared }) => declared.kind === "function");
    case "jobs":
      return all.filter(({ declared }) => declared.kind === "job");
    case "orchestrators": {
      const own = new Set(orchestratorsOf(rules).map(({ id }) => id));
      return all.filter(({ id }) => own.has(id));
    }
  }
}

async function commitOf({ all, rules }: Asking, { contains }: DriftQuestion, subjects: readonly UnitSubject[]): Promise<Wanted["commit"]> {
  if (contains === undefined) return undefined;
  const sha = contains.toLowerCase();
  const { known } = await all({
    known: requestedCommit(
      rules,
      sha,
      subjects.map(({ id }) => id),
    ),
  });
  return { sha, known };
}

/** Without names only units are meant whose code the commit changed; all of them where that can't be told. */
function concerned(all: readonly UnitSubject[], commit: Wanted["commit"], { units }: DriftQuestion): readonly UnitSubject[] {
  const touches = commit?.known.seen === true ? commit.known.facts.touches : null;
  if (units !== undefined || touches === null) return all;
  return all.filter(({ id }) => touches.includes(id));
}

/** Makes every look: how units are deployed first, since by it is known what to ask of code and logs. */
async function examine(asking: Asking, subjects: readonly UnitSubject[], wanted: Wanted): Promise<readonly Examined[]> {
  const { rules } = asking;
  const isCompared = rules.repository !== undefined && rules.ports.units === undefined;
  const { receivers, ...units } = await asking.all({
    ...(subjects.some(({ id }) => topicsCalling(id, rules).length > 0) ? { receivers: allReceivers(rules) } : {}),
    ...Object.fromEntries(subjects.map(({ id }) => [`unit ${id}`, deployedUnit(rules, id)])),
  });
  const deployed: Readonly<Record<string, Evidence<UnitFacts>>> = units;
  const looks = subjects.flatMap(({ id }): [string, Look<unknown>][] => {
    const found = deployed[`unit ${id}`];
    return [
      ...(isCompared ? [[`drift ${id}`, unitDrift(rules, id)] as [string, Look<unknown>]] : []),
      ...(found?.seen === true ? looksAt(asking, id, found.facts, wanted) : []),
    ];
  });
  const made = await asking.all({ ...(isCompared ? { tip: branchTip(rules) } : {}), ...Object.fromEntries(looks) });
  const of = <F>(name: string): Evidence<F> | undefined => made[name as keyof typeof made] as Evidence<F> | undefined; // made by the look of that name
  return subjects.map((subject) => {
    const { id } = subject;
    const unit = deployed[`unit ${id}`];
    if (unit === undefined) throw new Error(`The look at ${id} was not made.`);
    const compared = comparedBy({ tip: of("tip"), drift: of(`drift ${id}`) });
    return { subject, unit, compared, held: of(`held ${id}`), proof: of(`proof ${id}`), work: of(`work ${id}`), receivers };
  });
}

/** What is asked of the code and the log of a unit that is deployed. */
function looksAt({ asOf, rules }: Asking, id: string, { unit }: UnitFacts, { commit, proof }: Wanted): readonly [string, Look<unknown>][] {
  if (unit === null) return [];
  const serving = servingOf(unit);
  const newest = newestOf(unit);
  const asked = [...new Set([...serving, ...(newest === undefined ? [] : [newest]), ...builtSince(unit, commit)])].slice(0, mostHeld);
  const held: [string, Look<unknown>][] =
    commit?.known.seen === true && commit.known.facts.commit !== null && asked.length > 0
      ? [[`held ${id}`, commitIn(commit.sha, id, asked)]]
      : [];
  const [first] = serving;
  if (first === undefined) return held;
  const made = new Date(first.createdAt);
  const since = new Date(asOf.getTime() - rules.thresholds.deployments.called.hours * 3_600_000);
  const window = {
    logsAs: unit.name,
    until: asOf.toISOString(),
    ...(unit.kind === "job" ? {} : { revisions: serving.map(({ name }) => name) }),
  };
  const isNew = made > since;
  return [
    ...held,
    [`work ${id}`, workOf(id, { ...window, since: (isNew ? made : since).toISOString() }, isNew)],
    ...(proof === undefined
      ? []
      : [[`proof ${id}`, proofIn(id, { ...window, since: made.toISOString() }, proof)] as [string, Look<unknown>]]),
  ];
}

/** Of revisions: each takes a question to the repository. */
const mostHeld = 12;

/** Those made after the commit was, newest first: one of them may have held it, and been replaced. */
function builtSince({ revisions }: DeployedUnit, commit: Wanted["commit"]): DeployedUnit["revisions"] {
  const made = commit?.known.seen === true ? commit.known.facts.commit?.at : undefined;
  if (made === undefined) return [];
  return revisions
    .filter(({ createdAt }) => Date.parse(createdAt) >= Date.parse(made))
    .toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
}

function alone(question: DriftQuestion, finding: Finding, headline?: string, evidence?: string): DriftAnswer {
  const line = { id: question.contains === undefined ? "drift" : "contains", finding, evidence: evidence === undefined ? [] : [evidence] };
  return {
    inquiry: { lines: [line], numbers: {}, asked: askedOf(question), ...(headline === undefined ? {} : { headline }) },
    isLive: false,
  };
}

function askedOf({ scope, units, contains, proof }: DriftQuestion): Readonly<Record<string, string>> {
  return {
    units: units?.join(", ") ?? scope,
    ...(contains === undefined ? {} : { contains: contains.toLowerCase() }),
    ...(proof === undefined ? {} : { proof }),
  };
}

interface Answering {
  readonly scope: Standing;
  readonly detailed: boolean;
}

function answered(question: DriftQuestion, all: readonly Examined[], wanted: Wanted, { scope, detailed }: Answering): DriftAnswer {
  const answers = all.map((examined) => answerOf(examined, wanted, scope));
  const told = all.flatMap((examined, index) => {
    const answer = answers[index];
    return [
      ...(answer === undefined ? [] : [tellAnswer(answer, examined, wanted, scope)]),
      ...judgeProof(examined, wanted.proof, answer, scope),
      ...judgeStanding(examined, scope),
    ];
  });
  const headline = headlineOf(all, answers, told);
  const atFault = all.filter(({ subject }) => told.some(({ unit, finding }) => unit === subject.id && isStuck(finding)));
  // A commit that is live explains nothing: then it is about the others.
  const isLive = answers.every((answer) => answer?.word === "live");
  const facts = atFault[0] === undefined ? undefined : stuckFactsOf(atFault[0], isLive ? {} : wanted);
  const asksFor = told.filter(({ topic }) => topic === "contains" || topic === "proof");
  const decides = asksFor.length > 0 ? asksFor : told;
  return {
    inquiry: {
      lines: linesOf(told, all.length),
      numbers: numbersOf(all, answers, told),
      asked: askedOf(question),
      ...(headline === undefined ? {} : { headline }),
      // Of several units each may be stuck elsewhere.
      ...(atFault.length === 1 && facts !== undefined ? { causes: weigh(facts, stuckRules) } : {}),
      ...(detailed ? { rows: all.map((examined) => rowOf(examined, scope)) } : {}),
      next: nextCalls(all, told),
      ...askAgainOf(told),
    },
    isLive: decides.length > 0 && decides.every(({ finding }) => finding.verdict === "pass"),
  };
}

/** Code that should be live and is not. */
function isStuck({ verdict, reason }: Finding): boolean {
  const stuck = [
    "behind",
    "behind_by_time",
    "deploys_blocked",
    "traffic_elsewhere",
    "none_ready",
    "no_traffic",
    "not_built",
    "overtaken",
    "built_and_failed",
    "not_live",
  ];
  return verdict !== "pass" && stuck.includes(reason);
}

/** The first word is the answer: not live, cannot tell, or live; then whether the log shows it. */
function headlineOf(all: readonly Examined[], answers: readonly (Answer | undefined)[], told: readonly Told[]): string | undefined {
  const live = (["not live", "cannot tell", "live"] as const).flatMap((word) => {
    const units = all.flatMap(({ subject }, index) => (answers[index]?.word === word ? [subject.id] : []));
    return units.length === 0 ? [] : [`${word}${word === "cannot tell" ? " for" : " in"} ${listNames(units)}`];
  });
  const proofs = told.filter(({ topic }) => topic === "proof");
  const shown = (["proof_not_seen", "unknown", "seen"] as const).flatMap((what) => {
    const units = proofs.filter(({ finding: { reason, verdict } }) => reason === what || verdict === what).map(({ unit }) => unit);
    const words = { proof_not_seen: "not seen in the log of", unknown: "nothing known by the log of", seen: "seen in the log of" };
    return units.length === 0 ? [] : [`${words[what]} ${listNames(units)}`];
  });
  const said = [...live, ...shown];
  return said.length === 0 ? undefined : said.join(", ");
}

function numbersOf(
  all: readonly Examined[],
  answers: readonly (Answer | undefined)[],
  told: readonly Told[],
): Readonly<Record<string, string>> {
  const isWell = ({ subject }: Examined): boolean =>
    told
      .filter(({ unit, topic }) => unit === subject.id && (topic === "serving" || topic === "drift"))
      .every(({ finding }) => finding.verdict === "pass");
  const lost = all.filter(({ subject }) => told.some(({ unit, finding }) => unit === subject.id && finding.verdict === "unknown")).length;
  const behind = told.flatMap(({ finding }) => finding.figures?.["behind"] ?? []);
  const counts = (["live", "not live", "cannot tell"] as const).flatMap((word) => {
    const count = answers.filter((answer) => answer?.word === word).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return {
    units: `${all.filter(isWell).length}/${all.length} up to date${lost > 0 ? `, ${lost} not known` : ""}`,
    ...(behind.length === 0 ? {} : { behind: `${behind.reduce((sum, each) => sum + each, 0)} own commits in ${behind.length}` }),
    ...(counts.length === 0 ? {} : { contains: counts.join(", ") }),
  };
}

function askAgainOf(told: readonly Told[]): Pick<Inquiry, "askAgain"> {
  const times = told.flatMap(({ finding }) => ("from" in finding && finding.from !== undefined ? [finding.from.getTime()] : []));
  return times.length === 0 ? {} : { askAgain: new Date(Math.min(...times)) };
}

/** What a revision that never became ready logged; the units that are wrong, in full. */
function nextCalls(all: readonly Examined[], told: readonly Told[]): readonly NextCall[] {
  const failed = all.flatMap((examined): NextCall[] => {
    const unit = deployedOf(examined);
    const newest = unit === undefined ? undefined : newestOf(unit);
    return newest === undefined || newest.ready
      ? []
      : [{ tool: "read_logs", arguments: { unit: examined.subject.id, around: newest.createdAt, min_severity: "ERROR" } }];
  });
  const wrong = [
    ...new Set(told.filter(({ finding }) => ["P0", "P1", "P2", "P3"].includes(severityOf(finding) ?? "")).map(({ unit }) => unit)),
  ];
  const closer = wrong.length > 1 ? [{ tool: "check_drift", arguments: { units: wrong.slice(0, 3), detail: "detailed" } }] : [];
  return [...failed.slice(0, 2), ...closer];
}
