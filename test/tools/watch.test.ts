import { describe, expect, test } from "vitest";
import { memoryState } from "../../src/adapters/state/memory.ts";
import { catalogue } from "../../src/checks/catalogue.ts";
import type { Verdicted } from "../../src/checks/overall.ts";
import type { Judgement } from "../../src/checks/runner.ts";
import type { WatchJudged } from "../../src/checks/watch.ts";
import { UserError } from "../../src/errors.ts";
import { historyIn } from "../../src/history/history.ts";
import { watchesIn } from "../../src/history/watches.ts";
import type { LogAsk, LogPage } from "../../src/ports/logs.ts";
import type { State } from "../../src/ports/state.ts";
import { watchReport } from "../../src/report/watch-report.ts";
import type { Session } from "../../src/session.ts";
import { judgeWatches } from "../../src/watching.ts";
import { validateDaily } from "../../tools/validate_daily.ts";
import { watch } from "../../tools/watch.ts";
import { at, judge, smallNight } from "../support/night.ts";
import { overNba } from "../support/own-pipeline.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";

const scenario = shippedScenario("feb-03");
const signal = new AbortController().signal;

/** Sessions at several clocks over one state, as several servers would share it. */
function chain(state: State = memoryState()) {
  const memory = { history: historyIn(state), watches: watchesIn(state) };
  const session = (time: string): Session => ({ ...sessionOver(scenario, { clock: at(time) }), ...memory });
  const tell = (time: string, input: object = {}) => watch.call(input, { session: session(time), signal, progress: () => {} });
  const judge = (time: string, input: object = {}) =>
    validateDaily.call({ game_date: "2026-02-03", ...input }, { session: session(time), signal, progress: () => {} });
  return { tell, judge, session };
}

/** What is said of the watches at a moment, the nights given by hand. */
async function judged(session: Session, nights: readonly Pick<Verdicted, "judgement">[] = []) {
  const { gather, now } = session.begin({ signal });
  const { judged: all, failed } = await judgeWatches({ session, gather, asOf: now(), signal, nights });
  return { states: all.map(({ state, said }) => `${state}: ${said}`), failed };
}

/** A night on which `minutes` passes, or has the verdict given. */
async function nightWith(verdict: "pass" | "fail", half: "pre_game" | "post_game" = "post_game"): Promise<Judgement> {
  const night = await judge(
    smallNight(),
    at("18:30"),
    catalogue.filter(({ id }) => id === "minutes"),
  );
  return { ...night, scope: { ...night.scope, half }, checks: night.checks.map((check) => ({ ...check, verdict })) };
}

const newer = () => Promise.reject(new UserError("The state was written by a newer Postgame."));

const clean = { text: "the surplus is gone", proof: "check", unit: "unique-keys", game_date: "2026-02-03", due: "2026-02-04 19:00" };

describe("a watch on a check", () => {
  test("is not yet kept, then overdue, then kept, in every report on the way", async () => {
    const { tell, judge } = chain();
    const made = await tell("18:00", clean);
    expect(made).toMatchObject({ verdict: "not_due", watches: { not_yet: 1 } });
    expect(made.summary).toMatch(/Watching w-[0-9a-f]{6}, due 2026-02-04 19:00 ET\. 1 watch as of 2026-02-04 18:00 ET/u);
    const before = await judge("18:30");
    expect(before.watches).toEqual({ not_yet: 1 });
    expect(before.summary).not.toContain("Watches:");
    const after = await judge("19:00");
    expect(after.watches).toEqual({ kept: 1 });
    expect((await tell("19:10")).verdict).toBe("pass");
  });

  test("past its time and still failing is said in the summary, and once that it came true late", async () => {
    const { tell, judge } = chain();
    await tell("18:00", { ...clean, due: "2026-02-04 18:20" });
    const report = await judge("18:30");
    expect(report.watches?.overdue).toEqual([
      { id: expect.any(String), text: clean.text, due: "2026-02-04T18:20:00-05:00", said: "fail as of 2026-02-04 18:30 ET" },
    ]);
    expect(report.summary).toContain("Watches: 1 of 1 watches overdue.");
    expect(report.verdict).toBe("fail");
    const late = "Watches: 1 seen kept only after the due time.";
    expect((await judge("19:00")).summary).toContain(late);
    expect((await judge("19:10")).summary).not.toContain(late);
  });

  test("of a date that this call did not judge goes by the newest kept report", async () => {
    const { tell, judge } = chain();
    await tell("18:00", clean);
    await judge("18:45");
    expect((await tell("18:50")).watches?.list?.[0]).toMatchObject({ state: "kept", said: "passed as of 2026-02-04 18:45 ET" });
  });
});

