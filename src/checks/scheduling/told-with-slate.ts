import type { Finding } from "../finding.ts";
import { notApplicable, severityOf, worst } from "../finding.ts";
import type { Judgement } from "../runner.ts";

/**
 * Where a night is judged beside the slate that follows it, one job's fault can be seen by both. The half that it bears on
 * tells it; the night leaves it out only if the slate really speaks of it.
 */
export function withoutToldWithSlate(night: Judgement, slate: Judgement): Judgement {
  const told = faultsOf(slate);
  const checks = night.checks.map((judged) => {
    const subjects = judged.subjects.map((subject) => {
      const others = told.get(`${judged.check.id}/${subject.subject}`) ?? [];
      const findings = subject.findings.map((finding) => (isLeft(finding, others) ? left(finding, slate) : finding));
      const same = findings.every((finding, index) => finding === subject.findings[index]);
      const deciding = findings.filter(({ reason }) => reason !== "judged_without");
      return same ? subject : { ...subject, findings, verdict: worst(deciding.map(({ verdict }) => verdict)) };
    });
    return subjects.every((subject, index) => subject === judged.subjects[index])
      ? judged
      : { ...judged, subjects, verdict: worst(subjects.map(({ verdict }) => verdict)) };
  });
  return { ...night, checks };
}

/** Of each check and subject what it is faulted for on its date, by what a judge attached to it. */
function faultsOf({ checks }: Judgement): ReadonlyMap<string, readonly Finding[]> {
  const subjects = checks.flatMap(({ check, subjects: all }) => all.map((subject) => ({ id: `${check.id}/${subject.subject}`, subject })));
  return new Map(subjects.map(({ id, subject }) => [id, subject.findings.filter((each) => isFault(each) && isInChain(each))]));
}

function isFault(finding: Finding): boolean {
  const severity = severityOf(finding);
  return severity !== undefined && severity !== "P5";
}

function isInChain({ figures }: Finding): boolean {
  return figures?.["in_chain"] === 1;
}

/** A fault of the same attempt that bears on the slate, and not on the night. */
function isLeft(finding: Finding, others: readonly Finding[]): boolean {
  const { reason, figures } = finding;
  if (!isFault(finding) || isInChain(finding)) return false;
  return others.some((other) => other.reason === reason && other.figures?.["attempt"] === figures?.["attempt"]);
}

function left(finding: Finding, { scope }: Judgement): Finding {
  return notApplicable("next_date", `${finding.observed}; that is told with the slate of ${scope.date}`, finding.figures);
}
