import type { NextCall } from "../diagnosis/inquiry.ts";
import { addDays, dateAt, daysBetween, instantOf, isCalendarDate } from "../pipeline/dates.ts";
import type { Rules } from "../pipeline/load.ts";
import type { Report, ReportedFinding } from "./schema.ts";

interface About {
  /** The game date that was judged. */
  readonly date: string;
  readonly asOf: Date;
  readonly rules: Rules;
  /** What the finding is about, at most three. */
  readonly subjects: readonly string[];
  /** How many more there are. */
  readonly more: number;
}

type Explain = (about: About) => NextCall | undefined;

const reconcile: Explain = ({ date }) => ({ tool: "reconcile_phase3", arguments: { dates: [date] } });
const lastDays = 7;
/** A record that is wrong is seldom the only one: the last days, where the date is among them. */
const reconcileDays: Explain = (about) => {
  const { date, asOf, rules } = about;
  const isRecent = isCalendarDate(date) && daysBetween(date, dateAt(asOf, rules.zone)) < lastDays;
  return isRecent ? { tool: "reconcile_phase3", arguments: { days: lastDays } } : reconcile(about);
};
/** Of more units than are named, all. */
const drift: Explain = ({ subjects, more }) => ({ tool: "check_drift", arguments: more > 0 ? {} : { units: subjects } });
const locks: Explain = ({ date }) => ({ tool: "inspect_locks", arguments: { game_date: date } });

/** The night's own hours, where the log's last 24 h are others: what it says of today explains nothing of then. */
function hoursOf({ date, asOf, rules: { zone } }: About, hour: number): { readonly since?: string; readonly until?: string } {
  if (!isCalendarDate(date)) return {};
  const [since, until] = [
    { day: 0, hour },
    { day: 2, hour: 0 },
  ].map((time) => instantOf(date, { ...time, minute: 0 }, zone));
  if (since === undefined || until === undefined || asOf.getTime() - since.getTime() <= 86_400_000) return {};
  const end = until < asOf ? { until: `${addDays(date, 2)} 00:00` } : {};
  return { since: `${date} ${String(hour).padStart(2, "0")}:00`, ...end };
}

/** What the unit that writes for the stage logged of errors. */
const logsOf =
  (stage: string): Explain =>
  (about) => {
    const unit = about.rules.writers?.[stage];
    return unit === undefined ? undefined : { tool: "read_logs", arguments: { unit, min_severity: "WARNING", ...hoursOf(about, 0) } };
  };

/** Why a collection did not come; `of` names it, where the rules have it. */
const collecting =
  (of: (about: About) => string | undefined): Explain =>
  (about) => {
    const scraper = of(about);
    return scraper === undefined ? undefined : { tool: "investigate_scraper", arguments: { scraper, game_date: about.date } };
  };

/** The scraper that brings the preferred box scores: what came from elsewhere is told with it. */
const boxScores = ({ rules }: About): string | undefined => {
  const table = rules.box_scores.sources.find(({ preferred }) => preferred)?.table;
  return Object.values(rules.scraping.collections).find((collection) => collection.table === table)?.scrapers[0] ?? table;
};
const onlySubject = ({ subjects }: About): string | undefined => (subjects.length === 1 ? subjects[0] : undefined);

/**
 * By check, the call that explains its findings. A check that is not here (an operator's own, say, or one that asks for a
 * store's shape) is explained by the same report in detail.
 */
export const explaining: Readonly<Record<string, Explain>> = {
  games: collecting(({ rules }) => rules.games.schedule),
  "box-scores": collecting((about) => onlySubject(about) ?? boxScores(about)),
  analytics: reconcile,
  "unique-keys": ({ date, subjects }) => ({ tool: "find_duplicates", arguments: { tables: subjects, from: date, to: date } }),
  minutes: collecting(boxScores),
  fields: collecting(boxScores),
  "whole-games": collecting(boxScores),
  "usage-rate": reconcile,
  features: ({ date }) => ({ tool: "reconcile_phase3", arguments: { dates: [date], phase: "4" } }),
  predictions: logsOf("predictions"),
  "predictions-active": logsOf("predictions"),
  lines: collecting(
    ({ rules }) => Object.values(rules.scraping.collections).find(({ owed_by: stage }) => stage === "predictions")?.scrapers[0],
  ),
  grading: logsOf("grading"),
  exports: logsOf("exports"),
  completion: reconcileDays,
  orchestrators: drift,
  deployments: drift,
  scrapers: collecting(({ rules, subjects: [first = ""] }) => rules.scraping.collections[first]?.scrapers[0]),
  schedules: collecting(({ subjects: [first] }) => first),
  runs: locks,
  locks,
  heartbeats: locks,
  errors: (about) => {
    const [unit] = about.subjects;
    return unit === undefined ? undefined : { tool: "read_logs", arguments: { unit, min_severity: "ERROR", ...hoursOf(about, 12) } };
  },
  "dead-letters": ({ rules, subjects: [first] }) => {
    const unit = Object.entries(rules.topics ?? {}).find(([topic, { dead_letter: letters }]) => first === topic || first === letters)?.[1]
      .to?.[0];
    return unit === undefined ? undefined : { tool: "read_logs", arguments: { unit, min_severity: "WARNING" } };
  },
};

const mostCalls = 2;

/** The calls that explain the worst findings; where none does, the same report in detail, unless it is that already. */
export function nextCalls(
  lines: readonly ReportedFinding[],
  night: Pick<About, "date" | "asOf" | "rules">,
  { needless, ...detail }: NextCall & { readonly needless: boolean },
): Pick<Report, "next"> {
  const problems = lines.filter(({ verdict }) => verdict === "fail" || verdict === "warn" || verdict === "unknown");
  const explained = new Map<string, NextCall>();
  for (const line of problems) {
    const call = explainedBy(line, night);
    // Of one tool's calls the worst finding's: the others differ in a name that its answer leads on to.
    if (call !== undefined && !explained.has(call.tool)) explained.set(call.tool, call);
  }
  const calls = [...explained.values()].slice(0, mostCalls);
  const isUnexplained = problems.length > 0 && calls.length === 0 && !needless;
  const next = [...calls, ...(isUnexplained ? [detail] : [])];
  return next.length === 0 ? {} : { next: next.map((call) => ({ ...call, arguments: { ...call.arguments } })) };
}

/** The call that explains the finding; undefined where only more detail of the same report does. */
function explainedBy(line: ReportedFinding, { date, ...night }: Pick<About, "date" | "asOf" | "rules">): NextCall | undefined {
  if (line.verdict === "unknown") return undefined; // Nobody could look, and nobody else can.
  const [check = "", ...rest] = line.id.split("/");
  const explain = Object.hasOwn(explaining, check) ? explaining[check] : undefined;
  return explain?.({ ...night, date: line.game_date ?? date, subjects: line.subjects ?? [rest.join("/")], more: line.more ?? 0 });
}
