import type { Evidence } from "../../evidence/evidence.ts";
import type { ExpectedRunRow } from "../../evidence/looks/scraping.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { addMinutes, dateAt, instantOf } from "../../pipeline/dates.ts";
import type { Scope } from "../check.ts";
import { firstTipOff } from "../moment.ts";
import { at } from "../words.ts";
import type { Collecting } from "./collection.ts";

/** When a collection was to be made for the date. */
export interface Window {
  readonly at: Date;
  /** The pipeline's own schedule of that day has it at another time than the pipeline file. */
  readonly scheduled: boolean;
  /** Until then a miss is not held against it. */
  readonly dueAt: Date;
  /** From then on a miss has its full severity, and a landing is late. */
  readonly lateAt: Date;
}

/**
 * The window that counts: of that day's expected runs of the workflow the one nearest to the declared time, else the
 * declared time itself. A local time that the night skips is read one hour later.
 */
export function windowOf(collection: Collecting, expected: Evidence<TableFacts<ExpectedRunRow>>, scope: Scope): Window {
  const { rules, date } = scope;
  const declared = declaredTime(collection, scope);
  const runs = expected.seen ? expected.facts.rows : [];
  const [nearest] = runs
    .flatMap(({ workflow_name: workflow, expected_run_time: time }) =>
      workflow === collection.workflow && time !== null ? [new Date(time)] : [],
    )
    .filter((time) => dateAt(time, rules.zone) === dateAt(declared, rules.zone))
    .toSorted((a, b) => distance(a, declared) - distance(b, declared));
  const { not_due_minutes: notDue, warn_hours: warn } = rules.thresholds.scrapers.lateness;
  const opens = nearest ?? declared;
  const late = collection.late_at === undefined ? addMinutes(opens, warn * 60) : instantOf(date, collection.late_at, rules.zone);
  const dueAt = addMinutes(opens, notDue);
  return { at: opens, scheduled: opens.getTime() !== declared.getTime(), dueAt, lateAt: late < dueAt ? dueAt : late };
}

function distance(a: Date, b: Date): number {
  return Math.abs(a.getTime() - b.getTime());
}

function declaredTime({ counts }: Collecting, { rules, date, slate }: Scope): Date {
  if (!("hours_before_first_game" in counts)) return instantOf(date, counts, rules.zone);
  const first = firstTipOff(slate) ?? instantOf(date, rules.moments.pre_game_until, rules.zone);
  const earliest = instantOf(date, counts.not_before, rules.zone);
  const latest = instantOf(date, counts.not_after, rules.zone);
  const wanted = addMinutes(first, -counts.hours_before_first_game * 60);
  return wanted < earliest ? earliest : wanted > latest ? latest : wanted;
}

/** `06:00 ET`, and who says so where it is not the pipeline file. */
export function windowText(window: Window, scope: Scope): string {
  return `${at(window.at, scope)}${window.scheduled ? " by the day's schedule" : ""}`;
}

/** `next window 04:00 ET, counts at 06:00 ET` */
export function nextWindowText({ earlier = [] }: Collecting, window: Window, scope: Scope): string {
  const { rules, date, asOf } = scope;
  const [next] = earlier
    .map((time) => instantOf(date, time, rules.zone))
    .filter((time) => time > asOf && time < window.at)
    .toSorted((a, b) => a.getTime() - b.getTime());
  if (next === undefined) return `next window ${windowText(window, scope)}`;
  return `next window ${at(next, scope)}, counts at ${windowText(window, scope)}`;
}
