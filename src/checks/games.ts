import type { TableFacts } from "../evidence/looks/tables.ts";
import { postponements, rowsOf, scheduleWindow } from "../evidence/looks/tables.ts";
import type { Evidence, Look } from "../evidence/evidence.ts";
import { codeName } from "../outside-text.ts";
import { instantOf } from "../pipeline/dates.ts";
import { dueAt } from "../pipeline/due.ts";
import { plays } from "../pipeline/games.ts";
import type { Group, Scope, Words } from "./check.ts";
import { combineChecks, defineCheck } from "./check.ts";
import type { Finding } from "./finding.ts";
import { note, notApplicable, notDue, pass, problem, unknown } from "./finding.ts";
import { boxScoreLooks } from "./landing.ts";
import type { SlatedGame } from "./slate.ts";
import { preparedTables, teamIn } from "./slate.ts";
import { at, counted, listNames } from "./words.ts";

interface GameSubject {
  readonly id: string;
  readonly game: SlatedGame;
}

const face = {
  id: "games",
  question: "Was every expected game of the date played to its end?",
  depth: "quick",
  about: {
    why: "Every other count is of games. A stale schedule row, a postponed game taken for a missing one, or a schedule loaded in part makes all of them wrong.",
    rule: "Final is well. Postponed needs a later date of the same id, a status or a text that says so, or a confirmed postponement, and no box-score rows; it is a note. Status 1 or 2 after the night is P1. Rows of teams without a scheduled game make the schedule doubtful: unknown.",
    stage: "games",
    todo: "See whether the game was played; if so, load the schedule again, because a stuck status also blocks the game's gamebook.",
  },
} as const;

/** Per game: played to its end? The slate has decided which are expected. */
const played = defineCheck({
  ...face,
  subjects: ({ slate }): GameSubject[] => (slate.kind === "games" ? slate.games.map((game) => ({ id: game.name, game })) : []),
  needs: (_subject, { rules, date }) => ({ schedule: scheduleWindow(rules, date) }),
  wants: (_subject, { rules, date }) => ({ postponed: postponements(rules, date) }),
  judge: (_facts, { subject: { game }, scope }) => [judgeGame(game, scope)],
});

/** Per date: is every row that the night brought one of a scheduled game? A schedule loaded in part hides the others. */
const scheduled = defineCheck({
  ...face,
  subjects: ({ slate, date }) => (slate.kind === "games" ? [{ id: date }] : []),
  needs: (_subject, { rules, date }) => ({ schedule: scheduleWindow(rules, date) }),
  wants: (_subject, scope): Readonly<Record<string, Look<TableFacts>>> => {
    const { rules, date } = scope;
    const { players, offense } = rules.analytics;
    return {
      ...boxScoreLooks(scope),
      ...Object.fromEntries([players, offense, ...preparedTables(rules)].map((table) => [table, rowsOf(rules, date, table)])),
    };
  },
  judge: ({ schedule: _schedule, ...rows }, { scope }) => judgeStrays(rows, scope),
});

export const games = combineChecks(
  {
    ...face,
    say: sayGames,
    numbers: ({ sums, unknown: lost }) => ({
      games: `${sums["final"] ?? 0}/${sums["expected"] ?? 0} final${lost > 0 ? `, ${lost} unknown` : ""}${(sums["postponed"] ?? 0) > 0 ? `, ${sums["postponed"]} postponed` : ""}`,
    }),
  },
  [played, scheduled],
);

function judgeGame(game: SlatedGame, scope: Scope): Finding {
  const { standing } = game;
  switch (standing.kind) {
    case "excluded":
      return notApplicable("excluded", `${standing.rule}: not a game of this pipeline`);
    case "postponed":
      return note("postponed", standing.said, { postponed: 1 });
    case "unsure":
    case "expected":
      return judgeExpected(game, scope);
  }
}

function judgeExpected(game: SlatedGame, { date, asOf, rules }: Scope): Finding {
  const over = game.standing.kind === "expected" && (game.final || game.odd !== undefined);
  const figures = { expected: 1, final: over ? 1 : 0 };
  if (over) {
    const due = dueAt(rules, "games", date);
    if (asOf < due) return notDue("final already; judged when every game must be over", due, figures);
    return game.odd === undefined ? pass("final", figures) : note("odd_record", game.odd, figures);
  }
  const due = instantOf(date, rules.stages.games.unplayed_due ?? rules.stages.games.due, rules.zone);
  if (asOf < due) return notDue(`status ${game.status ?? "missing"}; must be final by then`, due, figures);
  if (game.standing.kind === "unsure") return unknown(game.standing.reason, game.standing.said, game.standing.next, figures);
  return problem("P1", {
    reason: "stuck_or_stale",
    observed: `still at status ${game.status ?? "missing"} at ${at(asOf, { rules, date })}`,
    expected: `final by ${at(due, { rules, date })}`,
    next: `See whether ${game.name} was played. If it was, load the schedule again (${rules.games.schedule}): a stuck status blocks the game's gamebook scrape.`,
    figures,
  });
}

type RowLooks = Readonly<Record<string, Evidence<TableFacts>>>;

function judgeStrays(looks: RowLooks, { rules, date, asOf, slate }: Scope): readonly Finding[] {
  const slated = slate.kind === "games" ? slate.games : [];
  const rows = Object.entries(looks).flatMap(([table, look]) =>
    look.seen ? look.facts.rows.map((row) => ({ table, team: teamIn(row) })) : [],
  );
  const strays = rows.filter(({ team }) => team !== null && !slated.some((game) => plays(game, team)));
  const teamless = rows.filter(({ team }) => team === null);
  const said = teamless.length === 0 ? [] : [withoutTeam(teamless, rows.length)];
  if (strays.length > 0) {
    const teams = listNames([...new Set(strays.map(({ team }) => codeName(team ?? "")))].toSorted());
    const tables = listNames([...new Set(strays.map(({ table }) => table))].toSorted());
    const observed = `${counted(strays.length, "row")} of ${rows.length} in ${tables} are of teams without a scheduled game: ${teams}`;
    return [
      ...said,
      unknown(
        "schedule_contradicted",
        observed,
        `Load the schedule for ${date} again (${rules.games.schedule}): games it lacks are judged by no check.`,
      ),
    ];
  }
  const due = dueAt(rules, "games", date);
  return [...said, asOf < due ? notDue("rows of scheduled games only, so far", due) : pass("every row is of a scheduled game")];
}

function withoutTeam(teamless: readonly { readonly table: string }[], of: number): Finding {
  const tables = listNames([...new Set(teamless.map(({ table }) => table))].toSorted());
  return problem("P3", {
    reason: "rows_without_team",
    observed: `${counted(teamless.length, "row")} of ${of} in ${tables} name no team, so they are part of no game here`,
    expected: "every row names its team",
    next: "Find out which run wrote rows without a team; until then they are missing from every count per game.",
  });
}

function sayGames({ reason, findings, of }: Group): Words | undefined {
  if (findings.length < 2 || reason !== "stuck_or_stale") return undefined;
  return { observed: `${findings.length} of ${of - 1} games are not final: ${listNames(findings.map(({ subject }) => subject))}` };
}
