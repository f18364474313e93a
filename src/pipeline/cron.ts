import { Cron } from "croner";

const value = "(?:\\d{1,2}|[A-Za-z]{3})";
const part = `(?:\\*|${value}(?:-${value})?)(?:/\\d{1,2})?`;
const field = `${part}(?:,${part})*`;
/** What Cloud Scheduler takes: numbers, names of days and months, ranges, lists and steps. */
const fiveFields = new RegExp(`^${field}(?: ${field}){4}$`, "u");

/** Whether these are five cron fields that ever come true. */
export function isCron(text: string): boolean {
  if (!fiveFields.test(text)) return false;
  try {
    return cronTimes(text, "UTC").next(0) !== undefined;
  } catch {
    return false; // Croner has no error of its own for fields that it can't read.
  }
}

/** A job's times, in milliseconds since the epoch. A local time that the night skips is taken at the first one that exists. */
export interface CronTimes {
  /** The last one that is not after the moment. */
  last(moment: number): number | undefined;
  /** The first one after the moment. */
  next(moment: number): number | undefined;
  /** In order; the first moment is included, the second is not. */
  between(from: number, to: number): readonly number[];
}

const known = new Map<string, CronTimes>();

export function cronTimes(cron: string, zone: string): CronTimes {
  const key = `${cron} ${zone}`;
  const times = known.get(key) ?? timesOf(new Cron(cron, { mode: "5-part", paused: true, timezone: zone }));
  known.set(key, times);
  return times;
}

function timesOf(cron: Cron): CronTimes {
  const next = (moment: number): number | undefined => cron.nextRun(new Date(moment))?.getTime();
  return {
    next,
    // Croner answers times before a moment, and knows whole seconds only.
    last: (moment) => cron.previousRuns(1, new Date(Math.floor(moment / 1000) * 1000 + 1000))[0]?.getTime(),
    between(from, to) {
      const times: number[] = [];
      for (let time = next(from - 1000); time !== undefined && time < to; time = next(time)) {
        if (time >= from) times.push(time);
      }
      return times;
    },
  };
}
