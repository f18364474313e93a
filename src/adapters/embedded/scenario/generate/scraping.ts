import type { CalendarDate, DayTime } from "../../../../pipeline/dates.ts";
import { addMinutes } from "../../../../pipeline/dates.ts";
import { onDate } from "../../../../pipeline/dated.ts";
import type { TableName } from "../../../../ports/warehouse.ts";
import type { Plot } from "../plot.ts";
import { workOf } from "../plot.ts";
import { bettingWindows } from "./odds.ts";
import type { PlannedGame, PlannedNight } from "./plan.ts";
import { preparedFor } from "./prepared.ts";
import { inBoxScores } from "./source.ts";

/** A time at which the controller has something collected. */
export interface Window {
  readonly workflow: string;
  readonly at: Date;
}

/** One scraper's work for one table, through a night. */
interface Collection {
  readonly scraper: string;
  readonly table: TableName;
  readonly windows: readonly Window[];
  /** Games that it has something to bring of. */
  readonly games: readonly PlannedGame[];
  /** Prices and reports are asked for again and again; anything else only until it is whole. */
  readonly repeated: boolean;
}

/** One run of a scraper, as it was logged. */
export interface ScrapeRun {
  readonly scraper: string;
  readonly table: TableName;
  /** Undefined: it ran outside of every window, and nobody wrote down why. */
  readonly window: Window | undefined;
  readonly triggeredAt: Date;
  readonly completedAt: Date;
  readonly games: readonly PlannedGame[];
}

/** Rows land this long after their scraper was started. */
const secondsToLand = 95;
const secondsToLoad = 61;
/** What the controller decides on the hour is executed five minutes later. */
const minutesToExecute = 5;
const windowMinutes = 30;

/** The night's scraper runs: one for each landing of rows, and one in vain for each window before that brought nothing. */
export function scrapeRuns(plot: Plot, date: CalendarDate): readonly ScrapeRun[] {
  return collectionsOf(plot, date)
    .flatMap((collection) => runsOfCollection(plot, collection, date))
    .toSorted((a, b) => a.triggeredAt.getTime() - b.triggeredAt.getTime());
}

export function collectionsOf(plot: Plot, date: CalendarDate): readonly Collection[] {
  const { pipeline, season } = plot;
  const night = season.night(date);
  const declared = Object.values(onDate(pipeline.file.scraping.collections, date)).flatMap(
    ({ scrapers, workflow, table, counts, earlier = [] }) => {
      const byTime = "hours_before_first_game" in counts ? undefined : [...earlier, counts];
      return scrapers.slice(0, 1).map((scraper) => ({ scraper, table, workflow, times: byTime }));
    },
  );
  return [...declared, ...others.filter(({ table }) => declared.every((known) => known.table !== table))]
    .filter(({ table }) => plot.sources.has(table))
    .map(({ scraper, table, workflow, times }) =>
      times === undefined
        ? { scraper, table, windows: bettingWindows(night).map((at) => ({ workflow, at })), games: preparedFor(night), repeated: true }
        : collection(plot, night, { scraper, table, workflow, times }),
    );
}

interface Timed {
  readonly scraper: string;
  readonly table: TableName;
  readonly workflow: string;
  readonly times: readonly DayTime[];
}

function collection(plot: Plot, night: PlannedNight, { scraper, table, workflow, times }: Timed): Collection {
  const isBefore = times.every(({ day }) => day === 0);
  const windows = times.map((time) => ({
    workflow: postGameWindows(plot).find((known) => isSame(known.time, time))?.workflow ?? workflow,
    at: night.time(time.day, time.hour, time.minute),
  }));
  const games = table === plot.pipeline.file.games.schedule ? night.games : isBefore ? preparedFor(night) : inBoxScores(night);
  return { scraper, table, windows: windows.toSorted((a, b) => a.at.getTime() - b.at.getTime()), games, repeated: isBefore };
}

/** The windows after the games, by the workflow that opens in them. */
export function postGameWindows({ pipeline }: Plot): readonly { readonly workflow: string; readonly time: DayTime }[] {
  return Object.entries(pipeline.file.scraping.windows).map(([workflow, time]) => ({ workflow, time }));
}

function isSame(a: DayTime, b: DayTime): boolean {
  return a.day === b.day && a.hour === b.hour && a.minute === b.minute;
}

const at = (day: number, hour: number): DayTime => ({ day, hour, minute: 0 });

/** Collected as well, though nobody judges when. */
const others: readonly { scraper: string; table: TableName; workflow: string; times: readonly DayTime[] | undefined }[] = [
  { scraper: "nbac_schedule_api", table: "nba_raw.nbac_schedule", workflow: "morning_operations", times: [at(0, 6)] },
  {
    scraper: "nbac_injury_report",
    table: "nba_raw.nbac_injury_report",
    workflow: "injury_discovery",
    times: [9, 11, 13, 15, 17, 19].map((hour) => at(0, hour)),
  },
  { scraper: "oddsa_game_lines", table: "nba_raw.odds_api_game_lines", workflow: "betting_lines", times: undefined },
  {
    scraper: "nbac_team_boxscore",
    table: "nba_raw.nbac_team_boxscore",
    workflow: "post_game_window_3",
    times: [at(1, 1), at(1, 2), at(1, 4)],
  },
];

function runsOfCollection(plot: Plot, collection: Collection, date: CalendarDate): readonly ScrapeRun[] {
  const { scraper, table, windows, games, repeated } = collection;
  if (games.length === 0) return [];
  if (table === plot.pipeline.file.games.schedule) return windows.map((window) => ({ ...begun(window), scraper, table, window, games }));
  const landings = workOf(plot, table, date);
  const brought = landings.map((landing): ScrapeRun => {
    const triggeredAt = addMinutes(landing.at, -secondsToLand / 60);
    const completedAt = addMinutes(landing.at, -secondsToLoad / 60);
    return { scraper, table, window: windowOf(windows, landing.at), triggeredAt, completedAt, games: landing.games };
  });
  const inVain = windows
    .filter((window) => !brought.some((run) => run.window === window))
    .filter((window) => repeated || !isWhole(games, landings, window.at))
    .map((window): ScrapeRun => ({ ...begun(window), scraper, table, window, games: [] }));
  return [...brought, ...inVain];
}

function begun(window: Window): Pick<ScrapeRun, "triggeredAt" | "completedAt"> {
  const triggeredAt = addMinutes(window.at, minutesToExecute);
  return { triggeredAt, completedAt: addMinutes(triggeredAt, 0.5) };
}

/** The window that the landing is the outcome of; rows that come long after it were fetched by somebody else. */
function windowOf(windows: readonly Window[], landedAt: Date): Window | undefined {
  return windows.findLast(({ at: opens }) => opens <= landedAt && landedAt < addMinutes(opens, windowMinutes));
}

function isWhole(games: readonly PlannedGame[], landings: ReturnType<typeof workOf>, moment: Date): boolean {
  const there = new Set(landings.filter((landing) => landing.at < moment).flatMap((landing) => landing.games));
  return games.every((game) => there.has(game));
}
