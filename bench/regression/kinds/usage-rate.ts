import { whenAllIsDue } from "../clocks.ts";
import { amount, of, played, playedGames, plural, rowsIn } from "../day.ts";
import { family } from "../kind.ts";
import { drawLost, players } from "./player-rows.ts";

export const usageRate = family(
  "usage-rate",
  whenAllIsDue,
  [
    {
      name: "usage null",
      rests: ["consistency"],
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length === 0) return undefined;
        const game = dice.pick(all);
        const own = of(game, rowsIn(day, players(day))).filter(played);
        const grave = dice.chance(0.5);
        const lost = drawLost(own.length, day.rules.thresholds["usage-rate"].game_share, grave, dice.whole);
        if (lost === undefined) return undefined;
        edit.change(players(day), dice.some(own, lost), { usage_rate: null });
        const says = [`${own.length - lost} of ${own.length} with minutes have a usage rate`];
        return [{ check: "usage-rate", subject: game.name, verdict: grave ? "fail" : "warn", reason: "without_usage", says }];
      },
    },
    {
      name: "usage above 100",
      rests: ["consistency"],
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length === 0) return undefined;
        const game = dice.pick(all);
        const own = of(game, rowsIn(day, players(day)));
        const above = dice.some(own.filter(played), dice.whole(1, 5));
        edit.change(players(day), above, () => ({ usage_rate: dice.whole(10_001, 30_000) / 100 }));
        const says = [`${plural(above.length, "row")} of ${own.length} above 100`];
        return [{ check: "usage-rate", subject: game.name, verdict: "fail", reason: "impossible_usage", says }];
      },
    },
    {
      name: "usage between 50 and 100",
      rests: ["consistency"],
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length === 0) return undefined;
        const game = dice.pick(all);
        const own = of(game, rowsIn(day, players(day))).filter(played);
        const high = own.filter((row) => amount(row, "usage_rate") > day.rules.thresholds["usage-rate"].value.suspicious).length;
        const above = dice.some(
          own.filter((row) => amount(row, "usage_rate") <= 50),
          dice.whole(1, 5),
        );
        edit.change(players(day), above, () => ({ usage_rate: dice.whole(5001, 10_000) / 100 }));
        const says = [`${plural(above.length + high, "row")} of ${own.length} above 50`];
        return [{ check: "usage-rate", subject: game.name, verdict: "warn", reason: "high_usage", says }];
      },
    },
  ],
  [
    {
      name: "usage null as far as the limit",
      rests: ["consistency"],
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length === 0) return undefined;
        const own = of(dice.pick(all), rowsIn(day, players(day))).filter(played);
        edit.change(
          players(day),
          dice.some(own, Math.floor(own.length * (1 - day.rules.thresholds["usage-rate"].game_share.pass) + 1e-9)),
          { usage_rate: null },
        );
        return [];
      },
    },
    {
      name: "usage of 50",
      rests: ["consistency"],
      draw(day, dice, edit) {
        const own = rowsIn(day, players(day)).filter(played);
        if (own.length === 0) return undefined;
        edit.change(players(day), [dice.pick(own)], { usage_rate: 50 });
        return [];
      },
    },
    {
      name: "no usage for who did not play",
      draw(day, _dice, edit) {
        const own = rowsIn(day, players(day)).filter((row) => !played(row));
        if (own.length === 0) return undefined;
        edit.change(players(day), own, { usage_rate: 0 });
        return [];
      },
    },
    {
      name: "usage of 0 for who took no shot",
      rests: ["consistency"],
      draw(day, dice, edit) {
        const own = rowsIn(day, players(day)).filter((row) => played(row) && amount(row, "usage_rate") < 5);
        if (own.length === 0) return undefined;
        edit.change(players(day), dice.some(own, 2), { usage_rate: 0 });
        return [];
      },
    },
    {
      name: "half of a team's row beside the whole one",
      rests: ["unique-keys"],
      draw(day, dice, edit) {
        const { offense } = day.rules.analytics;
        const rows = rowsIn(day, offense);
        if (rows.length === 0) return undefined;
        edit.copy(offense, [dice.pick(rows)], (row) => ({
          possessions: Math.floor(amount(row, "possessions") / 2),
          fg_attempts: 36,
          turnovers: 5,
        }));
        return [];
      },
    },
  ],
);
