import { whenAllIsDue } from "../clocks.ts";
import type { Day } from "../day.ts";
import { analyticsTables, boxTables, of, ofTeam, played, playedGames, plural, preferredTable, rowsIn, shifted, text } from "../day.ts";
import { instantOf } from "../../../src/pipeline/dates.ts";
import { family } from "../kind.ts";

const fallback = "nba_raw.nbac_player_boxscores";
const second = "nba_raw.bdl_player_boxscores";

/** The stamp of a time on the morning after. */
function morning({ date, rules }: Day, hour: number, minute: number): string {
  return instantOf(date, { day: 1, hour, minute }, rules.zone).toISOString();
}

export const boxScores = family(
  "box-scores",
  whenAllIsDue,
  [
    {
      name: "box scores of a game gone from all sources",
      rests: ["scrapers", "unique-keys"],
      draw(day, dice, edit) {
        const all = playedGames(day, "box-scores");
        if (all.length === 0) return undefined;
        const gone = dice.some(all, dice.whole(1, Math.min(5, all.length)));
        for (const table of boxTables(day)) for (const game of gone) edit.drop(table, of(game, rowsIn(day, table)));
        const line = gone.length === 1 ? [] : [`${gone.length} of ${all.length} games have no raw box scores`];
        return gone.map(({ name }) => ({ check: "box-scores", subject: name, verdict: "fail", reason: "missing", line }));
      },
    },
    {
      name: "preferred source gone for a game",
      rests: ["scrapers", "unique-keys"],
      draw(day, dice, edit) {
        const all = playedGames(day, "box-scores");
        if (all.length === 0) return undefined;
        const gone = dice.some(all, dice.whole(1, Math.min(5, all.length)));
        for (const game of gone) edit.drop(preferredTable(day), of(game, rowsIn(day, preferredTable(day))));
        const line = [`lacks ${plural(gone.length, "game")}`];
        return gone.map(({ name }) => ({
          check: "box-scores",
          subject: name,
          verdict: "warn",
          reason: "preferred_missing",
          says: ["0 rows in"],
          line,
        }));
      },
    },
    {
      name: "a team with fewer than 8 rows",
      rests: ["scrapers"],
      draw(day, dice, edit) {
        const all = playedGames(day, "box-scores");
        if (all.length === 0) return undefined;
        const game = dice.pick(all);
        const [thin, other] = dice.some([game.away, game.home], 2);
        const left = dice.whole(0, 7);
        if (thin === undefined || other === undefined) return undefined;
        for (const table of boxTables(day)) {
          const own = ofTeam(thin, rowsIn(day, table));
          edit.drop(table, dice.some(own, own.length - left));
        }
        const rows = left + ofTeam(other, rowsIn(day, preferredTable(day))).length;
        const says = [`${rows} rows in ${preferredTable(day)}, one team has ${left}`];
        return [{ check: "box-scores", subject: game.name, verdict: "fail", reason: "partial", says }];
      },
    },
    {
      name: "unusual size",
      draw(day, dice, edit) {
        const all = playedGames(day, "box-scores");
        if (all.length === 0) return undefined;
        const game = dice.pick(all);
        const table = preferredTable(day);
        const rows = of(game, rowsIn(day, table));
        const { from, to } = day.rules.thresholds["box-scores"].game_rows;
        const wanted = dice.chance(0.5) ? dice.whole(18, from - 1) : dice.whole(to + 1, to + 12);
        if (wanted < rows.length) {
          const kept = [game.away, game.home].flatMap((team) => dice.some(ofTeam(team, rows), 8));
          edit.drop(
            table,
            dice.some(
              rows.filter((row) => !kept.includes(row)),
              rows.length - wanted,
            ),
          );
        } else {
          for (let more = 0; more < wanted - rows.length; more += 1)
            edit.copy(table, [dice.pick(rows)], (row) => ({ player_lookup: `${text(row, "player_lookup")}again${more}` }));
        }
        return [{ check: "box-scores", subject: game.name, verdict: "warn", reason: "unusual_size", says: [`${wanted} rows in ${table}`] }];
      },
    },
  ],
  [
    {
      name: "fallback gone, the gamebook complete",
      draw(day, dice, edit) {
        const rows = rowsIn(day, fallback);
        if (rows.length === 0) return undefined;
        edit.drop(fallback, dice.chance(0.5) ? rows : of(dice.pick(playedGames(day, "box-scores")), rows));
        return [];
      },
    },
    {
      name: "second source gone before it was retired",
      draw(day, _dice, edit) {
        const rows = boxTables(day).includes(second) ? rowsIn(day, second) : [];
        if (rows.length === 0) return undefined;
        edit.drop(second, rows);
        return [];
      },
    },
    {
      name: "size at the ends of its band",
      draw(day, dice, edit) {
        const all = playedGames(day, "box-scores");
        if (all.length === 0) return undefined;
        const table = preferredTable(day);
        const rows = of(dice.pick(all), rowsIn(day, table));
        const { from, to } = day.rules.thresholds["box-scores"].game_rows;
        if (rows.length < from || rows.length > to) return undefined;
        if (dice.chance(0.5)) edit.drop(table, dice.some(rows, rows.length - from));
        else
          for (let more = 0; more < to - rows.length; more += 1)
            edit.copy(table, [dice.pick(rows)], () => ({ player_lookup: `another${more}` }));
        return [];
      },
    },
    {
      name: "late but complete, and all that reads it newer",
      draw(day, dice, edit) {
        if (playedGames(day, "analytics").length === 0) return undefined;
        const minute = dice.whole(5, 50);
        edit.change(preferredTable(day), rowsIn(day, preferredTable(day)), { processed_at: morning(day, 10, minute) });
        for (const { table } of analyticsTables(day)) edit.change(table, rowsIn(day, table), { processed_at: morning(day, 11, minute) });
        const { cache } = day.rules.precompute;
        edit.change(cache, rowsIn(day, cache), { processed_at: morning(day, 11, minute + 5) });
        edit.change(day.rules.features.table, rowsIn(day, day.rules.features.table), { updated_at: morning(day, 11, minute + 7) });
        return [];
      },
    },
    {
      name: "fallback rows loaded twice",
      draw(day, dice, edit) {
        const rows = rowsIn(day, fallback);
        if (rows.length === 0) return undefined;
        edit.copy(fallback, rows, (row) => ({ processed_at: shifted(text(row, "processed_at"), dice.whole(0, 40)) }));
        return [];
      },
    },
    {
      name: "who played listed only",
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length === 0) return undefined;
        const table = preferredTable(day);
        const rows = of(dice.pick(all), rowsIn(day, table));
        const { from } = day.rules.thresholds["box-scores"].game_rows;
        const bench = rows.filter((row) => !played(row) && row["minutes"] === null);
        edit.drop(table, dice.some(bench, Math.max(0, rows.length - from)));
        return [];
      },
    },
  ],
);
