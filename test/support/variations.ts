import { readFileSync } from "node:fs";
import type { Check } from "../../src/checks/check.ts";
import type { Judgement } from "../../src/checks/runner.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { loadPipeline } from "../../src/pipeline/load.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import type { Night } from "./night.ts";
import { at, gatherFrom } from "./night.ts";

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
  const tip = at(time, night.date).toISOString();
  return changed(night, "schedule", (row) => (row["game_date"] === night.date ? { ...row, game_date_est: tip } : row));
}

export function changed(night: Night, table: string, change: (row: Row, index: number) => Row): Night {
  night.tables[table] = (night.tables[table] ?? []).map(change);
  return night;
}

export function kept(night: Night, table: string, keep: (row: Row, index: number) => boolean): Night {
  night.tables[table] = (night.tables[table] ?? []).filter(keep);
  return night;
}
