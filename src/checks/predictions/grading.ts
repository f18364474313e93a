import type { Evidence } from "../../evidence/evidence.ts";
import type { GradedCount } from "../../evidence/looks/predictions.ts";
import { gradedCounts, haltState, predictionCounts, predictionHistory } from "../../evidence/looks/predictions.ts";
import type { PlayerRow, TableFacts } from "../../evidence/looks/tables.ts";
import { playerRows, rowsOf, scheduleWindow } from "../../evidence/looks/tables.ts";
import { idName } from "../../outside-text.ts";
import { dueAt, timeliness } from "../../pipeline/due.ts";
import { isPairOf, teamsOf } from "../../pipeline/games.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { Group, Scope, Words } from "../check.ts";
import { defineCheck } from "../check.ts";
import { withoutColumns } from "../columns.ts";
import type { Figures, Finding } from "../finding.ts";
import { note, notApplicable, notDue, pass, problem, saidOf, unknown, waitsFor } from "../finding.ts";
import { writtenBetween } from "../keep.ts";
import type { SlatedGame } from "../slate.ts";
import { gamesOwing } from "../slate.ts";
import { consequences, counted, listNames, percent, severityBy } from "../words.ts";
import type { Roster } from "./placing.ts";
import { gameOfRow, rosterOf } from "./placing.ts";
import { tallied } from "./predictions.ts";
import { expectedSystems, haltOf, isExpected, systemNames } from "./systems.ts";
import type { Prediction, Tally } from "./tally.ts";
import { systemsIn } from "./tally.ts";

/** Were the predictions that can be graded graded? */
export const grading = defineCheck({
  id: "grading",
  question: "Were gradable predictions graded?",
  depth: "standard",
  about: {
    why: "Grades are what models are chosen by. A share over all predictions reads 60-80 % on a good night, because those without a line and those that were voided can't be graded.",
    rule: "Gradable is what is active, has a real line, belongs to a game that was played, and was not voided. The share of it with a grade decides, per system that is expected to predict. Games that analytics lacks are not held against it.",
    stage: "grading",
    todo: "Run grading for the date again once analytics is complete; then whatever is chosen by the grades.",
  },
  subjects: ({ slate, date }) => (gamesOwing(slate, "grading").length === 0 ? [] : [{ id: date }]),
  needs: (_subject, { rules, date }) => ({
    predictions: predictionCounts(rules, date),
    graded: gradedCounts(rules, date),
    schedule: scheduleWindow(rules, date),
  }),
  wants: (_subject, { rules, date }) => ({
    context: rowsOf(rules, date, rules.features.players),
    players: playerRows(rules, date),
    halts: haltState(rules, date),
    history: predictionHistory(rules, date),
  }),
  judge: (facts, { scope }) => judgeGrading(facts, scope),
  say: sayGrading,
  numbers: ({ sums }): Record<string, string> =>
    sums["gradable"] === undefined ? {} : { graded: `${sums["graded"] ?? 0}/${sums["gradable"]}` },
});

interface Facts {
  readonly predictions: Parameters<typeof tallied>[0]["predictions"];
  readonly graded: TableFacts<GradedCount>;
  readonly context: Evidence<TableFacts>;
  readonly players: Evidence<TableFacts<PlayerRow>>;
  readonly halts: Parameters<typeof haltOf>[2];
  readonly schedule: Parameters<typeof expectedSystems>[1];
  readonly history: Parameters<typeof expectedSystems>[2];
}

function judgeGrading(facts: Facts, scope: Scope): readonly Finding[] {
  const { rules, date, asOf } = scope;
  const due = dueAt(rules, "grading", date);
  if (asOf < due) return [notDue("grades", due)];
  const columns = withoutColumns(rules.predictions.table, facts.predictions, ["line_source"], rules);
  if (columns !== undefined) return [columns];
  const tally = tallied(facts, scope);
  if (!tally.predictions.some(({ active }) => active)) {
    const halted = haltOf(undefined, scope, facts.halts);
    return [halted === undefined ? waitsFor("predictions") : notApplicable("halted", halted)];
  }
  const grades = gradesOf(facts, scope);
  const { systems, others } = systemsToGrade(tally, facts, scope);
  if (systems.length === 0) return [waitsFor("predictions"), ...others];
  const judged = systems.map((system) => {
    const own = tally.predictions.filter((prediction) => prediction.system === system);
    const finding = own.some(({ active }) => active) ? judgeSystem(own, grades, facts.players, scope) : withoutActive(system, facts, scope);
    return saidOf(idName(system), finding);
  });
  return [pass(`${counted(judged.length, "system")} judged, each by itself`), ...judged, ...others];
}

