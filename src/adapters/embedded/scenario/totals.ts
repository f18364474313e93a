import { UserError } from "../../../errors.ts";
import type { CalendarDate } from "../../../pipeline/dates.ts";
import { addDays } from "../../../pipeline/dates.ts";
import type { PlannedGame } from "./generate/plan.ts";
import type { TableSource } from "./generate/source.ts";
import type { Plot, TableFacts } from "./plot.ts";
import type { Totals } from "./scenario.ts";
import type { Stored, TableStep } from "./verbs.ts";
import { copyOf, countKeys, stored } from "./verbs.ts";

/** How many different keys a game brings, and when it was written. */
interface Share {
  readonly game: PlannedGame;
  readonly at: Date;
  readonly keys: number;
}

interface PlacedShare extends Share {
  /** The place of its first key among those that may have copies; undefined if its own may not. */
  readonly place: number | undefined;
}

interface Parts {
  readonly dates: ReadonlyMap<CalendarDate, readonly PlacedShare[]>;
  /** How many keys may have copies. */
  readonly places: number;
}

const mostYears = 15;

/** From its time on the date's rows are the part of the totals that falls on it. */
export function totalsStep(plot: Plot, table: TableFacts, change: Totals, date: CalendarDate): TableStep {
  return {
    at: change.from.getTime(),
    apply: () => {
      const parts = partsOf(plot, change);
      const all = (parts.dates.get(date) ?? []).map((share) => {
        const rows = originalsOf(plot, table, change, share);
        return { rows, copies: copies(table, change, parts.places, { ...share, rows }) };
      });
      return [...all.flatMap(({ rows }) => rows), ...all.flatMap((share) => share.copies)];
    },
  };
}

/** The dates over which the totals are spread, in order. A total that nothing can hold is refused here. */
export function totalsDates(plot: Plot, change: Totals): readonly CalendarDate[] {
  return [...partsOf(plot, change).dates.keys()];
}

function originalsOf(plot: Plot, table: TableFacts, change: Totals, { game, at, keys }: Share): readonly Stored[] {
  const stamp = (change.stamped ?? at).toISOString();
  const rows = sourceOf(plot, change).rowsOf(game, plot.season, at).slice(0, keys);
  if (rows.length < keys) throw new Error(`${table.name} has ${rows.length} rows of ${game.name} on ${game.date}, fewer than it says.`);
  const originals = rows.map((row) => ({ game: game.name, row: stored(table, row, { createdAt: stamp, writtenAt: stamp }) }));
  if (countKeys(table, originals) < keys)
    throw cannot(plot, change, "its rows repeat keys on a healthy night too, so they can't be counted out");
  return originals;
}

/** Copies are shared out evenly: of the keys that may have some, none has two more than another. */
function copies(
  table: TableFacts,
  change: Totals,
  places: number,
  { place, rows }: { place: number | undefined; rows: readonly Stored[] },
): Stored[] {
  if (place === undefined) return [];
  const upTo = (keys: number): number => Math.floor((keys * (change.rows - change.distinct)) / places);
  return rows.flatMap((original, index) =>
    Array.from({ length: upTo(place + index + 1) - upTo(place + index) }, () => copyOf(table, original, change.copiesStamped)),
  );
}

const made = new WeakMap<Plot, Map<Totals, Parts>>();

function partsOf(plot: Plot, change: Totals): Parts {
  const known = made.get(plot) ?? new Map<Totals, Parts>();
  made.set(plot, known);
  const parts = known.get(change) ?? planParts(plot, change);
  known.set(change, parts);
  return parts;
}

