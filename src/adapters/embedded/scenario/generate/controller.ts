import type { CalendarDate } from "../../../../pipeline/dates.ts";
import { addDays } from "../../../../pipeline/dates.ts";
import type { Plot } from "../plot.ts";
import type { PlannedGame } from "./plan.ts";
import type { Window } from "./scraping.ts";
import { collectionsOf, postGameWindows } from "./scraping.ts";
import { inBoxScores } from "./source.ts";

/** What the controller decided about a workflow at a full hour. */
export interface Decision {
  readonly at: Date;
  readonly workflow: string;
  readonly action: "RUN" | "SKIP";
  readonly reason: string;
  /** From the window nearest to it. */
  readonly minutesApart: number | undefined;
  readonly scrapers: readonly string[];
  readonly games: readonly PlannedGame[];
}

interface Workflow {
  readonly name: string;
  /** Day on which its windows for a night are: 0 its date, 1 the next. */
  readonly day: 0 | 1;
  readonly windows: readonly Window[];
  readonly scrapers: readonly string[];
  readonly games: readonly PlannedGame[];
}

const windowMs = 30 * 60_000;
const lockedHour = 10;

/** Every workflow is looked at every hour, here eight of them where the real controller has fifteen. */
export function decisionsOf(plot: Plot, date: CalendarDate): readonly Decision[] {
  const hours = [hoursOf(plot, date), hoursOf(plot, addDays(date, 1))] as const;
  return workflowsOf(plot, date).flatMap((workflow) => hours[workflow.day].map((at) => decide(workflow, at)));
}

/** When each workflow was expected to run on a date, as written down that day at ten. */
export function expectedOn(plot: Plot, date: CalendarDate) {
  const { time } = plot.season.night(date);
  const lockedAt = time(0, lockedHour, 0);
  return [date, addDays(date, -1)].flatMap((night) =>
    workflowsOf(plot, night)
      .filter(({ games }) => games.length > 0)
      .flatMap(({ name, windows, scrapers }) =>
        windows
          .filter(({ at }) => time(0, 0, 0) <= at && at < time(1, 0, 0))
          .map(({ at }) => ({ workflow: name, at, lockedAt, scrapers })),
      ),
  );
}

function workflowsOf(plot: Plot, date: CalendarDate): readonly Workflow[] {
  const collections = collectionsOf(plot, date);
  const windows = collections.flatMap((collection) => collection.windows.map((window) => ({ window, collection })));
  const night = plot.season.night(date);
  const late = plot.pipeline.file.scraping.for_the_night_before;
  const after = postGameWindows(plot).map(({ workflow, time }) => {
    // Named for the evening of its own date, it collects what the night before still lacks.
    const at = night.time(time.day + (late.includes(workflow) ? 1 : 0), time.hour, time.minute);
    return { name: workflow, day: 1 as const, windows: [{ workflow, at }] };
  });
  const names = new Set(windows.map(({ window }) => window.workflow).filter((name) => !after.some((known) => known.name === name)));
  const before = [...names].map((name) => ({
    name,
    day: 0 as const,
    windows: distinct(windows.flatMap(({ window }) => (window.workflow === name ? [window] : []))),
  }));
  return [...before, ...after].map((workflow) => {
    const own = collections.filter((collection) => collection.windows.some((window) => window.workflow === workflow.name));
    const games = own.length > 0 ? own.flatMap((collection) => collection.games) : inBoxScores(night);
    return { ...workflow, scrapers: own.map(({ scraper }) => scraper), games: [...new Set(games)] };
  });
}

function distinct(windows: readonly Window[]): readonly Window[] {
  return windows.filter(({ at }, index) => windows.findIndex((other) => other.at.getTime() === at.getTime()) === index);
}

/** The full hours of a date: 23 or 25 of them where clocks are changed. */
function hoursOf({ season }: Plot, date: CalendarDate): readonly Date[] {
  const { time } = season.night(date);
  const [from, to] = [time(0, 0, 0).getTime(), time(1, 0, 0).getTime()];
  return Array.from({ length: Math.round((to - from) / 3_600_000) }, (_, hour) => new Date(from + hour * 3_600_000));
}

function decide({ name, windows, scrapers, games }: Workflow, at: Date): Decision {
  const apart = (window: Window): number => Math.abs(window.at.getTime() - at.getTime());
  const [nearest] = windows.toSorted((a, b) => apart(a) - apart(b));
  const minutesApart = nearest === undefined ? undefined : Math.round(apart(nearest) / 60_000);
  const skipped = { at, workflow: name, action: "SKIP", minutesApart, scrapers: [], games: [] } as const;
  if (games.length === 0) return { ...skipped, reason: "No games" };
  if (nearest === undefined || !isOpen(nearest, at)) return { ...skipped, reason: "Outside of its window" };
  if (scrapers.length === 0) return { ...skipped, reason: "Nothing left to collect" };
  return { at, workflow: name, action: "RUN", reason: "In its window", minutesApart, scrapers, games };
}

/** Of a window that lies between two hours the later one takes care. */
function isOpen(window: Window, at: Date): boolean {
  const since = at.getTime() - window.at.getTime();
  return -windowMs < since && since <= windowMs;
}
