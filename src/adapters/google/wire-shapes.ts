import { createRequire } from "node:module";

/** What a message is made of, as the services' own descriptions say it. https://protobuf.dev/programming-guides/json/ */
interface Node {
  readonly nested?: Readonly<Record<string, Node>>;
  readonly fields?: Readonly<Record<string, Field>>;
  readonly oneofs?: Readonly<Record<string, { readonly oneof: readonly string[] }>>;
  /** Of an enumeration. */
  readonly values?: Readonly<Record<string, number>>;
  readonly methods?: Readonly<Record<string, { readonly requestType: string; readonly responseType: string }>>;
}

interface Field {
  readonly type: string;
  readonly rule?: string;
  /** Of a map. */
  readonly keyType?: string;
}

/** What stands in one place of a message. */
export type Shape =
  | { readonly kind: "message"; readonly fields: Readonly<Record<string, Member>>; readonly closed: boolean }
  /** Words of which the services' makers have a list: nobody else's can stand there. */
  | { readonly kind: "word"; readonly words: ReadonlySet<string> }
  /** A moment or a duration, in whichever of its forms. */
  | { readonly kind: "time" }
  /** `said`: why something was refused. */
  | { readonly kind: "text" | "said" | "integer" | "number" | "boolean" | "bytes" };

export interface Member {
  readonly shape: () => Shape;
  readonly is: "one" | "list" | "map";
  /** Whether a value that is the usual one says more than its absence. */
  readonly tells: boolean;
}

/** Of a gRPC method; undefined for one that is not known. */
export function methodShapes(service: string, method: string): { readonly request: Shape; readonly reply: Shape } | undefined {
  const [root, path] = [rootOf(service), service.split(".")];
  const found = root && at(root, path)?.methods?.[method];
  if (root === undefined || found === undefined) return undefined;
  return { request: shapeNamed(root, path, found.requestType), reply: shapeNamed(root, path, found.responseType) };
}

/** The file that describes a gRPC service, as it is imported. */
export function descriptionOf(service: string): string | undefined {
  return packages.find(([prefix]) => service.startsWith(prefix))?.[1];
}

const times: ReadonlySet<string> = new Set(["google.protobuf.Timestamp", "google.protobuf.Duration"]);
const longs: ReadonlySet<string> = new Set(["int32", "uint32", "sint32", "int64", "uint64", "sint64", "fixed32", "fixed64", "sfixed64"]);

function shapeNamed(root: Node, scope: readonly string[], name: string): Shape {
  if (name === "bool") return { kind: "boolean" };
  if (name === "string") return { kind: "text" };
  if (name === "bytes") return { kind: "bytes" };
  if (longs.has(name)) return { kind: "integer" };
  if (name === "double" || name === "float") return { kind: "number" };
  const path = resolved(root, scope, name);
  const node = path && at(root, path);
  if (path === undefined || node === undefined) return { kind: "text" }; // Whatever it is, none of it is kept.
  if (times.has(path.join("."))) return { kind: "time" };
  if (node.values !== undefined) return { kind: "word", words: new Set(Object.keys(node.values)) };
  const choices = new Set(Object.values(node.oneofs ?? {}).flatMap(({ oneof }) => oneof));
  const fields = Object.entries(node.fields ?? {}).map(([field, { type, rule, keyType }]): [string, Member] => [
    field,
    {
      shape: () => shapeNamed(root, path, type),
      is: keyType !== undefined ? "map" : rule === "repeated" ? "list" : "one",
      tells: choices.has(field),
    },
  ]);
  return { kind: "message", fields: Object.fromEntries(fields), closed: true };
}

/** A name is looked for from the inside out, as in every description. */
function resolved(root: Node, scope: readonly string[], name: string): readonly string[] | undefined {
  const parts = name.split(".").filter((part) => part !== "");
  const candidates = Array.from({ length: scope.length + 1 }, (_, up) => [...scope.slice(0, scope.length - up), ...parts]);
  return candidates.find((path) => at(root, path) !== undefined);
}

function at(root: Node, path: readonly string[]): Node | undefined {
  return path.reduce<Node | undefined>((node, part) => node?.nested?.[part], root);
}

/** Each package brings the description of its service along. */
const packages: readonly (readonly [prefix: string, file: string])[] = [
  ["google.firestore.", "@google-cloud/firestore-api/protos/protos.json"],
  ["google.logging.", "@google-cloud/logging-api/build/protos/protos.json"],
  ["google.monitoring.", "@google-cloud/monitoring/build/protos/protos.json"],
  ["google.pubsub.", "@google-cloud/pubsub/build/protos/protos.json"],
  ["google.cloud.run.", "@google-cloud/run/build/protos/protos.json"],
  ["google.cloud.scheduler.", "@google-cloud/scheduler/build/protos/protos.json"],
];

