import { durationText } from "../../pipeline/dates.ts";
import type { DatedRun, Hold } from "./attempts.ts";

/** Of fewer a median says nothing. */
const fewest = 3;

/** `9, median 1 min 58 s, longest 2 min`; of too few their number alone. */
function durationsText(durations: readonly number[]): string {
  const ordered = durations.toSorted((a, b) => a - b);
  const longest = ordered.at(-1);
  if (ordered.length < fewest || longest === undefined) return ordered.length === 0 ? "none seen" : `${ordered.length}`;
  const half = ordered.length / 2;
  const median = ((ordered[Math.ceil(half) - 1] ?? 0) + (ordered[Math.floor(half)] ?? 0)) / 2;
  return `${ordered.length}, median ${durationText(median)}, longest ${durationText(longest)}`;
}

export interface Times {
  readonly holds: readonly Hold[];
  readonly runs: readonly DatedRun[];
  /** Before and after what, by unit; a unit that isn't there has no before. */
  readonly since: ReadonlyMap<string, Date>;
}

/** How long locks were held and runs worked, before and after what serves now locks: the numbers of a report. */
export function timesOf({ holds, runs, since }: Times): Readonly<Record<string, string>> {
  const worked = runs.flatMap(({ unit, started, ended, state }) =>
    unit !== null && since.has(unit) && state === "well" && started !== undefined && ended !== undefined
      ? [{ unit, from: started, until: ended }]
      : [],
  );
  const held = holds.flatMap(({ run: { unit }, from, until }) => (unit === null ? [] : [{ unit, from, until }]));
  return { ...split("holds", held, since), ...split("runs", worked, since) };
}

interface Span {
  readonly unit: string;
  readonly from: Date;
  readonly until: Date;
}

function split(name: string, spans: readonly Span[], since: Times["since"]): Readonly<Record<string, string>> {
  if (spans.length === 0) return {};
  const isAfter = ({ unit, from }: Span): boolean => from >= (since.get(unit) ?? new Date(0));
  const text = (some: readonly Span[]): string => durationsText(some.map(({ from, until }) => until.getTime() - from.getTime()));
  return {
    [`${name}_before_revision`]: text(spans.filter((span) => !isAfter(span))),
    [`${name}_since_revision`]: text(spans.filter(isAfter)),
  };
}
