import type { CalendarDate } from "../../../../pipeline/dates.ts";
import { addDays } from "../../../../pipeline/dates.ts";
import type { PlayerLine, TeamLine } from "./box-scores.ts";
import { boxScore, pointsOf } from "./box-scores.ts";
import type { PlannedGame, Season } from "./plan.ts";

/** What a player did in the last games in which he played, all of them before a date; at least one. */
export interface Form {
  readonly pointsLast5: number;
  readonly pointsLast10: number;
  readonly minutesLast10: number;
}

/** A team's players before a date, and how fast it played. Who has not played yet is not in it. */
export interface TeamForm {
  readonly players: ReadonlyMap<string, Form>;
  readonly pace: number | null;
}

const window = 10;

const forms = new WeakMap<Season, Map<string, TeamForm>>();

export function teamForm(season: Season, team: string, date: CalendarDate): TeamForm {
  const known = forms.get(season) ?? new Map<string, TeamForm>();
  forms.set(season, known);
  const key = `${team} ${date}`;
  const found = known.get(key) ?? formOf(season, team, date);
  known.set(key, found);
  return found;
}

function formOf(season: Season, team: string, date: CalendarDate): TeamForm {
  const played = new Map<string, PlayerLine[]>();
  const paces: number[] = [];
  for (const game of gamesOf(season, team).toReversed()) {
    if (game.date >= date) continue;
    const { team: own, lines } = sideOf(season, game, team);
    if (paces.length < window) paces.push(own.possessions);
    for (const line of lines) {
      const recent = played.get(line.player) ?? [];
      if (line.dnp || recent.length === window) continue;
      played.set(line.player, recent);
      recent.push(line);
    }
  }
  return {
    players: new Map([...played].map(([player, lines]) => [player, averages(lines)])),
    pace: paces.length === 0 ? null : mean(paces),
  };
}

/** Newest first. */
function averages(lines: readonly PlayerLine[]): Form {
  const points = lines.map(pointsOf);
  return { pointsLast5: mean(points.slice(0, 5)), pointsLast10: mean(points), minutesLast10: mean(lines.map(({ tenths }) => tenths / 10)) };
}

function mean(values: readonly number[]): number {
  return Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 10) / 10;
}

const schedules = new WeakMap<Season, ReadonlyMap<string, readonly PlannedGame[]>>();

/** The team's games that are counted, in order, from as far back as anybody remembers. */
function gamesOf(season: Season, team: string): readonly PlannedGame[] {
  const known = schedules.get(season) ?? playedByTeam(season);
  schedules.set(season, known);
  return known.get(team) ?? [];
}

function playedByTeam(season: Season): ReadonlyMap<string, readonly PlannedGame[]> {
  const games = new Map<string, PlannedGame[]>();
  const last = season.processed.at(-1) ?? season.nightInFocus;
  for (let date = season.remembered; date <= last; date = addDays(date, 1)) {
    for (const game of season.night(date).games) {
      if (!game.played || !game.owes.includes("analytics")) continue;
      for (const team of [game.away, game.home]) games.set(team, [...(games.get(team) ?? []), game]);
    }
  }
  return games;
}

function sideOf(season: Season, game: PlannedGame, team: string): { readonly team: TeamLine; readonly lines: readonly PlayerLine[] } {
  const { teams, players } = boxScore(season.seed, game);
  return { team: team === game.away ? teams[0] : teams[1], lines: players.filter((line) => line.team === team) };
}
