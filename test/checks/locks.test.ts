import { describe, expect, test } from "vitest";
import { locks } from "../../src/checks/locks.ts";
import type { LockDocument } from "../../src/evidence/looks/locks.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { healthyUnit } from "../support/beyond.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";

const phase3 = "nba-phase3-analytics-processors";
const id = "PlayerGameSummaryProcessor_2026-02-04";

/** A lock of a run, acquired at a time of 2026-02-04. */
function lock(given: Partial<LockDocument> = {}): LockDocument {
  const fields = { acquired_at: { $timestamp: "2026-02-04T22:50:00.000Z" } };
  return {
    id,
    updateTime: "2026-02-04T22:50:00.000Z",
    owner: "pgs-1",
    acquiredAt: at("17:50").toISOString(),
    expiresAt: null,
    status: null,
    fields,
    ...given,
  };
}

interface Told {
  readonly kind?: "processing" | "consolidation" | "grading" | "batch";
  readonly documents?: readonly LockDocument[];
  readonly runs?: readonly Row[];
  readonly beats?: readonly { id: string; run: string | null; beat: string | null; status: string | null }[];
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly refused?: Night["refused"];
}

function night({ kind = "processing", documents = [], runs, beats, facts = {}, refused = {} }: Told): Night {
  const made = smallNight();
  if (runs !== undefined) made.tables["runs"] = [...runs];
  return {
    ...made,
    refused,
    facts: { [`locks ${kind}`]: { documents, more: false }, ...(beats === undefined ? {} : { "lock-holders": { beats } }), ...facts },
  };
}

const run = (given: Row): Row => ({
  processor_name: "PlayerGameSummaryProcessor",
  run_id: "pgs-1",
  status: "running",
  started_at: at("17:50").toISOString(),
  processed_at: null,
  data_date: "2026-02-04",
  cloud_run_service: phase3,
  skipped: null,
  ...given,
});

/** Everything but plain passes of kinds; of a kind that is not meant, nothing. */
const lines = async (told: Told, clock = at("18:00")) =>
  said(await judge(night(told), clock, [locks]), "locks").filter(
    (line) => !/^\w+: pass ok$/u.test(line) && (told.kind === undefined || !line.startsWith("processing: ")),
  );

test("locks that are all given back are a pass, of a kind that nobody takes yet not applicable", async () => {
  const judgement = await judge(night({}), at("18:00"), [locks]);
  expect(said(judgement, "locks")).toEqual([
    "batch: pass ok",
    "consolidation: pass ok",
    "grading: pass ok",
    "processing: not_applicable not_in_use",
  ]);
  expect(verdictOf(judgement, "locks")).toBe("pass");
});

test("more locks than were read are no pass: those that nobody read may be in the way", async () => {
  const made = night({ kind: "batch" });
  const judgement = await judge({ ...made, facts: { "locks batch": { documents: [], more: true } } }, at("18:00"), [locks]);
  expect(said(judgement, "locks")).toContain("batch: unknown read_in_part");
  expect(verdictOf(judgement, "locks")).toBe("unknown");
});

