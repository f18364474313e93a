import type { DayTime } from "../../src/pipeline/dates.ts";

/** Moments at which a night is asked about, counted from its date. */
export const clocks = {
  "D 14:30": { day: 0, hour: 14, minute: 30 },
  "D+1 05:00": { day: 1, hour: 5, minute: 0 },
  "D+1 09:30": { day: 1, hour: 9, minute: 30 },
  "D+1 12:30": { day: 1, hour: 12, minute: 30 },
  "D+1 15:00": { day: 1, hour: 15, minute: 0 },
  "D+1 23:00": { day: 1, hour: 23, minute: 0 },
  "D+3 12:00": { day: 3, hour: 12, minute: 0 },
  "D+12 10:00": { day: 12, hour: 10, minute: 0 },
  "D+33 11:00": { day: 33, hour: 11, minute: 0 },
} as const satisfies Readonly<Record<string, DayTime>>;

export type ClockName = keyof typeof clocks;

export const clockNames = Object.keys(clocks) as readonly ClockName[]; // exactly those keys

/** Everything is due, and no grace is left. */
export const whenAllIsDue: readonly ClockName[] = ["D+1 15:00", "D+1 23:00", "D+3 12:00", "D+12 10:00"];
