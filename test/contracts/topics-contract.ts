import { describe, expect, test } from "vitest";
import type { Failure, StoredSubscription } from "../../src/adapters/embedded/world.ts";
import type { Refusal } from "../../src/errors.ts";
import type { Topics } from "../../src/ports/topics.ts";
import { asking, refusalOf } from "./asking.ts";
import { disposing } from "./disposing.ts";
import { failingPortTests } from "./failing-port.ts";

export interface TopicsContent {
  readonly topics: readonly string[];
  readonly subscriptions: readonly StoredSubscription[];
  readonly failures?: readonly Failure[];
}

export interface TopicsSubject {
  readonly topics: Topics;
  /** From now on the stores hold this instead. */
  become(content: TopicsContent): Promise<void>;
  dispose(): Promise<void>;
}

export type MakeTopics = (content: TopicsContent) => Promise<TopicsSubject>;

interface Backend {
  /** Those that it can answer with; all if absent. */
  readonly refusals?: readonly Refusal[];
  /** An oracle that neither fails on request nor measures anything: what it holds is all that is compared. */
  readonly contentOnly?: true;
}

/** When the stores are asked: every measurement below is of that day. */
export const topicsClock = new Date("2026-02-04T23:00:00Z");

const topic = "nba-phase3-analytics-complete";
const dead = "nba-phase2-raw-complete-dlq-sub";

/** What every adapter of topics does alike. */
export function topicsContract(title: string, makeSubject: MakeTopics, { refusals, contentOnly }: Backend = {}): void {
  const holding = disposing(makeSubject);

  describe(`${title}`, () => {
    describe("topics and subscriptions", () => {
      contentTests(holding);
    });
    if (contentOnly === true) return;
    describe("backlogs", () => {
      backlogTests(holding);
    });
    describe("ends and failures", () => {
      failingPortTests({
        port: "topics",
        place: "topics",
        asked: async (failures) => {
          const { topics } = await holding({ topics: [topic], subscriptions: [deadLetters], failures });
          return (call) => [topics.topics(call), topics.subscriptions(call), topics.backlogs({ since, until }, call)];
        },
        empty: [[], [], []],
        refusals,
      });
    });
  });
}

const since = "2026-02-04T22:30:00Z";
const until = "2026-02-04T23:00:00Z";
const deadLetters: StoredSubscription = {
  name: dead,
  topic: `${topic}-dlq`,
  undelivered: 3,
  measuredAt: "2026-02-04T22:58:00.000Z",
};

function contentTests(holding: MakeTopics): void {
  const names = ["nba-phase4-trigger", "nba-phase2-raw-complete", topic];

  test("every topic is listed by its short name, in order", async () => {
    const { topics } = await holding({ topics: names, subscriptions: [] });
    expect(await topics.topics(asking())).toEqual(["nba-phase2-raw-complete", topic, "nba-phase4-trigger"]);
  });

  test("nothing is an answer", async () => {
    const { topics } = await holding({ topics: [], subscriptions: [] });
    expect([await topics.topics(asking()), await topics.subscriptions(asking())]).toEqual([[], []]);
  });

  const kinds: readonly StoredSubscription[] = [
    { name: "pulled", topic },
    { name: "pushed", topic, pushEndpoint: "https://phase3-to-phase4-orchestrator.example/?x=1" },
    { name: "with-dead-letters", topic, pushEndpoint: "https://a.example/", deadLetterTopic: "nba-phase4-trigger" },
    { name: "of-a-deleted-topic" },
  ];
  test.each(kinds.map((given): [string, StoredSubscription] => [given.name, given]))(
    "a subscription comes back as it is: %s",
    async (_, given) => {
      const { topics } = await holding({ topics: names, subscriptions: [given] });
      expect(await topics.subscriptions(asking())).toEqual([given]);
    },
  );

  test("every subscription is listed, in order of name, across many pages", async () => {
    const many = Array.from({ length: 120 }, (_, index) => ({ name: `sub-${String(119 - index).padStart(3, "0")}`, topic }));
    const { topics } = await holding({ topics: names, subscriptions: many });
    expect(await topics.subscriptions(asking())).toEqual(many.toReversed());
  });

  test("as many as the budget allows are listed, one more is refused and never left out", async () => {
    const { topics } = await holding({ topics: names, subscriptions: kinds });
    const budget = (maxRows: number) => asking({ budget: { maxRows, maxBytes: 2 ** 30 } });
    expect(await topics.topics(budget(3))).toHaveLength(3);
    expect((await refusalOf(topics.topics(budget(2)))).refusal).toBe("partial");
    expect(await topics.subscriptions(budget(4))).toHaveLength(4);
    expect((await refusalOf(topics.subscriptions(budget(3)))).refusal).toBe("partial");
  });

  test("what becomes of a subscription meanwhile is seen by the next question", async () => {
    const subject = await holding({ topics: names, subscriptions: [{ name: "moved", topic }] });
    await subject.become({ topics: names, subscriptions: [{ name: "moved", topic: "nba-phase4-trigger" }] });
    expect(await subject.topics.subscriptions(asking())).toEqual([{ name: "moved", topic: "nba-phase4-trigger" }]);
  });
}

