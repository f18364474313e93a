import type { CauseRule, Clue } from "../cause.ts";
import type { Sign } from "./chain.ts";
import type { ScraperFacts, ScraperSigns } from "./facts.ts";

type SignName = keyof ScraperSigns;

interface Rule {
  readonly id: string;
  readonly says: (facts: ScraperFacts) => string;
  readonly requires: readonly SignName[];
  readonly forbids?: readonly SignName[];
  readonly supports?: readonly SignName[];
  readonly settle: (names: ScraperFacts["names"]) => string;
}

/**
 * Why a collection did not come, or came late. Along its way (scheduler, decision, execution, run, file, load) the first broken link
 * decides: what lies behind it is forbidden by it. Each rule requires signs out of its own store, so that a store that could not be
 * read leaves its causes open.
 */
export const scraperCauses: readonly CauseRule<ScraperFacts>[] = (
  [
    {
      id: "retired",
      says: () => "it is retired, and nothing arrives by design",
      requires: ["retired"],
      settle: () => "The pipeline file's `retired` or `until`.",
    },
    {
      id: "not_due_yet",
      says: ({ signs }) => `nothing is late: ${signs.before_window.said}`,
      requires: ["before_window"],
      forbids: ["retired"],
      settle: ({ window }) => `The window ${window}.`,
    },
    {
      id: "no_scheduler_attempt",
      says: ({ signs }) => `the scheduler did not call${seen(signs.silent)}`,
      requires: ["silent"],
      forbids: ["untroubled", "went_on"],
      settle: ({ chain, window }) => `Attempts of ${chain.decides} and ${chain.executes} in the scheduler's log, ${window}.`,
    },
    ...(["auth", "target", "deadline"] as const).map(attemptFailed),
    {
      id: "skipped_by_rule",
      says: ({ signs }) => `the controller skipped it${seen(signs.skipped)}`,
      requires: ["skipped"],
      forbids: ["untroubled", "executed", "ran"],
      settle: ({ workflow, decisions, window }) => `The decision on ${workflow} in ${decisions}, ${window}.`,
    },
    {
      id: "no_decision_recorded",
      says: ({ names }) => `the controller wrote down no decision on ${names.workflow} in that window, though it was called`,
      requires: ["undecided"],
      forbids: ["untroubled", "silent", "failed", "executed", "ran"],
      settle: ({ workflow, decisions, window }) => `Rows on ${workflow} in ${decisions}, ${window}.`,
    },
    {
      id: "decided_not_executed",
      says: ({ names, signs }) => `${names.workflow} was decided on and not executed${seen(signs.decided)}`,
      requires: ["decided", "unexecuted"],
      forbids: ["untroubled", "silent", "failed", "ran"],
      settle: ({ workflow, chain, window }) =>
        `Whether ${workflow} was executed: its row in ${chain.runs}, or what ${chain.scrapes} logged, ${window}.`,
    },
    {
      id: "wrong_parameters",
      says: ({ names, signs }) => `${names.scraper} was called with bad parameters${seen(signs.bad_parameters)}`,
      requires: ["bad_parameters"],
      forbids: ["untroubled", "broke_before", "succeeded"],
      settle: ({ scraper, chain, missing }) => `The parameters of each run of ${scraper}: its lines in ${chain.scrapes}, ${missing}.`,
    },
    {
      id: "blocked_by_source",
      says: ({ signs }) => `the source refused it${seen(signs.refused)}`,
      requires: ["refused"],
      forbids: ["untroubled", "broke_before", "succeeded"],
      settle: ({ scraper, chain, missing }) =>
        `The HTTP status that ${scraper} was answered with (403, 429?): lines of ${chain.scrapes}, ${missing}.`,
    },
    {
      id: "source_had_nothing",
      says: ({ signs }) => `the source had nothing yet${seen(signs.came_back_empty, signs.empty_confirmed)}`,
      requires: ["came_back_empty", "empty_confirmed"],
      forbids: ["untroubled", "broke_before", "succeeded", "refused", "bad_parameters", "timed_out"],
      settle: ({ scraper, window }) =>
        `What the source answered ${scraper}, ${window}: size of the file it stored, or when the source published.`,
    },
    {
      id: "landed_zero_rows_early",
      says: ({ signs }) => `it succeeded with nothing before the games were over${seen(signs.zero_success, signs.games_not_over)}`,
      requires: ["zero_success", "games_not_over"],
      forbids: ["untroubled", "broke_before", "succeeded"],
      settle: ({ executions, window }) => `Runs that ended well with 0 records in ${executions}, ${window}, against the games' ends.`,
    },
    {
      id: "no_later_attempt",
      says: () => "a job that should have tried again after the window was late or failed",
      requires: ["came_back_empty", "not_again"],
      forbids: ["untroubled", "broke_before", "succeeded"],
      settle: ({ scraper, chain }) =>
        `Who starts ${scraper} after its windows: callers in the request log of ${chain.scrapes}, and attempts of the jobs that call it.`,
    },
    {
      id: "timed_out_and_retried",
      says: ({ signs }) => `it timed out${seen(signs.timed_out, signs.retried)}`,
      requires: ["timed_out"],
      forbids: ["untroubled", "broke_before", "succeeded"],
      supports: ["retried"],
      settle: ({ scraper, executions, missing }) =>
        `Duration, error and retry_count of each run of ${scraper} in ${executions}, ${missing}.`,
    },
    {
      id: "wrong_deployment",
      says: ({ signs }) => `a broken image${seen(signs.start_errors, signs.with_revision)}`,
      requires: ["start_errors", "with_revision"],
      forbids: ["untroubled", "succeeded"],
      settle: ({ chain, missing }) =>
        `Errors of starting up by revision in ${chain.scrapes}, ${missing}, and since when that revision serves.`,
    },
    {
      id: "exception",
      says: ({ signs }) => `the scraper failed${seen(signs.raised)}`,
      requires: ["raised"],
      forbids: ["untroubled", "broke_before", "succeeded"],
      settle: ({ scraper, chain, missing }) => `Errors of ${scraper} in ${chain.scrapes}, ${missing}.`,
    },
    ...(["done", "lock", "error"] as const).map(notProcessed),
    {
      id: "stuck_game_status",
      says: ({ signs }) => `games are stuck in the schedule, and such are not scraped${seen(signs.game_stuck)}`,
      requires: ["game_stuck"],
      forbids: ["untroubled"],
      settle: () => "Whether the games were played: box scores of any other source, or the league's own page.",
    },
  ] satisfies readonly Rule[]
).map(causeRule);

