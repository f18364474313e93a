import { addDays } from "../../../src/pipeline/dates.ts";
import { drawGames } from "../drawing.ts";
import type { CauseKind, Drawn, Setting } from "../kind.ts";

const scraper = "nbac_gamebook_pdf";
const table = "nba_raw.nbac_gamebook_player_stats";
const attempts = "nba_orchestration.scraper_execution_log";
const executions = "nba_orchestration.workflow_executions";
const decisions = "nba_orchestration.workflow_decisions";

const log = { port: "warehouse", target: attempts } as const;

/** The gamebook never comes; `changes` say why. */
function missing({ date, dice }: Setting, changes: readonly string[], more: Partial<Drawn> = {}): Drawn {
  return {
    changes: [`{ arrive: ${table}, games: 0, from: "06:05" }`, ...changes],
    clock: `${String(dice.whole(11, 17)).padStart(2, "0")}:${dice.whole(10, 59)}`,
    input: { scraper, game_date: date },
    ...more,
  };
}

/** What the journals hold of the night's runs of the scraper says something else than that there was no data. */
function runsSaying(set: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(set).map(([column, value]) => `${column}: ${value}`);
  return `{ values: ${attempts}, where: { scraper_name: ${scraper} }, set: { ${pairs.join(", ")} }, from: "06:45" }`;
}

/** What the journals hold of the scraper's own workflows and runs is not there; what they hold of others stands. */
const unexecuted: readonly string[] = [
  ...["morning_recovery", "post_game_window_3"].map(
    (workflow) => `{ remove: ${executions}, where: { workflow_name: ${workflow} }, from: "06:50" }`,
  ),
  `{ remove: ${attempts}, where: { scraper_name: ${scraper} }, from: "06:50" }`,
];
const undecided: readonly string[] = ["morning_recovery", "post_game_window_3"].map(
  (workflow) => `{ remove: ${decisions}, where: { workflow_name: ${workflow} }, from: "06:50" }`,
);

/** A controller that isn't called from the evening on decides on nothing, whatever night it is about. */
function silentController({ date }: Setting): readonly string[] {
  const hours = [`${date} 22:00`, `${date} 23:00`, ...Array.from({ length: 10 }, (_, hour) => `${addDays(date, 1)} 0${hour}:00`)];
  return hours.flatMap((hour) =>
    [date, addDays(date, 1)].map((night) => `{ remove: ${decisions}, night: ${night}, where: { decision_time: ${hour} }, from: "09:10" }`),
  );
}

/** A job's attempts from the evening on end with that code; without one it is not called at all. */
function failing(job: string, { date }: Setting, code: number, message: string): string {
  return `{ job: ${job}, code: ${code}, message: ${message}, from: ${date} 21:00, until: ${addDays(date, 1)} 09:30 }`;
}

const errors = {
  blocked_by_source: ["HTTP 403 Forbidden: too many rapid requests", "429 rate limit reached"],
  wrong_parameters: ["game_code must be YYYYMMDD/AWAYHOME, got TODAY", "game_code must be YYYYMMDD/AWAYHOME, got UNKUNK"],
  exception: ["KeyError: resultSets", "IndexError: list index out of range", "JSONDecodeError: Expecting value"],
  timed_out_and_retried: ["request timed out after 180 s", "timeout: no answer within 180 s"],
} as const;

function failedWith(id: keyof typeof errors, retries = 0): CauseKind {
  return {
    id,
    tool: "investigate_scraper",
    names: [id],
    rests: [log],
    draw: (setting) =>
      missing(setting, [
        runsSaying({
          status: "failed",
          error_type: "Error",
          error_message: `"${setting.dice.pick(errors[id])}"`,
          ...(retries > 0 ? { retry_count: `${retries}` } : {}),
        }),
      ]),
  };
}

function attemptFailed(id: string, code: number, message: string): CauseKind {
  return {
    id,
    tool: "investigate_scraper",
    names: [id],
    rests: [{ port: "logs" }],
    draw: (setting) => {
      const job = setting.dice.pick(["master-controller-hourly", "execute-workflows"]);
      const silent = job === "master-controller-hourly" ? silentController(setting) : [];
      return missing(setting, [failing(job, setting, code, message), ...silent, ...unexecuted]);
    },
  };
}

/** A file came, and no row of it. */
function notProcessed(id: string, changes: (setting: Setting) => readonly string[], rests: CauseKind["rests"]): CauseKind {
  return {
    id,
    tool: "investigate_scraper",
    names: [id],
    rests,
    draw: (setting) =>
      missing(setting, [
        runsSaying({ status: "success", data_summary: `'{"record_count": ${setting.dice.whole(200, 400)}}'` }),
        ...changes(setting),
      ]),
  };
}

