import type { Verdict } from "../checks/finding.ts";
import { severityOf } from "../checks/finding.ts";
import { worseHalf } from "../checks/overall.ts";
import type { Weighed } from "../diagnosis/cause.ts";
import type { Entry, Happening, Inquiry, Line, Pattern } from "../diagnosis/inquiry.ts";
import type { Proposal } from "../diagnosis/proposal.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { clockText, isoText } from "../pipeline/dates.ts";
import { redactThroughout } from "../redact.ts";
import type { Answered } from "./answered.ts";
import { answeredBy, opening } from "./answered.ts";
import { capped, mostFindings, noteCharacters } from "./budget.ts";
import { byHandOf, costOf, coverageOf, omittedOf } from "./figures.ts";
import { evidenceOf, inSeverity, mergeUnknowns, named, said } from "./lines.ts";
import type { Report, ReportedFinding } from "./schema.ts";
import { reportSchema } from "./schema.ts";
import { gists, verdictWords } from "./summary.ts";

/** What a report of a diagnosing tool says of itself. */
export interface AskedOf extends Answered {
  readonly tool: string;
  readonly pipeline: { readonly name: string; readonly zone: string };
  readonly asOf: Date;
  readonly detailed: boolean;
  readonly looks: readonly Evidence<unknown>[];
  /** Wall-clock milliseconds the call took. */
  readonly ms: number;
}

/** Most of each list, in concise and in detailed answers; what is cut is counted. */
const most = {
  findings: { concise: 8, detailed: mostFindings },
  causes: { concise: 4, detailed: 20 },
  timeline: { concise: 10, detailed: 60 },
  rows: { concise: 12, detailed: 60 },
} as const;

/** What a diagnosing tool came to, as the report that leaves the house. */
export function inquiryReport(inquiry: Inquiry, asked: AskedOf): Report {
  const { zone, name } = asked.pipeline;
  const verdict = verdictOf(inquiry.lines);
  const size = asked.detailed ? "detailed" : "concise";
  const lines = mergeUnknowns(inquiry.lines.flatMap((line) => reported(line, asked))).toSorted(inSeverity);
  const shown = lines.slice(0, most.findings[size]).map((line) => (asked.detailed ? line : briefly(line)));
  const report = {
    tool: asked.tool,
    verdict,
    summary: `${opening(asked)}${summaryOf(inquiry, verdict, lines)}`,
    asked: { ...inquiry.asked, as_of: isoText(asked.asOf, zone), zone, pipeline: name, ...answeredBy(asked) },
    numbers: inquiry.numbers,
    ...(shown.length === 0 ? {} : { findings: shown }),
    ...omittedOf(lines.slice(shown.length)),
    ...causesOf(inquiry.causes, size),
    ...timelineOf(inquiry.timeline, zone, size),
    ...rowsOf(inquiry.rows, size),
    ...(inquiry.patterns === undefined ? {} : { patterns: inquiry.patterns.map((pattern) => patternOf(pattern, zone)) }),
    ...(inquiry.entries === undefined ? {} : { entries: inquiry.entries.map((entry) => entryOf(entry, zone)) }),
    ...(inquiry.cursor === undefined ? {} : { cursor: inquiry.cursor }),
    ...(inquiry.proposals === undefined || inquiry.proposals.length === 0
      ? {}
      : { proposals: inquiry.proposals.map((proposal) => (asked.detailed ? proposal : inShort(proposal))) }),
    ...(asked.detailed && inquiry.text !== undefined ? { text: inquiry.text } : {}),
    ...(asked.detailed ? byHandOf(shown, asked.looks) : {}),
    ...(inquiry.askAgain === undefined ? {} : { ask_again: isoText(inquiry.askAgain, zone) }),
    coverage: coverageOf(asked.looks),
    cost: costOf(asked.looks, asked.ms),
    ...(inquiry.next === undefined || inquiry.next.length === 0 ? {} : { next: inquiry.next.slice(0, 3).map((call) => ({ ...call })) }),
  } satisfies Report;
  return reportSchema.parse(redactThroughout(report)); // Rows, lines and before-images come as the stores hold them.
}

/** A note proves nothing, and what is not due changes nothing while something else was judged and passed. */
function verdictOf(lines: readonly Line[]): Verdict {
  const proving = lines.filter(({ finding }) => severityOf(finding) !== "P5");
  return proving.length === 0 ? "unknown" : proving.map(({ finding }) => finding.verdict).reduce(worseHalf);
}

/** Everything but plain passes, which the numbers count; what is not due or not applicable only where nothing else is said. */
function reported(line: Line, { detailed, pipeline: { zone } }: AskedOf): readonly ReportedFinding[] {
  const { id, subjects = [], finding, evidence } = line;
  if (!detailed && isPlainPass(line)) return [];
  return [
    {
      id,
      ...said(finding, zone),
      ...(subjects.length === 0 ? {} : named(subjects)),
      ...(evidence.length === 0 ? {} : { evidence: evidenceOf(evidence, detailed) }),
    },
  ];
}

function isPlainPass({ finding }: Line): boolean {
  return finding.verdict === "pass" && severityOf(finding) === undefined;
}

function briefly(line: ReportedFinding): ReportedFinding {
  if (line.severity !== "P5" && line.verdict !== "not_due" && line.verdict !== "not_applicable") return line;
  const { evidence: _evidence, ...rest } = line;
  return { ...rest, observed: capped(line.observed, noteCharacters) };
}

