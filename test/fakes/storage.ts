import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { CRC32C } from "@google-cloud/storage";
import type { Failure, World } from "../../src/adapters/embedded/world.ts";
import type { StoredObject } from "../../src/ports/objects.ts";
import type { HttpRequest, HttpRoutes } from "./http.ts";
import { sendJson } from "./http.ts";
import errors from "./samples/storage-errors.json" with { type: "json" };
import { failureOf } from "./failures.ts";

interface Quirks {
  /** Objects that are stored packed, by path. */
  readonly packed?: readonly string[];
  /** Bytes that are stored instead of the world's text, by path. */
  readonly bytes?: Readonly<Record<string, Buffer>>;
  /** What metadata says otherwise than it is, by path. */
  readonly metadata?: Readonly<Record<string, Readonly<Record<string, string | undefined>>>>;
  /** Whoever asks may read objects but not list them. */
  readonly unlisted?: boolean;
  /** Called between the metadata of an object and its content. */
  readonly between?: () => void;
}

/** The reading half of Cloud Storage's JSON API over a world. https://cloud.google.com/storage/docs/json_api/v1 */
export function storageRoutes(at: () => World, quirks: Quirks = {}): HttpRoutes {
  return async (request, response) => {
    const [, bucket, name] = /^(?:\/download)?\/storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/u.exec(request.url.pathname) ?? [];
    if (bucket === undefined || request.method !== "GET") return false;
    const asked = { bucket: decodeURIComponent(bucket), name: name === undefined ? undefined : decodeURIComponent(name) };
    await answer(at(), asked, { request, response }, quirks);
    return true;
  };
}

interface Exchange {
  readonly request: HttpRequest;
  readonly response: ServerResponse;
}

async function answer(
  world: World,
  { bucket, name }: { readonly bucket: string; readonly name: string | undefined },
  { request, response }: Exchange,
  quirks: Quirks,
): Promise<void> {
  const media = request.url.searchParams.get("alt") === "media" || request.url.pathname.startsWith("/download/");
  const path = `${bucket}/${name ?? ""}`;
  const failure = failureOf(world.failures, "objects", [path, bucket]);
  if (failure !== undefined && (await fails(failure, { path, listing: name === undefined, media }, { request, response }))) return;
  const found = world.object(name === undefined ? `${bucket}/` : path);
  if (found === "no such bucket") return refuse(response, { ...errors.noSuchBucket, media });
  if (name === undefined && quirks.unlisted === true) return refuse(response, { ...errors.forbidden, media });
  if (name === undefined) return sendJson(response, 200, { kind: "storage#objects" });
  if (found === undefined || "notSupplied" in found || failure?.with === "empty") return refuse(response, noSuchObject(path, media));
  const resource = resourceOf(found, quirks);
  if (!media) {
    sendJson(response, 200, chosen(resource, request.url.searchParams.get("fields")));
    quirks.between?.();
    return;
  }
  const generation = request.url.searchParams.get("generation");
  if (failure?.with === "conflict" || (generation !== null && generation !== resource["generation"])) {
    return refuse(response, noSuchObject(path, media));
  }
  sendContent(found, resource, quirks, { response, cut: failure?.with === "partial" });
}

/** Whether the failure has been played. Those of the content alone, and absence, are left to who answers. */
async function fails(
  { with: kind }: Failure,
  { path, listing, media }: { readonly path: string; readonly listing: boolean; readonly media: boolean },
  { request, response }: Exchange,
): Promise<boolean> {
  switch (kind) {
    case "empty":
    case "partial":
    case "conflict":
      return false;
    case "garbage":
      sendJson(response, 200, listing ? {} : { generation: 17, size: "large", updated: "yesterday" });
      return true;
    case "deadline":
      await new Promise((resolve) => request.gone.addEventListener("abort", resolve, { once: true }));
      return true;
    case "no_such_place":
      refuse(response, { ...errors.noSuchBucket, media });
      return true;
    case "denied":
      refuse(response, {
        ...errors.forbidden,
        media,
        message: `reader@acme.iam.gserviceaccount.com does not have storage.objects.get access to the Google Cloud Storage object. Permission 'storage.objects.get' denied on resource (or it may not exist): ${path}`,
      });
      return true;
    case "unauthenticated":
    case "not_enabled":
    case "throttled":
    case "unavailable":
    case "malformed":
      refuse(response, { ...errors[kind], media });
      return true;
    case "wrong_location":
    case "over_budget":
    case "not_supplied":
      throw new Error(`Cloud Storage answers no read with ${kind}.`);
  }
}

interface Refused {
  readonly status: number;
  readonly domain: string;
  readonly reason: string;
  readonly message: string;
  readonly media: boolean;
}

/** Metadata is refused with JSON, content with its words alone. */
function refuse(response: ServerResponse, { status, domain, reason, message, media }: Refused): void {
  if (media) response.writeHead(status, { "content-type": "text/html; charset=UTF-8" }).end(message);
  else sendJson(response, status, { error: { code: status, message, errors: [{ message, domain, reason }] } });
}

function noSuchObject(path: string, media: boolean): Refused {
  return { ...errors.notFound, message: `No such object: ${path}`, media };
}

function storedBytes(found: StoredObject, { packed = [], bytes = {} }: Quirks): Buffer {
  const plain = bytes[found.path] ?? Buffer.from(found.text);
  return packed.includes(found.path) ? gzipSync(plain) : plain;
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects#resource */
function resourceOf(found: StoredObject, quirks: Quirks): Readonly<Record<string, string | undefined>> {
  const bytes = storedBytes(found, quirks);
  const crc = new CRC32C();
  crc.update(bytes);
  const [bucket = "", ...rest] = found.path.split("/");
  const content = createHash("md5").update(bytes);
  const generation = String(BigInt(Date.parse(found.updatedAt)) * 1000n + BigInt(crc.valueOf() & 0x3ff));
  return {
    kind: "storage#object",
    id: `${found.path}/${generation}`,
    name: rest.join("/"),
    bucket,
    generation,
    metageneration: "1",
    contentType: "application/json",
    updated: found.updatedAt,
    storageClass: "STANDARD",
    size: String(bytes.length),
    md5Hash: content.digest("base64"),
    crc32c: crc.toString(),
    etag: "CJ1",
    ...((quirks.packed ?? []).includes(found.path) ? { contentEncoding: "gzip" } : {}),
    ...quirks.metadata?.[found.path],
  };
}

/** https://cloud.google.com/storage/docs/json_api#partial-response */
function chosen(resource: Readonly<Record<string, string | undefined>>, fields: string | null): unknown {
  if (fields === null) return resource;
  return Object.fromEntries(fields.split(",").flatMap((field) => (resource[field] === undefined ? [] : [[field, resource[field]]])));
}

function sendContent(
  found: StoredObject,
  resource: Readonly<Record<string, string | undefined>>,
  quirks: Quirks,
  { response, cut }: { readonly response: ServerResponse; readonly cut: boolean },
): void {
  const bytes = storedBytes(found, quirks);
  response.writeHead(200, {
    "content-type": resource["contentType"],
    "content-length": bytes.length,
    "x-goog-generation": resource["generation"],
    "x-goog-stored-content-encoding": resource["contentEncoding"] ?? "identity",
    "x-goog-stored-content-length": String(bytes.length),
    "x-goog-hash": `crc32c=${resource["crc32c"]},md5=${resource["md5Hash"]}`,
    ...(resource["contentEncoding"] === undefined ? {} : { "content-encoding": resource["contentEncoding"] }),
  });
  if (!cut) return void response.end(bytes);
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}
