import { wilson } from "../../../src/checks/wilson.ts";
import { addDays, instantOf } from "../../../src/pipeline/dates.ts";
import { gamesOwing } from "../../../src/checks/slate.ts";
import type { Row, Value } from "../../../src/ports/warehouse.ts";
import type { ClockName } from "../clocks.ts";
import { whenAllIsDue } from "../clocks.ts";
import type { Day } from "../day.ts";
import { amount, ofId, playedGames, plural, rowsIn, shifted, text } from "../day.ts";
import { family } from "../kind.ts";

const beforeAndAfter: readonly ClockName[] = ["D 14:30", ...whenAllIsDue];

function owing({ clean }: Day, stage: "features" | "predictions") {
  return gamesOwing(clean.judgement.scope.slate, stage).filter(({ standing }) => standing.kind === "expected");
}

/** None on a date on which nobody owes any. */
function featureRows(day: Day): readonly Row[] {
  return owing(day, "features").length === 0 ? [] : rowsIn(day, day.rules.features.table);
}

function predictionRows(day: Day): readonly Row[] {
  return rowsIn(day, day.rules.predictions.table);
}

/** Prepared players by team, of the teams that play. */
function prepared(day: Day): ReadonlyMap<string, readonly string[]> {
  const teams = owing(day, "features").flatMap(({ away, home }) => [away, home]);
  const rows = rowsIn(day, day.rules.features.players);
  return new Map(teams.map((team) => [team, rows.filter((row) => row["team_abbr"] === team).map((row) => text(row, "player_lookup"))]));
}

/** None on a date on which nobody owes any. */
function systemsOf(day: Day): readonly string[] {
  return owing(day, "predictions").length === 0 ? [] : [...new Set(predictionRows(day).map((row) => text(row, "system_id")))].toSorted();
}

/** The system's rows of games that are expected. */
function ofSystem(day: Day, system: string): readonly Row[] {
  const rows = owing(day, "predictions").flatMap((game) => ofId(game, predictionRows(day)));
  return rows.filter((row) => row["system_id"] === system);
}

const ofFeatures = ["lines", "predictions"];

