import { describe, expect, test } from "vitest";
import { storeClock } from "../../../src/adapters/embedded/clock.ts";
import { embeddedLogs } from "../../../src/adapters/embedded/logs.ts";
import { embeddedObjects } from "../../../src/adapters/embedded/objects.ts";
import { embeddedPorts } from "../../../src/adapters/embedded/ports.ts";
import { embeddedSchedules } from "../../../src/adapters/embedded/schedules.ts";
import { embeddedUnits } from "../../../src/adapters/embedded/units.ts";
import { embeddedEngine } from "../../../src/adapters/embedded/warehouse.ts";
import { portNames } from "../../../src/ports/ports.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import { logsClock, logsContract } from "../../contracts/logs-contract.ts";
import { objectsContract } from "../../contracts/objects-contract.ts";
import { schedulesContract } from "../../contracts/schedules-contract.ts";
import { unitsContract } from "../../contracts/units-contract.ts";
import { changeableStores, unsuppliedStores } from "./world-of.ts";

const dispose = async (): Promise<void> => {};

logsContract("embedded logs", async (content) => {
  const stores = changeableStores(content);
  return { logs: embeddedLogs(stores, storeClock(logsClock)), become: stores.become, dispose };
});
unitsContract("embedded units", async (content) => {
  const stores = changeableStores(content);
  return { units: embeddedUnits(stores, storeClock(logsClock)), become: stores.become, dispose };
});
schedulesContract("embedded schedules", async (content) => {
  const stores = changeableStores(content);
  return { schedules: embeddedSchedules(stores, storeClock(logsClock)), become: stores.become, dispose };
});
objectsContract("embedded objects", async (content) => {
  const stores = changeableStores(content);
  return { objects: embeddedObjects(stores, storeClock(logsClock)), become: stores.become, dispose };
});

describe("embedded logs, of their own", () => {
  const unit = "nba-scrapers";
  const entry = (at: string) => ({ at, severity: "INFO", unit, text: "A line", fields: {} }) as const;
  const window = { unit, since: "2026-01-01T00:00:00Z", until: "2026-02-05T00:00:00Z", limit: 9 };

  test("what is older than thirty days is gone, at the very moment", async () => {
    const entries = ["2026-01-05T22:59:59.999Z", "2026-01-05T23:00:00.000Z"].map(entry);
    const clock = storeClock(logsClock);
    const logs = embeddedLogs(changeableStores({ entries }), clock);
    expect((await logs.entries(window, asking())).entries.map(({ at }) => at)).toEqual(["2026-01-05T23:00:00.000Z"]);
    clock.advance(1);
    expect((await logs.entries(window, asking())).entries).toEqual([]);
  });

  test("a window wholly beyond retention is empty even where nothing was supplied: the real store would say nothing either", async () => {
    const logs = embeddedLogs(unsuppliedStores(), storeClock(logsClock));
    expect(await logs.entries({ ...window, until: "2026-01-02T00:00:00Z" }, asking())).toEqual({ entries: [], more: false });
  });

  test.each(["since", "until"])("a window whose %s is no instant is a bug, never silence", async (end) => {
    const logs = embeddedLogs(changeableStores({ entries: [entry("2026-02-04T10:00:00Z")] }), storeClock(logsClock));
    await expect(logs.entries({ ...window, [end]: "yesterday" }, asking())).rejects.toThrow(TypeError);
  });

  test.each([{ at: "yesterday" }, { severity: "LOUD" }, { text: null }, { fields: { message: undefined } }])(
    "an entry with %j is malformed, not left out",
    async (given) => {
      const entries = [{ ...entry("2026-02-04T10:00:00Z"), ...given }];
      const world = { ...changeableStores({}).at(logsClock), log: () => entries as never };
      const logs = embeddedLogs({ at: () => world }, storeClock(logsClock));
      expect((await refusalOf(logs.entries(window, asking()))).refusal).toBe("malformed");
    },
  );
});

test("what was not supplied is refused as that by every port beyond tables and documents, and is never absence", async () => {
  const { logs, units, schedules, objects, topics, alerts } = embeddedPorts(unsuppliedStores(), storeClock(logsClock), embeddedEngine());
  const window = { unit: "x", since: "2026-02-04T00:00:00Z", until: "2026-02-05T00:00:00Z", limit: 1 };
  const asked = [
    logs.entries(window, asking()),
    logs.counted(window, asking()),
    units.get({ name: "x" }, asking()),
    units.list(asking()),
    schedules.get({ name: "x" }, asking()),
    schedules.list(asking()),
    objects.get({ path: "x/y.json" }, asking()),
    topics.topics(asking()),
    topics.subscriptions(asking()),
    topics.backlogs({ since: window.since, until: window.until }, asking()),
    alerts.policies(asking()),
    alerts.incidents({ since: window.since }, asking()),
  ];
  for (const answering of asked)
    expect(await refusalOf(answering)).toMatchObject({ refusal: "not_supplied", next: "Add it to the scenario." });
});

test("the embedded backend has every port", () => {
  expect(Object.keys(embeddedPorts(unsuppliedStores(), storeClock(logsClock), embeddedEngine()))).toEqual([...portNames]);
});