describe("a processing lock", () => {
  test.each([
    ["17:55:00", []],
    ["17:54:59", [`${id}: warn P4 held_long`]],
    ["17:50:00", [`${id}: warn P4 held_long`]],
    ["17:49:59", [`${id}: warn P3 reclaimable`]],
  ])("acquired %s is at 18:00 %j", async (time, expected) => {
    const acquiredAt = at(time).toISOString();
    expect(await lines({ documents: [lock({ acquiredAt })], runs: [run({})], beats: [] })).toEqual(expected);
  });

  test("past its time is an orphan once its run has ended, by the history", async () => {
    const ended = run({ status: "failed", processed_at: at("17:55").toISOString() });
    expect(await lines({ documents: [lock({ acquiredAt: at("17:40").toISOString() })], runs: [ended] })).toEqual([`${id}: fail P2 orphan`]);
  });

  test.each([
    ["17:44:59", "fail P2 orphan"],
    ["17:45:00", "warn P3 reclaimable"],
    ["17:59:30", "warn P3 reclaimable"],
  ])("past its time, with the class's newest beat of %s, is %s, whichever run beat", async (beat, expected) => {
    const beats = [{ id: "PlayerGameSummaryProcessor", run: "another", beat: at(beat).toISOString(), status: "running" }];
    expect(await lines({ documents: [lock({ acquiredAt: at("17:40").toISOString() })], runs: [run({})], beats })).toEqual([
      `${id}: ${expected}`,
    ]);
  });

  test.each([
    [
      "a beat of another run from before it was taken",
      run({}),
      [{ id: "PlayerGameSummaryProcessor", run: "old", beat: at("06:40").toISOString(), status: "completed" }],
    ],
    [
      "an end of its run from before it was taken: another try goes by the same id",
      run({ status: "failed", processed_at: at("17:35").toISOString() }),
      [],
    ],
  ])("past its time is no orphan by %s", async (_, its, beats) => {
    const acquiredAt = at("17:40").toISOString();
    expect(await lines({ documents: [lock({ acquiredAt })], runs: [its], beats })).toEqual([`${id}: warn P3 reclaimable`]);
  });

  test("within its time is no orphan, though its run has ended: it may be given back this moment", async () => {
    const ended = run({ status: "success", processed_at: at("17:59").toISOString() });
    expect(await lines({ documents: [lock()], runs: [ended] })).toEqual([`${id}: warn P4 held_long`]);
  });

  test("is never called an orphan for want of a heartbeat: what old runs left behind is nobody's", async () => {
    const beats = [{ id: "PlayerGameSummaryProcessor_None_20260101", run: "x", beat: at("01:00").toISOString(), status: "running" }];
    expect(await lines({ documents: [lock({ acquiredAt: at("17:00").toISOString() })], runs: [run({})], beats })).toEqual([
      `${id}: warn P3 reclaimable`,
    ]);
  });

  test("past its time is unknown where neither its run nor its heartbeat could be looked at, and never just reclaimable", async () => {
    const told = {
      documents: [lock({ acquiredAt: at("17:00").toISOString() })],
      refused: { "lock-holders": "denied", runs: "denied" },
    } as const;
    expect(verdictOf(await judge(night(told), at("18:00"), [locks]), "locks")).toBe("unknown");
  });

  test("of a run without a date keeps nobody out, and one without a readable time is unknown", async () => {
    expect(await lines({ documents: [lock({ id: "PlayerGameSummaryProcessor_None" })] })).toEqual([
      "PlayerGameSummaryProcessor_None: warn P3 broken_id",
    ]);
    expect(await lines({ documents: [lock({ acquiredAt: null })] })).toEqual([`${id}: unknown lock_unreadable`]);
  });

  test("from the future is unknown, but for clocks that differ a little", async () => {
    expect(await lines({ documents: [lock({ acquiredAt: at("18:05:01").toISOString() })] })).toEqual([`${id}: unknown lock_in_future`]);
    expect(await lines({ documents: [lock({ acquiredAt: at("18:05:00").toISOString() })] })).toEqual([]);
  });

  test("that was given back between two looks is no orphan", async () => {
    const ended = run({ status: "success", processed_at: at("17:59:59").toISOString() });
    const told = night({ documents: [lock({ acquiredAt: at("17:40").toISOString() })], runs: [ended] });
    const facts = { ...told.facts, "locks processing (second look)": { documents: [], more: false } };
    expect(verdictOf(await judge({ ...told, facts }, at("18:00"), [locks]), "locks")).toBe("pass");
  });
});

describe("a lock that names its own expiry", () => {
  test.each([
    ["18:00:01", []],
    ["18:00:00", ["grading_2026-02-03: warn P3 expired"]],
  ])("of %s is at 18:00 %j", async (time, expected) => {
    const document = lock({ id: "grading_2026-02-03", acquiredAt: at("17:55").toISOString(), expiresAt: at(time).toISOString() });
    expect(await lines({ kind: "grading", documents: [document] })).toEqual(expected);
  });
});

describe("a batch that is done", () => {
  const batch = "espn_roster_batch_2026-02-04";
  const document = (started: string, status = "complete") =>
    lock({ id: batch, owner: "b-1", status, acquiredAt: at(started).toISOString(), expiresAt: at("18:30").toISOString() });
  const log = (time: string) => ({
    "lock-lines nba-phase2-raw-processors 2026-02-03": {
      lines: [{ at: at(time).toISOString(), revision: null, text: `Lock ${batch} exists, skipping file second.json` }],
      more: false,
      any: at(time).toISOString(),
    },
  });

  test("keeps its reloads out for half an hour by design, and is then a note while nobody asks", async () => {
    expect(await lines({ kind: "batch", documents: [document("17:31")] })).toEqual([]);
    expect(await lines({ kind: "batch", documents: [document("17:30")] })).toEqual([`${batch}: pass P5 not_yet_deleted`]);
  });

  test.each([
    ["17:29:59", `${batch}: pass P5 not_yet_deleted`],
    ["17:30:00", `${batch}: fail P1 blocks_reload`],
  ])("is asked for at %s, past its time of 17:30: %s", async (time, expected) => {
    expect(await lines({ kind: "batch", documents: [document("17:00")], facts: log(time) })).toEqual([expected]);
  });

  test("is P1 too where the history shows that its loader was refused since", async () => {
    const runs = [
      run({
        processor_name: "EspnRosterProcessor",
        run_id: "e",
        status: "skipped",
        started_at: at("17:45").toISOString(),
        processed_at: at("17:45:05").toISOString(),
      }),
    ];
    expect(await lines({ kind: "batch", documents: [document("17:00")], runs })).toEqual([`${batch}: fail P1 blocks_reload`]);
  });

  test("is unknown past its time where the loaders' log could not be read", async () => {
    const told = { kind: "batch", documents: [document("17:00")], refused: { "lock-lines": "denied" } } as const;
    expect(verdictOf(await judge(night(told), at("18:00"), [locks]), "locks")).toBe("unknown");
  });

  test("by failing keeps its own retry out, and by outliving a day the next one", async () => {
    expect(await lines({ kind: "batch", documents: [document("17:00", "failed")] })).toEqual([`${batch}: warn P3 failed_batch_locked`]);
    const old = lock({ id: batch, status: "complete", acquiredAt: at("17:29", "2026-02-03").toISOString() });
    expect(await lines({ kind: "batch", documents: [old] })).toEqual([`${batch}: warn P3 not_deleted`]);
  });
});

