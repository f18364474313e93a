import { addMinutes } from "../../../src/pipeline/dates.ts";
import type { Row } from "../../../src/ports/warehouse.ts";
import { whenAllIsDue } from "../clocks.ts";
import type { Day } from "../day.ts";
import { playedGames, plural, rowsIn, shifted, text } from "../day.ts";
import { family } from "../kind.ts";

interface Processor {
  readonly name: string;
  readonly table: string;
}

function processors({ rules }: Day): readonly Processor[] {
  const { processors: own, next_phase: next } = rules.completion;
  return [
    ...Object.values(own).map((each) => ({ name: each.class, table: each.table })),
    ...Object.entries(next.processors ?? {}).map(([name, table]) => ({ name, table })),
  ];
}

function runsOf(day: Day, { name }: Processor): readonly Row[] {
  return rowsIn(day, day.rules.run_history).filter((row) => row["processor_name"] === name);
}

/** Final rows, the newest first. */
function ended(day: Day, processor: Processor): readonly Row[] {
  return runsOf(day, processor)
    .filter((row) => row["processed_at"] !== null && row["status"] === "success")
    .toSorted((a, b) => (text(a, "started_at") < text(b, "started_at") ? 1 : -1));
}

const ofOutput = [
  "heartbeats",
  "analytics",
  "minutes",
  "usage-rate",
  "fields",
  "whole-games",
  "consistency",
  "completion",
  "features",
  "predictions",
  "predictions-active",
  "lines",
  "grading",
  "games",
  "scrapers",
];

