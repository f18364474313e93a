import type { Verdicted } from "../checks/overall.ts";
import { worseHalf } from "../checks/overall.ts";
import type { Verdict } from "../checks/finding.ts";
import { isoText } from "../pipeline/dates.ts";
import { answeredBy, opening } from "./answered.ts";
import { capped } from "./budget.ts";
import { coverageOf } from "./figures.ts";
import type { Asked } from "./report.ts";
import type { Report } from "./schema.ts";
import { reportSchema } from "./schema.ts";
import { verdictWords } from "./summary.ts";

const dayCharacters = 200;

/** Several dates at a glance: one line each, newest first, and the worst of all as the verdict. Each date's own report says more. */
export function daysReport(days: readonly { readonly night: Verdicted; readonly report: Report }[], asked: Asked): Report {
  const [newest] = days;
  if (newest === undefined) throw new Error("Nobody asks for no day.");
  const { scope } = newest.night.judgement;
  const verdict = days.map(({ report }) => report.verdict).reduce<Verdict>(worseHalf, "not_applicable");
  const oldest = days.at(-1)?.night.judgement.scope.date ?? scope.date;
  const looks = days.flatMap(({ night }) => night.judgement.looks);
  const worst = days.find(({ report }) => report.verdict === verdict);
  return reportSchema.parse({
    tool: asked.tool,
    verdict,
    summary: `${opening(asked)}${days.length} dates, ${oldest} to ${scope.date}: ${tally(days.map(({ report }) => report.verdict))}.${worst === undefined || verdict === "pass" ? "" : ` Newest ${verdictWords[verdict]}: ${worst.night.judgement.scope.date}.`}`,
    asked: {
      from: oldest,
      to: scope.date,
      as_of: isoText(scope.asOf, scope.rules.zone),
      zone: scope.rules.zone,
      pipeline: asked.pipeline,
      ...answeredBy(asked),
      ...switchedOff(days.map(({ report }) => report)),
    },
    numbers: {},
    days: days.map(({ night, report }) => ({
      game_date: night.judgement.scope.date,
      verdict: report.verdict,
      judged: `${night.overall.judged} of ${night.overall.of}`,
      said: capped(saidOf(report), dayCharacters),
    })),
    coverage: coverageOf(looks),
    cost: { jobs: looks.filter((look) => look.port === "warehouse").length, ms: Math.round(asked.ms) },
    ...(worst === undefined || verdict === "pass" || verdict === "not_applicable"
      ? {}
      : { next: [{ tool: asked.tool, arguments: { game_date: worst.night.judgement.scope.date } }] }),
  } satisfies Report);
}

/** The worst that was found and how much beside it; on a good night its figures. */
function saidOf({ findings = [], omitted = {}, numbers, summary, verdict }: Report): string {
  const [first, ...rest] = findings.filter(({ severity }) => severity !== "P5");
  const more = rest.length + Object.values(omitted).reduce((sum, count) => sum + count, 0);
  if (first !== undefined) return `${first.observed.split("; ")[0] ?? ""}${more > 0 ? `; and ${more} more` : ""}`;
  if (verdict !== "pass") return summary.replace(/^.*?: /u, "");
  return ["games", "analytics", "players"].flatMap((name) => (numbers[name] === undefined ? [] : [`${name} ${numbers[name]}`])).join(", ");
}

/** Said only where nothing else is left: with a port switched off on every date, nothing is known of any. */
function switchedOff(reports: readonly Report[]): Record<string, string> {
  const off = reports.flatMap(({ asked }) => asked["switched_off"] ?? []);
  return off.length < reports.length || off[0] === undefined ? {} : { switched_off: off[0] };
}

/** `2 fail, 5 pass` */
function tally(verdicts: readonly Verdict[]): string {
  const order: readonly Verdict[] = ["fail", "unknown", "warn", "pass", "not_due", "not_applicable"];
  return order
    .map((verdict) => [verdict, verdicts.filter((each) => each === verdict).length] as const)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict.replace("_", " ")}`)
    .join(", ");
}
