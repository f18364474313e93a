import type { DefenseRow, OffenseRow, PlayerRow, TableFacts } from "../evidence/looks/tables.ts";
import { defenseRows, offenseRows, playerRows, processorRuns } from "../evidence/looks/tables.ts";
import { codeName } from "../outside-text.ts";
import { addMinutes } from "../pipeline/dates.ts";
import { dueAt, timeliness } from "../pipeline/due.ts";
import type { Game } from "../pipeline/games.ts";
import { isPairOf, teamsOf } from "../pipeline/games.ts";
import type { Rules } from "../pipeline/load.ts";
import { tableRules } from "../pipeline/load.ts";
import type { Group, Scope, Words } from "./check.ts";
import { couldNotLook, defineCheck } from "./check.ts";
import type { Figures, Finding } from "./finding.ts";
import { notDue, pass, problem, waitsFor } from "./finding.ts";
import { keepOne } from "./keep.ts";
import type { BoxEvidence } from "./landing.ts";
import { boxScoreLooks, inputOf } from "./landing.ts";
import type { SlatedGame } from "./slate.ts";
import type { RecentRun } from "./rewriting.ts";
import { recentRun } from "./rewriting.ts";
import { gamesOwing } from "./slate.ts";
import { at, consequences, listNames, readerText, severityBy } from "./words.ts";

interface GameSubject {
  readonly id: string;
  readonly game: SlatedGame;
}

export interface AnalyticsFacts {
  readonly players: TableFacts<PlayerRow>;
  readonly offense: TableFacts<OffenseRow>;
  readonly defense: TableFacts<DefenseRow>;
}

/** Was every game processed? Matched on date and unordered team pair: id formats differ between tables and over time. */
export const analytics = defineCheck({
  id: "analytics",
  question: "Was every game processed into player and team rows?",
  depth: "quick",
  about: {
    why: "Phase 3 makes the rows that features, predictions and grading read. A run over part of the games ends as a success.",
    rule: "Per game, at least so many player rows for both teams, and an offense and a defense row per team, matched by date and pair of teams. Missing although box scores are there: P1, within the grace P3; while a run is at work a warning.",
    stage: "analytics",
    todo: "Run Phase 3 for the date again, then the jobs that have read without the missing games.",
  },
  subjects: ({ slate }): GameSubject[] => gamesOwing(slate, "analytics").map((game) => ({ id: game.name, game })),
  needs: (_subject, scope) => analyticsLooks(scope),
  wants: (_subject, scope) => ({ ...boxScoreLooks(scope), runs: processorRuns(scope.rules, scope.date) }),
  judge: ({ players, offense, defense, runs, ...boxes }, { subject, scope }) => {
    const rewriting = recentRun(processorsOf(scope), runs, scope);
    return judgeGame(subject.game, { players, offense, defense }, boxes, rewriting, scope);
  },
  say: sayAnalytics,
  numbers: ({ sums, subjects }) => ({
    analytics: `${sums["processed"] ?? 0}/${subjects} games`,
    team_rows: `${sums["offense"] ?? 0}+${sums["defense"] ?? 0} of ${subjects * 2}+${subjects * 2}`,
  }),
});

export function analyticsLooks({ rules, date }: Scope) {
  return { players: playerRows(rules, date), offense: offenseRows(rules, date), defense: defenseRows(rules, date) };
}

/** Whether every game that goes through analytics is in it. */
export function isComplete(facts: AnalyticsFacts, { slate, rules }: Scope): boolean {
  return gamesOwing(slate, "analytics").every((game) => processedOf(game, facts, rules).complete);
}

/** What analytics holds of one game, one row per business key. */
export function processedOf(
  game: Game,
  facts: AnalyticsFacts,
  rules: Rules,
): { complete: boolean; none: boolean; said: string; figures: Figures } {
  const declared = tableRules(rules, rules.analytics.players);
  const players = keepOne(
    facts.players.rows.filter((row) => isPairOf(game, row.team_abbr, row.opponent_team_abbr)),
    declared,
  ).rows;
  const teams = teamsOf(game);
  const perTeam = teams.map((team) => players.filter((row) => row.team_abbr === team).length);
  const offense = teams.filter((team) =>
    facts.offense.rows.some((row) => row.team_abbr === team && isPairOf(game, row.team_abbr, row.opponent_team_abbr)),
  );
  const defense = teams.filter((team) =>
    facts.defense.rows.some((row) => row.defending_team_abbr === team && isPairOf(game, row.defending_team_abbr, row.opponent_team_abbr)),
  );
  const { least } = rules.thresholds.analytics.team_player_rows;
  const complete = perTeam.every((count) => count >= least) && offense.length === 2 && defense.length === 2;
  return {
    complete,
    none: players.length + offense.length + defense.length === 0,
    said: `${players.length} player rows (${teams.map((team, index) => `${codeName(team)} ${perTeam[index]}`).join(", ")}), ${offense.length} of 2 offense and ${defense.length} of 2 defense rows`,
    figures: { processed: complete ? 1 : 0, offense: offense.length, defense: defense.length },
  };
}

