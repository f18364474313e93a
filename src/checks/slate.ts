import type { Evidence, Gather, Unseen } from "../evidence/evidence.ts";
import { completionDocument } from "../evidence/looks/documents.ts";
import type { BoxScoreRow, PostponementRow, ScheduleRow, TableFacts } from "../evidence/looks/tables.ts";
import { boxScoreRows, playerRows, postponements, scheduleWindow } from "../evidence/looks/tables.ts";
import type { CalendarDate } from "../pipeline/dates.ts";
import { isCalendarDate } from "../pipeline/dates.ts";
import type { Game } from "../pipeline/games.ts";
import { gameOf, plays } from "../pipeline/games.ts";
import type { Rules } from "../pipeline/load.ts";
import { tableRules } from "../pipeline/load.ts";
import type { StageName } from "../pipeline/schema.ts";
import { keepOne } from "./keep.ts";

/** Whether the game is to be expected to have been played on the date. */
export type Standing =
  | { readonly kind: "expected" }
  | { readonly kind: "postponed"; readonly said: string }
  | { readonly kind: "excluded"; readonly rule: string }
  /** Looks that would tell were refused: neither expected nor postponed may be assumed. */
  | { readonly kind: "unsure"; readonly lost: readonly Unseen[] };

export interface SlatedGame extends Game {
  readonly status: number | null;
  readonly final: boolean;
  /** Stages that games of this competition go through. */
  readonly owes: readonly StageName[];
  readonly competition: string;
  readonly standing: Standing;
  /** The schedule says it was not played, but box scores say it was. */
  readonly odd?: string;
}

/** What the schedule, with its witnesses, says of a date. */
export type Slate =
  | { readonly kind: "games"; readonly games: readonly SlatedGame[] }
  /** No game of the date is expected, and nothing contradicts it. */
  | {
      readonly kind: "none";
      readonly games: readonly SlatedGame[];
      readonly why: string;
      readonly last?: CalendarDate;
      readonly next?: CalendarDate;
    }
  | { readonly kind: "unknown"; readonly reason: string; readonly observed: string; readonly next: string };

export interface SlateEvidence {
  readonly slate: Slate;
  /** Every look it rests on, whether it was seen or not. */
  readonly looks: readonly Evidence<unknown>[];
}

interface Witnesses {
  readonly boxes: readonly Evidence<TableFacts<BoxScoreRow>>[];
}

/** Games of the date that were or should have been played and that go through the stage. */
export function gamesOwing(slate: Slate, stage: StageName): readonly SlatedGame[] {
  if (slate.kind !== "games") return [];
  return slate.games.filter((game) => game.owes.includes(stage) && (game.standing.kind === "expected" || game.standing.kind === "unsure"));
}

/**
 * Establishes which games the date has. The schedule alone is not believed when it says that a game was not played, nor
 * when it says that there are none: box scores, player rows and the tracker's document are asked as witnesses.
 */
export async function establishSlate(rules: Rules, date: CalendarDate, gather: Gather): Promise<SlateEvidence> {
  const [schedule, postponed] = await Promise.all([gather(scheduleWindow(rules, date)), gather(postponements(rules, date))]);
  if (!schedule.seen) return { slate: unknownSlate(schedule), looks: [schedule, postponed] };
  const window = keepOne(schedule.facts.rows, tableRules(rules, rules.games.schedule)).rows;
  const drafts = window.filter((row) => row.game_date === date).map((row) => draftOf(row, rules, window, postponed));
  const countable = drafts.filter((draft) => draft.owes.length > 0);
  const doubtful = countable.some((draft) => draft.sign !== undefined || (!draft.final && !postponed.seen));
  const boxes =
    doubtful || countable.length === 0
      ? await Promise.all(rules.box_scores.sources.map((source) => gather(boxScoreRows(rules, date, source.table))))
      : [];
  const games = uniqueGames(drafts).map((draft) => settle(draft, { boxes }, postponed));
  const looks = [schedule, postponed, ...boxes];
  if (games.some((game) => game.standing.kind === "expected" || game.standing.kind === "unsure"))
    return { slate: { kind: "games", games }, looks };
  const contradiction = await contradicted(rules, date, games, boxes, gather);
  return { slate: contradiction.slate ?? noGames(rules, date, games, window), looks: [...looks, ...contradiction.looks] };
}

