import { saidRedacted } from "./redacted-words.ts";
import type { Exchange, GrpcExchange, HttpExchange } from "./tap.ts";
import type { Member, Shape } from "./wire-shapes.ts";
import { methodShapes, replyShape } from "./wire-shapes.ts";

/**
 * Takes the content out of what services answered: structure, kinds, times, small numbers and the words of Google's own
 * lists stay, everything else becomes a placeholder, the same one wherever the same text stood. Nothing is looked for that
 * might be private: what is not known to be public goes.
 */
export interface Redactor {
  exchange(exchange: Exchange): Exchange;
  /** A value of ours, such as what was asked for: the same names become the same placeholders. */
  value(value: unknown): unknown;
}

/** `kept` are words that adapters look for: names of labels and the like, as the pipeline file declares them. */
export function redactor(kept: Iterable<string>): Redactor {
  const names = placeholders(new Set([...publicWords, ...kept]));
  return {
    exchange: (exchange) => (exchange.wire === "grpc" ? grpcRedacted(exchange, names) : httpRedacted(exchange, names)),
    value: (value) => anything(value, names),
  };
}

/** Of resources' names, and whatever else adapters tell apart by its text. */
const publicWords =
  `projects locations services jobs revisions databases documents topics subscriptions alertPolicies conditions notificationChannels alerts
  datasets tables bigquery storage v2 v3 v1 b o Ready _deleted-topic_ goog-managed-by cloudfunctions cloudfunctions.googleapis.com/function-id
  revision_name message project_id subscription_id count`.split(/\s+/u);

/** Fields in which adapters look for one of those words. */
const tellingFields: ReadonlySet<string> = new Set(["type", "topic", "deadLetterTopic", "name", "goog-managed-by"]);

interface Names {
  /** Of a member that anybody may have named. */
  key(key: string): string;
  text(text: string): string;
  /** Where a public word says something. */
  telling(text: string): string;
}

const date = /^\d{4}-\d{2}-\d{2}$/u;
const stamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/u;
const resourceName = /^(?:projects|\/v3|\/storage|\/bigquery)\//u;

function placeholders(kept: ReadonlySet<string>): Names {
  const given = new Map<string, string>();
  const placeholder = (kind: "name" | "text", of: string): string => {
    const known = given.get(of) ?? `${kind}-${given.size + 1}`;
    given.set(of, known);
    return known;
  };
  const word = (one: string): string => (one === "" || one === "(default)" || date.test(one) ? one : placeholder("name", one));
  // A name within a name (a table in its dataset, an object in its folder) is named alone elsewhere.
  const segment = (part: string): string =>
    /^[\p{L}\p{N}_.:/()%+~-]{0,400}$/u.test(part)
      ? part
          .split(/([./:]+)/u)
          .map((each, index) => (index % 2 === 0 ? word(each) : each))
          .join("")
      : placeholder("text", part);
  const text = (whole: string): string => {
    if (stamp.test(whole)) return whole;
    if (!resourceName.test(whole)) return segment(whole);
    return whole
      .split("/")
      .map((part) => (kept.has(part) ? part : segment(part)))
      .join("/");
  };
  return { key: (key) => (kept.has(key) ? key : word(key)), text, telling: (whole) => (kept.has(whole) ? whole : text(whole)) };
}

function grpcRedacted({ wire, service, method, request, replies, failed }: GrpcExchange, names: Names): GrpcExchange {
  const shapes = methodShapes(service, method);
  const known = (shape: Shape | undefined, value: unknown): unknown =>
    shape === undefined ? anything(value, names, "stored") : shaped(shape, value, names);
  return {
    wire,
    service,
    method,
    request: known(shapes?.request, request),
    replies: replies.map((reply) => known(shapes?.reply, reply)),
    ...(failed === undefined ? {} : { failed: { code: failed.code, message: saidRedacted(failed.message), ...detailsOf(failed.details) } }),
  };
}

/** The one reason that a client hands on from there and an adapter tells apart. */
function detailsOf(details: string | undefined): { readonly details?: string } {
  return details?.includes("SERVICE_DISABLED") === true ? { details: "SERVICE_DISABLED" } : {};
}

function httpRedacted({ wire, service, method, path, query, status, reply, content }: HttpExchange, names: Names): HttpExchange {
  const asked = Object.entries(query).map(([key, value]) => [key, names.text(value)] as const);
  const whole = { wire, service, method, path: pathRedacted(path, names), query: Object.fromEntries(asked) };
  if (status === undefined) return whole;
  if (content !== undefined) return { ...whole, status, content };
  const told = typeof reply === "string" ? saidRedacted(reply) : shaped(replyShape(path, status), reply, names);
  return { ...whole, status, reply: told };
}

