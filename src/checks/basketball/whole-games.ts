import { playerRows } from "../../evidence/looks/tables.ts";
import type { PlayerRow } from "../../evidence/looks/tables.ts";
import { codeName } from "../../outside-text.ts";
import { dueAt } from "../../pipeline/due.ts";
import type { Game } from "../../pipeline/games.ts";
import { teamsOf } from "../../pipeline/games.ts";
import type { Group, Scope, Words } from "../check.ts";
import { defineCheck } from "../check.ts";
import type { Finding } from "../finding.ts";
import { notDue, pass, problem, waitsFor } from "../finding.ts";
import type { SlatedGame } from "../slate.ts";
import { gamesOwing } from "../slate.ts";
import { listNames } from "../words.ts";
import { hasMinutes, isDnp, keptPlayers, lacksPlayers } from "./game-rows.ts";

interface GameSubject {
  readonly id: string;
  readonly game: SlatedGame;
}

/** Did a whole game land? The rows of a game read at half-time are all there, with half of the minutes. */
export const wholeGames = defineCheck({
  id: "whole-games",
  question: "Do both teams' minutes add up to a whole game?",
  depth: "standard",
  about: {
    why: "A box score collected while the game is played brings every player with part of his minutes. Rows, teams and shares all look right, and the averages are wrong.",
    rule: "The minutes of each team's players, one row per player, add up to at least this many on both sides. Players who did not play and copies add nothing.",
    stage: "analytics",
    todo: "Collect the game's box score again, then run Phase 3 for the date.",
  },
  subjects: ({ slate }): GameSubject[] => gamesOwing(slate, "analytics").map((game) => ({ id: game.name, game })),
  needs: (_subject, { rules, date }) => ({ players: playerRows(rules, date) }),
  judge: ({ players }, { subject: { game }, scope }) => [judgeGame(game, keptPlayers(players, [game], scope.rules).rows, scope)],
  say: sayWholeGames,
  numbers: ({ sums, subjects, unknown: lost }) =>
    sums["whole"] === undefined && lost === 0 ? {} : { whole_games: `${sums["whole"] ?? 0}/${subjects} games` },
});

function judgeGame(game: Game, rows: readonly PlayerRow[], { rules, date, asOf }: Scope): Finding {
  const due = dueAt(rules, "analytics", date);
  if (asOf < due) return notDue("the teams' minutes", due);
  if (lacksPlayers(game, rows, rules)) return waitsFor("analytics");
  const { least, reason } = rules.thresholds["whole-games"].team_minutes;
  const sums = teamsOf(game).map((team) => ({ team, minutes: sumOfMinutes(rows.filter((row) => row.team_abbr === team)) }));
  const said = sums.map(({ team, minutes }) => `${codeName(team)} ${minutes}`).join(", ");
  const whole = sums.every(({ minutes }) => minutes >= least);
  const figures = { whole: whole ? 1 : 0 };
  if (whole) return pass(`minutes per team: ${said}`, figures);
  const lost = rows.filter((row) => !isDnp(row) && !hasMinutes(row)).length;
  return problem("P1", {
    reason: "part_of_a_game",
    observed: `minutes per team: ${said}${lost === 0 ? "" : `; ${lost} who played have none`}`,
    expected: `at least ${least} for both teams (${reason})`,
    next:
      lost === 0
        ? `Collect the game's box score again and run Phase 3 for ${date}: what was read is part of the game.`
        : `Find out where the minutes of those ${lost} were lost (check minutes); with them the game may be whole.`,
    figures,
  });
}

/** Minutes carry one decimal; adding them up must not make 200 less than 200. */
function sumOfMinutes(rows: readonly PlayerRow[]): number {
  const sum = rows.filter(hasMinutes).reduce((total, row) => total + (row.minutes_played ?? 0), 0);
  return Math.round(sum * 1e6) / 1e6;
}

function sayWholeGames({ reason, findings, of }: Group): Words | undefined {
  if (reason !== "part_of_a_game") return undefined;
  return {
    observed: `the minutes of ${findings.length} of ${of} games are those of part of a game: ${listNames(findings.map(({ subject }) => subject))}`,
  };
}
