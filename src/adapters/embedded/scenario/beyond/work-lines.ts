import type { CalendarDate } from "../../../../pipeline/dates.ts";
import { addMinutes, dateAt } from "../../../../pipeline/dates.ts";
import type { CountRows } from "../generate/documents.ts";
import type { Phase, Processor } from "../generate/processors.ts";
import { processorsOf, units } from "../generate/processors.ts";
import type { Plot } from "../plot.ts";
import { runsOf, workOf } from "../plot.ts";
import { infrastructureOf } from "./declared.ts";
import type { Line } from "./line.ts";
import { runLines } from "./run-lines.ts";

const scrapers = "nba-scrapers";

/** Which phase's completions each of them hears of. */
const orchestrators: Readonly<Record<string, Phase>> = {
  "phase2-to-phase3-orchestrator": "phase_2_raw",
  "phase3-to-phase4-orchestrator": "phase_3_analytics",
  "phase4-to-phase5-orchestrator": "phase_4_precompute",
  "phase5-to-phase6-orchestrator": "phase_5_predictions",
};

/** What a unit logs of its work on every night of the scenario, in no order. Nothing is counted before a line is read. */
export function workLines(plot: Plot, unit: string, count: CountRows): readonly Line[] {
  const { processed } = plot.season;
  const phase = orchestrators[unit];
  const processors = processorsOf(plot.pipeline);
  if (unit === scrapers) return processed.flatMap((date) => loads(processors).flatMap((load) => scrapeLines(plot, load, date)));
  if (phase !== undefined) return processed.flatMap((date) => completionLines(plot, phase, date));
  const own = processors.filter((processor) => processor.unit === unit);
  return processed.flatMap((date) =>
    own.flatMap((processor) => [
      ...(processor.unit === units.phase_2_raw ? noticeLines(plot, processor, date) : []),
      ...runLines(plot, processor, date, count),
    ]),
  );
}

/** The processors that load what a scraper brought. */
function loads(processors: readonly Processor[]): readonly Processor[] {
  return processors.filter(({ phase }) => phase === "phase_2_raw");
}

function scraperOf(plot: Plot, { table }: Processor): string {
  const names = infrastructureOf(plot.pipeline).names ?? [];
  return names.find((name) => name.table === table)?.scrapers?.[0] ?? table.slice(table.indexOf(".") + 1);
}

/** A scraper hands over shortly before the run that loads what it brought. */
function scrapeLines(plot: Plot, processor: Processor, date: CalendarDate): readonly Line[] {
  const scraper = scraperOf(plot, processor);
  return runsOf(plot, processor, date).flatMap(({ startedAt }) => {
    const start = startedAt.getTime();
    return [
      { at: start - 45_000, text: `Starting scraper ${scraper} for ${date}` },
      { at: start - 3000, text: `Published scraper-complete: ${scraper} for ${date}` },
      { at: start - 2000, text: `Phase 2 notified: ${scraper} for ${date}` },
    ];
  });
}

function noticeLines(plot: Plot, processor: Processor, date: CalendarDate): readonly Line[] {
  const text = `Processing Scraper Completion: ${scraperOf(plot, processor)} for ${date}`;
  return runsOf(plot, processor, date).map(({ startedAt }) => ({ at: startedAt.getTime() - 1000, text }));
}

interface Completion {
  readonly at: number;
  readonly name: string;
}

/** When the tracker hears of each processor: two minutes after its rows landed. */
function completions(plot: Plot, phase: Phase, date: CalendarDate): readonly Completion[] {
  return processorsOf(plot.pipeline)
    .filter((processor) => processor.phase === phase)
    .flatMap(({ name, key, className, table }) =>
      workOf(plot, table, date).map(({ at }) => ({ at: addMinutes(at, 2).getTime(), name: name ?? key ?? className })),
    )
    .toSorted((a, b) => a.at - b.at);
}

/** Of the phase that the pipeline file tracks it is known how many are expected, and so when the next phase is triggered. */
function completionLines(plot: Plot, phase: Phase, date: CalendarDate): readonly Line[] {
  const { modes, next_phase: next, processors } = plot.pipeline.file.completion;
  const recorded = new Set<string>();
  return completions(plot, phase, date).flatMap(({ at, name }): readonly Line[] => {
    const text = `Received completion of ${name} for ${date}`;
    if (!Object.hasOwn(processors, name)) return [{ at, text }];
    const today = dateAt(new Date(at), plot.pipeline.zone);
    const { expected } = modes[date < today ? "overnight" : date === today ? "same_day" : "tomorrow"];
    const wasComplete = expected.every((each) => recorded.has(each));
    recorded.add(name);
    const line = { at, text: `${text}: ${recorded.size} of ${Object.keys(processors).length}` };
    if (wasComplete || !expected.every((each) => recorded.has(each))) return [line];
    return [line, { at: at + 1000, text: `Triggering ${next.name} for ${date}: all_complete` }];
  });
}
