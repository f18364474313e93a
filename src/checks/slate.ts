import type { Evidence, Gather, Unseen } from "../evidence/evidence.ts";
import { completionDocument } from "../evidence/looks/documents.ts";
import type { BoxScoreRow, ScheduleRow, TableFacts } from "../evidence/looks/tables.ts";
import { boxScoreRows, defenseRows, offenseRows, playerRows, postponements, rowsOf, scheduleWindow } from "../evidence/looks/tables.ts";
import type { CalendarDate } from "../pipeline/dates.ts";
import { isCalendarDate } from "../pipeline/dates.ts";
import type { Game } from "../pipeline/games.ts";
import { plays, teamsOf } from "../pipeline/games.ts";
import type { Rules } from "../pipeline/load.ts";
import type { StageName } from "../pipeline/schema.ts";
import type { Draft } from "./drafts.ts";
import { draftsOf, owedBy } from "./drafts.ts";

/** Whether the game is to be expected to have been played on the date. */
export type Standing =
  | { readonly kind: "expected" }
  | { readonly kind: "postponed"; readonly said: string }
  | { readonly kind: "excluded"; readonly rule: string }
  /** Neither expected nor postponed may be assumed: what would tell was refused, or contradicts itself. */
  | { readonly kind: "unsure"; readonly reason: string; readonly said: string; readonly next: string };

