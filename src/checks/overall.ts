import type { Verdict } from "./finding.ts";
import type { JudgedCheck, Judgement } from "./runner.ts";

export interface Overall {
  readonly verdict: Verdict;
  /** A core check is not due yet: what is said holds so far. */
  readonly soFar: boolean;
  /** Checks that came to a judgement, of all that were asked. */
  readonly judged: number;
  readonly of: number;
}

/** A judgement and the verdict that follows from it. */
export interface Verdicted {
  readonly judgement: Judgement;
  readonly overall: Overall;
}

/** Core checks of the date's first stage: alone they prove nothing of the night's output. */
const notEnough = "games";

/**
 * The verdict on a date. A pass needs every core check that applies and is due to have been judged and passed, among
 * them one other than `games`; looking at nothing, or too early, is never a pass.
 */
export function overallOf({ checks, scope, found }: Judgement): Overall {
  const verdictOf = new Map(checks.map(({ check, verdict }) => [check.id, verdict]));
  /** A check that is only quiet because its finding was accepted proves nothing of the night. */
  const proves = new Set((found?.checks ?? checks).filter(({ verdict }) => verdict === "pass").map(({ check }) => check.id));
  const putOff = new Set(checks.filter(isPutOff).map(({ check }) => check.id));
  const core = scope.core.map((id) => ({
    id,
    verdict: verdictOf.get(id) ?? ("unknown" as const),
    putOff: putOff.has(id),
    proves: proves.has(id),
  }));
  const all = [...verdictOf.values()];
  const unjudged: readonly Verdict[] = ["not_due", "not_applicable", "unknown"];
  return {
    verdict: decide(all, core),
    soFar: core.some(({ verdict }) => verdict === "not_due"),
    judged: all.filter((verdict) => !unjudged.includes(verdict)).length,
    of: all.length,
  };
}

/** The verdict of two halves: the worse one; what is not due or not applicable changes nothing unless both are. */
export function worseHalf(one: Verdict, other: Verdict): Verdict {
  const order: readonly Verdict[] = ["fail", "unknown", "warn", "pass", "not_due", "not_applicable"];
  return order.find((verdict) => verdict === one || verdict === other) ?? "unknown";
}

/** Its time has come, but what it would judge is being written or waited for. */
function isPutOff({ verdict, subjects }: JudgedCheck): boolean {
  return (
    verdict === "not_due" &&
    subjects.some(({ findings }) => findings.some((finding) => finding.verdict === "not_due" && finding.putOff === true))
  );
}

interface Core {
  readonly id: string;
  readonly verdict: Verdict;
  readonly putOff: boolean;
  readonly proves: boolean;
}

function decide(all: readonly Verdict[], core: readonly Core[]): Verdict {
  if (all.includes("fail")) return "fail";
  if (all.includes("unknown") || core.some(({ verdict }) => verdict === "unknown")) return "unknown";
  if (all.includes("warn")) return "warn";
  const put = core.some(({ putOff }) => putOff);
  if (!put && core.some(({ id, verdict, proves }) => id !== notEnough && verdict === "pass" && proves)) return "pass";
  if (core.some(({ verdict, proves }) => verdict === "pass" && !proves)) return "warn";
  return all.includes("not_due") ? "not_due" : "not_applicable";
}
