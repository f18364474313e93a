import type { Scope } from "../checks/check.ts";
import type { Verdict } from "../checks/finding.ts";
import type { Overall } from "../checks/overall.ts";
import { clockText } from "../pipeline/dates.ts";
import { capped } from "./budget.ts";
import type { Report, ReportedFinding } from "./schema.ts";

export const verdictWords: Readonly<Record<Verdict, string>> = {
  fail: "FAIL",
  unknown: "UNKNOWN",
  warn: "WARN",
  not_due: "NOT DUE",
  pass: "PASS",
  not_applicable: "NOT APPLICABLE",
};

/** Notes that every healthy night has: in the findings, not in the summary. */
export const usual: readonly string[] = ["dnp", "quality_ready"];
const mostGists = 2;
/** Of a pipeline without games, whose own names nobody here knows. */
const mostFigures = 3;
const gistCharacters = 240;

interface Told {
  readonly overall: Overall;
  readonly lines: readonly ReportedFinding[];
  readonly numbers: Report["numbers"];
  readonly scope: Scope;
  readonly askAgain: Date | undefined;
  /** Sentences on what the verdict leaves out. */
  readonly leftOut: readonly string[];
}

/** Two sentences to act on: the verdict on the date, how much was judged and what is behind it; then what to do. */
export function summaryOf(told: Told): string {
  const { overall, lines, scope } = told;
  const soFar = overall.soFar && overall.verdict !== "not_due" ? "So far: " : "";
  const judged = `judged ${overall.judged} of ${overall.of} checks as of ${clockText(scope.asOf, scope.rules.zone)}`;
  const next = lines.find((line) => line.verdict === overall.verdict && line.severity !== "P5")?.next;
  return `${soFar}${scope.date} ${verdictWords[overall.verdict]}, ${judged}: ${[`${behind(told)}.`, ...told.leftOut].join(" ")}${next === undefined ? "" : ` Next: ${next}`}`;
}

function behind({ overall, lines, numbers, scope, askAgain }: Told): string {
  switch (overall.verdict) {
    case "fail":
    case "unknown":
    case "warn":
      return gists(worstFirst(lines, overall.verdict));
    case "not_due":
      return `nothing that proves the night is due yet${askAgain === undefined ? "" : `; ask again at ${clockText(askAgain, scope.rules.zone)}`}`;
    case "pass":
      return [...repairs(lines), ...figuresOf(numbers, scope.half), ...notes(lines)].join("; ");
    case "not_applicable":
      return scope.slate.kind === "none"
        ? `${scope.slate.why}; last game date ${scope.slate.last ?? "not in reach"}, next ${scope.slate.next ?? "not in reach"}`
        : "no check applies to this date";
  }
}

/** What a reader of a good night wants confirmed. */
function figuresOf(numbers: Report["numbers"], half: Scope["half"]): readonly string[] {
  const wanted = half === "pre_game" ? ["features", "predictions"] : ["games", "analytics", "players"];
  const usualNames = wanted.filter((name) => numbers[name] !== undefined);
  const names = usualNames.length > 0 ? usualNames : Object.keys(numbers).slice(0, mostFigures);
  return names.length === 0 ? [] : [names.map((name) => `${name} ${numbers[name]}`).join(", ")];
}

function repairs(lines: readonly ReportedFinding[]): readonly string[] {
  return lines.flatMap(({ reason, observed }) => (reason === "repaired" ? (observed.split("; ")[0] ?? []) : []));
}

/** Notes by name only: what they say stands in the findings. */
function notes(lines: readonly ReportedFinding[]): readonly string[] {
  const named = lines.filter(({ severity, reason }) => severity === "P5" && !usual.includes(reason) && reason !== "repaired");
  return named.length === 0 ? [] : [`noted: ${named.map(({ id, reason }) => `${id} ${reason}`).join(", ")}`];
}

/** The findings that decide, then those beside them that a reader must not miss. */
function worstFirst(lines: readonly ReportedFinding[], verdict: Verdict): readonly string[] {
  const deciding = lines.filter((line) => line.verdict === verdict && line.severity !== "P5");
  const beside = lines.filter((line) => line.verdict !== verdict && line.severity !== "P5");
  return [...deciding, ...beside].map((line) => line.observed);
}

export function gists(observations: readonly string[]): string {
  const rest = observations.length - mostGists;
  return `${observations.slice(0, mostGists).map(gist).join("; and ")}${rest > 0 ? `; and ${rest} more` : ""}`;
}

/** As many of an observation's clauses as fit; what is left out stands in the finding. */
function gist(observed: string): string {
  const [first = "", ...clauses] = observed.split("; ");
  let told = capped(first, gistCharacters);
  for (const clause of clauses) {
    if (told.length + clause.length + 2 > gistCharacters) break;
    told = `${told}; ${clause}`;
  }
  return told;
}
