import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, test } from "vitest";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { UserError } from "../../src/errors.ts";
import { addDays, calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Report } from "../../src/report/schema.ts";
import type { Session } from "../../src/session.ts";
import { reconcilePhase3 } from "../../tools/reconcile_phase3.ts";
import { validateDaily } from "../../tools/validate_daily.ts";
import { ownScenarioText } from "../support/own-scenario.ts";
import { overNba } from "../support/own-pipeline.ts";
import { nba } from "../support/pipeline.ts";
import { remembering, sessionOver, shippedScenario, shippedScenarios, shippedStores } from "../support/scenarios.ts";

const signal = new AbortController().signal;
const ask = (session: Session, input: object = {}): Promise<Report> => reconcilePhase3.call(input, { session, signal, progress: () => {} });

/** Ten games on 2026-02-03, asked about at 18:00 the next day, with these changes. */
function own(changes: string, options: Parameters<typeof sessionOver>[1] = {}): Session {
  const text = ownScenarioText("own", changes);
  return sessionOver(loadScenario({ name: "own.yaml", text: changes === "" ? text.replace("changes:\n", "") : text }, nba), options);
}

const night = { dates: ["2026-02-03"] };
const classOf = (report: Report, date = "2026-02-03") => report.rows?.find((row) => row["game_date"] === date)?.["class"];

describe("what is asked for", () => {
  const session = own("");

  test.each([
    [{ days: 3, dates: ["2026-02-03"] }, "Give days or dates, not both."],
    [{ days: 0 }, "days of reconcile_phase3: 0 is not allowed"],
    [{ days: 31 }, "days of reconcile_phase3: 31 is not allowed"],
    [{ dates: ["2026-02-30"] }, '"2026-02-30" is not a date that exists'],
    [{ dates: ["2026-02-05"] }, "2026-02-05 is in the future: it is 2026-02-04 18:00 ET"],
    [{ dates: ["2023-02-03", "2026-02-03"] }, "That spans 1097 days, and at most 30 are looked at in one call"],
    [{ dates: [] }, "dates of reconcile_phase3"],
    [{ phase: "5" }, 'No phase of reconcile_phase3: "5"; known: 2, 3, 4.'],
    [{ phases: "3" }, 'Did you mean "phase"?'],
    [{ game_date: "2026-02-03" }, "known: days, dates, phase, detail"],
  ])("%j is refused: %s", async (input, words) => {
    const refusal = await ask(session, input).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UserError);
    expect(String(refusal)).toContain(words);
  });

  test("nothing is configured: unknown", async () => {
    const report = await reconcilePhase3.call({}, { session: undefined, signal, progress: () => {} });
    expect(report.verdict).toBe("unknown");
  });

  test("without arguments the seven dates up to today, newest first", async () => {
    const report = await ask(session);
    expect(report.rows?.map((row) => row["game_date"])).toEqual(
      Array.from({ length: 7 }, (_, back) => addDays(calendarDateOf("2026-02-04"), -back)),
    );
  });
});

describe("looks", () => {
  test("are as many for one date as for seven and for thirty, of either phase", async () => {
    const session = own("");
    const looks = async (input: object) => (await ask(session, input)).coverage?.looks;
    for (const phase of ["2", "3", "4"]) {
      const [one, seven, thirty] = [await looks({ ...night, phase }), await looks({ days: 7, phase }), await looks({ days: 30, phase })];
      expect([seven, thirty], `phase ${phase}`).toEqual([one, one]);
    }
  });

  test("a table that can't be read leaves its processor and the record open, and no rows are taken for none", async () => {
    const report = await ask(own("  - { fail: warehouse, target: nba_analytics.team_offense_game_summary, with: denied, from: 12:00 }"), {
      ...night,
      detail: "detailed",
    });
    expect(report.verdict).toBe("unknown");
    expect(report.rows?.[0]).toMatchObject({ class: "cannot_tell", tables: "4 of 4 read" });
    expect(report.rows?.[0]?.["team_offense_game_summary"]).toContain("rows not read");
    expect(report.rows?.[0]?.["upcoming_team_game_context"]).toContain("consistent");
    expect(report.proposals).toBeUndefined();
  });

  test("a record that can't be read is unknown for every date, however full the tables", async () => {
    const report = await ask(own("  - { fail: documents, target: phase3_completion, with: unavailable, from: 12:00 }"), { days: 3 });
    expect(report.verdict).toBe("unknown");
    expect(new Set(report.rows?.map((row) => row["class"]))).toEqual(new Set(["cannot_tell"]));
  });

  test("an empty collection is no missing record", async () => {
    const report = await ask(own("  - { fail: documents, target: phase3_completion, with: empty, from: 12:00 }"), night);
    expect(report).toMatchObject({ verdict: "unknown" });
    expect(report.summary).toContain("holds no document at all");
  });

  test("without the run history the rest is judged, and that is said", async () => {
    const report = await ask(own("  - { fail: warehouse, target: nba_reference.processor_run_history, with: denied, from: 12:00 }"), night);
    expect(report.verdict).toBe("pass");
    expect(report.findings?.map(({ reason }) => reason)).toContain("judged_without");
  });

  test("without the schedule nothing is consistent", async () => {
    const report = await ask(own("  - { fail: warehouse, target: nba_raw.nbac_schedule, with: denied, from: 12:00 }"), night);
    expect(report.verdict).toBe("unknown");
  });

  test("documents switched off: not applicable, with the operator's reason", async () => {
    const pipeline = overNba("ports: { documents: { off: no access to Firestore } }");
    const report = await ask(own("", { pipeline }), night);
    expect(report.verdict).toBe("not_applicable");
    expect(report.summary).toContain("no access to Firestore");
  });
});

