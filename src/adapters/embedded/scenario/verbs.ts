import { UserError } from "../../../errors.ts";
import type { CalendarDate } from "../../../pipeline/dates.ts";
import type { Row, Value } from "../../../ports/warehouse.ts";
import { random } from "./generate/random.ts";
import type { Landing, Plot, TableFacts } from "./plot.ts";
import { gameChosen } from "./plot.ts";
import type { Change, Duplicate, Remove } from "./scenario.ts";
import type { Step } from "./timeline.ts";
import { matching } from "./values-change.ts";

/** A stored row, and the game that it belongs to (`AWAY@HOME`; empty where rows belong to no game). */
export interface Stored {
  readonly game: string;
  readonly row: Row;
}

export interface TableStep extends Step<readonly Stored[]> {
  /** What in the scenario's file makes it; absent for what a normal night does. */
  readonly change?: Change;
}

/**
 * Rows land as by the pipeline's MERGE: what is there under the same key is replaced, gets the new time of writing and
 * keeps its time of creation.
 */
export function landingStep(plot: Plot, table: TableFacts, landing: Landing): TableStep {
  return {
    at: landing.at.getTime(),
    apply(before) {
      const source = plot.sources.get(table.name);
      const stamp = landing.stamped.toISOString();
      const created = Object.hasOwn(table.columns, "created_at") ? createdAtByKey(table, before) : undefined;
      const landed = landing.games.flatMap((game) =>
        (source?.rowsOf(game, plot.season, landing.at) ?? []).map((row) => {
          const createdAt = created?.get(keyOf(table, row)) ?? stamp;
          return { game: game.name, row: stored(table, row, { createdAt, writtenAt: stamp }) };
        }),
      );
      if (before.length === 0) return landed;
      const keys = new Set(landed.map(({ row }) => keyOf(table, row)));
      return [...before.filter(({ row }) => !keys.has(keyOf(table, row))), ...landed];
    },
  };
}

function createdAtByKey(table: TableFacts, before: readonly Stored[]): ReadonlyMap<string, Value> | undefined {
  return before.length === 0 ? undefined : new Map(before.map(({ row }) => [keyOf(table, row), row["created_at"] ?? null]));
}

export function duplicateStep(plot: Plot, table: TableFacts, change: Duplicate, date: CalendarDate): TableStep {
  return {
    at: change.from.getTime(),
    apply(before) {
      const isChosen = gameChosen(plot, change.games, date);
      const candidates = before.filter(({ game }) => isChosen(game));
      const count = change.rows ?? candidates.length;
      if (count > candidates.length) throw tooFew(plot, change, candidates.length);
      const drawn = new Set(random(plot.scenario.seed, "duplicate", table.name, date).shuffled(candidates).slice(0, count));
      const copies = candidates.filter((candidate) => drawn.has(candidate)).map((original) => copyOf(table, original, change.stamped));
      return [...before, ...Array.from({ length: change.copies }, () => copies).flat()];
    },
  };
}

export function removeStep(plot: Plot, table: TableFacts, change: Remove, date: CalendarDate): TableStep {
  return {
    at: change.from.getTime(),
    apply(before) {
      const kept = change.surplus ? keptOf(table, before) : new Set<Stored>();
      const candidates = matching(plot, change, date, before).filter((entry) => !kept.has(entry));
      const removed = new Set(change.rows === undefined ? candidates : candidates.slice(-change.rows));
      return before.filter((entry) => !removed.has(entry));
    },
  };
}

/** How many different keys the rows have. */
export function countKeys(table: TableFacts, rows: readonly Stored[]): number {
  return new Set(rows.map(({ row }) => keyOf(table, row))).size;
}

/** The one row of each key that the table's keep rule keeps; of equals the first. */
function keptOf(table: TableFacts, rows: readonly Stored[]): ReadonlySet<Stored> {
  const kept = new Map<string, Stored>();
  for (const entry of rows) {
    const key = keyOf(table, entry.row);
    const rival = kept.get(key);
    if (rival === undefined || isPreferred(table, entry.row, rival.row)) kept.set(key, entry);
  }
  return new Set(kept.values());
}

function isPreferred(table: TableFacts, row: Row, rival: Row): boolean {
  for (const { column, descending } of table.keep) {
    const order = compare(row[column] ?? null, rival[column] ?? null);
    if (order !== 0) return descending === order > 0;
  }
  return false;
}

/** Null is less than anything else. */
function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return textOf(a) < textOf(b) ? -1 : 1;
}

function keyOf(table: TableFacts, row: Row): string {
  return table.key.map((column) => textOf(row[column] ?? null)).join("|");
}

function textOf(value: Value): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function copyOf(table: TableFacts, { game, row }: Stored, stamped: Date | undefined): Stored {
  if (stamped === undefined || table.writtenAt === undefined) return { game, row: { ...row } };
  return { game, row: { ...row, [table.writtenAt]: stamped.toISOString() } };
}

/** The row with exactly the declared columns. A time that the row names itself stands. */
export function stored(table: TableFacts, row: Row, times: { readonly createdAt: Value; readonly writtenAt: string }): Row {
  const whole: Record<string, Value> = {};
  for (const column of Object.keys(table.columns)) whole[column] = row[column] ?? null;
  if (Object.hasOwn(whole, "created_at")) whole["created_at"] = row["created_at"] ?? times.createdAt;
  if (table.writtenAt !== undefined) whole[table.writtenAt] = row[table.writtenAt] ?? times.writtenAt;
  return whole;
}

function tooFew(plot: Plot, change: Duplicate, there: number): UserError {
  return new UserError(
    `${plot.scenario.name}: duplicate ${change.table}: ${change.rows} rows asked for, ${there} are there then; ask for fewer, or for more \`copies\`.`,
  );
}
