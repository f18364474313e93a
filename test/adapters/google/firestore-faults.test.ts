import { createServer, connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type * as grpc from "@grpc/grpc-js";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Cloud } from "../../../src/adapters/google/cloud.ts";
import { googleDocuments } from "../../../src/adapters/google/firestore.ts";
import type { Failure } from "../../../src/adapters/embedded/world.ts";
import type { Call } from "../../../src/ports/call.ts";
import type { DocumentSnapshot, Documents, FieldValue } from "../../../src/ports/documents.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import type { WireValue } from "../../fakes/firestore-values.ts";
import { onWire } from "../../fakes/firestore-values.ts";
import { firestoreService } from "../../fakes/firestore.ts";
import { startGrpcServer, status } from "../../fakes/grpc.ts";
import { worldOf } from "../embedded/world-of.ts";
import { acmeProject } from "../../support/cloud.ts";

const collection = "processor_heartbeats";
const usual: Cloud = acmeProject;

/** A call as the server saw it. */
interface SeenCall {
  readonly method: string;
  readonly deadline: number;
  readonly prefix: unknown;
  readonly request: unknown;
  readonly cancelled: Promise<void>;
}

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
  vi.unstubAllEnvs();
});

interface Set {
  readonly documents?: readonly DocumentSnapshot[];
  readonly failures?: readonly Failure[];
  readonly databases?: Readonly<Record<string, "native" | "datastore">>;
  readonly cloud?: Partial<Cloud>;
  /** What is answered instead of what the fake would, by method. */
  readonly instead?: Record<string, (call: grpc.ServerWritableStream<unknown, object>) => void>;
}

async function over({ documents = [], failures = [], databases, cloud, instead = {} }: Set) {
  const world = worldOf({ collections: { [collection]: documents }, failures });
  const seen: SeenCall[] = [];
  const { promise: allAsked, resolve: asked } = Promise.withResolvers<void>();
  const onCall = (method: string, call: grpc.ServerWritableStream<unknown, object>): void => {
    const { promise: cancelled, resolve } = Promise.withResolvers<void>();
    call.on("cancelled", () => resolve());
    const [deadline, prefix] = [Number(call.getDeadline()), call.metadata.get("google-cloud-resource-prefix")[0]];
    seen.push({ method, deadline, prefix, request: call.request, cancelled });
    if (seen.length === 5) asked();
  };
  const fake = firestoreService(() => world, { onCall, ...(databases === undefined ? {} : { databases }) });
  const server = await startGrpcServer([{ ...fake, implementation: { ...fake.implementation, ...instead } }]);
  open.push(() => server.stop());
  return { documents: googleDocuments({ ...usual, reach: { grpc: server.reach }, ...cloud }), seen, allAsked, server };
}

function questions(documents: Documents, call: Call): readonly Promise<unknown>[] {
  return [
    documents.get({ collection, id: "d1" }, call),
    documents.getMany({ collection, ids: ["d1", "d2"] }, call),
    documents.count({ collection }, call),
    documents.greatest({ collection, field: "beat" }, call),
    documents.list({ collection, limit: 5 }, call),
  ];
}

const refusalsOf = (answering: readonly Promise<unknown>[]) => Promise.all(answering.map((each) => refusalOf(each)));

function snapshot(id: string, fields: DocumentSnapshot["fields"] = {}): DocumentSnapshot {
  return { id, fields, createTime: "2026-02-04T10:00:00.000Z", updateTime: "2026-02-04T11:00:00.000Z" };
}

