import type { CompletionEntry, CompletionRecord } from "../../evidence/looks/documents.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { dateAt, daysBetween } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Scope } from "../check.ts";
import { gamesOwing } from "../slate.ts";

/** Minutes by which a stamp may lie after the moment that is judged: looks are made a little later, and clocks differ. */
export const clockTolerance = 5;

export type ModeName = keyof Rules["completion"]["modes"];

/** The mode follows from the document's date against today's, at this clock; a stored `_mode` is only shown. */
export function modeAt(date: CalendarDate, asOf: Date, rules: Rules): ModeName {
  const today = dateAt(asOf, rules.zone);
  if (date < today) return "overnight";
  return date === today ? "same_day" : "tomorrow";
}

/** Whether the date has, or may have, games that go through this phase; of others nothing is recorded, and later nothing is kept. */
export function isOwed({ slate }: Scope): boolean {
  return slate.kind !== "games" || gamesOwing(slate, "analytics").length > 0;
}

/** Whether the document of the date may have been deleted by the clean-up, so that its absence says nothing: the tracker's, or another collection's. */
export function isExpired({ date, asOf, rules }: Scope, collection: string = rules.completion.collection): boolean {
  const days = rules.collections[collection]?.expires_after_days ?? Infinity;
  return daysBetween(date, dateAt(asOf, rules.zone)) > days;
}

/** Only these are completions; failed and skipped runs never appear in a healthy record, and an entry that says nothing proves nothing. */
export function isCompletion({ status, completedAt }: CompletionEntry): boolean {
  if (status === null) return completedAt !== null;
  return ["success", "partial", "complete"].includes(status);
}

/** Whether the orchestrator's own rule for starting the next phase is met by what is recorded. */
export function triggerDue(record: CompletionRecord, mode: Rules["completion"]["modes"][ModeName]): boolean {
  const recorded = new Set(record.entries.filter(isCompletion).map((entry) => entry.name));
  const present = mode.expected.filter((processor) => recorded.has(processor));
  return mode.critical.every((processor) => recorded.has(processor)) && present.length / mode.expected.length >= mode.majority;
}

/** Repaired by hand or by a reconciliation: says nothing about whether the next phase ran. */
export function isRepaired({ reconciledAt, triggerReason }: CompletionRecord): boolean {
  return reconciledAt !== null || triggerReason === "reconciliation_fix" || (triggerReason ?? "").startsWith("manual_fix_");
}
