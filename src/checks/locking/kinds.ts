import type { LockRules } from "../../evidence/looks/locks.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { isCalendarDate } from "../../pipeline/dates.ts";
import { idName } from "../../outside-text.ts";
import type { Rules } from "../../pipeline/load.ts";

export interface LockKind {
  /** As the pipeline file calls it. */
  readonly id: string;
  readonly rules: LockRules;
}

export function lockKinds({ locks = {} }: Pick<Rules, "locks">): readonly LockKind[] {
  return Object.entries(locks).map(([id, rules]) => ({ id, rules }));
}

/** Whether each processor has a lock of its own. */
export function isByClass({ rules: { ids } }: LockKind): boolean {
  return ids.some((id) => id.includes("{class}"));
}

/** Classes of processors that the pipeline file names: those of the tracked phase, of the next and of others. */
export function lockingClasses({ completion, other_phases: others = {} }: Pick<Rules, "completion" | "other_phases">): readonly string[] {
  const tracked = [completion, ...Object.values(others)].flatMap(({ processors }) => Object.values(processors));
  return [...new Set([...tracked.map((processor) => processor.class), ...Object.keys(completion.next_phase.processors ?? {})])];
}

/** The ids that a kind's locks may have on these dates, as far as the pipeline file tells their form. */
export function lockIds(
  rules: Pick<Rules, "completion" | "other_phases">,
  kind: LockKind,
  dates: readonly CalendarDate[],
): readonly string[] {
  const named = kind.rules.ids.flatMap((pattern) =>
    pattern.includes("{class}") ? lockingClasses(rules).map((each) => pattern.replaceAll("{class}", each)) : [pattern],
  );
  const ids = named.flatMap((pattern) => dates.map((date) => pattern.replaceAll("{date}", date)));
  return [...new Set(ids)].filter((id) => !id.includes("{"));
}

/** What a line about such a lock contains: its declared texts; where none are, what its ids have in common with no date or name. */
export function lineTexts({ rules: { lines, ids } }: LockKind): readonly string[] {
  if (lines === undefined) return ids.map(fixedPart).filter((part) => part !== "");
  return Object.values(lines).flatMap((texts) => texts ?? []);
}

function fixedPart(pattern: string): string {
  const parts = pattern.split(/\{\w+\}/u);
  return parts.toSorted((a, b) => b.length - a.length)[0] ?? "";
}

/** Units whose log tells of such a lock. */
export function tellersOf({ rules: { in_use: users = [], told_by: tellers = [] } }: LockKind): readonly string[] {
  return [...new Set([...users.map(({ unit }) => unit), ...tellers])];
}

/** Who a lock keeps out, and for which date: the last date of its run. */
export function lockName(id: string): { readonly of: string; readonly date?: CalendarDate } {
  const [, of = id, date = ""] = /^(.+)_(\d{4}-\d{2}-\d{2})$/u.exec(id) ?? [];
  return isCalendarDate(date) ? { of, date } : { of: id };
}

/** Whom it is of; where its id lacks the date, what stands in the place of that is no part of the name. */
export function lockOf({ rules: { broken_ids: broken = [] } }: LockKind, id: string): string {
  const ending = broken.find((part) => id.endsWith(part));
  return ending === undefined ? lockName(id).of : id.slice(0, -ending.length);
}

/** What a finding's id ends in that is about this lock. */
export function lockSubject(id: string): string {
  const { of, date } = lockName(id);
  return date === undefined ? idName(of) : `${idName(of)}_${date}`;
}
