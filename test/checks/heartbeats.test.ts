import { describe, expect, test } from "vitest";
import { heartbeats } from "../../src/checks/heartbeats.ts";
import { totalsOf } from "../../src/checks/totals.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import type { Row } from "../../src/ports/warehouse.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";
import { processorRuns } from "../../src/evidence/looks/tables.ts";
import { ended } from "../support/scraping.ts";

const collection = "processor_heartbeats";
const judged = (night: Night, clock = at("18:00")) => judge(night, clock, [heartbeats]);
const lines = async (night: Night, clock?: Date) =>
  said(await judged(night, clock), "heartbeats").map((line) => line.replace(`${collection}: `, ""));

interface Beats {
  readonly documents?: number;
  readonly newest?: { readonly id: string; readonly beat: string | null; readonly stored: "timestamp" | "text" | "other" } | null;
}

const beat = (time: string, stored: "timestamp" | "text" = "timestamp") => ({
  id: "MLFeatureStoreProcessor",
  beat: at(time).toISOString(),
  stored,
});

/** The small night, whose newest run of MLFeatureStoreProcessor began 07:19, with these heartbeats. */
function withBeats({ documents = 20, newest = beat("07:20") }: Beats, runs?: Row[]): Night {
  const night = smallNight();
  if (runs !== undefined) night.tables["runs"] = runs;
  return { ...night, facts: { heartbeats: { documents, newest } } };
}

test("a normal night passes, and an operator can copy how many documents there are", async () => {
  const judgement = await judged(smallNight());
  expect(observed(judgement, "heartbeats", "ok")).toEqual([
    "20 documents in processor_heartbeats; the newest beat, of `MLFeatureStoreProcessor`, is of 07:20:00 ET and no run of 2026-02-03 or 2026-02-04 has begun since",
  ]);
  const [own] = judgement.checks;
  expect(own === undefined ? undefined : heartbeats.numbers?.(totalsOf(own), judgement.scope)).toEqual({ heartbeats: "20 documents" });
});

test("of the invented night passes too, at any hour, and counts one document per class", async () => {
  for (const clock of ["2026-01-28T06:00:00-05:00", "2026-01-28T12:00:00-05:00", "2026-01-29T03:00:00-05:00"]) {
    const session = sessionOver(shippedScenario("healthy-night"), { clock: new Date(clock) });
    const call = session.begin({ signal: new AbortController().signal });
    const judgement = await judgeDate({ checks: [heartbeats], pipeline: nba, date: calendarDateOf("2026-01-27"), ...call });
    expect(said(judgement, "heartbeats")).toEqual([`${collection}: pass ok`]);
  }
});

describe("documents", () => {
  test.each([
    [1, "pass ok"],
    [100, "pass ok"],
    [101, "warn P4 many_documents"],
    [500, "warn P4 many_documents"],
    [501, "warn P4 very_many_documents"],
  ])("%i are %s", async (documents, line) => {
    expect(await lines(withBeats({ documents }))).toEqual([line]);
  });

  test("that are too many are said with what is usual and what to delete", async () => {
    const judgement = await judged(withBeats({ documents: 612 }));
    const [finding] = judgement.checks[0]?.subjects[0]?.findings ?? [];
    expect(finding).toMatchObject({
      observed: "612 documents in processor_heartbeats",
      expected: "about 50, one for each processor, and never more than 500",
      next: "Delete those that old runs left behind: one that lives is named after its processor, an old one has _None_ or _202 in its id.",
    });
  });

  test("of which there are none are a warning, never a pass, whatever the runs", async () => {
    for (const runs of [undefined, []])
      expect(await lines(withBeats({ documents: 0, newest: null }, runs))).toEqual(["warn P4 no_documents"]);
  });
});