describe("ends", () => {
  test("of a cancelled look every request is cancelled at the server too", async () => {
    const { documents, seen, allAsked } = await over({ failures: [{ port: "documents", with: "deadline" }] });
    const caller = new AbortController();
    const refused = refusalsOf(questions(documents, asking({ signal: caller.signal })));
    await allAsked;
    caller.abort();
    expect((await refused).map(({ refusal }) => refusal)).toEqual(Array.from({ length: 5 }, () => "deadline"));
    await Promise.all(seen.map(({ cancelled }) => cancelled));
  });

  test("the server is told the look's own deadline, and the look ends by it where nothing answers", async () => {
    const { documents, seen } = await over({ failures: [{ port: "documents", target: collection, with: "deadline" }] });
    await documents.count({ collection: "other" }, asking());
    const deadlineAt = Date.now() + 1000;
    const refused = await refusalsOf(questions(documents, asking({ deadlineAt })));
    for (const { refusal } of refused) expect(refusal).toBe("deadline");
    const hanging = seen.slice(1);
    expect(hanging).toHaveLength(5);
    // What it is told is how long to wait: how late the request arrives is added. The client's own limit is five minutes.
    for (const { deadline } of hanging) expect(Math.abs(deadline - deadlineAt)).toBeLessThan(5000);
    await Promise.all(hanging.map(({ cancelled }) => cancelled));
  });

  test("a look cancelled while the client is still made asks nothing", async () => {
    const { documents, seen } = await over({});
    const caller = new AbortController();
    const refused = refusalsOf(questions(documents, asking({ signal: caller.signal })));
    caller.abort();
    for (const { refusal } of await refused) expect(refusal).toBe("deadline");
    await documents.count({ collection }, asking());
    expect(seen.map(({ method }) => method)).toEqual(["runAggregationQuery"]);
  });

  test.each(["denied", "unauthenticated", "throttled", "unavailable", "conflict", "partial"] as const)(
    "what is refused as %s is asked once: nothing is tried again behind the look's back",
    async (refusal) => {
      const { documents, seen } = await over({ failures: [{ port: "documents", with: refusal }] });
      for (const refused of await refusalsOf(questions(documents, asking()))) expect(refused.refusal).toBe(refusal);
      expect(seen).toHaveLength(5);
    },
  );
});

describe("connections", () => {
  test("one that is refused is unavailable, whatever was asked", async () => {
    const { documents, server } = await over({});
    server.stop();
    for (const { refusal } of await refusalsOf(questions(documents, asking()))) expect(refusal).toBe("unavailable");
  });

  test("one that is cut after any number of bytes never gives a part of an answer", async () => {
    const ids = Array.from({ length: 400 }, (_, index) => `d${String(index).padStart(4, "0")}`);
    const { server } = await over({ documents: ids.map((id) => snapshot(id, { beat: 1 })) });
    const whole = await answerOver(server.reach, Infinity);
    expect(whole.answer).toEqual(ids);
    const cuts = Array.from({ length: 24 }, (_, index) => Math.floor((whole.bytes * (index + 0.5)) / 24));
    for (const cut of cuts) {
      const { answer } = await answerOver(server.reach, cut);
      expect(answer).toMatchObject({ refusal: "unavailable" });
    }
  });
});

type Reach = Awaited<ReturnType<typeof startGrpcServer>>["reach"];