function judgeGame(
  game: SlatedGame,
  facts: AnalyticsFacts,
  boxes: Readonly<Record<string, BoxEvidence>>,
  rewriting: RecentRun | undefined,
  scope: Scope,
): readonly Finding[] {
  const { rules, date, asOf } = scope;
  const { complete, none, said, figures } = processedOf(game, facts, rules);
  const due = dueAt(rules, "analytics", date);
  if (asOf < due) return [notDue("player and team rows", due, figures)];
  if (complete) return [pass(said, figures)];
  const input = inputOf(game, boxes, rules);
  if (input.there === "no") return [waitsFor("box-scores", figures)];
  if (input.there === "unknown") return Object.values(boxes).flatMap((look) => (look.seen ? [] : [couldNotLook(look)]));
  const time = timeliness(rules, "analytics", date, asOf, input.landedAt);
  if (time.state === "not_due") return [notDue("player and team rows", time.from, figures)];
  if (rewriting !== undefined) return [rewritten(rewriting, said, scope, figures)];
  return [
    problem(severityBy(time, "P1"), {
      reason: none ? "missing" : "partial",
      observed: said,
      expected: `at least ${rules.thresholds.analytics.team_player_rows.least} player rows and one offense and defense row for both teams`,
      next: `Run Phase 3 for ${date} again: raw box scores are there${input.landedAt === undefined ? "" : ` since ${at(input.landedAt, scope)}`}${time.breaks?.started === true ? `; then ${time.breaks.what}, which ran without them` : ""}.`,
      figures: { ...figures, ...(input.landedAt === undefined ? {} : { landedAt: input.landedAt.getTime() }) },
      ...consequences(time),
    }),
  ];
}

/** Incomplete while a writer is at work: not to be judged in full yet, but no better than a warning, and no reason for a second writer. */
function rewritten(run: RecentRun, said: string, scope: Scope, figures: Figures): Finding {
  const until = addMinutes(run.at, scope.rules.thresholds.completion.rewriting_minutes.minutes);
  return problem("P3", {
    reason: "being_rewritten",
    observed: `${said}, while ${run.processor} was at work at ${at(run.at, scope)}`,
    expected: "every row once the run has ended",
    next: `Let the run end and ask again after ${at(until, scope)}; don't start a second one beside it.`,
    graceUntil: until,
    figures,
  });
}

/** Classes of the processors that write what analytics is made of. */
function processorsOf({ rules }: Scope): readonly string[] {
  const tables = [rules.analytics.players, rules.analytics.offense, rules.analytics.defense];
  return Object.values(rules.completion.processors).flatMap((processor) => (tables.includes(processor.table) ? [processor.class] : []));
}

function sayAnalytics({ reason, findings, of }: Group, { rules, date, asOf }: Scope): Words | undefined {
  const names = listNames(findings.map(({ subject }) => subject));
  if (reason === "being_rewritten")
    return { observed: `analytics incomplete for ${findings.length} of ${of} games, and being rewritten: ${names}` };
  if (reason !== "missing" && reason !== "partial") return undefined;
  const landed = findings.flatMap(({ finding }) => finding.figures?.["landedAt"] ?? []);
  const last = landed.length === 0 ? undefined : new Date(Math.max(...landed));
  const time = timeliness(rules, "analytics", date, asOf, last);
  const reader = time.state === "not_due" ? "" : readerText(time.breaks, { rules, date }, "them");
  const input = last === undefined ? "" : `; input landed ${at(last, { rules, date })}`;
  return { observed: `analytics ${reason} for ${findings.length} of ${of} games: ${names}${input}${reader}` };
}