/** An object's name is one part of a path, whatever slashes it has. */
function pathRedacted(path: string, names: Names): string {
  return path
    .split("/")
    .map((part) => encodeURIComponent(names.telling(decodeURIComponent(part))))
    .join("/");
}

/** `stored`: inside a map, where what somebody stored begins, and numbers are content too. */
type Within = "stored" | undefined;

function shaped(shape: Shape, value: unknown, names: Names, within?: Within): unknown {
  if (value === null || value === undefined) return value;
  switch (shape.kind) {
    case "message":
      return messageRedacted(shape, value, names, within);
    case "word":
      return typeof value === "string" && shape.words.has(value) ? value : anything(value, names, within);
    case "time":
      if (typeof value !== "object") return anything(value, names, within);
      return within === "stored" ? { seconds: "946684800" } : timeOf(value);
    case "said":
      return typeof value === "string" ? saidRedacted(value) : anything(value, names, within);
    case "integer":
      return isDigits(value) ? String(numberRedacted(Number(value), within)) : anything(value, names, within);
    case "bytes":
      return "";
    case "text":
    case "number":
    case "boolean":
      return anything(value, names, within);
  }
}

function messageRedacted(shape: Extract<Shape, { kind: "message" }>, value: unknown, names: Names, within: Within): unknown {
  if (!isObject(value)) return anything(value, names, within);
  const entries = Object.entries(value).flatMap(([key, held]): (readonly [string, unknown])[] => {
    const member = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    const isSaid = member?.tells === true || !isUsual(held, member?.is);
    if (member !== undefined) return isSaid ? [[key, memberRedacted(key, member, held, names, within)]] : [];
    return shape.closed ? [] : [[names.key(key), anything(held, names, "stored")]]; // Closed: the library's own additions.
  });
  return Object.fromEntries(entries);
}

function memberRedacted(key: string, { shape, is }: Member, held: unknown, names: Names, within: Within): unknown {
  if (is === "list" && Array.isArray(held)) return held.map((each) => shaped(shape(), each, names, within));
  if (is === "map" && isObject(held)) {
    return Object.fromEntries(Object.entries(held).map(([name, each]) => [names.key(name), named(name, shape(), each, names, "stored")]));
  }
  return is === "one" ? named(key, shape(), held, names, within) : anything(held, names, within);
}

function named(name: string, shape: Shape, held: unknown, names: Names, within: Within): unknown {
  const tells = shape.kind === "text" && typeof held === "string" && tellingFields.has(name);
  return tells ? names.telling(held) : shaped(shape, held, names, within);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** What a message says without a word about it, so that it needn't be kept. */
function isUsual(held: unknown, is: Member["is"] | undefined): boolean {
  if (is === "map" && isObject(held)) return Object.keys(held).length === 0;
  if (Array.isArray(held) || held instanceof Uint8Array) return held.length === 0;
  return held === undefined || held === null || held === "" || held === 0 || held === "0" || held === false;
}

function isDigits(value: unknown): value is string {
  return typeof value === "string" && /^-?\d+$/u.test(value);
}

/** Of the same form: what was stored may be somebody's birthday. */
function otherTime(value: string): string {
  return date.test(value) ? "2000-01-01" : "2000-01-01T00:00:00Z";
}

function timeOf(value: object): unknown {
  const isPart = ([key, part]: readonly [string, unknown]): boolean =>
    ["seconds", "nanos"].includes(key) && (typeof part === "number" || (isDigits(part) && part.length <= 12));
  return Object.fromEntries(Object.entries(value).filter(isPart));
}

/** Of which nothing is known: its kind alone stays. */
function anything(value: unknown, names: Names, within?: Within): unknown {
  if (typeof value === "string")
    return within === "stored" && (date.test(value) || stamp.test(value)) ? otherTime(value) : names.text(value);
  if (typeof value === "number") return numberRedacted(value, within);
  if (value instanceof Uint8Array) return "";
  if (Array.isArray(value)) return value.map((each) => anything(each, names, within));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [names.key(key), anything(each, names, within)]));
}

/** Great ones may be somebody's number; of stored ones only kind and sign stay. What JSON can't hold becomes its name. */
function numberRedacted(value: number, within: Within): number | string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return 0;
  if (!Number.isInteger(value)) return Math.sign(value) * 0.5;
  return Math.sign(value) * (within === "stored" ? 7 : Math.min(Math.abs(value), 1_000_001));
}
