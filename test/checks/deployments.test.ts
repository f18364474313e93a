import { describe, expect, test } from "vitest";
import { deployments } from "../../src/checks/deployments.ts";
import { judgeSetUp } from "../../src/checks/deploying/set-up.ts";
import { totalsOf } from "../../src/checks/totals.ts";
import type { DriftFacts } from "../../src/evidence/looks/source.ts";
import { unitDrift } from "../../src/evidence/looks/source.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { Source } from "../../src/ports/source.ts";
import type { Unit } from "../../src/ports/units.ts";
import { asking } from "../contracts/asking.ts";
import { healthyDrift, healthyTip, healthyUnit } from "../support/beyond.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";
import { nba } from "../support/pipeline.ts";
import { silentPorts } from "../support/ports.ts";

const name = "nba-phase3-analytics-processors";
const iso = (time: string, day?: string) => at(time, day).toISOString();

interface Told {
  readonly unit?: object | null;
  readonly drift?: object;
  readonly tip?: object;
  readonly of?: string;
}

function nightWith({ unit = {}, drift = {}, tip = {}, of = name }: Told): Night {
  const night = smallNight();
  const facts = {
    [`unit ${of}`]: { unit: unit === null ? null : { ...healthyUnit(of), ...unit } },
    [`drift of ${of}`]: { ...healthyDrift(of), ...drift },
    "repository tip": { ...healthyTip(), ...tip },
  };
  return { ...night, facts: { ...night.facts, ...facts } };
}

const judged = (night: Night, clock = at("18:00")) => judge(night, clock, [deployments]);
const linesIn = async (night: Night, of = name, clock?: Date) => [
  ...new Set(
    said(await judged(night, clock), "deployments")
      .filter((line) => line.startsWith(`${of}: `) && !line.endsWith("judged_without"))
      .map((line) => line.replace(`${of}: `, "")),
  ),
];
const linesFor = (told: Told, clock?: Date) => linesIn(nightWith(told), told.of, clock);
const words = async (told: Told, reason: string) => observed(await judged(nightWith(told)), "deployments", reason);
const commits = (count: number) => ({
  total: count,
  commits: Array.from({ length: Math.min(3, count) }, (_, index) => ({
    sha: `${index + 1}fa80f19${"0".repeat(32)}`,
    at: iso("19:00", "2026-02-03"),
    subject: `Fix number ${index + 1}`,
  })),
});

async function numbersOf(night: Night) {
  const judgement = await judged(night);
  const [own] = judgement.checks;
  return own === undefined ? undefined : deployments.numbers?.(totalsOf(own), judgement.scope);
}

test("a normal night is quiet at any hour, and its units are counted", async () => {
  const units = Object.keys(nba.rulesOn(calendarDateOf("2026-02-03"), at("18:00")).units ?? {});
  for (const clock of [at("10:00", "2026-02-03"), at("02:00"), at("18:00")]) {
    const lines = said(await judged(smallNight(), clock), "deployments");
    expect(lines.filter((line) => !line.endsWith(": pass ok"))).toEqual([]);
    expect(new Set(lines)).toHaveLength(units.length);
  }
  expect(await numbersOf(smallNight())).toEqual({ units: `${units.length}/${units.length} live` });
});

