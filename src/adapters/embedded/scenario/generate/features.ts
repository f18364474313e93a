import type { Value } from "../../../../ports/warehouse.ts";
import type { Form, TeamForm } from "./form.ts";
import { teamForm } from "./form.ts";
import type { PlannedGame, Season } from "./plan.ts";
import { twice } from "./precompute.ts";
import type { Prepared } from "./prepared.ts";
import { prepared } from "./prepared.ts";
import type { Random } from "./random.ts";
import { random } from "./random.ts";
import type { TableSource } from "./source.ts";
import { bothSides } from "./source.ts";

/** What the models are fed with: a row for everybody prepared, before the games and under the same key on the morning after. */
export const featureStore: TableSource = {
  rowsOf: (game, season) => prepared(season, game).map((player) => featureRow(season, game, player)),
  size: (game) => bothSides(game.upcoming),
  arrivals: (night) => twice(night, [11, 10], [7, 20]),
};

const count = 33;
const lineAt = 25;

function featureRow(season: Season, game: PlannedGame, own: Prepared) {
  const dice = random(season.seed, "features", game.date, own.player);
  const form = teamForm(season, own.team, game.date);
  const last = form.players.get(own.player);
  const ready = last !== undefined && dice.next() < 0.95;
  const line = own.line ?? 0;
  return {
    player_lookup: own.player,
    game_id: game.analyticsId,
    game_date: game.date,
    feature_quality_score: ready ? dice.whole(85, 100) : dice.whole(65, 79),
    is_quality_ready: ready,
    quality_alert_level: ready ? "green" : "yellow",
    default_feature_count: ready ? 0 : dice.whole(1, 4),
    features: numbers(dice, form, last, own.home, line),
    feature_25_value: line,
  };
}

/** The averages as the cache has them (defaults for who is not in it), the line, 0 where there is none, and what models like besides. */
function numbers(dice: Random, { pace }: TeamForm, last: Form | undefined, home: boolean, line: number): Value {
  const list = Array.from({ length: count }, () => dice.whole(0, 99) / 100);
  list[0] = last?.pointsLast5 ?? 10;
  list[1] = last?.pointsLast10 ?? 10;
  list[2] = last?.minutesLast10 ?? 20;
  list[3] = pace ?? 100;
  list[4] = home ? 1 : 0;
  list[lineAt] = line;
  return list;
}
