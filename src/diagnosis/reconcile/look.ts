import type { TableState } from "../../checks/completion/record.ts";
import type { Scope } from "../../checks/check.ts";
import { gamesOwing, preparedTables } from "../../checks/slate.ts";
import type { Evidence, EvidenceOf, Gather, Look, Unseen } from "../../evidence/evidence.ts";
import { completionDocument } from "../../evidence/looks/documents.ts";
import type { Dates, Held, HeldFacts, KeptRecord, RecordsFacts } from "../../evidence/looks/reconcile.ts";
import { heldIn, postponedOn, ranOn, recordsOf, scheduleAround } from "../../evidence/looks/reconcile.ts";
import type { TableFacts } from "../../evidence/looks/tables.ts";
import { boxScoreRows, postponements, rowsOf, scheduleWindow } from "../../evidence/looks/tables.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays } from "../../pipeline/dates.ts";
import { dueAt } from "../../pipeline/due.ts";
import { isPairOf, teamsOf } from "../../pipeline/games.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Intake } from "./judge.ts";
import { isSeen } from "./judge.ts";
import type { Phase } from "./phases.ts";

/** A date with the rules that hold on it. */
export interface DayRules {
  readonly date: CalendarDate;
  readonly rules: Rules;
}

type HeldLooks = Readonly<Record<string, Look<HeldFacts>>>;
export type HeldEvidence = EvidenceOf<HeldLooks>;

/** Records and runs of a phase, for all dates. */
export function recordLooks({ rules }: Phase, dates: Dates) {
  return { records: recordsOf(rules.completion.collection, dates), runs: ranOn(rules, dates) };
}

/** One look per table of the phase, of what the next one puts out, and of those in which whole games show. Flags before rows. */
export function heldLooks({ rules, number }: Phase, dates: Dates): HeldLooks {
  const { completion, analytics } = rules;
  const own = Object.values(completion.processors).map(({ table }) => table);
  const games = number === "3" ? [analytics.players, analytics.offense, analytics.defense] : [];
  const flags = [recordsOf(completion.collection, dates).id];
  const tables = [...new Set([...own, ...completion.next_phase.outputs, ...games])];
  return Object.fromEntries(tables.map((table) => [table, heldIn(rules, dates, table, flags)]));
}

/** One look per source of box scores that counted on any of the dates. */
export function boxLooks(days: readonly DayRules[], dates: Dates): HeldLooks {
  return Object.fromEntries(days.flatMap(({ rules }) => rules.box_scores.sources.map(({ table }) => [table, heldIn(rules, dates, table)])));
}

/**
 * Answers the looks by which a date's games are established from those over all dates: of the schedule and the postponements,
 * and of the witnesses where one is asked. Each of those is made once, however many dates ask.
 */
export function sliced(gather: Gather, days: readonly DayRules[], dates: Dates): Gather {
  const answers = new Map(days.flatMap((day) => slicesOf(gather, day, dates)));
  // A look's id determines its type of facts.
  return <F>(look: Look<F>) => (answers.get(look.id)?.() ?? gather(look)) as Promise<Evidence<F>>;
}

function slicesOf(
  gather: Gather,
  { date, rules }: DayRules,
  dates: Dates,
): readonly (readonly [string, () => Promise<Evidence<unknown>>])[] {
  const { witness_days: around } = rules.games;
  const { players, offense, defense } = rules.analytics;
  const teams = async (table: string) => told(await gather(heldIn(rules, dates, table)), ({ held }) => teamRows(rules, table, held, date));
  return [
    [
      scheduleWindow(rules, date).id,
      async () =>
        told(await gather(scheduleAround(rules, dates)), (facts) =>
          between(facts, "game_date", addDays(date, -around), addDays(date, around)),
        ),
    ],
    [
      postponements(rules, date).id,
      async () => told(await gather(postponedOn(rules, dates)), (facts) => between(facts, "original_date", date, date)),
    ],
    [
      completionDocument(rules, date).id,
      async () => recordOf(await gather(recordsOf(rules.completion.collection, dates)), date, (record) => ({ record })),
    ],
    ...[players, offense, defense, ...preparedTables(rules)].map((table) => [rowsOf(rules, date, table).id, () => teams(table)] as const),
    ...rules.box_scores.sources.map(({ table }) => [boxScoreRows(rules, date, table).id, () => teams(table)] as const),
  ];
}

function told<F, G>(evidence: Evidence<F>, facts: (found: F) => G): Evidence<G> {
  return evidence.seen ? { ...evidence, facts: facts(evidence.facts) } : evidence;
}

function between({ rows, absent }: TableFacts, column: string, from: string, to: string): TableFacts {
  return { rows: rows.filter((row) => typeof row[column] === "string" && row[column] >= from && row[column] <= to), absent };
}

/** A row for every row that was counted, with its team: all that is asked of witnesses. */
function teamRows({ analytics }: Rules, table: string, held: readonly Held[], date: CalendarDate): TableFacts {
  const column = table === analytics.defense ? "defending_team_abbr" : "team_abbr";
  const rows = held.filter((group) => group.date === date);
  return { rows: rows.flatMap(({ team, rows: count }) => Array.from({ length: count }, () => ({ [column]: team }))), absent: [] };
}