describe("the newest beat", () => {
  test.each([
    ["07:19", "pass ok"],
    ["07:18", "pass ok"], // a first beat may be stamped a little before the run says it began
    ["07:17:59", "warn P4 beat_older_than_run"],
    ["01:00", "warn P4 beat_older_than_run"],
  ])("of %s, where the newest run began 07:19, is %s", async (time, line) => {
    expect(await lines(withBeats({ newest: beat(time) }))).toEqual([line]);
  });

  test("that is older than the newest run is said beside it", async () => {
    const judgement = await judged(withBeats({ newest: beat("06:25") }));
    expect(observed(judgement, "heartbeats", "beat_older_than_run")).toEqual([
      "the newest beat in processor_heartbeats, of `MLFeatureStoreProcessor`, is of 06:25:00 ET, but `MLFeatureStoreProcessor` began to run at 07:19:00 ET, 54 min later",
    ]);
  });

  test("need not have come yet of a run that began within the minute", async () => {
    const runs = [ended("A", at("07:00").toISOString(), at("07:01").toISOString()), ended("B", at("17:59:30").toISOString(), null)];
    expect(await lines(withBeats({ newest: beat("07:01") }, runs), at("18:00"))).toEqual(["pass ok"]);
    expect(await lines(withBeats({ newest: beat("07:01") }, runs), at("18:00:29"))).toEqual(["pass ok"]);
    expect(await lines(withBeats({ newest: beat("07:01") }, runs), at("18:00:30"))).toEqual(["warn P4 beat_older_than_run"]);
  });

  test("is not asked of a run that the lock refused, nor of one without a start", async () => {
    const healthy = ended("A", at("07:00").toISOString(), at("07:01").toISOString());
    const refused = ended("B", at("09:00").toISOString(), at("09:00").toISOString(), { status: "skipped" });
    const startless = ended("C", at("10:00").toISOString(), at("10:01").toISOString(), { started_at: null });
    expect(await lines(withBeats({ newest: beat("07:01") }, [healthy, refused, startless]))).toEqual(["pass ok"]);
  });

  test("that is old and among too many documents are two findings", async () => {
    expect(await lines(withBeats({ documents: 101, newest: beat("01:00") }))).toEqual([
      "warn P4 beat_older_than_run",
      "warn P4 many_documents",
    ]);
  });

  test("is compared with runs of the date after too", async () => {
    const night = withBeats({ newest: beat("07:20") });
    const later = ended("C", at("17:00").toISOString(), at("17:01").toISOString());
    const columns = Object.keys(nba.file.tables[nba.file.run_history]?.columns ?? {});
    const following = { rows: [{ ...Object.fromEntries(columns.map((column) => [column, null])), ...later }], absent: [] };
    const look = processorRuns(nba.rulesOn(calendarDateOf("2026-02-04"), at("18:00")), calendarDateOf("2026-02-04")).id;
    expect(await lines({ ...night, facts: { ...night.facts, [look]: following } })).toEqual(["warn P4 beat_older_than_run"]);
  });

  test("in no document at all is unknown: the field may have another name", async () => {
    expect(await lines(withBeats({ newest: null }))).toEqual(["unknown no_beat_field"]);
  });

  test("written as text is believed where it is new enough, and else hides timestamps, which the store takes for less", async () => {
    expect(await lines(withBeats({ newest: beat("07:20", "text") }))).toEqual(["pass ok"]);
    expect(await lines(withBeats({ newest: beat("07:17", "text") }))).toEqual(["unknown beat_unreadable"]);
    expect(await lines(withBeats({ newest: { id: "A", beat: null, stored: "other" } }))).toEqual(["unknown beat_unreadable"]);
  });

  test("from the future says nothing of the last one, but for what clocks may differ", async () => {
    expect(await lines(withBeats({ newest: beat("18:05") }), at("18:00"))).toEqual(["pass ok"]);
    expect(await lines(withBeats({ newest: beat("18:06") }), at("18:00"))).toEqual(["unknown beat_in_future"]);
  });
});

describe("could not look", () => {
  test("at the collection: unknown", async () => {
    const night = smallNight();
    for (const refusal of ["denied", "no_such_place", "deadline"] as const) {
      expect(await lines({ ...night, refused: { heartbeats: refusal } })).toEqual([`unknown ${refusal}`]);
    }
  });

  test("at the run history: unknown, but too many documents are said all the same", async () => {
    const refused = { runs: "denied" } as const;
    expect(await lines({ ...withBeats({}), refused })).toEqual(["pass P5 judged_without", "pass P5 judged_without", "unknown denied"]);
    expect(verdictOf(await judged({ ...withBeats({}), refused }), "heartbeats")).toBe("unknown");
    expect(await lines({ ...withBeats({ documents: 101 }), refused })).toEqual([
      "pass P5 judged_without",
      "pass P5 judged_without",
      "unknown denied",
      "warn P4 many_documents",
    ]);
  });

  test("without a run of the date there is nothing to compare: no pass, and unknown where the history holds none of the days before either", async () => {
    const quiet = withBeats({}, []);
    expect(await lines(quiet)).toEqual(["not_applicable no_run"]);
    expect(await lines({ ...quiet, tables: { ...quiet.tables, "run-days": [] } })).toEqual(["unknown history_empty"]);
    expect(verdictOf(await judged({ ...quiet, refused: { "run-days": "denied" } }), "heartbeats")).toBe("unknown");
  });
});