interface Draft extends Game {
  readonly status: number | null;
  readonly final: boolean;
  readonly owes: readonly StageName[];
  readonly competition: string;
  readonly sign?: string;
}

function draftOf(row: ScheduleRow, rules: Rules, window: readonly ScheduleRow[], postponed: Evidence<TableFacts<PostponementRow>>): Draft {
  const prefix = (row.game_id ?? "").slice(0, 3);
  const competition = rules.games.competitions[prefix];
  const sign = postponementSign(row, rules, window, postponed);
  return {
    ...gameOf(row.away_team_tricode ?? "?", row.home_team_tricode ?? "?"),
    status: row.game_status,
    final: row.game_status !== null && rules.games.status.final.includes(row.game_status),
    owes: competition?.owes ?? [],
    competition:
      competition === undefined ? `ids beginning with ${prefix}, which the pipeline file does not name` : `${competition.name} (${prefix})`,
    ...(sign === undefined ? {} : { sign }),
  };
}

/** Why the schedule's neighbours think that the game was not played on this date; undefined if nothing does. */
function postponementSign(
  row: ScheduleRow,
  rules: Rules,
  window: readonly ScheduleRow[],
  postponed: Evidence<TableFacts<PostponementRow>>,
): string | undefined {
  const later = window.find((other) => other.game_id === row.game_id && other.game_id !== null && other.game_date > row.game_date);
  if (later !== undefined) return `moved from ${row.game_date} to ${later.game_date}`;
  const confirmed = postponed.seen
    ? postponed.facts.rows.find((entry) => entry.game_id === row.game_id && entry.status === "confirmed")
    : undefined;
  if (confirmed !== undefined) return `postponed from ${row.game_date}${confirmed.new_date === null ? "" : ` to ${confirmed.new_date}`}`;
  const wording = (row.game_status_text ?? "").toLowerCase();
  const word = rules.games.not_played_text.find((candidate) => wording.includes(candidate));
  if (word !== undefined) return `${word} on ${row.game_date}, no new date known`;
  const known = [...rules.games.status.final, ...rules.games.status.unplayed];
  return row.game_status !== null && !known.includes(row.game_status)
    ? `status ${row.game_status} on ${row.game_date}: not played, no new date known`
    : undefined;
}

function settle({ sign, ...game }: Draft, { boxes }: Witnesses, postponed: Evidence<unknown>): SlatedGame {
  if (game.owes.length === 0) return { ...game, standing: { kind: "excluded", rule: game.competition } };
  const played = boxes.some((box) => box.seen && box.facts.rows.some((row) => plays(game, row.team_abbr)));
  if (played && sign !== undefined)
    return { ...game, standing: { kind: "expected" }, odd: `the schedule says ${sign}, but box scores are there` };
  const lost = [...boxes, ...(sign === undefined && !game.final ? [postponed] : [])].filter((look) => !look.seen);
  if (played || (sign === undefined && (game.final || postponed.seen))) return { ...game, standing: { kind: "expected" } };
  if (lost.length > 0) return { ...game, standing: { kind: "unsure", lost } };
  return { ...game, standing: { kind: "postponed", said: sign ?? "" } };
}

