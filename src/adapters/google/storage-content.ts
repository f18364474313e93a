import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { BackendError } from "../../errors.ts";
import { refusalWords } from "../refusal-words.ts";

/** What is read of an object's metadata. Numbers of 64 bits arrive as text. */
export const metadata = z.object({
  generation: z.string().regex(/^\d+$/u),
  size: z.string().regex(/^\d{1,15}$/u),
  updated: z.iso.datetime({ offset: true }),
  crc32c: z.string().optional(),
  md5Hash: z.string().optional(),
  contentEncoding: z.string().optional(),
});
type Metadata = z.output<typeof metadata>;

/** The content as text, once its hashes hold; unpacked no further than the budget goes. */
export function textOf(stored: Buffer, about: Metadata, path: string, maxBytes: number): string {
  checkHashes(stored, about, path);
  const bytes = about.contentEncoding === "gzip" ? unpacked(stored, path, maxBytes) : stored;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw malformed(path, "is no UTF-8 text", error);
  }
}

function checkHashes(stored: Buffer, { crc32c: crc, md5Hash: md5 }: Metadata, path: string): void {
  if (crc !== undefined && crc !== crc32c(stored)) throw damaged(path, "CRC32C");
  // An object put together from several has none.
  if (md5 !== undefined && md5 !== createHash("md5").update(stored).digest("base64")) throw damaged(path, "MD5");
}

function unpacked(stored: Buffer, path: string, maxBytes: number): Buffer {
  try {
    return gunzipSync(stored, { maxOutputLength: Math.max(1, Math.min(maxBytes, 2 ** 31)) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw malformed(path, "says that it is packed with gzip, and is not", error);
    const { reason, next } = refusalWords("over_budget", { service: "objects", place: path, maxBytes });
    throw new BackendError("over_budget", reason, next, { cause: error });
  }
}

/** Castagnoli's polynomial, the other way round: Node's own is another CRC. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** As Cloud Storage writes it: big-endian, in base64. */
export function crc32c(bytes: Buffer): string {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  const whole = Buffer.alloc(4);
  whole.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return whole.toString("base64");
}

function damaged(path: string, hash: string): BackendError {
  return malformed(path, `arrived damaged: its ${hash} is another than Cloud Storage gave for it`);
}

function malformed(path: string, what: string, cause?: unknown): BackendError {
  return new BackendError("malformed", `${path} ${what}`, `Look at ${path} by hand, and at the run that wrote it.`, { cause });
}