/** Those that predictions are expected of, else, where nobody knows which these are, those with active predictions. */
function systemsToGrade(tally: Tally, { schedule, history }: Facts, scope: Scope) {
  const expected = expectedSystems(scope, schedule, history);
  const isActive = (system: string) => tally.predictions.some((prediction) => prediction.active && prediction.system === system);
  const systems = systemsIn(tally).filter((system) => (isExpected(expected) ? expected.systems.includes(system) : isActive(system)));
  const left = systemsIn(tally).filter((system) => isExpected(expected) && !systems.includes(system));
  const said = `${counted(left.length, "system")} beside the expected ${left.length === 1 ? "is" : "are"} not judged: ${systemNames(left)}`;
  return { systems, others: left.length === 0 ? [] : [note("other_systems", said)] };
}

function withoutActive(system: string, { halts }: Facts, scope: Scope): Finding {
  const halted = haltOf(system, scope, halts);
  return halted === undefined ? waitsFor("predictions") : notApplicable("halted", halted);
}

interface Grades {
  readonly isGraded: (prediction: Prediction) => boolean;
  /** Voided, and not graded all the same. */
  readonly isVoided: (prediction: Prediction) => boolean;
}

/** A grade belongs to a prediction of the same system and player; where both tell a game, of the same game. */
function gradesOf({ graded, context }: Facts, { rules, slate }: Scope): Grades {
  const roster: Roster = context.seen ? rosterOf(context.facts, rules) : new Map();
  const games = slate.kind === "games" ? slate.games : [];
  const grades = new Map<string, { voided: boolean; game: SlatedGame | undefined }[]>();
  for (const row of graded.rows) {
    const key = JSON.stringify([row.system_id, row.player_lookup]);
    grades.set(key, [...(grades.get(key) ?? []), { voided: row.is_voided === true, game: gameOfRow(row, games, roster) }]);
  }
  const has = ({ system, player, game }: Prediction, voided: boolean): boolean =>
    (grades.get(JSON.stringify([system, player])) ?? []).some(
      (grade) => grade.voided === voided && (grade.game === undefined || game === undefined || grade.game.name === game.name),
    );
  return { isGraded: (one) => has(one, false), isVoided: (one) => !has(one, false) && has(one, true) };
}

function judgeSystem(own: readonly Prediction[], grades: Grades, players: Facts["players"], scope: Scope): Finding {
  const games = gamesOwing(scope.slate, "grading");
  const played = namesOf(games.filter((game) => game.standing.kind === "expected" && (game.final || game.odd !== undefined)));
  const real = own.filter((prediction) => prediction.activeReal && !grades.isVoided(prediction));
  const gradable = real.filter(({ game }) => game !== undefined && played.has(game.name));
  if (gradable.length === 0) return nothingGradable(own, real, scope);
  const graded = gradable.filter(grades.isGraded);
  const figures = { gradable: gradable.length, graded: graded.length };
  const said = `${graded.length} of ${gradable.length} gradable predictions graded (${percent(graded.length, gradable.length)})`;
  const severity = severityOf(graded.length, gradable.length, scope);
  // What can't be placed, or whose game may have been postponed, counts only if it would change the verdict.
  const doubtful = namesOf(games.filter(({ standing }) => standing.kind === "unsure"));
  const open = real
    .filter(({ game }) => game === undefined || doubtful.has(game.name))
    .filter((prediction) => !grades.isGraded(prediction));
  if (severityOf(graded.length, gradable.length + open.length, scope) !== severity) {
    const observed = `${said}; of ${open.length} more without a grade it can't be told whether their game was played`;
    return unknown("unplaced", observed, "Look at the game ids of these rows, at the players prepared, and at the schedule.", figures);
  }
  if (severity === undefined) return pass(said, figures);
  const lacking = namesOf(players.seen ? games.filter((game) => !isProcessed(game, players.facts, scope)) : []);
  const ready = gradable.filter(({ game }) => game !== undefined && !lacking.has(game.name));
  const left = severityOf(ready.filter(grades.isGraded).length, ready.length, scope);
  return left === undefined
    ? waitsFor("analytics", figures)
    : notGraded(
        said,
        left,
        gradable.filter((one) => !graded.includes(one)),
        players,
        scope,
        figures,
      );
}

