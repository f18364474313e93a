import { z } from "zod";
import { UserError, short } from "../../../../errors.ts";
import type { Pipeline } from "../../../../pipeline/load.ts";
import type { FieldKind } from "../../../../pipeline/schema.ts";
import type { DocumentSnapshot, FieldValue } from "../../../../ports/documents.ts";
import type { GivenFile } from "../scenario.ts";
import type { RawValue } from "./convert.ts";
import { converter } from "./convert.ts";
import type { FoundFile } from "./find-file.ts";
import { readObjects } from "./ndjson.ts";
import type { SuppliedCollection } from "./supplied.ts";

type Kinds = Readonly<Record<string, FieldKind>>;

const toInstant = converter("instant");

const instant = z.unknown().transform((raw, context) => {
  const found = toInstant(raw as RawValue); // it came from a JSON reader
  if (typeof found === "string") return found;
  context.addIssue({ code: "custom", message: "expected a time with its zone, as 2026-02-04T20:00:06Z" });
  return z.NEVER;
});

const document = z.strictObject(
  {
    id: z.string("expected the document's id").min(1, "expected the document's id"),
    fields: z.record(z.string(), z.unknown(), "expected a map of fields"),
    updateTime: instant,
    createTime: instant.optional(),
  },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `unknown key; a document is {"id", "fields", "updateTime", "createTime"}` : undefined,
  },
);

/** A collection as its file has it: all its documents, and no others. */
export async function readDocuments(file: FoundFile, given: GivenFile, pipeline: Pipeline): Promise<SuppliedCollection> {
  const rules = pipeline.file.collections[given.name] ?? { entry: {}, fields: {} };
  const documents = new Map<string, DocumentSnapshot>();
  for (const { place, object } of await readObjects(file)) {
    const refused = (where: string, why: string): UserError =>
      new UserError(
        `${file.name}${file.format === ".json" ? `: item ${place}` : `:${place}`}: ${where === "" ? "" : `${short(where)}: `}${why}`,
      );
    const read = document.safeParse(object);
    if (!read.success) {
      const issue = read.error.issues[0];
      throw refused(issue?.path.join(".") ?? "", issue?.message ?? "is no document");
    }
    const { id, updateTime, createTime } = read.data;
    if (documents.has(id)) throw refused("id", `"${short(id)}" is there already; a collection has each id once`);
    const fields = Object.fromEntries(
      Object.entries(object["fields"] ?? {}).map(([name, raw]): [string, FieldValue] => {
        const value = fieldOf(name, raw, rules);
        if (value === undefined) throw refused(`fields.${name}`, "holds a number above 2^53, or a $timestamp that is no time");
        return [name, value];
      }),
    );
    documents.set(id, { id, fields, createTime: createTime ?? updateTime, updateTime });
  }
  return { documents, from: given.from };
}

/** JSON knows no timestamps: a text is one where the pipeline file says so; elsewhere `{"$timestamp": …}` is. */
function fieldOf(name: string, raw: RawValue, rules: { readonly entry: Kinds; readonly fields: Kinds }): FieldValue | undefined {
  if (name.startsWith("_") || !isMap(raw)) return valueOf(raw, rules.fields[name]);
  return mapOf(raw, rules.entry);
}

function mapOf(raw: Readonly<Record<string, RawValue>>, kinds: Kinds): FieldValue | undefined {
  const entries = Object.entries(raw).map(([key, part]) => [key, valueOf(part, kinds[key])] as const);
  return entries.some(([, value]) => value === undefined) ? undefined : (Object.fromEntries(entries) as FieldValue); // none is undefined
}

function valueOf(raw: RawValue, kind: FieldKind | undefined): FieldValue | undefined {
  if (typeof raw === "string") {
    const at = kind === "timestamp" ? toInstant(raw) : undefined;
    return typeof at === "string" ? { $timestamp: at } : raw;
  }
  if (typeof raw === "number" || typeof raw === "boolean" || raw === null) return raw;
  if (Array.isArray(raw)) {
    const values = raw.map((part: RawValue) => valueOf(part, undefined));
    return values.some((value) => value === undefined) ? undefined : (values as FieldValue[]); // none is undefined
  }
  if (!isMap(raw)) return undefined;
  if (!("$timestamp" in raw)) return mapOf(raw, {});
  const at = toInstant(raw["$timestamp"] ?? null);
  return typeof at === "string" && Object.keys(raw).length === 1 ? { $timestamp: at } : undefined;
}

function isMap(raw: RawValue): raw is Readonly<Record<string, RawValue>> {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw) && Object.getPrototypeOf(raw) === Object.prototype;
}