/** Why a collection doesn't come, along its way from the scheduler to the table. */
export const scraperKinds: readonly CauseKind[] = [
  {
    id: "no_scheduler_attempt",
    tool: "investigate_scraper",
    names: ["no_scheduler_attempt"],
    rests: [{ port: "logs" }],
    draw: (setting) =>
      missing(setting, [
        `{ job: master-controller-hourly, state: paused, from: ${setting.date} ${setting.about("21:00", 40)} }`,
        `{ job: master-controller-hourly, state: enabled, from: "09:40" }`,
        ...silentController(setting),
        ...unexecuted,
      ]),
  },
  attemptFailed("attempt_failed_auth", 7, "PERMISSION_DENIED"),
  attemptFailed("attempt_failed_target", 5, "NOT_FOUND"),
  attemptFailed("attempt_failed_deadline", 4, "DEADLINE_EXCEEDED"),
  {
    id: "skipped_by_rule",
    tool: "investigate_scraper",
    names: ["skipped_by_rule"],
    rests: [{ port: "warehouse", target: decisions }],
    draw: (setting) => {
      const reason = setting.dice.pick(["already collected", "outside of its window", "no games found"]);
      return missing(setting, [
        `{ values: ${decisions}, where: { action: RUN }, set: { action: SKIP, reason: ${reason} }, from: "06:45" }`,
        ...unexecuted,
      ]);
    },
  },
  {
    id: "no_decision_recorded",
    tool: "investigate_scraper",
    names: ["no_decision_recorded"],
    rests: [{ port: "warehouse", target: decisions }],
    draw: (setting) => missing(setting, [...undecided, ...unexecuted]),
  },
  {
    id: "decided_not_executed",
    tool: "investigate_scraper",
    names: ["decided_not_executed"],
    rests: [{ port: "warehouse", target: decisions }],
    draw: (setting) => missing(setting, unexecuted),
  },
  failedWith("wrong_parameters"),
  failedWith("blocked_by_source"),
  failedWith("exception"),
  failedWith("timed_out_and_retried", 3),
  {
    id: "source_had_nothing",
    tool: "investigate_scraper",
    names: ["source_had_nothing"],
    rests: [log],
    draw: (setting) =>
      missing(setting, [
        `{ log: nba-scrapers, text: "${scraper}: no data for ${setting.date}, 404 from the source", from: "${setting.about("06:08", 2)}" }`,
      ]),
  },
  {
    id: "wrong_deployment",
    tool: "investigate_scraper",
    names: ["wrong_deployment"],
    rests: [{ port: "logs" }, { port: "units" }],
    draw: (setting) => {
      const revision = `nba-scrapers-00${setting.dice.whole(200, 900)}-bad`;
      const text = setting.dice.pick(["ModuleNotFoundError: No module named 'shared'", "ImportError: cannot import name 'gamebook'"]);
      return missing(setting, [
        `{ revision: nba-scrapers, name: ${revision}, from: ${setting.date} 23:${setting.dice.whole(10, 50)} }`,
        `{ log: nba-scrapers, revision: ${revision}, severity: ERROR, text: "${text}", times: 6, every: 3600, from: "04:06" }`,
        `{ remove: ${attempts}, where: { scraper_name: ${scraper} }, from: "06:50" }`,
      ]);
    },
  },
  notProcessed(
    "landed_not_processed_done",
    (setting) => [
      `{ log: nba-phase2-raw-processors, text: "${scraper} for ${setting.date}: file already processed, skipping", from: "${setting.about("06:10", 2)}" }`,
    ],
    [{ port: "logs" }],
  ),
  notProcessed(
    "landed_not_processed_lock",
    (setting) => [
      `{ log: nba-phase2-raw-processors, severity: WARNING, text: "Cannot acquire lock for the batch of ${scraper}", from: "${setting.about("06:10", 2)}" }`,
    ],
    [{ port: "logs" }],
  ),
  notProcessed(
    "landed_not_processed_error",
    (setting) => [
      `{ log: nba-phase2-raw-processors, severity: ERROR, text: "${scraper} for ${setting.date}: 400 Bad row in load job", from: "${setting.about("06:10", 2)}" }`,
    ],
    [{ port: "logs" }],
  ),
  {
    id: "stuck_game_status",
    tool: "investigate_scraper",
    names: ["stuck_game_status"],
    rests: [],
    draw: (setting) => {
      const [stuck = "", ...others] = drawGames(setting);
      return {
        night: { games: `[{ game: ${stuck}, status: 2 }, ${others.join(", ")}]` },
        changes: [
          `{ arrive: ${table}, games: [${others.join(", ")}], from: "06:05" }`,
          `{ arrive: nba_raw.bdl_player_boxscores, games: all, from: "04:10" }`,
        ].slice(0, 1),
        clock: "13:00",
        input: { scraper, game_date: setting.date },
      };
    },
  },
];
