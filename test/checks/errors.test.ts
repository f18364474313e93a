import { describe, expect, test } from "vitest";
import { chainUnits, errors } from "../../src/checks/errors.ts";
import { everyLook } from "../../src/checks/looks-of.ts";
import { totalsOf } from "../../src/checks/totals.ts";
import type { LoggedLine } from "../../src/evidence/looks/logs.ts";
import type { UnitErrorFacts } from "../../src/evidence/looks/unit-errors.ts";
import { unitErrors } from "../../src/evidence/looks/unit-errors.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { asking } from "../contracts/asking.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, said, smallNight } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { silentPorts } from "../support/ports.ts";

const unit = "nba-phase3-analytics-processors";
const table = "nba_analytics.player_game_summary";

const lines = (text: string, count: number, given: Partial<LoggedLine> = {}): LoggedLine[] =>
  Array.from({ length: count }, (_, index) => ({
    at: at(`06:${10 + index}`).toISOString(),
    severity: "ERROR",
    revision: null,
    text,
    run: null,
    table: null,
    ...given,
  }));

/** The small night, on which this unit logged that. */
function nightWith(log: Partial<UnitErrorFacts>, night = smallNight()): Night {
  const facts: UnitErrorFacts = { lines: [], more: false, before: [], compared: "the day before", any: null, last: null, ...log };
  return { ...night, facts: { ...night.facts, [`errors ${unit} ${night.date}`]: facts } };
}

const judged = (log: Partial<UnitErrorFacts>, clock = at("18:00"), night?: Night) => judge(nightWith(log, night), clock, [errors]);
const linesFor = async (log: Partial<UnitErrorFacts>, clock?: Date, night?: Night) =>
  said(await judged(log, clock, night), "errors")
    .filter((line) => line.startsWith(`${unit}:`))
    .map((line) => line.replace(`${unit}: `, ""));

test("a unit that logged, and no ERROR, passes; the number says of how many units", async () => {
  const judgement = await judged({ any: at("07:00").toISOString() });
  expect(new Set(said(judgement, "errors").map((line) => line.split(": ")[1]))).toEqual(new Set(["pass ok"]));
  const [own] = judgement.checks;
  expect(own && errors.numbers?.(totalsOf(own), judgement.scope)).toEqual({
    errors: `0 lines of ${chainUnits(judgement.scope.rules).length} units`,
  });
});

test("only units of the chain are asked, each by one look", () => {
  const date = calendarDateOf("2026-02-03");
  const asked = everyLook([errors], nba, date).filter(({ port }) => port === "logs");
  expect(asked.map(({ id }) => id)).toContain(`errors prediction-worker ${date}`);
  expect(asked.map(({ id }) => id)).not.toContain(`errors unified-dashboard ${date}`);
  expect(asked).toHaveLength(chainUnits(nba.rulesOn(date, at("18:00"))).length);
});

describe("a pattern", () => {
  const trouble = "Failed to read the table of teams again";

  test("of three lines that the day compared with lacks is P3, of two a note", async () => {
    expect(await linesFor({ lines: lines(trouble, 3) })).toEqual(["warn P3 new_errors"]);
    expect(await linesFor({ lines: lines(trouble, 2) })).toEqual(["pass P5 known_errors"]);
    expect(observed(await judged({ lines: lines(trouble, 3) }), "errors", "new_errors")).toEqual([
      `3 ERROR lines of ${unit} since 2026-02-03 12:00 ET in 1 pattern, none of them in the day before: 3 × \`${trouble}\``,
    ]);
  });

  test("that was there before is a note, however often", async () => {
    expect(await linesFor({ lines: lines(trouble, 20), before: lines(trouble, 1) })).toEqual(["pass P5 known_errors"]);
  });

  test("that nothing can be compared with is unknown, never a pass", async () => {
    expect(await linesFor({ lines: lines(trouble, 3), before: null, compared: "nobody could look" })).toEqual(["unknown not_compared"]);
  });

  test("known to be harmless counts apart and passes", async () => {
    const judgement = await judged({ lines: lines("Skipping downstream trigger (backfill mode)", 9) });
    expect(said(judgement, "errors").filter((line) => line.startsWith(unit))).toEqual([`${unit}: pass ok`]);
    const [own] = judgement.checks;
    expect(own && errors.numbers?.(totalsOf(own), judgement.scope)["errors"]).toContain("9 harmless");
  });

  test("that was not read to its end leaves the unit unknown, even where all that was read is harmless", async () => {
    expect(await linesFor({ lines: lines("Smart idempotency", 3), more: true })).toEqual(["pass ok", "unknown partly_read"]);
  });

  test("is not ruled out by pages that came empty where more may follow", async () => {
    expect(await linesFor({ more: true, any: at("07:00").toISOString() })).toEqual(["unknown partly_read"]);
  });
});

