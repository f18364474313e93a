import * as grpc from "@grpc/grpc-js";
import type { World } from "../../src/adapters/embedded/world.ts";
import type { FakeService } from "./grpc.ts";
import { played, serviceOf, status } from "./grpc.ts";
import type { WireValue } from "./firestore-values.ts";
import { byUtf8, compareValues, timestampOf, wireFields } from "./firestore-values.ts";

type Stream = grpc.ServerWritableStream<unknown, object>;

interface Options {
  /** What the project has, by id; the default one in native mode if absent. */
  readonly databases?: Readonly<Record<string, "native" | "datastore">>;
  /** Told of each call as it comes. */
  readonly onCall?: (method: string, call: Stream) => void;
}

interface StructuredQuery {
  readonly select?: { readonly fields?: readonly { readonly fieldPath: string }[] };
  readonly from?: readonly { readonly collectionId?: string; readonly allDescendants?: boolean }[];
  readonly orderBy?: readonly { readonly field: { readonly fieldPath: string }; readonly direction?: string }[];
  readonly limit?: { readonly value?: number };
}

interface StoredDocument {
  readonly name: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, WireValue>>;
  readonly createTime: { readonly seconds: string; readonly nanos: number };
  readonly updateTime: { readonly seconds: string; readonly nanos: number };
}

/**
 * Firestore's reading half by its own protos over a world's documents: BatchGetDocuments, RunQuery (order, limit, ids alone)
 * and RunAggregationQuery (count). Whatever else a request asks for is answered UNIMPLEMENTED, never left out.
 */
export function firestoreService(at: () => World, { databases = { "(default)": "native" }, onCall }: Options = {}): FakeService {
  const handler = (method: string, answer: (world: World, request: unknown) => Answer) => (call: Stream) => {
    onCall?.(method, call);
    try {
      const world = at();
      refuseDatabase(databases, call.request);
      const { names, replies, garbage, empty } = answer(world, call.request);
      const failure = played(world.failures, "documents", names, "firestore.googleapis.com");
      if (failure === "hang") return;
      if (failure instanceof Error) throw failure;
      for (const reply of failure === "garbage" ? garbage : failure === "empty" ? empty : replies()) call.write(reply);
      call.end();
    } catch (error) {
      call.emit("error", error);
    }
  };
  return {
    definition: serviceOf("@google-cloud/firestore-api/protos/protos.json", "google.firestore.v1.Firestore", { defaults: false }),
    implementation: {
      batchGetDocuments: handler("batchGetDocuments", batchGet),
      runQuery: handler("runQuery", runQuery),
      runAggregationQuery: handler("runAggregationQuery", aggregate),
    },
  };
}

interface Answer {
  /** Under which a failure may concern it; the first is the one said in errors. */
  readonly names: readonly string[];
  readonly replies: () => readonly object[];
  readonly empty: readonly object[];
  readonly garbage: readonly object[];
}

const readTime = timestampOf("2026-02-04T23:00:00.123456Z");
const known = {
  batchGet: ["database", "documents", "mask"],
  query: ["parent", "structuredQuery", "queryType"],
  aggregation: ["parent", "structuredAggregationQuery", "queryType"],
};

function batchGet(world: World, request: unknown): Answer {
  const { database, documents: asked = [] } = only(request, known.batchGet) as { database: string; documents?: string[] };
  const names = [...new Set(asked)].map((name) => ({ name, ...placed(database, name) }));
  const paths = names.map(({ collection, id }) => `${collection}/${id}`);
  return {
    names: [...paths, ...names.map(({ collection }) => collection)],
    // The order is the server's affair: any will do.
    replies: () =>
      names.toReversed().map(({ name, collection, id }) => {
        const found = stored(world, name, collection, id);
        return found === undefined ? { missing: name, readTime } : { found: withoutId(found), readTime };
      }),
    empty: names.map(({ name }) => ({ missing: name, readTime })),
    garbage: names.map(({ name }) => ({ found: { name, fields: { count: {} } }, readTime })),
  };
}

function runQuery(world: World, request: unknown): Answer {
  const { parent, structuredQuery } = only(request, known.query) as { parent: string; structuredQuery: StructuredQuery };
  const { select, limit } = only(structuredQuery, ["select", "from", "orderBy", "limit"]);
  const collection = collectionOf(structuredQuery);
  const idsOnly = select?.fields?.every(({ fieldPath }) => fieldPath === "__name__") ?? false;
  if (select !== undefined && !idsOnly) throw unimplemented("a projection of other fields than __name__");
  const most = limit?.value ?? (limit === undefined ? Infinity : 0);
  if (most < 0) throw status(grpc.status.INVALID_ARGUMENT, "limit is negative");
  return {
    names: [collection],
    replies: () => {
      const found = inOrder(documentsIn(world, parent, collection), structuredQuery).slice(0, most);
      const replies = found.map((document) => ({ document: withoutId(idsOnly ? { ...document, fields: {} } : document), readTime }));
      return replies.length === 0 ? [{ readTime }] : replies;
    },
    empty: [{ readTime }],
    garbage: [{ document: { name: "17", fields: {} }, readTime }],
  };
}

