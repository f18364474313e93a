import { CRC32C, Storage } from "@google-cloud/storage";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { crc32c } from "../../../src/adapters/google/storage-content.ts";
import { googleObjects } from "../../../src/adapters/google/storage.ts";
import type { Cloud } from "../../../src/adapters/google/cloud.ts";
import type { HttpRequest, HttpRoutes } from "../../fakes/http.ts";
import { startHttpServer } from "../../fakes/http.ts";
import { storageRoutes } from "../../fakes/storage.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import type { ObjectsContent } from "../../contracts/objects-contract.ts";
import { objectsContract } from "../../contracts/objects-contract.ts";
import { changeableStores } from "../embedded/world-of.ts";
import { acmeProject } from "../../support/cloud.ts";

const now = new Date("2026-02-04T18:00:00Z");
const cloud = (http: string): Cloud => ({
  ...acmeProject,
  reach: { http },
  member: "user:reader@example.com",
});

// What an HTTP API of Google's can refuse a read with: an object has no location of its own to be missed in, and it bills no bytes.
const refusals = [
  "denied",
  "unauthenticated",
  "not_enabled",
  "no_such_place",
  "throttled",
  "unavailable",
  "malformed",
  "partial",
  "conflict",
] as const;

objectsContract(
  "Cloud Storage",
  async (content) => {
    const stores = changeableStores(content);
    const server = await startHttpServer([storageRoutes(() => stores.at(now))]);
    return { objects: googleObjects(cloud(server.address)), become: stores.become, dispose: async () => server.stop() };
  },
  { refusals },
);

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const patiently = { timeout: 10_000 };
const path = "nba-published/v1/picks/2026-02-03.json";
const holding = (text: string, name = path): ObjectsContent => ({
  objects: { "nba-published": [{ path: name, updatedAt: "2026-02-04T17:30:00.000Z", sizeBytes: Buffer.byteLength(text), text }] },
});

/** The adapter before a fake of the API, and every request that reached it. */
async function before(content: ObjectsContent, quirks: Parameters<typeof storageRoutes>[1] = {}) {
  const stores = changeableStores(content);
  const requests: HttpRequest[] = [];
  const watching: HttpRoutes = async (request) => {
    requests.push(request);
    return false;
  };
  const server = await startHttpServer([watching, storageRoutes(() => stores.at(now), quirks)]);
  stops.push(() => server.stop());
  return { objects: googleObjects(cloud(server.address)), requests, address: server.address, stores };
}

describe("content", () => {
  test("that is stored packed comes back unpacked, its size as it is stored", async () => {
    const text = JSON.stringify({ game_date: "2026-02-03", padding: "x".repeat(5000) });
    const { objects } = await before(holding(text), { packed: [path] });
    const found = await objects.get({ path }, asking());
    expect(found?.text).toBe(text);
    expect(found?.sizeBytes).toBeLessThan(200);
  });

  test("that unpacks to more than the budget is refused although it is stored in less", async () => {
    const { objects } = await before(holding("x".repeat(5000)), { packed: [path] });
    const call = (maxBytes: number) => asking({ budget: { maxRows: 1, maxBytes } });
    expect((await objects.get({ path }, call(5000)))?.text).toHaveLength(5000);
    expect((await refusalOf(objects.get({ path }, call(4999)))).refusal).toBe("over_budget");
  });

  test.each([
    ["CRC32C", { crc32c: "AAAAAA==" }],
    ["MD5", { md5Hash: "AAAAAAAAAAAAAAAAAAAAAA==" }],
  ])("whose %s is another than its metadata's is malformed", async (hash, metadata) => {
    const { objects } = await before(holding("{}"), { metadata: { [path]: metadata } });
    expect(await refusalOf(objects.get({ path }, asking()))).toMatchObject({
      refusal: "malformed",
      message: expect.stringContaining(hash),
    });
  });

  test("of fewer bytes than its metadata announced is partial, and of more malformed, also without a hash", async () => {
    const ofSize = async (size: string) => {
      const { objects } = await before(holding("{}"), { metadata: { [path]: { size, crc32c: undefined, md5Hash: undefined } } });
      return (await refusalOf(objects.get({ path }, asking()))).refusal;
    };
    expect([await ofSize("3"), await ofSize("1")]).toEqual(["partial", "malformed"]);
  });

  test("put together from several objects has no MD5 and is read by its CRC32C", async () => {
    const { objects } = await before(holding("{}"), { metadata: { [path]: { md5Hash: undefined } } });
    expect((await objects.get({ path }, asking()))?.text).toBe("{}");
  });

  test("that is no UTF-8 is malformed, never read as far as it goes", async () => {
    const { objects } = await before(holding("??"), { bytes: { [path]: Buffer.from([0x7b, 0xff, 0x7d]) } });
    expect((await refusalOf(objects.get({ path }, asking()))).refusal).toBe("malformed");
  });

  test("that says it is packed and is not is malformed", async () => {
    const { objects } = await before(holding("{}"), { metadata: { [path]: { contentEncoding: "gzip" } } });
    expect((await refusalOf(objects.get({ path }, asking()))).refusal).toBe("malformed");
  });

  test("replaced between metadata and content is a conflict, never the one's date with the other's text", async () => {
    const later = holding("[2]");
    const made = await before(holding("[1]"), { between: () => void made.stores.become(later) });
    expect((await refusalOf(made.objects.get({ path }, asking()))).refusal).toBe("conflict");
    expect((await made.objects.get({ path }, asking()))?.text).toBe("[2]");
  });

  test("of names with slashes, spaces, signs and letters of any script is found", async () => {
    const odd = "nba-published/v1/a b/50%+#?/Jokić.json";
    const { objects } = await before(holding("1", odd));
    expect((await objects.get({ path: odd }, asking()))?.text).toBe("1");
  });
});

