import { postponements, scheduleWindow } from "../evidence/looks/tables.ts";
import { instantOf, timeText, zoneName } from "../pipeline/dates.ts";
import { dueAt } from "../pipeline/due.ts";
import { defineCheck } from "./check.ts";
import type { Group, Scope } from "./check.ts";
import type { Finding } from "./finding.ts";
import { note, notApplicable, notDue, pass, problem, unknown } from "./finding.ts";
import type { SlatedGame } from "./slate.ts";
import { listNames } from "./words.ts";

interface GameSubject {
  readonly id: string;
  readonly game: SlatedGame;
}

/** Was every expected game of the date played to its end? The slate has decided which are expected. */
export const games = defineCheck({
  id: "games",
  question: "Was every expected game of the date played to its end?",
  depth: "quick",
  subjects: ({ slate }): GameSubject[] => (slate.kind === "games" ? slate.games.map((game) => ({ id: game.name, game })) : []),
  needs: (_subject, { rules, date }) => ({ schedule: scheduleWindow(rules, date) }),
  wants: (_subject, { rules, date }) => ({ postponed: postponements(rules, date) }),
  judge: (_facts, { subject: { game }, scope }) => [judgeGame(game, scope)],
  say: sayGames,
  numbers: ({ sums, unknown: lost }) => ({
    games: `${sums["final"] ?? 0}/${sums["expected"] ?? 0} final${lost > 0 ? `, ${lost} unknown` : ""}${(sums["postponed"] ?? 0) > 0 ? `, ${sums["postponed"]} postponed` : ""}`,
  }),
});

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
  const final = game.final || game.odd !== undefined;
  const figures = { expected: 1, final: final ? 1 : 0 };
  if (final) {
    const due = dueAt(rules, "games", date);
    if (asOf < due) return notDue("final already; judged when every game must be over", due, figures);
    return game.odd === undefined ? pass("final", figures) : note("odd_record", game.odd, figures);
  }
  const unplayedDue = rules.stages.games.unplayed_due ?? rules.stages.games.due;
  const due = instantOf(date, unplayedDue, rules.zone);
  if (asOf < due) return notDue(`status ${game.status ?? "missing"}; must be final by then`, due, figures);
  if (game.standing.kind === "unsure") {
    const [lost] = game.standing.lost;
    return unknown(
      "cannot_tell_postponed",
      `status ${game.status ?? "missing"}, and whether it was postponed could not be looked up: ${lost?.reason ?? ""}`,
      lost?.next ?? "",
    );
  }
  return problem("P1", {
    reason: "stuck_or_stale",
    observed: `still at status ${game.status ?? "missing"} at ${timeText(asOf, rules.zone)} ${zoneName(rules.zone)}`,
    expected: `final by ${timeText(due, rules.zone)} ${zoneName(rules.zone)}`,
    next: `See whether ${game.name} was played. If it was, load the schedule again (${rules.games.schedule}): a stuck status blocks the game's gamebook scrape.`,
    figures,
  });
}

function sayGames({ reason, findings, of }: Group): { observed: string } | undefined {
  if (findings.length < 2) return undefined;
  const names = listNames(findings.map(({ subject }) => subject));
  if (reason === "stuck_or_stale") return { observed: `${findings.length} of ${of} games are not final: ${names}` };
  return undefined;
}
