import { namesIn } from "../../../src/pipeline/thresholds.ts";
import type { Row, Value } from "../../../src/ports/warehouse.ts";
import { whenAllIsDue } from "../clocks.ts";
import type { Day } from "../day.ts";
import { played, playedGames, rowsIn } from "../day.ts";
import type { Edit } from "../fault.ts";
import { family } from "../kind.ts";
import { drawLost, players } from "./player-rows.ts";

export const fields = family(
  "fields",
  whenAllIsDue,
  [
    {
      name: "field null",
      rests: ["consistency"],
      draw(day, dice, edit) {
        const own = rowsIn(day, players(day)).filter(played);
        if (own.length === 0) return undefined;
        const column = dice.pick(namesIn(day.rules.thresholds.fields.columns.names));
        const grave = dice.chance(0.6);
        const lost = drawLost(own.length, day.rules.thresholds.fields.share, grave, dice.whole);
        if (lost === undefined) return undefined;
        edit.change(players(day), dice.some(own, lost), { [column]: null });
        const says = [`${own.length - lost} of ${own.length} with minutes have ${column}`];
        return [
          { check: "fields", subject: column, verdict: grave ? "fail" : "warn", reason: lost === own.length ? "empty" : "unfilled", says },
        ];
      },
    },
    {
      name: "field column gone",
      rests: ["consistency", "tables"],
      draw(day, dice, edit) {
        if (playedGames(day, "analytics").length === 0) return undefined;
        const column = dice.pick(namesIn(day.rules.thresholds.fields.columns.names));
        edit.dropColumn(players(day), column);
        return [{ check: "fields", subject: column, verdict: "unknown", reason: "no_column", says: [column] }];
      },
    },
  ],
  [
    {
      name: "field null as far as the limit",
      rests: ["consistency"],
      draw(day, dice, edit) {
        const own = rowsIn(day, players(day)).filter(played);
        if (own.length === 0) return undefined;
        const column = dice.pick(namesIn(day.rules.thresholds.fields.columns.names));
        edit.change(players(day), dice.some(own, Math.floor(own.length * (1 - day.rules.thresholds.fields.share.pass) + 1e-9)), {
          [column]: null,
        });
        return [];
      },
    },
    ...namesInTwins(),
  ],
);

/** A shot not taken is a zero, and who did not play may have zeros or nothing. */
function namesInTwins() {
  const twin = (name: string, who: (row: Row) => boolean, values: Readonly<Record<string, Value>>) => ({
    name,
    rests: ["consistency"],
    draw(day: Day, _dice: unknown, edit: Edit) {
      const own = rowsIn(day, players(day)).filter(who);
      if (own.length === 0) return undefined;
      edit.change(players(day), own, values);
      return [];
    },
  });
  return [
    twin("no free throw by anybody", played, { ft_attempts: 0, ft_makes: 0 }),
    twin("no three-pointer by anybody", played, { three_pt_attempts: 0, three_pt_makes: 0 }),
    twin("zeros for who did not play", (row) => !played(row), { fg_attempts: 0, ft_attempts: 0, three_pt_attempts: 0 }),
    twin("losses of the ball not kept", played, { turnovers: null }),
  ];
}