function aggregate(world: World, request: unknown): Answer {
  const asked = only(request, known.aggregation) as {
    parent: string;
    structuredAggregationQuery: { structuredQuery: StructuredQuery; aggregations?: { alias?: string; count?: object }[] };
  };
  const { structuredQuery, aggregations = [] } = asked.structuredAggregationQuery;
  const collection = collectionOf(only(structuredQuery, ["from"]));
  const counts = (count: number) => {
    for (const aggregation of aggregations) only(only(aggregation, ["alias", "count", "operator"]).count ?? { avg: true }, []);
    const named = aggregations.map(({ alias }, index) => [alias ?? `field_${index + 1}`, { integerValue: `${count}` }] as const);
    return [{ result: { aggregateFields: Object.fromEntries(named) }, readTime }];
  };
  return {
    names: [collection],
    replies: () => counts(documentsIn(world, asked.parent, collection).length),
    empty: counts(0),
    garbage: [{ result: { aggregateFields: {} }, readTime }],
  };
}

/** A request that says more than this fake understands must not be answered as if it hadn't. */
function only<T>(request: T, keys: readonly string[]): T {
  const unknownKeys = Object.keys(request as object).filter((key) => !keys.includes(key));
  if (unknownKeys.length > 0) throw unimplemented(unknownKeys.join(", "));
  return request;
}

function unimplemented(what: string): grpc.ServiceError {
  return status(grpc.status.UNIMPLEMENTED, `This fake does not know ${what}.`);
}

function collectionOf({ from = [] }: StructuredQuery): string {
  const [first, ...others] = from;
  if (first?.collectionId === undefined || others.length > 0) throw unimplemented("a query from none or several collections");
  only(first, ["collectionId"]);
  return first.collectionId;
}

function refuseDatabase(databases: Readonly<Record<string, "native" | "datastore">>, request: unknown): void {
  const { database, parent } = request as { database?: string; parent?: string };
  const path = database ?? parent ?? "";
  const [, project = "", id = ""] = /^projects\/([^/]+)\/databases\/([^/]+)(?:\/documents)?$/u.exec(path) ?? [];
  if (id === "") throw status(grpc.status.INVALID_ARGUMENT, `"${path}" names no database.`);
  switch (databases[id]) {
    case "native":
      return;
    case "datastore": {
      const words = "The Cloud Firestore API is not available for Firestore in Datastore Mode database";
      throw status(grpc.status.FAILED_PRECONDITION, `${words} projects/${project}/databases/${id}.`);
    }
    case undefined: {
      const link = `https://console.cloud.google.com/datastore/setup?project=${project}`;
      const words = `The database ${id} does not exist for project ${project} Please visit ${link} to add a Cloud Datastore or Cloud Firestore database.`;
      throw status(grpc.status.NOT_FOUND, words);
    }
  }
}

function placed(database: string, name: string): { collection: string; id: string } {
  const segments = name.startsWith(`${database}/documents/`) ? name.slice(`${database}/documents/`.length).split("/") : [];
  const [collection, id] = segments;
  if (segments.length !== 2 || !collection || !id || /^(?:\.|\.\.|__.*__)$/u.test(id))
    throw status(grpc.status.INVALID_ARGUMENT, `Document name "${name}" is none of a document.`);
  return { collection, id };
}

function documentsIn(world: World, parent: string, collection: string): readonly StoredDocument[] {
  const ids = world.documentIds(collection);
  return ids.flatMap((id) => stored(world, `${parent}/${collection}/${id}`, collection, id) ?? []);
}

function stored(world: World, name: string, collection: string, id: string): StoredDocument | undefined {
  const found = world.document(collection, id);
  if (found === undefined) return undefined;
  const [createTime, updateTime] = [timestampOf(found.createTime), timestampOf(found.updateTime)];
  return { name, id, fields: wireFields(found.fields), createTime, updateTime };
}

function withoutId({ name, fields, createTime, updateTime }: StoredDocument): object {
  return { name, fields, createTime, updateTime };
}

/** Those that have every field of the order, by these and then by name in the direction of the last one. */
function inOrder(documents: readonly StoredDocument[], { orderBy = [] }: StructuredQuery): readonly StoredDocument[] {
  const orders = orderBy.map(({ field, direction }) => ({ path: segmentsOf(field.fieldPath), sign: direction === "DESCENDING" ? -1 : 1 }));
  const named = orders.some(({ path }) => path[0] === "__name__");
  const all = named ? orders : [...orders, { path: ["__name__"], sign: orders.at(-1)?.sign ?? 1 }];
  return documents
    .filter((document) => all.every(({ path }) => path[0] === "__name__" || valueAt(document.fields, path) !== undefined))
    .toSorted((one, other) => {
      const differences = all.map(({ path, sign }) => sign * compareAt(one, other, path));
      return differences.find((difference) => difference !== 0) ?? 0;
    });
}

function compareAt(one: StoredDocument, other: StoredDocument, path: readonly string[]): number {
  if (path[0] === "__name__") return byUtf8(one.id, other.id);
  return compareValues(valueAt(one.fields, path) ?? {}, valueAt(other.fields, path) ?? {});
}

function valueAt(fields: Readonly<Record<string, WireValue>>, [first = "", ...rest]: readonly string[]): WireValue | undefined {
  const value = Object.hasOwn(fields, first) ? fields[first] : undefined;
  return rest.length === 0 || value === undefined ? value : valueAt(value.mapValue?.fields ?? {}, rest);
}

/** Dots part a path, backticks quote a name that is not simple, in them a backslash escapes. */
function segmentsOf(path: string): string[] {
  const parts = [...path.matchAll(/(?:^|\.)(?:([A-Za-z_]\w*)|`((?:[^`\\]|\\[`\\])+)`)(?=\.|$)/gu)];
  if (parts.map(([whole]) => whole).join("") !== path) throw status(grpc.status.INVALID_ARGUMENT, `Invalid field path "${path}".`);
  return parts.map(([, simple, quoted = ""]) => simple ?? quoted.replaceAll(/\\(.)/gu, "$1"));
}
