import type { Evidence } from "../../evidence/evidence.ts";
import type { RunRow, TableFacts } from "../../evidence/looks/tables.ts";
import { processorRuns, rowsOf } from "../../evidence/looks/tables.ts";
import { dueAt, timeliness } from "../../pipeline/due.ts";
import { plays, teamsOf } from "../../pipeline/games.ts";
import { codeName } from "../../outside-text.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { Scope } from "../check.ts";
import { defineCheck } from "../check.ts";
import { withoutColumns } from "../columns.ts";
import type { Figures, Finding } from "../finding.ts";
import { note, notDue, pass, problem, unknown, waitsFor } from "../finding.ts";
import { keepOne, writtenBetween } from "../keep.ts";
import { recentRun } from "../rewriting.ts";
import { gamesOwing } from "../slate.ts";
import { at, consequences, counted, listNames, percent, readerText, severityBy } from "../words.ts";
import { freshness } from "./freshness.ts";
import type { Roster } from "./placing.ts";
import { rosterOf } from "./placing.ts";

/** Are features there, for every team and most players, and as new as the run that wrote them last? */
export const features = defineCheck({
  id: "features",
  question: "Are features there for every team, and fresh?",
  depth: "quick",
  halves: ["pre_game", "post_game"],
  about: {
    why: "Predictions are made from these rows alone: a player without features gets no prediction, and one with old features a wrong one.",
    rule: "At least one row per team of the expected games and so large a share of the prepared players, else P2; no row at all is P1, whether or not anybody was prepared. Rows older than the newest ended run that wrote records are P3, with how many of how many. Players that the context does not know count for no team. The share that is ready is a note.",
    stage: "features",
    todo: "Run the feature processor for the date again, then same-day predictions: what they read meanwhile lacks these rows.",
  },
  subjects: ({ slate, date }) => (gamesOwing(slate, "features").length === 0 ? [] : [{ id: date }]),
  needs: (_subject, { rules, date }) => ({
    features: rowsOf(rules, date, rules.features.table),
    context: rowsOf(rules, date, rules.features.players),
  }),
  wants: (_subject, { rules, date }) => ({ runs: processorRuns(rules, date) }),
  judge: ({ features: rows, context, runs }, { scope }) => judgeFeatures(rows, context, runs, scope),
  numbers: ({ sums }): Record<string, string> =>
    sums["feature_rows"] === undefined
      ? {}
      : { features: `${sums["feature_rows"]} rows, ${sums["with_features"] ?? 0}/${sums["prepared"] ?? 0} players` },
});

/** What the features of a date cover of what was prepared for its expected games. */
export interface Coverage {
  readonly rows: TableFacts["rows"];
  readonly teams: readonly string[];
  readonly teamsWithout: readonly string[];
  /** Prepared players of the teams that are sure to play, and how many of them have features. */
  readonly prepared: number;
  readonly covered: number;
  /** Feature rows of players that the context does not know. */
  readonly strangers: number;
}

export function coverageOf(features: TableFacts, roster: Roster, { rules, slate }: Scope): Coverage {
  const { rows } = keepOne(features.rows, tableRules(rules, rules.features.table));
  const players = new Set(rows.flatMap(({ player_lookup: player }) => (typeof player === "string" ? [player] : [])));
  const games = gamesOwing(slate, "features");
  const teams = games.flatMap(teamsOf);
  const sure = games.filter(({ standing }) => standing.kind === "expected").flatMap(teamsOf);
  const covered = new Set([...players].flatMap((player) => roster.get(player) ?? []));
  const prepared = [...roster].filter(([, team]) => sure.includes(team)).map(([player]) => player);
  return {
    rows,
    teams,
    teamsWithout: teams.filter((team) => !covered.has(team)),
    prepared: prepared.length,
    covered: prepared.filter((player) => players.has(player)).length,
    strangers: [...players].filter((player) => !roster.has(player)).length,
  };
}

function judgeFeatures(facts: TableFacts, context: TableFacts, runs: Evidence<TableFacts<RunRow>>, scope: Scope): readonly Finding[] {
  const { rules, date, asOf } = scope;
  const coverage = coverageOf(facts, rosterOf(context, rules), scope);
  const figures = { feature_rows: coverage.rows.length, with_features: coverage.covered, prepared: coverage.prepared };
  const due = dueAt(rules, "features", date);
  if (asOf < due) return [notDue("features", due, figures)];
  const columns = withoutColumns(rules.features.players, context, ["team_abbr"], rules);
  if (columns !== undefined) return [columns];
  // Nobody prepared: completion speaks of the empty context, and these features can be measured against nothing.
  const unprepared = context.rows.length === 0;
  if (unprepared && facts.rows.length > 0) return [waitsFor("completion", figures)];
  if (unprepared && !gamesOwing(scope.slate, "features").some(({ standing }) => standing.kind === "expected"))
    return gamesOwing(scope.slate, "features").flatMap(({ standing, name }) =>
      standing.kind === "unsure"
        ? [unknown(standing.reason, `no features for ${name}, and nobody prepared, ${standing.said}`, standing.next, figures)]
        : [],
    );
  if (coverage.prepared === 0 && !unprepared) return [nobodyPrepared(context, scope, figures)];
  const gaps = gapsIn(coverage, writtenBetween(context.rows, tableRules(rules, rules.features.players))?.last, scope);
  const rewriting = recentRun([rules.features.processor], runs, scope);
  const faults = gaps.filter(({ verdict }) => verdict !== "unknown");
  if (faults.length > 0 && rewriting !== undefined)
    return [rewritten(faults, rewriting.at, scope, figures), ...gaps.filter(({ verdict }) => verdict === "unknown")];
  const whole = pass(
    `${coverage.rows.length} rows for ${coverage.teams.length} of ${coverage.teams.length} teams, ${coverage.covered} of ${coverage.prepared} prepared players`,
    figures,
  );
  // Once: totals add up what the findings of a date say.
  const [first = whole, ...others] = gaps;
  return [{ ...first, figures }, ...others, ...freshness(coverage.rows, runs, scope), ...notesOn(coverage)];
}

