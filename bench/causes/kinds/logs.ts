import type { CauseKind, Drawn, Setting } from "../kind.ts";

/** Units that log their work on every night. */
const busy = ["nba-phase2-raw-processors", "nba-phase3-analytics-processors", "nba-phase4-precompute-processors", "nba-scrapers"];
/** Units of which an invented night logs nothing. */
const silent = [
  { unit: "decay-detection", job: "decay-detection-daily" },
  { unit: "validation-runner", job: "validation-pre-game-prep" },
];

interface Logged {
  readonly text: string;
  readonly severity: string;
  readonly times?: number;
  /** Time of day at which it begins. */
  readonly from?: string;
}

function logging({ dice, about }: Setting, units: readonly string[], { text, severity, times, from = "08:30" }: Logged): Drawn {
  const unit = dice.pick(units);
  const count = times ?? dice.whole(3, 40);
  return {
    changes: [
      `{ log: ${unit}, severity: ${severity}, text: "${text}", times: ${count}, every: ${dice.whole(20, 200)}, from: "${about(from, 60)}" }`,
    ],
    clock: "14:00",
    input: { unit },
  };
}

/** What a service's own lines show of why it fails. */
export const logKinds: readonly CauseKind[] = [
  {
    id: "missing_library",
    tool: "read_logs",
    names: ["missing_library"],
    rests: [{ port: "logs" }],
    beside: ["quota", "wrong_name", "out_of_memory"],
    draw: (setting) => {
      const name = setting.dice.pick(["google.cloud.firestore", "shared.validation", "pandas", "orjson"]);
      const text = setting.dice.pick([`ModuleNotFoundError: No module named '${name}'`, `ImportError: cannot import name '${name}'`]);
      return logging(setting, busy, { text, severity: "ERROR" });
    },
  },
  {
    id: "two_writers",
    tool: "read_logs",
    names: ["two_writers"],
    rests: [{ port: "logs" }],
    draw: ({ dice, about }) => {
      const unit = "nba-phase3-analytics-processors";
      const time = about("12:00", 90);
      const table = dice.pick(["player_game_summary", "team_offense_game_summary"]);
      const line = (run: string, second: number) => [
        `{ log: ${unit}, severity: ERROR, text: "400 Could not serialize access to table acme:nba_analytics.${table} due to concurrent update", fields: { processor: P, run_id: ${run}, table: ${table} }, from: "${time}:${second}" }`,
        `{ log: ${unit}, severity: ERROR, text: "merge_fallback: DELETE and INSERT", fields: { event: merge_fallback, processor: P, run_id: ${run}, table: ${table} }, from: "${time}:${second + 2}" }`,
      ];
      return { changes: [...line("run-a", dice.whole(10, 20)), ...line("run-b", dice.whole(30, 50))], clock: "14:00", input: { unit } };
    },
  },
  {
    id: "not_authenticated",
    tool: "read_logs",
    names: ["not_authenticated"],
    rests: [{ port: "logs" }, { port: "schedules" }],
    draw: (setting) => {
      const { unit, job } = setting.dice.pick(silent);
      const refused = logging(setting, [unit], {
        text: "The request was not authenticated. Either allow unauthenticated invocations or set the proper Authorization header.",
        severity: "WARNING",
        times: 5,
        from: "08:30",
      });
      // The job that calls it is refused as well: of the lines alone a stranger could be the reason.
      const attempt = `{ job: ${job}, from: "${setting.about("12:30", 60)}", code: ${setting.dice.pick([7, 16])} }`;
      return { ...refused, changes: [...refused.changes, attempt] };
    },
  },
  {
    id: "out_of_memory",
    tool: "read_logs",
    names: ["out_of_memory"],
    rests: [{ port: "logs" }],
    beside: ["missing_library"],
    draw: (setting) => {
      const used = setting.dice.whole(514, 620);
      return logging(setting, busy, { text: `Memory limit of 512 MiB exceeded with ${used} MiB used.`, severity: "ERROR" });
    },
  },
  {
    id: "quota",
    tool: "read_logs",
    names: ["quota"],
    rests: [{ port: "logs" }],
    draw: (setting) =>
      logging(setting, busy, {
        text: "403 Quota exceeded: Your table exceeded quota for Number of partition modifications",
        severity: "ERROR",
      }),
  },
  {
    id: "wrong_name",
    tool: "read_logs",
    names: ["wrong_name"],
    rests: [{ port: "logs" }],
    draw: (setting) =>
      logging(setting, busy, {
        text: "404 Not found: Dataset acme:acme was not found in location us-west2",
        severity: "ERROR",
        times: setting.dice.whole(1, 3),
      }),
  },
];
