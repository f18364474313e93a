import type { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import type { AuthClient } from "google-auth-library";
import { z } from "zod";
import { BackendError } from "../../errors.ts";
import { jsonOf } from "../json-of.ts";
import { refusalWords } from "../refusal-words.ts";
import type { HttpExchange, Tap } from "./tap.ts";

/** What came back: the body, or why there is none. */
export type Answer<T> = { readonly status: number } & (
  | { readonly failed: Error; readonly body?: undefined }
  | { readonly failed?: undefined; readonly body: T }
);

/** Requests of one look: none is repeated, and all end with it. */
export interface Wire {
  json(path: string, query: Readonly<Record<string, string>>): Promise<Answer<unknown>>;
  /** As they are stored, still packed; more or fewer than announced are refused. */
  bytes(path: string, query: Readonly<Record<string, string>>, announced: number): Promise<Answer<Buffer>>;
}

/** Longest body of anything but an object's content. */
const mostJson = 1 << 20;

interface Line {
  readonly client: AuthClient;
  /** `https://storage.googleapis.com`, or what stands for it. */
  readonly base: string;
  /** Aborts when the look is over. */
  readonly over: AbortSignal;
  /** What is read, for words. */
  readonly place: string;
  readonly tap?: Tap | undefined;
}

export function storageWire(line: Line): Wire {
  const { client, base, over, place, tap } = line;
  const request = async (path: string, query: Readonly<Record<string, string>>) => {
    const sent = {
      url: `${base}${path}?${new URLSearchParams({ ...query, prettyPrint: "false" }).toString()}`,
      headers: { "accept-encoding": "gzip", "cache-control": "no-store" },
      responseType: "stream",
      signal: over,
      retry: false,
      validateStatus: () => true,
      compress: false, // Of what carries the request: hashes are those of the packed bytes.
    } as const;
    const exchanged = tap?.();
    const { status, data, headers } = await client.request<Readable>(sent);
    const heard = (came: Pick<HttpExchange, "reply" | "content">): void =>
      exchanged?.({ wire: "http", service: "storage", method: "GET", path, query, status, ...came });
    return { status, data, packed: headers.get("content-encoding") === "gzip", heard };
  };
  return {
    json: async (path, query) => {
      const { status, data, packed, heard } = await request(path, query);
      const text = await textOf(data, packed, place);
      heard({ reply: jsonOf(text) ?? text });
      return status === 200 ? { status, body: jsonOf(text) } : { status, failed: apiError(status, text) };
    },
    bytes: async (path, query, announced) => {
      const { status, data, packed, heard } = await request(path, query);
      if (status !== 200) {
        const text = await textOf(data, packed, place);
        heard({ reply: jsonOf(text) ?? text });
        return { status, failed: apiError(status, text) };
      }
      heard({ content: packed ? "gzip" : "plain" });
      return { status, body: await collected(data, announced, line) };
    },
  };
}

/** What the service said no with, in the form in which it is told apart. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: number;
  readonly errors: readonly { readonly reason?: string | undefined }[];

  constructor(code: number, message: string, errors: ApiError["errors"]) {
    super(message);
    this.code = code;
    this.errors = errors;
  }
}

const errorBody = z.object({
  error: z.object({ message: z.string(), errors: z.array(z.object({ reason: z.string().optional() })).optional() }),
});

function apiError(status: number, text: string): ApiError {
  const read = errorBody.safeParse(jsonOf(text));
  // Content is refused with plain words.
  return read.success
    ? new ApiError(status, read.data.error.message, read.data.error.errors ?? [])
    : new ApiError(status, text.slice(0, 300), []);
}

async function textOf(body: Readable, packed: boolean, place: string): Promise<string> {
  const bytes = await upTo(body, mostJson, place);
  return (packed ? gunzipSync(bytes, { maxOutputLength: mostJson }) : bytes).toString("utf8");
}

async function collected(body: Readable, announced: number, { over, place }: Line): Promise<Buffer> {
  const bytes = await upTo(body, announced, place).catch((error: unknown) => {
    throw over.aborted || error instanceof BackendError ? error : refused("partial", place, error);
  });
  if (bytes.length < announced) throw refused("partial", place);
  return bytes;
}

/** More than that many bytes is not what was announced. */
async function upTo(body: Readable, most: number, place: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    const bytes = chunk as Buffer; // without an encoding set a stream yields buffers
    length += bytes.length;
    if (length > most) throw refused("malformed", place);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function refused(refusal: "partial" | "malformed", place: string, cause?: unknown): BackendError {
  const { reason, next } = refusalWords(refusal, { service: "objects", place });
  return new BackendError(refusal, reason, next, { cause });
}
