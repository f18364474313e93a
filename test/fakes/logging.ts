import * as grpc from "@grpc/grpc-js";
import type { World } from "../../src/adapters/embedded/world.ts";
import type { LogEntry } from "../../src/ports/logs.ts";
import { logResources } from "../../src/ports/logs.ts";
import type { Value } from "../../src/ports/warehouse.ts";
import type { FakeService } from "./grpc.ts";
import { played, serviceOf, status } from "./grpc.ts";
import type { LogsAs } from "./logging-sources.ts";
import { platformLogsAs } from "./logging-sources.ts";
import { loggersOf, logSourceOf } from "./logging-world.ts";
import type { FilteredEntry } from "./lql.ts";
import { nanoseconds, readFilter } from "./lql.ts";
import { FilterError } from "./lql-lexer.ts";
import type { Filter } from "./lql-parser.ts";
import { unary, wireTime } from "./unary.ts";

interface ListRequest {
  readonly resourceNames: readonly string[];
  readonly filter: string;
  readonly orderBy: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

/** Cloud Logging over a world: what its units logged, filtered by the real language as far as it is documented. */
export function loggingService(at: () => World, logsAs: LogsAs = platformLogsAs, project = "acme"): FakeService {
  return {
    definition: serviceOf("@google-cloud/logging-api/build/protos/protos.json", "google.logging.v2.LoggingServiceV2"),
    implementation: { listLogEntries: unary<ListRequest>((request) => answerOf({ world: at(), logsAs, project }, request)) },
  };
}

interface Fake {
  readonly world: World;
  readonly logsAs: LogsAs;
  readonly project: string;
}

const orders = new Set(["", "timestamp asc", "timestamp desc"]);
const mostAPage = 1000;

function answerOf(fake: Fake, request: ListRequest): object | "hang" {
  const invalid = (why: string): grpc.ServiceError => status(grpc.status.INVALID_ARGUMENT, why);
  if (request.resourceNames.join() !== `projects/${fake.project}`) return invalid("The request must name its project.");
  if (!orders.has(request.orderBy)) return invalid(`Unsupported order: ${request.orderBy}`);
  if (request.pageSize < 0) return invalid("page_size must not be negative");
  try {
    const { filter, holds } = readFilter(request.filter);
    const failing = played(fake.world.failures, "logs", [...(unitsIn(filter) ?? [])], "logging.googleapis.com");
    if (failing === "garbage") return { entries: [{ severity: 17, timestamp: null }] };
    if (failing !== undefined && failing !== "empty") return failing;
    const found = failing === "empty" ? [] : logged(fake, filter);
    if (found instanceof Error) return found;
    const matching = found.filter(({ seen }) => holds(seen));
    const ordered = request.orderBy === "timestamp desc" ? matching.toSorted((a, b) => b.time - a.time) : matching;
    return pageOf(
      ordered.map(({ wire }) => wire),
      request,
    );
  } catch (error) {
    if (error instanceof FilterError) return invalid(error.message);
    throw error;
  }
}

/**
 * Two entries on the first page, then one without any, as the service gives it when its time is up, then as many as were asked
 * for. A token belongs to one question.
 */
function pageOf(entries: readonly object[], request: ListRequest): object {
  const question = JSON.stringify([request.filter, request.orderBy, request.pageSize]);
  const [from, isEmpty, asked] = request.pageToken === "" ? ([0, false, question] as const) : (JSON.parse(request.pageToken) as Token); // made below
  if (asked !== question) return status(grpc.status.INVALID_ARGUMENT, "page_token doesn't match arguments from the request");
  const token = (...next: Token): string => JSON.stringify(next);
  if (isEmpty) return { entries: [], nextPageToken: token(from, false, question) };
  const size = Math.min(from === 0 ? 2 : mostAPage, request.pageSize === 0 ? 50 : request.pageSize);
  const next = from + size < entries.length ? token(from + size, from === 0, question) : "";
  return { entries: entries.slice(from, from + size), nextPageToken: next };
}

type Token = readonly [from: number, isEmpty: boolean, question: string];

interface Logged {
  readonly time: number;
  readonly seen: FilteredEntry;
  readonly wire: object;
}

/** Entries of the units and the time that the filter is about, as an index would find them; the filter decides about each. */
function logged({ world, logsAs, project }: Fake, filter: Filter): readonly Logged[] | grpc.ServiceError {
  const { since, until } = timesIn(filter);
  const all: Logged[] = [];
  for (const unit of unitsIn(filter) ?? loggersOf(world)) {
    const found = world.log({ unit, since, until });
    if ("notSupplied" in found) return status(grpc.status.UNAVAILABLE, found.notSupplied);
    all.push(...loggedUnder(logSourceOf(world, unit, logsAs), unit, found, project));
    for (const [type, label] of Object.entries(logResources)) {
      const own = world.log({ unit: `${type}/${unit}`, since, until });
      if (!("notSupplied" in own)) all.push(...loggedUnder({ type, label }, unit, own, project));
    }
  }
  return all.toSorted((a, b) => a.time - b.time);
}

function loggedUnder(
  { type, label }: LogsAs[keyof LogsAs],
  unit: string,
  entries: readonly LogEntry[],
  project: string,
): readonly Logged[] {
  let [last, nth] = ["", 0];
  return entries.map((entry) => {
    [last, nth] = [entry.at, entry.at === last ? nth + 1 : 0];
    const labels = { project_id: project, [label]: unit, ...(entry.revision === undefined ? {} : { revision_name: entry.revision }) };
    return loggedEntry(entry, { type, labels }, { index: nth, project });
  });
}

/** Ids rise in the order of logging, and tell entries of one moment apart. */
function loggedEntry(
  entry: LogEntry,
  resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> },
  { index, project }: { readonly index: number; readonly project: string },
): Logged {
  const hasFields = Object.keys(entry.fields).length > 0;
  const message = typeof entry.fields["message"] === "string" ? entry.fields["message"] : "";
  if (hasFields && message !== entry.text)
    throw new Error(`No wire can say an entry whose text is not its message: ${JSON.stringify(entry)}`);
  const payload = hasFields ? { jsonPayload: entry.fields } : { textPayload: entry.text };
  const shared = {
    logName: `projects/${project}/logs/run.googleapis.com%2Fstderr`,
    resource,
    severity: entry.severity,
    insertId: `id${String(index).padStart(8, "0")}`,
  };
  const wirePayload = hasFields
    ? { payload: "jsonPayload", jsonPayload: wireStruct(entry.fields) }
    : { payload: "textPayload", ...payload };
  return {
    time: Date.parse(entry.at),
    seen: { ...shared, timestamp: entry.at, ...payload },
    wire: { ...shared, timestamp: wireTime(entry.at), ...wirePayload },
  };
}

