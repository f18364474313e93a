import { describe, expect, test } from "vitest";
import { exports } from "../../src/checks/exports.ts";
import { totalsOf } from "../../src/checks/totals.ts";
import { publishedFile } from "../../src/evidence/looks/objects.ts";
import { addDays, calendarDateOf } from "../../src/pipeline/dates.ts";
import type { StoredObject } from "../../src/ports/objects.ts";
import { asking } from "../contracts/asking.ts";
import { healthyFile } from "../support/beyond.ts";
import type { Night } from "../support/night.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import { at, gatherFrom, judge, observed, said, scheduleRow, smallNight } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { silentPorts } from "../support/ports.ts";

const picks = "object published/v1/picks/2026-02-03.json";
const tonight = "object published/v1/tonight/all-players.json";
const file = (given: object | null, path = picks) => ({ file: given === null ? null : { ...healthyFile(path), ...given } });

function nightWith(facts: Record<string, unknown>, night = smallNight()): Night {
  return { ...night, facts: { ...night.facts, ...facts } };
}
const judged = (night: Night, clock = at("18:00")) => judge(night, clock, [exports]);
const linesOf = async (night: Night, clock?: Date) => [...new Set(said(await judged(night, clock), "exports"))];
const lineOf = async (id: string, night: Night, clock?: Date) =>
  (await linesOf(night, clock))
    .filter((line) => line.startsWith(`${id}: `) && !line.endsWith("judged_without"))
    .map((line) => line.replace(`${id}: `, ""));

async function numbersOf(night: Night, clock?: Date) {
  const judgement = await judged(night, clock);
  const [own] = judgement.checks;
  return own === undefined ? undefined : exports.numbers?.(totalsOf(own), judgement.scope);
}

test("a normal night is quiet before and after its games", async () => {
  expect(await linesOf(smallNight())).toEqual(["picks: pass ok", "signals: pass ok"]);
  expect(await numbersOf(smallNight())).toEqual({ exports: "2/2" });
  expect(await linesOf(smallNight(), at("13:00", "2026-02-03"))).toEqual(["tonight: pass ok"]);
});

describe("a file of the date", () => {
  test.each([
    ["11:59", "not_due not_due"],
    ["12:00", "warn P3 missing"],
    ["12:59", "warn P3 missing"],
    ["13:00", "fail P1 missing"],
  ])("that is not there at %s is %s", async (time, line) => {
    expect(await lineOf("picks", nightWith({ [picks]: file(null) }), at(time))).toEqual([line]);
  });

  test("is no pass before it is due, however right it is", async () => {
    expect(await linesOf(smallNight(), at("11:59"))).toEqual(["picks: not_due not_due", "signals: not_due not_due"]);
  });

  test("that carries another date says which, and one that is no JSON is a broken export", async () => {
    const wrong = nightWith({ [picks]: file({ dates: ["2026-02-02"] }) });
    expect(await lineOf("picks", wrong)).toEqual(["fail P1 wrong_date"]);
    expect(observed(await judged(wrong), "exports", "wrong_date")).toEqual([
      "published/v1/picks/2026-02-03.json (written 09:30 ET) says `2026-02-02`",
    ]);
    expect(await numbersOf(wrong)).toEqual({ exports: "1/2" });
    expect(await lineOf("picks", nightWith({ [picks]: file({ readable: false, dates: [] }) }))).toEqual(["fail P1 unreadable"]);
  });

  test("that holds no date is unknown while nobody said where one should be", async () => {
    expect(await lineOf("picks", nightWith({ [picks]: file({ dates: [] }) }))).toEqual(["unknown no_date_known"]);
  });

  test("waits for predictions or grades that are not there, and only where it is missing itself", async () => {
    const ungraded = smallNight();
    ungraded.tables["graded-counts"] = [];
    expect(await lineOf("picks", nightWith({ [picks]: file(null) }, ungraded))).toEqual(["not_due waits (waits for grading)"]);
    expect(await lineOf("signals", ungraded)).toEqual(["pass ok"]);
    ungraded.tables["prediction-counts"] = [];
    expect(await lineOf("picks", nightWith({ [picks]: file(null) }, ungraded))).toEqual(["not_due waits (waits for predictions)"]);
    ungraded.tables["halt-state"] = [{ game_date: "2026-02-03", system_id: null, state: "halted", reason: "All-Star break" }];
    expect(await lineOf("picks", nightWith({ [picks]: file(null) }, ungraded))).toEqual(["not_applicable halted"]);
  });

  test("waits for nobody where nobody could look at predictions or grades", async () => {
    const night = nightWith({ [picks]: file(null) });
    night.refused["prediction-counts"] = "denied";
    night.refused["graded-counts"] = "denied";
    expect(await lineOf("picks", night)).toEqual(["fail P1 missing"]);
  });

  test("that was written after the clock asked about is unknown, right or wrong", async () => {
    const written = (updatedAt: string, dates: string[]) => nightWith({ [picks]: file({ updatedAt, dates }) });
    expect(await lineOf("picks", written(at("18:00").toISOString(), ["2026-02-03"]))).toEqual(["pass ok"]);
    for (const date of ["2026-02-03", "2026-02-02"])
      expect(await lineOf("picks", written(at("18:01").toISOString(), [date]))).toEqual(["unknown written_since"]);
    expect(await lineOf("picks", written(at("18:01").toISOString(), ["2026-02-03"]), at("11:00"))).toEqual(["not_due not_due"]);
  });

  test("that could not be looked at is unknown, and no other is", async () => {
    const night = smallNight();
    night.refused["object"] = "not_supplied";
    expect(await lineOf("picks", night)).toEqual(["unknown not_supplied"]);
  });
});

