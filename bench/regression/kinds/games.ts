import { preparedTables } from "../../../src/checks/slate.ts";
import type { Row } from "../../../src/ports/warehouse.ts";
import { whenAllIsDue } from "../clocks.ts";
import type { Day } from "../day.ts";
import { analyticsTables, boxTables, of, ofId, playedGames, plural, rowsIn, text } from "../day.ts";
import type { Edit } from "../fault.ts";
import { family } from "../kind.ts";

type Game = ReturnType<typeof playedGames>[number];

function scheduleRow(day: Day, { away, home }: Game): readonly Row[] {
  return rowsIn(day, day.rules.games.schedule).filter((row) => row["away_team_tricode"] === away && row["home_team_tricode"] === home);
}

/** What the night has brought of the game, wherever it lies. */
function dropAllOf(day: Day, game: Game, edit: Edit): void {
  for (const table of [...boxTables(day), "nba_raw.nbac_team_boxscore"]) edit.drop(table, of(game, rowsIn(day, table)));
  for (const { table, team } of analyticsTables(day)) edit.drop(table, of(game, rowsIn(day, table), team));
  edit.drop(day.rules.predictions.graded, ofId(game, rowsIn(day, day.rules.predictions.graded)));
}

/** Rows that the night brought and that name a team of these games. */
function rowsNaming(
  day: Day,
  games: readonly Game[],
): { readonly strays: number; readonly teamed: number; readonly teams: readonly string[] } {
  const { players, offense } = day.rules.analytics;
  const tables = [...boxTables(day), players, offense, ...preparedTables(day.rules)];
  const teams = games.flatMap(({ away, home }) => [away, home]).toSorted();
  const rows = tables.flatMap((table) => rowsIn(day, table));
  return { strays: rows.filter((row) => teams.includes(text(row, "team_abbr"))).length, teamed: rows.length, teams };
}

/** Where it is the only game, these can't be measured either. */
const ofTheOnlyGame = ["features", "grading"];

const everything = [
  "exports",
  "orchestrators",
  "box-scores",
  "analytics",
  "unique-keys",
  "minutes",
  "usage-rate",
  "fields",
  "whole-games",
  "consistency",
  "completion",
  "features",
  "predictions",
  "predictions-active",
  "lines",
  "grading",
  "scrapers",
  "runs",
  "errors",
  "locks",
  "alerts",
];