describe("what serves", () => {
  const [older, newest] = [`${name}-00025-suz`, `${name}-00026-but`];
  const two = (ready: boolean, share: number, createdAt = iso("17:35", "2026-01-29")) => ({
    revisions: [
      { name: newest, createdAt, ready, ...(ready ? {} : { problem: "Container Healthcheck failed" }) },
      { name: older, createdAt: iso("03:25", "2026-01-29"), ready: true },
    ],
    latestCreated: newest,
    traffic: [
      { revision: older, percent: 100 - share },
      { revision: newest, percent: share },
    ].filter(({ percent }) => percent > 0),
  });

  test("a newest revision that isn't ready beside an older one that serves blocks deploys, and is never called down", async () => {
    expect(await linesFor({ unit: two(false, 0) })).toEqual(["fail P1 deploys_blocked"]);
    const [text = ""] = await words({ unit: two(false, 0) }, "deploys_blocked");
    expect(text).toContain(`deploys of ${name} blocked, running older code`);
    expect(text).not.toMatch(/\bdown\b/u);
  });

  test.each([
    [99, "fail P1 traffic_elsewhere"],
    [100, "pass ok"],
  ])("a newest revision with %i %% of the traffic is %s", async (share, line) => {
    expect(await linesFor({ unit: two(true, share) })).toEqual([line]);
  });

  test("none ready and none serving is P1, with words that are no orchestrator's", async () => {
    const unit = { ...two(false, 0), revisions: two(false, 0).revisions.slice(0, 1), traffic: [], latestReady: undefined };
    expect(await linesFor({ unit })).toEqual(["fail P1 none_ready"]);
    const { checks } = await judged(nightWith({ unit }));
    expect(JSON.stringify(checks[0]?.subjects)).not.toContain("completions");
    expect(await linesFor({ unit: null })).toEqual(["fail P1 not_deployed"]);
  });

  test("is still settling within ten minutes of a deploy", async () => {
    expect(await linesFor({ unit: two(false, 0, iso("17:51")) })).toEqual(["not_due put_off"]);
    expect(await linesFor({ unit: two(false, 0, iso("17:50")) })).toEqual(["fail P1 deploys_blocked"]);
  });

  test("is said of an orchestrator by the orchestrators' own check", async () => {
    const of = "phase3-to-phase4-orchestrator";
    expect(await linesFor({ of, unit: null })).toEqual(["not_applicable said_by_orchestrators"]);
    expect(await linesFor({ of, drift: { own: commits(2) } })).toEqual(["pass ok", "warn P3 behind"]);
  });

  test("fails although its code could not be compared", async () => {
    const night = nightWith({ unit: two(false, 0) });
    Object.assign(night.refused, { repository: "not_supplied", drift: "not_supplied" });
    expect(await linesIn(night)).toEqual(["fail P1 deploys_blocked"]);
    expect(verdictOf(await judged(night), "deployments")).toBe("fail");
  });

  test("that nobody could look at is unknown", async () => {
    const night = smallNight();
    night.refused["unit"] = "denied";
    expect(await linesIn(night)).toEqual(["unknown denied"]);
  });
});

describe("what it lacks", () => {
  test("is a warning from the first commit on that touches its own folders", async () => {
    expect(await linesFor({ drift: { own: commits(1) } })).toEqual(["pass ok", "warn P3 behind"]);
    expect(await words({ drift: { own: commits(4) } }, "behind")).toEqual([
      `\`${name}-00041-abc\` of commit \`4def1124\` lacks 4 commits of \`origin/main\` that touch data_processors/analytics: 1fa80f19 \`Fix number 1\` (2026-02-03 19:00 ET), 2fa80f19 \`Fix number 2\` (2026-02-03 19:00 ET), 3fa80f19 \`Fix number 3\` (2026-02-03 19:00 ET) and 1 more`,
    ]);
  });

  test("of shared folders is a note, shown apart", async () => {
    expect(await linesFor({ drift: { shared: commits(5) } })).toEqual(["pass P5 shared_behind", "pass ok"]);
    expect((await words({ drift: { shared: commits(5) } }, "shared_behind"))[0]).toContain("5 commits to shared folders");
  });

  test("is told and not judged where its folders are only deduced", async () => {
    const of = "phase5b-grading";
    expect(await linesFor({ of, drift: { own: commits(9) } })).toEqual(["pass P5 behind_deduced", "pass ok"]);
    expect(await linesFor({ of, drift: { missing: ["orchestration/cloud_functions/grading"] } })).toEqual([
      "pass P5 folder_deduced",
      "pass ok",
    ]);
  });

  test("is found by time where the revision bears no label, and that is said", async () => {
    const bare = { compared: "time", commit: null };
    expect(await linesFor({ drift: bare })).toEqual(["pass P5 compared_by_time", "pass ok"]);
    expect(await linesFor({ drift: { ...bare, own: commits(2) } })).toEqual(["pass ok", "warn P3 behind_by_time"]);
    expect((await words({ drift: { ...bare, own: commits(2) } }, "behind_by_time"))[0]).toContain(
      "without commit label and so compared by its time (2026-01-20 12:00 ET)",
    );
  });

  test("is one line where several units lack something", async () => {
    const night = nightWith({ drift: { own: commits(1) } });
    const facts = { ...night.facts, "drift of prediction-worker": { ...healthyDrift("prediction-worker"), own: commits(12) } };
    const judgement = await judged({ ...night, facts });
    const findings = (judgement.checks[0]?.subjects ?? []).flatMap(({ subject, findings: all }) =>
      all.filter(({ reason }) => reason === "behind").map((finding) => ({ subject, finding })),
    );
    expect(deployments.say?.({ reason: "behind", findings, of: 37 }, judgement.scope)?.observed).toBe(
      `2 of 37 units lack commits that touch their own folders: ${name} (1), prediction-worker (12)`,
    );
  });
});

