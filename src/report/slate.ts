import { addDays, instantOf } from "../pipeline/dates.ts";
import { dueAt } from "../pipeline/due.ts";
import type { Scope } from "../checks/check.ts";
import { at } from "../checks/words.ts";
import type { Verdicted } from "../checks/overall.ts";
import type { Report, ReportedFinding } from "./schema.ts";
import { gists, verdictWords } from "./summary.ts";

/** The slate's part of a report. */
export function slateOf({ judgement: { scope }, overall }: Verdicted, numbers: Report["numbers"]): NonNullable<Report["slate"]> {
  return {
    game_date: scope.date,
    moment: scope.moment,
    verdict: overall.verdict,
    judged: `${overall.judged} of ${overall.of}`,
    numbers: { ...statuses(scope), ...(overall.judged > 0 ? about(numbers) : {}) },
  };
}

/** Of the figures, those of what must be there before the games. */
function about(numbers: Report["numbers"]): Report["numbers"] {
  return Object.fromEntries(["predictions"].flatMap((name) => (numbers[name] === undefined ? [] : [[name, numbers[name]]])));
}

/**
 * What a reader must know of the games to come, or under way: one sentence. How units, queues and locks stand is judged once,
 * with the night before; `hasShared` says that something is wrong there.
 */
export function slateSentence(
  { judgement: { scope }, overall }: Verdicted,
  lines: readonly ReportedFinding[],
  { hasShared }: { readonly hasShared: boolean },
): string {
  const soFar = overall.soFar && overall.verdict !== "not_due" ? "so far " : "";
  const told = ["fail", "unknown", "warn"].includes(overall.verdict)
    ? lines.filter((line) => line.verdict === overall.verdict && line.severity !== "P5")
    : [];
  const why = told.length === 0 ? "" : `: ${gists(told.map(({ observed }) => observed))}`;
  const next = told[0]?.next === undefined ? "" : ` Next: ${told[0].next}`;
  const shared = hasShared ? "; what is told above of units, queues and locks bears on it too" : "";
  return `Slate of ${scope.date}: ${soFar}${verdictWords[overall.verdict]}, judged ${overall.judged} of ${overall.of}${why}${underWay(scope)}${shared}.${next}`;
}

/** Games are no fault while they are played: how many, from when they are judged, and who collects next. */
function underWay(scope: Scope): string {
  const { rules, date, moment } = scope;
  const { games } = statuses(scope);
  if (scope.slate.kind !== "games" || moment === "pre_game" || games === undefined) return "";
  const judged = dueAt(rules, "games", date);
  const due = scope.asOf < judged ? `; its post-game checks are not due before ${at(judged, scope)}` : "";
  const windows = nextWindow(scope);
  return `; ${games}${due}${windows === undefined ? "" : `; next collection window ${windows}`}`;
}

/** `6 games: 5 in progress, 1 final` */
function statuses({ slate, rules }: Scope): Report["numbers"] {
  if (slate.kind !== "games") return {};
  const { in_progress: inProgress } = rules.games.status;
  const words = slate.games
    .filter(({ standing }) => standing.kind === "expected" || standing.kind === "unsure")
    .map(({ final, status }) =>
      final ? "final" : status !== null && inProgress.includes(status) ? "in progress" : `at status ${status ?? "?"}`,
    );
  const counts = Map.groupBy(words, (word) => word);
  const told = [...counts].map(([word, all]) => `${all.length} ${word}`).join(", ");
  return words.length === 0 ? {} : { games: `${words.length} games: ${told}` };
}

/** The next window after the games, and whom it collects for. */
function nextWindow(scope: Scope): string | undefined {
  const { rules, date, asOf } = scope;
  const { windows, for_the_night_before: before } = rules.scraping;
  const opening = Object.entries(windows).flatMap(([workflow, time]) => {
    const opens = instantOf(date, time, rules.zone);
    return opens > asOf ? [{ workflow, opens }] : [];
  });
  const [next] = opening.toSorted((a, b) => a.opens.getTime() - b.opens.getTime());
  if (next === undefined) return undefined;
  const whose = before.includes(next.workflow) ? `, for ${addDays(date, -1)}` : "";
  return `${at(next.opens, scope)} (${next.workflow}${whose})`;
}
