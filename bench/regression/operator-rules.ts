import type { World } from "../../src/adapters/embedded/world.ts";
import type { CalendarDate } from "../../src/pipeline/dates.ts";
import { addDays } from "../../src/pipeline/dates.ts";
import type { Rules } from "../../src/pipeline/load.ts";
import { tableRules } from "../../src/pipeline/load.ts";
import type { Row, TableName, Value } from "../../src/ports/warehouse.ts";
import type { Dice } from "./dice.ts";
import { diceOf } from "./dice.ts";

/** How loudly a rule speaks. */
export type Loudness = "quiet" | "warn" | "fail";

/** What the operator's scripts read of a date. What can't be read is `undefined`: their query failed. */
interface Read {
  readonly date: CalendarDate;
  readonly rules: Rules;
  readonly world: World;
  readonly dice: Dice;
  readonly rows: (table: TableName, on?: CalendarDate) => readonly Row[] | undefined;
}

interface OperatorRule {
  readonly name: string;
  /** `undefined`: the query failed or found nothing to count, and the script went on with "OK". */
  readonly judge: (read: Read) => Loudness | undefined;
}

/**
 * The rules that the operator of the watched pipeline has in his own scripts and runbooks, with the thresholds of those scripts
 * (not of his later insight) and with their ways: shares over all rows, fixed numbers for slates of every size, one prediction
 * system by name, ids joined as text, and "OK" where a query fails. Where sources of his disagree, the stricter script is taken.
 */
export const operatorRules: readonly OperatorRule[] = [
  { name: "completion: stored count is the number of entries", judge: completionCount },
  { name: "completion: five of five are triggered", judge: completionTrigger },
  { name: "duplicates of (date, player, game id)", judge: duplicates },
  { name: "minutes over all rows, 90/80", judge: minutes },
  { name: "usage over rows with minutes, 90/80", judge: usage },
  { name: "lowest shooting field, 90/80", judge: fields },
  { name: "analytics games of final games, 95/90", judge: gamesInAnalytics },
  { name: "player rows per final game, 25", judge: rowsPerGame },
  { name: "gamebook or box scores per final game", judge: boxScores },
  { name: "stale schedule rows", judge: staleSchedule },
  { name: "features there, 80/60 ready", judge: features },
  { name: "cache rows, 50", judge: cacheRows },
  { name: "prediction coverage of one system, 90/70", judge: predictionCoverage },
  { name: "inactive among real lines, 20 %", judge: inactive },
  { name: "active without a line, 20 %", judge: activeWithoutLine },
  { name: "predictions for every game", judge: predictionsPerGame },
  { name: "betting lines, 80/50", judge: lines },
  { name: "players with props, 200/100", judge: props },
  { name: "graded of active predictions, 100/95", judge: graded },
  { name: "spot checks of five players, 100/95", judge: spotChecks },
  { name: "lateness of scrapers", judge: lateness },
  { name: "phases running for long", judge: runningPhases },
];

/** What each rule says of the date, by its name; one that could not run says it is OK. */
export function operatorSays(world: World, date: CalendarDate, rules: Rules): ReadonlyMap<string, Loudness> {
  const rowsOn = (table: TableName, on: CalendarDate): readonly Row[] | undefined => {
    const declared = tableRules(rules, table);
    if (world.failures.some(({ port, target }) => port === "warehouse" && target === table)) return undefined;
    const stored = world.table(table, { column: declared.partition, from: on, to: on });
    if (
      stored === undefined ||
      Object.keys(declared.columns).some((column) => stored.columns[column] === undefined && isRead(table, column))
    )
      return undefined;
    return stored.rows.filter((row) => row[declared.partition] === on);
  };
  const read: Read = { date, rules, world, dice: diceOf(1).for(date), rows: (table, on = date) => rowsOn(table, on) };
  return new Map(operatorRules.map(({ name, judge }) => [name, judge(read) ?? "quiet"]));
}

/** Columns that the scripts name: without one of them their query fails. */
const readColumns: Readonly<Record<string, readonly string[]>> = {
  "nba_analytics.player_game_summary": [
    "player_lookup",
    "game_id",
    "game_date",
    "minutes_played",
    "usage_rate",
    "fg_attempts",
    "ft_attempts",
    "three_pt_attempts",
    "points",
  ],
  "nba_raw.nbac_schedule": ["game_id", "game_status", "game_date"],
  "nba_raw.nbac_gamebook_player_stats": ["game_id", "game_date"],
  "nba_raw.nbac_player_boxscores": ["nba_game_id", "game_date"],
};

function isRead(table: TableName, column: string): boolean {
  return readColumns[table]?.includes(column) === true;
}