describe("how it is set up", () => {
  test("fewer instances kept warm than declared are P4, and no unit is live with that; more are none of our business", async () => {
    const of = "prediction-coordinator";
    expect(await linesFor({ of, unit: { minInstances: 0 } })).toEqual(["pass ok", "warn P4 few_instances"]);
    expect((await numbersOf(nightWith({ of, unit: { minInstances: 0 } })))?.["units"]).toMatch(/^(\d+)\/(?!\1)\d+ live$/u);
    expect(await linesFor({ of, unit: { minInstances: 2 } })).toEqual(["pass ok"]);
  });

  test("a declared environment variable that is not set is P3, told by its name", () => {
    const declared = { kind: "service" as const, folders: ["predictions/worker"], variables: ["MODEL_PATH", "PROJECT"] };
    const setUp = (variables: readonly string[]) =>
      judgeSetUp({ unit: { ...healthyUnit(name), kind: "service", variables: [...variables] } }, { id: name, declared });
    expect(setUp(["PROJECT"])).toMatchObject([
      { severity: "P3", observed: expect.stringContaining("lacks 1 of 2 environment variables that it is declared with: MODEL_PATH") },
    ]);
    expect(setUp(["PROJECT", "MODEL_PATH", "MORE"])).toEqual([]);
  });

  test("a unit whose name is only deduced need not be there", async () => {
    expect(await linesFor({ of: "monthly-retrain", unit: null })).toEqual(["pass P5 name_deduced"]);
  });
});

describe("is unknown, and never up to date,", () => {
  const unknown = (drift: DriftFacts | object, tip: object = {}) => linesFor({ drift, tip });

  test("where the repository doesn't know the commit", async () => {
    const drift = { compared: "unknown_commit", revision: "r", commit: "68137e07" };
    expect(await unknown(drift)).toEqual(["pass ok", "unknown unknown_commit"]);
    expect((await words({ drift, tip: { shallow: true } }, "unknown_commit"))[0]).toContain("which ends early");
  });

  test("where a folder of its own isn't there, beside what the others lack; a shared one may be gone", async () => {
    const missing = { missing: ["data_processors/phase3"] };
    expect(await unknown(missing)).toEqual(["pass ok", "unknown folder_missing"]);
    expect((await words({ drift: missing }, "ok")).filter((text) => text.includes("lacks nothing") && text.includes(name))).toEqual([]);
    expect(await unknown({ ...missing, own: commits(1) })).toEqual(["pass ok", "unknown folder_missing", "warn P3 behind"]);
    expect(await unknown({ missing: ["shared"] })).toEqual(["pass ok", "unknown shared_folder_missing"]);
  });

  test("where the copy was not fetched for a day; what it does lack is lacking all the same", async () => {
    const fetched = (time: string) => ({
      fetchedAt: new Date(at("18:00").getTime() - Date.parse(time) + Date.parse("1970-01-01T00:00:00Z")).toISOString(),
    });
    expect(await unknown({}, fetched("1970-01-02T00:00:00.000Z"))).toEqual(["pass ok"]);
    expect(await unknown({}, fetched("1970-01-02T00:00:00.001Z"))).toEqual(["pass ok", "unknown copy_stale"]);
    expect(await unknown({}, { fetchedAt: null })).toEqual(["pass ok", "unknown copy_stale"]);
    expect(await unknown({ own: commits(1) }, { fetchedAt: null })).toEqual(["pass ok", "warn P3 behind"]);
  });

  test.each(["repository", "drift"])("where the look at its %s was refused; whether it serves is judged all the same", async (look) => {
    const night = smallNight();
    night.refused[look] = "not_supplied";
    expect(await linesIn(night)).toEqual(["pass ok", "unknown not_supplied"]);
    expect(verdictOf(await judged(night), "deployments")).toBe("unknown");
    expect((await numbersOf(night))?.["units"]).toMatch(/^(\d+)\/\1 serve their newest, 0\/\1 compared$/u);
  });

  test("where what serves changed between two looks", async () => {
    expect(await unknown({ compared: "nothing" })).toEqual(["pass ok", "unknown changed_meanwhile"]);
  });
});

