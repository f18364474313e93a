import type { Verdict } from "../checks/finding.ts";
import { verdicts, worst } from "../checks/finding.ts";
import type { Judged } from "./judged.ts";

/** Ids of findings, worst first. What was reported before is in exactly one of these. */
export interface Comparison {
  /** Reported now and not before, or for another reason, or before only as unknown. */
  readonly new: readonly string[];
  readonly still: readonly string[];
  /** Reported before, and looked at and found well now. */
  readonly gone: readonly string[];
  /** Reported before; now nobody could look, it wasn't asked or isn't due: neither still there nor gone. */
  readonly notJudged: readonly string[];
}

type Change = "new" | "still" | "gone" | "not_judged";

/** What changed between two judgements of the same date, on every single finding that is no pass. */
export function compare(before: Judged, now: Judged): Comparison {
  const [old, current] = [subjectsOf(before), subjectsOf(now)];
  const ids = [...new Set([...current.keys(), ...old.keys()])].filter((id) => isReported(current.get(id)) || isReported(old.get(id)));
  const changes = ids.map((id) => ({ id, change: changeOf(old.get(id), current.get(id)) }));
  const rank = (id: string): number => verdicts.indexOf((isReported(current.get(id)) ? current : old).get(id)?.verdict ?? "pass");
  const those = (wanted: Change): string[] =>
    changes
      .filter(({ change }) => change === wanted)
      .map(({ id }) => id)
      .toSorted((a, b) => rank(a) - rank(b));
  return { new: those("new"), still: those("still"), gone: those("gone"), notJudged: those("not_judged") };
}

interface Subject {
  readonly verdict: Verdict;
  /** Why it is a problem; empty if it is none. */
  readonly reasons: ReadonlySet<string>;
}

function subjectsOf({ findings }: Judged): ReadonlyMap<string, Subject> {
  const byId = Map.groupBy(findings, ({ id }) => id);
  return new Map(
    [...byId].map(([id, own]) => {
      const reasons = own.filter(({ verdict }) => isProblem(verdict)).map(({ reason }) => reason);
      return [id, { verdict: worst(own.map(({ verdict }) => verdict)), reasons: new Set(reasons) }];
    }),
  );
}

function isProblem(verdict: Verdict): boolean {
  return verdict === "fail" || verdict === "warn";
}

function isReported(subject: Subject | undefined): boolean {
  return subject !== undefined && (isProblem(subject.verdict) || subject.verdict === "unknown");
}

function changeOf(before: Subject | undefined, now: Subject | undefined): Change {
  if (now !== undefined && isProblem(now.verdict)) return [...now.reasons].every((reason) => before?.reasons.has(reason)) ? "still" : "new";
  if (now?.verdict === "unknown") {
    if (before?.verdict === "unknown") return "still";
    return isReported(before) ? "not_judged" : "new";
  }
  return now?.verdict === "pass" ? "gone" : "not_judged";
}
