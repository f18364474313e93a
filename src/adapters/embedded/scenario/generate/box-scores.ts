import { mostOfTeam, roster } from "./league.ts";
import type { PlannedGame } from "./plan.ts";
import type { Random } from "./random.ts";
import { random } from "./random.ts";

export interface PlayerLine {
  readonly player: string;
  readonly team: string;
  readonly opponent: string;
  readonly dnp: boolean;
  readonly starter: boolean;
  /** Tenths of a minute, so that minutes add up exactly; 0 for who did not play. */
  readonly tenths: number;
  readonly fgAttempts: number;
  readonly fgMakes: number;
  readonly threeAttempts: number;
  readonly threeMakes: number;
  readonly ftAttempts: number;
  readonly ftMakes: number;
  readonly turnovers: number;
}

export interface TeamLine {
  readonly team: string;
  readonly opponent: string;
  readonly home: boolean;
  readonly points: number;
  readonly fgAttempts: number;
  readonly fgMakes: number;
  readonly threeAttempts: number;
  readonly ftAttempts: number;
  readonly turnovers: number;
  readonly possessions: number;
}

export interface BoxScore {
  readonly players: readonly PlayerLine[];
  /** Away, home. */
  readonly teams: readonly [TeamLine, TeamLine];
}

const teamTenths = 2400;
const leastTenths = 30;

const made = new WeakMap<PlannedGame, BoxScore>();

/** What happened in the game: invented, the same for the same seed, and in agreement with itself. */
export function boxScore(seed: number, game: PlannedGame): BoxScore {
  const known = made.get(game);
  if (known !== undefined) return known;
  const dice = random(seed, "box score", game.date, game.name);
  const away = side(dice, seed, game, 0);
  const home = withoutDraw(side(dice, seed, game, 1), away);
  const box: BoxScore = {
    players: [...away, ...home],
    teams: [teamLine(dice, game.away, game.home, false, away), teamLine(dice, game.home, game.away, true, home)],
  };
  made.set(game, box);
  return box;
}

export function pointsOf(line: PlayerLine): number {
  return 2 * (line.fgMakes - line.threeMakes) + 3 * line.threeMakes + line.ftMakes;
}

function side(dice: Random, seed: number, game: PlannedGame, which: 0 | 1): PlayerLine[] {
  const [team, opponent] = which === 0 ? [game.away, game.home] : [game.home, game.away];
  const dressed = roster(seed, team).slice(0, Math.min(mostOfTeam, game.rows[which]));
  const order = dressed.map((player, standing) => ({ player, rank: rankOf(dice, standing) })).toSorted((a, b) => a.rank - b.rank);
  const minutes = minutesFor(dice, order.length - game.dnp[which]);
  return order.map(({ player }, place) => ({
    player,
    team,
    opponent,
    starter: place < 5,
    ...(place < minutes.length ? played(dice, minutes[place] ?? 0) : didNotPlay),
  }));
}

/** Mostly those of high standing play; now and then somebody from the end of the bench does. */
function rankOf(dice: Random, standing: number): number {
  const rank = standing + dice.between(0, 4);
  return dice.next() < 0.1 ? rank - 10 : rank;
}

type Shots = Omit<PlayerLine, "player" | "team" | "opponent" | "starter">;

const didNotPlay: Shots = {
  dnp: true,
  tenths: 0,
  fgAttempts: 0,
  fgMakes: 0,
  threeAttempts: 0,
  threeMakes: 0,
  ftAttempts: 0,
  ftMakes: 0,
  turnovers: 0,
};

function played(dice: Random, tenths: number): Shots {
  const minutes = tenths / 10;
  const long = minutes >= 6;
  const fgAttempts = Math.round(minutes * dice.between(0.28, 0.48));
  const threeAttempts = Math.round(fgAttempts * dice.between(0.2, 0.55));
  const threeMakes = Math.round(threeAttempts * dice.between(0.2, 0.5));
  const fgMakes = threeMakes + Math.round((fgAttempts - threeAttempts) * dice.between(0.4, 0.62));
  const ftAttempts = long ? Math.round(minutes * dice.between(0, 0.2)) : 0;
  const ftMakes = Math.round(ftAttempts * dice.between(0.6, 0.95));
  const turnovers = long ? Math.round(minutes * dice.between(0, 0.12)) : 0;
  return { dnp: false, tenths, fgAttempts, fgMakes, threeAttempts, threeMakes, ftAttempts, ftMakes, turnovers };
}

/** 240 minutes a team, more for those in front; nobody under three minutes or over what a game has. */
function minutesFor(dice: Random, players: number): number[] {
  const weights = Array.from({ length: players }, (_, place) => dice.between(0.85, 1.15) * (place < 5 ? 33 : place < 9 ? 20 : 8));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const most = players > 6 ? 430 : 480;
  const tenths = weights.map((weight) => Math.min(most, Math.max(leastTenths, Math.round((weight / sum) * teamTenths))));
  let missing = teamTenths - tenths.reduce((total, share) => total + share, 0);
  for (let turn = 0; missing !== 0; turn += 1) {
    const place = turn % players;
    const step = Math.sign(missing);
    const moved = (tenths[place] ?? 0) + step;
    if (moved < leastTenths || moved > most) continue;
    tenths[place] = moved;
    missing -= step;
  }
  return tenths;
}

/** A game has a winner: equal scores give the home side's first player one more free throw. */
function withoutDraw(home: readonly PlayerLine[], away: readonly PlayerLine[]): PlayerLine[] {
  if (total(home, pointsOf) !== total(away, pointsOf)) return [...home];
  return home.map((line, place) => (place === 0 ? { ...line, ftAttempts: line.ftAttempts + 1, ftMakes: line.ftMakes + 1 } : line));
}

function teamLine(dice: Random, team: string, opponent: string, home: boolean, lines: readonly PlayerLine[]): TeamLine {
  const fgAttempts = total(lines, (line) => line.fgAttempts);
  const ftAttempts = total(lines, (line) => line.ftAttempts);
  const turnovers = total(lines, (line) => line.turnovers);
  return {
    team,
    opponent,
    home,
    points: total(lines, pointsOf),
    fgAttempts,
    fgMakes: total(lines, (line) => line.fgMakes),
    threeAttempts: total(lines, (line) => line.threeAttempts),
    ftAttempts,
    turnovers,
    possessions: Math.round(fgAttempts + 0.44 * ftAttempts + turnovers - dice.whole(7, 13)),
  };
}

function total(lines: readonly PlayerLine[], of: (line: PlayerLine) => number): number {
  return lines.reduce((sum, line) => sum + of(line), 0);
}
