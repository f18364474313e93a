import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { DocumentSnapshot, FieldValue } from "../../ports/documents.ts";
import type { Look } from "../evidence.ts";
import { documentByHand } from "./by-hand.ts";

const entry = z.object({
  name: z.string(),
  /** ISO 8601, UTC; null if the entry carries no readable time. */
  completedAt: z.string().nullable(),
  status: z.string().nullable(),
  recordCount: z.number().nullable(),
});

export const completionRecord = z.object({
  updateTime: z.string(),
  /** One per key without a leading underscore: what was recorded, whatever any counter says. */
  entries: z.array(entry),
  count: z.number().nullable(),
  triggered: z.boolean().nullable(),
  triggeredAt: z.string().nullable(),
  triggerReason: z.string().nullable(),
  mode: z.string().nullable(),
  lastUpdate: z.string().nullable(),
  reconciledAt: z.string().nullable(),
});

const facts = z.object({ record: completionRecord.nullable() });

export type CompletionEntry = z.output<typeof entry>;
export type CompletionRecord = z.output<typeof completionRecord>;
export type CompletionFacts = z.output<typeof facts>;

export function completionDocumentId(rules: Rules, date: CalendarDate): string {
  return `${rules.completion.collection}/${date}`;
}

/**
 * The tracker's document of a date. Absence is believed only if the collection holds other documents: an empty or
 * misspelt collection answers exactly like an absent document.
 */
export function completionDocument(rules: Rules, date: CalendarDate): Look<CompletionFacts> {
  const { collection } = rules.completion;
  return {
    id: completionDocumentId(rules, date),
    port: "documents",
    asked: `document ${collection}/${date}`,
    byHand: documentByHand(collection, date),
    after: [],
    whenEmpty: "must-have",
    async run(ports, call) {
      const document = await ports.documents.get({ collection, id: date }, call);
      if (document !== undefined) return { facts: { record: readRecord(document) }, examined: 1 };
      const others = await ports.documents.list({ collection, limit: 1 }, call);
      if (others.length === 0) throw nothingThere(collection, date);
      return { facts: { record: null }, examined: others.length };
    },
    parse: (saved) => facts.parse(saved),
  };
}

/** Reads the tracker's fields tolerantly: any of the metadata may be missing, stale, or of another type. */
export function readRecord({ fields, updateTime }: DocumentSnapshot): CompletionRecord {
  return {
    updateTime,
    entries: Object.entries(fields)
      .filter(([name]) => !name.startsWith("_"))
      .map(([name, value]) => readEntry(name, value)),
    count: typeof fields["_completed_count"] === "number" ? fields["_completed_count"] : null,
    triggered: typeof fields["_triggered"] === "boolean" ? fields["_triggered"] : null,
    triggeredAt: instant(fields["_triggered_at"]),
    triggerReason: textIn(fields["_trigger_reason"]),
    mode: textIn(fields["_mode"]),
    lastUpdate: instant(fields["_last_update"]),
    reconciledAt: instant(fields["_reconciliation_fix"]),
  };
}

function readEntry(name: string, value: FieldValue): CompletionEntry {
  const map: Readonly<Record<string, FieldValue>> = isMap(value) ? value : {};
  const count = map["record_count"];
  return {
    name,
    completedAt: instant(map["completed_at"]),
    status: textIn(map["status"]),
    recordCount: typeof count === "number" ? count : null,
  };
}

function isMap(value: FieldValue): value is { readonly [key: string]: FieldValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !("$timestamp" in value);
}

export function textIn(value: FieldValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

/** A stored timestamp or an ISO string; both occur for the same concept. Without an offset it is UTC, as the writers mean it. */
export function instant(value: FieldValue | undefined): string | null {
  const written = typeof value === "object" && value !== null && "$timestamp" in value ? value.$timestamp : value;
  if (typeof written !== "string") return null;
  const [, local, offset = "Z"] = /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:?\d{2})?$/u.exec(written) ?? [];
  const time = local === undefined ? Number.NaN : Date.parse(`${local.replace(" ", "T")}${offset}`);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** For a document (or several) that is not there: without a witness its absence is not believed. */
export function nothingThere(collection: string, absent: string): BackendError {
  return new BackendError(
    "no_such_place",
    `collection ${collection} holds no document at all, so the absence of ${absent} proves nothing`,
    `Check the project, the database and the collection's name.`,
  );
}
