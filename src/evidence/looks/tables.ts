import { z } from "zod";
import type { CalendarDate } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { TableName, Value } from "../../ports/warehouse.ts";
import type { Look } from "../evidence.ts";
import type { TableFacts } from "./table-look.ts";
import { tableLook } from "./table-look.ts";

export type { TableFacts } from "./table-look.ts";

const text = z.string().nullable();
const amount = z.number().nullable();
const truth = z.boolean().nullable();
/** A column that only some subjects need: they ask `absent` whether the table has it. */
const figure = amount.default(null);

const value: z.ZodType<Value> = z.json();
const anyRow = z.record(z.string(), value);
const scheduleRow = z
  .object({
    game_id: text,
    game_date: z.string(),
    game_status: amount,
    game_status_text: text,
    game_date_est: text,
    home_team_tricode: text,
    away_team_tricode: text,
    processed_at: text,
  })
  .catchall(value);
const postponementRow = z.object({ game_id: text, original_date: z.string(), new_date: text, status: text, reason: text }).catchall(value);
const boxScoreRow = z.object({ game_id: text, team_abbr: text, player_lookup: text, processed_at: text }).catchall(value);
const playerRow = z
  .object({
    game_id: text,
    player_lookup: text,
    team_abbr: text,
    opponent_team_abbr: text,
    points: amount,
    minutes_played: amount,
    is_dnp: truth,
    primary_source_used: text,
    processed_at: text,
    usage_rate: figure,
    fg_attempts: figure,
    fg_makes: figure,
    three_pt_makes: figure,
    ft_attempts: figure,
    ft_makes: figure,
    turnovers: figure,
  })
  .catchall(value);
const offenseRow = z
  .object({
    game_id: text,
    team_abbr: text,
    opponent_team_abbr: text,
    processed_at: text,
    fg_attempts: figure,
    ft_attempts: figure,
    turnovers: figure,
  })
  .catchall(value);
const defenseRow = z.object({ game_id: text, defending_team_abbr: text, opponent_team_abbr: text, processed_at: text }).catchall(value);
const cacheRow = z
  .object({ player_lookup: text, processed_at: text, points_avg_last_5: figure, points_avg_last_10: figure })
  .catchall(value);
const runRow = z
  .object({
    processor_name: text,
    run_id: text,
    status: text,
    started_at: text,
    processed_at: text,
    output_table: text,
    records_processed: amount,
  })
  .catchall(value);

export type ScheduleRow = z.output<typeof scheduleRow>;
export type PostponementRow = z.output<typeof postponementRow>;
export type BoxScoreRow = z.output<typeof boxScoreRow>;
export type PlayerRow = z.output<typeof playerRow>;
export type OffenseRow = z.output<typeof offenseRow>;
export type DefenseRow = z.output<typeof defenseRow>;
export type CacheRow = z.output<typeof cacheRow>;
export type RunRow = z.output<typeof runRow>;

/** Every scheduled game from `witness_days` before the date to as many after; `earlier`: of so many dates before it too. */
export function scheduleWindow(rules: Rules, date: CalendarDate, earlier = 0): Look<TableFacts<ScheduleRow>> {
  return tableLook(rules, date, rules.games.schedule, {
    row: scheduleRow,
    required: ["game_id", "game_date", "game_status", "home_team_tricode", "away_team_tricode"],
    window: { before: rules.games.witness_days + earlier, after: rules.games.witness_days },
  });
}

/** Games moved away from the date; `earlier`: from so many dates before it too. */
export function postponements(rules: Rules, date: CalendarDate, earlier = 0): Look<TableFacts<PostponementRow>> {
  const whenEmpty = { mayBeEmpty: true, witness: "the table is described first: it is there, with its columns" } as const;
  return tableLook(rules, date, rules.games.postponements, {
    row: postponementRow,
    required: ["game_id", "original_date", "status"],
    window: { before: earlier, after: 0 },
    whenEmpty,
  });
}

/** Raw box-score rows of one source; which game a row belongs to follows from its team. */
export function boxScoreRows(rules: Rules, date: CalendarDate, source: TableName): Look<TableFacts<BoxScoreRow>> {
  const whenEmpty = { mayBeEmpty: true, witness: "the other live sources of box scores" } as const;
  return tableLook(rules, date, source, {
    row: boxScoreRow,
    required: ["game_id", "team_abbr", "player_lookup", "processed_at"],
    whenEmpty,
  });
}

export function playerRows(rules: Rules, date: CalendarDate): Look<TableFacts<PlayerRow>> {
  const required = ["player_lookup", "team_abbr", "opponent_team_abbr", "minutes_played", "points", "is_dnp", "processed_at"];
  return tableLook(rules, date, rules.analytics.players, { row: playerRow, required });
}

export function offenseRows(rules: Rules, date: CalendarDate): Look<TableFacts<OffenseRow>> {
  return tableLook(rules, date, rules.analytics.offense, {
    row: offenseRow,
    required: ["team_abbr", "opponent_team_abbr", "processed_at"],
  });
}

export function defenseRows(rules: Rules, date: CalendarDate): Look<TableFacts<DefenseRow>> {
  return tableLook(rules, date, rules.analytics.defense, {
    row: defenseRow,
    required: ["defending_team_abbr", "opponent_team_abbr", "processed_at"],
  });
}

/** What the next phase has computed of each player for the date: averages over his games before it. */
export function cacheRows(rules: Rules, date: CalendarDate): Look<TableFacts<CacheRow>> {
  return tableLook(rules, date, rules.precompute.cache, { row: cacheRow, required: ["cache_date", "player_lookup", "processed_at"] });
}

/** Run-history rows whose data date is this date: a running row and a final row per run. */
export function processorRuns(rules: Rules, date: CalendarDate): Look<TableFacts<RunRow>> {
  const whenEmpty = { mayBeEmpty: true, witness: "the table is described first; runs only explain, rows decide" } as const;
  return tableLook(rules, date, rules.run_history, { row: runRow, required: ["processor_name", "run_id", "started_at"], whenEmpty });
}

/** One date of any declared table, the same look (and the same answer) that the typed functions above make. */
export function rowsOf(rules: Rules, date: CalendarDate, table: TableName): Look<TableFacts> {
  if (table === rules.analytics.players) return playerRows(rules, date);
  if (table === rules.analytics.offense) return offenseRows(rules, date);
  if (table === rules.analytics.defense) return defenseRows(rules, date);
  if (table === rules.run_history) return processorRuns(rules, date);
  if (table === rules.precompute.cache) return cacheRows(rules, date);
  if (rules.box_scores.sources.some((source) => source.table === table)) return boxScoreRows(rules, date, table);
  const { key, also_once: once = [], written_at: written } = tableRules(rules, table);
  return tableLook(rules, date, table, { row: anyRow, required: [...key, ...once, ...(written === undefined ? [] : [written])] });
}
