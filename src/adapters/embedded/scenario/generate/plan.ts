import type { CalendarDate } from "../../../../pipeline/dates.ts";
import { addDays, addMinutes, daysBetween, instantOf } from "../../../../pipeline/dates.ts";
import type { Game } from "../../../../pipeline/games.ts";
import { gameOf } from "../../../../pipeline/games.ts";
import type { Pipeline } from "../../../../pipeline/load.ts";
import type { StageName } from "../../../../pipeline/schema.ts";
import type { GivenGame, Night, Scenario } from "../scenario.ts";
import { teams } from "./league.ts";
import { random } from "./random.ts";
import { openingOf, partOfSeason } from "./season.ts";

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
  /** From when games are remembered, though no table holds them any more: averages need some before the first stored date. */
  readonly remembered: CalendarDate;
  night(date: CalendarDate): PlannedNight;
}

const daysAfter = 7;
const scheduleMargin = 12;
/** So many days hold ten games of everybody who plays at all. */
const daysRemembered = 50;

export function planSeason(scenario: Scenario, pipeline: Pipeline): Season {
  const { date, days } = scenario.night;
  const given = new Map<string, Night>([...scenario.nights, scenario.night].map((night) => [night.date, night]));
  const processed = datesFrom(addDays(date, -days), days + daysAfter);
  const scheduled = datesFrom(addDays(date, -days - scheduleMargin), days + daysAfter + 2 * scheduleMargin);
  const numbers = new Map<CalendarDate, ReadonlyMap<string, number>>();
  const firstNumber = (asked: CalendarDate): number => {
    const opening = openingOf(asked);
    const known = numbers.get(opening) ?? numberGames(scenario, given, opening);
    numbers.set(opening, known);
    return known.get(asked) ?? 1;
  };
  const planned = new Map<string, PlannedNight>();
  return {
    seed: scenario.seed,
    nightInFocus: date,
    scheduled,
    processed,
    remembered: addDays(date, -Math.max(daysRemembered, days + 15)),
    night(asked) {
      const known = planned.get(asked);
      if (known !== undefined) return known;
      const night = planNight({ scenario, pipeline, date: asked, given, firstNumber: firstNumber(asked) });
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
  const time = clockOf(date, pipeline.zone);
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

/** Every table asks for the same few times of a night again and again, and each costs a look into the zone's rules. */
function clockOf(date: CalendarDate, zone: string): PlannedNight["time"] {
  const known = new Map<number, Date>();
  return (day, hour, minute) => {
    const key = (day * 24 + hour) * 60 + minute;
    const at = known.get(key) ?? instantOf(date, { day, hour, minute }, zone);
    known.set(key, at);
    return at;
  };
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
    prefix: partOfSeason(ask.date)?.prefix,
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
  const part = partOfSeason(date);
  if (part === undefined) return 0;
  const usual = part.prefix === "002" ? scenario.night.games_a_day : undefined;
  return usual ?? random(scenario.seed, "count", date).whole(part.fewest, part.most);
}

/** The number that each date's first game has in its competition and season. */
function numberGames(scenario: Scenario, given: ReadonlyMap<string, Night>, opening: CalendarDate): Map<string, number> {
  const first = new Map<string, number>();
  let number = 1;
  let prefix = "";
  for (let date = opening; openingOf(date) === opening; date = addDays(date, 1)) {
    const part = partOfSeason(date)?.prefix ?? prefix;
    if (part !== prefix) number = 1;
    prefix = part;
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

function datesFrom(first: CalendarDate, days: number): CalendarDate[] {
  return Array.from({ length: days + 1 }, (_, index) => addDays(first, index));
}