/** A date's record among all; one that the saved answer doesn't tell of was not looked at. */
function recordOf<G>(evidence: Evidence<RecordsFacts>, date: CalendarDate, facts: (record: KeptRecord | null) => G): Evidence<G> {
  if (!evidence.seen) return evidence;
  const found = evidence.facts.records[date];
  if (found !== undefined) return { ...evidence, facts: facts(found) };
  const { facts: _facts, examined: _examined, bytes: _bytes, ...asked } = evidence;
  return { ...asked, seen: false, refusal: "not_supplied", reason: `nothing is told of ${date}`, next: "Ask for that date." };
}

/** The record of a date, its entries by the names of the processors, or why it is not known. */
export function recordOn(evidence: Evidence<RecordsFacts>, date: CalendarDate, { completion }: Rules): KeptRecord | null | Unseen {
  const found = recordOf(evidence, date, (record) => record);
  if (!found.seen || found.facts === null) return found.seen ? null : found;
  const also = new Map(
    Object.entries(completion.processors).flatMap(([name, processor]) => (processor.also === undefined ? [] : [[processor.also, name]])),
  );
  return { ...found.facts, entries: found.facts.entries.map((entry) => ({ ...entry, name: also.get(entry.name) ?? entry.name })) };
}

/** What the tables hold of a date. */
export function statesOn(held: HeldEvidence, date: CalendarDate): Readonly<Record<string, TableState | Unseen>> {
  return Object.fromEntries(
    Object.entries(held).map(([table, evidence]) => [table, evidence.seen ? stateOf(evidence.facts.held, date) : evidence]),
  );
}

function stateOf(held: readonly Held[], date: CalendarDate): TableState {
  const groups = held.filter((group) => group.date === date);
  const times = groups.flatMap(({ newest }) => (newest === null ? [] : [Date.parse(newest)]));
  return {
    rows: groups.reduce((sum, { rows }) => sum + rows, 0),
    written: times.length === 0 ? undefined : new Date(Math.max(...times)),
  };
}

/** Which of a date's games are in the tables of the phase that takes them in. Undefined boxes: nobody had to look yet. */
export function intakeOn({ number }: Phase, held: HeldEvidence, boxes: HeldEvidence | undefined, scope: Scope): Intake | Unseen {
  const games = gamesOwing(scope.slate, "analytics");
  const whole: Intake = { owed: games.length, missing: [], input: "yes" };
  if (number !== "3" || games.length === 0) return whole;
  const { players, offense, defense } = scope.rules.analytics;
  const read = [held[players], held[offense], held[defense]];
  const lost = read.flatMap((evidence) => (evidence === undefined || evidence.seen ? [] : [evidence]))[0];
  if (lost !== undefined) return lost;
  const [playerTeams = [], offenseTeams = [], defenseTeams = []] = read.map((evidence) =>
    evidence?.seen === true ? evidence.facts.held.filter(({ date }) => date === scope.date) : [],
  );
  const { least } = scope.rules.thresholds.analytics.team_player_rows;
  const lackers = (game: (typeof games)[number]): readonly string[] =>
    teamsOf(game).flatMap((team) => {
      const ours = (group: Held): boolean => group.team === team && isPairOf(game, group.team, group.opponent);
      const keys = playerTeams.filter(ours).reduce((sum, group) => sum + group.keys, 0);
      const has: [string, boolean][] = [
        [players, keys >= least],
        [offense, offenseTeams.some(ours)],
        [defense, defenseTeams.some(ours)],
      ];
      return has.flatMap(([table, there]) => (there ? [] : [table]));
    });
  const missing = games.filter((game) => lackers(game).length > 0);
  if (missing.length === 0) return whole;
  const input = boxes === undefined ? {} : inputOf(missing.map(teamsOf), boxes, scope);
  const lackedBy = [...new Set(missing.flatMap(lackers))];
  return { ...whole, missing: missing.map(({ name }) => name), lackedBy, input: "no", ...input };
}

/** Whether any of these games has its box scores, from any source; unless all sources were seen, nothing is concluded from their absence. */
function inputOf(games: readonly (readonly string[])[], boxes: HeldEvidence, { rules, date }: Scope): Pick<Intake, "input" | "landedAt"> {
  const { least } = rules.thresholds["box-scores"].team_rows;
  const live = rules.box_scores.sources.flatMap(({ table }) => boxes[table] ?? []);
  const landed = games.flatMap((teams) => {
    const times = live.flatMap((source) => {
      const groups = source.seen ? source.facts.held.filter((group) => group.date === date) : [];
      const ofTeams = teams.map((team) => groups.filter((group) => group.team === team && group.rows >= least));
      if (ofTeams.some((found) => found.length === 0)) return [];
      return [Math.max(...ofTeams.flat().map(({ newest }) => (newest === null ? 0 : Date.parse(newest))))];
    });
    return times.length === 0 ? [] : [Math.min(...times)];
  });
  if (landed.length > 0) {
    const last = Math.max(...landed);
    return { input: "yes", ...(last > 0 ? { landedAt: new Date(last) } : {}) };
  }
  const lost = live.find((source): source is Unseen => !source.seen);
  return { input: lost ?? "no" };
}

/** Whether box scores have to be asked for: games should be in the tables by now, and are not. */
export function wantsInput(intake: Intake | Unseen, { rules, date, asOf }: Scope): boolean {
  return isSeen(intake) && intake.missing.length > 0 && asOf >= dueAt(rules, "completion", date);
}
