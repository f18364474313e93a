import { couldNotLook } from "../../checks/check.ts";
import type { Finding } from "../../checks/finding.ts";
import { pass, problem, unknown } from "../../checks/finding.ts";
import { at } from "../../checks/words.ts";
import type { ProofFacts } from "../../evidence/looks/drift.ts";
import { keptFrom, retentionDays } from "../../evidence/looks/logs.ts";
import { quoted } from "../../outside-text.ts";
import type { Answer } from "./contains.ts";
import type { Examined, Judging, Told } from "./examined.ts";
import { deployedOf, servingOf } from "./examined.ts";

/** Whether a unit logged the text since what serves was made. A label may lie; what the code does can't. */
export function judgeProof(examined: Examined, text: string | undefined, answer: Answer | undefined, scope: Judging): readonly Told[] {
  if (text === undefined) return [];
  const { subject, proof, unit } = examined;
  const tell = (finding: Finding, evidence: readonly string[]): Told[] => [{ topic: "proof", unit: subject.id, finding, evidence }];
  if (!unit.seen) return tell(couldNotLook(unit), [unit.id]);
  if (proof === undefined) {
    const observed = `nothing of ${subject.id} serves, so nothing can have logged ${quoted(text)}`;
    return tell(unknown("nothing_serves", observed, `Put right first what keeps ${subject.id} from serving.`), [unit.id]);
  }
  if (!proof.seen) return tell(couldNotLook(proof), [proof.id]);
  return tell(found(examined, proof.facts, { text, answer }, scope), [proof.id]);
}

interface Sought {
  readonly text: string;
  readonly answer: Answer | undefined;
}

function found(examined: Examined, { found: line, any }: ProofFacts, { text, answer }: Sought, scope: Judging): Finding {
  const { id } = examined.subject;
  const unit = deployedOf(examined);
  const revision = unit === undefined ? undefined : servingOf(unit)[0];
  const serving = revision === undefined ? id : `${quoted(revision.name)} (created ${at(new Date(revision.createdAt), scope)})`;
  if (line !== null) {
    const by = line.revision === null ? id : `${quoted(line.revision)} of ${id}`;
    return { ...pass(`${by} logged ${quoted(text)} at ${at(new Date(line.at), scope)}`), reason: "seen" };
  }
  if (any === null) {
    const observed = `${id} logged nothing of its own since ${serving} serves, so nothing is known of ${quoted(text)}`;
    return unknown("nothing_logged", observed, `Have ${id} do some work, or wait for its next run; then ask again.`);
  }
  // It may have logged the text before what is kept.
  if (revision !== undefined && new Date(revision.createdAt) < keptFrom(scope.asOf)) {
    const observed = `${quoted(text)} is in no line of ${id} that is still kept, but ${serving} is older than the ${retentionDays} days for which logs are`;
    return unknown("log_expired", observed, "Look for a line that it logs in every run.");
  }
  const logged = `${id} logged no ${quoted(text)} since ${serving} serves, though it logged other lines, the newest at ${at(new Date(any.at), scope)}`;
  return problem("P3", {
    reason: "proof_not_seen",
    observed: answer?.word === "live" ? `the label says live, the behaviour doesn't show it: ${logged}` : logged,
    expected: `${quoted(text)} in its log`,
    next: `See whether the new code was reached at all; if it was, the image of ${id} is not what its label says: build it anew and deploy it.`,
  });
}
