import type { CalendarDate } from "../../../../pipeline/dates.ts";
import { addMinutes, isCalendarDate } from "../../../../pipeline/dates.ts";
import type { Plot } from "../plot.ts";
import { landings, runsOf } from "../plot.ts";
import type { CountRows, DocumentWrite } from "./documents.ts";
import { completionWrites, deletion, expiring, merge, timestamp } from "./documents.ts";
import type { Processor } from "./processors.ts";
import { processorsOf } from "./processors.ts";
import { fingerprint } from "./random.ts";
import { precomputeRecord, rawRecord } from "./records.ts";
import { seasonYear } from "./season.ts";
import { inAnalytics } from "./source.ts";

/** What happens to a collection while all goes well. */
interface HealthyCollection {
  /** Every document that it holds at any time. */
  readonly ids: readonly string[];
  writes(id: string): readonly DocumentWrite[];
}

export type HealthyCollections = ReadonlyMap<string, HealthyCollection>;

/** Collections that are never empty, by name. Locks of processors are not among them: taken and given back, they leave nothing. */
export function healthyCollections(plot: Plot, count: CountRows): HealthyCollections {
  const { processed } = plot.season;
  const byDate = (writes: (date: CalendarDate) => readonly DocumentWrite[]): HealthyCollection => ({
    ids: processed,
    writes: (id) => (isCalendarDate(id) && processed.includes(id) ? writes(id) : []),
  });
  const processors = new Map(processorsOf(plot.pipeline).map((processor) => [processor.className, processor]));
  const all: [string, HealthyCollection][] = [
    [plot.pipeline.file.completion.collection, byDate((date) => completionWrites(plot, date, count))],
    ["phase2_completion", byDate((date) => rawRecord(plot, date, count))],
    ["phase4_completion", byDate((date) => precomputeRecord(plot, date, count))],
    ["grading_readiness", byDate((date) => readiness(plot, date))],
    ["processor_heartbeats", { ids: [...processors.keys()], writes: (id) => heartbeats(plot, processors.get(id)) }],
    [
      "batch_processing_locks",
      { ids: [...processed.map(dailyBatch), ...new Set(processed.map(seasonBatch))], writes: (id) => batches(plot, id) },
    ],
  ];
  return new Map(all.filter(([collection]) => plot.pipeline.file.collections[collection] !== undefined));
}

/** One document per class, rewritten by each of its runs. */
function heartbeats(plot: Plot, processor: Processor | undefined): readonly DocumentWrite[] {
  if (processor === undefined) return [];
  return plot.season.processed.flatMap((date) =>
    runsOf(plot, processor, date).flatMap(({ id, startedAt, endedAt, status }) => {
      const run = { processor_name: processor.className, run_id: id, data_date: date, started_at: timestamp(startedAt), total: 1 };
      const begun = merge(startedAt, () => ({ ...run, ...beat(startedAt), status: "running", progress: 0, status_message: "Starting" }));
      if (status === "running") return [begun];
      const ended = {
        status: status === "failed" ? "failed" : "completed",
        progress: 1,
        status_message: "Finished",
        completed_at: timestamp(endedAt),
        duration_seconds: (endedAt.getTime() - startedAt.getTime()) / 1000,
      };
      return [begun, merge(endedAt, () => ({ ...run, ...beat(endedAt), ...ended }))];
    }),
  );
}

function beat(at: Date) {
  return { last_heartbeat: timestamp(at), updated_at: timestamp(at) };
}

const dailyBatch = (date: CalendarDate): string => `espn_roster_batch_${date}`;
const seasonBatch = (date: CalendarDate): string => `br_roster_batch_${seasonYear(date)}`;

function batches(plot: Plot, id: string): readonly DocumentWrite[] {
  return plot.season.processed.flatMap((date) => {
    if (id === dailyBatch(date)) return batch(plot, date, 7, 30);
    return id === seasonBatch(date) ? batch(plot, date, 6, 30) : [];
  });
}

/** A roster batch: done within two minutes, in the way of another one for half an hour, and gone soon after. */
function batch(plot: Plot, date: CalendarDate, hour: number, minute: number): readonly DocumentWrite[] {
  const begun = plot.season.night(date).time(0, hour, minute);
  const [done, expires] = [addMinutes(begun, 2), addMinutes(begun, 30)];
  const lock = {
    started_at: timestamp(begun),
    trigger_file: `roster-data/${date}/first.json`,
    execution_id: fingerprint(`batch ${date} ${hour}`, 8),
    expireAt: timestamp(expires),
  };
  return [
    merge(begun, () => ({ ...lock, status: "processing" })),
    merge(done, () => ({ ...lock, status: "complete", completed_at: timestamp(done), stats: { files: 30, failed: 0 } })),
    deletion(addMinutes(expires, 10)),
  ];
}

/** Asked every quarter of an hour in the evening, in vain; the gap detector of the next morning finds the players' rows there. */
function readiness(plot: Plot, date: CalendarDate): readonly DocumentWrite[] {
  const night = plot.season.night(date);
  const games = inAnalytics(night).length;
  if (games === 0) return [];
  const morning = night.time(1, 9, 0);
  const rows = landings(plot, plot.pipeline.file.analytics.players, date);
  const there = new Set(rows.filter(({ at }) => at <= morning).flatMap((landing) => landing.games)).size;
  const quarters = Array.from({ length: 20 }, (_, index) => addMinutes(night.time(0, 22, 0), index * 15));
  const assessed = (at: Date, said: { decision: string; reason: string; ready: boolean }): DocumentWrite =>
    merge(at, ({ _assessment_count: before }) => ({
      ...said,
      game_date: date,
      last_assessed_at: timestamp(at),
      metrics: { games_scheduled: games, games_final: night.games.filter(({ played, finalAt }) => played && finalAt <= at).length },
      _assessment_count: (typeof before === "number" ? before : 0) + 1,
      _triggered: said.ready,
      ...(said.ready ? { _triggered_at: at.toISOString() } : {}),
    }));
  return expiring(plot, "grading_readiness", date, [
    ...quarters.map((at) => assessed(at, waiting)),
    assessed(morning, there < games ? waiting : { decision: "trigger", reason: "all_complete", ready: true }),
  ]);
}

const waiting = { decision: "wait", reason: "player_game_summary not ready", ready: false };
