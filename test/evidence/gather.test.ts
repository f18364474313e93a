import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { catalogue } from "../../src/checks/catalogue.ts";
import { overallOf } from "../../src/checks/overall.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import { BackendError, CancelledError } from "../../src/errors.ts";
import type { Look } from "../../src/evidence/evidence.ts";
import { live } from "../../src/evidence/gather.ts";
import {
  boxScoreRows,
  defenseRows,
  offenseRows,
  playerRows,
  postponements,
  processorRuns,
  rowsOf,
  scheduleWindow,
} from "../../src/evidence/looks/tables.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Call } from "../../src/ports/call.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { at } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { silentPorts } from "../support/ports.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";

type Run = Look<string>["run"];

const lookThat = (run: Run): Look<string> => ({
  id: "rows 2026-02-03",
  port: "warehouse",
  asked: "rows of a table",
  byHand: "",
  after: [],
  whenEmpty: "must-have",
  run,
  parse: String,
});
const ports = silentPorts();

/** Never answers and never listens. */
const deaf: Run = () => new Promise(() => {});
/** Rejects as adapters do when the signal fires. */
const attentive: Run = (_ports, { signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new BackendError("deadline", "stopped", "Ask again.")), { once: true });
  });

const gathererOf = (options: { signal?: AbortSignal; deadlineMs?: number; lookTimeoutMs?: number } = {}) =>
  live({
    ports,
    now: () => at("09:30"),
    signal: options.signal ?? new AbortController().signal,
    deadlineAt: Date.now() + (options.deadlineMs ?? 45_000),
    lookTimeoutMs: options.lookTimeoutMs ?? 20_000,
    budget: { maxRows: 7, maxBytes: 8 },
  });