describe("a flag without rows", () => {
  const flagged = (rowsFrom: string) =>
    own(
      `  - { arrive: nba_analytics.upcoming_team_game_context, from: ${rowsFrom} }\n  - { set: phase3_completion/2026-02-03, from: 2026-02-03 10:40, fields: { upcoming_team_game_context: 2026-02-03 10:40 } }`,
    );

  test("is said after a second look, twenty seconds later", async () => {
    const report = await ask(flagged("20:00"), night);
    expect(report).toMatchObject({ verdict: "fail" });
    expect(classOf(report)).toBe("flag_without_rows");
    expect(report.proposals?.[0]?.runs).toEqual([
      { unit: "nba-phase3-analytics-processors", processor: "UpcomingTeamGameContextProcessor", from: "2026-02-03", to: "2026-02-03" },
    ]);
  });

  test("is not said where the rows come between the two looks", async () => {
    const report = await ask(flagged("18:00:10"), night);
    expect(classOf(report)).toBe("waiting");
    expect(report.proposals).toBeUndefined();
  });
});

describe("a run is proposed only where nothing says that another is at work", () => {
  const noCache = "  - { arrive: nba_precompute.player_daily_cache, games: 0, from: 2026-02-03 11:05 }\n";
  const noTeams =
    "  - { arrive: nba_analytics.upcoming_team_game_context, games: 0, from: 2026-02-03 10:38 }\n  - { set: phase3_completion/2026-02-03, from: 2026-02-03 10:40, fields: { upcoming_team_game_context: 2026-02-03 10:40 } }\n";
  const unread = "  - { fail: warehouse, target: nba_reference.processor_run_history, with: denied, from: 12:00 }";

  test("of the next phase: not where the run history could not be read", async () => {
    expect((await ask(own(noCache), night)).proposals?.map(({ kind }) => kind)).toEqual(["run_job"]);
    const report = await ask(own(`${noCache}${unread}`), night);
    expect([classOf(report), report.proposals]).toEqual(["stalled", undefined]);
    expect(report.findings?.[0]?.next).toContain("Not proposed: whether a run is at work could not be looked at");
  });

  test("of a processor: not beside one that began long ago and has no end", async () => {
    const report = await ask(own(`${noTeams}  - { run: UpcomingTeamGameContextProcessor, from: 17:30, status: running, id: slow }`), night);
    expect([classOf(report), report.proposals]).toEqual(["flag_without_rows", undefined]);
    expect(report.findings?.[0]?.next).toContain("Not proposed: a run of UpcomingTeamGameContextProcessor, begun 17:30 ET, has no end yet");
  });
});

test("games that part of the tables lack although their input is there are to be run by those processors, and by no other", async () => {
  const report = await ask(
    own(
      "  - { arrive: nba_analytics.player_game_summary, games: 4, from: 06:35 }\n  - { arrive: nba_analytics.team_offense_game_summary, games: 9, from: 06:22 }",
    ),
    night,
  );
  expect([report.verdict, classOf(report)]).toEqual(["fail", "missing"]);
  expect(report.proposals?.map(({ kind, runs }) => [kind, runs?.map(({ processor }) => processor)])).toEqual([
    ["run_processor", ["PlayerGameSummaryProcessor", "TeamOffenseGameSummaryProcessor"]],
  ]);
});

test("a repaired record says so and when also where the repair hides what is wrong", async () => {
  const early =
    "  - { arrive: nba_precompute.player_daily_cache, from: 2026-02-03 11:05 }\n  - { arrive: nba_predictions.ml_feature_store_v2, from: 2026-02-03 11:10 }\n";
  const repaired = `  - { set: phase3_completion/2026-02-03, from: 09:00, fields: { _reconciliation_fix: "2026-02-04T14:00:00+00:00" } }`;
  const report = await ask(own(`${early}${repaired}`), night);
  expect(report.rows?.[0]).toMatchObject({ class: "stalled", repaired: "09:00 ET" });
});

