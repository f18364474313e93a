import type { Look } from "../evidence/evidence.ts";
import { copyCounts } from "../evidence/looks/duplicates.ts";
import { heldIn, postponedOn, ranOn, scheduleAround } from "../evidence/looks/reconcile.ts";
import { scraperRuns, workflowRuns } from "../evidence/looks/scraping.ts";
import type { CalendarDate } from "../pipeline/dates.ts";
import { addDays } from "../pipeline/dates.ts";
import type { Pipeline } from "../pipeline/load.ts";

/** What diagnosing tools ask of the warehouse about a date, beside what checks do: nobody is asked here. */
export function warehouseLooks(pipeline: Pipeline, date: CalendarDate): readonly Look<unknown>[] {
  const rules = pipeline.rulesOn(date, new Date(`${date}T12:00:00Z`));
  const from = addDays(date, -6);
  const tables = Object.entries(rules.tables);
  const counts = tables.flatMap(([table, { unique }]) => (unique === true ? [copyCounts(rules, table, { from, to: date })] : []));
  if (rules.kind === "plain") return counts;
  const tracked = [...Object.values(rules.completion.processors).map(({ table }) => table), ...rules.completion.next_phase.outputs];
  const { chain } = rules.scraping;
  return [
    ...counts,
    ...[...new Set(tracked)].map((table) => heldIn(rules, [from, date], table)),
    ranOn(rules, [from, date]),
    scheduleAround(rules, [from, date]),
    postponedOn(rules, [from, date]),
    scraperRuns(rules, date),
    ...(chain === undefined ? [] : [workflowRuns(rules, date, chain.runs)]),
  ];
}