describe("a watch on a check is not kept", () => {
  const minutes = { ...clean, unit: "minutes" };

  test("because its failure was accepted", async () => {
    const { tell, session } = chain();
    await tell("18:00", minutes);
    const [passing, failing] = [await nightWith("pass"), await nightWith("fail")];
    const accepted = await judged(session("18:30"), [{ judgement: { ...passing, accepted: [], found: failing } }]);
    expect(accepted.states).toEqual(["not_yet: fail as of 2026-02-04 18:30 ET"]);
    expect((await judged(session("18:30"), [{ judgement: passing }])).states).toEqual(["kept: passed as of 2026-02-04 18:30 ET"]);
  });

  test("by what was judged before the games", async () => {
    const { tell, session } = chain();
    await tell("18:00", minutes);
    const before = await judged(session("18:30"), [{ judgement: await nightWith("pass", "pre_game") }]);
    expect(before.states).toEqual(["not_yet: no report on that date since then"]);
  });

  test("by a kept report on the half before the games", async () => {
    const { tell, judge: validate } = chain();
    await validate("18:45", { moment: "pre_game" });
    await tell("18:00", clean);
    expect((await tell("18:50")).watches?.list?.[0]).toMatchObject({ state: "not_yet", said: "no report on that date since then" });
  });

  test("by a report of a later clock", async () => {
    const { tell, judge: validate } = chain();
    await tell("18:00", clean);
    expect((await validate("18:59")).watches).toEqual({ kept: 1 });
    expect((await tell("18:30")).watches?.list?.[0]).toMatchObject({ state: "not_yet", said: "no report on that date since then" });
  });
});

describe("a watch on a log", () => {
  const unit = "nba-phase3-analytics-processors";
  const lock = { text: "Acquired", unit, due: "2026-02-04 19:00" };
  const entry = (time: string, revision: string) =>
    ({ at: at(time).toISOString(), severity: "INFO", unit, revision, text: "x", fields: {} }) as const;
  /** Answers the pages that fit, and keeps in mind what was asked. */
  const over = (entries: (ask: LogAsk) => LogPage, chained = chain()) => ({
    ...chained,
    at: (time: string): Session => ({
      ...chained.session(time),
      ...pick(
        sessionOver(scenario, {
          clock: at(time),
          wrap: (ports) => ({ ...ports, logs: { ...ports.logs, entries: async (ask) => entries(ask) } }),
        }),
      ),
    }),
  });
  const pick = (other: Session): Pick<Session, "begin"> => ({ begin: (call) => other.begin(call) });

  test("goes by the oldest line that fits", async () => {
    const { tell, at: session } = over(({ limit }) => ({
      entries: [entry("19:30", "r2"), entry("18:30", "r1")].slice(0, limit),
      more: limit < 2,
    }));
    await tell("18:00", lock);
    expect((await judged(session("20:00"))).states).toEqual(["kept: logged 2026-02-04 18:30 ET by `r1`"]);
  });

  test("is overdue where another revision than the one named still logs", async () => {
    const { tell, at: session } = over(({ revision }) => ({ entries: revision === undefined ? [entry("18:30", "r1")] : [], more: false }));
    await tell("18:00", { ...lock, revision: "r2" });
    expect((await judged(session("20:00"))).states).toEqual(["overdue: not logged; the unit last logged 2026-02-04 18:30 ET"]);
  });

  test("is asked of nobody where logs are switched off in the pipeline file", async () => {
    const { tell, at: session } = over(() => {
      throw new Error("asked");
    });
    await tell("18:00", lock);
    const off = { ...session("20:00"), pipeline: overNba("ports: { logs: { off: no access yet } }") };
    expect((await judged({ ...off, pipeline: { ...off.pipeline, name: "nba" } })).states).toEqual([
      "not_seen: logs are switched off in the pipeline file: no access yet",
    ]);
  });
});

test("a watch on a job is kept by a code that the pipeline file calls harmless", async () => {
  const { tell, session } = chain();
  await tell("18:00", { text: "ran", proof: "job", unit: "same-day-phase4", due: "2026-02-04 19:00" });
  const face = {
    name: "same-day-phase4",
    schedule: "0 18 * * *",
    zone: "UTC",
    state: "enabled",
    target: "x",
    deadlineSeconds: 60,
  } as const;
  const job = { ...face, lastAttemptAt: at("18:10").toISOString(), code: 2 };
  const other = sessionOver(scenario, {
    clock: at("18:30"),
    wrap: (ports) => ({ ...ports, schedules: { ...ports.schedules, get: async () => job } }),
  });
  expect((await judged({ ...session("18:30"), begin: (call) => other.begin(call) })).states).toEqual([
    "kept: called 2026-02-04 18:10 ET and answered with code 2, as healthy jobs do here",
  ]);
});

