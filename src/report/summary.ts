import type { Overall } from "../checks/overall.ts";
import type { Scope } from "../checks/check.ts";
import type { Verdict } from "../checks/finding.ts";
import { clockText } from "../pipeline/dates.ts";
import type { Report, ReportedFinding } from "./schema.ts";
import { capped } from "./budget.ts";

const verdictWords: Readonly<Record<Verdict, string>> = {
  fail: "FAIL",
  unknown: "UNKNOWN",
  warn: "WARN",
  not_due: "NOT DUE",
  pass: "PASS",
  not_applicable: "NOT APPLICABLE",
};

/** Notes that every healthy night has: in the findings, not in the summary. */
const usual: readonly string[] = ["dnp"];

/** Two sentences to act on: the verdict on the date with how much was judged, and what is behind it. */
export function summaryOf(
  overall: Overall,
  lines: readonly ReportedFinding[],
  numbers: Report["numbers"],
  scope: Scope,
  askAgain: Date | undefined,
): string {
  const { date, asOf, rules } = scope;
  const soFar = overall.soFar && overall.verdict !== "not_due" ? "So far: " : "";
  const head = `${soFar}${date} ${verdictWords[overall.verdict]}, judged ${overall.judged} of ${overall.of} checks as of ${clockText(asOf, rules.zone)}`;
  return `${head}. ${behind(overall, lines, figuresOf(numbers), scope, askAgain)}`;
}

function behind(overall: Overall, lines: readonly ReportedFinding[], figures: string, scope: Scope, askAgain: Date | undefined): string {
  const { rules, slate } = scope;
  switch (overall.verdict) {
    case "fail":
    case "unknown":
    case "warn":
      return sentence(worstFirst(lines, overall.verdict));
    case "not_due":
      return `Nothing that proves the night is due yet${askAgain === undefined ? "" : `; ask again at ${clockText(askAgain, rules.zone)}`}.`;
    case "pass": {
      const notes = lines.filter((line) => line.severity === "P5" && !usual.includes(line.reason)).map((line) => line.observed);
      return sentence([figures, ...notes]);
    }
    case "not_applicable": {
      if (slate.kind !== "none") return "No check applies to this date.";
      return `${slate.why}; last game date ${slate.last ?? "not in reach"}, next ${slate.next ?? "not in reach"}.`;
    }
  }
}

/** What a reader of a good night wants confirmed. */
function figuresOf(numbers: Report["numbers"]): string {
  const wanted = ["games", "analytics", "players", "minutes"].flatMap((name) =>
    numbers[name] === undefined ? [] : [`${name} ${numbers[name]}`],
  );
  return wanted.join("; ");
}

/** The findings that decide, and those beside them that a reader must not miss; at most two in words, the rest counted. */
function worstFirst(lines: readonly ReportedFinding[], verdict: Verdict): readonly string[] {
  const deciding = lines.filter((line) => line.verdict === verdict);
  const beside = lines.filter((line) => line.verdict !== verdict && line.severity !== "P5");
  return [...deciding, ...beside].map((line) => line.observed);
}

function sentence(observations: readonly string[]): string {
  const shown = observations.slice(0, 2).map((observed) => capped(observed, 220));
  const rest = observations.length - shown.length;
  return `${shown.join("; and ")}${rest > 0 ? `; and ${rest} more` : ""}.`;
}
