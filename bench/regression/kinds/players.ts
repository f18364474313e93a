import type { Row, Value } from "../../../src/ports/warehouse.ts";
import { whenAllIsDue } from "../clocks.ts";
import type { Day } from "../day.ts";
import { amount, of, ofTeam, played, playedGames, plural, rowsIn, sum } from "../day.ts";
import type { Edit } from "../fault.ts";
import { family } from "../kind.ts";
import { namesIn } from "../../../src/pipeline/thresholds.ts";

function players({ rules }: Day): string {
  return rules.analytics.players;
}

/** Minutes lost on the way; without points, so that it doesn't show by them. */
const withoutMinutes: Row = { minutes_played: null, points: 0, usage_rate: null };

const unplayed: Row = {
  minutes_played: null, points: null, usage_rate: null, fg_attempts: null, fg_makes: null, three_pt_attempts: null, three_pt_makes: null,
  ft_attempts: null, ft_makes: null, turnovers: null, is_dnp: true, is_active: false, dnp_reason: "DNP - Coach's Decision",
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
    const own = ofTeam(team, all).filter(played).toSorted((a, b) => amount(a, "minutes_played") - amount(b, "minutes_played"));
    return { own, minutes: sum(own, "minutes_played") };
  });
  let out = all.filter((row) => row["is_dnp"] === true).length;
  for (let turn = 0; turn < 8 && out / all.length <= share; turn += 1) {
    for (const queue of queues) {
      const next = queue.own[turn];
      if (next === undefined || out / all.length > share) continue;
      queue.minutes -= amount(next, "minutes_played");
      if (queue.minutes < least) return undefined;
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
        const most = Math.ceil((from * others) / (1 - from)) - 1;
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
        const few = teamsIn(day).flatMap((team) => ofTeam(team, all).toSorted((a, b) => amount(a, "minutes_played") - amount(b, "minutes_played")).slice(0, 1));
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
        const kept = Math.ceil((from * others) / (1 - from));
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
        edit.drop(players(day), all.filter((row) => row["is_dnp"] === true));
        edit.change(players(day), all.filter(played), { primary_source_used: "nbac_boxscores" });
        return [];
      },
    },
  ],
);

/** So many of a game's players with minutes that the share of the others lies in the drawn part of the scale. */
function drawLost(all: number, limits: { readonly pass: number; readonly warn: number }, grave: boolean, whole: (low: number, high: number) => number): number | undefined {
  const first = Math.floor(all * (1 - limits.pass) + 1e-9) + 1;
  const firstGrave = Math.floor(all * (1 - limits.warn) + 1e-9) + 1;
  const [low, high] = grave ? [firstGrave, all] : [first, firstGrave - 1];
  return low > high ? undefined : whole(low, high);
}

export const usage = family(
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
        const above = dice.some(own.filter((row) => amount(row, "usage_rate") <= 50), dice.whole(1, 5));
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
        edit.change(players(day), dice.some(own, Math.floor(own.length * (1 - day.rules.thresholds["usage-rate"].game_share.pass) + 1e-9)), { usage_rate: null });
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
        edit.copy(offense, [dice.pick(rows)], (row) => ({ possessions: Math.floor(amount(row, "possessions") / 2), fg_attempts: 36, turnovers: 5 }));
        return [];
      },
    },
  ],
);

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
        return [{ check: "fields", subject: column, verdict: grave ? "fail" : "warn", reason: lost === own.length ? "empty" : "unfilled", says }];
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
        edit.change(players(day), dice.some(own, Math.floor(own.length * (1 - day.rules.thresholds.fields.share.pass) + 1e-9)), { [column]: null });
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
        return [{ check: "whole-games", subject: game.name, verdict: "fail", reason: "part_of_a_game", says: says.map(({ team, minutes: partly }) => `${team} ${partly}`) }];
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
        edit.copy(players(day), [dice.pick(own)], () => ({ player_lookup: "abcnewcomer", minutes_played: 1, points: 0, fg_attempts: 0, fg_makes: 0, three_pt_attempts: 0, three_pt_makes: 0, ft_attempts: 0, ft_makes: 0, turnovers: 0, usage_rate: 0 }));
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
