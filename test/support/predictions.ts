import { readFileSync } from "node:fs";
import type { Check } from "../../src/checks/check.ts";
import type { Judgement } from "../../src/checks/runner.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { loadPipeline } from "../../src/pipeline/load.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import type { Night } from "./night.ts";
import { at, gatherFrom } from "./night.ts";

const date = "2026-02-03";
const letters = [..."abcdefghijk"];
const pairs = [
  ["BOS", "NYK"],
  ["LAL", "GSW"],
] as const;

export const smallSystems = ["alpha_v1", "beta_v2"] as const;

export interface SmallPrediction {
  readonly system: string;
  readonly player: string;
  /** Analytics form, `YYYYMMDD_AWAY_HOME`. */
  readonly game: string;
  readonly line: boolean;
}

/** Eleven players per team and system; eight of them with a real line. */
export function smallPredictions(): readonly SmallPrediction[] {
  return smallSystems.flatMap((system) =>
    pairs.flatMap(([away, home]) =>
      [away, home].flatMap((team) =>
        letters.map((letter, index) => ({
          system,
          player: `${team.toLowerCase()}player${letter}`,
          game: `20260203_${away}_${home}`,
          line: index < 8,
        })),
      ),
    ),
  );
}

/** What the looks at features' lines, predictions and grades answer of the small night, healthy at 18:00 of the morning after. */
export function predictionTables(): Record<string, Row[]> {
  const all = smallPredictions();
  return {
    "prediction-counts": [
      ...all.map((one) => predictionCount(one)),
      // Versions that newer ones have superseded.
      ...all.filter(({ player }) => player.endsWith("a")).map((one) => ({ ...predictionCount(one), is_active: false, n: 2 })),
    ],
    "prediction-history": smallSystems.flatMap((system) => [
      historyCount(system, "2026-02-02"),
      { ...historyCount(system, "2026-02-02"), is_active: false },
    ]),
    "graded-counts": all.filter(({ line }) => line).map((one) => gradedCount(one)),
    "halt-state": [],
    "line-counts": [...Array.from({ length: 12 }, (_, index) => lineCount(`2026-01-${10 + index}`, 45, 100)), lineCount(date, 31, 68)],
  };
}

export function predictionCount({ system, player, game, line }: SmallPrediction): Row {
  return {
    system_id: system,
    player_lookup: player,
    game_id: game,
    is_active: true,
    line_source: line ? "ACTUAL_PROP" : "NO_PROP_LINE",
    n: 1,
    newest: "2026-02-03T16:40:00.000Z",
  };
}

export function historyCount(system: string, day: string): Row {
  return { game_date: day, system_id: system, is_active: true, n: 44 };
}

export function gradedCount({ system, player, game }: Pick<SmallPrediction, "system" | "player" | "game">): Row {
  return { system_id: system, player_lookup: player, game_id: game, is_voided: false, n: 1, newest: "2026-02-04T16:10:00.000Z" };
}

export function lineCount(day: string, withLine: number, rows: number): Row {
  return { date: day, rows, withLine, unreadable: 0 };
}

const shipped = readFileSync(new URL("../../pipelines/nba.yaml", import.meta.url), "utf8");

/** Judges by the shipped pipeline file with one passage written otherwise. */
export function judgeBy(from: string, to: string, night: Night, clock: Date, checks: readonly Check[]): Promise<Judgement> {
  if (!shipped.includes(from)) throw new Error(`nothing to replace: ${from}`);
  return judgeDate({
    checks,
    pipeline: loadPipeline({ name: "mine.yaml", text: shipped.replace(from, to) }),
    date: calendarDateOf(night.date),
    now: () => clock,
    gather: gatherFrom(night),
    pass: async () => {},
  });
}

/** The night with its games beginning at that time of its date, Eastern. */
export function beginning(time: string, night: Night): Night {
  const tip = at(time, date).toISOString();
  return changed(night, "schedule", (row) => (row["game_date"] === date ? { ...row, game_date_est: tip } : row));
}

export function changed(night: Night, table: string, change: (row: Row, index: number) => Row): Night {
  night.tables[table] = (night.tables[table] ?? []).map(change);
  return night;
}

export function kept(night: Night, table: string, keep: (row: Row, index: number) => boolean): Night {
  night.tables[table] = (night.tables[table] ?? []).filter(keep);
  return night;
}
