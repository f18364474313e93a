import type { Stores, World } from "../../src/adapters/embedded/world.ts";
import type { SlatedGame } from "../../src/checks/slate.ts";
import { gamesOwing } from "../../src/checks/slate.ts";
import type { CalendarDate } from "../../src/pipeline/dates.ts";
import { addDays } from "../../src/pipeline/dates.ts";
import type { Game } from "../../src/pipeline/games.ts";
import { teamsOf } from "../../src/pipeline/games.ts";
import type { Rules } from "../../src/pipeline/load.ts";
import { tableRules } from "../../src/pipeline/load.ts";
import type { StageName } from "../../src/pipeline/schema.ts";
import type { Row, TableName } from "../../src/ports/warehouse.ts";
import type { ClockName } from "./clocks.ts";
import type { Judged } from "./judge.ts";

/** A clean day as it is stored at one moment, and what the product says of it. */
export interface Day {
  readonly date: CalendarDate;
  readonly clock: ClockName;
  readonly asOf: Date;
  readonly rules: Rules;
  readonly stores: Stores;
  readonly world: World;
  readonly clean: Judged;
}

/** Rows of the date's partition. */
export function rowsIn({ world, rules, date }: Pick<Day, "world" | "rules" | "date">, table: TableName): readonly Row[] {
  const { partition, columns } = tableRules(rules, table);
  if (columns[partition]?.kind === "instant") {
    // Tables that are partitioned by a time tell in `game_date` what a row is about.
    const around = { column: partition, from: addDays(date, -1), to: addDays(date, 2) };
    return (world.table(table, around)?.rows ?? []).filter((row) => row["game_date"] === date);
  }
  return (world.table(table, { column: partition, from: date, to: date })?.rows ?? []).filter((row) => row[partition] === date);
}

/** Games of the date that were played to their end and go through the stage. */
export function playedGames({ clean }: Day, stage: StageName): readonly SlatedGame[] {
  return gamesOwing(clean.judgement.scope.slate, stage).filter(({ final, standing }) => final && standing.kind === "expected");
}

export function of(game: Game, rows: readonly Row[], column = "team_abbr"): readonly Row[] {
  const teams: readonly unknown[] = teamsOf(game);
  return rows.filter((row) => teams.includes(row[column]));
}

/** Rows that name their game only by its id, `YYYYMMDD_AWAY_HOME`. */
export function ofId({ away, home }: Game, rows: readonly Row[]): readonly Row[] {
  return rows.filter((row) => text(row, "game_id").endsWith(`_${away}_${home}`));
}

export function ofTeam(team: string, rows: readonly Row[], column = "team_abbr"): readonly Row[] {
  return rows.filter((row) => row[column] === team);
}

export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : "";
}

export function amount(row: Row, column: string): number {
  const value = row[column];
  return typeof value === "number" ? value : 0;
}

export function played(row: Row): boolean {
  return amount(row, "minutes_played") > 0;
}

export function sum(rows: readonly Row[], column: string): number {
  return Math.round(rows.reduce((total, row) => total + amount(row, column), 0) * 1e6) / 1e6;
}

/** A stamp moved by so many seconds. */
export function shifted(stamp: string, seconds: number): string {
  return new Date(Date.parse(stamp) + seconds * 1000).toISOString();
}

export function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** The live sources of raw box scores on the date. */
export function boxTables({ rules }: Day): readonly TableName[] {
  return rules.box_scores.sources.map(({ table }) => table);
}

export function preferredTable({ rules }: Day): TableName {
  const found = rules.box_scores.sources.find(({ preferred }) => preferred);
  if (found === undefined) throw new Error("No preferred source of box scores.");
  return found.table;
}

/** The three tables of Phase 3 that are made from the games, with the column that names the team. */
export function analyticsTables({ rules }: Day): readonly { readonly table: TableName; readonly team: string }[] {
  const { players, offense, defense } = rules.analytics;
  return [
    { table: players, team: "team_abbr" },
    { table: offense, team: "team_abbr" },
    { table: defense, team: "defending_team_abbr" },
  ];
}