/** One entry per pair of teams: a doubled id is one game, and the row that got furthest speaks for it. */
function uniqueGames(drafts: readonly Draft[]): readonly Draft[] {
  const byPair = new Map<string, Draft>();
  for (const draft of drafts) {
    const pair = [draft.away, draft.home].toSorted().join(" ");
    const known = byPair.get(pair);
    if (known === undefined || rank(draft) > rank(known)) byPair.set(pair, draft);
  }
  return [...byPair.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function rank(draft: Draft): number {
  return (draft.owes.length > 0 ? 100 : 0) + (draft.sign === undefined ? 50 : 0) + (draft.final ? 10 : 0) + (draft.status ?? 0) / 10;
}

/** What speaks against "no games": anything dated this day that no excluded or postponed game accounts for. */
async function contradicted(
  rules: Rules,
  date: CalendarDate,
  games: readonly SlatedGame[],
  boxes: readonly Evidence<TableFacts<BoxScoreRow>>[],
  gather: Gather,
): Promise<{ slate?: Slate; looks: Evidence<unknown>[] }> {
  const [document, players] = await Promise.all([gather(completionDocument(rules, date)), gather(playerRows(rules, date))]);
  const looks = [...boxes, document, players];
  const added = [document, players];
  const lost = looks.find((look) => !look.seen);
  const stray = (rows: readonly { readonly team_abbr: string | null }[]) =>
    rows.filter((row) => !games.some((game) => plays(game, row.team_abbr))).length;
  const found = [
    ...boxes.flatMap((box, index) =>
      box.seen ? [{ count: stray(box.facts.rows), what: `rows in ${rules.box_scores.sources[index]?.table ?? ""}` }] : [],
    ),
    ...(players.seen ? [{ count: stray(players.facts.rows), what: `rows in ${rules.analytics.players}` }] : []),
    ...(document.seen && games.length === 0
      ? [{ count: document.facts.record === null ? 0 : 1, what: `document ${rules.completion.collection}/${date}` }]
      : []),
  ].filter(({ count }) => count > 0);
  if (found.length > 0) {
    const listed = found.map(({ count, what }) => `${count} ${what}`).join(", ");
    return {
      slate: {
        kind: "unknown",
        reason: "schedule_contradicted",
        observed: `the schedule has no expected game on ${date}, but there are ${listed}`,
        next: `Load the schedule for ${date} again (${rules.games.schedule}), then ask again.`,
      },
      looks: added,
    };
  }
  return lost === undefined || lost.seen ? { looks: added } : { slate: unknownSlate(lost), looks: added };
}

function noGames(rules: Rules, date: CalendarDate, games: readonly SlatedGame[], window: readonly ScheduleRow[]): Slate {
  const dates = [
    ...new Set(
      window.filter((row) => (rules.games.competitions[(row.game_id ?? "").slice(0, 3)]?.owes.length ?? 0) > 0).map((row) => row.game_date),
    ),
  ]
    .filter(isCalendarDate)
    .toSorted();
  const last = dates.findLast((other) => other < date);
  const next = dates.find((other) => other > date);
  const around = { ...(last === undefined ? {} : { last }), ...(next === undefined ? {} : { next }) };
  if (games.length > 0) return { kind: "none", games, why: `every game scheduled for ${date} is left out: ${leftOut(games)}`, ...around };
  const { season } = rules.games;
  if (season !== undefined && date > season.ends)
    return { kind: "none", games, why: `off season until ${season.next_begins ?? "a date not declared"}`, ...around };
  if (last !== undefined && next !== undefined) return { kind: "none", games, why: `no game is scheduled for ${date}`, ...around };
  return {
    kind: "unknown",
    reason: "schedule_unproven",
    observed: `the schedule holds no game on ${date} and none within ${rules.games.witness_days} days ${last === undefined ? "before" : "after"} it, so it may simply not be loaded`,
    next: `See that ${rules.games.schedule} is loaded around ${date}, or declare the season's end in the pipeline file.`,
  };
}

function leftOut(games: readonly SlatedGame[]): string {
  const rules = games.map(({ standing, name }) =>
    standing.kind === "excluded" ? standing.rule : standing.kind === "postponed" ? `${name} ${standing.said}` : name,
  );
  const distinct = [...new Set(rules)];
  return distinct.length > 3 ? `${distinct.slice(0, 3).join("; ")} and ${distinct.length - 3} more` : distinct.join("; ");
}

function unknownSlate(lost: Unseen): Slate {
  return { kind: "unknown", reason: lost.refusal, observed: `${lost.asked}: ${lost.reason}`, next: lost.next };
}
