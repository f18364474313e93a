import type { Totals } from "../checks/check.ts";
import type { Overall } from "../checks/overall.ts";
import type { JudgedCheck, Judgement } from "../checks/runner.ts";
import { addDays, isoText } from "../pipeline/dates.ts";
import { mostFindings } from "./budget.ts";
import { linesOf } from "./lines.ts";
import type { Report, ReportedFinding } from "./schema.ts";
import { reportSchema } from "./schema.ts";
import { summaryOf } from "./summary.ts";

/** What a report says of itself besides the judgement. */
export interface Asked {
  readonly tool: string;
  readonly moment: string;
  readonly pipeline: string;
  readonly backend: string;
  readonly scenario?: string | undefined;
  /** Name of the evidence file that answered instead of the backend. */
  readonly replayed?: string | undefined;
  readonly detailed: boolean;
  /** Wall-clock milliseconds the call took. */
  readonly ms: number;
}

/** A judgement as the report that leaves the house: worst first, small, everything cut counted. */
export function reportOf(judgement: Judgement, overall: Overall, asked: Asked): Report {
  const { scope } = judgement;
  const lines = linesOf(judgement, asked.detailed);
  const shown = lines.slice(0, mostFindings);
  const askAgain = nextDue(judgement);
  const numbers = numbersOf(judgement);
  return reportSchema.parse({
    tool: asked.tool,
    verdict: overall.verdict,
    summary: `${prefix(asked.scenario)}${asked.replayed === undefined ? "" : `REPLAY of ${asked.replayed}: `}${summaryOf({ overall, lines, numbers, scope, askAgain })}`,
    asked: askedOf(judgement, asked),
    numbers,
    ...(shown.length === 0 ? {} : { findings: shown }),
    ...omittedOf(lines.slice(mostFindings)),
    checked: checkedOf(judgement.checks),
    examined: asked.detailed ? examinedPerCheck(judgement) : examinedIn(judgement),
    ...(askAgain === undefined ? {} : { ask_again: isoText(askAgain, scope.rules.zone) }),
    coverage: coverageOf(judgement),
    cost: costOf(judgement, asked.ms),
    ...nextCalls(overall, judgement, asked),
  } satisfies Report);
}

/** Nobody could look at anything: no judgement, only why and what to do. */
export function unknownReport(tool: string, summary: string, asked: Readonly<Record<string, string>>): Report {
  return reportSchema.parse({ tool, verdict: "unknown", summary, asked, numbers: {} } satisfies Report);
}

/** Without a project or a scenario nobody can look, and no data is invented in their place. */
export function notConfigured(tool: string): Report {
  const summary =
    "UNKNOWN: nothing is configured, so nobody could look. Start the server (or run the command) with --scenario NAME to try it on invented data; `postgame scenarios` lists them. Reading a real project is not in this version yet.";
  return unknownReport(tool, summary, { configured: "nothing" });
}

export function prefix(scenario: string | undefined): string {
  return scenario === undefined ? "" : `SCENARIO ${scenario} (invented data): `;
}

function askedOf({ scope }: Judgement, asked: Asked): Report["asked"] {
  return {
    game_date: scope.date,
    processing_date: addDays(scope.date, 1),
    moment: asked.moment,
    as_of: isoText(scope.asOf, scope.rules.zone),
    zone: scope.rules.zone,
    pipeline: asked.pipeline,
    backend: asked.backend,
    ...(asked.scenario === undefined ? {} : { scenario: asked.scenario }),
    ...(asked.replayed === undefined ? {} : { evidence: asked.replayed }),
  };
}

function numbersOf({ checks, scope }: Judgement): Report["numbers"] {
  return Object.assign({}, ...checks.map((judged) => numbersOfCheck(judged, scope)));
}

/** What could not be looked at is no zero: a check of which nothing was seen says so under each of its names. */
function numbersOfCheck(judged: JudgedCheck, scope: Judgement["scope"]): Report["numbers"] {
  if (!judged.judgedSomething) return judged.verdict === "unknown" ? { [judged.check.id.replaceAll("-", "_")]: "not seen" } : {};
  const totals = totalsOf(judged);
  const numbers = judged.check.numbers?.(totals, scope) ?? {};
  const blind = totals.unknown > 0 && Object.keys(totals.sums).length === 0;
  return blind ? Object.fromEntries(Object.keys(numbers).map((name) => [name, "not seen"])) : numbers;
}

