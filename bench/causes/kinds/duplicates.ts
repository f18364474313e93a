import { addDays } from "../../../src/pipeline/dates.ts";
import { drawGames } from "../drawing.ts";
import type { CauseKind, Setting } from "../kind.ts";

const processed = [
  { table: "nba_analytics.player_game_summary", className: "PlayerGameSummaryProcessor" },
  { table: "nba_analytics.team_offense_game_summary", className: "TeamOffenseGameSummaryProcessor" },
  { table: "nba_analytics.team_defense_game_summary", className: "TeamDefenseGameSummaryProcessor" },
] as const;

const ofDate = ({ date }: Setting, tables: readonly string[]) => ({ tables, from: date, to: date });

/** Each way in which rows come to be there more than once. */
export const duplicateKinds: readonly CauseKind[] = [
  {
    id: "concurrent_runs",
    tool: "find_duplicates",
    names: ["concurrent_runs"],
    rests: [{ port: "warehouse", target: "nba_reference.processor_run_history" }],
    draw: (setting) => {
      const { dice, about, games } = setting;
      const { table, className } = dice.pick(processed);
      const time = about("15:00", 90);
      const [first, second] = [dice.whole(0, 20), dice.whole(25, 59)].map((seconds) => `${time}:${String(seconds).padStart(2, "0")}`);
      return {
        changes: [
          `{ arrive: ${table}, from: "${second}" }`,
          `{ run: ${className}, from: "${first}", seconds: ${dice.whole(65, 120)}, records: 100, id: first-run }`,
          `{ run: ${className}, from: "${second}", seconds: ${dice.whole(20, 60)}, records: 100, id: second-run }`,
          `{ duplicate: ${table}, rows: ${dice.whole(2, games * 2)}, stamped: "${first}", from: "${second}" }`,
        ],
        clock: "18:00",
        input: ofDate(setting, [table]),
      };
    },
  },
  {
    id: "repeated_load",
    tool: "find_duplicates",
    names: ["repeated_load"],
    rests: [],
    draw: (setting) => {
      const { dice, about } = setting;
      const table = dice.pick([
        "nba_raw.nbac_gamebook_player_stats",
        "nba_analytics.player_game_summary",
        "nba_analytics.upcoming_team_game_context",
      ]);
      const time = about("13:30", 120);
      return {
        changes: [`{ duplicate: ${table}, copies: ${dice.whole(1, 2)}, stamped: "${time}", from: "${time}" }`],
        clock: "18:00",
        input: ofDate(setting, [table]),
      };
    },
  },
  {
    id: "join_fan_out",
    tool: "find_duplicates",
    names: ["join_fan_out"],
    along: ["repeated_load"],
    rests: [{ port: "warehouse", target: "nba_raw.nbac_team_boxscore" }],
    draw: (setting) => {
      const { dice } = setting;
      const { table } = dice.pick(processed.slice(1));
      return {
        changes: [
          `{ duplicate: nba_raw.nbac_team_boxscore, stamped: "05:${dice.whole(10, 50)}", from: "05:50" }`,
          `{ duplicate: ${table}, copies: 3, from: "06:50" }`,
        ],
        clock: "14:00",
        input: ofDate(setting, [table]),
      };
    },
  },
  {
    id: "id_order",
    tool: "find_duplicates",
    names: ["id_order"],
    rests: [],
    draw: (setting) => {
      const { dice, date } = setting;
      const { table } = dice.pick(processed);
      const listed = drawGames(setting);
      const [away, home] = listed[0]?.split("@") ?? [];
      const stamped = `${addDays(date, 1)} 08:${dice.whole(10, 59)}`;
      return {
        night: { games: `[${listed.join(", ")}]` },
        changes: [
          `{ duplicate: ${table}, games: [${away}@${home}], stamped: ${stamped}, from: ${stamped} }`,
          `{ values: ${table}, games: [${away}@${home}], where: { processed_at: ${stamped} }, set: { game_id: "${date.replaceAll("-", "")}_${home}_${away}" }, from: ${stamped} }`,
        ],
        clock: "14:00",
        input: ofDate(setting, [table]),
      };
    },
  },
];
