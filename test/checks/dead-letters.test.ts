import { describe, expect, test } from "vitest";
import { deadLetters } from "../../src/checks/dead-letters.ts";
import { refusals } from "../../src/errors.ts";
import { allSubscriptions, allTopics, backlogs } from "../../src/evidence/looks/topics.ts";
import { asking, refusalOf } from "../contracts/asking.ts";
import { healthyBacklogs, healthySubscriptions, healthyTopics } from "../support/messages.ts";
import type { Night } from "../support/night.ts";
import { at, judge, observed, said, smallNight, verdictOf } from "../support/night.ts";
import { silentPorts } from "../support/ports.ts";

const critical = "nba-phase2-raw-complete-dlq-sub";
const lesser = "prediction-request-dlq-sub";
const deduced = "nba-grading-trigger-dlq-monitor";
const topic = "nba-phase3-analytics-complete";

const judged = (facts: NonNullable<Night["facts"]> = {}, refused: Night["refused"] = {}) =>
  judge({ ...smallNight(), facts, refused: { ...smallNight().refused, ...refused } }, at("09:30"), [deadLetters]);
const linesOf = async (facts: NonNullable<Night["facts"]>) =>
  said(await judged(facts), "dead-letters").filter((line) => !line.endsWith(": pass ok"));
const waiting = (name: string, undelivered: number) => ({
  backlogs: healthyBacklogs().map((each) => (each.subscription === name ? { ...each, undelivered } : each)),
});
const subscribed = (change: (all: ReturnType<typeof healthySubscriptions>) => object[]) => ({
  subscriptions: { subscriptions: change(healthySubscriptions()) },
});
const without = (name: string) => subscribed((all) => all.filter((each) => each.name !== name));

test("a healthy night passes with nothing to tell, each topic and each collecting subscription judged by itself", async () => {
  const judgement = await judged();
  expect(verdictOf(judgement, "dead-letters")).toBe("pass");
  const lines = said(judgement, "dead-letters");
  expect(lines).toContain(`${critical}: pass ok`);
  expect(lines).toContain(`${topic}: pass ok`);
  expect(lines.filter((line) => !line.endsWith(": pass ok"))).toEqual([]);
});

test("is asked before the games and after them, whatever is known of the games", async () => {
  for (const refused of [{}, { schedule: "denied" } as const]) {
    const night = { ...smallNight(), facts: { backlogs: waiting(critical, 1) }, refused };
    expect(verdictOf(await judge(night, at("05:00", "2026-02-03"), [deadLetters]), "dead-letters")).toBe("fail");
  }
});

describe("dead letters", () => {
  test.each([
    [critical, 0, []],
    [critical, 1, [`${critical}: fail P2 dead_letters`]],
    [lesser, 1, [`${lesser}: fail P2 dead_letters`]],
    [lesser, 255, [`${lesser}: fail P2 dead_letters`]],
    [deduced, 0, []],
    [deduced, 1, [`${deduced}: warn P3 dead_letters`]],
  ])("%s with %i of them is %j", async (name, count, lines) => {
    expect(await linesOf({ backlogs: waiting(name, count) })).toEqual(lines);
  });

  test("are told with their number, where and when they were measured", async () => {
    expect(observed(await judged({ backlogs: waiting(lesser, 255) }), "dead-letters", "dead_letters")).toEqual([
      `255 dead letters in ${lesser} at 08:57 ET`,
    ]);
  });

  test("are never to be pulled for a look, which counts as a delivery", async () => {
    const judgement = await judged({ backlogs: waiting(lesser, 1) });
    const advice = judgement.checks.flatMap(({ subjects }) => subjects.flatMap(({ findings }) => findings));
    const next = advice.flatMap((finding) => ("next" in finding && finding.reason === "dead_letters" ? [finding.next] : []));
    expect(next).toHaveLength(1);
    expect(next[0]).toContain("prediction-worker");
    expect(`${next[0]} ${deadLetters.about.todo}`).not.toMatch(/subscriptions pull|auto-ack|without acknowledging/u);
  });

  test("in a subscription whose topic was deleted they still count; its emptiness proves nothing", async () => {
    const orphaned = subscribed((all) => all.map((each) => (each.name === critical ? { ...each, topic: null } : each)));
    expect(await linesOf({ ...orphaned, backlogs: waiting(critical, 2) })).toEqual([`${critical}: fail P2 dead_letters`]);
    expect(await linesOf(orphaned)).toEqual([`${critical}: unknown topic_deleted`]);
  });

  test("a message that waits anywhere else is none of them", async () => {
    expect(await linesOf({ backlogs: waiting(`${topic}-sub-1`, 400) })).toEqual([]);
  });
});

