import { instantOf } from "../../../src/pipeline/dates.ts";
import type { Row } from "../../../src/ports/warehouse.ts";
import type { Day } from "../day.ts";
import { rowsIn, shifted, text } from "../day.ts";
import { family } from "../kind.ts";
import { beforeAndAfter, featureRows, owing } from "./prepared-rows.ts";

/** Prepared players by team, of the teams that play. */
function prepared(day: Day): ReadonlyMap<string, readonly string[]> {
  const teams = owing(day, "features").flatMap(({ away, home }) => [away, home]);
  const rows = rowsIn(day, day.rules.features.players);
  return new Map(teams.map((team) => [team, rows.filter((row) => row["team_abbr"] === team).map((row) => text(row, "player_lookup"))]));
}

const rests = ["lines", "predictions"];

export const features = family(
  "features",
  beforeAndAfter,
  [
    {
      name: "features of a team gone",
      rests,
      draw(day, dice, edit) {
        const teams = prepared(day);
        if (teams.size < 2) return undefined;
        const gone = dice.some([...teams.keys()], dice.whole(1, Math.min(3, teams.size - 1)));
        const players = new Set(gone.flatMap((team) => teams.get(team) ?? []));
        edit.drop(
          day.rules.features.table,
          featureRows(day).filter((row) => players.has(text(row, "player_lookup"))),
        );
        const says = [`no features for ${gone.length} of ${teams.size} teams`];
        return [{ check: "features", subject: day.date, verdict: "fail", reason: "teams_without_features", says }];
      },
    },
    {
      name: "too few players with features",
      rests,
      draw(day, dice, edit) {
        const teams = prepared(day);
        const all = [...teams.values()].flat();
        if (all.length === 0) return undefined;
        const most = Math.ceil(all.length * day.rules.thresholds.features.player_share.least) - 1;
        const one = [...teams.values()].map((players) => dice.pick(players));
        const kept = new Set([
          ...one,
          ...dice.some(
            all.filter((player) => !one.includes(player)),
            dice.whole(0, most - one.length),
          ),
        ]);
        edit.drop(
          day.rules.features.table,
          featureRows(day).filter((row) => !kept.has(text(row, "player_lookup"))),
        );
        const says = [`${kept.size} of ${all.length} prepared players have features`];
        return [{ check: "features", subject: day.date, verdict: "fail", reason: "few_players", says }];
      },
    },
    {
      name: "no features at all",
      rests: [...rests, "completion"],
      draw(day, _dice, edit) {
        if (owing(day, "features").length === 0) return undefined;
        edit.drop(day.rules.features.table, featureRows(day));
        return [{ check: "features", subject: day.date, verdict: "fail", reason: "missing", says: ["0 rows in"] }];
      },
    },
    {
      name: "features stale in part",
      draw(day, dice, edit) {
        const rows = featureRows(day);
        // Those of games that were put off after they had been prepared are older than the last run already.
        const newest =
          rows
            .map((row) => writtenAt(row))
            .toSorted()
            .at(-1) ?? "";
        const fresh = rows.filter((row) => writtenAt(row) === newest);
        if (fresh.length < 2) return undefined;
        const old = dice.some(fresh, dice.whole(1, fresh.length - 1));
        const stamp = instantOf(day.date, { day: 0, hour: 8, minute: dice.whole(0, 59) }, day.rules.zone).toISOString();
        edit.change(day.rules.features.table, old, { created_at: stamp, updated_at: dice.pick([stamp, null]) });
        const says = [`${rows.length - fresh.length + old.length} of ${rows.length} feature rows are older`];
        return [{ check: "features", subject: day.date, verdict: "warn", reason: "older_than_run", says }];
      },
    },
  ],
  [
    {
      name: "as few players with features as are enough",
      rests: ["lines"],
      draw(day, dice, edit) {
        const teams = prepared(day);
        const all = [...teams.values()].flat();
        if (all.length === 0) return undefined;
        const one = [...teams.values()].map((players) => dice.pick(players));
        const enough = Math.ceil(all.length * day.rules.thresholds.features.player_share.least);
        const kept = new Set([
          ...one,
          ...dice.some(
            all.filter((player) => !one.includes(player)),
            enough - one.length,
          ),
        ]);
        edit.drop(
          day.rules.features.table,
          featureRows(day).filter((row) => !kept.has(text(row, "player_lookup"))),
        );
        return [];
      },
    },
    {
      name: "features of players whom nobody prepared",
      rests: ["lines"],
      draw(day, dice, edit) {
        const rows = featureRows(day);
        if (rows.length === 0) return undefined;
        edit.copy(day.rules.features.table, dice.some(rows, dice.whole(1, 8)), (row) => ({
          player_lookup: `${text(row, "player_lookup")}ii`,
        }));
        return [];
      },
    },
    {
      name: "features never rewritten",
      clocks: ["D 14:30"],
      draw(day, _dice, edit) {
        if (featureRows(day).length === 0) return undefined;
        edit.change(day.rules.features.table, featureRows(day), { updated_at: null });
        return [];
      },
    },
    {
      name: "an incremental run that left most rows alone",
      draw(day, _dice, edit) {
        const rows = featureRows(day);
        const runs = rowsIn(day, day.rules.run_history).filter(
          (row) => row["processor_name"] === day.rules.features.processor && row["processed_at"] !== null,
        );
        const last = runs.toSorted((a, b) => (text(a, "processed_at") < text(b, "processed_at") ? 1 : -1))[0];
        if (last === undefined || rows.length < 20) return undefined;
        const later = (row: Row): Row => ({
          run_id: `${text(row, "run_id")}i`,
          started_at: shifted(text(row, "started_at"), 300),
          processed_at: shifted(text(row, "processed_at"), 300),
          records_processed: 9,
        });
        edit.copy(day.rules.run_history, [last], later);
        const newest = rows.toSorted((a, b) => (writtenAt(a) < writtenAt(b) ? 1 : -1));
        edit.change(day.rules.features.table, newest.slice(0, 9), (row) => ({
          updated_at: shifted(text(row, "updated_at") || text(row, "created_at"), 300),
        }));
        return [];
      },
    },
    {
      name: "no row marked as ready",
      draw(day, _dice, edit) {
        if (featureRows(day).length === 0) return undefined;
        edit.change(day.rules.features.table, featureRows(day), { is_quality_ready: false, quality_alert_level: "red" });
        return [];
      },
    },
  ],
);

function writtenAt(row: Row): string {
  return text(row, "updated_at") || text(row, "created_at");
}
