import type { Evidence } from "../evidence/evidence.ts";
import type { PostponementRow, ScheduleRow, TableFacts } from "../evidence/looks/tables.ts";
import { quoted } from "../outside-text.ts";
import { dateAt, timeText } from "../pipeline/dates.ts";
import type { Game } from "../pipeline/games.ts";
import { gameOf } from "../pipeline/games.ts";
import type { Rules } from "../pipeline/load.ts";
import type { StageName } from "../pipeline/schema.ts";

/** A scheduled game as its schedule row tells it, before anybody else was asked. */
export interface Draft extends Game {
  readonly status: number | null;
  readonly final: boolean;
  readonly tipOff?: Date;
  /** Stages that games of its competition go through; none for one that is left out by a named rule. */
  readonly owes: readonly StageName[];
  readonly competition: string;
  /** Why the row can't be placed: an id of no named competition, or a team missing. It must not pass for left out. */
  readonly unplaced?: string;
  readonly sign?: Sign;
}

/** What says that the game was not played on this date. */
export interface Sign {
  readonly said: string;
  /** Confirmed by the postponements, not only read off the schedule. */
  readonly confirmed: boolean;
}

export function draftsOf(
  date: string,
  window: readonly ScheduleRow[],
  postponed: Evidence<TableFacts<PostponementRow>>,
  rules: Rules,
): readonly Draft[] {
  return uniqueGames(window.filter((row) => row.game_date === date).map((row) => draftOf(row, rules, window, postponed)));
}

export function owedBy(gameId: string | null, rules: Rules): readonly StageName[] {
  return rules.games.competitions[(gameId ?? "").slice(0, 3)]?.owes ?? [];
}

function draftOf(row: ScheduleRow, rules: Rules, window: readonly ScheduleRow[], postponed: Evidence<TableFacts<PostponementRow>>): Draft {
  const prefix = (row.game_id ?? "").slice(0, 3);
  const competition = rules.games.competitions[prefix];
  const { away_team_tricode: away, home_team_tricode: home } = row;
  const sign = postponementSign(row, rules, window, postponed);
  const unplaced = unplacedBy(row, rules);
  const tipOff = tipOffOf(row, rules);
  return {
    ...gameOf(away ?? "?", home ?? "?"),
    status: row.game_status,
    final: row.game_status !== null && rules.games.status.final.includes(row.game_status),
    owes: owedBy(row.game_id, rules),
    competition: competition === undefined ? "" : `${competition.name} (${prefix})`,
    ...(tipOff === undefined ? {} : { tipOff }),
    ...(unplaced === undefined ? {} : { unplaced }),
    ...(sign === undefined ? {} : { sign }),
  };
}

/** A start that is no time of the game's own date, or that date's midnight, is only a date written as a time. */
function tipOffOf(row: ScheduleRow, { games, zone }: Rules): Date | undefined {
  const written = row[games.tip_off];
  if (typeof written !== "string") return undefined;
  const tipOff = new Date(written);
  return dateAt(tipOff, zone) === row.game_date && timeText(tipOff, zone) !== "00:00" ? tipOff : undefined;
}

function postponementSign(
  row: ScheduleRow,
  rules: Rules,
  window: readonly ScheduleRow[],
  postponed: Evidence<TableFacts<PostponementRow>>,
): Sign | undefined {
  const confirmed = postponed.seen
    ? postponed.facts.rows.find(
        (entry) =>
          entry.game_id === row.game_id &&
          entry.status?.toLowerCase() === "confirmed" &&
          (entry.new_date === null || entry.new_date > row.game_date),
      )
    : undefined;
  if (confirmed !== undefined)
    return { said: `postponed from ${row.game_date}${confirmed.new_date === null ? "" : ` to ${confirmed.new_date}`}`, confirmed: true };
  const later = window.find((other) => other.game_id === row.game_id && other.game_id !== null && other.game_date > row.game_date);
  if (later !== undefined) return { said: `moved from ${row.game_date} to ${later.game_date}`, confirmed: false };
  const wording = (row.game_status_text ?? "").toLowerCase();
  const word = rules.games.not_played_text.find((candidate) => wording.includes(candidate));
  if (word !== undefined) return { said: `${word} on ${row.game_date}, no new date known`, confirmed: false };
  if (row.game_status === null || !rules.games.status.not_played.includes(row.game_status)) return undefined;
  return { said: `status ${row.game_status} on ${row.game_date}: not played, no new date known`, confirmed: false };
}

/** Why the row can't be placed: it must neither be counted nor left out. */
function unplacedBy(
  { away_team_tricode: away, home_team_tricode: home, game_status: status, game_id: id }: ScheduleRow,
  rules: Rules,
): string | undefined {
  const prefix = (id ?? "").slice(0, 3);
  const { final, unplayed, not_played: notPlayed } = rules.games.status;
  if (rules.games.competitions[prefix] === undefined)
    return `its id begins with ${quoted(prefix)}, which is no competition of the pipeline file`;
  if (away === null || home === null) return "the schedule lacks one of its teams";
  return status === null || [...final, ...unplayed, ...notPlayed].includes(status)
    ? undefined
    : `its status is ${status}, which the pipeline file does not explain`;
}

/**
 * One entry per pair of teams: a doubled id is one game, and the row that got furthest speaks for it. If another row of
 * it says that it was not played, that stays said: one of the two is wrong.
 */
function uniqueGames(drafts: readonly Draft[]): readonly Draft[] {
  const unplaced = drafts.filter((draft) => draft.unplaced !== undefined);
  const byPair = new Map<string, Draft>();
  for (const draft of drafts.filter((candidate) => candidate.unplaced === undefined)) {
    const pair = [draft.away, draft.home].toSorted().join(" ");
    const known = byPair.get(pair);
    const furthest = known === undefined || rank(draft) > rank(known) ? draft : known;
    const sign = furthest.sign ?? draft.sign ?? known?.sign;
    byPair.set(pair, sign === undefined ? furthest : { ...furthest, sign: furthest.sign ?? { ...sign, confirmed: false } });
  }
  return [...byPair.values(), ...unplaced].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function rank(draft: Draft): number {
  return (draft.owes.length > 0 ? 100 : 0) + (draft.sign === undefined ? 50 : 0) + (draft.final ? 10 : 0) + (draft.status ?? 0) / 10;
}