describe("tonight's file", () => {
  const morning = (time: string) => at(time, "2026-02-03");
  const carrying = (...dates: string[]) => nightWith({ [tonight]: file({ dates }, tonight) });

  test.each([
    ["12:59", "2026-02-03", "not_due not_due"],
    ["12:59", "2026-02-02", "not_due not_due"],
    ["12:59", "2026-02-01", "fail P1 wrong_date"],
    ["13:00", "2026-02-03", "pass ok"],
    ["13:00", "2026-02-02", "warn P3 wrong_date"],
    ["13:59", "2026-02-02", "warn P3 wrong_date"],
    ["14:00", "2026-02-02", "fail P1 wrong_date"],
  ])("at %s with %s is %s", async (time, date, line) => {
    expect(await lineOf("tonight", carrying(date), morning(time))).toEqual([line]);
  });

  test("may carry any date before predictions are due where no earlier game date is known", async () => {
    const night = carrying("2026-01-20");
    night.tables["schedule"] = (night.tables["schedule"] ?? []).filter((row) => String(row["game_date"]) >= "2026-02-03");
    expect(await lineOf("tonight", night, morning("12:59"))).toEqual(["not_due not_due"]);
    expect(await lineOf("tonight", night, morning("14:00"))).toEqual(["fail P1 wrong_date"]);
  });

  test("is missing only once it is due, and broken as soon as it is seen", async () => {
    expect(await lineOf("tonight", nightWith({ [tonight]: file(null) }), morning("12:59"))).toEqual(["not_due not_due"]);
    expect(await lineOf("tonight", nightWith({ [tonight]: file(null) }), morning("14:00"))).toEqual(["fail P1 missing"]);
    const broken = nightWith({ [tonight]: file({ readable: false, dates: [] }, tonight) });
    expect(await lineOf("tonight", broken, morning("12:59"))).toEqual(["fail P1 unreadable"]);
    expect(await lineOf("tonight", nightWith({ [tonight]: file({ dates: [] }, tonight) }), morning("14:00"))).toEqual(["fail P1 no_date"]);
  });

  test("waits for predictions that are not there while it is still the last game date's", async () => {
    const night = carrying("2026-02-02");
    night.tables["prediction-counts"] = [];
    expect(await lineOf("tonight", night, morning("14:00"))).toEqual(["not_due waits (waits for predictions)"]);
  });

  test("has moved on where the date's evening is over, and is not due for a date to come", async () => {
    const early = async (clock: Date) => {
      const night = carrying("2026-02-06");
      const options = {
        checks: [exports],
        pipeline: nba,
        date: calendarDateOf(night.date),
        gather: gatherFrom(night),
        pass: async () => {},
      };
      return [...new Set(said(await judgeDate({ ...options, now: () => clock, half: "pre_game" }), "exports"))];
    };
    expect(await early(at("06:29"))).toEqual(["tonight: fail P1 wrong_date"]);
    expect(await early(at("06:30"))).toEqual(["tonight: not_applicable rolled_on"]);
    expect(await early(at("00:00", "2026-02-03"))).toEqual(["tonight: fail P1 wrong_date"]);
    expect(await early(at("23:59", "2026-02-02"))).toEqual(["tonight: not_due not_due"]);
  });

  test("is not asked for on a day without games", async () => {
    const night = smallNight();
    night.tables["schedule"] = (night.tables["schedule"] ?? []).filter((row) => row["game_date"] !== "2026-02-03");
    for (const name of Object.keys(night.tables).filter((each) => each !== "schedule")) night.tables[name] = [];
    night.document = null;
    expect((await linesOf(night, morning("14:00"))).map((line) => line.split(": ")[1])).toEqual(["not_applicable no_games"]);
    night.tables["schedule"]?.push(scheduleRow("STA", "WLD", "0032500001", "2026-02-03", 1, "7:00 pm ET"));
    expect((await linesOf(night, morning("14:00"))).map((line) => line.split(": ")[1])).toEqual(["not_applicable no_games"]);
  });
});