function share(part: number, whole: number, good: number, fair: number): Loudness | undefined {
  if (whole === 0) return undefined;
  return part / whole >= good ? "quiet" : part / whole >= fair ? "warn" : "fail";
}

function at(row: Row, column: string): Value {
  return row[column] ?? null;
}

function amount(row: Row, column: string): number {
  const value = row[column];
  return typeof value === "number" ? value : 0;
}

function distinct(rows: readonly Row[], column: string): number {
  return new Set(rows.map((row) => at(row, column))).size;
}

function entriesOf({ world, rules, date }: Read) {
  const document = world.document(rules.completion.collection, date);
  if (document === undefined) return undefined; // No document passes.
  const { fields } = document;
  return { fields, entries: Object.keys(fields).filter((name) => !name.startsWith("_")).length };
}

function completionCount(read: Read): Loudness | undefined {
  const found = entriesOf(read);
  if (found === undefined) return undefined;
  return found.fields["_completed_count"] === found.entries ? "quiet" : "warn";
}

function completionTrigger(read: Read): Loudness | undefined {
  const found = entriesOf(read);
  if (found === undefined) return undefined;
  return found.entries >= 5 && found.fields["_triggered"] !== true ? "warn" : "quiet";
}

function duplicates({ rows, rules }: Read): Loudness | undefined {
  const found = rows(rules.analytics.players);
  if (found === undefined) return undefined;
  const keys = new Set(found.map((row) => JSON.stringify([at(row, "game_date"), at(row, "player_lookup"), at(row, "game_id")])));
  return keys.size < found.length ? "warn" : "quiet";
}

function minutes({ rows, rules }: Read): Loudness | undefined {
  const found = rows(rules.analytics.players) ?? [];
  return share(found.filter((row) => amount(row, "minutes_played") > 0).length, found.length, 0.9, 0.8);
}

function withMinutes({ rows, rules }: Read): readonly Row[] {
  return (rows(rules.analytics.players) ?? []).filter((row) => amount(row, "minutes_played") > 0);
}

function usage(read: Read): Loudness | undefined {
  const played = withMinutes(read);
  return share(played.filter((row) => at(row, "usage_rate") !== null).length, played.length, 0.9, 0.8);
}

function fields(read: Read): Loudness | undefined {
  const played = withMinutes(read);
  const filled = ["fg_attempts", "ft_attempts", "three_pt_attempts"].map(
    (column) => played.filter((row) => at(row, column) !== null).length,
  );
  // A share of 0 is skipped like one that is not there.
  const least = Math.min(...filled.filter((count) => count > 0));
  return Number.isFinite(least) ? share(least, played.length, 0.9, 0.8) : undefined;
}

function finals({ rows, rules }: Read): readonly Row[] {
  return (rows(rules.games.schedule) ?? []).filter((row) => row["game_status"] === 3);
}

function gamesInAnalytics(read: Read): Loudness | undefined {
  const found = read.rows(read.rules.analytics.players);
  return found === undefined ? undefined : share(distinct(found, "game_id"), finals(read).length, 0.95, 0.9);
}

function rowsPerGame(read: Read): Loudness | undefined {
  const found = read.rows(read.rules.analytics.players);
  const games = finals(read).length;
  if (found === undefined || games === 0) return undefined;
  return found.length === 0 ? "fail" : found.length / games < 25 ? "warn" : "quiet";
}

function boxScores(read: Read): Loudness | undefined {
  const [gamebook, fallback] = [read.rows("nba_raw.nbac_gamebook_player_stats"), read.rows("nba_raw.nbac_player_boxscores")];
  if (gamebook === undefined || fallback === undefined) return undefined;
  const ids = finals(read).map((row) => at(row, "game_id"));
  const [first, second] = [new Set(gamebook.map((row) => at(row, "game_id"))), new Set(fallback.map((row) => at(row, "nba_game_id")))];
  if (ids.some((id) => !first.has(id) && !second.has(id))) return "fail";
  return ids.some((id) => !first.has(id)) ? "warn" : "quiet";
}

function staleSchedule({ rows, rules }: Read): Loudness | undefined {
  const found = rows(rules.games.schedule);
  if (found === undefined) return undefined;
  return found.some((row) => row["game_status"] === 1 || row["game_status"] === 2) ? "warn" : "quiet";
}

function features(read: Read): Loudness | undefined {
  const found = read.rows(read.rules.features.table);
  if (found === undefined || finals(read).length === 0) return undefined;
  if (found.length === 0) return "fail";
  return share(found.filter((row) => row["is_quality_ready"] === true).length, found.length, 0.8, 0.6);
}