export const features = family(
  "features",
  beforeAndAfter,
  [
    {
      name: "features of a team gone",
      rests: ofFeatures,
      draw(day, dice, edit) {
        const teams = prepared(day);
        if (teams.size < 2) return undefined;
        const gone = dice.some([...teams.keys()], dice.whole(1, Math.min(3, teams.size - 1)));
        const players = new Set(gone.flatMap((team) => teams.get(team) ?? []));
        edit.drop(day.rules.features.table, featureRows(day).filter((row) => players.has(text(row, "player_lookup"))));
        const says = [`no features for ${gone.length} of ${teams.size} teams`];
        return [{ check: "features", subject: day.date, verdict: "fail", reason: "teams_without_features", says }];
      },
    },
    {
      name: "too few players with features",
      rests: ofFeatures,
      draw(day, dice, edit) {
        const teams = prepared(day);
        const all = [...teams.values()].flat();
        if (all.length === 0) return undefined;
        const most = Math.ceil(all.length * day.rules.thresholds.features.player_share.least) - 1;
        const one = [...teams.values()].map((players) => dice.pick(players));
        const kept = new Set([...one, ...dice.some(all.filter((player) => !one.includes(player)), dice.whole(0, most - one.length))]);
        edit.drop(day.rules.features.table, featureRows(day).filter((row) => !kept.has(text(row, "player_lookup"))));
        const says = [`${kept.size} of ${all.length} prepared players have features`];
        return [{ check: "features", subject: day.date, verdict: "fail", reason: "few_players", says }];
      },
    },
    {
      name: "no features at all",
      rests: [...ofFeatures, "completion"],
      draw(day, _dice, edit) {
        if (owing(day, "features").length === 0) return undefined;
        edit.drop(day.rules.features.table, featureRows(day));
        return [{ check: "features", subject: day.date, verdict: "fail", reason: "missing", says: ["0 rows in"] }];
      },
    },
    {
      name: "features stale in part",
      draw(day, dice, edit) {
        const rows = featureRows(day);
        // Those of games that were put off after they had been prepared are older than the last run already.
        const newest = rows.map((row) => writtenAt(row)).toSorted().at(-1) ?? "";
        const fresh = rows.filter((row) => writtenAt(row) === newest);
        if (fresh.length < 2) return undefined;
        const old = dice.some(fresh, dice.whole(1, fresh.length - 1));
        const stamp = instantOf(day.date, { day: 0, hour: 8, minute: dice.whole(0, 59) }, day.rules.zone).toISOString();
        edit.change(day.rules.features.table, old, { created_at: stamp, updated_at: dice.pick([stamp, null]) });
        const says = [`${rows.length - fresh.length + old.length} of ${rows.length} feature rows are older`];
        return [{ check: "features", subject: day.date, verdict: "warn", reason: "older_than_run", says }];
      },
    },
  ],
  [
    {
      name: "as few players with features as are enough",
      rests: ["lines"],
      draw(day, dice, edit) {
        const teams = prepared(day);
        const all = [...teams.values()].flat();
        if (all.length === 0) return undefined;
        const one = [...teams.values()].map((players) => dice.pick(players));
        const enough = Math.ceil(all.length * day.rules.thresholds.features.player_share.least);
        const kept = new Set([...one, ...dice.some(all.filter((player) => !one.includes(player)), enough - one.length)]);
        edit.drop(day.rules.features.table, featureRows(day).filter((row) => !kept.has(text(row, "player_lookup"))));
        return [];
      },
    },
    {
      name: "features of players whom nobody prepared",
      rests: ["lines"],
      draw(day, dice, edit) {
        const rows = featureRows(day);
        if (rows.length === 0) return undefined;
        edit.copy(day.rules.features.table, dice.some(rows, dice.whole(1, 8)), (row) => ({ player_lookup: `${text(row, "player_lookup")}ii` }));
        return [];
      },
    },
    {
      name: "features never rewritten",
      clocks: ["D 14:30"],
      draw(day, _dice, edit) {
        if (featureRows(day).length === 0) return undefined;
        edit.change(day.rules.features.table, featureRows(day), { updated_at: null });
        return [];
      },
    },
    {
      name: "an incremental run that left most rows alone",
      draw(day, _dice, edit) {
        const rows = featureRows(day);
        const runs = rowsIn(day, day.rules.run_history).filter((row) => row["processor_name"] === day.rules.features.processor && row["processed_at"] !== null);
        const last = runs.toSorted((a, b) => (text(a, "processed_at") < text(b, "processed_at") ? 1 : -1))[0];
        if (last === undefined || rows.length < 20) return undefined;
        const later = (row: Row): Row => ({ run_id: `${text(row, "run_id")}i`, started_at: shifted(text(row, "started_at"), 300), processed_at: shifted(text(row, "processed_at"), 300), records_processed: 9 });
        edit.copy(day.rules.run_history, [last], later);
        const newest = rows.toSorted((a, b) => (writtenAt(a) < writtenAt(b) ? 1 : -1));
        edit.change(day.rules.features.table, newest.slice(0, 9), (row) => ({ updated_at: shifted(text(row, "updated_at") || text(row, "created_at"), 300) }));
        return [];
      },
    },
    {
      name: "no row marked as ready",
      draw(day, _dice, edit) {
        if (featureRows(day).length === 0) return undefined;
        edit.change(day.rules.features.table, featureRows(day), { is_quality_ready: false, quality_alert_level: "red" });
        return [];
      },
    },
  ],
);

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
        edit.drop(day.rules.predictions.table, predictionRows(day).filter((row) => gone.includes(text(row, "system_id"))));
        const line = gone.length === 1 ? [] : [`${gone.length} of ${systems.length} systems have no active prediction`];
        return gone.map((system) => ({ check: "predictions", subject: system, verdict: "fail", reason: "no_predictions", says: ["0 active predictions of 0"], line }));
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
        edit.change(day.rules.predictions.table, own.filter((row) => off.has(text(row, "player_lookup"))), { is_active: false });
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
        edit.change(day.rules.predictions.table, all.filter((row) => off.has(text(row, "player_lookup"))), { is_active: false });
        return [];
      },
    },
    {
      name: "a system beside the expected ones",
      draw(day, dice, edit) {
        const rows = predictionRows(day);
        if (rows.length === 0) return undefined;
        edit.copy(day.rules.predictions.table, dice.some(rows, 20), () => ({ system_id: "catboost_v9_trial", line_source: "NO_PROP_LINE", current_points_line: null }));
        return [];
      },
    },
    {
      name: "ids with the home team first",
      draw(day, _dice, edit) {
        const rows = predictionRows(day);
        if (rows.length === 0) return undefined;
        edit.change(day.rules.predictions.table, rows, (row) => ({ game_id: text(row, "game_id").replace(/_(\w{3})_(\w{3})$/u, "_$2_$1") }));
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
        edit.copy(day.rules.predictions.table, rows, (row) => ({ is_active: false, prediction_version: 0, created_at: shifted(text(row, "created_at"), -900) }));
        return [];
      },
    },
  ],
);

function writtenAt(row: Row): string {
  return text(row, "updated_at") || text(row, "created_at");
}

function hasLine(row: Row): boolean {
  return amount(row, "feature_25_value") !== 0;
}

/** A feature row without its line, in both the ways in which a line is kept. */
function withoutLine({ rules }: Day): (row: Row) => Row {
  const { column, index, instead } = rules.features.line;
  return (row) => {
    const list = row[column];
    const cleared: Value = Array.isArray(list) ? list.map((value: Value, place: number) => (place === index ? 0 : value)) : (list ?? null);
    return { [instead]: 0, [column]: cleared };
  };
}

