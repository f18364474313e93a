import type { Finding, Severity } from "../checks/finding.ts";
import { severityOf } from "../checks/finding.ts";
import type { JudgedCheck, JudgedSubject, Judgement } from "../checks/runner.ts";
import type { Words } from "../checks/check.ts";
import { totalsOf } from "../checks/totals.ts";
import { isoText } from "../pipeline/dates.ts";
import type { ReportedFinding } from "./schema.ts";
import { capped } from "./budget.ts";

interface Member {
  readonly subject: JudgedSubject;
  readonly finding: Finding;
}

const mostSubjects = 3;
const order: readonly (Severity | "unknown")[] = ["P0", "P1", "P2", "unknown", "P3", "P4", "P5"];

/** One line per check and reason, worst first; unknowns with one common cause become one line across checks. */
export function linesOf({ checks, scope }: Judgement, detailed: boolean): readonly ReportedFinding[] {
  const lines = checks.flatMap((judged) => groupsOf(judged).map((group) => lineOf(judged, group, scope, detailed)));
  return mergeUnknowns(lines).toSorted(inSeverity);
}

/** Worst first. */
export function inSeverity(a: ReportedFinding, b: ReportedFinding): number {
  return rank(a) - rank(b);
}

function rank(line: ReportedFinding): number {
  return order.indexOf(line.verdict === "unknown" ? "unknown" : (line.severity ?? "P5"));
}

/** What needs saying: everything but plain passes and what is not due or not applicable, which `checked` counts. */
function groupsOf({ subjects }: JudgedCheck): readonly (readonly Member[])[] {
  const groups = new Map<string, Member[]>();
  for (const subject of subjects) {
    for (const finding of subject.findings) {
      if (finding.verdict === "not_due" || finding.verdict === "not_applicable") continue;
      if (finding.verdict === "pass" && !("severity" in finding)) continue;
      const key =
        finding.reason === "judged_without" || finding.verdict === "unknown" ? `${finding.reason} ${finding.observed}` : finding.reason;
      groups.set(key, [...(groups.get(key) ?? []), { subject, finding }]);
    }
  }
  return [...groups.values()];
}

function lineOf(judged: JudgedCheck, members: readonly Member[], scope: Judgement["scope"], detailed: boolean): ReportedFinding {
  const { check, subjects } = judged;
  const worst = members.toSorted(
    (a, b) => order.indexOf(severityOf(a.finding) ?? "unknown") - order.indexOf(severityOf(b.finding) ?? "unknown"),
  )[0];
  if (worst === undefined) throw new Error("A group of findings is never empty.");
  const { finding } = worst;
  const words = check.say?.(
    {
      reason: finding.reason,
      findings: members.map((member) => ({ subject: member.subject.subject, finding: member.finding })),
      of: subjects.length,
      sums: totalsOf(judged).sums,
    },
    scope,
  );
  const names = members.map((member) => member.subject.subject);
  const isShort = severityOf(finding) === "P5" && !detailed;
  const evidence = members.flatMap(({ subject }) => subject.evidence);
  return {
    id: names.length === 1 ? `${check.id}/${names[0]}` : check.id,
    ...said(finding, scope.rules.zone, words),
    ...(names.length === 1 || isShort ? {} : named(names)),
    ...(isShort ? {} : { evidence: evidenceOf(evidence, detailed) }),
  };
}

/** What a finding says for itself, in other words where some are given. */
export function said(finding: Finding, zone: string, words?: Words): Omit<ReportedFinding, "id"> {
  const severity = severityOf(finding);
  return {
    reason: finding.reason,
    verdict: finding.verdict,
    ...(severity === undefined ? {} : { severity }),
    observed: capped(words?.observed ?? finding.observed),
    ...expectation(finding, words),
    ...breaksOf(finding, words, zone),
    ...nextOf(finding, words),
  };
}

export function named(names: readonly string[]): { subjects: string[]; more?: number } {
  const subjects = names.slice(0, mostSubjects);
  return names.length > mostSubjects ? { subjects, more: names.length - mostSubjects } : { subjects };
}

function expectation(finding: Finding, words: Words | undefined): { expected?: string } {
  const said = words?.expected ?? ("expected" in finding ? finding.expected : undefined);
  return said === undefined ? {} : { expected: capped(said) };
}

function nextOf(finding: Finding, words: Words | undefined): { next?: string } {
  const said = words?.next ?? ("next" in finding ? finding.next : undefined);
  return said === undefined ? {} : { next: capped(said) };
}

function breaksOf(finding: Finding, words: Words | undefined, zone: string): { breaks?: { what: string; at: string } } {
  const breaks = words?.breaks ?? ("breaks" in finding ? finding.breaks : undefined);
  return breaks === undefined ? {} : { breaks: { what: breaks.what, at: isoText(breaks.at, zone) } };
}

/** Ids of looks, each once; of many the first two and how many more, unless all are wanted. */
export function evidenceOf(looks: readonly string[], detailed: boolean): string[] {
  const ids = [...new Set(looks)];
  const most = detailed ? ids.length : 2;
  return ids.length > most ? [...ids.slice(0, most), `${ids.length - most} more`] : ids;
}

/** What nobody could look at for one reason, and with one remedy, is one line, whatever was asked; of several checks its subjects are the checks. */
export function mergeUnknowns(lines: readonly ReportedFinding[]): readonly ReportedFinding[] {
  const merged = new Map<string, ReportedFinding[]>();
  for (const line of lines) {
    const key = commonKey(line);
    merged.set(key, [...(merged.get(key) ?? []), line]);
  }
  return [...merged.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined || same.length === 1) return same;
    const { subjects: _subjects, more: _more, ...rest } = first;
    const ids = [...new Set(same.map(({ id }) => id))];
    const others = new Set(same.map(({ observed }) => observed)).size - 1;
    const observed = others === 0 ? first.observed : `${first.observed}; and ${others} more for the same reason`;
    return [{ ...rest, observed, ...(ids.length === 1 ? {} : { id: commonId(ids), ...named(ids) }) }];
  });
}

function commonKey({ verdict, reason, observed, id, next }: ReportedFinding): string {
  if (verdict === "unknown") return JSON.stringify([verdict, reason, next]);
  return JSON.stringify(reason === "judged_without" ? [verdict, reason, observed] : [id, reason, observed]);
}

/** Lines of one check stay under its name. */
function commonId(ids: readonly string[]): string {
  const checks = new Set(ids.map((id) => id.split("/")[0] ?? id));
  const [check = ""] = checks;
  return checks.size === 1 ? check : "several";
}
