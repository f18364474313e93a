import { createHash } from "node:crypto";
import { z } from "zod";
import { BackendError, UserError } from "../../errors.ts";
import type { JsonValue, StateCall, StateEntry } from "../../ports/state.ts";
import { stateLimits, stateSchemaVersion } from "../../ports/state.ts";

const part = "[a-z0-9][a-z0-9_.-]*";
const keyPattern = new RegExp(`^${part}/${part}$`, "u");
const prefixPattern = new RegExp(`^(?<namespace>${part})/(?<name>[a-z0-9_.-]*)$`, "u");

/** Namespace and name of a key. Lower case only, since some file systems don't tell cases apart. */
export function keyParts(key: string): { readonly namespace: string; readonly name: string } {
  if (key.length > stateLimits.keyCharacters || !keyPattern.test(key)) throw new TypeError(`Not a state key: ${JSON.stringify(key)}`);
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}

export function prefixParts(prefix: string): { readonly namespace: string; readonly name: string } {
  const { namespace, name } = prefixPattern.exec(prefix)?.groups ?? {};
  if (namespace === undefined || name === undefined) throw new TypeError(`Not a prefix of state keys: ${JSON.stringify(prefix)}`);
  return { namespace, name };
}

/** The value as JSON text, within the limit. */
export function jsonText(key: string, value: JsonValue): string {
  if (!isJson(value)) throw new TypeError(`The value for ${key} is not JSON.`);
  const text = JSON.stringify(value);
  const size = Buffer.byteLength(text);
  if (size <= stateLimits.valueBytes) return text;
  const reason = `Keeping ${key}: it has ${size} bytes, and at most ${stateLimits.valueBytes} are kept under one key`;
  throw new BackendError("over_budget", `${reason}.`, "Keep less under one key.");
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isJson);
}

const headerSchema = z.strictObject({ key: z.string(), version: z.string().min(1), sha256: z.string() });

/** An entry as a file: a line about it, then its value. The sum tells a damaged value that still parses. */
export function entryText(key: string, version: string, value: string): string {
  return `${JSON.stringify({ key, version, sha256: sumOf(value) })}\n${value}\n`;
}

/** The entry that a file holds, or in words why it holds none. */
export function parseEntry(key: string, text: string): StateEntry | string {
  const [first = "", value = "", ...rest] = text.split("\n");
  const header = headerSchema.safeParse(parsed(first));
  if (!header.success) return "its first line is damaged";
  if (header.data.key !== key) return "it belongs to another key";
  if (rest.length !== 1 || rest[0] !== "") return "it is incomplete";
  if (sumOf(value) !== header.data.sha256) return "its value is damaged";
  return { key, version: header.data.version, value: JSON.parse(value) as JsonValue }; // The sum proves that we wrote it.
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function sumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const schemaFile = z.object({ schema: z.int().min(1) });

export function schemaText(version: number = stateSchemaVersion): string {
  return `${JSON.stringify({ schema: version })}\n`;
}

/** Throws `UserError` unless a store with this schema file can be used. */
export function refuseNewer(place: string, text: string): void {
  const file = schemaFile.safeParse(parsed(text));
  if (!file.success) {
    throw new UserError(
      `${place} doesn't say which schema version it has (${short(text)}). Nothing was changed; choose another with --state.`,
    );
  }
  const { schema } = file.data;
  if (schema <= stateSchemaVersion) return;
  throw new UserError(
    `${place} has schema version ${schema}, written by a newer Postgame; this one knows version ${stateSchemaVersion}. Nothing was changed; use the newer Postgame, or another folder with --state.`,
  );
}

function short(text: string): string {
  const line = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/gu, " ").trim();
  return line === "" ? "its schema file is empty" : `its schema file: ${line.slice(0, 40)}`;
}

export function refuseIfOver({ signal }: StateCall, place: string): void {
  if (signal.aborted) throw outOfTime(place);
}

export function outOfTime(place: string): BackendError {
  return new BackendError("deadline", `${place}: the call ended before it was done.`, "Ask again.");
}

export function conflict(key: string, holds: StateEntry | undefined): BackendError {
  const found = holds === undefined ? "it isn't there" : "it was written meanwhile";
  return new BackendError("conflict", `Writing ${key}: ${found}.`, "Read it again and decide anew.");
}

/** Whether a write may happen over what is there. */
export function allows(
  only: { readonly ifAbsent?: true; readonly ifVersion?: string } | undefined,
  found: StateEntry | undefined,
): boolean {
  if (only === undefined) return true;
  return only.ifAbsent === true ? found === undefined : found !== undefined && found.version === only.ifVersion;
}
