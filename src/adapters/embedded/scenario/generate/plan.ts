import type { CalendarDate } from "../../../../pipeline/dates.ts";
import { addDays, addMinutes, calendarDateOf, daysBetween, instantOf } from "../../../../pipeline/dates.ts";
import type { Game } from "../../../../pipeline/games.ts";
import { gameOf } from "../../../../pipeline/games.ts";
import type { Pipeline } from "../../../../pipeline/load.ts";
import type { StageName } from "../../../../pipeline/schema.ts";
import type { GivenGame, Night, Scenario } from "../scenario.ts";
import { teams } from "./league.ts";
import { random } from "./random.ts";

/** Away and home. */
type Pair = readonly [number, number];

export interface PlannedGame extends Game {
  readonly date: CalendarDate;
  /** Ten digits, as the raw tables have it. */
  readonly nbaId: string;
  /** `YYYYMMDD_AWAY_HOME`, as the analytics tables have it. */
  readonly analyticsId: string;
  readonly tipOff: Date;
  readonly finalAt: Date;
  /** From when the schedule names it. */
  readonly listedAt: Date;
  /** What the schedule says of it in the end. */
  readonly endStatus: number;
  readonly played: boolean;
  /** When a game that is not played was called off. */
  readonly calledOffAt: Date;
  readonly postponedTo?: CalendarDate | undefined;
  readonly owes: readonly StageName[];
  readonly rows: Pair;
  readonly dnp: Pair;
  readonly upcoming: Pair;
}

export interface PlannedNight {
  readonly date: CalendarDate;
  readonly games: readonly PlannedGame[];
  /** The instant of a time of day, counted from the night's date. */
  time(day: number, hour: number, minute: number): Date;
}

/** Which games there are on every date of the scenario, and how big. Nights are planned when first asked for. */
export interface Season {
  readonly seed: number;
  readonly nightInFocus: CalendarDate;
  /** Dates that the schedule covers. */
  readonly scheduled: readonly CalendarDate[];
  /** Dates for which the pipeline runs; what is written after a moment is not seen at it. */
  readonly processed: readonly CalendarDate[];
  night(date: CalendarDate): PlannedNight;
}

const daysAfter = 7;
const scheduleMargin = 12;
const restDays = ["2026-02-13", "2026-02-14", "2026-02-15", "2026-02-16", "2026-02-17", "2026-02-18"];

export function planSeason(scenario: Scenario, pipeline: Pipeline): Season {
  const { date, days } = scenario.night;
  const given = new Map<string, Night>([...scenario.nights, scenario.night].map((night) => [night.date, night]));
  const processed = datesFrom(addDays(date, -days), days + daysAfter);
  const scheduled = datesFrom(addDays(date, -days - scheduleMargin), days + daysAfter + 2 * scheduleMargin);
  const opening = openingOf(scheduled[0] ?? date);
  const firstNumbers = numberGames(scenario, given, opening, scheduled.at(-1) ?? date);
  const planned = new Map<string, PlannedNight>();
  return {
    seed: scenario.seed,
    nightInFocus: date,
    scheduled,
    processed,
    night(asked) {
      const known = planned.get(asked);
      if (known !== undefined) return known;
      const night = planNight({ scenario, pipeline, date: asked, given, firstNumber: firstNumbers.get(asked) ?? 1 });
      planned.set(asked, night);
      return night;
    },
  };
}

interface Ask {
  readonly scenario: Scenario;
  readonly pipeline: Pipeline;
  readonly date: CalendarDate;
  readonly given: ReadonlyMap<string, Night>;
  readonly firstNumber: number;
}

function planNight(ask: Ask): PlannedNight {
  const { pipeline, date, given } = ask;
  const time = (day: number, hour: number, minute: number): Date => instantOf(date, { day, hour, minute }, pipeline.zone);
  const moved = movedTo(ask);
  const named = [...givenGames(ask, moved), ...moved.map(({ game }) => game)];
  const slots = random(ask.scenario.seed, "tip-offs", date);
  const halfHours = named.map(() => slots.whole(0, 7)).toSorted((a, b) => a - b);
  const noon = time(0, 12, 0);
  const games = named.map((game, index) => {
    const tipOff = addMinutes(noon, 7 * 60 + (halfHours[index] ?? 0) * 30);
    const origin = moved.find((candidate) => candidate.game === game);
    return {
      ...identity(game, date, origin?.nbaId ?? nbaId(game, date, numberOf(game, date, index, ask.firstNumber))),
      ...fate(game, noon),
      owes: pipeline.file.games.competitions[game.prefix ?? "002"]?.owes ?? [],
      tipOff,
      finalAt: addMinutes(tipOff, 150),
      listedAt: origin?.movedAt ?? addMinutes(noon, -30 * 24 * 60),
    };
  });
  return { date, games: withSizes(ask.scenario.seed, date, given.get(date), games), time };
}

function identity(given: GivenGame, date: CalendarDate, id: string): Game & Pick<PlannedGame, "date" | "nbaId" | "analyticsId"> {
  const [away = "", home = ""] = given.game.split("@");
  return { ...gameOf(away, home), date, nbaId: id, analyticsId: `${date.replaceAll("-", "")}_${away}_${home}` };
}

