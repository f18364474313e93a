import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/adapters/embedded/world.ts";
import type { Refusal } from "../../src/errors.ts";
import type { AlertCondition, AlertPolicy, Alerts, Incident } from "../../src/ports/alerts.ts";
import { asking, refusalOf } from "./asking.ts";
import { disposing } from "./disposing.ts";
import { failingPortTests } from "./failing-port.ts";

export interface AlertsContent {
  readonly policies: readonly AlertPolicy[];
  readonly incidents: readonly Incident[];
  readonly failures?: readonly Failure[];
}

interface AlertsSubject {
  readonly alerts: Alerts;
  /** From now on the stores hold this instead. */
  become(content: AlertsContent): Promise<void>;
  dispose(): Promise<void>;
}

export type MakeAlerts = (content: AlertsContent) => Promise<AlertsSubject>;

/** When the stores are asked: every incident below is of that day. */
export const alertsClock = new Date("2026-02-04T23:00:00Z");

const since = "2026-02-04T12:00:00Z";

/** What every adapter of alerts does alike; `refusals` are those that the backend can answer with, all if absent. */
export function alertsContract(title: string, makeSubject: MakeAlerts, refusals?: readonly Refusal[]): void {
  const holding = disposing(makeSubject);

  describe(`${title}`, () => {
    describe("policies", () => {
      policyTests(holding);
    });
    describe("incidents", () => {
      incidentTests(holding);
    });
    describe("ends and failures", () => {
      failingPortTests({
        port: "alerts",
        place: "policies",
        asked: async (failures) => {
          const { alerts } = await holding({ policies: [policy({})], incidents: [incident({})], failures });
          return (call) => [alerts.policies(call), alerts.incidents({ since }, call)];
        },
        empty: [[], []],
        refusals,
      });
    });
  });
}

const filter = 'resource.type="cloud_run_revision" resource.labels.service_name="nba-phase3-analytics-processors" severity>=ERROR';

export function policy(given: Partial<AlertPolicy>): AlertPolicy {
  const conditions: readonly AlertCondition[] = [{ title: "errors", kind: "log", filter }];
  return { name: "8817", title: "Phase 3 errors", enabled: true, channels: 1, conditions, ...given };
}

function incident(given: Partial<Incident>): Incident {
  return { policy: "8817", title: "Phase 3 errors", openedAt: "2026-02-04T14:00:00.000Z", closedAt: "2026-02-04T15:00:00.000Z", ...given };
}

function policyTests(holding: MakeAlerts): void {
  const kinds: Partial<AlertPolicy>[] = [
    {},
    { enabled: false },
    { channels: 0 },
    { channels: 3, title: 'Ünïcode, and a "quote"' },
    { conditions: [{ title: "rate", kind: "metric", filter: 'metric.type="logging.googleapis.com/log_entry_count"' }] },
    { conditions: [{ title: "silence", kind: "absence", filter: 'resource.type="pubsub_topic"' }] },
    { conditions: [{ title: "own", kind: "query", filter: "fetch cloud_run_revision | condition val() > 5" }] },
    {
      conditions: [
        { title: "one", kind: "metric", filter: "a" },
        { title: "two", kind: "absence", filter: "b" },
      ],
    },
    { conditions: [] },
  ];
  test.each(kinds.map((given, index): [number, AlertPolicy] => [index, policy(given)]))(
    "a policy comes back as it is: %i",
    async (_, given) => {
      const { alerts } = await holding({ policies: [given], incidents: [] });
      expect(await alerts.policies(asking())).toEqual([given]);
    },
  );

  test("all are listed, in order of title, then of name, across many pages", async () => {
    const policies = Array.from({ length: 60 }, (_, index) => policy({ name: String(900 - index), title: index < 30 ? "b" : "a" }));
    const { alerts } = await holding({ policies, incidents: [] });
    const found = await alerts.policies(asking());
    expect(found.map(({ title }) => title)).toEqual([...Array<string>(30).fill("a"), ...Array<string>(30).fill("b")]);
    expect(found.slice(0, 30).map(({ name }) => name)).toEqual(Array.from({ length: 30 }, (_, index) => String(841 + index)));
  });

  test("as many policies as the budget allows are listed, one more is refused and never left out", async () => {
    const { alerts } = await holding({ policies: [policy({}), policy({ name: "2" })], incidents: [] });
    const budget = (maxRows: number) => asking({ budget: { maxRows, maxBytes: 2 ** 30 } });
    expect(await alerts.policies(budget(2))).toHaveLength(2);
    expect((await refusalOf(alerts.policies(budget(1)))).refusal).toBe("partial");
  });

  test("what becomes of a policy meanwhile is seen by the next question", async () => {
    const subject = await holding({ policies: [policy({})], incidents: [] });
    await subject.become({ policies: [policy({ enabled: false })], incidents: [] });
    expect(await subject.alerts.policies(asking())).toMatchObject([{ enabled: false }]);
  });
}

function incidentTests(holding: MakeAlerts): void {
  test("an incident comes back with its times; one that is open has no end", async () => {
    const incidents = [incident({ openedAt: "2026-02-04T16:00:00.000Z", closedAt: undefined }), incident({})];
    const { alerts } = await holding({ policies: [], incidents });
    expect(await alerts.incidents({ since }, asking())).toEqual(incidents);
  });

  test("what was opened at that very moment is told, what was opened before is not; the newest comes first", async () => {
    const opened = ["12:00:00", "11:59:59", "20:00:00", "13:30:00"].map((time) => incident({ openedAt: `2026-02-04T${time}.000Z` }));
    const { alerts } = await holding({ policies: [], incidents: opened });
    expect((await alerts.incidents({ since }, asking())).map(({ openedAt }) => openedAt.slice(11, 16))).toEqual([
      "20:00",
      "13:30",
      "12:00",
    ]);
  });

  test("more incidents than the budget allows are refused; older ones do not count", async () => {
    const incidents = ["13:00", "14:00", "09:00"].map((time) => incident({ openedAt: `2026-02-04T${time}:00.000Z` }));
    const { alerts } = await holding({ policies: [], incidents });
    const budget = (maxRows: number) => asking({ budget: { maxRows, maxBytes: 2 ** 30 } });
    expect(await alerts.incidents({ since }, budget(2))).toHaveLength(2);
    expect((await refusalOf(alerts.incidents({ since }, budget(1)))).refusal).toBe("partial");
  });
}
