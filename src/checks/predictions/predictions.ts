import type { Evidence } from "../../evidence/evidence.ts";
import { haltState, predictionCounts, predictionHistory } from "../../evidence/looks/predictions.ts";
import type { HaltRow, HistoryCount, PredictionCount } from "../../evidence/looks/predictions.ts";
import type { ScheduleRow, TableFacts } from "../../evidence/looks/tables.ts";
import { rowsOf, scheduleWindow } from "../../evidence/looks/tables.ts";
import { idName } from "../../outside-text.ts";
import { dueAt, timeliness } from "../../pipeline/due.ts";
import { teamsOf } from "../../pipeline/games.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { Group, Scope, Words } from "../check.ts";
import { defineCheck } from "../check.ts";
import type { Figures, Finding } from "../finding.ts";
import { notApplicable, note, notDue, pass, problem, saidOf, unknown, waitsFor } from "../finding.ts";
import { writtenBetween } from "../keep.ts";
import { firstTipOff } from "../moment.ts";
import type { SlatedGame } from "../slate.ts";
import { gamesOwing } from "../slate.ts";
import { at, counted, listNames } from "../words.ts";
import { coverageOf } from "./features.ts";
import { rosterOf } from "./placing.ts";
import { expectedSystems, haltOf, haltUnknown, isExpected, isFirstDate, systemNames } from "./systems.ts";
import type { Prediction, Tally } from "./tally.ts";
import { systemsIn, tallyOf } from "./tally.ts";

/** Does every game have predictions of every system that must predict? The systems are known only from what was looked at. */
export const predictions = defineCheck({
  id: "predictions",
  question: "Does every game have predictions of every system?",
  depth: "quick",
  halves: ["pre_game", "post_game"],
  about: {
    why: "A worker that answers every request with an error looks healthy from outside. All systems stood still for 28 hours before anybody looked at the rows.",
    rule: "Systems that the pipeline file declares, else those active on the last game dates, must have an active prediction for every expected game. Games without are P1, a system without any is P1, none at all is P0. Predictions halted on purpose are not applicable; where nobody could look whether they were, none is unknown. Other systems are a note. While none has ever predicted, as on a season's first dates, one prediction of any system per game is a pass that says so.",
    stage: "predictions",
    todo: "Read the prediction worker's errors first, not its health; then run same-day predictions for the date again.",
  },
  subjects: ({ slate, date }) => (gamesOwing(slate, "predictions").length === 0 ? [] : [{ id: date }]),
  needs: (_subject, scope) => predictionNeeds(scope),
  wants: (_subject, scope) => ({ ...predictionWants(scope), features: rowsOf(scope.rules, scope.date, scope.rules.features.table) }),
  judge: (facts, { scope }) => judgePredictions(facts, scope),
  say: sayPredictions,
  numbers: ({ sums }): Record<string, string> =>
    sums["games_owed"] === undefined
      ? {}
      : {
          predictions: `${sums["active"] ?? 0} active, ${counted(sums["systems"] ?? 0, "system")}, ${sums["covered"] ?? 0}/${sums["games_owed"]} games`,
        },
});

export function predictionNeeds({ rules, date }: Scope) {
  return { predictions: predictionCounts(rules, date), schedule: scheduleWindow(rules, date) };
}

export function predictionWants({ rules, date }: Scope) {
  return {
    context: rowsOf(rules, date, rules.features.players),
    history: predictionHistory(rules, date),
    halts: haltState(rules, date),
  };
}

export interface PredictionFacts {
  readonly predictions: TableFacts<PredictionCount>;
  readonly schedule: TableFacts<ScheduleRow>;
  readonly context: Evidence<TableFacts>;
  readonly history: Evidence<TableFacts<HistoryCount>>;
  readonly halts: Evidence<TableFacts<HaltRow>>;
}

/** A date's predictions, each placed in its game as far as id and context tell. */
export function tallied({ predictions: rows, context }: Pick<PredictionFacts, "predictions" | "context">, { rules, slate }: Scope): Tally {
  return tallyOf(rows, slate, context.seen ? rosterOf(context.facts, rules) : new Map(), rules);
}

/** What a system's predictions are judged by, besides themselves. */
interface Owed {
  readonly games: readonly SlatedGame[];
  /** Games of which neither team has features: the stage before speaks of them. */
  readonly unprepared: readonly SlatedGame[];
  /** No player has features. */
  readonly nothingPrepared: boolean;
  readonly preparedAt: Date | undefined;
}

type Facts = PredictionFacts & { readonly features: Evidence<TableFacts> };

