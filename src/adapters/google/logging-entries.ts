import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { LogEntry, LogPosition } from "../../ports/logs.ts";
import { logSeverities } from "../../ports/logs.ts";
import type { Value } from "../../ports/warehouse.ts";
import { readAs } from "../read-as.ts";
import type { LogSource } from "./logging-filter.ts";
import type { Timestamp } from "./wire-values.ts";
import { isoOf, struct, timestamp } from "./wire-values.ts";

/** An entry, and its place among the others. */
export interface Placed {
  readonly entry: LogEntry;
  readonly moment: Timestamp;
  readonly insertId: string;
}

/** A page of entries of one unit; one of another unit shows that not this question was answered. */
export function placedEntries(
  reply: unknown,
  unit: string,
  sources: readonly LogSource[],
): { readonly items: readonly Placed[]; readonly next: string } {
  const page = readAs(entriesPage, reply, `the log of ${unit}`, "list of log entries");
  return { items: page.entries.map((each) => placed(each, unit, sources)), next: page.nextPageToken };
}

/** Newest first; of one moment the last logged first, which the ids tell. */
export function byTime(a: Placed, b: Placed): number {
  return b.moment.seconds - a.moment.seconds || b.moment.nanos - a.moment.nanos || (a.insertId < b.insertId ? 1 : -1);
}

/** Where an entry stands, to the nanosecond: one moment may hold several. */
export function positionOf({ entry, moment, insertId }: Placed): LogPosition {
  const finer = moment.nanos % 1_000_000 === 0 ? entry.at : entry.at.replace(/\.\d+Z$/u, `.${String(moment.nanos).padStart(9, "0")}Z`);
  return { at: finer, id: insertId };
}

/** Whether the entry comes after that place when reading from the newest on. */
export function isAfter(placed: Placed, { at, id }: LogPosition): boolean {
  const own = positionOf(placed).at;
  const [mine, theirs] = [padded(own), padded(at)];
  return mine < theirs || (mine === theirs && placed.insertId < id);
}

/** ISO 8601 with nine decimals, so that texts compare as times do. */
function padded(at: string): string {
  return at.replace(/(?:\.(\d+))?Z$/u, (_, decimals: string = "") => `.${decimals.padEnd(9, "0")}Z`);
}

export function isSameMoment(a: Placed | undefined, b: Placed | undefined): boolean {
  return a?.moment.seconds === b?.moment.seconds && a?.moment.nanos === b?.moment.nanos;
}

/** Numbers stand for severities that have no name, and nobody writes those. */
const severity = z.string().toUpperCase().pipe(z.enum(logSeverities));

/** Payloads are exclusive; one of them is there, or none where the entry is all in its other fields, as request logs are. */
const wireEntry = z.object({
  timestamp,
  insertId: z.string(),
  severity,
  resource: z.object({ type: z.string(), labels: z.record(z.string(), z.string()) }),
  textPayload: z.string().nullish(),
  jsonPayload: struct.nullish(),
  protoPayload: z.object({ type_url: z.string() }).nullish(),
});
const entriesPage = z.object({ entries: z.array(wireEntry), nextPageToken: z.string() });

function placed(given: z.output<typeof wireEntry>, unit: string, sources: readonly LogSource[]): Placed {
  const { type, labels } = given.resource;
  const isOurs = sources.some((source) => source.type === type && labels[source.label] === unit);
  if (!isOurs) {
    throw new BackendError(
      "malformed",
      `the log of ${unit} was answered with an entry of another resource`,
      `Look at the log of ${unit} by hand, and at what answers for logging.googleapis.com.`,
    );
  }
  const revision = labels["revision_name"] ?? "";
  const entry: LogEntry = {
    at: isoOf(given.timestamp),
    severity: given.severity,
    unit,
    ...(revision === "" ? {} : { revision }),
    ...payloadOf(given),
  };
  return { entry, moment: given.timestamp, insertId: given.insertId };
}

/** Of a message in another service's own form only the type can be told. */
function payloadOf({ textPayload, jsonPayload, protoPayload }: z.output<typeof wireEntry>): Pick<LogEntry, "text" | "fields"> {
  if (jsonPayload) return { text: messageOf(jsonPayload), fields: jsonPayload };
  if (protoPayload) return { text: "", fields: { "@type": protoPayload.type_url } };
  return { text: textPayload ?? "", fields: {} };
}

function messageOf(fields: Readonly<Record<string, Value>>): string {
  const message = Object.hasOwn(fields, "message") ? fields["message"] : undefined;
  return typeof message === "string" ? message : "";
}
