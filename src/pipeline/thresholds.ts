import { dated } from "./dated.ts";
import { reason, share } from "./parts.ts";
import { integer, number, record, text } from "./yaml-file.ts";

const least = dated(record({ least: integer, reason }));
const shares = dated(record({ pass: share, warn: share, reason }));
const minutes = dated(record({ minutes: integer, reason }));

/** Names in one text, parted by commas. */
export function namesIn(list: string): string[] {
  return list.split(",").map((name) => name.trim());
}

/** Limits by check, each with its reason. */
export const thresholds = record({
  "box-scores": record({ team_rows: least, game_rows: dated(record({ from: integer, to: integer, reason })) }),
  analytics: record({ team_player_rows: least }),
  "unique-keys": record({ surplus: dated(record({ p3_to: integer, p2_to: integer, p0_share: share, reason })) }),
  duplicates: record({
    fan_out: dated(record({ tolerance: share, reason })),
    load: dated(record({ uniform: share, reason })),
    stamps: dated(record({ together_seconds: integer, apart_minutes: integer, reason })),
    removal: dated(record({ quiet_minutes: integer, reason })),
  }),
  minutes: record({
    date_share: shares,
    game_share: shares,
    dnp_share: dated(record({ from: share, to: share, rows: integer, ignore_source: text, reason })),
  }),
  "usage-rate": record({ game_share: shares, value: dated(record({ suspicious: number, impossible: number, reason })) }),
  fields: record({ share: shares, columns: dated(record({ names: text, reason })) }),
  "whole-games": record({ team_minutes: least }),
  consistency: record({
    share: shares,
    sample: dated(record({ players: integer, seed: integer, reason })),
    history: dated(record({ days: integer, reason })),
    tolerance: dated(record({ relative: share, average: number, reason })),
  }),
  features: record({ player_share: dated(record({ least: share, reason })) }),
  predictions: record({ active_days: dated(record({ game_dates: integer, reason })) }),
  "predictions-active": record({ inactive: dated(record({ share, rows: integer, reason })) }),
  lines: record({
    band: dated(record({ days: integer, least_days: integer, usual: share, least: share, reason })),
  }),
  grading: record({ share: shares }),
  scrapers: record({ lateness: dated(record({ not_due_minutes: integer, warn_hours: integer, reason })), window: minutes }),
  schedules: record({ attempt: minutes }),
  deployments: record({
    fetched: dated(record({ hours: integer, reason })),
    behind: dated(record({ p2_from: integer, p1_from: integer, reason })),
    called: dated(record({ hours: integer, reason })),
  }),
  orchestrators: record({ starting: minutes, reaction: minutes, window: dated(record({ days: integer, reason })) }),
  runs: record({ running: dated(record({ warn_minutes: integer, fail_minutes: integer, reason })) }),
  "dead-letters": record({ measured: minutes }),
  alerts: record({ fired: dated(record({ hours: integer, reason })) }),
  completion: record({
    flag_lag_minutes: minutes,
    next_phase_lag_minutes: minutes,
    rewriting_minutes: minutes,
    second_look_seconds: dated(record({ seconds: number, reason })),
  }),
});