/** The list over a connection that is cut after so many bytes of answer, and how many came. */
async function answerOver(reach: Reach, cutAfter: number): Promise<{ answer: unknown; bytes: number }> {
  let bytes = 0;
  const sockets: Socket[] = [];
  const proxy = createServer((client) => {
    const upstream = connect(reach.port, "127.0.0.1");
    sockets.push(client, upstream);
    for (const socket of [client, upstream]) socket.on("error", () => {});
    client.pipe(upstream);
    upstream.on("data", (chunk: Buffer) => {
      const rest = Math.max(0, cutAfter - bytes);
      bytes += chunk.length;
      if (chunk.length <= rest) client.write(chunk);
      else client.write(chunk.subarray(0, rest), () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address() as AddressInfo; // listening on a port, so neither a pipe nor null
  const documents = googleDocuments({ ...usual, reach: { grpc: { ...reach, port } } });
  const answer = await documents.list({ collection, limit: 1000 }, asking()).catch((error: unknown) => error);
  for (const socket of sockets) socket.destroy();
  proxy.close();
  return { answer, bytes };
}

describe("many documents", () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `p${String(index).padStart(5, "0")}`);
  const many = ids.map((id, index) => snapshot(id, { beat: (index * 7919) % 10_007 }));

  test("10,000 are counted and the greatest is found without being sent, a list stops at its limit, and over the budget is partial", async () => {
    const { documents, seen } = await over({ documents: many });
    const small = asking({ budget: { maxRows: 500, maxBytes: 2 ** 30 } });
    expect(await documents.count({ collection }, small)).toBe(10_000);
    expect((await documents.greatest({ collection, field: "beat" }, small))?.fields["beat"]).toBe(10_006);
    expect(await documents.list({ collection, limit: 500 }, small)).toEqual(ids.slice(0, 500));
    expect(await refusalOf(documents.list({ collection, limit: 20_000 }, small))).toMatchObject({ refusal: "partial" });
    expect(await documents.list({ collection, limit: 20_000 }, asking({ budget: { maxRows: 10_000, maxBytes: 1 } }))).toHaveLength(10_000);
    const limits = seen.map(
      ({ request }) => (request as { structuredQuery?: { limit?: { value?: number } } }).structuredQuery?.limit?.value,
    );
    expect(limits).toEqual([undefined, 1, 500, 501, 10_001]);
  });
});

describe("values of the wire", () => {
  const read = async (value: FieldValue) => {
    const { documents } = await over({ documents: [snapshot("d1", { beat: value })] });
    return [
      documents.get({ collection, id: "d1" }, asking()),
      documents.greatest({ collection, field: "beat" }, asking()),
      documents.getMany({ collection, ids: ["d1"] }, asking()).then(([document]) => document),
    ];
  };
  const readable: [string, WireValue, FieldValue][] = [
    ["bytes", { bytesValue: "AAH/" }, { $bytes: "AAH/" }],
    ["a reference", { referenceValue: "projects/acme/databases/(default)/documents/c/d/e/f" }, "c/d/e/f"],
    ["a geographical point", { geoPointValue: { latitude: 40.75, longitude: -73.99 } }, { latitude: 40.75, longitude: -73.99 }],
    ["a point at zero, which the wire leaves out,", { geoPointValue: { latitude: 0, longitude: 0 } }, { latitude: 0, longitude: 0 }],
    ["the greatest exact integer", { integerValue: "9007199254740991" }, 9007199254740991],
    ["a whole double", { doubleValue: 3 }, 3],
    ["a double beyond integers", { doubleValue: 1e300 }, 1e300],
    ["minus zero", { doubleValue: -0 }, 0],
    ["an empty list", { arrayValue: { values: [] } }, []],
    ["an empty map", { mapValue: { fields: {} } }, {}],
    ["the year 1", { timestampValue: { seconds: "-62135596800", nanos: 0 } }, { $timestamp: "0001-01-01T00:00:00.000Z" }],
    [
      "the last nanosecond of 9999",
      { timestampValue: { seconds: "253402300799", nanos: 999_999_999 } },
      { $timestamp: "9999-12-31T23:59:59.999Z" },
    ],
    ["a vector", { mapValue: { fields: { __type__: { stringValue: "__vector__" } } } }, { __type__: "__vector__" }],
  ];
  test.each(readable)("%s is read", async (_, stored, expected) => {
    for (const document of await Promise.all(await read(onWire(stored)))) expect(document?.fields["beat"]).toEqual(expected);
  });

  const unreadable: [string, WireValue][] = [
    ["an integer above 2^53", { integerValue: "9007199254740993" }],
    ["the least integer", { integerValue: "-9223372036854775808" }],
    ["no number", { doubleValue: Number.NaN }],
    ["infinity", { doubleValue: -Infinity }],
    ["a value of no kind", {}],
    ["a map that looks like a timestamp", { mapValue: { fields: { $timestamp: { stringValue: "2026-02-04T11:00:00.000Z" } } } }],
    ["a list with no number in it", { arrayValue: { values: [{ doubleValue: Number.NaN }] } }],
  ];
  test.each(unreadable)("a field that holds %s makes its document malformed, never shorter", async (_, stored) => {
    for (const refused of await refusalsOf(await read(onWire(stored)))) {
      expect(refused).toMatchObject({ refusal: "malformed", message: expect.stringContaining(collection) });
    }
  });
});

describe("databases", () => {
  test("one with a name of its own is asked, and the request says so where Google routes by it", async () => {
    const { documents, seen } = await over({ databases: { "pipeline-eu": "native" }, cloud: { database: "pipeline-eu" } });
    expect(await documents.get({ collection, id: "d1" }, asking())).toBeUndefined();
    expect(seen).toMatchObject([
      { prefix: "projects/acme/databases/pipeline-eu", request: { database: "projects/acme/databases/pipeline-eu" } },
    ]);
  });

  test("one that is not there is no absent document and no empty collection: refused, with the command that shows which are there", async () => {
    const { documents } = await over({ cloud: { database: "nightly" } });
    for (const refused of await refusalsOf(questions(documents, asking()))) {
      expect(refused.refusal).toBe("no_such_place");
      expect(refused.message).toMatch(
        /^project acme has no Firestore database nightly, so processor_heartbeats\S*(?: and 1 more)? could not be read$/u,
      );
      expect(refused.next).toBe(
        "Run: gcloud firestore databases list --project=acme; then give the right one as --database, or the right --project.",
      );
    }
  });

  test("one in Datastore mode is told as that", async () => {
    const { documents } = await over({ databases: { "(default)": "datastore" } });
    for (const refused of await refusalsOf(questions(documents, asking()))) {
      expect(refused.refusal).toBe("no_such_place");
      expect(refused.message).toContain("is in Datastore mode, which holds no documents");
    }
  });

  test("a field without an index is told as that, not as an unknown place", async () => {
    const runQuery = (call: grpc.ServerWritableStream<unknown, object>) =>
      call.emit("error", status(9, "The query requires an index. You can create it here: https://console.firebase.google.com/x"));
    const { documents } = await over({ instead: { runQuery } });
    expect(await refusalOf(documents.greatest({ collection, field: "beat" }, asking()))).toMatchObject({
      refusal: "no_such_place",
      message: "Firestore keeps no index by which processor_heartbeats could be ordered",
    });
  });
});

describe("answers that prove nothing", () => {
  const replying = async (method: string, ...replies: object[]) => {
    const answered = (call: grpc.ServerWritableStream<unknown, object>): void => {
      for (const reply of replies) call.write(reply);
      call.end();
    };
    return (await over({ instead: { [method]: answered } })).documents;
  };
  const readTime = { seconds: "1770246000", nanos: 0 };
  const name = `projects/acme/databases/(default)/documents/${collection}/d1`;
  const times = { createTime: readTime, updateTime: readTime };

  test("a document of which nothing was said is not absent", async () => {
    const documents = await replying("batchGetDocuments", { missing: name, readTime });
    expect(await documents.getMany({ collection, ids: ["d1"] }, asking())).toEqual([undefined]);
    expect(await refusalOf(documents.getMany({ collection, ids: ["d1", "d2"] }, asking()))).toMatchObject({ refusal: "partial" });
  });

  test("a stream that ends without a word is no empty collection", async () => {
    const queried = await replying("runQuery");
    expect(await refusalOf(queried.list({ collection, limit: 5 }, asking()))).toMatchObject({ refusal: "partial" });
    expect(await refusalOf(queried.greatest({ collection, field: "beat" }, asking()))).toMatchObject({ refusal: "partial" });
    expect(await refusalOf((await replying("batchGetDocuments")).get({ collection, id: "d1" }, asking()))).toMatchObject({
      refusal: "partial",
    });
    expect(await refusalOf((await replying("runAggregationQuery")).count({ collection }, asking()))).toMatchObject({ refusal: "partial" });
  });

  test("a word that says neither a document nor as of when is no empty collection", async () => {
    const documents = await replying("runQuery", {}, { skippedResults: 2 });
    expect(await refusalOf(documents.list({ collection, limit: 5 }, asking()))).toMatchObject({ refusal: "partial" });
  });

  test("a word of progress without a document is none, and does not hide those that follow", async () => {
    const found = { document: { name, fields: {}, ...times }, readTime };
    const documents = await replying("runQuery", { readTime, skippedResults: 3 }, found, { done: true });
    expect(await documents.list({ collection, limit: 5 }, asking())).toEqual(["d1"]);
  });

  test("a document of another collection, or without its times, is malformed", async () => {
    const other = await replying("runQuery", { document: { name: name.replace(collection, "other"), fields: {}, ...times }, readTime });
    expect(await refusalOf(other.list({ collection, limit: 5 }, asking()))).toMatchObject({ refusal: "malformed" });
    const timeless = await replying("runQuery", { document: { name, fields: {} }, readTime });
    expect(await refusalOf(timeless.greatest({ collection, field: "beat" }, asking()))).toMatchObject({ refusal: "malformed" });
  });

  test("two counts are no count", async () => {
    const count = (integerValue: string) => ({ result: { aggregateFields: { count: { integerValue } } }, readTime });
    const documents = await replying("runAggregationQuery", count("3"), count("4"));
    expect(await refusalOf(documents.count({ collection }, asking()))).toMatchObject({ refusal: "partial" });
  });

  test("a count that is none, or below zero, is malformed", async () => {
    for (const count of [{ doubleValue: 3 }, { integerValue: "-1" }, { nullValue: "NULL_VALUE" }]) {
      const documents = await replying("runAggregationQuery", { result: { aggregateFields: { count } }, readTime });
      expect(await refusalOf(documents.count({ collection }, asking()))).toMatchObject({ refusal: "malformed" });
    }
  });
});

describe("words", () => {
  test("name the permission that is missing: another one for a single document than for a list", async () => {
    const { documents } = await over({ failures: [{ port: "documents", with: "denied" }] });
    const [get, , count] = await refusalsOf(questions(documents, asking()));
    expect(get?.message).toBe("denied: reading processor_heartbeats/d1 needs datastore.entities.get (roles/datastore.viewer)");
    expect(count?.message).toBe("denied: reading processor_heartbeats needs datastore.entities.list (roles/datastore.viewer)");
    expect(count?.next).toBe("Run: gcloud projects add-iam-policy-binding acme --member=MEMBER --role=roles/datastore.viewer");
  });

  test("hold nothing of what the server or the login said", async () => {
    const runQuery = (call: grpc.ServerWritableStream<unknown, object>) =>
      call.emit("error", status(7, "Bearer ya29.secret may not do that"));
    const { documents } = await over({ instead: { runQuery } });
    const refused = await refusalOf(documents.list({ collection, limit: 1 }, asking()));
    expect(`${refused.message} ${refused.next}`).not.toContain("secret");
  });

  test("a login that has run out is not kept: the next look is made with whatever login there is then", async () => {
    const { server } = await over({ failures: [{ port: "documents", target: collection, with: "unauthenticated" }] });
    let made = 0;
    const documents = googleDocuments({
      ...usual,
      get reach() {
        made += 1;
        return { grpc: server.reach };
      },
    });
    const other = () => documents.count({ collection: "other" }, asking());
    await other();
    await other();
    expect(made).toBe(1);
    expect(await refusalOf(documents.count({ collection }, asking()))).toMatchObject({ refusal: "unauthenticated" });
    await other();
    expect(made).toBe(2);
  });

  test("a first connection that fails with anything is made anew by the next look", async () => {
    const { server } = await over({});
    const { sslCreds, ...reach } = server.reach;
    const auth = {
      getUniverseDomain: async () => "googleapis.com",
      getClient: async () => Promise.reject(new Error("Something that nobody foresaw")),
    };
    const options: Record<string, unknown> = { ...reach, auth };
    const documents = googleDocuments({ ...usual, reach: { grpc: options } });
    expect(await refusalOf(documents.count({ collection: "other" }, asking()))).toMatchObject({ refusal: "unauthenticated" });
    options["sslCreds"] = sslCreds;
    expect(await documents.count({ collection: "other" }, asking())).toBe(0);
  });

  test.each(["", "/nonexistent/key.json"])(
    "without a login (credentials at %j) every look says so, and the process lives on",
    async (path) => {
      vi.stubEnv("CLOUDSDK_CONFIG", "/nonexistent");
      vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", path);
      const documents = googleDocuments(usual);
      const refused = await refusalsOf([...questions(documents, asking()), documents.count({ collection }, asking())]);
      for (const { refusal } of refused) expect(refusal).toBe("unauthenticated");
      expect(await refusalOf(documents.count({ collection }, asking()))).toMatchObject({
        refusal: "unauthenticated",
        next: "Run: gcloud auth application-default login",
      });
    },
  );
});