describe("the look at a published file", () => {
  const date = calendarDateOf("2026-02-03");
  const rules = nba.rulesOn(date, at("18:00"));
  const stored = (text: string): StoredObject => ({
    path: "x/y.json",
    updatedAt: "2026-02-04T14:30:00.000Z",
    sizeBytes: text.length,
    text,
  });
  const datesIn = async (text: string, date_field?: string) => {
    const look = publishedFile(
      rules,
      { bucket: "published", path: "v1/picks/{D}.json", rolling: false, ...(date_field === undefined ? {} : { date_field }) },
      date,
    );
    const { facts } = await look.run(silentPorts({ objects: { get: async () => stored(text) } }), asking());
    return [facts.file?.readable, ...(facts.file?.dates ?? [])];
  };

  test.each([
    ['{"game_date":"2026-02-03","generated_at":"2026-02-04T14:30:00Z","next":{"date":"2026-02-04"}}', [true, "2026-02-03", "2026-02-04"]],
    ['{"generated_on":"2026-02-04","model":{"picks":[{"game_date":"2026-02-03"}]}}', [true, "2026-02-03", "2026-02-04"]],
    ['{"game_date":"2026-02-03T00:00:00","signals":[]}', [true, "2026-02-03"]],
    ['["2026-02-03T00:00:00.000000","2026-02-02 00:00"]', [true, "2026-02-03", "2026-02-02"]],
    // When it was written, or in another zone's words, is no date of games.
    ['{"generated_at":"2026-02-03T09:30:00","game_date":"2026-02-02T00:00:00Z"}', [true]],
    ['[{"picks":[{"d":"2026-02-03"},{"d":"2026-02-03"},{"d":"2026-02-02"}]}]', [true, "2026-02-03", "2026-02-02"]],
    ['{"date":"2026-02-30"}', [true]],
    ["[]", [true]],
    ["null", [true]],
    ["", [false]],
    ['{"game_date":"2026-02-03"', [false]],
  ])("finds in %s the dates at any depth, the one asked for first", async (text, found) => {
    expect(await datesIn(text)).toEqual(found);
  });

  test("keeps the date asked for, however many others stand before it", async () => {
    const others = Array.from({ length: 60 }, (_, day) => addDays(calendarDateOf("2025-11-01"), day));
    const found = await datesIn(JSON.stringify([...others, { a: { b: "2026-02-03" } }]));
    expect([found[1], found.length]).toEqual(["2026-02-03", 41]);
  });

  test("takes the day of an instant without a zone, where a declared field holds one", async () => {
    expect(await datesIn('{"d":"2026-02-03T19:30:00.5"}', "d")).toEqual([true, "2026-02-03"]);
    expect(await datesIn('{"d":"2026-02-03T19:30:00Z"}', "d")).toEqual([true, "2026-02-03T19:30:00Z"]);
  });

  test("reads a declared field and no other", async () => {
    const text = '{"game_date":"2026-02-03","meta":{"day":"2026-02-02"},"n":3}';
    expect(await datesIn(text, "game_date")).toEqual([true, "2026-02-03"]);
    expect(await datesIn(text, "meta.day")).toEqual([true, "2026-02-02"]);
    for (const field of ["n", "meta", "constructor", "game_date.length"]) expect(await datesIn(text, field)).toEqual([true]);
  });

  test("says whether anybody gave the bucket's name", async () => {
    const asked: unknown[] = [];
    const ports = silentPorts({ objects: { get: async (ask) => void asked.push(ask) } });
    const declared = { bucket: "published", path: "a/{D}.json", rolling: false };
    await publishedFile(rules, declared, date).run(ports, asking());
    await publishedFile({ ...rules, buckets: { published: { holds: "files", name: "acme-files" } } }, declared, date).run(ports, asking());
    expect(asked).toEqual([
      { path: "published/a/2026-02-03.json", unnamed: true },
      { path: "acme-files/a/2026-02-03.json", unnamed: false },
    ]);
  });
});
