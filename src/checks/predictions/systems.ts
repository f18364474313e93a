import type { Evidence } from "../../evidence/evidence.ts";
import type { HaltRow, HistoryCount } from "../../evidence/looks/predictions.ts";
import type { ScheduleRow, TableFacts } from "../../evidence/looks/tables.ts";
import { quoted } from "../../outside-text.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Scope } from "../check.ts";
import { couldNotLook } from "../check.ts";
import type { StageName } from "../../pipeline/schema.ts";
import { owedBy } from "../drafts.ts";
import type { Finding } from "../finding.ts";
import { unknown } from "../finding.ts";
import { listNames } from "../words.ts";

/** Which systems must predict, and why it is believed. */
export interface Expected {
  readonly systems: readonly string[];
  readonly said: string;
}

/**
 * The systems that the pipeline file declares, else those with active rows on any of the last game dates: one that
 * failed yesterday is owed today too.
 */
export function expectedSystems(
  scope: Scope,
  schedule: TableFacts<ScheduleRow>,
  history: Evidence<TableFacts<HistoryCount>>,
): Expected | Finding {
  const { rules, date } = scope;
  const { systems: declared } = rules.predictions;
  if (declared !== undefined) return { systems: declared, said: "declared in the pipeline file" };
  if (!history.seen) return couldNotLook(history);
  const dates = gameDatesBefore(schedule.rows, date, rules).slice(0, rules.thresholds.predictions.active_days.game_dates);
  const active = history.facts.rows.filter((row) => dates.includes(row.game_date) && row.is_active === true && row.n > 0);
  const systems = [...new Set(active.flatMap(({ system_id: system }) => system ?? []))].toSorted();
  const span = dates.length === 0 ? `before ${date}` : `${dates.toReversed().join(", ")}`;
  if (systems.length > 0) return { systems, said: `active on the last game dates (${span})` };
  return unknown(
    "no_system_known",
    `no system predicted on the last game dates (${span}) and the pipeline file declares none, so nobody knows which must`,
    "Declare the systems that must predict in the pipeline file (predictions.systems).",
  );
}

export function isExpected(expected: Expected | Finding): expected is Expected {
  return "systems" in expected;
}

/**
 * Whether no system is known because there was nothing to predict before: a season's first date. With games before it an
 * empty history is none of a new season's, but one that was lost.
 */
export function isFirstDate(
  schedule: TableFacts<ScheduleRow>,
  history: Evidence<TableFacts<HistoryCount>>,
  { date, rules }: Scope,
): boolean {
  const predicted = history.seen && history.facts.rows.some((row) => row.game_date < date && row.n > 0);
  return history.seen && !predicted && gameDatesBefore(schedule.rows, date, rules).length === 0;
}

/** Dates before this one on which games were played that predictions are owed for, newest first. */
function gameDatesBefore(window: readonly ScheduleRow[], date: string, rules: Rules): readonly string[] {
  const dates = playedBefore(window, date, "predictions", rules).map((row) => row.game_date);
  return [...new Set(dates)].toSorted().toReversed();
}

/** Games of the schedule before this date that were played and that owe the stage. */
export function playedBefore(window: readonly ScheduleRow[], date: string, stage: StageName, rules: Rules): readonly ScheduleRow[] {
  const { status, not_played_text: words } = rules.games;
  return window.filter(
    (row) =>
      row.game_date < date &&
      owedBy(row.game_id, rules).includes(stage) &&
      !(row.game_status !== null && status.not_played.includes(row.game_status)) &&
      !words.some((word) => (row.game_status_text ?? "").toLowerCase().includes(word)) &&
      !window.some((other) => other.game_id === row.game_id && other.game_date > row.game_date),
  );
}

/** Why the system, or every system, was stopped on purpose for the date; undefined if nothing says so. */
export function haltOf(system: string | undefined, { rules, date }: Scope, state: Evidence<TableFacts<HaltRow>>): string | undefined {
  const { halts = [], halted, halt_state: table } = rules.predictions;
  // A halt that has ended is no rule of this date any more.
  const declared = halts.find((halt) => halt.from <= date && (halt.system === undefined || halt.system === system));
  if (declared !== undefined) {
    const end = declared.until === undefined ? "" : ` until ${declared.until}`;
    return `the pipeline file declares predictions halted from ${declared.from}${end}: ${declared.reason}`;
  }
  if (!state.seen) return undefined;
  const stored = state.facts.rows.find(
    (row) =>
      row.game_date === date &&
      halted.includes((row.state ?? "").trim().toLowerCase()) &&
      (row.system_id === null || row.system_id === system),
  );
  if (stored === undefined) return undefined;
  return `${table} says ${quoted(stored.state ?? "")} for ${date}${stored.reason === null ? "" : `: ${quoted(stored.reason)}`}`;
}

/** Why it can't be told whether predictions were stopped; undefined where the table was read, or there is none to read. */
export function haltUnknown(state: Evidence<TableFacts<HaltRow>>, observed: string, { rules }: Scope): Finding | undefined {
  if (state.seen || state.off !== undefined || state.refusal === "no_such_place") return undefined;
  return unknown(
    "halt_unknown",
    `${observed}; whether they were halted on purpose can't be told: ${rules.predictions.halt_state} could not be looked at (${state.reason})`,
    state.next,
  );
}

/** Names of systems for a sentence. */
export function systemNames(systems: readonly string[]): string {
  return listNames(systems.map(quoted));
}
