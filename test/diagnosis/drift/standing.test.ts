import { describe, expect, test } from "vitest";
import { severityOf } from "../../../src/checks/finding.ts";
import type { Examined } from "../../../src/diagnosis/drift/examined.ts";
import { judgeStanding } from "../../../src/diagnosis/drift/standing.ts";
import { commits, examined, name, newest, older, refused, scope, two, wellSubscribed } from "./examples.ts";

const linesOf = (of: Examined) =>
  judgeStanding(of, scope).map(({ topic, finding }) =>
    [topic, finding.verdict, severityOf(finding), finding.reason].filter((part) => part !== undefined).join(" "),
  );
const wordsOf = (of: Examined, reason: string) =>
  judgeStanding(of, scope).find(({ finding }) => finding.reason === reason)?.finding.observed;
const up = "drift pass ok";

test("a unit that is well is told in one line, and nothing is missing of it", () => {
  expect(linesOf(examined())).toEqual([up]);
});

describe("the steps end at the first that fails", () => {
  test.each<[string, Examined, string[]]>([
    ["nobody could look", { ...examined(), unit: refused("unit") }, ["serving unknown denied"]],
    ["it is not deployed", examined({ unit: null }), ["serving fail P1 not_deployed"]],
    [
      "the newest revision never came up",
      examined({ unit: two({ ready: false }), drift: { own: commits(9) } }),
      ["serving fail P1 deploys_blocked"],
    ],
    ["the newest revision has 99 % of the traffic", examined({ unit: two({ share: 99 }) }), ["serving fail P1 traffic_elsewhere"]],
    [
      "nothing serves",
      examined({ unit: { ...two({ ready: false }), traffic: [], revisions: two({ ready: false }).revisions?.slice(0, 1) } }),
      ["serving fail P1 none_ready"],
    ],
    [
      "its commit is not known",
      examined({ drift: { compared: "unknown_commit", revision: "r", commit: "68137e07" } }),
      ["serving pass ok", "drift unknown unknown_commit"],
    ],
    [
      "its folder is not there",
      examined({ drift: { missing: ["data_processors/analytics"] } }),
      ["serving pass ok", "drift unknown folder_missing"],
    ],
    ["the copy was not fetched", examined({ tip: { fetchedAt: null } }), ["serving pass ok", "drift unknown copy_stale"]],
    // Whether it was called is no question while it lacks something.
    ["it lacks commits", examined({ drift: { own: commits(1) }, work: { counted: null } }), ["serving pass ok", "drift warn P3 behind"]],
    ["it was not called", examined({ work: { counted: null } }), [up, "called pass P5 unproven"]],
  ])("%s", (_, of, lines) => {
    expect(linesOf(of)).toEqual(lines);
  });

  test("an orchestrator of which nothing serves is P0, any other unit P1", () => {
    const unit = { traffic: [], revisions: [{ name: "r", createdAt: "2026-02-01T12:00:00Z", ready: false }], latestCreated: "r" };
    expect(linesOf(examined({ of: "phase3-to-phase4-orchestrator", unit }))).toEqual(["serving fail P0 none_ready"]);
    expect(linesOf(examined({ unit }))).toEqual(["serving fail P1 none_ready"]);
  });

  test("a unit whose name is only deduced need not be there", () => {
    expect(linesOf(examined({ of: "monthly-retrain", unit: null }))).toEqual(["serving not_applicable name_deduced"]);
  });
});

describe("commits of its own folders", () => {
  test.each([
    [1, "warn P3"],
    [2, "warn P3"],
    [3, "fail P2"],
    [5, "fail P2"],
    [6, "fail P1"],
    [411, "fail P1"],
  ])("%i lacking are %s", (count, grade) => {
    expect(linesOf(examined({ drift: { own: commits(count) } }))).toContain(`drift ${grade} behind`);
    expect(linesOf(examined({ drift: { own: commits(count), compared: "time", commit: null } }))).toContain(
      `drift ${grade} behind_by_time`,
    );
  });

  test("of shared folders alone never fail, however many", () => {
    expect(linesOf(examined({ drift: { shared: commits(40) } }))).toEqual([up, "drift pass P5 shared_behind"]);
  });

  test("are told with the age of what serves and of the newest that is lacking", () => {
    const drift = { own: commits(4), committedAt: "2026-01-31T23:00:00.000Z" };
    const text = wordsOf(examined({ drift }), "behind");
    expect(text).toContain("of commit `4def1124` (2026-01-31 18:00 ET, 4 d old), lacks 4 commits of `origin/main`");
    expect(text).toContain("the newest 23 h old; among them 1fa80f19 `Fix number 1` (2026-02-03 19:00 ET)");
  });
});

