import { boxScore } from "./box-scores.ts";
import { roster } from "./league.ts";
import type { PlannedGame, PlannedNight, Season } from "./plan.ts";
import type { Random } from "./random.ts";
import { random } from "./random.ts";

/** A player as everybody knows him before the game. */
export interface Prepared {
  readonly player: string;
  readonly team: string;
  readonly opponent: string;
  readonly home: boolean;
  /** On the injury report, and so without a line and a prediction. */
  readonly out: boolean;
  /** The points that bookmakers quote; undefined for most of the bench. */
  readonly line: number | undefined;
  /** Points to be expected of him. */
  readonly usual: number;
}

const made = new WeakMap<PlannedGame, readonly Prepared[]>();

/** Players prepared for the game before it begins. One list for context, features, predictions and odds, so that they agree. */
export function prepared(season: Season, game: PlannedGame): readonly Prepared[] {
  const known = made.get(game) ?? [...sideOf(season, game, 0), ...sideOf(season, game, 1)];
  made.set(game, known);
  return known;
}

/** Those that bookmakers quote. */
export function quoted(season: Season, game: PlannedGame): readonly (Prepared & { readonly line: number })[] {
  return prepared(season, game).flatMap((each) => (each.line === undefined ? [] : [{ ...each, line: each.line }]));
}

/** Games that are prepared for: played or not is not known yet. */
export function preparedFor(night: PlannedNight): readonly PlannedGame[] {
  return night.games.filter((game) => game.owes.includes("analytics"));
}

function sideOf(season: Season, game: PlannedGame, side: 0 | 1): Prepared[] {
  const [team, opponent] = side === 0 ? [game.away, game.home] : [game.home, game.away];
  const dice = random(season.seed, "prepared", game.date, team);
  const players = roster(season.seed, team).slice(0, game.upcoming[side]);
  const out = new Set(injured(season, game, team, players).slice(0, dice.whole(1, 3)));
  const rotation = rotationOf(dice, players, out);
  return players.map((player, standing) => {
    const usual = Math.round((expectation(standing) + dice.between(-3, 3)) * 10) / 10;
    const line = rotation.has(player) ? Math.max(4.5, Math.floor(usual) + 0.5) : undefined;
    return { player, team, opponent, home: side === 1, out: out.has(player), line, usual };
  });
}

/** Those whom bookmakers quote: between 42 and 47 % of the team, mostly those of high standing. */
function rotationOf(dice: Random, players: readonly string[], out: ReadonlySet<string>): ReadonlySet<string> {
  const ranked = players.map((player, standing) => ({ player, rank: standing + dice.between(0, 3) })).toSorted((a, b) => a.rank - b.rank);
  const fit = ranked.filter(({ player }) => !out.has(player));
  return new Set(fit.slice(0, Math.round(players.length * dice.between(0.42, 0.47))).map(({ player }) => player));
}

/** Whom the report names does not play. Of a game that never began nobody knows, so it's the end of the bench. */
function injured(season: Season, game: PlannedGame, team: string, players: readonly string[]): readonly string[] {
  if (!game.played) return players.toReversed();
  const absent = new Set(boxScore(season.seed, game).players.flatMap(({ player, dnp }) => (dnp ? [player] : [])));
  return random(season.seed, "injured", game.date, team).shuffled(players.filter((player) => absent.has(player)));
}

function expectation(standing: number): number {
  return standing < 5 ? 15 : standing < 9 ? 10 : 5;
}
