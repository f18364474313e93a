import type { PlayerRow, TableFacts } from "../../evidence/looks/tables.ts";
import { playerRows } from "../../evidence/looks/tables.ts";
import { dueAt } from "../../pipeline/due.ts";
import { namesIn } from "../../pipeline/thresholds.ts";
import type { Scope, Totals } from "../check.ts";
import { defineCheck } from "../check.ts";
import { withoutColumns } from "../columns.ts";
import type { Finding } from "../finding.ts";
import { notDue, pass, problem, unknown, waitsFor } from "../finding.ts";
import { gamesOwing } from "../slate.ts";
import { counted, percent } from "../words.ts";
import { hasMinutes, keptPlayers, lacksPlayers } from "./game-rows.ts";

/** Are shooting fields filled? A zero is filled: who took no shot has 0, who lacks the number has none. */
export const fields = defineCheck({
  id: "fields",
  question: "Are the shooting fields filled for those who played?",
  depth: "standard",
  about: {
    why: "A source that changes a name leaves one column empty and everything else right. Usage, features and spot checks are computed from these.",
    rule: "Per column, rows in which it is filled of rows with minutes, over the date. An empty column is a failure, not one to be skipped; a column that the table does not have is unknown.",
    stage: "analytics",
    todo: "See which source lacks the field, then run Phase 3 for the date again.",
  },
  subjects: ({ slate, rules }) =>
    gamesOwing(slate, "analytics").length === 0 ? [] : namesIn(rules.thresholds.fields.columns.names).map((id) => ({ id })),
  needs: (_subject, { rules, date }) => ({ players: playerRows(rules, date) }),
  judge: ({ players }, { subject, scope }) => [judgeColumn(subject.id, players, scope)],
  numbers: leastFilled,
});

function judgeColumn(column: string, players: TableFacts<PlayerRow>, scope: Scope): Finding {
  const { rules, slate, date, asOf } = scope;
  const due = dueAt(rules, "analytics", date);
  if (asOf < due) return notDue(column, due);
  const lacking = withoutColumns(rules.analytics.players, players, [column], rules);
  if (lacking !== undefined) return lacking;
  const games = gamesOwing(slate, "analytics");
  const { rows } = keptPlayers(players, games, rules);
  if (rows.length === 0) return waitsFor("analytics");
  const played = rows.filter(hasMinutes);
  if (played.length === 0) return nobodyPlayed(rows.length);
  const missing = games.filter((game) => lacksPlayers(game, rows, rules)).length;
  const part = missing === 0 ? "" : `; ${counted(missing, "game")} of ${games.length} not all there`;
  return judgeShare(column, played, part, scope);
}

function judgeShare(column: string, played: readonly PlayerRow[], part: string, { rules }: Scope): Finding {
  const limits = rules.thresholds.fields.share;
  const filled = played.filter((row) => (row[column] ?? null) !== null).length;
  const figures = { [column]: filled, with_minutes: played.length };
  const said = `${filled} of ${played.length} with minutes have ${column} (${percent(filled, played.length)})${part}`;
  const share = filled / played.length;
  if (share >= limits.pass) return pass(said, figures);
  return problem(share >= limits.warn ? "P3" : "P2", {
    reason: filled === 0 ? "empty" : "unfilled",
    observed: said,
    expected: `at least ${Math.round(limits.pass * 100)} % of those with minutes (${limits.reason})`,
    next: `See whether the box scores that were read hold ${column}; if so, run Phase 3 for the date again.`,
    figures,
  });
}

function nobodyPlayed(rows: number): Finding {
  return unknown(
    "nobody_played",
    `none of ${counted(rows, "row")} has minutes, so that no share of them can be taken`,
    "See the check minutes: with games played this cannot be right.",
  );
}

/** The least filled column stands for all. */
function leastFilled({ sums, subjects, unknown: lost }: Totals): Readonly<Record<string, string>> {
  const { with_minutes: all, ...columns } = sums;
  if (all === undefined && lost === 0) return {};
  const [least] = Object.entries(columns).toSorted(([, a], [, b]) => a - b);
  const each = (all ?? 0) / Math.max(1, Object.keys(columns).length);
  const filled = least?.[1] ?? 0;
  const which = filled < each ? ` have ${least?.[0] ?? "?"}, the least filled` : "";
  const rest = lost > 0 ? `, ${lost} of ${subjects} columns not seen` : "";
  return { fields: `${filled}/${each} with minutes${which}${rest}` };
}
