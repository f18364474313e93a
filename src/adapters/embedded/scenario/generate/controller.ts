import type { CalendarDate } from "../../../../pipeline/dates.ts";
import { addDays } from "../../../../pipeline/dates.ts";
import type { Plot } from "../plot.ts";
import type { PlannedGame } from "./plan.ts";
import type { ScrapeRun, Window } from "./scraping.ts";
import { collectionsOf, postGameWindows, scrapeRuns } from "./scraping.ts";
import { inBoxScores } from "./source.ts";

/** What the controller decided about a workflow at a full hour. */
interface Decision {
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
  /** Games that it has something to collect of. */
  readonly games: readonly PlannedGame[];
}

const windowMs = 30 * 60_000;
const lockedHour = 10;

/** Every workflow is looked at every hour, here eight of them where the real controller has fifteen. */
export function decisionsOf(plot: Plot, date: CalendarDate): readonly Decision[] {
  const hours = [hoursOf(plot, date), hoursOf(plot, addDays(date, 1))] as const;
  const runs = scrapeRuns(plot, date);
  return workflowsOf(plot, date).flatMap((workflow) => hours[workflow.day].map((at) => decide(workflow, runs, at)));
}

/** When each workflow was expected to run on a date, as written down that day at ten. */
export function expectedOn(plot: Plot, date: CalendarDate) {
  const day = plot.season.night(date);
  const lockedAt = day.time(0, lockedHour, 0);
  return [date, addDays(date, -1)].flatMap((night) =>
    workflowsOf(plot, night)
      .filter(({ games }) => games.length > 0)
      .flatMap(({ name, windows, scrapers }) =>
        windows
          .filter(({ at }) => day.time(0, 0, 0) <= at && at < day.time(1, 0, 0))
          .map(({ at }) => ({ workflow: name, at, lockedAt, scrapers })),
      ),
  );
}

function workflowsOf(plot: Plot, date: CalendarDate): readonly Workflow[] {
  const night = plot.season.night(date);
  const collections = collectionsOf(plot, date);
  const late = plot.pipeline.file.scraping.for_the_night_before;
  const after = postGameWindows(plot).map(({ workflow, time }) => {
    // Named for the evening of its own date, it collects what the night before still lacks.
    const at = night.time(time.day + (late.includes(workflow) ? 1 : 0), time.hour, time.minute);
    return { name: workflow, day: 1 as const, windows: [{ workflow, at }] };
  });
  const others = collections.flatMap(({ windows }) => windows).filter(({ workflow }) => !after.some(({ name }) => name === workflow));
  const before = [...Map.groupBy(others, ({ workflow }) => workflow)].map(([name, windows]) => ({
    name,
    day: 0 as const,
    windows: distinct(windows),
  }));
  return [...before, ...after].map((workflow) => {
    const own = collections.filter(({ windows }) => windows.some((window) => window.workflow === workflow.name));
    const games = own.length > 0 ? own.flatMap((collection) => collection.games) : inBoxScores(night);
    return { ...workflow, scrapers: own.map(({ scraper }) => scraper), games: [...new Set(games)] };
  });
}

function distinct(windows: readonly Window[]): readonly Window[] {
  return windows.filter(({ at }, index) => windows.findIndex((other) => other.at.getTime() === at.getTime()) === index);
}

/** The full hours of a date: 23 or 25 of them where clocks are changed. */
function hoursOf({ season }: Plot, date: CalendarDate): readonly Date[] {
  const day = season.night(date);
  const [from, to] = [day.time(0, 0, 0).getTime(), day.time(1, 0, 0).getTime()];
  return Array.from({ length: Math.round((to - from) / 3_600_000) }, (_, hour) => new Date(from + hour * 3_600_000));
}

function decide({ name, windows, games }: Workflow, runs: readonly ScrapeRun[], at: Date): Decision {
  const apart = (window: Window): number => Math.abs(window.at.getTime() - at.getTime());
  const [nearest] = windows.toSorted((a, b) => apart(a) - apart(b));
  const minutesApart = nearest === undefined ? undefined : Math.round(apart(nearest) / 60_000);
  const skipped = { at, workflow: name, action: "SKIP", minutesApart, scrapers: [], games: [] } as const;
  if (games.length === 0) return { ...skipped, reason: "No games" };
  if (nearest === undefined || !isOpen(nearest, at)) return { ...skipped, reason: "Outside of its window" };
  const own = runs.filter(({ window }) => window?.workflow === name && window.at.getTime() === nearest.at.getTime());
  if (own.length === 0) return { ...skipped, reason: "Nothing left to collect" };
  return { ...skipped, action: "RUN", reason: "In its window", scrapers: [...new Set(own.map(({ scraper }) => scraper))], games };
}

/** Of a window that lies between two hours the later one takes care. */
function isOpen(window: Window, at: Date): boolean {
  const since = at.getTime() - window.at.getTime();
  return -windowMs < since && since <= windowMs;
}