function backlogTests(holding: MakeTopics): void {
  const measured = (name: string, undelivered: number | undefined, at: string): StoredSubscription => ({
    name,
    topic,
    undelivered,
    measuredAt: `2026-02-04T${at}.000Z`,
  });

  test("what waits in each subscription is told with its time, in order of name; nothing waiting is a measurement too", async () => {
    const subscriptions = [measured("b-sub", 0, "22:59:00"), measured("a-sub", 255, "22:57:00")];
    const { topics } = await holding({ topics: [topic], subscriptions });
    expect(await topics.backlogs({ since, until }, asking())).toEqual([
      { subscription: "a-sub", undelivered: 255, at: "2026-02-04T22:57:00.000Z" },
      { subscription: "b-sub", undelivered: 0, at: "2026-02-04T22:59:00.000Z" },
    ]);
  });

  test("one that was not measured, or before the window only, is missing and no zero", async () => {
    const subscriptions = [measured("never", undefined, "22:59:00"), measured("before", 4, "22:29:59"), measured("just", 5, "22:31:00")];
    const { topics } = await holding({ topics: [topic], subscriptions });
    expect(await topics.backlogs({ since, until }, asking())).toEqual([
      { subscription: "just", undelivered: 5, at: "2026-02-04T22:31:00.000Z" },
    ]);
  });

  test("what was measured at the window's ends counts, what was measured after it doesn't", async () => {
    const subscriptions = [measured("first", 1, "22:30:00"), measured("last", 2, "22:45:00"), measured("after", 3, "22:50:00")];
    const { topics } = await holding({ topics: [topic], subscriptions });
    const found = await topics.backlogs({ since, until: "2026-02-04T22:45:00Z" }, asking());
    expect(found.map(({ subscription }) => subscription)).toEqual(["first", "last"]);
  });

  test("more backlogs than the budget allows are refused", async () => {
    const subscriptions = ["a-sub", "b-sub"].map((name) => measured(name, 0, "22:59:00"));
    const { topics } = await holding({ topics: [topic], subscriptions });
    const budget = (maxRows: number) => asking({ budget: { maxRows, maxBytes: 2 ** 30 } });
    expect(await topics.backlogs({ since, until }, budget(2))).toHaveLength(2);
    expect((await refusalOf(topics.backlogs({ since, until }, budget(1)))).refusal).toBe("partial");
  });

  test("another question's failure is not this one's", async () => {
    const failures: Failure[] = [{ port: "topics", target: "backlogs", with: "denied" }];
    const { topics } = await holding({ topics: [topic], subscriptions: [deadLetters], failures });
    expect(await topics.topics(asking())).toEqual([topic]);
    expect((await refusalOf(topics.backlogs({ since, until }, asking()))).refusal).toBe("denied");
  });
}