describe("silence", () => {
  test("a collecting subscription that is not there is unknown, not quiet; one that was only deduced is told", async () => {
    expect(await linesOf(without(critical))).toEqual([`${critical}: unknown not_there`]);
    expect(await linesOf(without(deduced))).toEqual([`${deduced}: pass P5 not_there`]);
  });

  test("not measured, it is quiet only while another one was measured", async () => {
    const others = { backlogs: healthyBacklogs().filter(({ subscription }) => subscription === `${topic}-sub-1`) };
    expect(await linesOf({ backlogs: others })).toEqual([]);
    const lines = await linesOf({ backlogs: { backlogs: [] } });
    expect(lines).toContain(`${critical}: unknown not_measured`);
    expect(lines).toContain(`${lesser}: unknown not_measured`);
    expect(verdictOf(await judged({ backlogs: { backlogs: [] } }), "dead-letters")).toBe("unknown");
  });

  test.each(refusals)("what nobody could look at (%s) is unknown: metrics for the dead letters, lists for everything", async (refusal) => {
    const metrics = said(await judged({}, { backlogs: refusal }), "dead-letters");
    expect(metrics).toContain(`${critical}: unknown ${refusal}`);
    expect(metrics).toContain(`${topic}: pass ok`);
    for (const look of ["topics", "subscriptions"]) {
      const lines = said(await judged({}, { [look]: refusal }), "dead-letters");
      expect(lines.filter((line) => !line.includes(`: unknown ${refusal}`))).toEqual([]);
    }
  });

  test("a project without any topic is another than meant: nothing is missing there", async () => {
    expect((await refusalOf(allTopics().run(silentPorts(), asking()))).refusal).toBe("no_such_place");
  });
});

describe("subscribers", () => {
  const one = "nba-phase4-precompute-complete";
  const more = (of: string, push = true) => subscribed((all) => [...all, { name: "third", topic: of, push }]);

  test.each([
    ["two of two", {}, []],
    ["a third", more(topic), [`${topic}: warn P3 many_subscribers`]],
    ["a third that is pulled from", more(topic, false), []],
    ["one of two", without(`${topic}-sub-2`), [`${topic}: warn P3 few_subscribers`]],
    ["none of one", without(`${one}-sub-1`), [`${one}: fail P1 no_subscriber`]],
    [
      "one to pull from instead",
      subscribed((all) => all.map((each) => (each.topic === one ? { ...each, push: false } : each))),
      [`${one}: warn P3 few_subscribers`],
    ],
    ["one of a topic that nobody needs to hear", more("nba-phase3-trigger"), ["nba-phase3-trigger: warn P3 many_subscribers"]],
    [
      "one more, where the number is only deduced",
      more("nba-phase6-export-complete"),
      ["nba-phase6-export-complete: pass P5 other_subscribers"],
    ],
    ["none, where the number is only deduced", without("nba-backfill-trigger-sub-1"), ["nba-backfill-trigger: pass P5 other_subscribers"]],
  ])("%s", async (_, facts, lines) => {
    expect(await linesOf(facts)).toEqual(lines);
  });

  const gone = (name: string) => ({
    topics: { topics: healthyTopics().filter((each) => each !== name) },
    ...subscribed((all) => all.map((each) => (each.topic === name ? { ...each, topic: null } : each))),
  });
  test.each([
    [one, `${one}: fail P1 no_such_topic`],
    ["nba-phase4-processor-complete", "nba-phase4-processor-complete: pass P5 no_such_topic"],
    ["line-changed", "line-changed: pass P5 no_such_topic"],
  ])("of a topic that is not there, %s: %s", async (name, line) => {
    expect(await linesOf(gone(name))).toEqual([line]);
  });

  test("are told as n of m, with who should hear", async () => {
    expect(observed(await judged(more(topic)), "dead-letters", "many_subscribers")).toEqual([
      `${topic} has 3 push subscriptions of 2 meant`,
    ]);
    expect(observed(await judged(without(`${one}-sub-1`)), "dead-letters", "no_subscriber")).toEqual([
      `nothing subscribes to ${one}: what is published there is lost`,
    ]);
  });
});

test("looks keep no address, and ask the metric for the half hour before the clock", async () => {
  const asked: string[] = [];
  const ports = silentPorts({
    topics: {
      topics: async () => ["a"],
      subscriptions: async () => [{ name: "s", topic: "a", pushEndpoint: "https://a.example/?token=secret" }],
      backlogs: async ({ since }) => {
        asked.push(since);
        return [];
      },
    },
  });
  expect(JSON.stringify(await allSubscriptions().run(ports, asking()))).not.toContain("secret");
  await backlogs(at("09:30"), 30).run(ports, asking());
  expect(asked).toEqual(["2026-02-04T14:00:00.000Z"]);
});
