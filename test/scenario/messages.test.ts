import { describe, expect, test } from "vitest";
import type { NotSupplied } from "../../src/adapters/embedded/world.ts";
import { alerts } from "../../src/checks/alerts.ts";
import { deadLetters } from "../../src/checks/dead-letters.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import { UserError } from "../../src/errors.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import { said } from "../support/night.ts";
import { sessionOver } from "../support/scenarios.ts";
import { morning, pipeline, staged, told } from "./stage.ts";

function known<T>(found: T | NotSupplied): T {
  if (typeof found === "object" && found !== null && "notSupplied" in found) throw new Error(found.notSupplied);
  return found;
}

/** What both checks say of the night, but for passes. */
async function spoken(changes: string, clock = morning("18:00")): Promise<string[]> {
  const session = sessionOver({ ...told(changes), clock }, { clock });
  const { gather, now } = session.begin({ signal: new AbortController().signal });
  const date = calendarDateOf("2026-02-03");
  const judgement = await judgeDate({ checks: [deadLetters, alerts], pipeline, date, now, gather, pass: async () => {} });
  return ["dead-letters", "alerts"].flatMap((check) => said(judgement, check)).filter((line) => !line.endsWith(": pass ok"));
}

describe("topics", () => {
  test("are those that are declared, where dead letters go, and what a subscription adds", () => {
    const stores = staged("changes: [{ subscription: own, topic: nba-phase4-trigger, from: 15:00 }]");
    const topics = known(stores.at(morning("15:00")).topics());
    for (const [name, { dead_letter: dead }] of Object.entries(pipeline.file.topics ?? {})) {
      expect(topics).toContain(name);
      expect(topics.includes(`${name}-dlq`), name).toBe(dead !== undefined);
    }
    expect(topics).toEqual([...new Set(topics)].toSorted());
  });

  test("send what can't be delivered to where it is collected", () => {
    const all = known(staged("").at(morning("15:00")).subscriptions());
    const [dead, sender] = ["nba-phase2-raw-complete-dlq-sub", "nba-phase3-analytics-sub"].map((name) =>
      all.find((each) => each.name === name),
    );
    expect(dead?.topic).toBe("nba-phase2-raw-complete-dlq");
    expect(sender).toMatchObject({ topic: "nba-phase2-raw-complete", deadLetterTopic: dead?.topic });
  });
});

