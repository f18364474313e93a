import { createHash } from "node:crypto";
import type { Verdict } from "../../../src/checks/finding.ts";
import { addDays } from "../../../src/pipeline/dates.ts";
import type { Row } from "../../../src/ports/warehouse.ts";
import { whenAllIsDue } from "../clocks.ts";
import type { Day } from "../day.ts";
import { amount, played, playedGames, rowsIn, text } from "../day.ts";
import { family } from "../kind.ts";

/** The players whom the pipeline file's rule draws: the same whenever the date is asked, by a digest of seed, date and name. */
function sample({ rules, date, ...day }: Day): readonly Row[] {
  const { players, seed } = rules.thresholds.consistency.sample;
  const rank = (row: Row): string =>
    createHash("sha256")
      .update(`${seed} ${date} ${text(row, "player_lookup")}`)
      .digest("hex");
  return rowsIn({ rules, date, ...day }, rules.analytics.players)
    .filter(played)
    .map((row) => ({ row, rank: rank(row) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, players)
    .map(({ row }) => row);
}

function verdictOf({ rules }: Day, wrong: number, of: number): Verdict {
  const { pass, warn } = rules.thresholds.consistency.share;
  const share = (of - wrong) / of;
  return share >= pass ? "pass" : share >= warn ? "warn" : "fail";
}

/** The fewest wrong ones that are too many. */
function tooMany(day: Day, of: number): number {
  let wrong = 0;
  while (wrong <= of && verdictOf(day, wrong, of) === "pass") wrong += 1;
  return wrong;
}

const noSample = (day: Day): boolean => playedGames(day, "analytics").length === 0;

/** Sampled players whose averages can be compared, with their rows of the cache. */
function comparable(day: Day): readonly Row[] {
  const { rules, date, world } = day;
  const table = rules.analytics.players;
  const before = { column: "game_date", from: addDays(date, -rules.thresholds.consistency.history.days), to: addDays(date, -1) };
  const games = new Map<string, number>();
  for (const row of world.table(table, before)?.rows ?? []) {
    const on = text(row, "game_date");
    if (on < before.from || on > before.to || !played(row)) continue;
    games.set(text(row, "player_lookup"), (games.get(text(row, "player_lookup")) ?? 0) + 1);
  }
  const cached = new Map(rowsIn(day, rules.precompute.cache).map((row) => [text(row, "player_lookup"), row]));
  return sample(day).flatMap((row) => {
    const own = cached.get(text(row, "player_lookup"));
    return own === undefined || (games.get(text(row, "player_lookup")) ?? 0) < 5 ? [] : [own];
  });
}

export const consistency = family(
  "consistency",
  whenAllIsDue,
  [
    {
      name: "points that the shots don't give",
      draw(day, dice, edit) {
        if (noSample(day)) return undefined;
        const all = sample(day);
        const least = tooMany(day, all.length);
        const wrong = dice.some(all, dice.whole(least, Math.min(all.length, least + 8)));
        edit.change(day.rules.analytics.players, wrong, (row) => ({ points: amount(row, "points") + dice.pick([1, 2, 3, 7]) }));
        const says = [`${all.length - wrong.length} of ${all.length} compared players agree`];
        return [
          {
            check: "consistency",
            subject: "points-identity",
            verdict: verdictOf(day, wrong.length, all.length),
            reason: "points_differ",
            says,
          },
        ];
      },
    },
    {
      name: "usage that the formula doesn't give",
      rests: ["usage-rate"],
      draw(day, dice, edit) {
        if (noSample(day)) return undefined;
        const all = sample(day);
        const able = all.filter((row) => amount(row, "usage_rate") > 1);
        const least = tooMany(day, all.length);
        if (able.length < least) return undefined;
        const wrong = dice.some(able, dice.whole(least, Math.min(able.length, least + 8)));
        edit.change(day.rules.analytics.players, wrong, (row) => ({
          usage_rate: Math.round(amount(row, "usage_rate") * dice.pick([50, 80, 120, 190])) / 100,
        }));
        const says = [`${all.length - wrong.length} of ${all.length} compared players agree`];
        return [
          {
            check: "consistency",
            subject: "usage-formula",
            verdict: verdictOf(day, wrong.length, all.length),
            reason: "usage_differs",
            says,
          },
        ];
      },
    },
    {
      name: "a team's row of half a game",
      draw(day, dice, edit) {
        if (noSample(day)) return undefined;
        const all = sample(day);
        const { offense } = day.rules.analytics;
        const able = rowsIn(day, offense).map((team) => ({
          team,
          wrong: all.filter((row) => row["team_abbr"] === team["team_abbr"] && amount(row, "usage_rate") > 1).length,
        }));
        const hit = able.filter(({ wrong }) => wrong >= tooMany(day, all.length));
        if (hit.length === 0) return undefined;
        const { team, wrong } = dice.pick(hit);
        const half = (column: string) => Math.floor(amount(team, column) / 2);
        edit.change(offense, [team], { fg_attempts: half("fg_attempts"), ft_attempts: half("ft_attempts"), turnovers: half("turnovers") });
        const says = [`${all.length - wrong} of ${all.length} compared players agree`];
        return [
          { check: "consistency", subject: "usage-formula", verdict: verdictOf(day, wrong, all.length), reason: "usage_differs", says },
        ];
      },
    },
    {
      name: "averages wrong in the cache",
      draw(day, dice, edit) {
        if (noSample(day)) return undefined;
        const all = comparable(day);
        const least = tooMany(day, all.length);
        if (all.length < 5) return undefined;
        const wrong = dice.some(all, dice.whole(least, Math.min(all.length, least + 8)));
        edit.change(day.rules.precompute.cache, wrong, (row) => ({
          points_avg_last_5: Math.round((amount(row, "points_avg_last_5") + dice.whole(15, 60) / 10) * 10) / 10,
        }));
        const says = [`${all.length - wrong.length} of ${all.length} compared players agree`];
        return [
          { check: "consistency", subject: "averages", verdict: verdictOf(day, wrong.length, all.length), reason: "averages_differ", says },
        ];
      },
    },
  ],
  [
    {
      name: "wrong points as far as the limit",
      draw(day, dice, edit) {
        if (noSample(day)) return undefined;
        const all = sample(day);
        edit.change(day.rules.analytics.players, dice.some(all, tooMany(day, all.length) - 1), (row) => ({
          points: amount(row, "points") + 1,
        }));
        return [];
      },
    },
    {
      name: "averages within the tolerance",
      draw(day, _dice, edit) {
        if (noSample(day)) return undefined;
        const rows = rowsIn(day, day.rules.precompute.cache).filter((row) => amount(row, "points_avg_last_5") >= 4);
        edit.change(day.rules.precompute.cache, rows, (row) => ({ points_avg_last_5: amount(row, "points_avg_last_5") * 1.02 }));
        return [];
      },
    },
    {
      name: "a sampled player not in the cache",
      rests: ["lines"],
      draw(day, dice, edit) {
        if (noSample(day)) return undefined;
        const names = new Set(dice.some(sample(day), 3).map((row) => row["player_lookup"]));
        edit.drop(
          day.rules.precompute.cache,
          rowsIn(day, day.rules.precompute.cache).filter((row) => names.has(row["player_lookup"] ?? null)),
        );
        return [];
      },
    },
    {
      name: "usage rounded",
      draw(day, _dice, edit) {
        if (noSample(day)) return undefined;
        const rows = sample(day).filter((row) => amount(row, "usage_rate") > 12);
        edit.change(day.rules.analytics.players, rows, (row) => ({ usage_rate: Math.round(amount(row, "usage_rate")) }));
        return [];
      },
    },
    {
      name: "wrong points of a player who is not sampled",
      draw(day, dice, edit) {
        const all = noSample(day) ? [] : sample(day);
        const others = rowsIn(day, day.rules.analytics.players).filter((row) => played(row) && !all.includes(row));
        if (others.length === 0) return undefined;
        edit.change(day.rules.analytics.players, dice.some(others, 1), (row) => ({ points: amount(row, "points") + 1 }));
        return [];
      },
    },
  ],
);