describe("how it is set up", () => {
  test("a declared variable that is not set warns, by its name; more than are declared don't", () => {
    const declared = { variables: ["MODEL_PATH", "GCP_PROJECT"] };
    expect(linesOf(examined({ declared, unit: { variables: ["GCP_PROJECT", "OTHER"] } }))).toEqual([
      up,
      "set-up warn P3 variables_missing",
    ]);
    expect(wordsOf(examined({ declared, unit: { variables: ["GCP_PROJECT"] } }), "variables_missing")).toContain(
      "lacks 1 of 2 environment variables that it is declared with: MODEL_PATH",
    );
    expect(linesOf(examined({ declared, unit: { variables: ["GCP_PROJECT", "MODEL_PATH", "OTHER"] } }))).toEqual([up]);
  });

  test("fewer instances kept warm than declared warn, more don't", () => {
    const of = "prediction-coordinator";
    expect(linesOf(examined({ of, unit: { minInstances: 0 } }))).toEqual([up, "set-up warn P4 few_instances"]);
    expect(linesOf(examined({ of, unit: { minInstances: 2 } }))).toEqual([up]);
  });
});

describe("what calls it", () => {
  const of = "phase3-to-phase4-orchestrator";
  const topic = "nba-phase3-analytics-complete";
  const but = (changed: object[]) =>
    examined({ of, receivers: [...wellSubscribed().filter((each) => each.topic !== topic), ...(changed as never[])] });
  const sub = { name: "s", topic, push: true };

  test.each<[string, object[], string[]]>([
    [
      "a subscription that delivers to it is enough, whoever else hears",
      [
        { ...sub, unit: "self-heal-predictions" },
        { ...sub, unit: of },
      ],
      [],
    ],
    ["no subscription at all", [], ["trigger fail P1 no_subscription"]],
    ["one that delivers to another", [{ ...sub, unit: "self-heal-predictions" }], ["trigger warn P3 trigger_elsewhere"]],
    ["one that is pulled from", [{ ...sub, push: false, unit: null }], ["trigger warn P3 trigger_elsewhere"]],
    ["one whose address names no unit proves nothing", [{ ...sub, unit: null }], ["trigger pass P5 receiver_not_told"]],
  ])("%s", (_, changed, lines) => {
    expect(linesOf(but(changed))).toEqual([up, ...lines]);
  });

  test("is unknown where the project holds no subscription at all, and named where nobody could look", () => {
    expect(linesOf(examined({ of, receivers: [] }))).toEqual([up, "trigger unknown no_subscriptions"]);
    expect(linesOf({ ...examined({ of }), receivers: refused("receivers") })).toEqual([up, "trigger pass P5 judged_without"]);
  });

  test("a topic that is only deduced is told and not judged", () => {
    expect(
      linesOf(examined({ of: "prediction-worker", receivers: wellSubscribed().filter((each) => each.unit !== "prediction-worker") })),
    ).toEqual([up, "trigger pass P5 trigger_deduced"]);
  });
});

describe("whether it was called", () => {
  test.each<[string, object, string[]]>([
    ["the platform counted lines", { counted: 1 }, []],
    ["lines of its own were read", { counted: null, line: { at: "2026-02-04T12:00:00Z", revision: newest } }, []],
    ["nothing was logged", { counted: 0 }, ["called pass P5 unproven"]],
    ["only the platform wrote that it started", { counted: 4, idle: true }, ["called pass P5 unproven"]],
  ])("%s", (_, work, lines) => {
    expect(linesOf(examined({ work }))).toEqual([up, ...lines]);
  });

  test("is named as not looked at where the log was refused", () => {
    expect(linesOf({ ...examined(), work: refused("work") })).toEqual([up, "called pass P5 judged_without"]);
  });
});

test("an older revision that serves and the newest are both named, with their times", () => {
  const text = wordsOf(examined({ unit: two({ share: 0 }) }), "traffic_elsewhere") ?? "";
  expect(text).toContain(`${name} runs older code`);
  expect(text).toContain(`\`${newest}\` (2026-02-03 10:00 ET), has 0 % of the traffic`);
  expect(text).toContain(`\`${older}\` (2026-01-27 12:00 ET) has 100 %`);
});
