import type { Overall, Verdicted } from "../checks/overall.ts";
import { worseHalf } from "../checks/overall.ts";
import type { JudgedCheck, Judgement } from "../checks/runner.ts";
import { totalsOf } from "../checks/totals.ts";
import { addDays, isoText } from "../pipeline/dates.ts";
import type { Answered } from "./answered.ts";
import { answeredBy, opening } from "./answered.ts";
import { acceptedOf, leftOut, switchedOffIn } from "./besides.ts";
import { besideCharacters, capped, mostFindings, noteCharacters } from "./budget.ts";
import { nextCalls } from "./explained-by.ts";
import { byHandOf, costOf, coverageOf, omittedOf } from "./figures.ts";
import { inSeverity, linesOf } from "./lines.ts";
import type { Report, ReportedFinding } from "./schema.ts";
import { reportSchema } from "./schema.ts";
import { slateOf, slateSentence } from "./slate.ts";
import { summaryOf, usual } from "./summary.ts";

/** What a report says of itself besides the judgement. */
export interface Asked extends Answered {
  readonly tool: string;
  readonly moment: string;
  readonly pipeline: string;
  readonly detailed: boolean;
  /** Wall-clock milliseconds the call took. */
  readonly ms: number;
}

/**
 * A judgement as the report that leaves the house: worst first, small, everything cut counted. With a second half, the
 * slate after the judged date, the worse of both is the verdict.
 */
export function reportOf(judgement: Judgement, overall: Overall, asked: Asked, slate?: Verdicted): Report {
  const { scope } = judgement;
  const own = linesOf(judgement, asked.detailed);
  const others =
    slate === undefined ? [] : linesOf(slate.judgement, asked.detailed).map((line) => ({ ...line, game_date: slate.judgement.scope.date }));
  const lines = [...own, ...others].toSorted(inSeverity);
  const shown = asked.detailed ? lines.slice(0, mostFindings) : briefly(lines);
  const halves = [judgement, ...(slate === undefined ? [] : [slate.judgement])];
  const looks = halves.flatMap((half) => half.looks);
  const askAgain = earliest(halves.map(nextDue));
  const numbers = numbersOf(judgement, asked.detailed);
  const verdict = slate === undefined ? overall.verdict : worseHalf(overall.verdict, slate.overall.verdict);
  const said = [
    summaryOf({ overall, lines: own, numbers, scope, askAgain, leftOut: leftOut(judgement) }),
    ...(slate === undefined ? [] : [slateSentence(slate, others, { hasShared: isAmiss(judgement) })]),
  ];
  return reportSchema.parse({
    tool: asked.tool,
    verdict,
    summary: `${opening(asked)}${said.join(" ")}`,
    asked: askedOf(judgement, asked),
    numbers: verdict === "pass" && slate !== undefined && !asked.detailed ? withoutObvious(numbers) : numbers,
    ...(shown.length === 0 ? {} : { findings: shown }),
    ...omittedOf(
      lines.filter(
        (line) => !shown.some(({ id, reason, game_date: date }) => id === line.id && reason === line.reason && date === line.game_date),
      ),
    ),
    checked: checkedOf(judgement.checks),
    ...acceptedOf(halves),
    ...(slate === undefined ? {} : { slate: slateOf(slate, numbersOf(slate.judgement, asked.detailed)) }),
    ...(asked.detailed ? byHandOf(shown, looks) : {}),
    examined: asked.detailed ? examinedPerCheck(judgement) : examinedIn(looks),
    ...(askAgain === undefined ? {} : { ask_again: isoText(askAgain, scope.rules.zone) }),
    coverage: coverageOf(looks),
    cost: costOf(looks, asked.ms),
    ...nextCalls(lines, scope, {
      tool: asked.tool,
      arguments: {
        ...(verdict === overall.verdict ? { game_date: scope.date } : { game_date: slate?.judgement.scope.date, moment: "pre_game" }),
        detail: "detailed",
      },
      needless: asked.detailed,
    }),
  } satisfies Report);
}

/** Whether something is wrong with how things stand, whatever the date. */
function isAmiss({ checks }: Judgement): boolean {
  return checks.some(({ check, verdict }) => check.ofState === true && ["fail", "warn", "unknown"].includes(verdict));
}

/** Figures that say "all of them" wherever their check passes: beside a slate, on a good night, the verdict says it too. */
const obvious: readonly string[] = ["surplus", "team_rows", "usage", "fields", "whole_games", "runs"];

function withoutObvious(numbers: Report["numbers"]): Report["numbers"] {
  return Object.fromEntries(Object.entries(numbers).filter(([name]) => !obvious.includes(name)));
}