export interface SlatedGame extends Game {
  readonly status: number | null;
  readonly final: boolean;
  /** When it begins, where the schedule says so believably. */
  readonly tipOff?: Date;
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
  | { readonly kind: "unknown"; readonly reason: string; readonly observed: string; readonly next: string }
  /** The operator doesn't want asked who would know. */
  | { readonly kind: "switched_off"; readonly said: string }
  /** A pipeline without games: every date is expected. */
  | { readonly kind: "every_date" };

export interface SlateEvidence {
  readonly slate: Slate;
  /** Every look it rests on, whether it was seen or not. */
  readonly looks: readonly Evidence<unknown>[];
}

type BoxLooks = readonly Evidence<TableFacts<BoxScoreRow>>[];

/** Games of the date that were or should have been played and that go through the stage. */
export function gamesOwing(slate: Slate, stage: StageName): readonly SlatedGame[] {
  if (slate.kind !== "games") return [];
  return slate.games.filter((game) => game.owes.includes(stage) && (game.standing.kind === "expected" || game.standing.kind === "unsure"));
}

/**
 * Establishes which games the date has. The schedule alone is not believed when it says that a game was not played, nor
 * when it says that there are none: box scores, analytics rows and the tracker's document are asked as witnesses.
 */
export async function establishSlate(rules: Rules, date: CalendarDate, gather: Gather): Promise<SlateEvidence> {
  if (rules.kind === "plain") return { slate: { kind: "every_date" }, looks: [] };
  const [schedule, postponed] = await Promise.all([gather(scheduleWindow(rules, date)), gather(postponements(rules, date))]);
  if (!schedule.seen) return { slate: unknownSlate(schedule), looks: [schedule, postponed] };
  const window = schedule.facts.rows;
  const drafts = draftsOf(date, window, postponed, rules);
  const countable = drafts.filter((draft) => draft.owes.length > 0);
  const doubtful = countable.some((draft) => draft.sign !== undefined || (!draft.final && !postponed.seen));
  const asked = doubtful || countable.length === 0 ? rules.box_scores.sources : [];
  const boxes: BoxLooks = await Promise.all(asked.map((source) => gather(boxScoreRows(rules, date, source.table))));
  const games = drafts.map((draft) => settle(draft, boxes, postponed));
  const looks = [schedule, postponed, ...boxes];
  const open = games.some(({ standing }) => standing.kind === "expected" || standing.kind === "unsure");
  if (open) return { slate: { kind: "games", games }, looks };
  const contradiction = await contradicted(rules, date, games, boxes, gather);
  return { slate: contradiction.slate ?? noGames(rules, date, games, window), looks: [...looks, ...contradiction.looks] };
}

function settle({ sign, unplaced, ...game }: Draft, boxes: BoxLooks, postponed: Evidence<unknown>): SlatedGame {
  if (unplaced !== undefined) {
    const next = "Correct the schedule row, or name the competition in the pipeline file.";
    return { ...game, standing: { kind: "unsure", reason: "unplaced", said: unplaced, next } };
  }
  if (game.owes.length === 0) return { ...game, standing: { kind: "excluded", rule: game.competition } };
  const played = boxes.some((box) => box.seen && teamsOf(game).every((team) => box.facts.rows.some((row) => row.team_abbr === team)));
  const odd = sign === undefined ? {} : { odd: `the schedule says ${sign.said}, but box scores are there` };
  if (played) return { ...game, standing: { kind: "expected" }, ...odd };
  if (sign === undefined && (game.final || postponed.seen)) return { ...game, standing: { kind: "expected" } };
  const lost = [...boxes, ...(sign === undefined ? [postponed] : [])].find((look) => !look.seen);
  if (lost !== undefined && !lost.seen)
    return {
      ...game,
      standing: {
        kind: "unsure",
        reason: "cannot_tell_postponed",
        said: `status ${game.status ?? "missing"}, and whether it was postponed could not be looked up: ${lost.reason}`,
        next: lost.next,
      },
    };
  if (game.final && sign?.confirmed !== true) {
    return {
      ...game,
      standing: {
        kind: "unsure",
        reason: "contradictory_schedule",
        said: `the schedule has it final and also ${sign?.said ?? ""}, and no box score tells which`,
        next: "Load the schedule again, then the box scores.",
      },
    };
  }
  return { ...game, standing: { kind: "postponed", said: sign?.said ?? "" } };
}

/** What speaks against "no games": anything dated this day that no excluded or postponed game accounts for. */
async function contradicted(
  rules: Rules,
  date: CalendarDate,
  games: readonly SlatedGame[],
  boxes: BoxLooks,
  gather: Gather,
): Promise<{ slate?: Slate; looks: Evidence<unknown>[] }> {
  const [document, players, offense, defense] = await Promise.all([
    gather(completionDocument(rules, date)),
    gather(playerRows(rules, date)),
    gather(offenseRows(rules, date)),
    gather(defenseRows(rules, date)),
  ]);
  const prepared = await Promise.all(
    preparedTables(rules).map(async (table) => ({ table, look: await gather(rowsOf(rules, date, table)) })),
  );
  const looks = [document, players, offense, defense, ...prepared.map(({ look }) => look)];
  const { players: playerTable, offense: offenseTable, defense: defenseTable } = rules.analytics;
  const found = [
    ...boxes.map((box, index) => stray(box, rules.box_scores.sources[index]?.table ?? "", games, (row) => row.team_abbr)),
    stray(players, playerTable, games, (row) => row.team_abbr),
    stray(offense, offenseTable, games, (row) => row.team_abbr),
    stray(defense, defenseTable, games, (row) => row.defending_team_abbr),
    ...prepared.map(({ table, look }) => stray(look, table, games, teamIn)),
    {
      count: document.seen && games.length === 0 && document.facts.record !== null ? 1 : 0,
      what: `document ${rules.completion.collection}/${date}`,
    },
  ].filter(({ count }) => count > 0);
  if (found.length > 0) {
    const listed = found.map(({ count, what }) => `${count} ${what}`).join(", ");
    const observed = `the schedule has no expected game on ${date}, but there are ${listed}`;
    return {
      slate: {
        kind: "unknown",
        reason: "schedule_contradicted",
        observed,
        next: `Load the schedule for ${date} again (${rules.games.schedule}), then ask again.`,
      },
      looks,
    };
  }
  // A witness that is switched off is nobody's to wait for; without the others there would be no schedule either.
  const lost = [...boxes, ...looks].find((look) => !look.seen && look.off === undefined);
  return lost === undefined || lost.seen ? { looks } : { slate: unknownSlate(lost), looks };
}

/** Tables filled before the games, which show whom the pipeline expected to play. */
export function preparedTables(rules: Rules): readonly string[] {
  return Object.values(rules.completion.processors).flatMap(({ table, eats_games: eatsGames }) => (eatsGames ? [] : [table]));
}

export function teamIn(row: TableFacts["rows"][number]): string | null {
  const team = row["team_abbr"];
  return typeof team === "string" ? team : null;
}

function stray<R>(
  look: Evidence<{ readonly rows: readonly R[] }>,
  table: string,
  games: readonly SlatedGame[],
  teamOf: (row: R) => string | null,
): { count: number; what: string } {
  const rows = look.seen ? look.facts.rows.filter((row) => !games.some((game) => plays(game, teamOf(row)))) : [];
  return { count: rows.length, what: `rows in ${table}` };
}

function noGames(rules: Rules, date: CalendarDate, games: readonly SlatedGame[], window: readonly ScheduleRow[]): Slate {
  const dates = [...new Set(window.filter((row) => owedBy(row.game_id, rules).length > 0).map((row) => row.game_date))]
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
  if (lost.off !== undefined) return { kind: "switched_off", said: lost.reason };
  return { kind: "unknown", reason: lost.refusal, observed: `${lost.asked}: ${lost.reason}`, next: lost.next };
}
