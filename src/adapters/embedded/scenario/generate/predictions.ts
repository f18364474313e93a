import { addMinutes } from "../../../../pipeline/dates.ts";
import type { Row } from "../../../../ports/warehouse.ts";
import { boxScore, pointsOf } from "./box-scores.ts";
import type { PlannedGame, Season } from "./plan.ts";
import type { Prepared } from "./prepared.ts";
import { prepared, preparedFor } from "./prepared.ts";
import { fingerprint, random } from "./random.ts";
import type { TableSource } from "./source.ts";
import { atOnce, inAnalytics } from "./source.ts";

const systems: readonly { readonly id: string; readonly file: string | null }[] = [
  { id: "catboost_v8", file: "catboost_v8_33f.cbm" },
  { id: "xgboost_v2", file: "xgboost_v2_33f.json" },
  { id: "ensemble_v1_1", file: null },
];

/** Active for whom bookmakers quote; some rows without a line, most of them inactive; some superseded by a second pass. */
export const predictions: TableSource = {
  rowsOf: (game, season, at) => predicted(season, game).flatMap((prediction) => predictionRows(game, prediction, at)),
  size: (game, season) => predicted(season, game).reduce((sum, { superseding }) => sum + (superseding ? 2 : 1), 0),
  arrivals: (night) => atOnce(night.time(0, 11, 45), preparedFor(night)),
};

/** Of the active ones with a line all but a few; voided where the player did not play. */
export const accuracy: TableSource = {
  rowsOf: (game, season) => gradedRows(season, game),
  size: (game, season) => gradedRows(season, game).length,
  arrivals: (night) => atOnce(night.time(1, 9, 30), inAnalytics(night)),
};

/** Normally empty. Told to arrive, it halts all systems for the night. */
export const haltState: TableSource = {
  rowsOf: (game, season) =>
    season.night(game.date).games[0] === game
      ? [{ game_date: game.date, system_id: null, state: "HALTED", reason: "Predictions halted by the operator" }]
      : [],
  size: (game, season) => (season.night(game.date).games[0] === game ? 1 : 0),
  arrivals: () => [],
};

interface Prediction {
  readonly system: (typeof systems)[number];
  readonly player: string;
  readonly line: number | undefined;
  readonly points: number;
  readonly confidence: number;
  readonly active: boolean;
  /** It takes the place of an earlier one. */
  readonly superseding: boolean;
  readonly graded: boolean;
}

const minutesBetweenPasses = 4;

function predicted(season: Season, game: PlannedGame): readonly Prediction[] {
  return systems.flatMap((system) =>
    prepared(season, game).flatMap((own) => {
      const dice = random(season.seed, "prediction", game.date, own.player, system.id);
      if (own.out || (own.line === undefined && dice.next() < 0.7)) return [];
      return [{ system, ...forecast(own, dice.next()), confidence: dice.whole(50, 90) / 100, ...fate(own.line, dice.next(), dice.next()) }];
    }),
  );
}

function forecast({ player, line, usual }: Prepared, chance: number): Pick<Prediction, "player" | "line" | "points"> {
  return { player, line, points: Math.max(0, Math.round(((line ?? usual) + chance * 9 - 4.5) * 10) / 10) };
}

function fate(line: number | undefined, first: number, second: number): Pick<Prediction, "active" | "superseding" | "graded"> {
  return {
    active: line !== undefined || first < 0.1,
    superseding: line !== undefined && first < 0.08,
    graded: line !== undefined && second < 0.985,
  };
}

function predictionRows(game: PlannedGame, prediction: Prediction, at: Date): readonly Row[] {
  if (!prediction.superseding) return [predictionRow(game, prediction, at, 1)];
  const [before, after] = [predictionRow(game, prediction, at, 1), predictionRow(game, prediction, at, 2)];
  const createdAt = addMinutes(at, -minutesBetweenPasses).toISOString();
  return [{ ...before, is_active: false, superseded_by: after["prediction_id"] ?? null, created_at: createdAt }, after];
}

function predictionRow(game: PlannedGame, prediction: Prediction, at: Date, version: 1 | 2): Row {
  const { system, player, line, points, confidence, active } = prediction;
  return {
    prediction_id: idOf(`${system.id} ${player} ${game.analyticsId} ${version}`),
    system_id: system.id,
    player_lookup: player,
    game_id: game.analyticsId,
    game_date: game.date,
    prediction_version: version,
    predicted_points: points,
    confidence_score: confidence,
    recommendation: recommendation(line, points),
    current_points_line: line ?? null,
    line_source: line === undefined ? "NO_PROP_LINE" : "ACTUAL_PROP",
    has_prop_line: line !== undefined,
    is_active: active,
    superseded_by: null,
    model_file_name: system.file,
    updated_at: at.toISOString(),
  };
}

function recommendation(line: number | undefined, points: number): string {
  if (line === undefined) return "NO_LINE";
  if (Math.abs(points - line) < 1) return "PASS";
  return points > line ? "OVER" : "UNDER";
}

function gradedRows(season: Season, game: PlannedGame): readonly Row[] {
  const scored = new Map(
    boxScore(season.seed, game).players.flatMap((line): [string, number][] => (line.dnp ? [] : [[line.player, pointsOf(line)]])),
  );
  return predicted(season, game).flatMap(({ system, player, line, points, graded }) =>
    line === undefined || !graded
      ? []
      : [
          {
            system_id: system.id,
            player_lookup: player,
            game_id: game.analyticsId,
            game_date: game.date,
            predicted_points: points,
            line_value: line,
            actual_points: scored.get(player) ?? null,
            prediction_correct: isRight(recommendation(line, points), line, scored.get(player)),
            recommendation: recommendation(line, points),
            has_prop_line: true,
            is_voided: !scored.has(player),
          },
        ],
  );
}

function isRight(said: string, line: number, scored: number | undefined): boolean | null {
  if (scored === undefined || said === "PASS") return null;
  return said === "OVER" ? scored > line : scored < line;
}

/** In the form of a UUID. */
function idOf(text: string): string {
  const digits = fingerprint(text, 16) + fingerprint(`${text} again`, 16);
  return [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, `8${digits.slice(17, 20)}`, digits.slice(20, 32)].join("-");
}
