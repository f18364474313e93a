import { afterEach, describe, expect, test } from "vitest";
import type { Failure } from "../../src/adapters/embedded/world.ts";
import { refusals } from "../../src/errors.ts";
import type { DocumentSnapshot, Documents, FieldValue } from "../../src/ports/documents.ts";
import { asking, refusalOf } from "./asking.ts";

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

export type MakeDocuments = (content: DocumentsContent) => Promise<DocumentsSubject>;

/** What every document adapter does alike. */
export function documentsContract(name: string, makeSubject: MakeDocuments): void {
  const subjects: DocumentsSubject[] = [];
  const holding: MakeDocuments = async (content) => {
    const subject = await makeSubject(content);
    subjects.push(subject);
    return subject;
  };

  describe(`${name}`, () => {
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.dispose();
    });
    describe("documents", () => {
      documentTests(holding);
    });
    describe("lists", () => {
      listTests(holding);
    });
    describe("ends and failures", () => {
      failureTests(holding);
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

  test("a document says its id and both its times; one without fields is there all the same", async () => {
    const { documents } = await holding(one({}));
    expect(await documents.get({ collection, id }, asking())).toEqual(snapshot(id, {}));
  });

  test("a document that isn't there is undefined, in a known collection and in an unknown one", async () => {
    const { documents } = await holding(one({}));
    expect(await documents.get({ collection, id: "2026-02-04" }, asking())).toBeUndefined();
    expect(await documents.get({ collection: "phase9_completion", id }, asking())).toBeUndefined();
  });

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

  test("an unknown collection lists nothing", async () => {
    const { documents } = await holding(content);
    expect(await documents.list({ collection: "phase9_completion", limit: 1 }, asking())).toEqual([]);
  });
}

function failureTests(holding: MakeDocuments): void {
  const failing = (kind: Failure["with"], target?: string): DocumentsContent => ({
    ...one({ count: 5 }),
    failures: [{ port: "documents", with: kind, ...(target === undefined ? {} : { target }) }],
  });
  const both = (documents: Documents, call = asking()): Promise<unknown>[] => [
    documents.get({ collection, id }, call),
    documents.list({ collection, limit: 1 }, call),
  ];
  const immediate = refusals.filter((refusal) => refusal !== "deadline");

  test.each(immediate)(
    "a backend that answers %s is refused as that, with a reason and a next step, and never as absence",
    async (refusal) => {
      const { documents } = await holding(failing(refusal));
      for (const answering of both(documents)) {
        const refused = await refusalOf(answering);
        expect(refused.refusal).toBe(refusal);
        expect(refused.message).toContain(collection);
        expect(refused.next).not.toBe("");
      }
    },
  );

  test("a backend that hangs is waited for until the call ends, then refused as deadline", async () => {
    const { documents } = await holding(failing("deadline"));
    const caller = new AbortController();
    const answering = both(documents, asking({ signal: caller.signal })).map((each) => refusalOf(each));
    const healthy = await holding(one({}));
    await healthy.documents.get({ collection, id }, asking());
    caller.abort();
    expect(await Promise.all(answering)).toMatchObject([{ refusal: "deadline" }, { refusal: "deadline" }]);
  });

  test("a call that was cancelled before it began, or whose deadline has passed, is refused", async () => {
    const { documents } = await holding(one({}));
    for (const call of [asking({ signal: AbortSignal.abort() }), asking({ deadlineAt: 0 })]) {
      for (const answering of both(documents, call)) expect(await refusalOf(answering)).toMatchObject({ refusal: "deadline" });
    }
  });

  test("a backend that answers garbage is refused as malformed, whether a document or ids were asked for", async () => {
    const { documents } = await holding(failing("garbage"));
    for (const answering of both(documents)) expect(await refusalOf(answering)).toMatchObject({ refusal: "malformed" });
  });

  test("a backend that answers empty has neither the document nor any id", async () => {
    const { documents } = await holding(failing("empty"));
    expect(await Promise.all(both(documents))).toEqual([undefined, []]);
  });

  test("one document's failure is not its neighbour's, nor its collection's", async () => {
    const { documents } = await holding({
      ...failing("denied", `${collection}/${id}`),
      collections: { [collection]: [snapshot(id, {}), snapshot("2026-02-04", {})] },
    });
    expect(await refusalOf(documents.get({ collection, id }, asking()))).toMatchObject({ refusal: "denied" });
    expect((await documents.get({ collection, id: "2026-02-04" }, asking()))?.id).toBe("2026-02-04");
    expect(await documents.list({ collection, limit: 10 }, asking())).toEqual([id, "2026-02-04"]);
  });

  test("a collection's failure is that of each of its documents and of no other collection", async () => {
    const { documents } = await holding({
      ...failing("unavailable", collection),
      collections: { [collection]: [snapshot(id, {})], other: [snapshot("x", {})] },
    });
    for (const answering of both(documents)) expect(await refusalOf(answering)).toMatchObject({ refusal: "unavailable" });
    expect(await documents.list({ collection: "other", limit: 10 }, asking())).toEqual(["x"]);
  });
}

function one(fields: DocumentSnapshot["fields"]): DocumentsContent {
  return { collections: { [collection]: [snapshot(id, fields)] } };
}

function snapshot(name: string, fields: DocumentSnapshot["fields"]): DocumentSnapshot {
  return { id: name, fields, createTime: "2026-02-04T10:00:00.000Z", updateTime: "2026-02-04T11:00:00.000Z" };
}
