import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/adapters/embedded/world.ts";
import type { Refusal } from "../../src/errors.ts";
import type { DocumentSnapshot, Documents, FieldValue } from "../../src/ports/documents.ts";
import { asking, refusalOf } from "./asking.ts";
import { disposing } from "./disposing.ts";
import { failingPortTests } from "./failing-port.ts";

export interface DocumentsContent {
  readonly collections: Readonly<Record<string, readonly DocumentSnapshot[]>>;
  readonly failures?: readonly Failure[];
}

interface DocumentsSubject {
  readonly documents: Documents;
  /** From now on the stores hold this instead. */
  become(content: DocumentsContent): Promise<void>;
  dispose(): Promise<void>;
}

type MakeDocuments = (content: DocumentsContent) => Promise<DocumentsSubject>;

interface Backend {
  /** Those that it can answer with; all if absent. */
  readonly refusals?: readonly Refusal[];
  /** A real store sets its own times and can't be told to fail: neither is tested. */
  readonly real?: true;
}

/** What every document adapter does alike. */
export function documentsContract(name: string, makeSubject: MakeDocuments, backend: Backend = {}): void {
  const holding = disposing(makeSubject);

  describe(`${name}`, () => {
    describe("documents", () => {
      documentTests(holding);
      absenceTests(holding);
      if (backend.real === undefined) timeTests(holding);
    });
    describe("several documents", () => {
      manyTests(holding);
    });
    describe("lists and counts", () => {
      listTests(holding);
      countTests(holding);
    });
    describe("the greatest", () => {
      orderTests(holding);
      greatestTests(holding);
    });
    if (backend.real !== undefined) return;
    describe("ends and failures", () => {
      failureTests(holding, backend);
      nearbyFailureTests(holding);
    });
  });
}

const collection = "phase3_completion";
const id = "2026-02-03";

function documentTests(holding: MakeDocuments): void {
  const values: FieldValue[] = [
    "",
    "Jokić \u{1F3C0}",
    "2026-02-04T11:00:00.000Z",
    { $timestamp: "2026-02-04T11:00:00.000Z" },
    { $timestamp: "2026-02-04T11:00:00.123Z" },
    0,
    -3,
    34.5,
    2 ** 53 - 1,
    true,
    false,
    null,
    [],
    [1, "two", null, { three: { $timestamp: "2026-02-04T11:00:00.000Z" } }],
    {},
    { completed_at: { $timestamp: "2026-02-04T11:00:00.000Z" }, status: "success", record_count: 348, deep: { a: { b: [true] } } },
  ];
  test.each(values)("a field comes back as it is stored: %j", async (value) => {
    const { documents } = await holding(one({ field: value }));
    expect((await documents.get({ collection, id }, asking()))?.fields).toEqual({ field: value });
  });

  test("of a timestamp what is finer than a millisecond is cut off, before 1970 too", async () => {
    const fields = { now: { $timestamp: "2026-02-04T11:00:00.123999Z" }, once: { $timestamp: "1969-12-31T23:59:59.999999Z" } };
    const { documents } = await holding(one(fields));
    expect((await documents.get({ collection, id }, asking()))?.fields).toEqual({
      now: { $timestamp: "2026-02-04T11:00:00.123Z" },
      once: { $timestamp: "1969-12-31T23:59:59.999Z" },
    });
  });

  test("names of fields come back as they are, whatever is in them", async () => {
    const fields = { "a.b": 1, "we`ird\\name": { ".": 2, "\u{1F3C0}": 3 }, _count: 4 };
    const { documents } = await holding(one(fields));
    expect((await documents.get({ collection, id }, asking()))?.fields).toEqual(fields);
  });
}

function timeTests(holding: MakeDocuments): void {
  test("a document says its id and both its times; one without fields is there all the same", async () => {
    const { documents } = await holding(one({}));
    expect(await documents.get({ collection, id }, asking())).toEqual(snapshot(id, {}));
    expect(await documents.getMany({ collection, ids: [id] }, asking())).toEqual([snapshot(id, {})]);
  });
}

