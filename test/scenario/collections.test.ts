import { describe, expect, test } from "vitest";
import type { FieldValue } from "../../src/ports/documents.ts";
import { morning, pipeline, staged, tables } from "./stage.ts";

const stores = staged("", "{ date: 2026-02-03, games: 10, player_rows: 348, dnp: 131 }");
const fields = (collection: string, id: string, time = "12:00"): Readonly<Record<string, FieldValue>> | undefined =>
  stores.at(morning(time)).document(collection, id)?.fields;
const ids = (collection: string, time = "12:00"): readonly string[] => stores.at(morning(time)).documentIds(collection);

test("every field of every document is declared with its kind", () => {
  const found = Object.keys(pipeline.file.collections).flatMap((collection) => {
    const moment = collection === "batch_processing_locks" ? "07:45" : "12:00";
    return ids(collection, moment).flatMap((id) =>
      Object.entries(fields(collection, id, moment) ?? {}).map(([name, value]) => ({ collection, name, kind: kindOf(value) })),
    );
  });
  expect(found.length).toBeGreaterThan(100);
  expect(new Set(found.filter(({ collection, name, kind }) => kind !== declaredKind(collection, name)).map(({ name }) => name))).toEqual(
    new Set(["metrics", "stats"]), // maps, of which nothing is read
  );
});

function kindOf(value: FieldValue): string {
  if (Array.isArray(value)) return "list";
  if (typeof value === "object" && value !== null) return "$timestamp" in value ? "timestamp" : "map";
  return typeof value;
}

function declaredKind(collection: string, name: string): string | undefined {
  const declared = pipeline.file.collections[collection];
  if (declared === undefined) return undefined;
  if (Object.keys(declared.entry).length > 0 && !name.startsWith("_")) return "map";
  const kind = declared.fields[name];
  return kind === "integer" ? "number" : kind;
}

describe("phase4_completion", () => {
  test("counts its five entries, triggered when the fifth came in before the games", () => {
    const document = fields("phase4_completion", "2026-02-03") ?? {};
    expect(
      Object.keys(document)
        .filter((name) => !name.startsWith("_"))
        .toSorted(),
    ).toEqual([
      "ml_feature_store",
      "player_composite_factors",
      "player_daily_cache",
      "player_shot_zone_analysis",
      "team_defense_zone_analysis",
    ]);
    expect(document).toMatchObject({
      _completed_count: 5,
      _first_completion_at: "2026-02-03T16:03:00.000Z",
      _triggered: true,
      _triggered_at: { $timestamp: "2026-02-03T16:12:00.000Z" },
      _trigger_reason: "all_complete",
    });
    expect(document["player_daily_cache"]).toMatchObject({ completed_at: { $timestamp: "2026-02-04T12:12:00.000Z" } });
  });
});

describe("phase2_completion", () => {
  test("never is complete, and is counted only as long as its orchestrator was there", () => {
    const before = fields("phase2_completion", "2026-02-03") ?? {};
    expect(before).toMatchObject({ _completed_count: 4 });
    expect(before["_triggered"]).toBeUndefined();
    const later = staged("", "{ date: 2026-02-20, games: 3, days: 2 }")
      .at(new Date("2026-02-21T12:00:00-05:00"))
      .document("phase2_completion", "2026-02-20");
    expect(Object.keys(later?.fields ?? {}).toSorted()).toEqual(["p2_nbacom_gamebook_pdf", "p2_nbacom_schedule", "p2_odds_game_lines"]);
  });
});

test.each(["phase2_completion", "phase3_completion", "phase4_completion", "grading_readiness"])(
  "%s forgets a date after 30 days, at three at night",
  (collection) => {
    const held = (time: string): boolean => ids(collection, time).includes("2026-01-04");
    expect([held("02:59"), held("03:00")]).toEqual([true, false]);
    expect(ids(collection)).toContain("2026-01-05");
  },
);

describe("processor_heartbeats", () => {
  test("has one document per class, of its last run", () => {
    expect(ids("processor_heartbeats")).toHaveLength(20);
    expect(fields("processor_heartbeats", "PlayerGameSummaryProcessor")).toMatchObject({
      status: "completed",
      data_date: "2026-02-03",
      last_heartbeat: { $timestamp: "2026-02-04T11:35:30.000Z" },
    });
  });

  test("says running during a run, beside the end of the one before it", () => {
    const during = fields("processor_heartbeats", "PlayerGameSummaryProcessor", "06:34") ?? {};
    expect([during["status"], during["completed_at"]]).toEqual(["running", { $timestamp: "2026-02-03T11:35:30.000Z" }]);
  });

  test("stays at running where a run never ends", () => {
    const stuck = staged(`changes: [{ run: PlayerGameSummaryProcessor, from: 06:00, status: running, id: stuck }]`);
    expect(stuck.at(morning("23:00")).document("processor_heartbeats", "PlayerGameSummaryProcessor")?.fields).toMatchObject({
      status: "running",
      run_id: "stuck",
    });
  });
});

describe("locks", () => {
  test("of processors leave nothing behind", () => {
    for (const collection of ["processing_locks", "consolidation_locks", "grading_locks"]) expect(ids(collection)).toEqual([]);
  });

  test("of batches are complete after two minutes and gone 40 minutes after they began", () => {
    const status = (time: string) => fields("batch_processing_locks", "espn_roster_batch_2026-02-04", time)?.["status"];
    expect(["07:29", "07:31", "07:32", "08:09", "08:10"].map(status)).toEqual([undefined, "processing", "complete", "complete", undefined]);
    expect(fields("batch_processing_locks", "br_roster_batch_2025", "06:40")?.["expireAt"]).toEqual({
      $timestamp: "2026-02-04T12:00:00.000Z",
    });
    expect(ids("batch_processing_locks")).toEqual([]);
  });

  test("can be told: fields by their kinds, without a processor's entry in mind", () => {
    const told = staged(
      `changes: [{ set: processing_locks/PlayerGameSummaryProcessor_2026-02-03, from: 06:00, fields: { acquired_at: 05:58, processor: PlayerGameSummaryProcessor, instance: local } }]`,
    );
    expect(told.at(morning("06:00")).document("processing_locks", "PlayerGameSummaryProcessor_2026-02-03")?.fields).toEqual({
      acquired_at: { $timestamp: "2026-02-04T10:58:00.000Z" },
      processor: "PlayerGameSummaryProcessor",
      instance: "local",
    });
  });
});

describe("grading_readiness", () => {
  test("waits through the evening and is ready at nine", () => {
    expect(fields("grading_readiness", "2026-02-03", "08:59")).toMatchObject({ decision: "wait", ready: false, _assessment_count: 20 });
    expect(fields("grading_readiness", "2026-02-03", "09:00")).toMatchObject({ decision: "trigger", ready: true, _triggered: true });
  });

  test("still waits at nine where players' rows lack a game", () => {
    const late = staged(`changes: [{ arrive: ${tables.players}, games: 9, from: 06:30 }]`);
    expect(late.at(morning("12:00")).document("grading_readiness", "2026-02-03")?.fields).toMatchObject({
      ready: false,
      _assessment_count: 21,
    });
  });
});
