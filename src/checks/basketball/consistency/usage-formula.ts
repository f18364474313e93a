import type { OffenseRow, PlayerRow, TableFacts } from "../../../evidence/looks/tables.ts";
import { offenseRows, playerRows } from "../../../evidence/looks/tables.ts";
import { tableRules } from "../../../pipeline/load.ts";
import type { Scope } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { withoutColumns } from "../../columns.ts";
import type { Finding } from "../../finding.ts";
import { waitsFor } from "../../finding.ts";
import { gamesOwing } from "../../slate.ts";
import { chancesOf, keptTeams } from "../game-rows.ts";
import { face } from "./face.ts";
import type { Outcome } from "./sample.ts";
import { judgeOutcomes, sampleOf, subjectOn } from "./sample.ts";

/** Minutes of a game without overtime: the pipeline's formula has it fixed. */
const gameMinutes = 48;

/** Usage follows from the player's chances, his minutes and his team's chances. */
export const usageFormula = defineCheck({
  ...face,
  subjects: (scope) => subjectOn(scope, "usage-formula"),
  needs: (_subject, { rules, date }) => ({ players: playerRows(rules, date), offense: offenseRows(rules, date) }),
  judge: ({ players, offense }, { scope }) => {
    const sample = sampleOf(players, ["usage_rate", ...chances], scope);
    if ("verdict" in sample) return [sample];
    const teams = teamsOn(offense, scope);
    if ("verdict" in teams) return [teams];
    const { relative } = scope.rules.thresholds.consistency.tolerance;
    const rule = {
      reason: "usage_differs",
      what: "usage with its formula",
      expected: `100 × chances × 48 / (minutes × the team's chances), chances = FGA + 0.44 FTA + TO, within ${relative * 100} %`,
      next: "Compare the teams' offense rows with the gamebook (overtime makes small differences), then run Phase 3 for the date again, team rows first.",
    };
    return [
      judgeOutcomes(
        sample.map((row) => compare(row, teams.get(row.team_abbr ?? ""), relative)),
        rule,
        scope,
      ),
    ];
  },
});

const chances = ["fg_attempts", "ft_attempts", "turnovers"] as const;

/** Each team's row by the keep rule, for which the columns of that rule must be there. */
function teamsOn(offense: TableFacts<OffenseRow>, { rules, slate }: Scope): ReadonlyMap<string, OffenseRow> | Finding {
  const table = rules.analytics.offense;
  const { keep } = tableRules(rules, table);
  const lacking = withoutColumns(table, offense, [...chances, ...keep.map(({ column }) => column)], rules);
  if (lacking !== undefined) return lacking;
  const teams = new Map(gamesOwing(slate, "analytics").flatMap((game) => [...keptTeams(offense, game, rules)]));
  return teams.size === 0 ? waitsFor("analytics") : teams;
}

function compare(row: PlayerRow, team: OffenseRow | undefined, relative: number): Outcome {
  const { usage_rate: usage, minutes_played: minutes } = row;
  const [own, all] = [chancesOf(row), team === undefined ? null : chancesOf(team)];
  if (team === undefined) return { kind: "skipped", why: "without the team's row" };
  if (usage === null) return { kind: "skipped", why: "without a usage rate" };
  if (own === null || minutes === null) return { kind: "skipped", why: "without shots, free throws or turnovers" };
  if (all === null || all === 0) return { kind: "skipped", why: "with nothing in the team's row to compute it from" };
  const given = (100 * own * gameMinutes) / (minutes * all);
  // Of almost nothing a share is nothing: below a hundredth the tolerance stays that of a hundredth.
  if (Math.abs(usage - given) <= relative * Math.max(given, 0.01) + 1e-9) return { kind: "agrees" };
  return { kind: "differs", player: row.player_lookup ?? "?", said: `${usage}, formula ${given.toFixed(2)}` };
}