function absenceTests(holding: MakeDocuments): void {
  test("a document that isn't there is undefined, in a known collection and in an unknown one", async () => {
    const { documents } = await holding(one({}));
    expect(await documents.get({ collection, id: "2026-02-04" }, asking())).toBeUndefined();
    expect(await documents.get({ collection: "phase9_completion", id }, asking())).toBeUndefined();
  });

  test.each(["", ".", "..", `${id}/deeper`, `${id}/deeper/still`])(
    "no document can have the id %j, so none is there",
    async (impossible) => {
      const { documents } = await holding(one({}));
      expect(await documents.get({ collection, id: impossible }, asking())).toBeUndefined();
      expect(await documents.getMany({ collection, ids: [impossible, id] }, asking())).toMatchObject([undefined, { id }]);
    },
  );

  test("a document that was written, changed and deleted meanwhile is seen so by the next get", async () => {
    const subject = await holding({ collections: {} });
    const seen = async (): Promise<unknown> => (await subject.documents.get({ collection, id }, asking()))?.fields["count"];
    expect(await seen()).toBeUndefined();
    await subject.become(one({ count: 4 }));
    expect(await seen()).toBe(4);
    await subject.become(one({ count: 5 }));
    expect(await seen()).toBe(5);
    await subject.become({ collections: {} });
    expect(await seen()).toBeUndefined();
  });
}

function manyTests(holding: MakeDocuments): void {
  const content = { collections: { [collection]: ["a", "b", "c"].map((name) => snapshot(name, { name })), other: [snapshot("x", {})] } };
  const idsOf = (found: readonly (DocumentSnapshot | undefined)[]) => found.map((document) => document?.id);

  test("come in the order asked for, those that aren't there as undefined in their places, and twice if asked twice", async () => {
    const { documents } = await holding(content);
    const found = await documents.getMany({ collection, ids: ["c", "x", "a", "c", "missing"] }, asking());
    expect(idsOf(found)).toEqual(["c", undefined, "a", "c", undefined]);
    expect(found[2]?.fields).toEqual({ name: "a" });
  });

  test("none asked for, none found; of an unknown collection none is there", async () => {
    const { documents } = await holding(content);
    expect(await documents.getMany({ collection, ids: [] }, asking())).toEqual([]);
    expect(await documents.getMany({ collection: "phase9_completion", ids: ["a", "b"] }, asking())).toEqual([undefined, undefined]);
  });

  test("as many as the budget allows are answered, one more is refused as partial", async () => {
    const { documents } = await holding(content);
    const budget = { maxRows: 2, maxBytes: 2 ** 40 };
    expect(idsOf(await documents.getMany({ collection, ids: ["a", "b"] }, asking({ budget })))).toEqual(["a", "b"]);
    const refused = await refusalOf(documents.getMany({ collection, ids: ["a", "b", "c"] }, asking({ budget })));
    expect(refused).toMatchObject({ refusal: "partial", message: expect.stringContaining(collection) });
  });
}

function listTests(holding: MakeDocuments): void {
  const ids = ["b", "a", "Z", "é", "\u{1F3C0}", "\uFF5E", "10", "9"];
  const content: DocumentsContent = { collections: { [collection]: ids.map((name) => snapshot(name, {})), other: [snapshot("x", {})] } };

  test("ids come in the order of their UTF-8 bytes, and of this collection only", async () => {
    const { documents } = await holding(content);
    expect(await documents.list({ collection, limit: 100 }, asking())).toEqual(["10", "9", "Z", "a", "b", "é", "\uFF5E", "\u{1F3C0}"]);
  });

  test("a limit takes the first ids in that order", async () => {
    const { documents } = await holding(content);
    expect(await documents.list({ collection, limit: 3 }, asking())).toEqual(["10", "9", "Z"]);
  });

  test("an unknown collection lists nothing, and so does a limit of none", async () => {
    const { documents } = await holding(content);
    expect(await documents.list({ collection: "phase9_completion", limit: 1 }, asking())).toEqual([]);
    expect(await documents.list({ collection, limit: 0 }, asking())).toEqual([]);
  });

  test("a list as long as the budget is answered, a longer one is refused as partial and never cut", async () => {
    const { documents } = await holding(content);
    const listing = (limit: number, maxRows: number) => documents.list({ collection, limit }, asking({ budget: { maxRows, maxBytes: 1 } }));
    expect(await listing(8, 8)).toHaveLength(8);
    expect(await listing(100, 8)).toHaveLength(8);
    expect(await listing(7, 7)).toHaveLength(7);
    expect(await refusalOf(listing(8, 7))).toMatchObject({ refusal: "partial", message: expect.stringContaining(collection) });
  });
}

