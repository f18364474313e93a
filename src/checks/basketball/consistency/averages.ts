import type { HistoryRow } from "../../../evidence/looks/player-history.ts";
import { playerHistory } from "../../../evidence/looks/player-history.ts";
import type { CacheRow, PlayerRow, TableFacts } from "../../../evidence/looks/tables.ts";
import { cacheRows, playerRows, scheduleWindow } from "../../../evidence/looks/tables.ts";
import { quoted } from "../../../outside-text.ts";
import type { Rules } from "../../../pipeline/load.ts";
import { tableRules } from "../../../pipeline/load.ts";
import type { Scope } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { withoutColumns } from "../../columns.ts";
import type { Finding } from "../../finding.ts";
import { notApplicable, problem, waitsFor } from "../../finding.ts";
import { keepOne } from "../../keep.ts";
import { counted, listNames } from "../../words.ts";
import { face } from "./face.ts";
import { isTooEarly } from "./first-games.ts";
import type { Outcome } from "./sample.ts";
import { judgeOutcomes, sampleOf, subjectOn } from "./sample.ts";

const windows = [
  { column: "points_avg_last_5", games: 5 },
  { column: "points_avg_last_10", games: 10 },
] as const;

/** The cache's averages are those of the player's last games before its date, as analytics has them now. */
export const averages = defineCheck({
  ...face,
  subjects: (scope) => subjectOn(scope, "averages"),
  needs: (_subject, { rules, date }) => ({
    players: playerRows(rules, date),
    cache: cacheRows(rules, date),
    history: playerHistory(rules, date),
  }),
  wants: (_subject, { rules, date }) => ({ schedule: scheduleWindow(rules, date) }),
  judge: ({ players, cache, history, schedule }, { scope }) => {
    const { rules } = scope;
    const sample = sampleOf(players, [], scope);
    if ("verdict" in sample) return [sample];
    const columns = windows.map(({ column }) => column);
    const lacking = withoutColumns(rules.precompute.cache, cache, columns, rules);
    if (lacking !== undefined) return [lacking];
    if (cache.rows.length === 0) return [waitsFor("completion")];
    if (isTooEarly({ sample, players, history, schedule }, windows[0].games, scope))
      return [
        notApplicable(
          "too_early",
          `no sampled player's team has had ${windows[0].games} games before ${scope.date}, so there is no average to compare`,
        ),
      ];
    return judgeAverages(
      sample.map((row) => lookUp(row, cache, history, scope)),
      scope,
    );
  },
});

/** One sampled player: what the cache says of him and what his games give. */
interface LookedUp {
  readonly player: string;
  readonly outcome: Outcome;
  /** Averages that the cache leaves out although he has the games for them. */
  readonly unfilled: boolean;
  /** Whether any average could be expected of the cache. */
  readonly expected: boolean;
  readonly cause?: "surplus" | "stale";
  /** Rows of his history beyond one per game. */
  readonly setAside: number;
}

function lookUp(row: PlayerRow, cache: TableFacts<CacheRow>, history: TableFacts<HistoryRow>, scope: Scope): LookedUp {
  const { rules, date } = scope;
  const player = row.player_lookup ?? "?";
  const skipped = (why: string): LookedUp => ({ player, outcome: { kind: "skipped", why }, unfilled: false, expected: false, setAside: 0 });
  const [cached] = keepOne(
    cache.rows.filter((other) => other.player_lookup === row.player_lookup),
    tableRules(rules, rules.precompute.cache),
  ).rows;
  if (cached === undefined) return skipped("not in the cache");
  const own = history.rows.filter((other) => other.player_lookup === row.player_lookup && other.game_date < date);
  const { rows: kept, setAside } = keepOne(own, tableRules(rules, rules.analytics.players));
  const games = newestFirst(kept);
  const values = windows.flatMap(({ column, games: many }) => {
    const given = meanOf(games, many);
    return given === undefined ? [] : [{ many, given, cached: cached[column] }];
  });
  if (values.length === 0)
    return skipped(
      games.length < windows[0].games
        ? `with fewer than ${windows[0].games} games before`
        : "with an earlier game that lacks points or minutes",
    );
  const unfilled = values.some((value) => value.cached === null);
  const compared = values.flatMap((value) => (value.cached === null ? [] : [{ ...value, cached: value.cached }]));
  if (compared.length === 0) return { ...skipped("without averages in the cache"), unfilled, expected: true };
  const wrong = compared.filter((value) => !agrees(value.cached, value.given, rules));
  if (wrong.length === 0) return { player, outcome: { kind: "agrees" }, unfilled, expected: true, setAside };
  const said = wrong.map(({ many, cached: is, given }) => `last ${many} ${is}, games give ${given.toFixed(1)}`).join(" and ");
  const copies = newestFirst(own);
  const withCopies = setAside > 0 && wrong.every(({ many, cached: is }) => agrees(is, meanOf(copies, many) ?? NaN, rules));
  const stale = games.slice(0, 10).some((game) => isAfter(game.processed_at, cached.processed_at));
  const cause = withCopies ? ({ cause: "surplus" } as const) : stale ? ({ cause: "stale" } as const) : {};
  return { player, outcome: { kind: "differs", player, said }, unfilled, expected: true, setAside, ...cause };
}

