import type { Standing } from "../../checks/deploying/comparing.ts";
import type { Finding } from "../../checks/finding.ts";
import { notApplicable, unknown } from "../../checks/finding.ts";
import type { Asking } from "../../inquiring.ts";
import { dateAt } from "../../pipeline/dates.ts";
import type { DriftAnswer } from "./answer.ts";
import { alone, answered } from "./answer.ts";
import type { Answer } from "./contains.ts";
import { ofCommit } from "./contains.ts";
import { commitOf, examine } from "./examine.ts";
import type { DriftQuestion } from "./question.ts";
import { concerned, refuse, subjectsOf } from "./question.ts";

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