function namesOf(games: readonly SlatedGame[]): ReadonlySet<string> {
  return new Set(games.map(({ name }) => name));
}

/** Undefined if enough of them are graded, and if there are none to grade. */
function severityOf(graded: number, of: number, { rules }: Scope): "P1" | "P3" | undefined {
  const { pass: enough, warn } = rules.thresholds.grading.share;
  if (of === 0 || graded / of >= enough) return undefined;
  return graded / of >= warn ? "P3" : "P1";
}

/** Whether the game has the player rows that a grade is made from. */
function isProcessed(game: SlatedGame, { rows }: TableFacts<PlayerRow>, { rules }: Scope): boolean {
  const own = rows.filter((row) => isPairOf(game, row.team_abbr, row.opponent_team_abbr));
  const { least } = rules.thresholds.analytics.team_player_rows;
  return teamsOf(game).every(
    (team) => new Set(own.filter((row) => row.team_abbr === team).map(({ player_lookup: player }) => player)).size >= least,
  );
}

function nothingGradable(own: readonly Prediction[], real: readonly Prediction[], scope: Scope): Finding {
  const games = gamesOwing(scope.slate, "grading");
  const figures = { gradable: 0, graded: 0 };
  const unplayed = real.filter(({ game }) =>
    games.some(({ name, standing, final }) => name === game?.name && standing.kind === "expected" && !final),
  );
  if (unplayed.length > 0) return waitsFor("games", figures);
  const active = own.filter((prediction) => prediction.active);
  const withLine = own.filter(({ activeReal }) => activeReal);
  const why =
    withLine.length === 0
      ? `none of ${counted(active.length, "active prediction")} has a real line`
      : real.length === 0
        ? `every one of the ${withLine.length} with a real line was voided`
        : `none of the ${real.length} with a real line belongs to a game that is known to have been played`;
  return unknown("nothing_gradable", `nothing to grade: ${why}`, "See whether that is meant; nothing can be said of grading.", figures);
}

function notGraded(
  said: string,
  full: "P1" | "P3",
  missing: readonly Prediction[],
  players: Facts["players"],
  scope: Scope,
  figures: Figures,
): Finding {
  const { rules, date, asOf } = scope;
  const landed = players.seen ? writtenBetween(players.facts.rows, tableRules(rules, rules.analytics.players))?.last : undefined;
  const time = timeliness(rules, "grading", date, asOf, landed);
  if (time.state === "not_due") return notDue("grades", time.from, figures);
  const { pass: enough } = rules.thresholds.grading.share;
  const games = [...namesOf(missing.flatMap(({ game }) => game ?? []))].toSorted();
  return problem(full === "P3" ? "P3" : severityBy(time, "P1"), {
    reason: "not_graded",
    observed: `${said}; without a grade are ${missing.length} in ${listNames(games)}`,
    expected: `${Math.round(enough * 100)} % of what is active, has a real line and was played and not voided`,
    next: `Run grading for ${date} again${players.seen ? ": analytics is there" : ""}.`,
    figures,
    ...consequences(time),
  });
}

function sayGrading({ reason, findings, of }: Group): Words | undefined {
  if (reason !== "not_graded" || findings.length < 2) return undefined;
  const [graded, gradable] = ["graded", "gradable"].map((name) =>
    findings.reduce((sum, { finding }) => sum + (finding.figures?.[name] ?? 0), 0),
  );
  const names = listNames(findings.map(({ subject }) => subject));
  return { observed: `${graded} of ${gradable} gradable predictions of ${findings.length} of ${of - 1} systems graded: ${names}` };
}
