import type { Row } from "../../../src/ports/warehouse.ts";
import type { Day } from "../day.ts";
import { ofId, plural, shifted, text } from "../day.ts";
import { family } from "../kind.ts";
import { beforeAndAfter, owing, predictionRows, systemsOf } from "./prepared-rows.ts";

/** The system's rows of games that are expected. */
function ofSystem(day: Day, system: string): readonly Row[] {
  const rows = owing(day, "predictions").flatMap((game) => ofId(game, predictionRows(day)));
  return rows.filter((row) => row["system_id"] === system);
}

export const predictions = family(
  "predictions",
  beforeAndAfter,
  [
    {
      name: "predictions of a game gone",
      draw(day, dice, edit) {
        const all = owing(day, "predictions");
        if (all.length < 2) return undefined;
        const gone = dice.some(all, dice.whole(1, Math.min(3, all.length - 1)));
        const systems = dice.some(systemsOf(day), dice.whole(1, 3));
        const rows = gone.flatMap((game) => ofId(game, predictionRows(day))).filter((row) => systems.includes(text(row, "system_id")));
        edit.drop(day.rules.predictions.table, rows);
        const says = [`no active prediction for ${gone.length} of ${all.length} games`];
        return systems.map((system) => ({ check: "predictions", subject: system, verdict: "fail", reason: "games_without", says }));
      },
    },
    {
      name: "a system gone",
      draw(day, dice, edit) {
        const systems = systemsOf(day);
        if (systems.length < 2) return undefined;
        const gone = dice.some(systems, dice.whole(1, systems.length - 1));
        edit.drop(
          day.rules.predictions.table,
          predictionRows(day).filter((row) => gone.includes(text(row, "system_id"))),
        );
        const line = gone.length === 1 ? [] : [`${gone.length} of ${systems.length} systems have no active prediction`];
        return gone.map((system) => ({
          check: "predictions",
          subject: system,
          verdict: "fail",
          reason: "no_predictions",
          says: ["0 active predictions of 0"],
          line,
        }));
      },
    },
    {
      name: "no predictions at all",
      rests: ["grading", "predictions-active"],
      draw(day, dice, edit) {
        const rows = predictionRows(day);
        if (systemsOf(day).length === 0) return undefined;
        const gone = dice.chance(0.5);
        if (gone) edit.drop(day.rules.predictions.table, rows);
        else edit.change(day.rules.predictions.table, rows, { is_active: false });
        const says = [gone ? "0 rows in" : `0 active of ${plural(rows.length, "row")}`];
        return [{ check: "predictions", subject: day.date, verdict: "fail", reason: "no_predictions_at_all", says }];
      },
    },
    {
      name: "switched off by mistake",
      rests: ["predictions", "grading"],
      draw(day, dice, edit) {
        const { share, rows: least } = day.rules.thresholds["predictions-active"].inactive;
        const systems = systemsOf(day);
        if (systems.length === 0) return undefined;
        const own = ofSystem(day, dice.pick(systems));
        const players = [...new Set(own.filter((row) => row["line_source"] === "ACTUAL_PROP").map((row) => text(row, "player_lookup")))];
        const fewest = Math.max(least, Math.floor(players.length * share) + 1);
        if (players.length <= fewest) return undefined;
        const off = new Set(dice.some(players, dice.whole(fewest, players.length - 1)));
        edit.change(
          day.rules.predictions.table,
          own.filter((row) => off.has(text(row, "player_lookup"))),
          { is_active: false },
        );
        const says = [`${off.size} of ${players.length} players with a real line have no active prediction`];
        return [{ check: "predictions-active", subject: text(own[0] ?? {}, "system_id"), verdict: "fail", reason: "switched_off", says }];
      },
    },
  ],
  [
    {
      name: "as many switched off as are let go",
      rests: ["predictions"],
      draw(day, dice, edit) {
        const { share, rows: least } = day.rules.thresholds["predictions-active"].inactive;
        const systems = systemsOf(day);
        if (systems.length === 0) return undefined;
        const all = ofSystem(day, dice.pick(systems));
        const players = [...new Set(all.filter((row) => row["line_source"] === "ACTUAL_PROP").map((row) => text(row, "player_lookup")))];
        const most = Math.max(least - 1, Math.floor(players.length * share));
        if (players.length <= most) return undefined;
        const off = new Set(dice.some(players, most));
        edit.change(
          day.rules.predictions.table,
          all.filter((row) => off.has(text(row, "player_lookup"))),
          { is_active: false },
        );
        return [];
      },
    },
    {
      name: "a system beside the expected ones",
      draw(day, dice, edit) {
        const rows = predictionRows(day);
        if (rows.length === 0) return undefined;
        edit.copy(day.rules.predictions.table, dice.some(rows, 20), () => ({
          system_id: "catboost_v9_trial",
          line_source: "NO_PROP_LINE",
          current_points_line: null,
        }));
        return [];
      },
    },
    {
      name: "ids with the home team first",
      draw(day, _dice, edit) {
        const rows = predictionRows(day);
        if (rows.length === 0) return undefined;
        edit.change(day.rules.predictions.table, rows, (row) => ({
          game_id: text(row, "game_id").replace(/_(\w{3})_(\w{3})$/u, "_$2_$1"),
        }));
        return [];
      },
    },
    {
      name: "ids of the league",
      draw(day, _dice, edit) {
        const rows = predictionRows(day);
        if (rows.length === 0) return undefined;
        edit.change(day.rules.predictions.table, rows, { game_id: "0022500775" });
        return [];
      },
    },
    {
      name: "new versions of every prediction",
      draw(day, _dice, edit) {
        const rows = predictionRows(day).filter((row) => row["is_active"] === true);
        if (rows.length === 0) return undefined;
        edit.copy(day.rules.predictions.table, rows, (row) => ({
          is_active: false,
          prediction_version: 0,
          created_at: shifted(text(row, "created_at"), -900),
        }));
        return [];
      },
    },
  ],
);