test("of what is prepared before the games nobody says that its input is there: nobody looked at it", async () => {
  const changes = "  - { arrive: nba_analytics.upcoming_player_game_context, night: 2026-02-04, games: 0, from: 2026-02-04 10:35 }";
  const report = await ask(own(changes), { dates: ["2026-02-04"] });
  expect([classOf(report, "2026-02-04"), report.findings?.[0]?.next]).toEqual(["missing", "Run the processors for 2026-02-04."]);
});

test("a clock before the real one: a record changed since is not judged, and nothing is proposed", async () => {
  const session = own("  - { set: phase3_completion/2026-02-03, from: 17:00, fields: { _completed_count: 3 } }");
  expect((await ask(session, night)).proposals).toHaveLength(1);
  const past: Session = { ...session, real: { project: "p", past: true } };
  const report = await ask(past, night);
  expect(report.proposals).toBeUndefined();
});

test("phase 2 is told beside what became of it, and never decides: four of six is a pass", async () => {
  const report = await ask(own(""), { ...night, phase: "2" });
  expect(report).toMatchObject({ verdict: "pass", rows: [{ game_date: "2026-02-03", recorded: "4 of 6", triggered: "no" }] });
  const lost = own("  - { arrive: nba_analytics.player_game_summary, games: 0, from: 06:35 }");
  expect((await ask(lost, { ...night, phase: "2" })).verdict).toBe("not_due");
});

test("thirty wrong records stay within 1,300 tokens, and within 6,000 in detail", async () => {
  const dates = Array.from({ length: 30 }, (_, back) => addDays(calendarDateOf("2026-02-03"), -back));
  const session = own(
    dates
      .map(
        (date) =>
          `  - { set: phase3_completion/${date}, from: ${addDays(date, 1)} 08:00, fields: { _completed_count: 3 }, drop: [_triggered, _trigger_reason] }`,
      )
      .join("\n"),
  );
  const concise = await ask(session, { days: 30 });
  expect(concise.proposals?.[0]?.kind).toBe("repair_record");
  expect(encode(JSON.stringify(concise)).length).toBeLessThanOrEqual(1300);
  const detailed = await ask(session, { days: 30, detail: "detailed" });
  expect(detailed.proposals?.[0]?.documents).toHaveLength(29);
  expect(encode(JSON.stringify(detailed)).length).toBeLessThanOrEqual(6000);
});

test("the tool, as a model reads it in every session, stays within 230 tokens", () => {
  const { name, title, description, input } = reconcilePhase3;
  const parameters = Object.entries(input.shape).map(([key, { description: said = "" }]) => `${key}: ${said}`);
  for (const parameter of parameters) expect(encode(parameter).length).toBeLessThanOrEqual(26);
  expect(encode(description).length).toBeLessThanOrEqual(90);
  expect(encode([name, title, description, ...parameters].join("\n")).length).toBeLessThanOrEqual(230);
});

/** What `validate_daily` says of the completion, against what this tool may say of the date then. */
const agreeing: Readonly<Record<string, readonly string[]>> = {
  pass: ["consistent", "repaired_earlier"],
  warn: ["record_wrong", "rows_without_flag", "missing", "stalled"],
  fail: ["flag_without_rows", "stalled", "missing"],
  unknown: ["cannot_tell"],
  // What waits for the analytics there is told here by whether they had anything to work on; on the day itself nothing more is due.
  not_due: ["waiting", "missing", "consistent"],
  not_applicable: ["no_games", "expired"],
};

describe("agrees with validate_daily on the completion of the same date", () => {
  const cases = shippedScenarios.flatMap((name) => {
    const scenario = shippedScenario(name);
    const asked = scenario.expect.filter(({ call }) => call === "validate_daily");
    const moments = new Map(
      asked.map(({ clock, with: given }) => [`${clock.toISOString()} ${given["game_date"] ?? scenario.night.date}`, clock]),
    );
    return [...moments].map(([key, clock]) => ({ name, clock, date: key.split(" ")[1] ?? "" }));
  });

  const built = new Map<string, ReturnType<typeof shippedStores>>();

  test.each(cases)("$name, $date at $clock", async ({ name, clock, date }) => {
    const scenario = shippedScenario(name);
    const stores = built.get(name) ?? shippedStores(scenario);
    built.set(name, stores);
    const session = remembering(sessionOver(scenario, { clock, stores: await stores }));
    const night = await validateDaily.call(
      { game_date: date, moment: "post_game", depth: "quick" },
      { session, signal, progress: () => {} },
    );
    const completion = Object.entries(night.checked ?? {}).find(([, names]) => Array.isArray(names) && names.includes("completion"))?.[0];
    const found = (night.findings ?? [])
      .filter(({ id, severity }) => id.startsWith("completion") && severity !== "P5")
      .map(({ verdict }) => verdict);
    const verdict = ["fail", "unknown", "warn"].find((candidate) => found.some((each) => each === candidate)) ?? completion ?? "pass";
    const report = await ask(session, { dates: [date] });
    expect(agreeing[verdict], `${verdict} there, ${String(classOf(report, date))} here`).toContain(classOf(report, date));
  });
});
