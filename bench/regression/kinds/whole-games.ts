import type { Row } from "../../../src/ports/warehouse.ts";
import { whenAllIsDue } from "../clocks.ts";
import { amount, of, ofTeam, played, playedGames, rowsIn, sum } from "../day.ts";
import { family } from "../kind.ts";
import { players } from "./player-rows.ts";

export const wholeGames = family(
  "whole-games",
  whenAllIsDue,
  [
    {
      name: "part of a game's minutes",
      rests: ["consistency"],
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length === 0) return undefined;
        const game = dice.pick(all);
        const { least } = day.rules.thresholds["whole-games"].team_minutes;
        const teams = dice.some([game.away, game.home], dice.whole(1, 2));
        const part = dice.whole(20, 82) / 100;
        const says = teams.map((team) => {
          const own = ofTeam(team, rowsIn(day, players(day))).filter(played);
          const scaled = (row: Row): number => Math.max(0.1, Math.round(amount(row, "minutes_played") * part * 10) / 10);
          edit.change(players(day), own, (row) => ({ minutes_played: scaled(row) }));
          return { team, minutes: Math.round(own.reduce((total, row) => total + scaled(row), 0) * 1e6) / 1e6 };
        });
        if (says.some(({ minutes: partly }) => partly >= least)) return undefined;
        return [
          {
            check: "whole-games",
            subject: game.name,
            verdict: "fail",
            reason: "part_of_a_game",
            says: says.map(({ team, minutes: partly }) => `${team} ${partly}`),
          },
        ];
      },
    },
  ],
  [
    {
      name: "overtime",
      rests: ["consistency"],
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length === 0) return undefined;
        const own = of(dice.pick(all), rowsIn(day, players(day))).filter(played);
        edit.change(players(day), own, (row) => ({ minutes_played: Math.round(amount(row, "minutes_played") * 11.04) / 10 }));
        return [];
      },
    },
    {
      name: "minutes of exactly the least",
      rests: ["consistency"],
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length === 0) return undefined;
        const { least } = day.rules.thresholds["whole-games"].team_minutes;
        const own = ofTeam(dice.pick(all).home, rowsIn(day, players(day))).filter(played);
        let over = Math.round((sum(own, "minutes_played") - least) * 10);
        for (const row of own) {
          const cut = Math.max(0, Math.min(over, Math.round(amount(row, "minutes_played") * 10) - 10));
          over -= cut;
          edit.change(players(day), [row], { minutes_played: (Math.round(amount(row, "minutes_played") * 10) - cut) / 10 });
        }
        return over === 0 ? [] : undefined;
      },
    },
    {
      name: "a copy of a player, which adds no minutes",
      rests: ["unique-keys"],
      draw(day, dice, edit) {
        const own = rowsIn(day, players(day)).filter(played);
        if (own.length === 0) return undefined;
        edit.copy(players(day), [dice.pick(own)]);
        return [];
      },
    },
    {
      name: "one more who played a minute",
      rests: ["consistency"],
      draw(day, dice, edit) {
        const own = rowsIn(day, players(day)).filter(played);
        if (own.length === 0) return undefined;
        edit.copy(players(day), [dice.pick(own)], () => ({
          player_lookup: "abcnewcomer",
          minutes_played: 1,
          points: 0,
          fg_attempts: 0,
          fg_makes: 0,
          three_pt_attempts: 0,
          three_pt_makes: 0,
          ft_attempts: 0,
          ft_makes: 0,
          turnovers: 0,
          usage_rate: 0,
        }));
        return [];
      },
    },
    {
      name: "one who played all the time",
      rests: ["consistency"],
      draw(day, dice, edit) {
        const own = rowsIn(day, players(day)).filter((row) => amount(row, "minutes_played") > 30);
        if (own.length === 0) return undefined;
        edit.change(players(day), [dice.pick(own)], { minutes_played: 48 });
        return [];
      },
    },
  ],
);
