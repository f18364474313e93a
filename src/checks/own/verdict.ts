import { instantOf } from "../../pipeline/dates.ts";
import type { OwnCheck } from "../../pipeline/own-checks.ts";
import type { Scope } from "../check.ts";
import type { Figures, Finding } from "../finding.ts";
import { notDue, pass, problem, unknown } from "../finding.ts";
import { consequences } from "../words.ts";
import { keeps } from "./limits.ts";
import type { Outcome } from "./measures.ts";
import { ownTime, severityNow } from "./timing.ts";

/** A number against its limits. Before the check is due there is no verdict, whatever the number is. */
export function verdictOf(check: OwnCheck, outcome: Outcome, scope: Scope): Finding {
  const early = notDueYet(check, scope, outcome.kind === "measured" ? `${outcome.said} so far` : check.why);
  if (early !== undefined) return early;
  if (outcome.kind === "unknown") return unknown(outcome.reason, outcome.said, outcome.next);
  const { value, atLeast, said, figures } = outcome;
  const passes = keeps(outcome.pass, value, atLeast);
  if (passes === "yes") return pass(said, figures);
  const warns = outcome.warn === undefined ? "no" : keeps(outcome.warn, value, atLeast);
  if (passes === "unknown" || warns === "unknown")
    return unknown("partial", `${said}, and there may be more`, "Narrow what the check asks for.", figures);
  if (warns === "yes") return miss(check, { reason: "short_of_pass", observed: said, expected: outcome.expected, figures }, scope, "P3");
  return miss(check, { reason: "missed", observed: said, expected: outcome.expected, figures }, scope);
}

/** Undefined once it is due. */
export function notDueYet(check: OwnCheck, scope: Scope, said: string): Finding | undefined {
  const time = ownTime(check, scope);
  return time.state === "not_due" ? notDue(said, time.from) : undefined;
}

interface Missed {
  readonly reason: string;
  readonly observed: string;
  readonly expected: string;
  readonly figures?: Figures;
}

/** As bad as the check declares; within its grace a warning. */
export function miss(check: OwnCheck, { expected, ...said }: Missed, scope: Scope, severity = check.severity ?? "P2"): Finding {
  const time = ownTime(check, scope);
  if (time.state === "not_due") return notDue(said.observed, instantOf(scope.date, scope.rules.moments.post_game_from, scope.rules.zone));
  return problem(severityNow(severity, time), {
    ...said,
    expected: `${expected}: ${check.why}`,
    next: check.next,
    ...consequences(time),
  });
}