describe("one look", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** What became of the promise by now, without waiting for it. */
  function watched(promise: Promise<unknown>): { state: () => unknown } {
    let state: unknown = "pending";
    promise.then(
      (value) => {
        state = value;
      },
      (error: unknown) => {
        state = error;
      },
    );
    return { state: () => state };
  }

  test("that answers is seen, with its facts and the stores' time", async () => {
    const evidence = await gathererOf()(lookThat(async () => ({ facts: "f", examined: 3, bytes: 9 })));
    expect(evidence).toEqual({
      id: "rows 2026-02-03",
      port: "warehouse",
      asked: "rows of a table",
      byHand: "",
      observedAt: at("09:30").toISOString(),
      seen: true,
      facts: "f",
      examined: 3,
      bytes: 9,
    });
  });

  test("leaves no timer behind, answered or refused", async () => {
    await gathererOf()(lookThat(async () => ({ facts: "f", examined: 0 })));
    await gathererOf()(
      lookThat(async () => {
        throw new BackendError("throttled", "too many", "Wait.");
      }),
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  test("tells the port who asks, until when and for how much", async () => {
    const calls: Call[] = [];
    const noting = lookThat(async (_ports, call) => {
      calls.push(call);
      return { facts: "f", examined: 0 };
    });
    await gathererOf()(noting);
    await gathererOf({ deadlineMs: 5000 })(noting);
    expect(calls.map(({ look, deadlineAt, budget }) => ({ look, leftMs: deadlineAt - Date.now(), budget }))).toEqual([
      { look: "rows 2026-02-03", leftMs: 20_000, budget: { maxRows: 7, maxBytes: 8 } },
      { look: "rows 2026-02-03", leftMs: 5000, budget: { maxRows: 7, maxBytes: 8 } },
    ]);
  });

  test("that a port refuses is unseen, with the reason and what to do, and no facts", async () => {
    const evidence = await gathererOf()(
      lookThat(async () => {
        throw new BackendError("denied", "needs a role", "Grant it.");
      }),
    );
    expect(evidence).toMatchObject({ seen: false, refusal: "denied", reason: "needs a role", next: "Grant it." });
    expect(evidence).not.toHaveProperty("facts");
  });

  test("in which a port throws something else is a bug and flies", async () => {
    const bug = new TypeError("a bug");
    await expect(gathererOf()(lookThat(() => Promise.reject(bug)))).rejects.toBe(bug);
  });

  test.each([
    ["a port that listens", attentive],
    ["a port that ignores its signal", deaf],
  ])("of %s is unseen at its own deadline, not before", async (_title, run) => {
    const outcome = watched(gathererOf()(lookThat(run)));
    await vi.advanceTimersByTimeAsync(19_999);
    expect(outcome.state()).toBe("pending");
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome.state()).toMatchObject({ seen: false, refusal: "deadline" });
  });

  test.each([
    ["ends with the call where that ends first", 5000, 5000],
    ["ends at once when the call's time is over", -1000, 0],
  ])("%s", async (_title, deadlineMs, after) => {
    const outcome = watched(gathererOf({ deadlineMs })(lookThat(deaf)));
    await vi.advanceTimersByTimeAsync(after);
    expect(outcome.state()).toMatchObject({ seen: false, refusal: "deadline" });
  });

  test.each([
    ["a port that listens", attentive],
    ["a port that ignores its signal", deaf],
  ])("of %s ends as cancelled when the caller goes, and is no evidence", async (_title, run) => {
    const caller = new AbortController();
    const outcome = watched(gathererOf({ signal: caller.signal })(lookThat(run)));
    await vi.advanceTimersByTimeAsync(100);
    expect(outcome.state()).toBe("pending");
    caller.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(outcome.state()).toBeInstanceOf(CancelledError);
  });

  test("is not begun for a caller who has gone", async () => {
    const run = vi.fn<Run>(async () => ({ facts: "f", examined: 0 }));
    await expect(gathererOf({ signal: AbortSignal.abort() })(lookThat(run))).rejects.toBeInstanceOf(CancelledError);
    expect(run).not.toHaveBeenCalled();
  });

  test("has its signal fired when its deadline passes, so that the port can stop", async () => {
    let fired = false;
    const outcome = watched(
      gathererOf({ lookTimeoutMs: 50 })(
        lookThat((_ports, { signal }) => {
          signal.addEventListener("abort", () => {
            fired = true;
          });
          return new Promise(() => {});
        }),
      ),
    );
    await vi.advanceTimersByTimeAsync(50);
    expect(outcome.state()).toMatchObject({ seen: false });
    expect(fired).toBe(true);
  });
});

describe("a column without which a look means nothing", () => {
  const date = calendarDateOf("2026-02-03");
  const rules = nba.rulesOn(date, at("09:30"));
  const call: Call = {
    look: "x",
    signal: new AbortController().signal,
    deadlineAt: Number.MAX_SAFE_INTEGER,
    budget: { maxRows: 1, maxBytes: 1 },
  };
  const lacking = (table: string, column: string): Ports => ({
    ...ports,
    warehouse: {
      ...ports.warehouse,
      describe: async () => ({
        columns: Object.fromEntries(
          Object.keys(rules.tables[table]?.columns ?? {}).flatMap((name) => (name === column ? [] : [[name, "STRING"]])),
        ),
      }),
    },
  });

  const players = "nba_analytics.player_game_summary";
  const offense = "nba_analytics.team_offense_game_summary";
  const defense = "nba_analytics.team_defense_game_summary";
  const [schedule, postponed] = ["nba_raw.nbac_schedule", "nba_orchestration.game_postponements"];
  const [cache, features] = ["nba_precompute.player_daily_cache", "nba_predictions.ml_feature_store_v2"];
  const runs = "nba_reference.processor_run_history";
  const gamebook = "nba_raw.nbac_gamebook_player_stats";

  test.each<[string, Look<unknown>, readonly string[]]>([
    [schedule, scheduleWindow(rules, date), ["game_id", "game_date", "game_status", "home_team_tricode", "away_team_tricode"]],
    [postponed, postponements(rules, date), ["game_id", "original_date", "status"]],
    [gamebook, boxScoreRows(rules, date, gamebook), ["game_id", "team_abbr", "player_lookup", "processed_at"]],
    [
      players,
      playerRows(rules, date),
      ["player_lookup", "team_abbr", "opponent_team_abbr", "minutes_played", "points", "is_dnp", "processed_at"],
    ],
    [offense, offenseRows(rules, date), ["team_abbr", "opponent_team_abbr", "processed_at"]],
    [defense, defenseRows(rules, date), ["defending_team_abbr", "opponent_team_abbr", "processed_at"]],
    [runs, processorRuns(rules, date), ["processor_name", "run_id", "started_at"]],
    [cache, rowsOf(rules, date, cache), ["cache_date", "player_lookup", "processed_at"]],
    [features, rowsOf(rules, date, features), ["game_date", "player_lookup", "updated_at"]],
  ])("is refused where %s has lost it", async (table, look, columns) => {
    for (const column of columns)
      await expect(look.run(lacking(table, column), call), column).rejects.toMatchObject({ refusal: "no_such_place" });
  });

  const scenario = shippedScenario("healthy-night");
  const stores = buildStores(scenario, nba);

  async function nightWithout(table: string, column: string) {
    const session = sessionOver(scenario, {
      stores,
      wrap: ({ warehouse, ...others }) => ({
        ...others,
        warehouse: {
          ...warehouse,
          query: (ask, asked) => warehouse.query(ask, asked),
          describe: async (name, asked) => {
            const { columns } = await warehouse.describe(name, asked);
            return { columns: Object.fromEntries(Object.entries(columns).filter(([each]) => name !== table || each !== column)) };
          },
        },
      }),
    });
    const begun = session.begin({ signal: new AbortController().signal });
    return judgeDate({ checks: catalogue, pipeline: nba, date: calendarDateOf("2026-01-27"), ...begun });
  }

  test.each([
    [schedule, "game_status"],
    [gamebook, "team_abbr"],
    [players, "is_dnp"],
    [offense, "opponent_team_abbr"],
    [defense, "processed_at"],
    [cache, "processed_at"],
    [features, "updated_at"],
  ])("leaves a healthy night unknown, not passed, when %s has lost %s", async (table, column) => {
    const judgement = await nightWithout(table, column);
    expect(overallOf(judgement).verdict).toBe("unknown");
    const reasons = judgement.checks.flatMap(({ subjects }) => subjects.flatMap(({ findings }) => findings));
    const lost = reasons.filter(({ verdict }) => verdict === "unknown");
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.every(({ reason, observed }) => reason === "no_such_place" && observed.includes(table) && observed.includes(column))).toBe(
      true,
    );
  });

  test("is another than one that is nice to have: without data_hash nothing is unknown, and only `tables` misses it", async () => {
    const judgement = await nightWithout(players, "data_hash");
    expect(overallOf(judgement).verdict).toBe("warn");
    expect(judgement.checks.filter(({ verdict }) => ["warn", "fail", "unknown"].includes(verdict)).map(({ check }) => check.id)).toEqual([
      "tables",
    ]);
  });
});
