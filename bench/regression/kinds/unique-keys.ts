import { tableRules } from "../../../src/pipeline/load.ts";
import type { Row, TableName } from "../../../src/ports/warehouse.ts";
import { whenAllIsDue } from "../clocks.ts";
import type { Day } from "../day.ts";
import { amount, plural, rowsIn, shifted, text } from "../day.ts";
import type { Dice } from "../dice.ts";
import { family } from "../kind.ts";

function uniqueTables({ rules }: Day): readonly TableName[] {
  return Object.entries(rules.tables).flatMap(([table, { unique }]) => (unique === true ? [table] : []));
}

/** A table with rows of which each must be there once, drawn. */
function drawTable(
  day: Day,
  dice: Dice,
  among = uniqueTables(day),
): { readonly table: TableName; readonly rows: readonly Row[] } | undefined {
  const filled = among.map((table) => ({ table, rows: onceRows(day, table) })).filter(({ rows }) => rows.length > 0);
  return filled.length === 0 ? undefined : dice.pick(filled);
}

function onceRows(day: Day, table: TableName): readonly Row[] {
  const { once_where: where } = tableRules(day.rules, table);
  const rows = rowsIn(day, table);
  return where === undefined ? rows : rows.filter((row) => row[where] === true);
}

/** How many rows are copied: each step of the scale about equally often. */
function drawSurplus(day: Day, dice: Dice, rows: number): number {
  const { p3_to: few, p2_to: more } = day.rules.thresholds["unique-keys"].surplus;
  const [low, high] = dice.pick([
    [1, few],
    [few + 1, more],
    [more + 1, 90],
  ] as const);
  return Math.min(rows, dice.whole(low, high));
}

function surplusSign(day: Day, table: TableName, surplus: number, unique: number, ...says: readonly string[]) {
  const few = surplus <= day.rules.thresholds["unique-keys"].surplus.p3_to;
  const counts = `${surplus + unique} rows of which ${surplus} surplus (${unique} unique) in ${table}`;
  return { check: "unique-keys", subject: table, verdict: few ? "warn" : "fail", reason: "surplus", says: [counts, ...says] } as const;
}

function stampColumn(day: Day, table: TableName): string | undefined {
  return tableRules(day.rules, table).written_at;
}

/** A second run some seconds before the one whose rows are there, so that what read them is still newer. */
function written(column: string | undefined, seconds: number): (row: Row) => Row {
  return (row) => (column === undefined || text(row, column) === "" ? {} : { [column]: shifted(text(row, column), -seconds) });
}

