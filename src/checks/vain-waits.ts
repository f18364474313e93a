import type { Finding } from "./finding.ts";
import { unknown, worst } from "./finding.ts";
import type { JudgedCheck, Judgement } from "./runner.ts";

/**
 * Waiting decides who is named, never whether the night is broken: what waits for a check that says nothing itself, since
 * it doesn't apply or its finding was accepted, is named by nobody. It is unknown then, not quiet.
 */
export function withoutVainWaits(judgement: Judgement): Judgement {
  const mute = new Set(judgement.checks.filter((judged) => saysNothing(judged, judgement)).map(({ check }) => check.id));
  if (mute.size === 0) return judgement;
  const checks = judgement.checks.map((judged) => {
    const subjects = judged.subjects.map((subject) => {
      const findings = subject.findings.map((finding) => spoken(finding, mute));
      const same = findings.every((finding, index) => finding === subject.findings[index]);
      const deciding = findings.filter(({ reason }) => reason !== "judged_without");
      return same ? subject : { ...subject, findings, verdict: worst(deciding.map(({ verdict }) => verdict)) };
    });
    return { ...judged, subjects, verdict: worst(subjects.map(({ verdict }) => verdict)) };
  });
  return { ...judgement, checks };
}

function saysNothing({ check, verdict }: JudgedCheck, { accepted = [] }: Judgement): boolean {
  return verdict === "not_applicable" || accepted.some(({ findings }) => findings.some((id) => id.startsWith(`${check.id}/`)));
}

function spoken(finding: Finding, mute: ReadonlySet<string>): Finding {
  if (finding.verdict !== "not_due" || finding.waitsFor === undefined || !mute.has(finding.waitsFor)) return finding;
  return unknown(
    "waits_in_vain",
    `nothing there, and ${finding.waitsFor}, which would say why, does not speak: it doesn't apply, or its finding is accepted`,
    `Look into it as if ${finding.waitsFor} had failed.`,
    finding.figures,
  );
}
