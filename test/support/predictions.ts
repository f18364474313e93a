import type { Row } from "../../src/ports/warehouse.ts";

const date = "2026-02-03";
const letters = "abcdefghijk".split("");
const pairs = [
  ["BOS", "NYK"],
  ["LAL", "GSW"],
] as const;

export const smallSystems = ["alpha_v1", "beta_v2"] as const;

export interface SmallPrediction {
  readonly system: string;
  readonly player: string;
  /** Analytics form, `YYYYMMDD_AWAY_HOME`. */
  readonly game: string;
  readonly line: boolean;
}

/** Eleven players per team and system; eight of them with a real line. */
export function smallPredictions(): readonly SmallPrediction[] {
  return smallSystems.flatMap((system) =>
    pairs.flatMap(([away, home]) =>
      [away, home].flatMap((team) =>
        letters.map((letter, index) => ({
          system,
          player: `${team.toLowerCase()}player${letter}`,
          game: `20260203_${away}_${home}`,
          line: index < 8,
        })),
      ),
    ),
  );
}

/** What the looks at features' lines, predictions and grades answer of the small night, healthy at 18:00 of the morning after. */
export function predictionTables(): Record<string, Row[]> {
  const all = smallPredictions();
  return {
    "prediction-counts": [
      ...all.map((one) => predictionCount(one)),
      // Versions that newer ones have superseded.
      ...all.filter(({ player }) => player.endsWith("a")).map((one) => ({ ...predictionCount(one), is_active: false, n: 2 })),
    ],
    "prediction-history": smallSystems.flatMap((system) => [
      historyCount(system, "2026-02-02"),
      { ...historyCount(system, "2026-02-02"), is_active: false },
    ]),
    "graded-counts": all.filter(({ line }) => line).map((one) => gradedCount(one)),
    "halt-state": [],
    "line-counts": [...Array.from({ length: 12 }, (_, index) => lineCount(`2026-01-${10 + index}`, 45, 100)), lineCount(date, 31, 68)],
  };
}

export function predictionCount({ system, player, game, line }: SmallPrediction): Row {
  return {
    system_id: system,
    player_lookup: player,
    game_id: game,
    is_active: true,
    line_source: line ? "ACTUAL_PROP" : "NO_PROP_LINE",
    n: 1,
    newest: "2026-02-03T16:40:00.000Z",
  };
}

export function historyCount(system: string, day: string): Row {
  return { game_date: day, system_id: system, is_active: true, n: 44 };
}

export function gradedCount({ system, player, game }: Pick<SmallPrediction, "system" | "player" | "game">): Row {
  return { system_id: system, player_lookup: player, game_id: game, is_voided: false, n: 1, newest: "2026-02-04T16:10:00.000Z" };
}

export function lineCount(day: string, withLine: number, rows: number): Row {
  return { date: day, rows, withLine, unreadable: 0 };
}