function judgePredictions(facts: Facts, scope: Scope): readonly Finding[] {
  const { rules, date, asOf, slate } = scope;
  const tally = tallied(facts, scope);
  const owed = owedIn(facts, scope);
  const figures = figuresOf(tally, owed);
  const due = dueAt(rules, "predictions", date, firstTipOff(slate));
  if (asOf < due) return [notDue("predictions", due, figures)];
  const halted = haltOf(undefined, scope, facts.halts);
  if (halted !== undefined) return [notApplicable("halted", `${halted}${thereAllTheSame(tally.predictions)}`, figures)];
  const expected = expectedSystems(scope, facts.schedule, facts.history);
  if (!isExpected(expected)) {
    const whole = figures.games_owed > 0 && figures.covered === figures.games_owed;
    const found = whole && isFirstDate(facts.schedule, facts.history, scope) ? nobodyExpected(figures, scope) : [{ ...expected, figures }];
    return [...found, ...notesOn(tally, undefined)];
  }
  const halts = new Map(expected.systems.map((system) => [system, haltOf(system, scope, facts.halts)]));
  const owing = expected.systems.filter((system) => halts.get(system) === undefined);
  const stopped = expected.systems.flatMap((system) => {
    const why = halts.get(system);
    if (why === undefined) return [];
    const own = tally.predictions.filter((prediction) => prediction.system === system);
    return [saidOf(idName(system), notApplicable("halted", `${why}${thereAllTheSame(own)}`))];
  });
  if (owing.length === 0)
    return [notApplicable("halted", `every expected system is halted: ${systemNames(expected.systems)}`, figures), ...stopped];
  if (!tally.predictions.some(({ active }) => active)) {
    const none = haltUnknown(facts.halts, noneText(tally, scope), scope) ?? noneAtAll(tally, owing, owed, scope, figures);
    return [owed.nothingPrepared ? waitsFor("features", figures) : { ...none, figures }, ...stopped];
  }
  const judged = owing.flatMap((system) =>
    judgeSystem(system, tally, owed, expected.said, scope)
      .map((finding) => (finding.reason === "no_predictions" ? (haltUnknown(facts.halts, finding.observed, scope) ?? finding) : finding))
      .map((finding) => saidOf(idName(system), finding)),
  );
  return [
    pass(
      `${counted(figures.active, "active prediction")} in ${figures.covered} of ${figures.games_owed} games; ${counted(owing.length, "system")} judged, ${expected.said}`,
      figures,
    ),
    ...judged,
    ...stopped,
    ...notesOn(tally, expected.systems),
  ];
}

/** A season's first dates: the games can be judged, and whether a system is missing can't. */
function nobodyExpected(figures: ReturnType<typeof figuresOf>, { rules, date }: Scope): readonly Finding[] {
  const { active, systems, covered, games_owed: of } = figures;
  return [
    pass(`${counted(active, "active prediction")} of ${counted(systems, "system")} in ${covered} of ${of} games`, figures),
    note(
      "no_system_known",
      `no system is known to be expected: the pipeline file declares none and none predicted in the ${rules.games.witness_days} days before ${date}; one that is missing would not be noticed`,
    ),
  ];
}

function owedIn({ features, context }: Facts, scope: Scope): Owed {
  const games = gamesOwing(scope.slate, "predictions");
  if (!features.seen) return { games, unprepared: [], nothingPrepared: false, preparedAt: undefined };
  const coverage =
    context.seen && context.facts.rows.length > 0 ? coverageOf(features.facts, rosterOf(context.facts, scope.rules), scope) : undefined;
  const nothingPrepared = features.facts.rows.length === 0;
  return {
    games,
    unprepared: games.filter(
      (game) => nothingPrepared || (coverage !== undefined && teamsOf(game).every((team) => coverage.teamsWithout.includes(team))),
    ),
    nothingPrepared,
    preparedAt: writtenBetween(features.facts.rows, tableRules(scope.rules, scope.rules.features.table))?.last,
  };
}

function figuresOf({ predictions: all }: Tally, { games }: Owed) {
  const active = all.filter((prediction) => prediction.active);
  return {
    active: active.length,
    systems: new Set(active.map(({ system }) => system)).size,
    covered: games.filter((game) => active.some((prediction) => prediction.game?.name === game.name)).length,
    games_owed: games.length,
  };
}

function thereAllTheSame(all: readonly Prediction[]): string {
  const active = all.filter((prediction) => prediction.active).length;
  return active === 0 ? "" : `; ${counted(active, "active prediction")} there all the same`;
}

