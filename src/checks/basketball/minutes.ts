import type { PlayerRow } from "../../evidence/looks/tables.ts";
import { playerRows } from "../../evidence/looks/tables.ts";
import { dueAt } from "../../pipeline/due.ts";
import type { Scope, Words, Group } from "../check.ts";
import { defineCheck } from "../check.ts";
import type { Finding } from "../finding.ts";
import { note, notDue, pass, problem, unknown, waitsFor } from "../finding.ts";
import { quoted } from "../../outside-text.ts";
import type { SlatedGame } from "../slate.ts";
import { gamesOwing } from "../slate.ts";
import { counted, listNames, percent } from "../words.ts";
import { hasMinutes, isDnp, keptPlayers } from "./game-rows.ts";

/** The whole date, or one of its games. */
interface MinutesSubject {
  readonly id: string;
  readonly game?: SlatedGame;
}

/** Do those who played have minutes? Players who did not play (DNP) are no part of any share here. */
export const minutes = defineCheck({
  id: "minutes",
  question: "Do those who played have minutes?",
  depth: "quick",
  about: {
    why: "About a third of the rows are players who did not play. A share over all rows reads 63 % on a perfect night, and was taken for a fault many times.",
    rule: "Rows with minutes of rows of those who played, over the date and per game. Points without minutes are P1. A share of players who did not play outside its usual band is P3.",
    stage: "analytics",
    todo: "Compare the rows without minutes with the gamebook; if it has them, run Phase 3 for the date again.",
  },
  subjects: ({ slate, date }): MinutesSubject[] => {
    const games = gamesOwing(slate, "analytics");
    return games.length === 0 ? [] : [{ id: date }, ...games.map((game) => ({ id: game.name, game }))];
  },
  needs: (_subject, { rules, date }) => ({ players: playerRows(rules, date) }),
  judge: ({ players }, { subject, scope }) => {
    const { rules, slate } = scope;
    const games = subject.game === undefined ? gamesOwing(slate, "analytics") : [subject.game];
    const { rows } = keptPlayers(players, games, rules);
    return subject.game === undefined ? judgeDateRows(rows, scope) : [judgeGameRows(rows, scope)];
  },
  say: sayMinutes,
  numbers: ({ sums }) => ({
    minutes: `${sums["with_minutes"] ?? 0}/${sums["played"] ?? 0} who played, ${sums["dnp"] ?? 0} DNP of ${sums["rows"] ?? 0}`,
  }),
});

function judgeDateRows(rows: readonly PlayerRow[], { rules, date, asOf }: Scope): readonly Finding[] {
  const played = rows.filter((row) => !isDnp(row));
  const dnp = rows.length - played.length;
  const covered = played.filter(hasMinutes).length;
  const figures = { with_minutes: covered, played: played.length, dnp, rows: rows.length };
  const impossible = rows.filter((row) => (row.points ?? 0) > 0 && !hasMinutes(row));
  const mismarked = rows.filter((row) => row.is_dnp === true && hasMinutes(row));
  const atOnce = [
    ...(impossible.length === 0 ? [] : [scoredWithoutMinutes(impossible, rows.length)]),
    ...(mismarked.length === 0 ? [] : [markedWithMinutes(mismarked, rows.length)]),
  ];
  const due = dueAt(rules, "analytics", date);
  if (asOf < due) return [...atOnce, notDue("minutes", due, figures)];
  if (rows.length === 0) return [...atOnce, waitsFor("analytics", figures)];
  const share =
    played.length === 0
      ? nobodyPlayed(rows.length, figures)
      : judgeShare(covered, played.length, rules.thresholds.minutes.date_share, figures);
  return [...atOnce, share, dnpFinding(rows, dnp, rules.thresholds.minutes.dnp_share)];
}

