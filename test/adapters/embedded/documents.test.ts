import { describe, expect, test } from "vitest";
import { storeClock } from "../../../src/adapters/embedded/clock.ts";
import { embeddedDocuments } from "../../../src/adapters/embedded/documents.ts";
import type { FieldValue } from "../../../src/ports/documents.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import { documentsContract } from "../../contracts/documents-contract.ts";
import { changeableStores, worldOf } from "./world-of.ts";

const start = new Date("2026-02-04T23:00:00Z");
const createTime = "2026-02-04T10:00:00Z";

documentsContract("embedded documents", async (content) => {
  const stores = changeableStores(content);
  return { documents: embeddedDocuments(stores, storeClock(start)), become: stores.become, dispose: async () => {} };
});

describe("embedded documents, of their own", () => {
  test("a question sees what is there at the clock's time", async () => {
    const clock = storeClock(start);
    const written = worldOf({ collections: { c: [{ id: "d", fields: {}, createTime, updateTime: createTime }] } });
    const documents = embeddedDocuments({ at: (moment) => (moment > start ? written : worldOf({})) }, clock);
    expect(await documents.get({ collection: "c", id: "d" }, asking())).toBeUndefined();
    clock.advance(1);
    expect((await documents.get({ collection: "c", id: "d" }, asking()))?.id).toBe("d");
  });

  const unreadable: [string, FieldValue][] = [
    ["a timestamp that is none", { $timestamp: "yesterday" }],
    ["a timestamp beside other keys", { $timestamp: "2026-02-04T10:00:00Z", zone: "ET" }],
    ["a number that is none", Number.NaN],
  ];
  test.each(unreadable)("a field that holds %s is malformed, not absent", async (_, field) => {
    const stores = changeableStores({ collections: { c: [{ id: "d", fields: { field }, createTime, updateTime: createTime }] } });
    const documents = embeddedDocuments(stores, storeClock(start));
    expect(await refusalOf(documents.get({ collection: "c", id: "d" }, asking()))).toMatchObject({
      refusal: "malformed",
      message: expect.stringContaining("c/d"),
    });
  });
});