describe("where the state can't be used", () => {
  test("a store of a newer version costs only the watches", async () => {
    const { session, tell } = chain({ ...memoryState(), list: newer });
    expect(await judged(session("18:30"))).toEqual({
      states: [],
      failed: "Watches could not be read: The state was written by a newer Postgame.",
    });
    expect(await tell("18:30")).toMatchObject({ verdict: "unknown", state: expect.stringContaining("newer Postgame") });
  });

  test("what was judged is told though it could not be noted", async () => {
    const state = memoryState();
    const { tell, session } = chain(state);
    await tell("18:00", { ...clean, unit: "minutes" });
    const readOnly = { ...session("18:30"), watches: watchesIn({ ...state, put: newer }) };
    const { states, failed } = await judged(readOnly, [{ judgement: await nightWith("pass") }]);
    expect(states).toEqual(["kept: passed as of 2026-02-04 18:30 ET"]);
    expect(failed).toMatch(/^That w-[0-9a-f]{6} came true could not be noted: The state was written by a newer/u);
  });

  test("kept reports that can't be read leave the watch not seen, and the others judged", async () => {
    const state = memoryState();
    const { tell, session } = chain(state);
    await tell("18:00", { ...clean, unit: "minutes" });
    const blind = { ...session("18:30"), history: historyIn({ ...state, list: newer }) };
    expect((await judged(blind)).states).toEqual(["not_seen: The state was written by a newer Postgame."]);
  });

  test("one unreadable watch is told, and no pass is said beside it", async () => {
    const state = memoryState();
    const { tell } = chain(state);
    await state.put({ key: "watches/w-000001", value: {} }, { signal });
    expect(await tell("18:30")).toMatchObject({ verdict: "unknown", state: "1 watch in the state could not be read." });
  });
});

test("not looked at outranks overdue", () => {
  const { pipeline, backend } = chain().session("18:00");
  const made = (id: string, state: "overdue" | "not_seen"): WatchJudged => ({
    watch: {
      id,
      text: "x",
      proof: { kind: "job", job: "j" },
      about: { pipeline: "nba", backend },
      from: at("07:00").toISOString(),
      due: at("08:00").toISOString(),
    },
    state,
    said: "x",
  });
  const told = { told: undefined, waiting: [], asOf: at("18:00"), session: { pipeline, backend, scenario: "s", supplied: true as const } };
  expect(watchReport({ ...told, judged: [made("w-000001", "overdue"), made("w-000002", "not_seen")] }).verdict).toBe("unknown");
  expect(watchReport({ ...told, judged: [made("w-000001", "overdue")] })).toMatchObject({
    verdict: "warn",
    summary: expect.not.stringMatching(/invented/iu),
  });
});

describe("what is asked", () => {
  test.each<[object, RegExp]>([
    [{ text: "x", due: "2026-02-05 09:00" }, /^unit is missing/u],
    [{ ...clean, due: undefined }, /^due is missing; write "2026-02-05 09:00" \(America\/New_York\)/u],
    [{ ...clean, due: "tomorrow" }, /^due "tomorrow" is no moment/u],
    [{ ...clean, due: "2026-02-04 18:00" }, /^due 2026-02-04 18:00 ET is not after from 2026-02-04 18:00 ET\.$/u],
    [{ ...clean, unit: "unique-key" }, /^No check "unique-key".*Did you mean "unique-keys"\?$/u],
    [{ ...clean, game_date: undefined }, /^game_date is missing/u],
    [{ ...clean, drop: "w-000000" }, /^drop forgets a watch and text makes one/u],
    [{ due: "2026-02-05 09:00" }, /^due belongs to a new watch/u],
    [{ ...clean, text: "two\nlines" }, /^text has a control or direction character in it/u],
    [{ ...clean, proof: "log", contains: "\u202Ex" }, /^contains has a control or direction character in it/u],
    [{ ...clean, text: " " }, /^text is empty/u],
    [{ ...clean, proof: "log", contains: "" }, /^contains is empty/u],
    [{ drop: "w-000000" }, /^No watch "w-000000"/u],
    [{ ...clean, proof: "job", unit: "same-day-phase5" }, /^No job "same-day-phase5"\. Did you mean "same-day-phase[34]"\? Known: .+\.$/u],
    [
      { ...clean, proof: "log", unit: "nba-phase3-analytics" },
      /^No unit "nba-phase3-analytics"; known: .*nba-phase3-analytics-processors/u,
    ],
  ])("%j is refused in one sentence", async (input, sentence) => {
    await expect(chain().tell("18:00", input)).rejects.toThrow(sentence);
  });

  test("nothing is listed as nothing, and an unconfigured server says so", async () => {
    expect(await chain().tell("18:00")).toMatchObject({
      verdict: "not_applicable",
      summary: expect.stringContaining("No watches are kept."),
    });
    expect((await watch.call({}, { session: undefined, signal, progress: () => {} })).verdict).toBe("unknown");
  });
});