describe("a fallback that deletes and appends", () => {
  const fallback = (where: string | null) => lines("Falling back (merge_fallback)", 1, { table: where });
  const doubled = (): Night => {
    const night = smallNight();
    night.tables["player-rows"] = [...(night.tables["player-rows"] ?? []), ...(night.tables["player-rows"] ?? []).slice(0, 2)];
    return night;
  };

  test("is a note while its table holds each key once, P3 while it holds surplus rows, by either of its names", async () => {
    expect(await linesFor({ lines: fallback(table) })).toContain("pass P5 merge_fallback");
    expect(await linesFor({ lines: fallback("player_game_summary") }, undefined, doubled())).toContain("warn P3 merge_fallback");
    expect(observed(await judged({ lines: fallback(table) }, undefined, doubled()), "errors", "merge_fallback")[0]).toContain(
      "2 surplus rows of 2026-02-03",
    );
  });

  test("is P3 where the table is not named, is another's or could not be looked at", async () => {
    for (const where of [null, "nba_precompute.player_daily_cache"])
      expect(await linesFor({ lines: fallback(where) })).toContain("warn P3 merge_fallback");
    const lost = { ...smallNight(), refused: { "player-rows": "denied" as const } };
    expect(await linesFor({ lines: fallback(table) }, undefined, lost)).toContain("warn P3 merge_fallback");
  });
});

describe("silence", () => {
  test("of a unit that logged days ago is not applicable, of one that never did unknown: neither is a pass", async () => {
    expect(await linesFor({ last: at("11:45", "2026-02-03").toISOString() })).toEqual(["not_applicable silent"]);
    expect(await linesFor({})).toEqual(["unknown silent"]);
  });

  test("before Phase 3 is due nothing is judged", async () => {
    expect(await linesFor({ lines: lines("bad thing that is new here", 5) }, at("07:29"))).toEqual(["not_due not_due"]);
    expect(await linesFor({ lines: lines("bad thing that is new here", 5) }, at("07:30"))).toEqual(["warn P3 new_errors"]);
  });

  test("of a log that could not be read is unknown", async () => {
    const judgement = await judge({ ...smallNight(), refused: { errors: "denied" } }, at("18:00"), [errors]);
    expect(said(judgement, "errors")).toContain(`${unit}: unknown denied`);
  });
});

describe("the look", () => {
  const window = { since: at("19:00", "2026-02-03"), until: at("18:00") };
  const before = { since: at("19:00", "2026-02-02"), until: at("18:00", "2026-02-03"), said: "the day before" };
  const looked = async (entries: (since: string, severity: string | undefined) => readonly LoggedLine[]) => {
    const logs = {
      entries: async ({ since, severity }: { since: string; severity?: string | undefined }) => ({
        entries: entries(since, severity).map((line) => ({ ...line, unit, revision: undefined, fields: {} })),
        more: false,
      }),
      counted: async () => undefined,
    };
    const look = unitErrors({ unit, date: "2026-02-03", ...window, before });
    return (await look.run(silentPorts({ logs }), asking())).facts;
  };

  test("takes a day without ERROR lines for comparable only if the unit was heard of then", async () => {
    const now = lines("bad", 1);
    const isNow = (since: string) => since === window.since.toISOString();
    expect(await looked((since) => (isNow(since) ? now : []))).toMatchObject({
      before: null,
      compared: "it logged nothing in the day before",
    });
    expect(await looked((since, severity) => (isNow(since) ? now : severity === undefined ? lines("fine", 1) : []))).toMatchObject({
      before: [],
      compared: "the day before",
    });
  });
});
