import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays, addMinutes } from "../../pipeline/dates.ts";
import { dueAt } from "../../pipeline/due.ts";
import type { Rules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";

/** When output of a processor that takes locks is due next: by then its run has told whether it does. */
export function nextRunTold(rules: Rules, date: CalendarDate, asOf: Date): Date {
  const stages = Object.values(rules.completion.processors).map(({ table }) => tableRules(rules, table).stage);
  const times = [0, 1, 2, 3].flatMap((days) => stages.map((stage) => dueAt(rules, stage, addDays(date, days))));
  const dayMinutes = 24 * 60;
  return times.filter((time) => time > asOf).toSorted((a, b) => a.getTime() - b.getTime())[0] ?? addMinutes(asOf, dayMinutes);
}