function totalsOf({ subjects }: JudgedCheck): Totals {
  const sums: Record<string, number> = {};
  for (const finding of subjects.flatMap((subject) => subject.findings)) {
    for (const [name, amount] of Object.entries(finding.figures ?? {})) sums[name] = (sums[name] ?? 0) + amount;
  }
  return { sums, subjects: subjects.length, unknown: subjects.filter(({ verdict }) => verdict === "unknown").length };
}

function omittedOf(cut: readonly ReportedFinding[]): Pick<Report, "omitted"> {
  if (cut.length === 0) return {};
  const omitted: Record<string, number> = {};
  for (const line of cut)
    omitted[line.severity === "P5" ? "note" : line.verdict] = (omitted[line.severity === "P5" ? "note" : line.verdict] ?? 0) + 1;
  return { omitted };
}

/** Checks per verdict: counted, or listed by id where no finding speaks of them. */
function checkedOf(checks: readonly JudgedCheck[]): NonNullable<Report["checked"]> {
  const checked: Record<string, number | string[]> = {};
  for (const verdict of ["pass", "warn", "fail", "unknown", "not_due", "not_applicable"] as const) {
    const own = checks.filter((judged) => judged.verdict === verdict);
    if (own.length === 0) continue;
    checked[verdict] = verdict === "not_due" || verdict === "not_applicable" ? own.map(({ check }) => check.id) : own.length;
  }
  return checked;
}

function examinedIn({ looks }: Judgement): number {
  return looks.reduce((sum, look) => sum + (look.seen ? look.examined : 0), 0);
}

function examinedPerCheck({ checks, looks }: Judgement): Record<string, number> {
  const sizes = new Map(looks.map((look) => [look.id, look.seen ? look.examined : 0]));
  return Object.fromEntries(
    checks.map(({ check, subjects }) => {
      const ids = new Set(subjects.flatMap((subject) => subject.evidence));
      return [check.id, [...ids].reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0)];
    }),
  );
}

function coverageOf({ looks }: Judgement): NonNullable<Report["coverage"]> {
  const read = (port: string) => looks.reduce((sum, look) => sum + (look.seen && look.port === port ? look.examined : 0), 0);
  return { looks: looks.length, failed: looks.filter((look) => !look.seen).length, rows: read("warehouse"), documents: read("documents") };
}

function costOf({ looks }: Judgement, ms: number): NonNullable<Report["cost"]> {
  const bytes = looks.flatMap((look) => (look.seen && look.bytes !== undefined ? [look.bytes] : []));
  const jobs = looks.filter((look) => look.port === "warehouse").length;
  return { ...(bytes.length === 0 ? {} : { bytes: bytes.reduce((sum, each) => sum + each, 0) }), jobs, ms: Math.round(ms) };
}

/** The next moment at which the answer may change by itself: something falls due, or a reader of missing output starts. */
function nextDue({ checks, scope }: Judgement): Date | undefined {
  const findings = checks.flatMap(({ subjects }) => subjects.flatMap((subject) => subject.findings));
  const times = findings.flatMap((finding) => {
    if (finding.verdict === "not_due") return finding.from ?? [];
    if (finding.verdict !== "warn" && finding.verdict !== "fail") return [];
    return [finding.breaks?.at, finding.graceUntil].filter((time) => time !== undefined);
  });
  return times.filter((time) => time > scope.asOf).toSorted((a, b) => a.getTime() - b.getTime())[0];
}

/** Calls that exist and help: the same date in detail, where there is something to explain. */
function nextCalls({ verdict }: Overall, { scope }: Judgement, { tool, detailed }: Asked): Pick<Report, "next"> {
  if (detailed || verdict === "pass" || verdict === "not_due" || verdict === "not_applicable") return {};
  return { next: [{ tool, arguments: { game_date: scope.date, detail: "detailed" } }] };
}
