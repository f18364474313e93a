import { addMinutes } from "../../../../pipeline/dates.ts";
import type { PlannedNight } from "./plan.ts";
import { prepared, preparedFor, quoted } from "./prepared.ts";
import { random } from "./random.ts";
import type { Arrival, TableSource } from "./source.ts";

const bookmakers = ["draftkings", "fanduel", "betmgm"];

/** A snapshot of every bookmaker's line, every two hours until the game begins; one of them quotes fewer players. */
export const playerProps: TableSource = {
  rowsOf: (game, season) =>
    quoted(season, game).flatMap(({ player, line }) =>
      bookmakersOf(season.seed, player).map((bookmaker) => ({
        game_id: game.analyticsId,
        game_date: game.date,
        player_lookup: player,
        bookmaker,
        points_line: line,
      })),
    ),
  size: (game, season) => quoted(season, game).reduce((sum, { player }) => sum + bookmakersOf(season.seed, player).length, 0),
  arrivals: (night) => snapshots(night),
};

export const gameLines: TableSource = {
  rowsOf: (game) => bookmakers.map((bookmaker) => ({ game_id: game.analyticsId, game_date: game.date, bookmaker })),
  size: () => bookmakers.length,
  arrivals: (night) => snapshots(night),
};

/** The league's report, every two hours of a game day: each time it names everybody again. */
export const injuryReport: TableSource = {
  rowsOf: (game, season, at) => {
    const hour = hourOf(season.night(game.date), at);
    const out = prepared(season, game).filter((each) => each.out);
    return out.map(({ player }) => ({ report_date: game.date, report_hour: hour, player_lookup: player, game_id: game.nbaId }));
  },
  size: (game, season) => prepared(season, game).filter(({ out }) => out).length,
  arrivals: (night) =>
    [9, 11, 13, 15, 17, 19]
      .map((hour) => ({ at: night.time(0, hour, 4), games: preparedFor(night) }))
      .filter(({ games }) => games.length > 0),
};

/** Rows reach the table four minutes after their window opens. */
const minutesToLand = 4;
const hourMs = 3_600_000;

/** When prices are asked for: from twelve hours before the first game on, but not before eight, and every two hours, on the hour. */
export function bettingWindows(night: PlannedNight): readonly Date[] {
  const tipOffs = preparedFor(night).map(({ tipOff }) => tipOff.getTime());
  if (tipOffs.length === 0) return [];
  const [first, last] = [Math.min(...tipOffs), Math.max(...tipOffs)];
  const [from, to] = [night.time(0, 8, 0).getTime(), night.time(0, 20, 0).getTime()];
  const opens = Math.min(to, Math.max(from, first - 12 * hourMs));
  const windows: Date[] = [];
  // The controller looks once an hour, so a window of 10:30 is taken care of at ten.
  for (let at = new Date(Math.floor(opens / hourMs) * hourMs); at.getTime() < last; at = addMinutes(at, 120)) windows.push(at);
  return windows;
}

function snapshots(night: PlannedNight): readonly Arrival[] {
  return bettingWindows(night).flatMap((window) => {
    const at = addMinutes(window, minutesToLand);
    const games = preparedFor(night).filter(({ tipOff }) => tipOff > at);
    return games.length === 0 ? [] : [{ at, games }];
  });
}

function bookmakersOf(seed: number, player: string): readonly string[] {
  return random(seed, "bookmakers", player).next() < 0.7 ? bookmakers : bookmakers.slice(0, 2);
}

/** Counted from noon, because clocks are changed at night. */
function hourOf(night: PlannedNight, at: Date): number {
  const sinceNoon = Math.floor((at.getTime() - night.time(0, 12, 0).getTime()) / hourMs);
  return Math.min(23, Math.max(0, 12 + sinceNoon));
}
