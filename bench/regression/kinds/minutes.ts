import type { Row } from "../../../src/ports/warehouse.ts";
import { whenAllIsDue } from "../clocks.ts";
import type { Day } from "../day.ts";
import { amount, of, ofTeam, played, playedGames, plural, rowsIn, sum } from "../day.ts";
import type { Edit } from "../fault.ts";
import { family } from "../kind.ts";
import { players, withoutMinutes } from "./player-rows.ts";

const unplayed: Row = {
  minutes_played: null,
  points: null,
  usage_rate: null,
  fg_attempts: null,
  fg_makes: null,
  three_pt_attempts: null,
  three_pt_makes: null,
  ft_attempts: null,
  ft_makes: null,
  turnovers: null,
  is_dnp: true,
  is_active: false,
  dnp_reason: "DNP - Coach's Decision",
};

/** A drawn number of rows below a share of all, and the share that is left. */
function left(all: number, lost: number): number {
  return (all - lost) / all;
}

function teamsIn(day: Day): readonly string[] {
  return playedGames(day, "analytics").flatMap(({ away, home }) => [away, home]);
}

/** Makes those with the fewest minutes ones who did not play, as far as every team keeps the minutes of a whole game. */
function bench(day: Day, edit: Edit, share: number): number | undefined {
  const all = rowsIn(day, players(day));
  const least = day.rules.thresholds["whole-games"].team_minutes.least;
  const queues = teamsIn(day).map((team) => {
    const own = ofTeam(team, all)
      .filter(played)
      .toSorted((a, b) => amount(a, "minutes_played") - amount(b, "minutes_played"));
    return { own, minutes: sum(own, "minutes_played") };
  });
  let out = all.filter((row) => row["is_dnp"] === true).length;
  for (let turn = 0; turn < 8 && out / all.length <= share; turn += 1) {
    for (const queue of queues) {
      const next = queue.own[turn];
      if (next === undefined || out / all.length > share) continue;
      if (queue.minutes - amount(next, "minutes_played") < least) continue;
      queue.minutes -= amount(next, "minutes_played");
      edit.change(players(day), [next], unplayed);
      out += 1;
    }
  }
  return out / all.length > share ? out : undefined;
}

