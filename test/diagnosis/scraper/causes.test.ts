import { describe, expect, test } from "vitest";
import { scraperCauses } from "../../../src/diagnosis/scraper/causes.ts";
import type { ScraperEvidence } from "../../../src/diagnosis/scraper/case.ts";
import { at } from "../../support/instants.ts";
import type { Told } from "./night.ts";
import { decision, execution, line, load, other, run, standing, weighed } from "./night.ts";

const noRun = [other("06:05")];
const failed = (message: string, more = {}) => [other("06:05"), run("06:05", "failed", { error_message: message, ...more })];
const hours = ["04:00", "05:00", "07:00", "08:00"].map((time) => [time, "OK"] as const);
const decidedByNobody = [decision("05:00", "morning_recovery", "SKIP"), decision("08:00", "betting_lines", "RUN")];
const noExecution = [execution("06:05", "morning_operations")];

/** Each cause with the evidence that shows it, everything else as on a normal night. */
const shown: Readonly<Record<string, Told>> = {
  no_scheduler_attempt: { runs: noRun, decisions: decidedByNobody, executions: noExecution, deciding: hours },
  attempt_failed_auth: {
    runs: noRun,
    decisions: decidedByNobody,
    executions: noExecution,
    deciding: [...hours, ["06:00", "PERMISSION_DENIED"]],
  },
  attempt_failed_target: { runs: noRun, decisions: decidedByNobody, executions: noExecution, deciding: [...hours, ["06:00", "NOT_FOUND"]] },
  attempt_failed_deadline: {
    runs: noRun,
    executions: noExecution,
    executing: [
      ["05:05", "OK"],
      ["06:05", "DEADLINE_EXCEEDED"],
    ],
  },
  skipped_by_rule: {
    runs: noRun,
    executions: noExecution,
    decisions: [decision("06:00", "morning_operations", "RUN"), decision("06:00", "morning_recovery", "SKIP", "Already collected")],
  },
  no_decision_recorded: { runs: noRun, executions: noExecution, decisions: [decision("06:00", "morning_operations", "RUN")] },
  decided_not_executed: { runs: noRun, executions: noExecution },
  wrong_parameters: { runs: failed("game_code must be YYYYMMDD/AWAYHOME") },
  blocked_by_source: { runs: failed("HTTP 403 Forbidden") },
  source_had_nothing: {
    runs: [run("06:05", "no_data")],
    lines: [line("06:05", "nbac_gamebook_pdf: 404 for 2026-02-03, not available yet")],
  },
  landed_zero_rows_early: {
    runs: [run("06:05", "success", { data_summary: { record_count: 0 } })],
    game: { tipOff: at("05:00") },
    lines: [line("06:05", "nbac_gamebook_pdf done")],
  },
  timed_out_and_retried: {
    runs: [...failed("ReadTimeout: timed out after 190 s"), run("06:09", "failed", { error_message: "timed out", retry_count: 1 })],
  },
  wrong_deployment: {
    runs: noRun,
    decisions: decidedByNobody,
    executions: noExecution,
    deciding: [...hours, ["06:00", "INTERNAL"]],
    revisions: [{ name: "r-2", createdAt: at("05:40").toISOString() }],
    lines: [line("06:00", "ModuleNotFoundError: No module named pdfplumber", { severity: "ERROR", named: false, revision: "r-2" })],
  },
  exception: { runs: failed("KeyError: 'homeTeam'") },
  landed_not_processed_done: {
    runs: [run("06:05", "success", { data_summary: { record_count: 348 } })],
    loads: [load("06:08", "skipped", { skipped: true, skip_reason: "file already processed" })],
  },
  landed_not_processed_lock: {
    runs: [run("06:05", "success", { data_summary: { record_count: 348 } })],
    locks: [
      {
        id: "nbac_gamebook_batch_2026-02-03",
        status: "complete",
        startedAt: at("04:06").toISOString(),
        expiresAt: at("11:00").toISOString(),
      },
    ],
  },
  landed_not_processed_error: {
    runs: [run("06:05", "success", { data_summary: { record_count: 348 } })],
    loads: [load("06:08", "success", { records_processed: 0 })],
  },
  stuck_game_status: {
    runs: [run("06:05", "success", { data_summary: { record_count: 300 } })],
    game: { status: 2, final: false },
    elsewhere: ["BOS@NYK"],
    loads: [load("06:08", "success")],
  },
};