function summaryOf({ headline, lines, causes, proposals = [] }: Inquiry, verdict: Verdict, told: readonly ReportedFinding[]): string {
  const deciding = told.filter((line) => line.verdict === verdict && (verdict === "pass" || line.severity !== "P5"));
  const observed = deciding.length > 0 ? deciding : told;
  const observations = [
    ...(verdict === "pass"
      ? lines
          .filter(isPlainPass)
          .slice(0, 1)
          .map(({ finding }) => finding.observed)
      : []),
    ...observed.map((line) => line.observed),
  ];
  const next = deciding.find((line) => line.next !== undefined)?.next;
  return [
    `${verdictWords[verdict]}${headline === undefined ? "" : ` ${headline}`}: ${gists([...new Set(observations)])}.`,
    ...causeSentence(causes),
    ...(proposals.length === 0 ? [] : [`Proposed (nothing is written): ${proposals.map(({ said: what }) => what).join(" ")}`]),
    ...(next === undefined || proposals.length > 0 ? [] : [`Next: ${next}`]),
  ].join(" ");
}

function causeSentence(causes: readonly Weighed[] | undefined): readonly string[] {
  if (causes === undefined) return [];
  const established = causes.filter(({ standing }) => standing === "established");
  if (established.length > 0) return [`Cause: ${established.map(({ said }) => said).join("; and ")}.`];
  const open = causes.filter(({ standing }) => standing === "open").length;
  return [`Cause not established${open === 0 ? "" : ` (${open} open)`}.`];
}

/** Concise: what is established or open, and the names of the rest. */
function causesOf(causes: readonly Weighed[] | undefined, size: "concise" | "detailed"): Pick<Report, "causes" | "ruled_out"> {
  if (causes === undefined) return {};
  const told = size === "detailed" ? causes : causes.filter(({ standing }) => standing !== "ruled_out");
  const shown = told.slice(0, most.causes[size]);
  const ruledOut = causes.filter((cause) => cause.standing === "ruled_out" && !shown.includes(cause));
  return {
    ...(shown.length === 0 ? {} : { causes: shown.map(causeOf) }),
    ...(ruledOut.length === 0 ? {} : { ruled_out: ruledOut.map(({ id }) => id) }),
  };
}

function causeOf({ id, standing, said, for: signs, against, settle }: Weighed): NonNullable<Report["causes"]>[number] {
  return {
    id,
    standing,
    said: capped(said),
    ...(signs.length === 0 ? {} : { for: signs.map((sign) => capped(sign)) }),
    ...(against.length === 0 ? {} : { against: against.map((sign) => capped(sign)) }),
    ...(settle === undefined ? {} : { settle: capped(settle) }),
  };
}

/** Oldest first; of too many the newest. */
function timelineOf(
  timeline: readonly Happening[] | undefined,
  zone: string,
  size: "concise" | "detailed",
): Pick<Report, "timeline" | "earlier"> {
  if (timeline === undefined || timeline.length === 0) return {};
  const ordered = timeline.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const shown = ordered.slice(-most.timeline[size]);
  const cut = ordered.length - shown.length;
  return {
    timeline: shown.map(({ at, said, from }) => ({
      at: clockText(at, zone),
      said: capped(said, noteCharacters),
      ...(size === "detailed" ? { from } : {}),
    })),
    ...(cut === 0 ? {} : { earlier: cut }),
  };
}

const mostTargets = 4;

/** Of a proposal with many targets the first few, and how many there are besides; its conditions only with all of them. */
function inShort(proposal: Proposal): Proposal {
  const { documents, partitions, jobs, runs, requires: _requires, more = 0, ...rest } = proposal;
  const lists = [documents, partitions, jobs, runs].map((list) => list?.length ?? 0);
  const cut = lists.reduce((sum, length) => sum + Math.max(0, length - mostTargets), 0);
  if (cut === 0) return proposal;
  return {
    ...rest,
    ...(documents === undefined ? {} : { documents: documents.slice(0, mostTargets) }),
    ...(partitions === undefined ? {} : { partitions: partitions.slice(0, mostTargets) }),
    ...(jobs === undefined ? {} : { jobs: jobs.slice(0, mostTargets) }),
    ...(runs === undefined ? {} : { runs: runs.slice(0, mostTargets) }),
    more: more + cut,
  };
}

function rowsOf(rows: Inquiry["rows"], size: "concise" | "detailed"): Pick<Report, "rows" | "more_rows"> {
  if (rows === undefined || rows.length === 0) return {};
  const shown = rows.slice(0, most.rows[size]);
  return { rows: shown.map((row) => ({ ...row })), ...(rows.length > shown.length ? { more_rows: rows.length - shown.length } : {}) };
}

function patternOf({ isNew, revisions, first, last, ...rest }: Pattern, zone: string): NonNullable<Report["patterns"]>[number] {
  return {
    ...rest,
    first: clockText(first, zone),
    last: clockText(last, zone),
    ...(revisions === undefined ? {} : { revisions: [...revisions] }),
    ...(isNew === true ? { new: true as const } : {}),
  };
}

function entryOf({ at, ...rest }: Entry, zone: string): NonNullable<Report["entries"]>[number] {
  return { at: isoText(at, zone), ...rest };
}