export const minutes = family(
  "minutes",
  whenAllIsDue,
  [
    {
      name: "minutes null",
      rests: ["minutes", "whole-games", "usage-rate"],
      draw(day, dice, edit) {
        const all = rowsIn(day, players(day)).filter(played);
        const { pass, warn } = day.rules.thresholds.minutes.date_share;
        const least = Math.floor(all.length * (1 - pass) + 1e-9) + 1;
        if (all.length < 20) return undefined;
        const lost = dice.some(all, dice.whole(least, Math.max(least, Math.ceil(all.length * 0.3))));
        edit.change(players(day), lost, withoutMinutes);
        const share = left(all.length, lost.length);
        if (share >= pass) return undefined;
        const says = [`${all.length - lost.length} of ${all.length} who played have minutes`];
        return [{ check: "minutes", subject: day.date, verdict: share >= warn ? "warn" : "fail", reason: "without_minutes", says }];
      },
    },
    {
      name: "points without minutes",
      rests: ["minutes", "whole-games"],
      draw(day, dice, edit) {
        const all = rowsIn(day, players(day));
        const scorers = all.filter((row) => amount(row, "points") > 0);
        if (scorers.length === 0) return undefined;
        const lost = dice.some(scorers, dice.whole(1, 4));
        edit.change(players(day), lost, { minutes_played: dice.pick([null, 0]) });
        const says = [`${lost.length} of ${all.length} rows have points but no minutes`];
        return [{ check: "minutes", subject: day.date, verdict: "fail", reason: "points_without_minutes", says }];
      },
    },
    {
      name: "minutes of one game null",
      rests: ["minutes", "whole-games", "usage-rate"],
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length === 0) return undefined;
        const game = dice.pick(all);
        const own = of(game, rowsIn(day, players(day))).filter(played);
        const least = Math.floor(own.length * (1 - day.rules.thresholds.minutes.game_share.pass) + 1e-9) + 1;
        const perTeam = Math.min(...[game.away, game.home].map((team) => ofTeam(team, own).length));
        const lost = dice.some(own, dice.whole(least, perTeam - 1));
        edit.change(players(day), lost, withoutMinutes);
        const says = [`${own.length - lost.length} of ${own.length} who played have minutes`];
        return [{ check: "minutes", subject: game.name, verdict: "fail", reason: "game_without_minutes", says }];
      },
    },
    {
      name: "too many who did not play",
      rests: ["whole-games", "grading"],
      draw(day, _dice, edit) {
        const all = rowsIn(day, players(day));
        const { to, rows: enough } = day.rules.thresholds.minutes.dnp_share;
        const out = all.length < enough ? undefined : bench(day, edit, to);
        if (out === undefined) return undefined;
        return [{ check: "minutes", subject: day.date, verdict: "warn", reason: "dnp_share", says: [`${out} of ${all.length} rows`] }];
      },
    },
    {
      name: "too few who did not play",
      draw(day, dice, edit) {
        const all = rowsIn(day, players(day));
        const dnp = all.filter((row) => row["is_dnp"] === true);
        const { from, rows: enough } = day.rules.thresholds.minutes.dnp_share;
        const others = all.length - dnp.length;
        // The most that may be left, for a share below the band.
        const most = Math.ceil((from * others) / (1 - from) - 1e-9) - 1;
        if (others + most < enough || most < 0) return undefined;
        const kept = dice.whole(Math.max(0, enough - others), most);
        if (kept >= dnp.length) return undefined;
        edit.drop(players(day), dice.some(dnp, dnp.length - kept));
        return [{ check: "minutes", subject: day.date, verdict: "warn", reason: "dnp_share", says: [`${kept} of ${others + kept} rows`] }];
      },
    },
    {
      name: "marked as not having played, with minutes",
      draw(day, dice, edit) {
        const all = rowsIn(day, players(day));
        const marked = dice.some(all.filter(played), dice.whole(1, 5));
        if (marked.length === 0) return undefined;
        edit.change(players(day), marked, { is_dnp: true });
        const says = [`${plural(marked.length, "row")} of ${all.length} are marked`];
        return [{ check: "minutes", subject: day.date, verdict: "warn", reason: "dnp_with_minutes", says }];
      },
    },
  ],
  [
    {
      name: "minutes null as far as the limit",
      rests: ["whole-games"],
      draw(day, dice, edit) {
        const all = rowsIn(day, players(day)).filter(played);
        const lost = Math.floor(all.length * (1 - day.rules.thresholds.minutes.date_share.pass) + 1e-9);
        if (lost === 0 || left(all.length, lost) < day.rules.thresholds.minutes.date_share.pass) return undefined;
        // Those with the fewest minutes, one a team, so that every game stays whole.
        const few = teamsIn(day).flatMap((team) =>
          ofTeam(team, all)
            .toSorted((a, b) => amount(a, "minutes_played") - amount(b, "minutes_played"))
            .slice(0, 1),
        );
        edit.change(players(day), dice.some(few, lost), withoutMinutes);
        return [];
      },
    },
    {
      name: "share of who did not play within its band",
      draw(day, dice, edit) {
        const all = rowsIn(day, players(day));
        const { from, to, rows: enough } = day.rules.thresholds.minutes.dnp_share;
        const dnp = all.filter((row) => row["is_dnp"] === true);
        if (all.length < enough) return undefined;
        if (dice.chance(0.5)) return bench(day, edit, to - 0.03) === undefined ? undefined : [];
        const others = all.length - dnp.length;
        const kept = Math.ceil((from * others) / (1 - from) - 1e-9);
        if (kept > dnp.length) return undefined;
        edit.drop(players(day), dice.some(dnp, dnp.length - kept));
        return [];
      },
    },
    {
      name: "who did not play is not marked",
      draw(day, _dice, edit) {
        const dnp = rowsIn(day, players(day)).filter((row) => row["is_dnp"] === true);
        if (dnp.length === 0) return undefined;
        edit.change(players(day), dnp, { is_dnp: null, dnp_reason: null });
        return [];
      },
    },
    {
      name: "0 minutes for who did not play",
      draw(day, _dice, edit) {
        const dnp = rowsIn(day, players(day)).filter((row) => row["is_dnp"] === true);
        if (dnp.length === 0) return undefined;
        edit.change(players(day), dnp, { minutes_played: 0 });
        return [];
      },
    },
    {
      name: "the evening source, which holds only who played",
      draw(day, _dice, edit) {
        const all = rowsIn(day, players(day));
        if (all.length === 0) return undefined;
        edit.drop(
          players(day),
          all.filter((row) => row["is_dnp"] === true),
        );
        edit.change(players(day), all.filter(played), { primary_source_used: "nbac_boxscores" });
        return [];
      },
    },
  ],
);