/** Games that the player was in, the newest first: who has minutes or points has played. */
function newestFirst(rows: readonly HistoryRow[]): readonly HistoryRow[] {
  return rows
    .filter((row) => (row.minutes_played ?? 0) > 0 || (row.points ?? 0) > 0)
    .toSorted((a, b) => (a.game_date < b.game_date ? 1 : a.game_date > b.game_date ? -1 : 0));
}

/** Mean points of so many newest games; undefined if there are fewer, or one of them was lost in part and may or may not count. */
function meanOf(games: readonly HistoryRow[], many: number): number | undefined {
  const points = games.slice(0, many).flatMap((game) => (game.points === null || (game.minutes_played ?? 0) <= 0 ? [] : [game.points]));
  return points.length < many ? undefined : points.reduce((sum, value) => sum + value, 0) / many;
}

/** The cache keeps one decimal, so that a small average may be off by more than its share. */
function agrees(cached: number, given: number, { thresholds }: Rules): boolean {
  const { average, relative } = thresholds.consistency.tolerance;
  return Math.abs(cached - given) <= Math.max(average, relative * given) + 1e-9;
}

function isAfter(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && Date.parse(one) > Date.parse(other);
}

function judgeAverages(all: readonly LookedUp[], scope: Scope): readonly Finding[] {
  const { rules, date } = scope;
  const { average, relative } = rules.thresholds.consistency.tolerance;
  const differing = all.filter(({ outcome }) => outcome.kind === "differs");
  const surplus = differing.filter(({ cause }) => cause === "surplus");
  const stale = differing.filter(({ cause }) => cause === "stale");
  const rule = {
    reason: "averages_differ",
    what: `last-5 and last-10 averages of ${rules.precompute.cache}`,
    expected: `the mean of the last 5 or 10 games played before ${date}, within ${average} or ${relative * 100} %`,
    cause: causeText(differing, surplus.length, stale.length),
    next: nextText(surplus.length, stale.length, scope),
  };
  return [
    judgeOutcomes(
      all.map(({ outcome }) => outcome),
      rule,
      scope,
    ),
    ...missingAverages(all, scope),
  ];
}

/** What the rows themselves say of why averages differ; the rest is not guessed. */
function causeText(differing: readonly LookedUp[], surplus: number, stale: number): string {
  const setAside = differing.reduce((sum, player) => sum + player.setAside, 0);
  const open = differing.length - surplus - stale;
  const known = [
    ...(surplus > 0 ? [`${surplus} as if surplus rows were counted too`] : []),
    ...(stale > 0 ? [`${stale} in a cache row older than a game it averages`] : []),
    ...(open > 0 ? [`for ${open} the cause is not established`] : []),
  ];
  return `; of these ${known.join(", ")} (${counted(setAside, "surplus row")} set aside in their histories)`;
}

function nextText(surplus: number, stale: number, { rules, date }: Scope): string {
  const again = `compute ${rules.precompute.cache} for ${date} again`;
  if (surplus > 0) return `Remove the surplus rows of the earlier dates (check unique-keys on them), then ${again}.`;
  if (stale > 0) return `Run the next phase for ${date} again: games that it averages were written after it ran.`;
  return `Compare these players' last games with the cache by hand; if the games are right, ${again}.`;
}

/** An average left out is not compared, and not let go either. */
function missingAverages(all: readonly LookedUp[], { rules, date }: Scope): readonly Finding[] {
  const expected = all.filter((player) => player.expected);
  const missing = expected.filter(({ unfilled }) => unfilled);
  const { pass: good } = rules.thresholds.consistency.share;
  if (expected.length === 0 || 1 - missing.length / expected.length >= good) return [];
  return [
    problem("P3", {
      reason: "average_missing",
      observed: `${missing.length} of ${expected.length} sampled players with enough games have no average in ${rules.precompute.cache}: ${listNames(missing.map(({ player }) => quoted(player)))}`,
      expected: `averages for at least ${Math.round(good * 100)} % of those who have the games for them`,
      next: `See why they are left out, then compute ${rules.precompute.cache} for ${date} again.`,
    }),
  ];
}