export const runs = family(
  "runs",
  whenAllIsDue,
  [
    {
      name: "run stuck in running",
      rests: ["heartbeats"], // None of its beats was injected.
      draw(day, dice, edit) {
        const processor = dice.pick(processors(day));
        const [last] = ended(day, processor);
        if (last === undefined || playedGames(day, "analytics").length === 0) return undefined;
        const { warn_minutes: warn, fail_minutes: fail } = day.rules.thresholds.runs.running;
        // Where a later run ended well, one without an end is no more than a note.
        const since = Math.floor((day.asOf.getTime() - Date.parse(text(last, "processed_at"))) / 60_000) - 1;
        const grave = dice.chance(0.5);
        const [low, high] = grave ? [fail + 1, Math.min(fail + 300, since)] : [warn + 1, Math.min(fail, since)];
        if (low > high) return undefined;
        const started = addMinutes(day.asOf, -dice.whole(low, high));
        const running = {
          run_id: `stuck-${dice.whole(1000, 9999)}`,
          status: "running",
          started_at: started.toISOString(),
          processed_at: null,
          records_processed: null,
        };
        edit.add(day.rules.run_history, day.date, [{ ...last, ...running }]);
        return [
          {
            check: "runs",
            subject: processor.name,
            verdict: grave ? "fail" : "warn",
            reason: "running_long",
            says: [running.run_id, "has not ended"],
          },
        ];
      },
    },
    {
      name: "final row of a run lost",
      rests: ["features", "heartbeats"],
      draw(day, dice, edit) {
        const processor = dice.pick(processors(day));
        const [last] = ended(day, processor);
        if (last === undefined || playedGames(day, "analytics").length === 0) return undefined;
        edit.change(
          day.rules.run_history,
          runsOf(day, processor).filter((row) => row["run_id"] === last["run_id"]),
          { status: "running", processed_at: null },
        );
        return [{ check: "runs", subject: processor.name, verdict: "fail", reason: "running_long", says: [text(last, "run_id")] }];
      },
    },
    {
      name: "overlapping runs that left surplus rows",
      rests: ["unique-keys", "heartbeats"],
      draw(day, dice, edit) {
        const processor = dice.pick(processors(day).filter(({ table }) => day.rules.tables[table]?.unique === true));
        const [last] = ended(day, processor);
        const rows = rowsIn(day, processor.table);
        if (last === undefined || rows.length === 0 || playedGames(day, "analytics").length === 0) return undefined;
        const copied = dice.some(rows, dice.whole(1, Math.min(80, rows.length)));
        edit.copy(processor.table, copied);
        edit.copy(day.rules.run_history, [last], (row) => ({
          run_id: `${text(row, "run_id")}-b`,
          started_at: shifted(text(row, "started_at"), 5),
          processed_at: shifted(text(row, "processed_at"), 5),
        }));
        return [
          {
            check: "runs",
            subject: processor.name,
            verdict: "fail",
            reason: "overlapping",
            says: [`holds ${plural(copied.length, "surplus row")}`],
          },
        ];
      },
    },
    {
      name: "success with 0 records, and no rows",
      rests: ofOutput,
      draw(day, dice, edit) {
        const processor = dice.pick(processors(day));
        const all = ended(day, processor);
        if (all.length === 0 || playedGames(day, "analytics").length === 0) return undefined;
        edit.drop(processor.table, rowsIn(day, processor.table));
        edit.change(day.rules.run_history, all, { records_processed: 0 });
        const says = [
          `${plural(all.length, "run")} of ${processor.name} ended in success with 0 records`,
          `${processor.table} holds no row`,
        ];
        return [{ check: "runs", subject: processor.name, verdict: "fail", reason: "success_without_rows", says }];
      },
    },
    {
      name: "no run ended well",
      rests: ["features", "heartbeats"],
      draw(day, dice, edit) {
        const processor = dice.pick(processors(day));
        const all = ended(day, processor);
        const rows = rowsIn(day, processor.table).length;
        if (all.length === 0 || rows === 0 || playedGames(day, "analytics").length === 0) return undefined;
        edit.change(day.rules.run_history, all, { status: "failed", failure_category: "processing_error" });
        const says = [`${plural(all.length, "run")} failed`, `holds ${plural(rows, "row")} all the same`];
        return [{ check: "runs", subject: processor.name, verdict: "warn", reason: "none_ended_well", says }];
      },
    },
    {
      name: "run history silent for the date",
      rests: ["features", "heartbeats"],
      draw(day, _dice, edit) {
        if (playedGames(day, "analytics").length === 0) return undefined;
        edit.drop(day.rules.run_history, rowsIn(day, day.rules.run_history));
        return processors(day).map(({ name }) => ({ check: "runs", subject: name, verdict: "warn", reason: "history_silent" }));
      },
    },
  ],
  [
    {
      name: "overlapping runs without surplus",
      draw(day, dice, edit) {
        const [last] = ended(day, dice.pick(processors(day)));
        if (last === undefined) return undefined;
        edit.copy(day.rules.run_history, [last], (row) => ({
          run_id: `${text(row, "run_id")}-b`,
          started_at: shifted(text(row, "started_at"), 5),
        }));
        return [];
      },
    },
    {
      name: "a run without an end, and a later one that ended well",
      draw(day, dice, edit) {
        const [last] = ended(day, dice.pick(processors(day)));
        if (last === undefined) return undefined;
        edit.copy(day.rules.run_history, [last], (row) => ({
          run_id: `${text(row, "run_id")}-f`,
          status: "running",
          started_at: shifted(text(row, "started_at"), -dice.whole(20, 4000)),
          processed_at: null,
          records_processed: null,
        }));
        return [];
      },
    },
    {
      name: "refused by the lock",
      draw(day, dice, edit) {
        const [last] = ended(day, dice.pick(processors(day)));
        if (last === undefined) return undefined;
        edit.copy(day.rules.run_history, [last], (row) => ({
          run_id: `${text(row, "run_id")}-c`,
          status: "skipped",
          skipped: true,
          skip_reason: "lock held",
          records_processed: 0,
        }));
        return [];
      },
    },
    {
      name: "a failed run beside a good one",
      draw(day, dice, edit) {
        const [last] = ended(day, dice.pick(processors(day)));
        if (last === undefined) return undefined;
        edit.copy(day.rules.run_history, [last], (row) => ({
          run_id: `${text(row, "run_id")}-d`,
          status: "failed",
          started_at: shifted(text(row, "started_at"), -600),
          processed_at: shifted(text(row, "processed_at"), -600),
        }));
        return [];
      },
    },
    {
      name: "incremental run that found nothing new",
      draw(day, dice, edit) {
        const [last] = ended(day, dice.pick(processors(day)));
        if (last === undefined) return undefined;
        edit.copy(day.rules.run_history, [last], (row) => ({
          run_id: `${text(row, "run_id")}-e`,
          records_processed: 0,
          started_at: shifted(text(row, "started_at"), 300),
          processed_at: shifted(text(row, "processed_at"), 300),
        }));
        return [];
      },
    },
    {
      name: "a processor that nobody declared",
      draw(day, dice, edit) {
        const [last] = ended(day, dice.pick(processors(day)));
        if (last === undefined) return undefined;
        edit.copy(day.rules.run_history, [last], () => ({
          run_id: "zone-1",
          processor_name: "DefenseZoneAnalyticsProcessor",
          output_table: "defense_zone_analytics",
          records_processed: 0,
        }));
        return [];
      },
    },
  ],
);