function fate(given: GivenGame, noon: Date): Pick<PlannedGame, "endStatus" | "played" | "calledOffAt" | "postponedTo"> {
  const endStatus = given.status ?? (given.postponed_to === undefined ? 3 : 9);
  return { endStatus, played: endStatus === 2 || endStatus === 3, calledOffAt: noon, postponedTo: given.postponed_to };
}

type Unsized = Omit<PlannedGame, "rows" | "dnp" | "upcoming">;

/** Shares the night's totals out evenly, the first games getting what is left over; without totals, usual sizes. */
function withSizes(seed: number, date: CalendarDate, night: Night | undefined, games: readonly Unsized[]): PlannedGame[] {
  const dice = random(seed, "sizes", date);
  const inBoxScores = games.filter((game) => game.played && game.owes.includes("box-scores"));
  const inAnalytics = games.filter((game) => game.owes.includes("analytics"));
  const rows = sharedOut(night?.player_rows, inBoxScores, () => dice.whole(34, 35));
  const upcoming = sharedOut(night?.upcoming_players, inAnalytics, () => dice.whole(33, 35));
  const sides = inBoxScores.flatMap((game) => [`${game.name} away`, `${game.name} home`]);
  const dnp = sharedOut(
    night?.dnp,
    sides.map((name) => ({ name })),
    () => dice.whole(5, 7),
  );
  return games.map((game) => ({
    ...game,
    rows: halves(rows.get(game.name) ?? 0),
    dnp: [dnp.get(`${game.name} away`) ?? 0, dnp.get(`${game.name} home`) ?? 0],
    upcoming: halves(upcoming.get(game.name) ?? 0),
  }));
}

function sharedOut(total: number | undefined, among: readonly { readonly name: string }[], usual: () => number): Map<string, number> {
  if (total === undefined) return new Map(among.map(({ name }) => [name, usual()]));
  const least = Math.floor(total / among.length);
  const over = total - least * among.length;
  return new Map(among.map(({ name }, index) => [name, least + (index < over ? 1 : 0)]));
}

function halves(total: number): Pair {
  return [Math.ceil(total / 2), Math.floor(total / 2)];
}

function givenGames(ask: Ask, moved: readonly Moved[]): readonly GivenGame[] {
  const games = ask.given.get(ask.date)?.games;
  if (typeof games === "object") return games;
  const taken = moved.flatMap(({ game }) => game.game.split("@"));
  const count = gameCount(ask.scenario, ask.given, ask.date);
  const drawn = random(ask.scenario.seed, "games", ask.date).shuffled(teams.filter((team) => !taken.includes(team)));
  return Array.from({ length: Math.min(count, Math.floor(drawn.length / 2)) }, (_, index) => ({
    game: `${drawn[2 * index]}@${drawn[2 * index + 1]}`,
  }));
}

interface Moved {
  readonly game: GivenGame;
  readonly nbaId: string;
  readonly movedAt: Date;
}

/** Games of other nights that were postponed to this date; they keep their id. */
function movedTo(ask: Ask): Moved[] {
  return [...ask.given.values()].flatMap((night) => {
    if (typeof night.games !== "object" || night.date === ask.date) return [];
    const noon = instantOf(night.date, { day: 0, hour: 12, minute: 0 }, ask.pipeline.zone);
    return night.games.flatMap((game, index) =>
      game.postponed_to === ask.date
        ? [
            {
              game: { game: game.game, prefix: game.prefix },
              nbaId: nbaId(game, night.date, numberOf(game, night.date, index, 0)),
              movedAt: noon,
            },
          ]
        : [],
    );
  });
}

function gameCount(scenario: Scenario, given: ReadonlyMap<string, Night>, date: CalendarDate): number {
  const games = given.get(date)?.games;
  if (games !== undefined) return typeof games === "number" ? games : games.length;
  if (restDays.includes(date)) return 0;
  return scenario.night.games_a_day ?? random(scenario.seed, "count", date).whole(4, 11);
}

/** The number that each date's first game has in its season. */
function numberGames(
  scenario: Scenario,
  given: ReadonlyMap<string, Night>,
  opening: CalendarDate,
  last: CalendarDate,
): Map<string, number> {
  const first = new Map<string, number>();
  let number = 1;
  for (const date of datesFrom(opening, daysBetween(opening, last))) {
    if (openingOf(date) === date) number = 1;
    first.set(date, number);
    number += gameCount(scenario, given, date);
  }
  return first;
}

function nbaId(game: GivenGame, date: CalendarDate, number: number): string {
  return `${game.prefix ?? "002"}${openingOf(date).slice(2, 4)}${String(number).padStart(5, "0")}`;
}

/** A postponed game keeps its id on its new date, so its number follows from its first night alone. */
function numberOf(game: GivenGame, date: CalendarDate, index: number, firstNumber: number): number {
  if (game.postponed_to === undefined) return firstNumber + index;
  return 90_000 + daysBetween(openingOf(date), date) * 15 + index;
}

/** A season's games are counted from October. */
function openingOf(date: CalendarDate): CalendarDate {
  const year = Number(date.slice(0, 4));
  return calendarDateOf(`${date.slice(5, 7) >= "10" ? year : year - 1}-10-01`);
}

function datesFrom(first: CalendarDate, days: number): CalendarDate[] {
  return Array.from({ length: days + 1 }, (_, index) => addDays(first, index));
}