/** The lowest share of the days before, or the usual one where they are too few. */
function floor(day: Day): number {
  const { days, least_days: enough, usual } = day.rules.thresholds.lines.band;
  const { table } = day.rules.features;
  const span = { column: "game_date", from: addDays(day.date, -days), to: addDays(day.date, -1) };
  const counts = new Map<string, { rows: number; lines: number }>();
  for (const row of day.world.table(table, span)?.rows ?? []) {
    const date = text(row, "game_date");
    if (date < span.from || date > span.to) continue;
    const count = counts.get(date) ?? { rows: 0, lines: 0 };
    counts.set(date, { rows: count.rows + 1, lines: count.lines + (hasLine(row) ? 1 : 0) });
  }
  const shares = [...counts.values()].map(({ rows, lines: lined }) => lined / rows);
  return shares.length < enough ? usual : Math.min(...shares);
}

export const lines = family(
  "lines",
  beforeAndAfter,
  [
    {
      name: "hardly any lines",
      draw(day, dice, edit) {
        const rows = featureRows(day);
        const lined = rows.filter(hasLine);
        const { least } = day.rules.thresholds.lines.band;
        let most = -1;
        while (most + 1 < lined.length && wilson(most + 1, rows.length).high < least) most += 1;
        if (most < 0) return undefined;
        const kept = dice.whole(0, most);
        edit.change(day.rules.features.table, dice.some(lined, lined.length - kept), withoutLine(day));
        const says = [`${kept} of ${rows.length} players with features have a line`];
        return [{ check: "lines", subject: day.date, verdict: "fail", reason: "hardly_any_lines", says }];
      },
    },
    {
      name: "fewer lines than usual",
      draw(day, dice, edit) {
        const rows = featureRows(day);
        const lined = rows.filter(hasLine);
        const { least } = day.rules.thresholds.lines.band;
        const usual = floor(day);
        const able = Array.from({ length: lined.length }, (_, count) => count).filter((count) => {
          const { high } = wilson(count, rows.length);
          return high >= least && high < usual;
        });
        if (able.length === 0) return undefined;
        const kept = dice.pick(able);
        edit.change(day.rules.features.table, dice.some(lined, lined.length - kept), withoutLine(day));
        const says = [`${kept} of ${rows.length} players with features have a line`];
        return [{ check: "lines", subject: day.date, verdict: "warn", reason: "fewer_lines_than_usual", says }];
      },
    },
  ],
  [
    {
      name: "as few lines as chance can bring",
      draw(day, dice, edit) {
        const rows = featureRows(day);
        const lined = rows.filter(hasLine);
        const { least } = day.rules.thresholds.lines.band;
        const usual = floor(day);
        const fewest = Array.from({ length: lined.length }, (_, count) => count).find((count) => wilson(count, rows.length).high >= Math.max(usual, least));
        if (fewest === undefined) return undefined;
        edit.change(day.rules.features.table, dice.some(lined, lined.length - fewest), withoutLine(day));
        return [];
      },
    },
    {
      name: "lines in the list only",
      draw(day, _dice, edit) {
        if (featureRows(day).length === 0) return undefined;
        edit.change(day.rules.features.table, featureRows(day), { feature_25_value: null });
        return [];
      },
    },
    {
      name: "lines in their own column only",
      draw(day, _dice, edit) {
        if (featureRows(day).length === 0) return undefined;
        edit.change(day.rules.features.table, featureRows(day), { features: null });
        return [];
      },
    },
    {
      name: "a line for everybody",
      draw(day, _dice, edit) {
        const { column, index, instead } = day.rules.features.line;
        if (featureRows(day).length === 0) return undefined;
        edit.change(day.rules.features.table, featureRows(day), (row) => {
          const list = row[column];
          return { [instead]: 11.5, [column]: Array.isArray(list) ? list.map((value: Value, place: number) => (place === index ? 11.5 : value)) : null };
        });
        return [];
      },
    },
    {
      name: "no line written as nothing",
      draw(day, _dice, edit) {
        const { column, index, instead } = day.rules.features.line;
        const rows = featureRows(day).filter((row) => !hasLine(row));
        if (rows.length === 0) return undefined;
        edit.change(day.rules.features.table, rows, (row) => {
          const list = row[column];
          return { [instead]: null, [column]: Array.isArray(list) ? list.map((value: Value, place: number) => (place === index ? null : value)) : null };
        });
        return [];
      },
    },
  ],
);

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
        edit.drop(day.rules.predictions.graded, rows.filter((row) => row["is_voided"] !== true));
        return systems.map(({ system, of }) => ({ check: "grading", subject: system, verdict: "fail", reason: "not_graded", says: [`0 of ${of} gradable predictions graded`] }));
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
        edit.copy(day.rules.predictions.table, dice.some(rows, 40), (row) => ({ player_lookup: `${text(row, "player_lookup")}iii`, line_source: "NO_PROP_LINE", current_points_line: null }));
        return [];
      },
    },
    {
      name: "grades with the home team first in their ids",
      draw(day, _dice, edit) {
        const rows = rowsIn(day, day.rules.predictions.graded);
        if (rows.length === 0) return undefined;
        edit.change(day.rules.predictions.graded, rows, (row) => ({ game_id: text(row, "game_id").replace(/_(\w{3})_(\w{3})$/u, "_$2_$1") }));
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