/** Beside few findings; beside many there is no room, and on a good night the summary names them all. */
const mostNotes = 2;

/** What wants attention, and few notes beside it: what every healthy night has only where something else is said too. */
function briefly(lines: readonly ReportedFinding[]): ReportedFinding[] {
  const isNote = ({ severity }: ReportedFinding): boolean => severity === "P5";
  const problems = lines.filter((line) => !isNote(line));
  const notes = lines.filter((line) => isNote(line) && (!usual.includes(line.reason) || (line.reason === "dnp" && problems.length > 0)));
  const short = notes
    .slice(0, problems.length === 0 ? 1 : problems.length > 3 ? 0 : mostNotes)
    .map((note) => ({ ...note, observed: capped(note.observed, noteCharacters) }));
  const failing = problems.some(({ verdict }) => verdict === "fail");
  return [...problems.map((line) => (failing && line.verdict === "warn" ? beside(line) : line)), ...short].slice(0, mostFindings);
}

/** A warning beside a failure: what it is, without the details. */
function beside({ evidence: _evidence, expected: _expected, ...line }: ReportedFinding): ReportedFinding {
  return { ...line, observed: capped(line.observed, besideCharacters) };
}

/** Nobody could look at anything: no judgement, only why and what to do. */
export function unknownReport(tool: string, summary: string, asked: Readonly<Record<string, string>>): Report {
  return reportSchema.parse({ tool, verdict: "unknown", summary, asked, numbers: {} } satisfies Report);
}

/** Without a project or a scenario nobody can look, and no data is invented in their place. */
export function notConfigured(tool: string): Report {
  const summary =
    "UNKNOWN: nothing is configured, so nobody could look. Start the server (or run the command) with --project ID to read a Google Cloud project (`postgame doctor` says what is missing), or with --scenario NAME to try it on invented data.";
  return unknownReport(tool, summary, { configured: "nothing" });
}

function askedOf({ scope }: Judgement, asked: Asked): Report["asked"] {
  return {
    game_date: scope.date,
    processing_date: addDays(scope.date, 1),
    moment: asked.moment,
    as_of: isoText(scope.asOf, scope.rules.zone),
    zone: scope.rules.zone,
    pipeline: asked.pipeline,
    ...answeredBy(asked),
    ...switchedOffIn(scope),
  };
}

/** Checks of how things stand, or of what should not be there: their figures are worth their place in a concise answer only where something is wrong. */
const silentWhereGood: readonly string[] = [
  "alerts",
  "dead-letters",
  "deployments",
  "errors",
  "exports",
  "heartbeats",
  "locks",
  "orchestrators",
  "schedules",
  "tables",
];

function numbersOf({ checks, scope }: Judgement, detailed: boolean): Report["numbers"] {
  const isWrong = ({ verdict }: JudgedCheck): boolean => ["fail", "unknown", "warn"].includes(verdict);
  const told = checks.filter((judged) => detailed || isWrong(judged) || !silentWhereGood.includes(judged.check.id));
  return Object.assign({}, ...told.map((judged) => numbersOfCheck(judged, scope)));
}

/** What could not be looked at is no zero: a check of which nothing was seen says so under each of its names. */
function numbersOfCheck(judged: JudgedCheck, scope: Judgement["scope"]): Report["numbers"] {
  if (!judged.judgedSomething) return judged.verdict === "unknown" ? { [judged.check.id.replaceAll("-", "_")]: "not seen" } : {};
  const totals = totalsOf(judged);
  const numbers = judged.check.numbers?.(totals, scope) ?? {};
  const blind = totals.unknown > 0 && Object.keys(totals.sums).length === 0;
  return blind ? Object.fromEntries(Object.keys(numbers).map((name) => [name, "not seen"])) : numbers;
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

function examinedIn(looks: Judgement["looks"]): number {
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

/** The next moment at which the answer may change by itself: something falls due, or a reader of missing output starts. */
function nextDue({ checks, scope }: Judgement): Date | undefined {
  const findings = checks.flatMap(({ subjects }) => subjects.flatMap((subject) => subject.findings));
  const times = findings.flatMap((finding) => {
    if (finding.verdict === "not_due") return finding.from ?? [];
    if (finding.verdict !== "warn" && finding.verdict !== "fail") return [];
    return [finding.breaks?.at, finding.graceUntil].filter((time) => time !== undefined);
  });
  return earliest(times.filter((time) => time > scope.asOf));
}

function earliest(times: readonly (Date | undefined)[]): Date | undefined {
  return times.filter((time) => time !== undefined).toSorted((a, b) => a.getTime() - b.getTime())[0];
}