function judgeGameRows(rows: readonly PlayerRow[], { rules, date, asOf }: Scope): Finding {
  const due = dueAt(rules, "analytics", date);
  if (asOf < due) return notDue("minutes", due);
  if (rows.length === 0) return waitsFor("analytics");
  const played = rows.filter((row) => !isDnp(row));
  const absent = [...new Set(rows.map((row) => row.team_abbr))].find((team) => !played.some((row) => row.team_abbr === team));
  if (absent !== undefined) return nobodyPlayed(rows.filter((row) => row.team_abbr === absent).length, {});
  const covered = played.filter(hasMinutes).length;
  const { pass: least } = rules.thresholds.minutes.game_share;
  if (covered / played.length >= least) return pass(`${covered} of ${played.length} who played have minutes`);
  return problem("P1", { reason: "game_without_minutes", ...wordsOfShare(covered, played.length, least) });
}

function judgeShare(
  covered: number,
  played: number,
  limits: { readonly pass: number; readonly warn: number; readonly reason: string },
  figures: Record<string, number>,
): Finding {
  const share = covered / played;
  if (share >= limits.pass) return pass(`${covered} of ${played} who played have minutes`, figures);
  return problem(share >= limits.warn ? "P3" : "P1", { reason: "without_minutes", ...wordsOfShare(covered, played, limits.pass), figures });
}

function wordsOfShare(covered: number, played: number, least: number): { observed: string; expected: string; next: string } {
  return {
    observed: `${covered} of ${played} who played have minutes (${percent(covered, played)})`,
    expected: `${Math.round(least * 100)} % of those who played`,
    next: "Compare the rows without minutes with the gamebook; if it has them, run Phase 3 for the date again.",
  };
}

function scoredWithoutMinutes(rows: readonly PlayerRow[], of: number): Finding {
  return problem("P1", {
    reason: "points_without_minutes",
    observed: `${rows.length} of ${of} rows have points but no minutes: ${listNames(rows.map((row) => quoted(row.player_lookup ?? "?")))}`,
    expected: "whoever scored has played",
    next: "Compare these players with the gamebook; the minutes were lost on the way.",
  });
}

function markedWithMinutes(rows: readonly PlayerRow[], of: number): Finding {
  return problem("P3", {
    reason: "dnp_with_minutes",
    observed: `${counted(rows.length, "row")} of ${of} are marked as not having played, but have minutes: ${listNames(rows.map((row) => quoted(row.player_lookup ?? "?")))}`,
    expected: "no minutes for who did not play",
    next: "Compare these players with the gamebook; they are judged as having played.",
  });
}

function nobodyPlayed(rows: number, figures: Record<string, number>): Finding {
  return unknown(
    "nobody_played",
    `all ${rows} rows are of players who did not play`,
    "See the rows: with the game played this cannot be right.",
    figures,
  );
}

function dnpFinding(rows: readonly PlayerRow[], dnp: number, band: Scope["rules"]["thresholds"]["minutes"]["dnp_share"]): Finding {
  const judged = rows.filter((row) => row.primary_source_used !== band.ignore_source);
  const out = judged.filter(isDnp).length;
  const share = out / judged.length;
  const part = judged.length < rows.length ? ` not from ${band.ignore_source}` : "";
  const said =
    judged.length === 0
      ? `${dnp} of ${rows.length} rows are players who did not play`
      : `${out} of ${judged.length} rows${part} are players who did not play (${percent(out, judged.length)})`;
  if (judged.length < band.rows || (share >= band.from && share <= band.to)) return note("dnp", said);
  return problem("P3", {
    reason: "dnp_share",
    observed: said,
    expected: `${Math.round(band.from * 100)}-${Math.round(band.to * 100)} % (${band.reason})`,
    next: "See whether players who played are marked as not having played, or the other way round.",
  });
}

function sayMinutes({ reason, findings, of }: Group): Words | undefined {
  if (reason !== "game_without_minutes") return undefined;
  return {
    observed: `${findings.length} of ${of - 1} games lack minutes for many who played: ${listNames(findings.map(({ subject }) => subject))}`,
  };
}