function planParts(plot: Plot, change: Totals): Parts {
  const shares = change.night === "all" ? wholeTable(plot, change) : oneNight(plot, change, change.night ?? plot.season.nightInFocus);
  let places = 0;
  const placed = shares.map((share): PlacedShare => {
    // Copies that were written at a time are of games whose rows were there by then.
    if (change.copiesStamped !== undefined && share.at > change.copiesStamped) return { ...share, place: undefined };
    places += share.keys;
    return { ...share, place: places - share.keys };
  });
  if (places === 0 && change.rows > change.distinct)
    throw cannot(plot, change, "no row is older than `copies_stamped`, so none can have a copy");
  return { dates: Map.groupBy(placed, ({ game }) => game.date), places };
}

function oneNight(plot: Plot, change: Totals, date: CalendarDate): Share[] {
  return sharedOut(plot, change, gamesHeld(plot, change, date));
}

/** Games back from the newest that the table can hold by then, in order of their dates. */
function wholeTable(plot: Plot, change: Totals): Share[] {
  const source = sourceOf(plot, change);
  const held: Held[] = [];
  let keys = 0;
  const isEnough = (): boolean => (change.games === undefined ? keys >= change.distinct : held.length >= change.games);
  for (const date of datesBack(plot)) {
    if (isEnough()) break;
    for (const one of gamesHeld(plot, change, date)) {
      if (isEnough()) break;
      held.push(one);
      keys += source.size(one.game, plot.season);
    }
  }
  if (!isEnough()) throw cannot(plot, change, `${mostYears} years hold no more than ${held.length} games with ${keys} different keys`);
  held.reverse();
  return change.games === undefined ? oldestCut(plot, change, held, keys - change.distinct) : sharedOut(plot, change, held);
}

interface Held {
  readonly game: PlannedGame;
  readonly at: Date;
}

/** Every game whole but the oldest, which has so many keys less. */
function oldestCut(plot: Plot, change: Totals, held: readonly Held[], over: number): Share[] {
  const source = sourceOf(plot, change);
  return held.map((one, index) => ({ ...one, keys: source.size(one.game, plot.season) - (index === 0 ? over : 0) }));
}

/** Each game has a key at least; the others follow the sizes of the games. */
function sharedOut(plot: Plot, change: Totals, held: readonly Held[]): Share[] {
  const source = sourceOf(plot, change);
  const sizes = held.map(({ game }) => source.size(game, plot.season));
  const room = sizes.reduce((sum, size) => sum + size, 0);
  if (change.distinct > room) {
    const way = change.night === "all" ? "raise `games`, or leave it out" : "for the table through the years write `night: all`";
    throw cannot(plot, change, `${held.length} games hold at most ${room} different keys; ${way}`);
  }
  if (change.distinct < held.length) throw cannot(plot, change, `${held.length} games have a key each at least`);
  const [more, moreRoom] = [change.distinct - held.length, room - held.length];
  const upTo = (place: number): number => (moreRoom === 0 ? 0 : Math.floor((place * more) / moreRoom));
  let place = 0;
  return held.map((one, index) => {
    const from = place;
    place += (sizes[index] ?? 1) - 1;
    return { ...one, keys: 1 + upTo(place) - upTo(from) };
  });
}

/** The night's games that have rows in the table: for the whole table those that have landed by then. */
function gamesHeld(plot: Plot, change: Totals, date: CalendarDate): readonly Held[] {
  const landed = new Map<string, Held>();
  for (const { at, games } of sourceOf(plot, change).arrivals(plot.season.night(date))) {
    if (change.night === "all" && at > change.from) continue;
    for (const game of games) landed.set(game.name, { game, at });
  }
  return [...landed.values()];
}

function* datesBack({ season }: Plot): Generator<CalendarDate> {
  const last = season.scheduled.at(-1) ?? season.nightInFocus;
  for (let back = 0; back < mostYears * 366; back += 1) yield addDays(last, -back);
}

function sourceOf(plot: Plot, { table }: Totals): TableSource {
  const source = plot.sources.get(table);
  if (source === undefined) throw new Error(`No source fills ${table}.`);
  return source;
}

function cannot(plot: Plot, { table }: Totals, why: string): UserError {
  return new UserError(`${plot.scenario.name}: totals ${table}: ${why}.`);
}
