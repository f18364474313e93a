import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import type { Objects, StoredObject } from "../../ports/objects.ts";
import { readAs } from "../read-as.ts";
import { refusalWords } from "../refusal-words.ts";
import { whileWanted } from "../while-wanted.ts";
import { authOf } from "./auth.ts";
import type { Cloud } from "./cloud.ts";
import { explained } from "./errors.ts";
import type { Answer, Wire } from "./storage-wire.ts";
import { storageWire } from "./storage-wire.ts";
import { metadata, textOf } from "./storage-content.ts";

/**
 * Objects of Cloud Storage, over its JSON API with Google's authentication library: `@google-cloud/storage` hands neither
 * signal nor time limit down to its requests, so a look that is over would read on.
 */
export function googleObjects(cloud: Cloud): Objects {
  const login = authOf(cloud, "https://www.googleapis.com/auth/devstorage.read_only");
  return {
    get: ({ path, unnamed }, call) =>
      whileWanted(call, async (over) => {
        const place = placeOf(path);
        if (unnamed === true) throw bucketUnnamed(place.bucket);
        return explained({ service: "objects", place: path, maxBytes: call.budget.maxBytes }, cloud, async () => {
          const base = cloud.reach?.http ?? "https://storage.googleapis.com";
          const wire = storageWire({ client: await login.get(), base, over, place: path, tap: cloud.tap });
          return await read(wire, place, cloud, call);
        });
      }),
  };
}

interface Place {
  readonly path: string;
  readonly bucket: string;
  readonly name: string;
}

function placeOf(path: string): Place {
  const slash = path.indexOf("/");
  if (slash < 1 || slash === path.length - 1) throw new TypeError(`An object is asked for as bucket/name, not as ${path}.`);
  return { path, bucket: path.slice(0, slash), name: path.slice(slash + 1) };
}

/** Metadata first, then the content of just that generation: an object that is replaced meanwhile is never mixed. */
async function read(wire: Wire, place: Place, cloud: Cloud, call: Call): Promise<StoredObject | undefined> {
  const { path, bucket, name } = place;
  const url = `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
  const described = await wire.json(url, { fields: "generation,size,updated,crc32c,md5Hash,contentEncoding" });
  if (described.status === 404) return absent(wire, place);
  const about = readAs(metadata, okay(described), path, "object of Cloud Storage");
  const sizeBytes = Number(about.size);
  if (sizeBytes > call.budget.maxBytes) throw overBudget(path, call);
  const content = await wire.bytes(url, { alt: "media", generation: about.generation }, sizeBytes);
  if (content.status === 404) throw replaced(path, cloud);
  const text = textOf(okay(content), about, path, call.budget.maxBytes);
  return { path, updatedAt: new Date(about.updated).toISOString(), sizeBytes, text };
}

function okay<T>(answer: Answer<T>): T {
  if (answer.failed !== undefined) throw answer.failed;
  return answer.body;
}

/** A missing object and a missing bucket are answered alike but for their words: the bucket is asked for itself. */
async function absent(wire: Wire, { bucket, path }: Place): Promise<undefined> {
  const listed = await wire.json(`/storage/v1/b/${encodeURIComponent(bucket)}/o`, { maxResults: "1", fields: "kind" });
  if (listed.status !== 404) return void okay(listed);
  throw new BackendError(
    "no_such_place",
    `there is no bucket ${bucket} to look for ${path} in`,
    `Check the project and the spelling of ${bucket} in the pipeline file.`,
  );
}

function overBudget(path: string, { budget }: Call): BackendError {
  const { reason, next } = refusalWords("over_budget", { service: "objects", place: path, maxBytes: budget.maxBytes });
  return new BackendError("over_budget", reason, next);
}

function replaced(path: string, { project }: Cloud): BackendError {
  const { reason, next } = refusalWords("conflict", { service: "objects", place: path, project });
  return new BackendError("conflict", reason, next);
}

function bucketUnnamed(part: string): BackendError {
  return new BackendError(
    "not_supplied",
    `nobody gave the name of the bucket that the pipeline file calls ${part}`,
    `Give it in a pipeline file of your own: \`buckets: { ${part}: { name: BUCKET } }\`.`,
  );
}
