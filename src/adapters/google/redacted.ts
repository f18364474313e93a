import { roles } from "../refusal-words.ts";
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
    value: (value) => anything(value, names, false),
  };
}

/** Of resources' names, and whatever else adapters tell apart by its text. */
const publicWords = (
  "projects locations services jobs revisions databases documents topics subscriptions alertPolicies conditions notificationChannels alerts " +
  "datasets tables bigquery storage v1 v2 v3 b o (default) _deleted-topic_ Ready goog-managed-by cloudfunctions " +
  "cloudfunctions.googleapis.com/function-id revision_name message project_id subscription_id count __name__ generation media json " +
  "since until limit unit severity contains revision collection id ids field name kind path unnamed service function job"
).split(" ");

interface Names {
  readonly kept: ReadonlySet<string>;
  /** One word: a name, a key. */
  word(word: string): string;
  /** Any text. */
  text(text: string): string;
}

const date = /^\d{4}-\d{2}-\d{2}$/u;
const stamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/u;

function placeholders(kept: ReadonlySet<string>): Names {
  const given = new Map<string, string>();
  const placeholder = (kind: "name" | "text", of: string): string => {
    const key = `${kind} ${of}`;
    const known = given.get(key) ?? `${kind}-${given.size + 1}`;
    given.set(key, known);
    return known;
  };
  const word = (one: string): string => (one === "" || kept.has(one) || date.test(one) ? one : placeholder("name", one));
  const text = (whole: string): string => {
    if (kept.has(whole) || stamp.test(whole)) return whole;
    if (/^(?:projects|\/v3|\/storage|\/bigquery)\//u.test(whole)) return whole.split("/").map(segment).join("/");
    return segment(whole);
  };
  // A name within a name (a table in its dataset, an object in its folder) is named alone elsewhere.
  const segment = (part: string): string =>
    /^[\p{L}\p{N}_.:/()%+~-]*$/u.test(part) && part.length <= 400
      ? part.split(/([./:]+)/u).map((each, index) => (index % 2 === 0 ? word(each) : each)).join("")
      : placeholder("text", part);
  return { kept, word, text };
}

function grpcRedacted({ wire, service, method, request, replies, failed }: GrpcExchange, names: Names): GrpcExchange {
  const shapes = methodShapes(service, method);
  const known = (shape: Shape | undefined, value: unknown): unknown => (shape === undefined ? anything(value, names, true) : shaped(shape, value, names, false));
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
  const told = typeof reply === "string" ? saidRedacted(reply) : shaped(replyShape(path, status), reply, names, false);
  return { ...whole, status, reply: told };
}

/** An object's name is one part of a path, whatever slashes it has. */
function pathRedacted(path: string, names: Names): string {
  const parts = path.split("/").map((part) => {
    const plain = decodeURIComponent(part);
    return encodeURIComponent(names.kept.has(plain) ? plain : names.text(plain));
  });
  return parts.join("/");
}

/** `within`: inside a map, where what is stored begins and numbers are content too. */
function shaped(shape: Shape, value: unknown, names: Names, within: boolean): unknown {
  if (value === null || value === undefined) return value;
  switch (shape.kind) {
    case "message":
      return messageRedacted(shape, value, names, within);
    case "word":
      return typeof value === "string" && shape.words.has(value) ? value : anything(value, names, within);
    case "time":
      return typeof value === "object" ? timeOf(value) : anything(value, names, within);
    case "said":
      return typeof value === "string" ? saidRedacted(value) : anything(value, names, within);
    case "integer":
      return typeof value === "string" && /^-?\d+$/u.test(value) ? String(numberRedacted(Number(value), within)) : anything(value, names, within);
    case "bytes":
      return "";
    case "text":
    case "number":
    case "boolean":
      return anything(value, names, within);
  }
}

function messageRedacted(shape: Extract<Shape, { kind: "message" }>, value: unknown, names: Names, within: boolean): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return anything(value, names, within);
  const entries = Object.entries(value).flatMap(([key, held]): (readonly [string, unknown])[] => {
    const member = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    if (member !== undefined) return !member.tells && isUsual(held) ? [] : [[key, memberRedacted(member, held, names, within)]];
    return shape.closed ? [] : [[names.word(key), anything(held, names, within)]]; // Closed: the library's own additions.
  });
  return Object.fromEntries(entries);
}

function memberRedacted({ shape, is }: Member, held: unknown, names: Names, within: boolean): unknown {
  if (is === "list" && Array.isArray(held)) return held.map((each) => shaped(shape(), each, names, within));
  if (is !== "map" || typeof held !== "object" || held === null) return is === "one" ? shaped(shape(), held, names, within) : anything(held, names, within);
  return Object.fromEntries(Object.entries(held).map(([key, each]) => [names.word(key), shaped(shape(), each, names, true)]));
}

/** What a message says without a word about it, so that it needn't be kept. */
function isUsual(held: unknown): boolean {
  if (typeof held === "object" && held !== null) return !(held instanceof Uint8Array) && Object.keys(held).length === 0 && Array.isArray(held);
  return held === null || held === "" || held === 0 || held === "0" || held === false || held === undefined;
}

function timeOf(value: object): unknown {
  const isNumber = (part: unknown): boolean => typeof part === "number" || (typeof part === "string" && /^-?\d{1,12}$/u.test(part));
  return Object.fromEntries(Object.entries(value).filter(([key, part]) => ["seconds", "nanos"].includes(key) && isNumber(part)));
}

/** Of which nothing is known: its kind alone stays. */
function anything(value: unknown, names: Names, within: boolean): unknown {
  if (typeof value === "string") return names.text(value);
  if (typeof value === "number") return numberRedacted(value, within);
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? 0 : value;
  if (value instanceof Uint8Array) return "";
  if (Array.isArray(value)) return value.map((each) => anything(each, names, within));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [names.word(key), anything(each, names, within)]));
}

/** Greater ones may be somebody's number; of stored ones only kind and sign stay. */
function numberRedacted(value: number, stored: boolean): number {
  if (!Number.isFinite(value) || Object.is(value, 0)) return value;
  if (!Number.isInteger(value)) return Math.sign(value) * 0.5;
  return stored ? Math.sign(value) * 7 : Math.sign(value) * Math.min(Math.abs(value), 1_000_001);
}

/** Of the words of a refusal those stay by which adapters tell refusals apart, and what makes them sentences. */
function saidRedacted(said: string): string {
  const plain = said.slice(0, 1000).replaceAll(/[^\p{L}\p{N}\s_.,:;'"`()/-]/gu, "?");
  return plain.replaceAll(/[\p{L}\p{N}_]+(?:[.-][\p{L}\p{N}_]+)*/gu, (word) => (saidWords.has(word) || Object.hasOwn(roles, word) ? word : "x"));
}

const saidWords: ReadonlySet<string> = new Set(
  (
    "Not found Job Table Dataset Project was not in location Unrecognized name Name inside due to concurrent update Permission denied on resource or it may " +
    "SERVICE_DISABLED has been used project before is disabled Enable API The the requested Requested Location Region region Resource of kind does exist " +
    "database Database Cloud Firestore Datastore Mode mode not available for index requires an query Index Access Not Configured Invalid Credentials Forbidden " +
    "specified bucket No such object User access to missing required Request had authentication credentials quota Quota exceeded rate limit service currently unavailable"
  ).split(" "),
);