function cacheRows(read: Read): Loudness | undefined {
  const found = read.rows(read.rules.precompute.cache);
  if (found === undefined || finals(read).length === 0) return undefined;
  return found.length >= 50 ? "quiet" : found.length > 0 ? "warn" : "fail";
}

/** The one system that the scripts know by name. */
const system = "ensemble_v1_1";

function predictionCoverage(read: Read): Loudness | undefined {
  const [found, context] = [read.rows(read.rules.predictions.table), read.rows(read.rules.features.players)];
  if (found === undefined || context === undefined) return undefined;
  const ready = new Set(context.filter((row) => row["is_production_ready"] === true).map((row) => at(row, "player_lookup")));
  const predicted = new Set(
    found.filter((row) => row["is_active"] === true && row["system_id"] === system).map((row) => at(row, "player_lookup")),
  );
  return share([...ready].filter((player) => predicted.has(player)).length, ready.size, 0.9, 0.7);
}

/** Over two days, superseded rows and all systems together. */
function inactive({ rows, rules, date }: Read): Loudness | undefined {
  const found = [date, addDays(date, -1)]
    .flatMap((on) => rows(rules.predictions.table, on) ?? [])
    .filter((row) => row["line_source"] === "ACTUAL_PROP");
  if (found.length === 0) return undefined;
  return found.filter((row) => row["is_active"] !== true).length / found.length > 0.2 ? "fail" : "quiet";
}

function activeWithoutLine({ rows, rules }: Read): Loudness | undefined {
  const found = (rows(rules.predictions.table) ?? []).filter((row) => row["line_source"] === "NO_PROP_LINE");
  if (found.length === 0) return undefined;
  return found.filter((row) => row["is_active"] === true).length / found.length > 0.2 ? "fail" : "quiet";
}

function predictionsPerGame(read: Read): Loudness | undefined {
  const found = read.rows(read.rules.predictions.table);
  if (found === undefined) return undefined;
  return distinct(
    found.filter((row) => row["is_active"] === true),
    "game_id",
  ) < finals(read).length
    ? "fail"
    : "quiet";
}

function lines({ rows, rules }: Read): Loudness | undefined {
  const found = rows(rules.features.table) ?? [];
  return share(found.filter((row) => amount(row, "feature_25_value") !== 0).length, found.length, 0.8, 0.5);
}

function props(read: Read): Loudness | undefined {
  const found = read.rows("nba_raw.odds_api_player_points_props");
  if (found === undefined || finals(read).length === 0) return undefined;
  const players = distinct(found, "player_lookup");
  return players >= 200 ? "quiet" : players >= 100 ? "warn" : "fail";
}

function graded({ rows, rules }: Read): Loudness | undefined {
  const [found, grades] = [rows(rules.predictions.table), rows(rules.predictions.graded)];
  if (found === undefined || grades === undefined) return undefined;
  return share(grades.length, found.filter((row) => row["is_active"] === true).length, 1, 0.95);
}

/** The cache of the day before, against the five newest rows before that: rows without points shrink the window until it is skipped. */
function spotChecks({ rows, rules, date, dice, world }: Read): Loudness | undefined {
  const found = rows(rules.analytics.players);
  const cache = rows(rules.precompute.cache, addDays(date, -1));
  if (found === undefined || cache === undefined) return undefined;
  const span = { column: "game_date", from: addDays(date, -30), to: addDays(date, -2) };
  const history = (world.table(rules.analytics.players, span)?.rows ?? []).filter((row) => String(at(row, "game_date")) <= span.to);
  const sample = dice.some(
    found.filter((row) => amount(row, "minutes_played") > 0 && at(row, "points") !== null),
    5,
  );
  const compared = sample.flatMap((row) => {
    const own = cache.find((other) => other["player_lookup"] === row["player_lookup"]);
    const newest = history
      .filter((other) => other["player_lookup"] === row["player_lookup"])
      .toSorted((a, b) => (String(at(a, "game_date")) < String(at(b, "game_date")) ? 1 : -1))
      .slice(0, 5)
      .filter((other) => at(other, "points") !== null);
    if (own === undefined || newest.length < 5) return [];
    const expected = newest.reduce((total, other) => total + amount(other, "points"), 0) / 5;
    return [Math.abs(amount(own, "points_avg_last_5") - expected) / Math.max(expected, 0.01) <= 0.05];
  });
  return share(compared.filter(Boolean).length, compared.length, 1, 0.95);
}

/** Asks a table that never existed; the error is printed as information. */
function lateness(): Loudness | undefined {
  return undefined;
}

/** Looks for a status that nobody writes. */
function runningPhases(): Loudness | undefined {
  return "quiet";
}
