import { addMinutes } from "../../../../pipeline/dates.ts";
import type { PlannedGame } from "./plan.ts";
import type { TableSource } from "./source.ts";

/** Rows are there long before the game and are written again when its status changes. */
export const schedule: TableSource = {
  rowsOf: (game, _season, at) => [
    {
      game_id: game.nbaId,
      game_code: `${game.date.replaceAll("-", "")}/${game.away}${game.home}`,
      game_date: game.date,
      game_status: statusAt(game, at),
      game_status_text: statusText(game, at),
      home_team_tricode: game.home,
      away_team_tricode: game.away,
      game_date_est: game.tipOff.toISOString(),
    },
  ],
  size: () => 1,
  arrivals: (night) => night.games.flatMap((game) => turns(game).map((at) => ({ at, games: [game] }))),
  dates: (season) => season.scheduled,
};

export const postponements: TableSource = {
  rowsOf: (game) =>
    game.postponedTo === undefined
      ? []
      : [
          {
            game_id: game.nbaId,
            original_date: game.date,
            new_date: game.postponedTo,
            reason: "Arena unavailable",
            status: "confirmed",
          },
        ],
  size: (game) => (game.postponedTo === undefined ? 0 : 1),
  arrivals: (night) =>
    night.games.filter((game) => game.postponedTo !== undefined).map((game) => ({ at: addMinutes(game.calledOffAt, 5), games: [game] })),
  dates: (season) => season.scheduled,
};

function turns(game: PlannedGame): readonly Date[] {
  if (game.endStatus === 1) return [game.listedAt];
  if (game.endStatus === 2) return [game.listedAt, game.tipOff];
  return game.played ? [game.listedAt, game.tipOff, game.finalAt] : [game.listedAt, game.calledOffAt];
}

function statusAt(game: PlannedGame, at: Date): number {
  if (game.endStatus === 1) return 1;
  if (!game.played) return at >= game.calledOffAt ? game.endStatus : 1;
  if (at < game.tipOff) return 1;
  return at < game.finalAt || game.endStatus === 2 ? 2 : 3;
}

function statusText(game: PlannedGame, at: Date): string {
  const status = statusAt(game, at);
  if (status === 1) return "Scheduled";
  if (status === 2) return "In progress";
  return status === 3 ? "Final" : "Postponed";
}