function attemptFailed(kind: "auth" | "target" | "deadline"): Rule {
  const words = {
    auth: "the scheduler's call was not allowed",
    target: "the scheduler's call did not find its target",
    deadline: "the scheduler gave up on its call, and nothing came of it",
  }[kind];
  return {
    id: `attempt_failed_${kind}`,
    says: ({ signs }) => `${words}${seen(signs[`failed_${kind}`])}`,
    requires: [`failed_${kind}`],
    forbids: ["untroubled", "went_on"],
    settle: ({ chain, window }) => `How the calls of ${chain.decides} and ${chain.executes} ended in the scheduler's log, ${window}.`,
  };
}

function notProcessed(why: "done" | "lock" | "error"): Rule {
  const load = ({ done: "load_skipped", lock: "load_locked", error: "load_failed" } as const)[why];
  const words = { done: "was skipped by the loader as done", lock: "was kept out by a lock", error: "was lost in an error of the loader" }[
    why
  ];
  return {
    id: `landed_not_processed_${why}`,
    says: ({ signs }) => `a file came and ${words}${seen(signs[load])}`,
    requires: ["handed_over", load],
    forbids: ["untroubled"],
    settle: ({ scraper, table, chain, missing }) => `Runs of ${chain.loads} for ${table}, ${missing}, after each file of ${scraper}.`,
  };
}

function causeRule({ id, says, requires, forbids = [], supports = [], settle }: Rule): CauseRule<ScraperFacts> {
  return {
    id,
    says,
    requires: requires.map(clue),
    forbids: forbids.map(clue),
    supports: supports.map(clue),
    settle: (facts) => {
      const open = [...requires, ...forbids].map((name) => facts.signs[name]).filter(({ holds }) => holds === "unknown");
      const [reason] = [...new Set(open.map(({ said }) => said))];
      return `${settle(facts.names)}${reason === undefined ? "" : ` Now: ${reason}.`}`;
    },
  };
}

/** What shows it, as far as it was seen: of a cause that is open only the cause itself is said. */
function seen(...signs: readonly Sign[]): string {
  const said = signs.filter(({ holds }) => holds === "yes").map((each) => each.said);
  return said.length === 0 ? "" : `: ${said.join("; ")}`;
}

function clue(name: SignName): Clue<ScraperFacts> {
  return { holds: ({ signs }) => signs[name].holds, says: ({ signs }) => signs[name].said };
}
