import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { teams } from "../../src/adapters/embedded/scenario/generate/league.ts";
import { partOfSeason } from "../../src/adapters/embedded/scenario/generate/season.ts";
import type { GivenGame, Night, Scenario } from "../../src/adapters/embedded/scenario/scenario.ts";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import type { CalendarDate } from "../../src/pipeline/dates.ts";
import { addDays, calendarDateOf, daysBetween, instantOf } from "../../src/pipeline/dates.ts";
import type { Pipeline } from "../../src/pipeline/load.ts";
import type { Dice } from "./dice.ts";

/** Some weeks of invented nights on which all goes well, of which the last ones are judged. */
export interface Stretch {
  readonly name: string;
  readonly scenario: Scenario;
  readonly stores: Stores;
  readonly dates: readonly CalendarDate[];
  /** What is particular about a date: drawn, or by the calendar. */
  readonly told: ReadonlyMap<CalendarDate, string>;
}

/** The last judged date of each: rules changed in February, clocks in November and March, play-offs begin in April. */
const ends = ["2025-11-21", "2025-12-23", "2026-01-22", "2026-02-12", "2026-02-24", "2026-03-17", "2026-04-11", "2026-05-06", "2026-06-02"];

/** So many days before the first judged one hold ten games of whoever plays at all. */
const daysOfHistory = 26;

export function drawStretch(index: number, days: number, pipeline: Pipeline, dice: Dice): Stretch {
  const end = ends[index % ends.length] ?? "2026-02-12";
  // The first round ends where the calendar is of interest; later ones anywhere near.
  const last = addDays(calendarDateOf(end), index < ends.length ? 0 : dice.whole(-9, 9));
  const dates = Array.from({ length: days }, (_, back) => addDays(last, -back)).toReversed();
  const nights = drawNights(dates, dice);
  const focus = nights.find(({ night }) => night.date === last)?.night ?? { date: last };
  const scenario: Scenario = {
    name: `stretch-${index}`,
    about: "Nights on which all goes well.",
    base: "healthy",
    seed: dice.whole(1, 999_999),
    clock: instantOf(last, { day: 1, hour: 12, minute: 30 }, pipeline.zone),
    night: { ...focus, days: days + daysOfHistory, ...(dice.chance(0.3) ? { games_a_day: dice.whole(4, 13) } : {}) },
    nights: nights.flatMap(({ night }) => (night.date === last ? [] : [night])),
    files: [],
    changes: [],
    expect: [],
  };
  const told = new Map(nights.map(({ night, said }) => [night.date, said]));
  return { name: scenario.name, scenario, stores: buildStores(scenario, pipeline), dates, told };
}

interface Drawn {
  readonly night: Night;
  readonly said: string;
}

/** About half of the nights differ from what the generator would invent. */
function drawNights(dates: readonly CalendarDate[], dice: Dice): readonly Drawn[] {
  const taken = new Set<CalendarDate>();
  return dates.flatMap((date) => {
    const prefix = partOfSeason(date)?.prefix;
    if (prefix === undefined || prefix === "001" || taken.has(date) || dice.chance(0.5)) return [];
    taken.add(date);
    return [dice.chance(0.45) ? sizedNight(date, prefix, dice) : unusualNight(date, prefix, dates, taken, dice)];
  });
}

/** 0 to 15 games, of usual or unusual sizes. */
function sizedNight(date: CalendarDate, prefix: string, dice: Dice): Drawn {
  const games = prefix === "004" ? dice.whole(0, 8) : dice.pick([0, 1, 2, 3, 12, 13, 14, 15, dice.whole(0, 15)]);
  if (games === 0 || dice.chance(0.5)) return { night: { date, games }, said: `${games} games` };
  const rows = games * dice.whole(32, 37);
  const share = dice.whole(26, 44) / 100;
  return { night: { date, games, player_rows: rows, dnp: Math.round(rows * share) }, said: `${games} games, ${rows} rows, ${share} DNP` };
}

/** Games that are put off or called off, exhibition, and games that were never begun. */
function unusualNight(date: CalendarDate, prefix: string, dates: readonly CalendarDate[], taken: Set<CalendarDate>, dice: Dice): Drawn {
  const count = dice.whole(1, prefix === "004" ? 5 : 12);
  const names = dice.some(teams, count * 2);
  const games: GivenGame[] = Array.from({ length: count }, (_, place) => ({ game: `${names[2 * place]}@${names[2 * place + 1]}`, prefix }));
  const kind = dice.pick(["put off", "put off", "never begun", "called off", "exhibition", "exhibition only"] as const);
  const some = dice.whole(1, Math.max(1, Math.floor(count / 2)));
  switch (kind) {
    case "put off":
    case "never begun": {
      const later = dates.find(
        (other) => other > date && !taken.has(other) && daysBetween(date, other) <= 9 && partOfSeason(other)?.prefix === prefix,
      );
      if (later === undefined) return { night: { date, games }, said: `${count} games` };
      taken.add(later);
      const status = kind === "never begun" ? { status: 1 } : dice.chance(0.5) ? {} : { status: 4 };
      const off = games.map((game, place) => (place < some ? { ...game, ...status, postponed_to: later } : game));
      return { night: { date, games: off }, said: `${some} of ${count} ${kind}, to ${later}` };
    }
    case "called off": {
      const off = games.map((game, place) => (place < some ? { ...game, status: dice.pick([4, 9]) } : game));
      return { night: { date, games: off }, said: `${some} of ${count} called off` };
    }
    case "exhibition":
      return { night: { date, games: [...games, { game: "STA@WLD", prefix: "003" }] }, said: `${count} games and an exhibition` };
    case "exhibition only":
      return { night: { date, games: [{ game: "STA@WLD", prefix: "003" }] }, said: "an exhibition only" };
  }
}