describe("whether locks work", () => {
  const began = run({ run_id: "pgs-9", started_at: at("20:00").toISOString(), processed_at: at("20:02").toISOString(), status: "success" });
  const key = `lock-lines ${phase3} 2026-02-03`;
  const logged = (
    texts: readonly string[],
    revision: string | null = null,
    any: string | null = at("20:30").toISOString(),
    more = false,
  ) => ({
    [key]: { lines: texts.map((text) => ({ at: at("20:00:01").toISOString(), revision, text })), more, any },
  });
  const evening = async (told: Told) =>
    (await lines(told, at("21:00"))).filter((line) => !line.includes("not_due")).map((line) => line.replace("processing: ", ""));

  test("is a warning where a run left no line and no lock, since they are in use", async () => {
    expect(await evening({ runs: [began], facts: logged([]) })).toEqual(["warn P3 not_observed"]);
    const judgement = await judge(night({ runs: [began], facts: logged([]) }), at("21:00"), [locks]);
    expect(observed(judgement, "locks", "not_observed")[0]).toContain(
      "locking not observed although processors ran: 1 run of revision `00041-abc` since 19:24 ET",
    );
  });

  test.each([
    ["🔓 Acquired processing lock for 2026-02-04"],
    ["Acquired new lock for 2026-02-04"],
    ["Released lock PlayerGameSummaryProcessor_2026-02-04"],
  ])("is seen by the line %s", async (text) => {
    expect(await evening({ runs: [began], facts: logged([text]) })).toEqual([]);
  });

  test.each([["🔓 Released grading lock: grading_2026-02-04"], ["🔒 unlocked the door"], ["Starting run, lock free code path"]])(
    "is not seen by the line %s",
    async (text) => {
      expect(await evening({ runs: [began], facts: logged([text]) })).toEqual(["warn P3 not_observed"]);
    },
  );

  test("is not told by a run of later days, of which no log was read", async () => {
    const later = run({
      run_id: "pgs-8",
      started_at: at("00:10", "2026-02-05").toISOString(),
      processed_at: at("00:12", "2026-02-05").toISOString(),
      status: "success",
    });
    const found = await lines({ runs: [later], facts: logged([]) }, at("12:00", "2026-02-06"));
    expect(found.filter((line) => line.startsWith("processing: ") && !line.includes("not_applicable") && !line.includes("pass"))).toEqual(
      [],
    );
  });

  test("is not due while no run has begun since, and a line of an older revision counts for nothing", async () => {
    expect(await lines({ runs: [], facts: logged([]) }, at("21:00"))).toContain("processing: not_due not_due");
    const unit = { ...healthyUnit(phase3), revisions: [{ ...healthyUnit(phase3).revisions[0], createdAt: at("19:50").toISOString() }] };
    const told = {
      runs: [began],
      facts: { ...logged(["Acquired new lock for 2026-02-04"], "nba-phase3-analytics-processors-00040-old"), [`unit ${phase3}`]: { unit } },
    };
    expect(await evening(told)).toEqual(["warn P3 not_observed"]);
  });

  test("is never called unseen where the log was lost, silent or read in part, or the history doesn't say who ran", async () => {
    const cases: readonly (readonly [Told, string])[] = [
      [{ runs: [began], refused: { "lock-lines": "denied" } }, "denied"],
      [{ runs: [began], facts: logged([], null, null) }, "log_silent"],
      [{ runs: [began], facts: logged([], null, at("19:00").toISOString()) }, "log_silent"],
      [{ runs: [began], facts: logged([], null, at("20:30").toISOString(), true) }, "read_in_part"],
      [{ runs: [{ ...began, cloud_run_service: null }], facts: logged([]) }, "no_unit_recorded"],
      [{ refused: { runs: "throttled" }, facts: logged([]) }, "throttled"],
      [{ runs: [began], refused: { unit: "denied" }, facts: logged([]) }, "denied"],
    ];
    for (const [told, reason] of cases) {
      const found = await evening(told);
      expect([
        reason,
        found.some((line) => line.startsWith(`unknown ${reason}`)),
        found.some((line) => line.includes("not_observed")),
      ]).toEqual([reason, true, false]);
    }
  });

  test("is nothing to ask on a date of which all days are over, nor before they are in use", async () => {
    expect(await lines({ runs: [], facts: logged([]) }, at("09:00", "2026-02-08"))).toContain("processing: not_applicable no_run");
    expect(await lines({ runs: [began], facts: logged([]) }, at("19:23"))).toEqual(["processing: not_applicable not_in_use"]);
  });
});