function countTests(holding: MakeDocuments): void {
  test("all documents of the collection are counted and no other's, however few may be read; an unknown collection holds 0", async () => {
    const names = Array.from({ length: 7 }, (_, index) => `d${index}`);
    const content = { collections: { [collection]: names.map((name) => snapshot(name, {})), other: [snapshot("x", {})] } };
    const subject = await holding(content);
    expect(await subject.documents.count({ collection }, asking({ budget: { maxRows: 1, maxBytes: 1 } }))).toBe(7);
    expect(await subject.documents.count({ collection: "phase9_completion" }, asking())).toBe(0);
    await subject.become({ collections: {} });
    expect(await subject.documents.count({ collection }, asking())).toBe(0);
  });
}

/** Each less than the next one: every kind of value that the port knows, and what orders values of one kind. */
const ascending: readonly FieldValue[] = [
  null,
  false,
  true,
  -(2 ** 53),
  -1.5,
  0,
  0.5,
  1,
  2 ** 53 - 1,
  1e300,
  { $timestamp: "1969-12-31T23:59:59.999Z" },
  { $timestamp: "2026-02-04T11:00:00.000Z" },
  { $timestamp: "2026-02-04T11:00:00.000001Z" },
  { $timestamp: "2026-02-04T11:00:00.001Z" },
  "",
  "2026-02-04T10:00:00Z",
  "B",
  "a",
  "ab",
  "\uFF5E",
  "\u{1F3C0}",
  [],
  [1],
  [1, null],
  [1, "a"],
  [2],
  ["a"],
  [{ a: 1 }],
  {},
  { a: 1 },
  { a: 1, b: 0 },
  { a: 2 },
  { b: 0 },
  { "\uFF5E": 0 },
  { "\u{1F3C0}": 0 },
];

function orderTests(holding: MakeDocuments): void {
  const pairs = ascending.slice(1).map((greater, index): [FieldValue | undefined, FieldValue] => [ascending[index], greater]);

  test.each(pairs)("%j is less than %j", async (lesser, greater) => {
    const documents = [snapshot("a", { beat: greater }), snapshot("b", { beat: lesser ?? null })];
    const subject = await holding({ collections: { [collection]: documents } });
    expect((await subject.documents.greatest({ collection, field: "beat" }, asking()))?.id).toBe("a");
  });
}

function greatestTests(holding: MakeDocuments): void {
  const greatestId = async ({ documents }: DocumentsSubject, field = "beat") =>
    (await documents.greatest({ collection, field }, asking()))?.id;

  test("of all documents the one with the greatest value is answered whole, whatever their ids", async () => {
    const beats = [3, 9, 4, 8, 10, 1].map((beat, index) => snapshot(`d${index}`, { beat, other: { deep: [index] } }));
    const { documents } = await holding({ collections: { [collection]: beats, other: [snapshot("x", { beat: 99 })] } });
    const found = await documents.greatest({ collection, field: "beat" }, asking());
    expect(found).toMatchObject({ id: "d4", fields: { beat: 10, other: { deep: [4] } } });
  });

  test("documents without the field are passed over, one with null is not; where none has it, none is the greatest", async () => {
    const without = [snapshot("a", {}), snapshot("b", { other: 1, nested: { beat: 9 } })];
    const subject = await holding({ collections: { [collection]: [...without, snapshot("c", { beat: null })] } });
    expect(await greatestId(subject)).toBe("c");
    await subject.become({ collections: { [collection]: without } });
    expect(await greatestId(subject)).toBeUndefined();
    await subject.become({ collections: {} });
    expect(await greatestId(subject)).toBeUndefined();
  });

  test("of several with the greatest value it is the one with the greatest id, by UTF-8 bytes", async () => {
    const ids = ["a", "\u{1F3C0}", "\uFF5E", "Z"];
    const subject = await holding({
      collections: { [collection]: [...ids.map((name) => snapshot(name, { beat: 7 })), snapshot("\u{1F3C1}", { beat: 6 })] },
    });
    expect(await greatestId(subject)).toBe("\u{1F3C0}");
  });

  test("a name with dots or quotes is one field's, not a path into maps", async () => {
    const names = ["a.b", "we`ird\\name", "1st", "with space", "\u{1F3C0}"];
    const subject = await holding({
      collections: { [collection]: [snapshot("low", { a: { b: 99 } }), ...names.map((name) => snapshot(`of ${name}`, { [name]: 1 }))] },
    });
    for (const name of names) expect(await greatestId(subject, name)).toBe(`of ${name}`);
  });

  test("one document is one of the budget, however many there are", async () => {
    const { documents } = await holding({ collections: { [collection]: [snapshot("a", { beat: 1 }), snapshot("b", { beat: 2 })] } });
    const call = asking({ budget: { maxRows: 1, maxBytes: 1 } });
    expect((await documents.greatest({ collection, field: "beat" }, call))?.id).toBe("b");
  });
}