describe("a cause with its own evidence", () => {
  test.each(Object.keys(shown))("%s is established, and no other", (id) => {
    expect(standing(shown[id] ?? {}, "established")).toEqual([id]);
  });

  test("every cause but what is no trouble, and one that nothing can prove, is shown here", () => {
    const all = scraperCauses.map((cause) => cause.id).filter((id) => !["retired", "not_due_yet", "no_later_attempt"].includes(id));
    expect(Object.keys(shown).toSorted()).toEqual(all.toSorted());
  });

  const stores: readonly (keyof ScraperEvidence)[] = [
    "attempts",
    "decisions",
    "executions",
    "runs",
    "serviceLog",
    "loaderLog",
    "deciding",
    "executing",
    "unit",
    "locks",
  ];
  test.each(Object.keys(shown).flatMap((id) => stores.map((store) => [id, store] as const)))(
    "%s without %s is established or open, and never another",
    (id, store) => {
      const told = { ...shown[id], lost: [store] };
      expect(standing(told, "established").filter((each) => each !== id)).toEqual([]);
      if (!standing(told, "established").includes(id)) {
        const open = weighed(told).find((each) => each.id === id);
        expect(open?.standing, `${id} without ${store}`).toBe("open");
        expect(open?.settle).toBeDefined();
      }
    },
  );
});

describe("what is no cause", () => {
  test.each(Object.keys(shown))("nothing is named where nothing is late, also with what shows %s", (id) => {
    const told = { ...shown[id], state: "on_time" } as const;
    expect(standing(told, "established")).toEqual([]);
    expect(standing(told, "open")).toEqual([]);
  });

  test("a refusal by the project's own services is an exception, not the source's refusal", () => {
    expect(standing({ runs: failed("403 POST https://bigquery.googleapis.com: Access Denied") }, "established")).toEqual(["exception"]);
  });

  test("403 inside of another number or name is no refusal", () => {
    expect(standing({ runs: failed("row 14030 of a403b is broken") }, "established")).toEqual(["exception"]);
  });

  test("a line of another night is no evidence of this one", () => {
    const lines = [line("06:06", "nbac_gamebook_pdf for 2026-01-28: HTTP 403", { severity: "ERROR" })];
    expect(standing({ runs: [run("06:05", "no_data")], lines }, "established")).toEqual([]);
  });

  test("a refusal before the window that counts does not explain what followed a skipped decision", () => {
    const told = { ...shown["skipped_by_rule"], runs: [run("04:05", "failed", { error_message: "HTTP 403" }), other("06:05")] };
    expect(standing(told, "established")).toEqual(["skipped_by_rule"]);
  });

  test("no data is not believed to mean that the source had none: refused and timed out stay open", () => {
    const told: Told = { runs: [run("06:05", "no_data")] };
    expect(standing(told, "established")).toEqual([]);
    expect(standing(told, "open")).toEqual(["blocked_by_source", "no_later_attempt", "source_had_nothing", "timed_out_and_retried"]);
  });

  test("that the pipeline's own later run brought it shows that the source had nothing before; a run of nobody knows whom doesn't", () => {
    const landed = { first: "14:45", whole: "14:45" };
    const later = (more = {}) => run("14:43", "success", { data_summary: { record_count: 34 }, ...more });
    const logged = [line("06:06", "nbac_gamebook_pdf finished")];
    const told: Told = { clock: "18:00", landed, lines: logged, runs: [run("06:05", "no_data"), later()] };
    expect(standing(told, "established")).toEqual(["source_had_nothing"]);
    const unknown = { ...told, runs: [run("06:05", "no_data"), later({ workflow: null, source: null, triggered_by: null })] };
    expect(standing(unknown, "established")).toEqual([]);
  });

  test("an innocent deployment is no cause: errors of starting up before it, or none at all", () => {
    const revisions = [
      { name: "r-2", createdAt: at("05:40").toISOString() },
      { name: "r-1", createdAt: at("00:30").toISOString() },
    ];
    expect(standing({ ...shown["blocked_by_source"], revisions }, "established")).toEqual(["blocked_by_source"]);
    const before = (shown["wrong_deployment"]?.lines ?? []).concat(
      line("03:00", "ImportError: libpq", { severity: "ERROR", named: false, revision: "r-1" }),
    );
    expect(standing({ ...shown["wrong_deployment"], revisions, lines: before }, "established")).toEqual([]);
  });

  test("an internal error of the scheduler's call is not yet a wrong address", () => {
    const told = { ...shown["attempt_failed_target"], deciding: [...hours, ["06:00", "INTERNAL"]] as const };
    expect(standing(told, "established")).toEqual([]);
    expect(standing(told, "open")).toContain("attempt_failed_target");
  });

  test("a deadline after which the work went on is no cause", () => {
    const told: Told = {
      ...shown["blocked_by_source"],
      executing: [
        ["05:05", "OK"],
        ["06:05", "DEADLINE_EXCEEDED"],
      ],
    };
    expect(standing(told, "established")).toEqual(["blocked_by_source"]);
  });

  test("a decision outside of the window is no skip of it", () => {
    const told: Told = {
      runs: noRun,
      executions: noExecution,
      decisions: [decision("06:00", "morning_operations", "RUN"), decision("07:00", "morning_recovery", "SKIP", "Outside")],
    };
    expect(standing(told, "established")).toEqual(["no_decision_recorded"]);
  });

  test("what was decided a quarter of an hour ago may still be executed", () => {
    const told: Told = { clock: "06:20", runs: noRun, executions: noExecution };
    expect(standing(told, "established")).toEqual([]);
  });
});

