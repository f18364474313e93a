import type { Rules } from "../../../src/pipeline/load.ts";
import { tableRules } from "../../../src/pipeline/load.ts";
import { clockNames } from "../clocks.ts";
import type { Day } from "../day.ts";
import { rowsIn } from "../day.ts";
import { family } from "../kind.ts";

/** Whatever reads the table may be unable to say anything; that it says nothing good of it, the overall verdict shows. */
const readers = [
  "games",
  "box-scores",
  "analytics",
  "unique-keys",
  "minutes",
  "usage-rate",
  "fields",
  "whole-games",
  "consistency",
  "completion",
  "features",
  "predictions",
  "predictions-active",
  "lines",
  "grading",
  "scrapers",
  "runs",
  "exports",
  "heartbeats",
  "orchestrators",
];

function keysOf(rules: Rules, table: string): readonly string[] {
  const { partition, key, also_once: once = [] } = tableRules(rules, table);
  return [...new Set([partition, ...key, ...once])];
}

/** Columns that the operator declares himself, of a table that is meant to be there. */
function statedColumns({ rules }: Day, table: string, areKeys: boolean): readonly string[] {
  const { columns } = tableRules(rules, table);
  const keys = keysOf(rules, table);
  return Object.keys(columns).filter((column) => columns[column]?.inferred !== true && keys.includes(column) === areKeys);
}

function required({ rules }: Day): readonly string[] {
  return Object.entries(rules.tables).flatMap(([table, { optional }]) => (optional === true ? [] : [table]));
}

export const tables = family(
  "tables",
  clockNames,
  [
    {
      name: "table gone",
      rests: readers,
      draw(day, dice, edit) {
        const table = dice.pick(required(day));
        edit.dropTable(table);
        return [{ check: "tables", subject: table, verdict: "fail", reason: "missing_table", says: [`${table} is not there`] }];
      },
    },
    {
      name: "key column gone",
      rests: readers,
      draw(day, dice, edit) {
        const able = required(day).filter((table) => statedColumns(day, table, true).length > 0);
        const table = dice.pick(able);
        const column = dice.pick(statedColumns(day, table, true));
        edit.dropColumn(table, column);
        return [{ check: "tables", subject: table, verdict: "fail", reason: "missing_key", says: [`lacks ${column}`] }];
      },
    },
    {
      name: "another column gone",
      rests: readers,
      draw(day, dice, edit) {
        const able = required(day).filter((table) => statedColumns(day, table, false).length > 0);
        const table = dice.pick(able);
        const column = dice.pick(statedColumns(day, table, false));
        edit.dropColumn(table, column);
        return [{ check: "tables", subject: table, verdict: "warn", reason: "missing_column", says: [`lacks ${column}`] }];
      },
    },
    {
      name: "table that cannot be read",
      rests: readers,
      draw(day, dice, edit) {
        const table = dice.pick(required(day));
        const refusal = dice.pick([
          "denied",
          "unauthenticated",
          "not_enabled",
          "wrong_location",
          "throttled",
          "unavailable",
          "malformed",
        ] as const);
        edit.fail({ port: "warehouse", target: table, with: refusal });
        return [{ check: "tables", subject: table, verdict: "unknown", reason: refusal, says: [table] }];
      },
    },
  ],
  [
    {
      name: "deduced columns gone",
      draw(day, dice, edit) {
        const inferred = [
          "nba_raw.nbac_injury_report report_hour",
          "nba_raw.odds_api_game_lines bookmaker",
          "nba_precompute.player_composite_factors game_id",
          "nba_raw.bdl_player_boxscores points",
          "nba_raw.odds_api_player_points_props points_line",
        ];
        const [table = "", column = ""] = dice.pick(inferred).split(" ");
        if (keysOf(day.rules, table).includes(column)) return undefined;
        edit.dropColumn(table, column);
        return [];
      },
    },
    {
      name: "a column more than declared",
      draw(day, dice, edit) {
        edit.columns(dice.pick(required(day)), (columns) => ({ ...columns, added_by_the_operator: { kind: "string", inferred: false } }));
        return [];
      },
    },
    {
      name: "columns in another order",
      draw(day, dice, edit) {
        edit.columns(dice.pick(required(day)), (columns) => Object.fromEntries(Object.entries(columns).toReversed()));
        return [];
      },
    },
    {
      name: "halt state without its deduced columns",
      draw({ rules }, _dice, edit) {
        edit.columns(rules.predictions.halt_state, () => ({ updated_by: { kind: "string", inferred: false } }));
        return [];
      },
    },
    {
      name: "a table that only explains empty for the date",
      draw(day, _dice, edit) {
        const rows = rowsIn(day, "nba_raw.nbac_team_boxscore");
        if (rows.length === 0) return undefined;
        edit.drop("nba_raw.nbac_team_boxscore", rows);
        return [];
      },
    },
  ],
);