export function wireStruct(fields: Readonly<Record<string, Value>>): object {
  return { fields: Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, wireValue(value)])) };
}

function wireValue(value: Value): object {
  if (value === null) return { kind: "nullValue", nullValue: "NULL_VALUE" };
  if (typeof value === "string") return { kind: "stringValue", stringValue: value };
  if (typeof value === "number") return { kind: "numberValue", numberValue: value };
  if (typeof value === "boolean") return { kind: "boolValue", boolValue: value };
  if (isList(value)) return { kind: "listValue", listValue: { values: value.map(wireValue) } };
  return { kind: "structValue", structValue: wireStruct(value) };
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Conditions that must all hold. */
function conjuncts(filter: Filter): readonly Filter[] {
  return filter.kind === "all" ? filter.parts.flatMap(conjuncts) : [filter];
}

/** Names of which the filter demands one; undefined where it demands none. */
function unitsIn(filter: Filter): ReadonlySet<string> | undefined {
  const named = (part: Filter): string | undefined => {
    const isName =
      part.kind === "compare" && part.operator === "=" && /^resource\.labels\.\w*(?:name|id)$/u.test(part.path.parts.join("."));
    return isName && !part.path.parts.includes("revision_name") ? part.value.text : undefined;
  };
  for (const part of conjuncts(filter)) {
    const names = (part.kind === "any" ? part.parts : [part]).map(named);
    if (names.every((name) => name !== undefined)) return new Set(names);
  }
  return undefined;
}

function timesIn(filter: Filter): { readonly since: Date; readonly until: Date } {
  let [since, until] = [Date.UTC(2000, 0), Date.UTC(2100, 0)];
  for (const part of conjuncts(filter)) {
    if (part.kind !== "compare" || part.path.parts.join(".") !== "timestamp") continue;
    const at = Number((nanoseconds(part.value.text) ?? 0n) / 1_000_000n);
    if (part.operator.startsWith(">")) since = Math.max(since, at);
    if (part.operator.startsWith("<")) until = Math.min(until, part.operator === "<=" ? at + 1 : at);
  }
  return { since: new Date(since), until: new Date(Math.max(since, until)) };
}