describe("alert policies", () => {
  const policies = (changes: string, time: string) => known(staged(changes).at(morning(time)).policies());
  const about = "errors of Phase 3";

  test("are those that are declared, from their day on, enabled and telling somebody", () => {
    expect(policies("", "00:00").map(({ title, enabled, channels }) => [title, enabled, channels])).toEqual([
      ["errors of the orchestrators", true, 1],
      [about, true, 1],
    ]);
    expect(known(staged("").at(new Date("2026-02-04T04:59:59Z")).policies())).toEqual([]);
  });

  test("change, come and go at their time, in the order in which it is told", () => {
    const changes = `changes:
  - { alert: ${about}, from: 10:00, enabled: false }
  - { alert: ${about}, from: 11:00, enabled: true, channels: 0 }
  - { alert: ${about}, from: 12:00, filter: 'resource.type="cloud_function"' }
  - { alert: own, from: 13:00, filter: "up == 0", kind: query }
  - { alert: ${about}, from: 14:00, delete: true }`;
    const at = (time: string, title = about) => policies(changes, time).find((each) => each.title === title);
    expect([at("09:59"), at("10:00"), at("11:00")].map((each) => [each?.enabled, each?.channels])).toEqual([
      [true, 1],
      [false, 1],
      [true, 0],
    ]);
    expect(at("12:00")?.conditions).toEqual([{ title: about, kind: "log", filter: 'resource.type="cloud_function"' }]);
    expect(at("12:59", "own")).toBeUndefined();
    expect(at("13:00", "own")).toMatchObject({ enabled: true, channels: 1, conditions: [{ kind: "query", filter: "up == 0" }] });
    expect(at("14:00")).toBeUndefined();
    expect(new Set(policies(changes, "13:00").map(({ name }) => name)).size).toBe(3);
  });

  test("fire when it is told, and stay open without an end", () => {
    const stores = staged(`changes:
  - { alert: ${about}, from: 10:00, fired: true, until: 11:00 }
  - { alert: ${about}, from: 12:00, fired: true }`);
    const at = (time: string) => known(stores.at(morning(time)).incidents()).map(({ openedAt, closedAt }) => [openedAt, closedAt]);
    expect(at("09:59")).toEqual([]);
    expect(at("10:59")).toEqual([["2026-02-04T15:00:00.000Z", undefined]]);
    expect(at("12:00")).toEqual([
      ["2026-02-04T15:00:00.000Z", "2026-02-04T16:00:00.000Z"],
      ["2026-02-04T17:00:00.000Z", undefined],
    ]);
    const [incident] = known(stores.at(morning("10:00")).incidents());
    expect(policies("", "10:00").find(({ name }) => name === incident?.policy)?.title).toBe(about);
  });

  test.each([
    ["{ alert: errors of Phase 4, from: 05:00 }", 'Did you mean "errors of Phase 3"? Or give its `filter` to make it up.'],
    [`{ alert: ${about}, from: 05:00, until: 06:00 }`, "`until` needs `fired: true`"],
    [`{ alert: ${about}, from: 05:00, kind: query }`, "`kind` is that of a `filter`"],
    [`{ alert: ${about}, from: 05:00, fired: true, until: 05:00 }`, "ends before it begins"],
    [`{ fail: topics, target: topic, with: denied, from: 05:00 }`, 'No target "topic"'],
  ])("%s is refused", (line, words) => {
    expect(() => staged(`changes:\n  - ${line}\n`)).toThrow(UserError);
    expect(() => staged(`changes:\n  - ${line}\n`)).toThrow(words);
  });
});

describe("the checks over a scenario", () => {
  const dead = "nba-phase2-raw-complete-dlq-sub";

  test.each(["00:30", "05:00", "09:30", "18:00"])("have nothing to say of a healthy night at %s", async (time) => {
    expect(await spoken("", morning(time))).toEqual([]);
  });

  test.each([
    ["dead letters", `{ subscription: ${dead}, from: 15:00, undelivered: 2 }`, [`${dead}: fail P2 dead_letters`]],
    [
      "a third delivery",
      "{ subscription: third, topic: nba-phase3-analytics-complete, push: 'https://a.example/', from: 15:00 }",
      ["nba-phase3-analytics-complete: warn P3 many_subscribers"],
    ],
    [
      "a receiver that is gone",
      "{ subscription: phase4-to-phase5-orchestrator-sub, delete: true, from: 15:00 }",
      ["nba-phase4-precompute-complete: fail P1 no_subscriber"],
    ],
    [
      "an alert that never fires",
      `{ alert: errors of the orchestrators, filter: 'resource.type="cloud_function" severity>=ERROR', from: 15:00 }`,
      ["errors-of-the-orchestrators: warn P3 never_matches"],
    ],
    ["an alert that fired", "{ alert: errors of Phase 3, fired: true, from: 15:00 }", ["errors-of-Phase-3: pass P5 fired"]],
    ["metrics that nobody may read, and so what waits", "{ fail: topics, target: backlogs, with: empty, from: 15:00 }", undefined],
  ])("tell of %s, and not before", async (_, change, lines) => {
    const changes = `changes:\n  - ${change}`;
    expect(await spoken(changes, morning("14:59"))).toEqual([]);
    const found = await spoken(changes, morning("15:01"));
    if (lines === undefined) expect(found).toContain(`${dead}: unknown not_measured`);
    else expect(found).toEqual(lines.map((line) => expect.stringContaining(line)));
  });

  test.each(["topics", "alerts"])("say unknown of all where %s is denied", async (port) => {
    const found = await spoken(`changes: [{ fail: ${port}, with: denied, from: 00:00 }]`);
    expect(found.filter((line) => line.includes("pass"))).toEqual([]);
    expect(found.some((line) => line.endsWith(": unknown denied"))).toBe(true);
  });
});
