import { describe, expect, test } from "vitest";
import { orchestrators } from "../../src/checks/orchestrators.ts";
import { judgeNight } from "../../src/checks/night.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import { totalsOf } from "../../src/checks/totals.ts";
import type { Gather } from "../../src/evidence/evidence.ts";
import type { ExecutionFacts } from "../../src/evidence/looks/orchestrators.ts";
import type { DeployedUnit } from "../../src/evidence/looks/units.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { healthyExecutions, healthyUnit } from "../support/beyond.ts";
import type { Night } from "../support/night.ts";
import { overNba, refusalOf } from "../support/own-pipeline.ts";
import { nba } from "../support/pipeline.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";
import { at, gatherFrom, healthyDocument, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";

const name = "phase3-to-phase4-orchestrator";
const healthy = `${name}-00041-abc`;
const iso = (time: string, day?: string) => at(time, day).toISOString();

interface Told {
  readonly unit?: Partial<DeployedUnit> | null;
  readonly log?: Partial<ExecutionFacts>;
}

/** The small night with this orchestrator otherwise than well. */
function nightWith({ unit = {}, log = {} }: Told, night = smallNight()): Night {
  const facts = {
    [`unit ${name}`]: { unit: unit === null ? null : { ...healthyUnit(name), ...unit } },
    [`executions ${name} ${night.date}`]: { ...healthyExecutions(name), ...log },
  };
  return { ...night, facts: { ...night.facts, ...facts } };
}

const judged = (told: Told, clock = at("09:30"), night?: Night) => judge(nightWith(told, night), clock, [orchestrators]);
const linesFor = async (told: Told, clock?: Date, night?: Night) =>
  [...new Set(said(await judged(told, clock, night), "orchestrators").filter((line) => line.startsWith(`${name}:`)))].map((line) =>
    line.replace(`${name}: `, ""),
  );

const [older, newest] = [`${name}-00025-suz`, `${name}-00026-but`];
const portText = "The user-provided container failed to start and listen on the port";

/** A newest revision of which this is told, beside an older one. */
function deployed(ready: boolean, share: number, createdAt = iso("17:35", "2026-01-29"), olderReady = true): Partial<DeployedUnit> {
  return {
    revisions: [
      { name: newest, createdAt, ready, ...(ready ? {} : { problem: portText }) },
      { name: older, createdAt: iso("03:25", "2026-01-29"), ready: olderReady },
    ],
    latestCreated: newest,
    traffic: [
      { revision: older, percent: 100 - share },
      { revision: newest, percent: share },
    ].filter(({ percent }) => percent > 0),
  };
}

const heardBy = (revision: string | null, time = "09:00"): Partial<ExecutionFacts> => ({ lines: [{ at: iso(time), revision }] });
const silent: Partial<ExecutionFacts> = { lines: [], witness: { unit: "nba-phase3-analytics-processors", at: iso("06:30") } };

describe("on a healthy night", () => {
  test.each(["00:10", "06:25", "07:00", "09:30", "18:00"])("nothing is said at %s", async (time) => {
    const judgement = await judged({}, at(time));
    expect(said(judgement, "orchestrators").filter((line) => !line.endsWith(": pass ok"))).toEqual([]);
  });

  test("it is those functions that hear of completions, and no service", async () => {
    const judgement = await judged({});
    expect([...new Set(said(judgement, "orchestrators").map((line) => line.split(":")[0]))]).toEqual([
      name,
      "phase4-to-phase5-orchestrator",
      "phase5-to-phase6-orchestrator",
    ]);
    const [own] = judgement.checks;
    expect(own && orchestrators.numbers?.(totalsOf(own), judgement.scope)).toEqual({ orchestrators: "3/3 working" });
  });
});

describe("what is deployed", () => {
  test("with a newest revision that never became ready is P1, running older code, and never down", async () => {
    const judgement = await judged({ unit: deployed(false, 0), log: heardBy(older) });
    expect(said(judgement, "orchestrators")).toContain(`${name}: fail P1 deploys_blocked`);
    const [words = ""] = observed(judgement, "orchestrators", "deploys_blocked");
    expect(words).toBe(
      `deploys of ${name} blocked, running older code: \`${newest}\` (2026-01-29 17:35 ET) never became ready: \`${portText.slice(0, 60)}…\`; \`${older}\` (2026-01-29 03:25 ET) serves`,
    );
    expect(JSON.stringify(judgement.checks[0]?.subjects)).not.toMatch(/\bdown\b|outage/iu);
  });

  test.each([
    ["09:39", "not_due put_off"],
    ["09:40", "fail P1 deploys_blocked"],
  ])("may still be coming up: created 09:30, it is judged at %s as %s", async (time, line) => {
    const told = { unit: deployed(false, 0, iso("09:30")), log: heardBy(older) };
    expect(await linesFor(told, at(time))).toContain(line);
  });

  test("that was broken before isn't excused by a new deploy", async () => {
    const [last, before] = [`${name}-00027-new`, { name: newest, createdAt: iso("17:35", "2026-01-29"), ready: false, problem: portText }];
    const { revisions = [] } = deployed(false, 0);
    const unit = {
      ...deployed(false, 0),
      latestCreated: last,
      revisions: [{ name: last, createdAt: iso("09:29"), ready: false }, before, ...revisions.slice(1)],
    };
    expect(await linesFor({ unit, log: heardBy(older) })).toContain("fail P1 deploys_blocked");
    const [words = ""] = observed(await judged({ unit, log: heardBy(older) }), "orchestrators", "deploys_blocked");
    expect(words).toContain(`\`${newest}\` (2026-01-29 17:35 ET) never became ready`);
    expect(words).toContain(`\`${last}\` (09:29 ET) may still be coming up`);
    const healed = {
      ...unit,
      revisions: unit.revisions.map((each) => ({ ...each, ready: true })),
      traffic: [{ revision: newest, percent: 100 }],
    };
    expect(await linesFor({ unit: healed, log: heardBy(newest) })).toContain("not_due put_off");
  });

  test("without a ready revision that serves is P0", async () => {
    const none = { ...deployed(false, 0, undefined, false) };
    expect(await linesFor({ unit: none })).toEqual(["fail P0 none_ready"]);
    expect(await linesFor({ unit: { traffic: [] } })).toEqual(["fail P0 no_traffic"]);
  });

  test("with a share of its traffic elsewhere is P1, exactly all of it is none", async () => {
    expect(await linesFor({ unit: deployed(true, 99), log: heardBy(newest) })).toContain("fail P1 traffic_elsewhere");
    expect(await linesFor({ unit: deployed(true, 0), log: heardBy(older) })).toContain("fail P1 traffic_elsewhere");
    expect(await linesFor({ unit: deployed(true, 100), log: heardBy(newest) })).toEqual(["pass ok"]);
  });

  test("is not deployed at all: P1", async () => {
    expect(await linesFor({ unit: null })).toEqual(["fail P1 not_deployed"]);
  });

  test("is unknown, never a pass, where nobody could look", async () => {
    const night = smallNight();
    night.refused["unit"] = "denied";
    expect(verdictOf(await judged({}, undefined, night), "orchestrators")).toBe("unknown");
  });
});

describe("of a night that nobody named", () => {
  const undated = async (facts: Readonly<Record<string, unknown>>) => {
    const scenario = shippedScenario("healthy-night");
    const options = { clock: new Date("2026-01-28T16:00:00-05:00") };
    const call = sessionOver(scenario, options).begin({ signal: new AbortController().signal });
    const gather: Gather = async (look) => {
      const seen = await call.gather(look);
      const told = facts[look.id.replace(" (second look)", "")];
      return told === undefined || !seen.seen ? seen : { ...seen, facts: look.parse(told) };
    };
    const { main, slate } = await judgeNight({ ...call, gather, checks: [orchestrators], pipeline: nba, moment: "auto" });
    return [main, slate].map((half) =>
      half === undefined ? [] : said(half.judgement, "orchestrators").filter((line) => line.startsWith(`${name}:`)),
    );
  };

  test("completions of the slate that nobody heard of are P1, and what serves is told once", async () => {
    const ok = `${name}: pass ok`;
    expect(await undated({})).toEqual([[ok, ok], [ok]]);
    expect(await undated({ [`executions ${name} 2026-01-28`]: { ...healthyExecutions(name), ...silent } })).toEqual([
      [ok, ok],
      [`${name}: fail P1 no_execution`],
    ]);
    expect(await undated({ [`unit ${name}`]: { unit: null } })).toEqual([
      [`${name}: fail P1 not_deployed`],
      [`${name}: not_applicable not_serving`],
    ]);
  });
});

test.each([
  ["shown_by: [nba_raw.gaems]", "nba_raw.gaems"],
  ["record: phase9_completion", "phase9_completion"],
])("a topic with %s, which the pipeline file doesn't declare, is refused", (line, told) => {
  expect(refusalOf(() => overNba(`topics:\n  nba-phase4-precompute-complete: { ${line} }\n`))).toContain(told);
});

describe("completions and no line since", () => {
  test("are P1 half an hour after the last of them", async () => {
    // The last entry is of 06:27.
    const log = heardBy(healthy, "03:00");
    expect(await linesFor({ log }, at("06:51"))).toEqual(["not_due put_off", "pass ok"].toSorted());
    expect(await linesFor({ log }, at("06:57"))).toContain("fail P1 no_execution");
    const [words = ""] = observed(await judged({ log }), "orchestrators", "no_execution");
    expect(words).toContain(
      `${name} last logged 03:00 ET, while there was something to hear of: nba_analytics.player_game_summary 06:21 ET`,
    );
  });

  test.each([
    ["06:22", "pass ok"],
    ["06:21", "fail P1 no_execution"],
  ])("but for what two clocks may differ by: a last line of %s is %s", async (time, line) => {
    expect(await linesFor({ log: heardBy(healthy, time) })).toContain(line);
  });

  test("are P1 too where only rows show them", async () => {
    const night = smallNight();
    night.document = { ...healthyDocument(), entries: [], count: 0 };
    expect(await linesFor({ log: heardBy(healthy, "03:00") }, at("09:30"), night)).toContain("fail P1 no_execution");
  });

  test("are P1 where the unit logged nothing and its neighbour did", async () => {
    expect(await linesFor({ log: silent })).toContain("fail P1 no_execution");
    expect(await linesFor({ log: { ...silent, counted: 0 } })).toContain("fail P1 no_execution");
  });

  test("are unknown where nothing shows that anybody would have seen a line", async () => {
    expect(await linesFor({ log: { lines: [] } })).toContain("unknown silence_unproven");
  });

  test("are unknown where the platform counted lines that nobody can read", async () => {
    expect(await linesFor({ log: { ...silent, counted: 12 } })).toContain("unknown entries_missing");
  });

  test("are P1 where only a revision that never became ready logged: its crash at the start is no work", async () => {
    expect(await linesFor({ unit: deployed(false, 0), log: heardBy(newest) })).toEqual(["fail P1 deploys_blocked", "fail P1 no_execution"]);
    const many = { ...heardBy(newest), more: true };
    expect(await linesFor({ unit: deployed(false, 0), log: many })).toContain("unknown too_many_lines");
  });

  const refusedPush = { at: iso("09:00"), revision: healthy, severity: "WARNING" as const, text: "The request was not authenticated." };

  test("are P1 where only the platform logged, and its line is quoted", async () => {
    const only = { lines: [], idle: refusedPush, counted: 40 };
    expect(await linesFor({ log: only })).toContain("fail P1 no_execution");
    const [words = ""] = observed(await judged({ log: only }), "orchestrators", "no_execution");
    expect(words).toContain(`${name} logged no work of its own, only 09:00 ET WARNING \`The request was not authenticated.\``);
    const both = { ...heardBy(healthy, "03:00"), idle: refusedPush };
    const [after = ""] = observed(await judged({ log: both }), "orchestrators", "no_execution");
    expect(after).toContain(`${name} last logged 03:00 ET, since then only 09:00 ET WARNING`);
  });

  test("are unknown where so many lines of the platform came that its own may lie behind them", async () => {
    const only = { lines: [], idle: refusedPush, more: true };
    expect(await linesFor({ log: { ...only, oldest: iso("06:22") } })).toContain("unknown too_many_lines");
    expect(await linesFor({ log: { ...only, oldest: iso("05:00") } })).toContain("fail P1 no_execution");
  });

  test("were heard by the revision that served then, whichever serves now", async () => {
    expect(await linesFor({ unit: deployed(true, 100, iso("09:15")), log: heardBy(older, "06:30") })).toEqual(["pass ok"]);
    expect(await linesFor({ log: heardBy(`${name}-00001-old`, "06:30") })).toEqual(["pass ok"]);
  });

  test("are a note where a publisher logged that by design it published nothing", async () => {
    const skipped = { unit: "nba-phase3-analytics-processors", at: iso("06:25") };
    const night = smallNight();
    night.document = { ...healthyDocument(), entries: [] };
    night.tables["upcoming-player-rows"] = [];
    night.tables["upcoming-team-rows"] = [];
    expect(await linesFor({ log: { ...silent, skipped } }, at("09:30"), night)).toContain("pass P5 not_published");
    const long = { ...skipped, at: iso("03:00") };
    expect(await linesFor({ log: { ...silent, skipped: long } }, at("09:30"), night)).toContain("fail P1 no_execution");
  });

  test("are nothing to be heard of while there are none, or they are longer past than its log is read", async () => {
    const night = smallNight();
    night.document = { ...healthyDocument(), entries: [] };
    for (const table of ["player-rows", "offense-rows", "defense-rows", "upcoming-player-rows", "upcoming-team-rows"])
      night.tables[table] = [];
    expect(await linesFor({ log: silent }, at("09:30"), night)).toEqual(["pass ok"]);
    expect(await linesFor({ log: silent }, at("09:30", "2026-02-12"))).toEqual(["pass ok"]);
    expect(await linesFor({ log: silent }, at("06:00", "2026-02-11"))).toContain("fail P1 no_execution");
  });

  test.each(["executions", "phase3_completion", "player-rows"])("are unknown, never a pass, where %s could not be seen", async (look) => {
    const night = smallNight();
    night.refused[look] = "denied";
    expect(await linesFor({}, at("09:30"), night)).toContain("unknown denied");
  });

  test.each([
    ["documents", ["pass P5 judged_without", "pass ok"]],
    ["logs", ["not_applicable switched_off", "pass P5 judged_without", "pass ok"]],
  ])("are judged as far as there is something to look at, with %s switched off", async (port, lines) => {
    const pipeline = overNba(`ports: { ${port}: { off: none are kept } }\n`);
    const night = smallNight();
    const judgement = await judgeDate({
      checks: [orchestrators],
      pipeline,
      date: calendarDateOf(night.date),
      now: () => at("09:30"),
      gather: gatherFrom(night),
      pass: async () => {},
    });
    const own = said(judgement, "orchestrators").filter((line) => line.startsWith(`${name}:`));
    expect([...new Set(own.map((line) => line.replace(`${name}: `, "")))]).toEqual(lines);
    expect(verdictOf(judgement, "orchestrators")).toBe("pass");
  });

  test("are shown by rows alone where the record's collection is empty", async () => {
    const night = smallNight();
    night.refused["phase3_completion"] = "no_such_place";
    expect(await linesFor({}, at("09:30"), night)).toEqual(["pass P5 judged_without", "pass ok"]);
    expect(await linesFor({ log: silent }, at("09:30"), night)).toContain("fail P1 no_execution");
    night.refused["player-rows"] = "denied";
    expect(await linesFor({}, at("09:30"), night)).toContain("unknown denied");
  });

  test("are looked for in no record where the date's games owe none", async () => {
    const night = smallNight();
    night.tables["schedule"] = (night.tables["schedule"] ?? []).map((row) => ({
      ...row,
      game_id: String(row["game_id"]).replace(/^002/u, "004"),
    }));
    night.refused["phase3_completion"] = "no_such_place";
    const { looks } = await judged({}, at("09:30"), night);
    expect(looks.filter(({ id }) => id.startsWith("phase"))).toEqual([]);
  });

  test("that a second look has seen answered are not said", async () => {
    const night = nightWith({ log: silent });
    const again = `executions ${name} ${night.date} (second look)`;
    const later = { ...night, facts: { ...night.facts, [again]: healthyExecutions(name) } };
    expect(verdictOf(await judge(later, at("09:30"), [orchestrators]), "orchestrators")).toBe("pass");
  });
});