function nobodyPrepared({ rows }: TableFacts, { rules, date }: Scope, figures: Figures): Finding {
  return unknown(
    "nobody_prepared",
    `none of the ${rows.length} rows in ${rules.features.players} is of a team that plays on ${date}, so features can't be measured`,
    `Compare the teams in ${rules.features.players} with the schedule of ${date}.`,
    figures,
  );
}

function gapsIn(coverage: Coverage, preparedAt: Date | undefined, scope: Scope): readonly Finding[] {
  const { rules, date, asOf, slate, moment } = scope;
  const time = timeliness(rules, "features", date, asOf, moment === "pre_game" ? preparedAt : undefined);
  if (time.state === "not_due") return [notDue("features", time.from)];
  const { table, processor } = rules.features;
  const first = coverage.prepared === 0 ? "Prepare the players of the date first; then run" : "Run";
  const next = `${first} ${processor} for ${date}${time.breaks?.started === true ? `, then ${time.breaks.what} again` : ""}.`;
  const reader = readerText(time.breaks, scope, "them");
  const said = { next, ...consequences(time) };
  if (coverage.rows.length === 0) {
    const prepared =
      coverage.prepared === 0
        ? `nobody was prepared either: ${rules.features.players} is empty`
        : `${coverage.prepared} players are prepared`;
    const observed = `0 rows in ${table} for ${date}, ${prepared}${reader}`;
    const expected = `at least one row per team of ${counted(coverage.teams.length / 2, "game")}`;
    return [problem(severityBy(time, "P1"), { ...said, reason: "missing", observed, expected })];
  }
  const games = gamesOwing(slate, "features");
  const unsure = games.filter(({ standing }) => standing.kind === "unsure");
  const doubtful = coverage.teamsWithout.filter((team) => unsure.some((game) => plays(game, team)));
  const without = coverage.teamsWithout.filter((team) => !doubtful.includes(team));
  const { least } = rules.thresholds.features.player_share;
  return [
    ...(without.length === 0
      ? []
      : [
          problem(severityBy(time, "P2"), {
            ...said,
            reason: "teams_without_features",
            observed: `no features for ${without.length} of ${coverage.teams.length} teams: ${listNames(without.map(codeName))}${reader}`,
            expected: "at least one row per team of the expected games",
          }),
        ]),
    ...unsure.flatMap(({ standing, away, home, name }) =>
      standing.kind === "unsure" && [away, home].some((team) => doubtful.includes(team))
        ? [unknown(standing.reason, `no features for ${name}, ${standing.said}`, standing.next)]
        : [],
    ),
    ...(coverage.covered / coverage.prepared >= least
      ? []
      : [
          problem(severityBy(time, "P2"), {
            ...said,
            reason: "few_players",
            observed: `${coverage.covered} of ${coverage.prepared} prepared players have features (${percent(coverage.covered, coverage.prepared)})${reader}`,
            expected: `at least ${Math.round(least * 100)} % of them`,
          }),
        ]),
  ];
}

/** Incomplete while a writer is at work: no better than a warning, and no reason for a second writer. */
function rewritten(gaps: readonly Finding[], when: Date, scope: Scope, figures: Figures): Finding {
  const { processor } = scope.rules.features;
  return problem("P3", {
    reason: "being_rewritten",
    observed: `${gaps.map(({ observed }) => observed).join("; ")}; ${processor} was at work at ${at(when, scope)}`,
    expected: "every row once the run has ended",
    next: "Let the run end and ask again; don't start a second one beside it.",
    figures,
  });
}

function notesOn({ rows, strangers }: Coverage): readonly Finding[] {
  const told = rows.filter(({ is_quality_ready: ready }) => typeof ready === "boolean");
  const ready = told.filter(({ is_quality_ready: value }) => value === true).length;
  return [
    ...(told.length === 0
      ? []
      : [note("quality_ready", `${ready} of ${rows.length} feature rows are marked ready (${percent(ready, rows.length)})`)]),
    ...(strangers === 0
      ? []
      : [
          note(
            "unknown_players",
            `${strangers} of ${rows.length} feature rows are of players that the context does not know: they count for no team`,
          ),
        ]),
  ];
}
