import type { OffenseRow, PlayerRow, TableFacts } from "../../evidence/looks/tables.ts";
import { offenseRows, playerRows } from "../../evidence/looks/tables.ts";
import { quoted } from "../../outside-text.ts";
import { dueAt } from "../../pipeline/due.ts";
import type { Game } from "../../pipeline/games.ts";
import { teamsOf } from "../../pipeline/games.ts";
import type { Group, Scope, Words } from "../check.ts";
import { defineCheck } from "../check.ts";
import { withoutColumns } from "../columns.ts";
import type { Finding } from "../finding.ts";
import { notDue, pass, problem, unknown, waitsFor } from "../finding.ts";
import type { SlatedGame } from "../slate.ts";
import { gamesOwing } from "../slate.ts";
import { counted, listNames, percent } from "../words.ts";
import { chancesOf, hasMinutes, keptPlayers, keptTeams, lacksPlayers } from "./game-rows.ts";

interface GameSubject {
  readonly id: string;
  readonly game: SlatedGame;
}

/** Is usage filled and sane? It is computed from the team's row, so that it tells when that row was late or part of a game. */
export const usageRate = defineCheck({
  id: "usage-rate",
  question: "Is usage filled for those who played, and a possible number?",
  depth: "standard",
  about: {
    why: "Usage is computed from the team's row. A run without that row leaves usage empty, and a row of half a game makes it twice what it was; both end as a success.",
    rule: "Per game, rows with a usage rate of rows with minutes. More than anybody can have is P2, said at once; more than is likely is P4. A game without both teams' offense rows waits for analytics.",
    stage: "analytics",
    todo: "Compare the teams' offense rows with the gamebook, then run Phase 3 for the date again, team rows first.",
  },
  subjects: ({ slate }): GameSubject[] => gamesOwing(slate, "analytics").map((game) => ({ id: game.name, game })),
  needs: (_subject, { rules, date }) => ({ players: playerRows(rules, date), offense: offenseRows(rules, date) }),
  judge: ({ players, offense }, { subject: { game }, scope }) => {
    const { rows } = keptPlayers(players, [game], scope.rules);
    return [...impossible(rows, scope), ...judgeGame(game, { rows, players, offense }, scope)];
  },
  say: sayUsage,
  numbers: ({ sums, unknown: lost }) =>
    sums["with_minutes"] === undefined && lost === 0
      ? {}
      : {
          usage: `${sums["with_usage"] ?? 0}/${sums["with_minutes"] ?? 0} with minutes${lost > 0 ? `, ${counted(lost, "game")} not seen` : ""}`,
        },
});

interface GameFacts {
  readonly rows: readonly PlayerRow[];
  readonly players: TableFacts<PlayerRow>;
  readonly offense: TableFacts<OffenseRow>;
}

function judgeGame(game: Game, { rows, players, offense }: GameFacts, scope: Scope): readonly Finding[] {
  const { rules, date, asOf } = scope;
  const due = dueAt(rules, "analytics", date);
  if (asOf < due) return [notDue("usage rates", due)];
  const lacking = withoutColumns(rules.analytics.players, players, ["usage_rate"], rules);
  if (lacking !== undefined) return [lacking];
  const teams = keptTeams(offense, game, rules);
  if (lacksPlayers(game, rows, rules) || teams.size < 2) return [waitsFor("analytics")];
  const played = rows.filter(hasMinutes);
  const idle = teamsOf(game).find((team) => !played.some((row) => row.team_abbr === team));
  if (idle !== undefined) return [nobodyPlayed(rows.filter((row) => row.team_abbr === idle).length)];
  return [judgeShare(played, teams, scope), ...suspicious(played, scope)];
}

function judgeShare(played: readonly PlayerRow[], teams: ReadonlyMap<string, OffenseRow>, { rules }: Scope): Finding {
  const limits = rules.thresholds["usage-rate"].game_share;
  const filled = played.filter((row) => row.usage_rate !== null).length;
  const figures = { with_usage: filled, with_minutes: played.length };
  const said = `${filled} of ${played.length} with minutes have a usage rate`;
  const share = filled / played.length;
  if (share >= limits.pass) return pass(said, figures);
  const hollow = [...teams.values()].filter((row) => (chancesOf(row) ?? 0) === 0).length;
  return problem(share >= limits.warn ? "P3" : "P1", {
    reason: "without_usage",
    observed: `${said} (${percent(filled, played.length)})${hollow === 0 ? "" : `; the row of ${counted(hollow, "team")} holds no shots, free throws and turnovers to compute it from`}`,
    expected: `at least ${Math.round(limits.pass * 100)} % of those with minutes`,
    next: "Run Phase 3 for the date again, team rows first: usage stays empty where the team's row was not there or not whole.",
    figures,
  });
}

/** Nobody can end more than all of his team's chances: wrong whenever it is seen, and whoever it is said of. */
function impossible(rows: readonly PlayerRow[], { rules }: Scope): readonly Finding[] {
  const { impossible: most } = rules.thresholds["usage-rate"].value;
  const above = rows.filter((row) => (row.usage_rate ?? 0) > most);
  if (above.length === 0) return [];
  return [
    problem("P2", {
      reason: "impossible_usage",
      observed: `${counted(above.length, "row")} of ${rows.length} above ${most}: ${listNames(above.map(valueOf))}`,
      expected: `a usage rate of at most ${most}`,
      next: "Compare the team's offense row with the gamebook: it is usually part of a game. Then run Phase 3 for the date again, team rows first.",
    }),
  ];
}

function suspicious(played: readonly PlayerRow[], { rules }: Scope): readonly Finding[] {
  const { suspicious: usual, impossible: most, reason } = rules.thresholds["usage-rate"].value;
  const above = played.filter((row) => (row.usage_rate ?? 0) > usual && (row.usage_rate ?? 0) <= most);
  if (above.length === 0) return [];
  return [
    problem("P4", {
      reason: "high_usage",
      observed: `${counted(above.length, "row")} of ${played.length} above ${usual}: ${listNames(above.map(valueOf))}`,
      expected: `a usage rate of at most ${usual} (${reason})`,
      next: "Compare the team's offense row with the gamebook; a few seconds of play can explain a single one.",
    }),
  ];
}

function valueOf(row: PlayerRow): string {
  return `${quoted(row.player_lookup ?? "?")} ${row.usage_rate ?? "?"}`;
}

function nobodyPlayed(rows: number): Finding {
  return unknown(
    "nobody_played",
    `none of the ${rows} rows of a team has minutes, so that no share of them can be taken`,
    "See the check minutes: with the game played this cannot be right.",
  );
}

function sayUsage({ reason, findings, of }: Group): Words | undefined {
  const names = listNames(findings.map(({ subject }) => subject));
  if (reason === "without_usage")
    return { observed: `usage is missing for many who played in ${findings.length} of ${of} games: ${names}` };
  if (reason === "impossible_usage")
    return { observed: `usage rates above what is possible in ${findings.length} of ${of} games: ${names}` };
  if (reason === "high_usage") return { observed: `usage rates above what is likely in ${findings.length} of ${of} games: ${names}` };
  return undefined;
}
