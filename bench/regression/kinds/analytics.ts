import { whenAllIsDue } from "../clocks.ts";
import { analyticsTables, of, ofTeam, played, playedGames, rowsIn, sum, text } from "../day.ts";
import { family } from "../kind.ts";

const ofThePlayers = ["minutes", "usage-rate", "fields", "whole-games", "consistency"];

export const analytics = family(
  "analytics",
  whenAllIsDue,
  [
    {
      name: "analytics rows of a game gone",
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length < 2) return undefined;
        const gone = dice.some(all, dice.whole(1, Math.min(4, all.length - 1)));
        for (const { table, team } of analyticsTables(day)) for (const game of gone) edit.drop(table, of(game, rowsIn(day, table), team));
        const line = [`analytics missing for ${gone.length} of ${all.length} games`];
        return gone.map(({ name }) => ({ check: "analytics", subject: name, verdict: "fail", reason: "missing", line }));
      },
    },
    {
      name: "offense or defense row gone",
      rests: ["completion"],
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length === 0) return undefined;
        const game = dice.pick(all);
        const which = dice.pick(["offense", "defense"] as const);
        const table = day.rules.analytics[which];
        const rows = of(game, rowsIn(day, table), which === "offense" ? "team_abbr" : "defending_team_abbr");
        const gone = dice.whole(1, 2);
        edit.drop(table, dice.some(rows, gone));
        const says = [`${2 - gone} of 2 ${which}`];
        return [{ check: "analytics", subject: game.name, verdict: "fail", reason: "partial", says }];
      },
    },
    {
      name: "team with fewer than 8 player rows",
      rests: ofThePlayers,
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length === 0) return undefined;
        const game = dice.pick(all);
        const team = dice.pick([game.away, game.home]);
        const rows = ofTeam(team, rowsIn(day, day.rules.analytics.players));
        const left = dice.whole(0, 7);
        edit.drop(day.rules.analytics.players, dice.some(rows, rows.length - left));
        return [{ check: "analytics", subject: game.name, verdict: "fail", reason: "partial", says: [`${team} ${left}`] }];
      },
    },
    {
      name: "rows without a team",
      rests: [...ofThePlayers, "analytics"],
      draw(day, dice, edit) {
        const rows = rowsIn(day, day.rules.analytics.players);
        if (rows.length === 0) return undefined;
        const teamless = dice.some(rows, dice.whole(1, 6));
        edit.change(day.rules.analytics.players, teamless, { team_abbr: null });
        return [{ check: "games", subject: day.date, verdict: "warn", reason: "rows_without_team", says: [`${teamless.length} row`] }];
      },
    },
  ],
  [
    {
      name: "ids with the home team first",
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length === 0) return undefined;
        const { away, home } = dice.pick(all);
        for (const { table, team } of analyticsTables(day)) {
          const rows = rowsIn(day, table).filter((row) => [away, home].includes(text(row, team)));
          edit.change(table, rows, { game_id: `${day.date.replaceAll("-", "")}_${home}_${away}` });
        }
        return [];
      },
    },
    {
      name: "ids of the league",
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length === 0) return undefined;
        const game = dice.pick(all);
        for (const { table, team } of analyticsTables(day))
          edit.change(table, of(game, rowsIn(day, table), team), { game_id: "0022500775" });
        return [];
      },
    },
    {
      name: "exactly 8 player rows of a team",
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length < 4) return undefined;
        const game = dice.pick(all);
        const own = ofTeam(game.home, rowsIn(day, day.rules.analytics.players));
        const kept = own
          .filter(played)
          .toSorted((a, b) => Number(b["minutes_played"]) - Number(a["minutes_played"]))
          .slice(0, 8);
        if (kept.length < 8 || sum(kept, "minutes_played") < day.rules.thresholds["whole-games"].team_minutes.least) return undefined;
        edit.drop(
          day.rules.analytics.players,
          own.filter((row) => !kept.includes(row)),
        );
        return [];
      },
    },
    {
      name: "a player more who did not play",
      draw(day, dice, edit) {
        const rows = rowsIn(day, day.rules.analytics.players).filter((row) => row["is_dnp"] === true);
        if (rows.length === 0) return undefined;
        edit.copy(day.rules.analytics.players, [dice.pick(rows)], () => ({
          player_lookup: "xyznewcomer",
          universal_player_id: "xyznewcomer_001",
        }));
        return [];
      },
    },
    {
      name: "extra figures of a team missing",
      draw(day, dice, edit) {
        const { offense } = day.rules.analytics;
        const rows = rowsIn(day, offense);
        if (rows.length === 0) return undefined;
        edit.change(offense, dice.some(rows, 2), { points_scored: null, data_hash: null, nba_game_id: null });
        return [];
      },
    },
  ],
);