/** Every question of the port, the first about the collection as a whole. */
function questions(documents: Documents, call = asking()): readonly Promise<unknown>[] {
  return [
    documents.list({ collection, limit: 1 }, call),
    documents.get({ collection, id }, call),
    documents.getMany({ collection, ids: [id] }, call),
    documents.count({ collection }, call),
    documents.greatest({ collection, field: "count" }, call),
  ];
}

function failureTests(holding: MakeDocuments, { refusals }: Backend): void {
  failingPortTests({
    port: "documents",
    place: collection,
    asked: async (failures) => {
      const { documents } = await holding({ ...one({ count: 5 }), failures });
      return (call) => questions(documents, call);
    },
    empty: [[], undefined, [undefined], 0, undefined],
    refusals,
  });
}

function nearbyFailureTests(holding: MakeDocuments): void {
  const failing = (kind: Failure["with"], target: string): DocumentsContent => ({
    collections: { [collection]: [snapshot(id, { count: 5 }), snapshot("2026-02-04", {})], other: [snapshot("x", {})] },
    failures: [{ port: "documents", with: kind, target }],
  });

  test("one document's failure is that of every question for it, not its neighbour's, nor its collection's", async () => {
    const { documents } = await holding(failing("denied", `${collection}/${id}`));
    const both = [id, "2026-02-04"];
    const refused = { refusal: "denied", message: expect.stringContaining(`${collection}/${id}`) };
    expect(await refusalOf(documents.get({ collection, id }, asking()))).toMatchObject(refused);
    expect(await refusalOf(documents.getMany({ collection, ids: both }, asking()))).toMatchObject(refused);
    expect((await documents.get({ collection, id: "2026-02-04" }, asking()))?.id).toBe("2026-02-04");
    expect(await documents.getMany({ collection, ids: ["2026-02-04"] }, asking())).toHaveLength(1);
    expect(await documents.list({ collection, limit: 10 }, asking())).toEqual(both);
    expect(await documents.count({ collection }, asking())).toBe(2);
  });

  test("a collection's failure is that of each of its documents and of no other collection", async () => {
    const { documents } = await holding(failing("unavailable", collection));
    const refused = await Promise.all(questions(documents).map((each) => refusalOf(each)));
    for (const each of refused) expect(each.refusal).toBe("unavailable");
    expect(await documents.list({ collection: "other", limit: 10 }, asking())).toEqual(["x"]);
    expect(await documents.count({ collection: "other" }, asking())).toBe(1);
  });
}

function one(fields: DocumentSnapshot["fields"]): DocumentsContent {
  return { collections: { [collection]: [snapshot(id, fields)] } };
}

function snapshot(name: string, fields: DocumentSnapshot["fields"]): DocumentSnapshot {
  return { id: name, fields, createTime: "2026-02-04T10:00:00.000Z", updateTime: "2026-02-04T11:00:00.000Z" };
}
