import type { Row } from "../../../src/ports/warehouse.ts";
import { whenAllIsDue } from "../clocks.ts";
import type { Day } from "../day.ts";
import { amount, ofId, playedGames, rowsIn, text } from "../day.ts";
import { family } from "../kind.ts";
import { predictionRows, systemsOf } from "./prepared-rows.ts";

/** A system's predictions that can be graded, and their grades. */
function gradable(day: Day, system: string): { readonly of: number; readonly graded: readonly Row[] } {
  const grades = rowsIn(day, day.rules.predictions.graded).filter((row) => row["system_id"] === system);
  const voided = new Set(grades.filter((row) => row["is_voided"] === true).map((row) => text(row, "player_lookup")));
  const played = playedGames(day, "grading").flatMap((game) => ofId(game, predictionRows(day)));
  const active = played.filter((row) => row["system_id"] === system && row["is_active"] === true && row["line_source"] === "ACTUAL_PROP");
  const players = new Set(active.map((row) => text(row, "player_lookup")).filter((player) => !voided.has(player)));
  return { of: players.size, graded: grades.filter((row) => players.has(text(row, "player_lookup"))) };
}

export const grading = family(
  "grading",
  whenAllIsDue,
  [
    {
      name: "grades of a system gone",
      draw(day, dice, edit) {
        const systems = systemsOf(day);
        if (systems.length === 0) return undefined;
        const system = dice.pick(systems);
        const { of, graded } = gradable(day, system);
        const { pass, warn } = day.rules.thresholds.grading.share;
        const grave = dice.chance(0.6);
        const [low, high] = grave ? [0, Math.ceil(of * warn) - 1] : [Math.ceil(of * warn), Math.ceil(of * pass) - 1];
        if (low > high || high >= graded.length) return undefined;
        const kept = dice.whole(low, high);
        edit.drop(day.rules.predictions.graded, dice.some(graded, graded.length - kept));
        const says = [`${kept} of ${of} gradable predictions graded`];
        return [{ check: "grading", subject: system, verdict: grave ? "fail" : "warn", reason: "not_graded", says }];
      },
    },
    {
      name: "no grades at all",
      draw(day, _dice, edit) {
        const systems = systemsOf(day).map((system) => ({ system, ...gradable(day, system) }));
        if (systems.length === 0 || systems.some(({ of }) => of === 0)) return undefined;
        const rows = rowsIn(day, day.rules.predictions.graded);
        edit.drop(
          day.rules.predictions.graded,
          rows.filter((row) => row["is_voided"] !== true),
        );
        return systems.map(({ system, of }) => ({
          check: "grading",
          subject: system,
          verdict: "fail",
          reason: "not_graded",
          says: [`0 of ${of} gradable predictions graded`],
        }));
      },
    },
  ],
  [
    {
      name: "as few grades as are enough",
      draw(day, dice, edit) {
        const systems = systemsOf(day);
        if (systems.length === 0) return undefined;
        const { of, graded } = gradable(day, dice.pick(systems));
        const enough = Math.ceil(of * day.rules.thresholds.grading.share.pass);
        if (of === 0 || enough > graded.length) return undefined;
        edit.drop(day.rules.predictions.graded, dice.some(graded, graded.length - enough));
        return [];
      },
    },
    {
      name: "many voided",
      draw(day, dice, edit) {
        const systems = systemsOf(day);
        if (systems.length === 0) return undefined;
        const { of, graded } = gradable(day, dice.pick(systems));
        const left = of - graded.length;
        const voidable = Math.max(0, graded.length - 5 * left - 1);
        edit.change(day.rules.predictions.graded, dice.some(graded, Math.floor(voidable / 2)), { is_voided: true });
        return [];
      },
    },
    {
      name: "nothing without a line graded",
      draw(day, dice, edit) {
        const rows = predictionRows(day).filter((row) => row["line_source"] === "ACTUAL_PROP");
        if (rows.length === 0) return undefined;
        edit.copy(day.rules.predictions.table, dice.some(rows, 40), (row) => ({
          player_lookup: `${text(row, "player_lookup")}iii`,
          line_source: "NO_PROP_LINE",
          current_points_line: null,
        }));
        return [];
      },
    },
    {
      name: "grades with the home team first in their ids",
      draw(day, _dice, edit) {
        const rows = rowsIn(day, day.rules.predictions.graded);
        if (rows.length === 0) return undefined;
        edit.change(day.rules.predictions.graded, rows, (row) => ({
          game_id: text(row, "game_id").replace(/_(\w{3})_(\w{3})$/u, "_$2_$1"),
        }));
        return [];
      },
    },
    {
      name: "graded at two lines",
      draw(day, dice, edit) {
        const rows = rowsIn(day, day.rules.predictions.graded);
        if (rows.length === 0) return undefined;
        edit.copy(day.rules.predictions.graded, dice.some(rows, 15), (row) => ({ line_value: amount(row, "line_value") + 1 }));
        return [];
      },
    },
  ],
);