const read = new Map<string, Node>();

function rootOf(service: string): Node | undefined {
  const file = descriptionOf(service);
  if (file === undefined) return undefined;
  const root = read.get(file) ?? (createRequire(import.meta.url)(file) as Node); // as protobufjs writes it
  read.set(file, root);
  return root;
}

/** A message of a REST service: `name:type`, with `[]` for a list. Whatever it holds beside these is kept as to its kind alone. */
function rest(description: string, others: Readonly<Record<string, () => Shape>> = {}): () => Shape {
  const fields = description.split(" ").map((each): [string, Member] => {
    const [name = "", type = ""] = each.split(":");
    const one = type.replace(/\[\]$/u, "");
    const simple = { text: "text", said: "said", integer: "integer", boolean: "boolean" } as const;
    const shape = others[one] ?? (() => (one === "word" ? restWord : { kind: simple[one as keyof typeof simple] ?? "text" })); // else absent, and text
    return [name, { shape, is: type.endsWith("[]") ? "list" : "one", tells: true }];
  });
  const made: Shape = { kind: "message", fields: Object.fromEntries(fields), closed: false };
  return () => made;
}

const words =
  "bigquery#tableList bigquery#table bigquery#dataset storage#object storage#objects gzip TABLE VIEW EXTERNAL MATERIALIZED_VIEW SNAPSHOT " +
  "STRING BYTES INTEGER INT64 FLOAT FLOAT64 NUMERIC DECIMAL BIGNUMERIC BIGDECIMAL BOOLEAN BOOL TIMESTAMP DATE TIME DATETIME GEOGRAPHY RECORD STRUCT " +
  "JSON RANGE INTERVAL NULLABLE REQUIRED REPEATED DAY HOUR MONTH YEAR global usageLimits OPEN CLOSED " +
  "notFound forbidden accessDenied authError required rateLimitExceeded userRateLimitExceeded quotaExceeded jobRateLimitExceeded accessNotConfigured " +
  "responseTooLarge bytesBilledLimitExceeded backendError internalError invalid invalidQuery duplicate stopped timeout resourcesExceeded " +
  "SERVICE_DISABLED PERMISSION_DENIED UNAUTHENTICATED NOT_FOUND INVALID_ARGUMENT RESOURCE_EXHAUSTED UNAVAILABLE INTERNAL IAM_PERMISSION_DENIED";
const restWord: Shape = { kind: "word", words: new Set(words.split(" ")) };

const field = rest("name:text type:word mode:word fields:Field[]", { Field: () => field() });
const table = rest("tableReference:Reference type:word kind:word schema:Schema", {
  Reference: rest("projectId:text datasetId:text tableId:text"),
  Schema: rest("fields:Field[]", { Field: field }),
});
const error = rest("code:integer message:said errors:Each[] status:word details:Detail[]", {
  Each: rest("domain:word reason:word message:said"),
  Detail: rest("reason:word"),
});
const failure = rest("error:Error", { Error: error });

const replies: readonly (readonly [path: RegExp, shape: () => Shape])[] = [
  [/\/datasets\/[^/]+\/tables$/u, rest("kind:word nextPageToken:text totalItems:integer tables:Table[]", { Table: table })],
  [/\/datasets\/[^/]+\/tables\/[^/]+$/u, table],
  [/\/datasets\/[^/]+$/u, rest("kind:word location:text")],
  [
    /\/v3\/projects\/[^/]+\/alerts$/u,
    rest("alerts:Alert[] nextPageToken:text totalSize:integer", {
      Alert: rest("name:text state:word openTime:text closeTime:text policy:Policy", { Policy: rest("name:text displayName:text") }),
    }),
  ],
  [/\/storage\/v1\/b\/[^/]+\/o$/u, rest("kind:word")],
  [
    /\/storage\/v1\/b\/[^/]+\/o\/[^/]+$/u,
    rest("generation:integer size:integer updated:text crc32c:text md5Hash:text contentEncoding:word"),
  ],
];

/** Of the body of an HTTP reply; one that is not known is kept as to its kind alone. */
export function replyShape(path: string, status: number): Shape {
  if (status !== 200) return failure();
  const known = replies.find(([pattern]) => pattern.test(path))?.[1];
  return known?.() ?? { kind: "message", fields: {}, closed: false };
}
