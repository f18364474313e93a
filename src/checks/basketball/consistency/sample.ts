import { createHash } from "node:crypto";
import type { PlayerRow, TableFacts } from "../../../evidence/looks/tables.ts";
import { quoted } from "../../../outside-text.ts";
import { dueAt } from "../../../pipeline/due.ts";
import type { Scope } from "../../check.ts";
import { withoutColumns } from "../../columns.ts";
import type { Finding } from "../../finding.ts";
import { notDue, pass, problem, unknown, waitsFor } from "../../finding.ts";
import { gamesOwing } from "../../slate.ts";
import { counted, listNames } from "../../words.ts";
import { wilson } from "../../wilson.ts";
import { hasMinutes, keptPlayers } from "../game-rows.ts";

/** What became of one sampled player under a rule. What could not be compared is neither right nor wrong. */
export type Outcome =
  | { readonly kind: "agrees" }
  /** Both numbers, for whoever looks it up. */
  | { readonly kind: "differs"; readonly player: string; readonly said: string }
  | { readonly kind: "skipped"; readonly why: string };

interface Rule {
  readonly reason: string;
  /** What agrees or does not, in a sentence: `points with their shots`. */
  readonly what: string;
  readonly expected: string;
  /** What could be established of the cause, after the names of those who differ. */
  readonly cause?: string;
  readonly next: string;
}

/** The rule has a subject on dates with games that go through analytics. */
export function subjectOn({ slate }: Scope, id: string): readonly { readonly id: string }[] {
  return gamesOwing(slate, "analytics").length === 0 ? [] : [{ id }];
}

/** The date's sample, or why there is none yet. */
export function sampleOf(players: TableFacts<PlayerRow>, needed: readonly string[], scope: Scope): readonly PlayerRow[] | Finding {
  const { rules, slate, date, asOf } = scope;
  const due = dueAt(rules, "analytics", date);
  if (asOf < due) return notDue("a sample of the players", due);
  const lacking = withoutColumns(rules.analytics.players, players, needed, rules);
  if (lacking !== undefined) return lacking;
  const { rows } = keptPlayers(players, gamesOwing(slate, "analytics"), rules);
  if (rows.length === 0) return waitsFor("analytics");
  return drawn(rows.filter(hasMinutes), scope);
}

/** Drawn by the rank of a digest over seed, date and player: the same players at every call, whatever rows lie beside them. */
function drawn(rows: readonly PlayerRow[], { rules, date }: Scope): readonly PlayerRow[] {
  const { players: most, seed } = rules.thresholds.consistency.sample;
  const ranked = rows.map((row) => ({ row, rank: createHash("sha256").update(`${seed} ${date} ${row.player_lookup}`).digest("hex") }));
  return ranked
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, most)
    .map(({ row }) => row);
}

export function judgeOutcomes(outcomes: readonly Outcome[], rule: Rule, { rules }: Scope): Finding {
  const agree = outcomes.filter(({ kind }) => kind === "agrees").length;
  const differing = outcomes.filter((outcome) => outcome.kind === "differs");
  const skipped = outcomes.flatMap((outcome) => (outcome.kind === "skipped" ? [outcome.why] : []));
  const compared = agree + differing.length;
  const figures = { agree, compared, skipped: skipped.length };
  const left = skipped.length === 0 ? "" : `, ${skipped.length} skipped (${tally(skipped)})`;
  if (compared === 0)
    return unknown(
      "nothing_compared",
      `${rule.what}: none of ${counted(outcomes.length, "sampled player")} could be compared${left}`,
      "See why all were skipped; until then nothing is known of these numbers.",
      figures,
    );
  const { low, high } = wilson(agree, compared);
  const who = differing.map(({ player, said }) => `${quoted(player)} ${said}`);
  const named = who.length === 0 ? "" : `; not: ${listNames(who)}${rule.cause ?? ""}`;
  const observed = `${rule.what}: ${agree} of ${compared} compared players agree (95 % interval ${tenths(low)}-${tenths(high)} %)${left}${named}`;
  const { pass: good, warn, reason } = rules.thresholds.consistency.share;
  const share = agree / compared;
  if (share >= good) return pass(observed, figures);
  return problem(share >= warn ? "P3" : "P2", {
    reason: rule.reason,
    observed,
    expected: `${rule.expected}, for at least ${Math.round(good * 100)} % (${reason})`,
    next: rule.next,
    figures,
  });
}

/** `2 without a usage rate, 1 without the team's row`. */
function tally(whys: readonly string[]): string {
  return [...new Set(whys)].map((why) => `${whys.filter((other) => other === why).length} ${why}`).join(", ");
}

function tenths(share: number): string {
  return (share * 100).toFixed(1);
}