/** Full severity, what it breaks and until when it is only a warning. The first game is the reader. */
function miss(scope: Scope, preparedAt: Date | undefined, full: "P0" | "P1") {
  const { rules, date, asOf, slate, moment } = scope;
  const tip = firstTipOff(slate);
  const time = timeliness(rules, "predictions", date, asOf, moment === "pre_game" ? preparedAt : undefined, tip);
  const grace = time.state === "grace" ? { graceUntil: time.until } : {};
  const breaks = tip === undefined ? {} : { breaks: { what: `the first game ${tip <= asOf ? "began" : "begins"} without them`, at: tip } };
  const severity: "P0" | "P1" | "P3" = time.state === "grace" ? "P3" : full;
  const by = at(dueAt(rules, "predictions", date, tip), scope);
  const next = `Read the errors of the prediction service, then run same-day predictions for ${date} again.`;
  return { severity, by, said: { next, ...grace, ...breaks } };
}

function noneText({ rows }: Tally, { rules, date }: Scope): string {
  return `${rows === 0 ? "0 rows" : `0 active of ${counted(rows, "row")}`} in ${rules.predictions.table} for ${date}, of any system`;
}

function noneAtAll(tally: Tally, systems: readonly string[], { preparedAt }: Owed, scope: Scope, figures: Figures): Finding {
  const { severity, by, said } = miss(scope, preparedAt, "P0");
  return problem(severity, {
    ...said,
    reason: "no_predictions_at_all",
    observed: noneText(tally, scope),
    expected: `active predictions of ${counted(systems.length, "system")} (${systemNames(systems)}) by ${by}`,
    figures,
  });
}

function judgeSystem(system: string, tally: Tally, owed: Owed, why: string, scope: Scope): readonly Finding[] {
  const own = tally.predictions.filter((prediction) => prediction.system === system);
  const active = own.filter((prediction) => prediction.active);
  const missing = owed.games.filter((game) => !active.some((prediction) => prediction.game?.name === game.name));
  if (missing.length === 0)
    return [pass(`${counted(active.length, "active prediction")} in ${owed.games.length} of ${owed.games.length} games`)];
  const unplaced = active.filter(({ game }) => game === undefined).length;
  if (unplaced > 0) return [cannotPlace(missing, unplaced, active.length)];
  const waiting = missing.filter((game) => owed.unprepared.some(({ name }) => name === game.name));
  const left = missing.filter((game) => !waiting.includes(game));
  const sure = left.filter(({ standing }) => standing.kind === "expected");
  const { severity, by, said } = miss(scope, owed.preparedAt, "P1");
  const none = active.length === 0;
  const fault = problem(severity, {
    ...said,
    reason: none ? "no_predictions" : "games_without",
    observed: none
      ? `0 active predictions of ${own.length}`
      : `no active prediction for ${sure.length} of ${owed.games.length} games: ${listNames(sure.map(({ name }) => name))}`,
    expected: `active predictions for every game by ${by}, from a system ${why}`,
  });
  return [
    ...(sure.length > 0 ? [fault] : []),
    ...left.flatMap(({ standing, name }) =>
      standing.kind === "unsure" ? [unknown(standing.reason, `no active prediction for ${name}, ${standing.said}`, standing.next)] : [],
    ),
    ...(waiting.length > 0 ? [waitsFor("features")] : []),
  ];
}

function cannotPlace(missing: readonly SlatedGame[], unplaced: number, of: number): Finding {
  return unknown(
    "unplaced",
    `${unplaced} of ${of} active predictions name neither the teams nor a player that was prepared, so whether ${listNames(missing.map(({ name }) => name))} ${missing.length === 1 ? "has" : "have"} any can't be told`,
    "Look at the game ids of these rows, and at the players prepared for the date.",
  );
}

function notesOn(tally: Tally, expected: readonly string[] | undefined): readonly Finding[] {
  const others = expected === undefined ? [] : systemsIn(tally).filter((system) => !expected.includes(system));
  return [
    ...(others.length === 0
      ? []
      : [note("other_systems", `${counted(others.length, "system")} beside the expected: ${systemNames(others)}`)]),
    ...(tally.nameless === 0
      ? []
      : [note("nameless", `${tally.nameless} of ${tally.rows} prediction rows name no system or no player: they are counted nowhere`)]),
  ];
}

function sayPredictions({ reason, findings, of }: Group): Words | undefined {
  if (findings.length < 2 || (reason !== "no_predictions" && reason !== "games_without")) return undefined;
  const systems = `${findings.length} of ${of - 1} systems`;
  const names = listNames(findings.map(({ subject }) => subject));
  if (reason === "no_predictions") return { observed: `${systems} have no active prediction: ${names}` };
  const [lack, ...others] = new Set(findings.map(({ finding: { observed } }) => observed));
  // Mostly it is the games that lack, not a system of them.
  return { observed: others.length === 0 ? `${lack} (${systems}: ${names})` : `${systems} lack predictions for some games: ${names}` };
}