export const games = family(
  "games",
  whenAllIsDue,
  [
    {
      name: "schedule row deleted",
      rests: ["grading"], // What is left may be few games, with too few grades by chance.
      draw(day, dice, edit) {
        const all = playedGames(day, "analytics");
        if (all.length < 2) return undefined;
        const gone = dice.some(all, dice.whole(1, Math.min(3, all.length - 1)));
        const { strays, teamed, teams } = rowsNaming(day, gone);
        for (const game of gone) edit.drop(day.rules.games.schedule, scheduleRow(day, game));
        const named = `${teams.slice(0, 3).join(", ")}${teams.length > 3 ? ` and ${teams.length - 3} more` : ""}`;
        const says = [`${plural(strays, "row")} of ${teamed} in`, `without a scheduled game: ${named}`];
        return [{ check: "games", subject: day.date, verdict: "unknown", reason: "schedule_contradicted", says }];
      },
    },
    {
      name: "whole date missing in the schedule",
      rests: everything,
      draw(day, _dice, edit) {
        if (playedGames(day, "box-scores").length === 0) return undefined;
        edit.drop(day.rules.games.schedule, rowsIn(day, day.rules.games.schedule));
        return [{ check: "games", subject: day.date, verdict: "unknown", reason: "schedule_contradicted" }];
      },
    },
    {
      name: "stuck at status 2",
      draw(day, dice, edit) {
        const all = playedGames(day, "games");
        if (all.length === 0) return undefined;
        const stuck = dice.some(all, dice.whole(1, Math.min(4, all.length)));
        for (const game of stuck)
          edit.change(day.rules.games.schedule, scheduleRow(day, game), { game_status: 2, game_status_text: "Q4 2:11" });
        const line = stuck.length === 1 ? [] : [`${stuck.length} of ${slated(day)} games are not final`];
        return stuck.map(({ name }) => ({
          check: "games",
          subject: name,
          verdict: "fail",
          reason: "stuck_or_stale",
          says: ["still at status 2"],
          line,
        }));
      },
    },
    {
      name: "stuck at status 1, nothing came",
      rests: ["scrapers", "completion"],
      draw(day, dice, edit) {
        const all = playedGames(day, "games");
        if (all.length === 0) return undefined;
        const game = dice.pick(all);
        edit.change(day.rules.games.schedule, scheduleRow(day, game), { game_status: 1, game_status_text: "Scheduled" });
        dropAllOf(day, game, edit);
        return [{ check: "games", subject: game.name, verdict: "fail", reason: "stuck_or_stale", says: ["still at status 1"] }];
      },
    },
    {
      name: "status that nobody has explained",
      rests: ofTheOnlyGame,
      draw(day, dice, edit) {
        const all = playedGames(day, "games");
        if (all.length === 0) return undefined;
        const game = dice.pick(all);
        const status = dice.pick([0, 5, 6, 7, 8, 10]);
        edit.change(day.rules.games.schedule, scheduleRow(day, game), { game_status: status });
        return [{ check: "games", subject: game.name, verdict: "unknown", reason: "unplaced", says: [`its status is ${status}`] }];
      },
    },
    {
      name: "game of an unknown competition",
      rests: ofTheOnlyGame,
      draw(day, dice, edit) {
        const all = playedGames(day, "games");
        if (all.length === 0) return undefined;
        const game = dice.pick(all);
        const prefix = dice.pick(["000", "005", "007", "009", "020"].filter((each) => day.rules.games.competitions[each] === undefined));
        edit.change(day.rules.games.schedule, scheduleRow(day, game), (row) => ({ game_id: `${prefix}${text(row, "game_id").slice(3)}` }));
        return [{ check: "games", subject: game.name, verdict: "unknown", reason: "unplaced", says: [prefix] }];
      },
    },
  ],
  [
    {
      name: "schedule rows loaded twice",
      draw(day, dice, edit) {
        const rows = rowsIn(day, day.rules.games.schedule);
        if (rows.length === 0) return undefined;
        edit.copy(day.rules.games.schedule, dice.some(rows, dice.whole(1, rows.length)));
        return [];
      },
    },
    {
      name: "older schedule row beside the final one",
      draw(day, dice, edit) {
        const all = playedGames(day, "games");
        if (all.length === 0) return undefined;
        const rows = dice.some(all, 3).flatMap((game) => scheduleRow(day, game));
        edit.copy(day.rules.games.schedule, rows, () => ({ game_status: dice.whole(1, 2), game_status_text: "In progress" }));
        return [];
      },
    },
    {
      name: "called off in the schedule, but played",
      draw(day, dice, edit) {
        const all = playedGames(day, "games");
        if (all.length === 0) return undefined;
        const values = { game_status: dice.pick([4, 9]), game_status_text: dice.pick(["Postponed", "PPD", "Cancelled"]) };
        edit.change(day.rules.games.schedule, scheduleRow(day, dice.pick(all)), values);
        return [];
      },
    },
    {
      name: "postponement only detected",
      draw(day, dice, edit) {
        const all = playedGames(day, "games");
        const [row] = all.length === 0 ? [] : scheduleRow(day, dice.pick(all));
        if (row === undefined) return undefined;
        const values = { game_id: text(row, "game_id"), original_date: day.date, new_date: null, reason: "weather", status: "detected" };
        edit.add(day.rules.games.postponements, day.date, [values]);
        return [];
      },
    },
    {
      name: "exhibition game beside the others",
      draw(day, dice, edit) {
        const [row] = rowsIn(day, day.rules.games.schedule);
        if (row === undefined || playedGames(day, "games").length === 0) return undefined;
        const values = {
          game_id: `00${dice.pick([1, 3])}2500${dice.whole(100, 999)}`,
          game_status: dice.pick([1, 2, 3]),
          away_team_tricode: "STA",
          home_team_tricode: "WLD",
        };
        edit.add(day.rules.games.schedule, day.date, [{ ...row, ...values }]);
        return [];
      },
    },
    {
      name: "final with another text",
      draw(day, dice, edit) {
        const all = playedGames(day, "games");
        if (all.length === 0) return undefined;
        const values = { game_status_text: dice.pick(["Final/OT", "Final/2OT", "FINAL", null]) };
        for (const game of all) edit.change(day.rules.games.schedule, scheduleRow(day, game), values);
        return [];
      },
    },
  ],
);

function slated({ clean }: Day): number {
  const { slate } = clean.judgement.scope;
  return slate.kind === "games" ? slate.games.length : 0;
}
