import type { Evidence } from "../../../evidence/evidence.ts";
import type { HistoryRow } from "../../../evidence/looks/player-history.ts";
import type { PlayerRow, ScheduleRow, TableFacts } from "../../../evidence/looks/tables.ts";
import type { Scope } from "../../check.ts";
import { playedBefore } from "../../predictions/systems.ts";

interface Earlier {
  readonly sample: readonly PlayerRow[];
  readonly players: TableFacts<PlayerRow>;
  readonly history: TableFacts<HistoryRow>;
  readonly schedule: Evidence<TableFacts<ScheduleRow>>;
}

/**
 * Whether no sampled player can have so many earlier games, because his team has not. The history names no team, so a
 * team's dates are those of all its players. A history that lacks games which the schedule of the days before shows was
 * lost, not short, and an empty one is believed only if that schedule shows none at all.
 */
export function isTooEarly({ sample, players, history, schedule }: Earlier, games: number, { rules, date }: Scope): boolean {
  if (!schedule.seen || sample.length === 0) return false;
  const played = playedBefore(schedule.facts.rows, date, "analytics", rules);
  if (history.rows.length === 0) return played.length === 0;
  const teams = new Set(sample.map((row) => row.team_abbr));
  return [...teams].every((team) => {
    if (team === null) return false;
    const own = new Set(players.rows.filter((row) => row.team_abbr === team).map((row) => row.player_lookup));
    const dates = new Set(history.rows.filter((row) => own.has(row.player_lookup) && row.game_date < date).map((row) => row.game_date));
    const shown = played.filter((row) => row.home_team_tricode === team || row.away_team_tricode === team);
    return dates.size < games && shown.every((row) => dates.has(row.game_date));
  });
}
