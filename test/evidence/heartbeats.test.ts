import { expect, test } from "vitest";
import { storeClock } from "../../src/adapters/embedded/clock.ts";
import { embeddedDocuments } from "../../src/adapters/embedded/documents.ts";
import { newestHeartbeat } from "../../src/evidence/looks/heartbeats.ts";
import { calendarDateOf } from "../../src/pipeline/dates.ts";
import type { DocumentSnapshot, Documents, FieldValue } from "../../src/ports/documents.ts";
import { worldOf } from "../adapters/embedded/world-of.ts";
import { asking, refusalOf } from "../contracts/asking.ts";
import { nba } from "../support/pipeline.ts";
import { silentPorts } from "../support/ports.ts";

const now = new Date("2026-02-04T23:00:00Z");
const rules = nba.rulesOn(calendarDateOf("2026-02-03"), now);

function snapshot(id: string, fields: DocumentSnapshot["fields"]): DocumentSnapshot {
  return { id, fields, createTime: "2026-02-04T10:00:00.000Z", updateTime: "2026-02-04T11:00:00.000Z" };
}

function look(collections: Readonly<Record<string, readonly DocumentSnapshot[]>>, wrap = (documents: Documents) => documents) {
  const documents = wrap(embeddedDocuments({ at: () => worldOf({ collections }) }, storeClock(now)));
  if (rules.heartbeats === undefined) throw new Error("The pipeline file declares no heartbeats.");
  return newestHeartbeat(rules.heartbeats, rules).run(silentPorts({ documents }), asking());
}

const beats = (...values: FieldValue[]) => values.map((value, index) => snapshot(`Processor${index}`, { last_heartbeat: value }));
const early = { $timestamp: "2026-02-04T11:00:00.000Z" };
const late = { $timestamp: "2026-02-04T12:00:00.000Z" };

test("documents are counted and only the one with the newest beat is read", async () => {
  const asked: string[] = [];
  const found = await look({ processor_heartbeats: beats(early, late, early) }, (documents) => ({
    ...documents,
    get: async () => Promise.reject(new Error("read")),
    getMany: async () => Promise.reject(new Error("read")),
    list: async (ask, call) => {
      asked.push(ask.collection);
      return documents.list(ask, call);
    },
  }));
  expect(found.facts).toEqual({ documents: 3, newest: { id: "Processor1", beat: late.$timestamp, stored: "timestamp" } });
  expect(asked).toEqual([]);
});

test("a text is greater than any timestamp, so what is newest is said to be one", async () => {
  const { facts } = await look({ processor_heartbeats: beats(late, "2026-02-04T06:00:00-05:00", early) });
  expect(facts.newest).toEqual({ id: "Processor1", beat: early.$timestamp, stored: "text" });
});

test.each([
  ["nonsense", "text"],
  [17, "other"],
  [{ at: 17 }, "other"],
  [null, "other"],
] as [FieldValue, string][])("a beat that is no time is said to be none: %j", async (value, stored) => {
  expect((await look({ processor_heartbeats: beats(value) })).facts.newest).toEqual({ id: "Processor0", beat: null, stored });
});

test("documents without a beat are counted, and none is the newest", async () => {
  expect((await look({ processor_heartbeats: [snapshot("a", {})] })).facts).toEqual({ documents: 1, newest: null });
});

test("an empty collection is believed only where the tracker's collection holds something: else the database may be another", async () => {
  expect((await look({ phase3_completion: [snapshot("2026-02-03", {})] })).facts).toEqual({ documents: 0, newest: null });
  expect(await refusalOf(look({}))).toMatchObject({ refusal: "no_such_place" });
});

test("a collection that is emptied or filled while it is looked at is not taken for what it is at neither time", async () => {
  const filled = { processor_heartbeats: beats(early) };
  expect(await refusalOf(look(filled, (documents) => ({ ...documents, count: async () => 0 })))).toMatchObject({ refusal: "conflict" });
});