export const uniqueKeys = family(
  "unique-keys",
  [...whenAllIsDue, "D+1 12:30"],
  [
    {
      name: "exact duplicates",
      draw(day, dice, edit) {
        const drawn = drawTable(day, dice);
        if (drawn === undefined) return undefined;
        const { table, rows } = drawn;
        const copies = dice.chance(0.8) ? 1 : dice.whole(2, 3);
        const copied = dice.some(rows, Math.max(1, Math.floor(drawSurplus(day, dice, rows.length) / copies)));
        edit.copy(table, copied, () => ({}), copies);
        return [surplusSign(day, table, copied.length * copies, rows.length, `${plural(copied.length, "key")} with copies, identical`)];
      },
    },
    {
      name: "duplicates of another run",
      draw(day, dice, edit) {
        const drawn = drawTable(day, dice);
        if (drawn === undefined) return undefined;
        const { table, rows } = drawn;
        const [seconds, column] = [dice.whole(3, 58), stampColumn(day, table)];
        const copied = dice.some(rows, drawSurplus(day, dice, rows.length));
        edit.copy(table, copied, written(column, seconds));
        return [surplusSign(day, table, copied.length, rows.length)];
      },
    },
    {
      name: "duplicates with other content",
      draw(day, dice, edit) {
        const { offense, players } = day.rules.analytics;
        const drawn = drawTable(day, dice, [offense, players]);
        if (drawn === undefined) return undefined;
        const { table, rows } = drawn;
        const copied = dice.some(rows, Math.min(rows.length, dice.whole(1, 30)));
        // Half of a game, written by an earlier run.
        edit.copy(table, copied, (row) => ({
          ...written("processed_at", 30)(row),
          fg_attempts: Math.floor(amount(row, "fg_attempts") / 2),
          data_hash: "0123456789abcdef",
          ...(table === offense ? { possessions: Math.floor(amount(row, "possessions") / 2) } : {}),
        }));
        return [surplusSign(day, table, copied.length, rows.length, "with conflicting content")];
      },
    },
    {
      name: "duplicates under another game id",
      draw(day, dice, edit) {
        const { players, offense, defense } = day.rules.analytics;
        const drawn = drawTable(day, dice, [players, offense, defense]);
        if (drawn === undefined) return undefined;
        const { table, rows } = drawn;
        const copied = dice.some(rows, drawSurplus(day, dice, rows.length));
        edit.copy(table, copied, (row) => ({ game_id: text(row, "game_id").replace(/_(\w{3})_(\w{3})$/u, "_$2_$1") }));
        return [surplusSign(day, table, copied.length, rows.length, `${copied.length} of them under another game id`)];
      },
    },
    {
      name: "every row twice",
      draw(day, dice, edit) {
        const drawn = drawTable(day, dice);
        if (drawn === undefined || drawn.rows.length <= day.rules.thresholds["unique-keys"].surplus.p2_to) return undefined;
        const { table, rows } = drawn;
        const copies = dice.whole(1, 2);
        edit.copy(table, rows, written(stampColumn(day, table), 12), copies);
        return [surplusSign(day, table, rows.length * copies, rows.length, `every key ${copies + 1} times`)];
      },
    },
    {
      name: "rows without their key",
      rests: [
        "whole-games",
        "minutes",
        "box-scores",
        "grading",
        "lines",
        "scrapers",
        "consistency",
        "predictions",
        "predictions-active",
        "features",
      ],
      draw(day, dice, edit) {
        const drawn = drawTable(day, dice);
        if (drawn === undefined || tableRules(day.rules, drawn.table).columns["player_lookup"] === undefined) return undefined;
        const { table, rows } = drawn;
        const keyless = dice.some(rows, dice.whole(1, Math.min(3, rows.length)));
        edit.change(table, keyless, { player_lookup: null });
        const says = [`${plural(keyless.length, "row")} of ${rows.length} in ${table} lack part of their key`];
        return [{ check: "unique-keys", subject: table, verdict: "fail", reason: "rows_without_key", says }];
      },
    },
  ],
  [
    {
      name: "superseded predictions",
      draw(day, dice, edit) {
        const { table } = day.rules.predictions;
        const rows = rowsIn(day, table);
        if (rows.length === 0) return undefined;
        edit.copy(table, dice.some(rows, dice.whole(1, rows.length)), (row) => ({
          is_active: false,
          superseded_by: "a newer one",
          created_at: shifted(text(row, "created_at"), -dice.whole(60, 6000)),
        }));
        return [];
      },
    },
    {
      name: "snapshots of odds again",
      draw(day, dice, edit) {
        const table = "nba_raw.odds_api_player_points_props";
        const rows = rowsIn(day, table);
        if (rows.length === 0) return undefined;
        edit.copy(table, dice.some(rows, dice.whole(1, Math.min(500, rows.length))));
        return [];
      },
    },
    {
      name: "running row and final row of a run",
      draw(day, dice, edit) {
        const table = day.rules.run_history;
        const rows = rowsIn(day, table).filter((row) => row["processed_at"] !== null);
        if (rows.length === 0) return undefined;
        edit.copy(table, dice.some(rows, dice.whole(1, rows.length)), () => ({
          status: "running",
          processed_at: null,
          records_processed: null,
        }));
        return [];
      },
    },
    {
      name: "injury report every hour",
      draw(day, _dice, edit) {
        const table = "nba_raw.nbac_injury_report";
        const rows = rowsIn(day, table);
        if (rows.length === 0) return undefined;
        edit.copy(table, rows);
        return [];
      },
    },
    {
      name: "the same player on the day before",
      draw(day, dice, edit) {
        const { players } = day.rules.analytics;
        const rows = rowsIn(day, players);
        if (rows.length === 0) return undefined;
        const other = new Date(Date.parse(`${day.date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
        edit.add(
          players,
          other,
          dice.some(rows, 1).map((row) => ({ ...row, game_date: other, player_lookup: `${text(row, "player_lookup")}junior` })),
        );
        return [];
      },
    },
  ],
);