describe("silence of a journal", () => {
  test("that stopped before the window proves nothing", () => {
    const told: Told = { runs: [other("04:05")], executions: [execution("04:05", "post_game_window_3")] };
    expect(standing(told, "established")).toEqual([]);
    expect(standing(told, "open")).toContain("decided_not_executed");
  });

  test("proves nothing either where rows are there that no recorded run brought", () => {
    const told: Told = { clock: "18:00", runs: noRun, executions: noExecution, landed: { first: "14:45", whole: "15:00" } };
    expect(standing(told, "established")).toEqual([]);
  });

  test("of the scheduler's log proves nothing without attempts at other times", () => {
    const told = { ...shown["no_scheduler_attempt"], deciding: [] };
    expect(standing(told, "established")).toEqual([]);
    expect(standing(told, "open")).toContain("no_scheduler_attempt");
  });
});

test("a run that brought a part of the games rules out nothing that kept the others away", () => {
  const runs = [run("06:05", "success", { data_summary: { record_count: 136 } })];
  const lines = [line("06:06", "nbac_gamebook_pdf 2026-02-03: 403 Forbidden", { severity: "ERROR" })];
  const part: Told = { runs, lines, landed: { first: "06:06", whole: "06:06" }, state: "missing" };
  expect(standing(part, "established")).toEqual([]);
  expect(standing(part, "open")).toContain("blocked_by_source");
  // The same run, of which nothing landed: what it brought was lost behind it.
  expect(standing({ runs, lines, state: "missing" }, "open")).not.toContain("blocked_by_source");
});

test("two troubles of one run's kind are both told", () => {
  const runs = [
    run("06:05", "failed", { error_message: "HTTP 429 Too Many Requests" }),
    run("06:20", "failed", { error_message: "KeyError: 'x'" }),
  ];
  expect(standing({ runs }, "established")).toEqual(["blocked_by_source", "exception"]);
});