describe("requests", () => {
  test("over budget ask for no content", async () => {
    const { objects, requests } = await before(holding("123456"));
    await refusalOf(objects.get({ path }, asking({ budget: { maxRows: 1, maxBytes: 5 } })));
    expect(requests.map(({ url }) => url.searchParams.get("alt"))).toEqual([null]);
  });

  test("that are refused are made once: nothing is retried behind the look's back", async () => {
    for (const kind of ["unavailable", "throttled", "unauthenticated"] as const) {
      const { objects, requests } = await before({ ...holding("1"), failures: [{ port: "objects", with: kind }] });
      expect((await refusalOf(objects.get({ path }, asking()))).refusal).toBe(kind);
      expect(requests).toHaveLength(1);
    }
  });

  test.each(["signal", "deadline"])("end at the server too when the call's %s ends it", async (end) => {
    const { objects, requests } = await before({ ...holding("1"), failures: [{ port: "objects", with: "deadline" }] });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const caller = new AbortController();
    const call = end === "signal" ? asking({ signal: caller.signal }) : asking({ deadlineAt: Date.now() + 5000 });
    const answering = refusalOf(objects.get({ path }, call));
    await expect.poll(() => requests.length, patiently).toBe(1);
    if (end === "signal") caller.abort();
    else vi.advanceTimersByTime(5000);
    expect((await answering).refusal).toBe("deadline");
    await expect.poll(() => requests[0]?.gone.aborted, patiently).toBe(true);
  });

  test("about an object that isn't there in a bucket that may not be listed are refused: it may be the bucket", async () => {
    const { objects } = await before(holding("1"), { unlisted: true });
    expect((await refusalOf(objects.get({ path: "nba-published/gone.json" }, asking()))).refusal).toBe("denied");
    expect((await objects.get({ path }, asking()))?.text).toBe("1");
  });

  test("to what stands for Google carry no credential", async () => {
    const { objects, requests } = await before(holding("1"));
    await objects.get({ path }, asking());
    expect(requests.flatMap(({ headers }) => headers.authorization ?? [])).toEqual([]);
  });

  test("are never made about a bucket whose name nobody gave, and the words say how to give it", async () => {
    const { objects, requests } = await before(holding("1"));
    const refused = await refusalOf(objects.get({ path: "published/a.json", unnamed: true }, asking()));
    expect(refused).toMatchObject({
      refusal: "not_supplied",
      next: "Give it in a pipeline file of your own: `buckets: { published: { name: BUCKET } }`.",
    });
    expect(requests).toEqual([]);
  });
});

test("nobody there is unavailable", async () => {
  const { objects } = await before(holding("1"));
  stops.splice(0).forEach((stop) => stop());
  expect((await refusalOf(objects.get({ path }, asking()))).refusal).toBe("unavailable");
});

test("a token is in no error's text", async () => {
  const { OAuth2Client } = await import("google-auth-library");
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: "ya29.secret-token", expiry_date: Date.now() + 1e9 });
  const { requests, address } = await before({ ...holding("1"), failures: [{ port: "objects", with: "denied" }] });
  const refused = await refusalOf(googleObjects({ ...cloud(address), authClient }).get({ path }, asking()));
  expect(requests[0]?.headers.authorization).toBe("Bearer ya29.secret-token");
  expect(`${refused.message} ${refused.next} ${String(refused.cause)}`).not.toContain("ya29");
  expect(refused.next).toContain("--role=roles/storage.objectViewer");
});

describe("the fake", () => {
  test("answers Google's own library as Cloud Storage does, hashes checked", async () => {
    const { address } = await before(holding('{"a":1}'), { packed: [path] });
    const storage = new Storage({ projectId: "acme", apiEndpoint: address, retryOptions: { autoRetry: false } });
    const file = storage.bucket("nba-published").file(path.replace("nba-published/", ""));
    const [metadata] = await file.getMetadata();
    expect(metadata).toMatchObject({ bucket: "nba-published", contentEncoding: "gzip", updated: "2026-02-04T17:30:00.000Z" });
    expect(String((await file.download({ validation: "crc32c" }))[0])).toBe('{"a":1}');
    await expect(storage.bucket("nba-published").file("x").getMetadata()).rejects.toMatchObject({ code: 404 });
  });

  test("checks a content by the same CRC32C as the adapter: that of Google's library", () => {
    for (const length of [0, 1, 4, 9000]) {
      const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 167) % 251));
      const theirs = new CRC32C();
      theirs.update(bytes);
      expect(crc32c(bytes)).toBe(theirs.toString());
    }
  });
});