describe("the look at what a unit lacks", () => {
  const rules = nba.rulesOn(calendarDateOf("2026-02-03"), at("18:00"));
  const asked = async (unit: Partial<Unit>, given: Partial<Source> = {}) => {
    const questions: unknown[] = [];
    const answered = async (ask: unknown) => {
      questions.push(ask);
      return { commits: [], total: 0 };
    };
    const ports = silentPorts({
      units: { get: async () => ({ ...healthyUnit(name), kind: "service", ...unit }), list: async () => [{ name, kind: "service" }] },
    });
    const source: Source = {
      ...ports.source,
      existing: async ({ paths }) => paths.filter((path) => path !== "data_processors/analytics/gone"),
      commit: async ({ sha }) => (sha === "68137e07" ? undefined : { sha, at: iso("12:00"), subject: "Any" }),
      behind: answered,
      since: answered,
      ...given,
    };
    return { ...(await unitDrift(rules, name).run({ ...ports, source }, asking())), questions };
  };
  const revision = (given: object) => ({
    revisions: [{ name: `${name}-00041-abc`, createdAt: iso("12:00", "2026-01-20"), ready: true, ...given }],
  });

  test("asks by the serving revision's commit, for its own and the shared folders apart", async () => {
    const { facts, questions } = await asked({});
    expect(facts).toMatchObject({ compared: "commit", commit: "4def1124", missing: [] });
    expect(questions).toEqual([
      { paths: ["data_processors/analytics"], limit: 3, sha: "4def1124" },
      { paths: ["shared"], limit: 3, sha: "4def1124" },
    ]);
  });

  test("leaves what lies in another unit's folder to that one", async () => {
    const asks: object[] = [];
    const ports = silentPorts({ units: { get: async () => ({ ...healthyUnit("nba-scrapers"), kind: "service" }), list: async () => [] } });
    const source: Source = {
      ...ports.source,
      existing: async ({ paths }) => paths,
      commit: async ({ sha }) => ({ sha, at: iso("12:00"), subject: "Any" }),
      behind: async (ask) => {
        asks.push(ask);
        return { commits: [], total: 0 };
      },
    };
    await unitDrift(rules, "nba-scrapers").run({ ...ports, source }, asking());
    expect(asks[0]).toMatchObject({ except: expect.arrayContaining(["orchestration/cloud_functions/phase3_to_phase4"]) });
    expect(asks[1]).not.toHaveProperty("except");
  });

  test("asks by time where there is no label, and says so", async () => {
    const { facts, questions } = await asked(revision({}));
    expect(facts).toMatchObject({ compared: "time", commit: null });
    expect(questions[0]).toEqual({ paths: ["data_processors/analytics"], limit: 3, at: iso("12:00", "2026-01-20") });
  });

  test("never counts in folders that aren't there, nor by a commit that isn't known", async () => {
    const { facts, questions } = await asked({}, { existing: async () => ["shared"] });
    expect(facts).toMatchObject({ missing: ["data_processors/analytics"], own: { total: 0 } });
    expect(questions).toHaveLength(1);
    expect((await asked(revision({ commit: "68137e07" }))).facts).toEqual({
      compared: "unknown_commit",
      revision: `${name}-00041-abc`,
      commit: "68137e07",
    });
    expect((await asked({ traffic: [] })).facts).toEqual({ compared: "nothing" });
  });
});
