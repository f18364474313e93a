import { gamesOwing } from "../../../src/checks/slate.ts";
import { addMinutes, instantOf } from "../../../src/pipeline/dates.ts";
import type { Row } from "../../../src/ports/warehouse.ts";
import { whenAllIsDue } from "../clocks.ts";
import type { Day } from "../day.ts";
import { of, playedGames, plural, preferredTable, rowsIn, shifted, text } from "../day.ts";
import { family } from "../kind.ts";

const props = "nba_raw.odds_api_player_points_props";
const fallback = "nba_raw.nbac_player_boxscores";

function attempts(day: Day, scraper: string): readonly Row[] {
  return rowsIn(day, day.rules.scraping.executions).filter((row) => row["scraper_name"] === scraper);
}

function decisions({ world, rules, date }: Day, workflow: string): readonly Row[] {
  const around = { column: "decision_time", from: date, to: date };
  return (world.table(rules.scraping.decisions, around)?.rows ?? []).filter((row) => row["workflow_name"] === workflow);
}

/** What the collection of the gamebook rests on says so too. */
const boxes = ["box-scores", "unique-keys", "games"];

export const scrapers = family(
  "scrapers",
  whenAllIsDue,
  [
    {
      name: "gamebook late, read by nobody since",
      draw(day, dice, edit) {
        const table = preferredTable(day);
        const rows = rowsIn(day, table);
        if (playedGames(day, "analytics").length === 0) return undefined;
        const landed = instantOf(day.date, { day: 1, hour: 10, minute: dice.whole(1, 59) }, day.rules.zone);
        edit.change(table, rows, { processed_at: addMinutes(landed, dice.whole(0, 120)).toISOString() });
        return [
          {
            check: "scrapers",
            subject: "gamebook",
            verdict: "warn",
            reason: "landed_late_unread",
            says: ["after the expected", "not read since by"],
          },
        ];
      },
    },
    {
      name: "gamebook never came",
      rests: boxes,
      draw(day, _dice, edit) {
        const games = playedGames(day, "box-scores").length;
        if (games === 0) return undefined;
        edit.drop(preferredTable(day), rowsIn(day, preferredTable(day)));
        edit.drop(day.rules.scraping.executions, attempts(day, "nbac_gamebook_pdf"));
        const says = [`0 of ${plural(games, "game")} in ${preferredTable(day)}`, "no attempt"];
        return [{ check: "scrapers", subject: "gamebook", verdict: "fail", reason: "not_landed", says }];
      },
    },
    {
      name: "gamebook of some games never came",
      rests: boxes,
      draw(day, dice, edit) {
        const all = playedGames(day, "box-scores");
        if (all.length < 2) return undefined;
        const gone = dice.some(all, dice.whole(1, all.length - 1));
        for (const game of gone) edit.drop(preferredTable(day), of(game, rowsIn(day, preferredTable(day))));
        const says = [`${all.length - gone.length} of ${all.length} games in ${preferredTable(day)} (missing`];
        return [{ check: "scrapers", subject: "gamebook", verdict: "fail", reason: "partly_landed", says }];
      },
    },
    {
      name: "success that brought 0 rows",
      rests: boxes,
      draw(day, _dice, edit) {
        if (playedGames(day, "box-scores").length === 0) return undefined;
        edit.drop(preferredTable(day), rowsIn(day, preferredTable(day)));
        edit.change(day.rules.scraping.executions, attempts(day, "nbac_gamebook_pdf"), {
          status: "success",
          data_summary: { record_count: 0 },
        });
        return [
          { check: "scrapers", subject: "gamebook", verdict: "fail", reason: "success_without_rows", says: ["success with 0 records"] },
        ];
      },
    },
    {
      name: "collection skipped",
      rests: boxes,
      draw(day, _dice, edit) {
        if (playedGames(day, "box-scores").length === 0) return undefined;
        edit.drop(preferredTable(day), rowsIn(day, preferredTable(day)));
        edit.drop(day.rules.scraping.executions, attempts(day, "nbac_gamebook_pdf"));
        const made = decisions(day, "morning_recovery");
        if (made.length === 0) return undefined;
        edit.change(day.rules.scraping.decisions, made, { action: "SKIP", reason: "already collected" });
        return [{ check: "scrapers", subject: "gamebook", verdict: "fail", reason: "skipped", says: ["decided SKIP"] }];
      },
    },
    {
      name: "odds never came",
      clocks: ["D 14:30", ...whenAllIsDue],
      draw(day, _dice, edit) {
        const games = gamesOwing(day.clean.judgement.scope.slate, "predictions").length;
        if (games === 0 || rowsIn(day, props).length === 0) return undefined;
        edit.drop(props, rowsIn(day, props));
        // Before the games the window that counts decides whether a miss is grave already.
        const verdict = day.clock !== "D 14:30" || isGraveBefore(day) ? "fail" : "warn";
        return [
          {
            check: "scrapers",
            subject: "player-props",
            verdict,
            reason: "not_landed",
            says: [`0 of ${plural(games, "game")} in ${props}`],
          },
        ];
      },
    },
  ],
  [
    {
      name: "fallback missing",
      draw(day, _dice, edit) {
        if (rowsIn(day, fallback).length === 0) return undefined;
        edit.drop(fallback, rowsIn(day, fallback));
        return [];
      },
    },
    {
      name: "fallback late",
      draw(day, dice, edit) {
        if (rowsIn(day, fallback).length === 0) return undefined;
        edit.change(fallback, rowsIn(day, fallback), {
          processed_at: instantOf(day.date, { day: 1, hour: 12, minute: dice.whole(0, 59) }, day.rules.zone).toISOString(),
        });
        return [];
      },
    },
    {
      name: "attempts in vain before the one that brought it",
      draw(day, _dice, edit) {
        const made = attempts(day, "nbac_gamebook_pdf").filter((row) => row["status"] === "success");
        if (made.length === 0) return undefined;
        edit.copy(day.rules.scraping.executions, made, (row) => ({
          execution_id: `${text(row, "execution_id")}x`,
          status: "no_data",
          triggered_at: shifted(text(row, "triggered_at"), -1800),
          data_summary: null,
        }));
        return [];
      },
    },
    {
      name: "a failed attempt beside the good one",
      draw(day, _dice, edit) {
        const made = attempts(day, "nbac_gamebook_pdf").filter((row) => row["status"] === "success");
        if (made.length === 0) return undefined;
        edit.copy(day.rules.scraping.executions, made, (row) => ({
          execution_id: `${text(row, "execution_id")}y`,
          status: "failed",
          error_type: "HTTP 403",
          triggered_at: shifted(text(row, "triggered_at"), -60),
        }));
        return [];
      },
    },
    {
      name: "fetched by hand, outside of the log",
      draw(day, _dice, edit) {
        const made = attempts(day, "nbac_gamebook_pdf");
        if (made.length === 0) return undefined;
        edit.drop(day.rules.scraping.executions, made);
        return [];
      },
    },
    {
      name: "expected times not locked",
      draw(day, _dice, edit) {
        const rows = rowsIn(day, day.rules.scraping.expected);
        if (rows.length === 0) return undefined;
        edit.drop(day.rules.scraping.expected, rows);
        return [];
      },
    },
  ],
);

/** Whether at this moment the odds are later than what is only a warning. */
function isGraveBefore(day: Day): boolean {
  const expected = rowsIn(day, day.rules.scraping.expected).filter((row) => row["workflow_name"] === "betting_lines");
  const first = expected.map((row) => Date.parse(text(row, "expected_run_time"))).toSorted((a, b) => a - b)[0];
  return first !== undefined && day.asOf.getTime() >= first + day.rules.thresholds.scrapers.lateness.warn_hours * 3_600_000;
}
