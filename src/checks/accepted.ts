import type { CalendarDate } from "../pipeline/dates.ts";
import { dateAt } from "../pipeline/dates.ts";
import type { Acceptance } from "../pipeline/own-checks.ts";
import type { Finding, Severity } from "./finding.ts";
import { note, problem, worst } from "./finding.ts";
import type { JudgedCheck, JudgedSubject, Judgement } from "./runner.ts";

/** What one decision of the operator's covers. */
export interface Accepted {
  readonly id: string;
  /** `<check>/<subject>`, all of them. */
  readonly findings: readonly string[];
  readonly reason: string;
  readonly until: CalendarDate;
}

/** Copies, and what hides or proves them; and a tracker that says done without output. Nobody may decide to live with these. */
const never: readonly string[] = ["surplus", "rows_without_key", "overlapping", "merge_fallback", "flag_without_rows"];

/**
 * What the operator has decided to live with, set aside: shown and counted, but no part of the verdict. From the day on
 * which that ends it is one level worse than it was found. What nobody could look at is covered by no decision.
 */
export function withAccepted(found: Judgement): Judgement {
  const { file, asOf, rules } = found.scope;
  if (file.accepted.length === 0) return found;
  const today = dateAt(asOf, rules.zone);
  const covered = new Map<Acceptance, string[]>();
  const checks = found.checks.map((judged) =>
    rejudged(judged, (subject, finding) => {
      const rule = ruleFor(`${judged.check.id}/${subject.subject}`, judged.check.id, finding, file.accepted, today);
      if (rule === undefined) return finding;
      if (rule.until <= today) return raised(finding, rule);
      covered.set(rule, [...(covered.get(rule) ?? []), `${judged.check.id}/${subject.subject}`]);
      return note("accepted", `accepted until ${rule.until} (${rule.reason}): ${finding.observed}`, finding.figures);
    }),
  );
  const accepted = [...covered].map(([{ id, reason, until }, findings]) => ({ id, findings: [...new Set(findings)], reason, until }));
  return { ...found, checks, found, accepted };
}

/** One that holds before one that has ended, the one with the longer id first. */
function ruleFor(
  id: string,
  check: string,
  finding: Finding,
  accepted: readonly Acceptance[],
  today: CalendarDate,
): Acceptance | undefined {
  if (!("severity" in finding) || finding.severity === "P5" || never.includes(finding.reason)) return undefined;
  const { severity } = finding;
  const fitting = accepted
    .filter((rule) => (rule.id === id || rule.id === check) && severity >= rule.ceiling)
    .toSorted((a, b) => b.id.length - a.id.length);
  return fitting.find(({ until }) => until > today) ?? fitting[0];
}

function rejudged(judged: JudgedCheck, told: (subject: JudgedSubject, finding: Finding) => Finding): JudgedCheck {
  const subjects = judged.subjects.map((subject) => {
    const findings = subject.findings.map((finding) => told(subject, finding));
    const same = findings.every((finding, index) => finding === subject.findings[index]);
    return same ? subject : { ...subject, findings, verdict: worst(findings.map(({ verdict }) => verdict)) };
  });
  return { ...judged, subjects, verdict: worst(subjects.map(({ verdict }) => verdict)) };
}

const worse: Readonly<Record<Exclude<Severity, "P5">, Exclude<Severity, "P5">>> = { P0: "P0", P1: "P0", P2: "P1", P3: "P2", P4: "P3" };

function raised(finding: Finding, { until, reason }: Acceptance): Finding {
  if (finding.verdict !== "warn" && finding.verdict !== "fail") return finding;
  const { severity, verdict: _verdict, ...said } = finding;
  const observed = `${finding.observed}; it was accepted until ${until} (${reason}), which is over, so it counts as ${worse[severity]}`;
  return problem(worse[severity], { ...said, observed });
}
