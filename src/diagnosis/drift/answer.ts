import type { Standing } from "../../checks/deploying/comparing.ts";
import type { Finding } from "../../checks/finding.ts";
import { severityOf } from "../../checks/finding.ts";
import { listNames } from "../../checks/words.ts";
import { weigh } from "../cause.ts";
import type { Inquiry, NextCall } from "../inquiry.ts";
import { stuckFactsOf, stuckRules } from "./causes.ts";
import type { Answer } from "./contains.ts";
import { answerOf, tellAnswer } from "./contains.ts";
import type { Examined, Told, Wanted } from "./examined.ts";
import { deployedOf, newestOf } from "./examined.ts";
import { linesOf } from "./lines.ts";
import { judgeProof } from "./proof.ts";
import type { DriftQuestion } from "./question.ts";
import { askedOf } from "./question.ts";
import { rowOf } from "./rows.ts";
import { judgeStanding } from "./standing.ts";

export interface DriftAnswer {
  readonly inquiry: Inquiry;
  /** What was asked for is live, and shown where proof was asked for; with neither, all is well. */
  readonly isLive: boolean;
}

/** One thing about the whole question, where no unit was looked at. */
export function alone(question: DriftQuestion, finding: Finding, headline?: string, evidence?: string): DriftAnswer {
  const line = { id: question.contains === undefined ? "drift" : "contains", finding, evidence: evidence === undefined ? [] : [evidence] };
  return {
    inquiry: { lines: [line], numbers: {}, asked: askedOf(question), ...(headline === undefined ? {} : { headline }) },
    isLive: false,
  };
}

interface Answering {
  readonly scope: Standing;
  readonly detailed: boolean;
}

/** What was found of every unit, and the answer to what was asked of them. */
export function answered(question: DriftQuestion, all: readonly Examined[], wanted: Wanted, { scope, detailed }: Answering): DriftAnswer {
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
      next: nextCalls(all, told, detailed),
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

/** Units that a call names; of more all are asked about. */
const mostNamed = 6;

/** What a revision that never became ready logged; the units that are wrong, in full. */
function nextCalls(all: readonly Examined[], told: readonly Told[], detailed: boolean): readonly NextCall[] {
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
  const few = wrong.length <= mostNamed ? { units: wrong } : {};
  const closer = wrong.length > 1 && !detailed ? [{ tool: "check_drift", arguments: { ...few, detail: "detailed" } }] : [];
  return [...failed.slice(0, 2), ...closer];
}
