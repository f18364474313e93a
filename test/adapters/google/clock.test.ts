import type { IncomingHttpHeaders } from "node:http";
import { afterEach, expect, test } from "vitest";
import { clockAheadOf } from "../../../src/adapters/google/clock.ts";
import { startHttpServer } from "../../fakes/http.ts";

const noon = new Date("2026-02-04T17:00:00Z");
const never = new AbortController().signal;
const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

/** A service whose every answer is a refusal with that `Date` header. */
async function answering(date: string | undefined, heard: IncomingHttpHeaders[] = []): Promise<string> {
  const server = await startHttpServer([
    async ({ headers }, response) => {
      heard.push(headers);
      response.sendDate = false;
      if (date !== undefined) response.setHeader("Date", date);
      response.writeHead(404).end("no such page");
      return true;
    },
  ]);
  stops.push(() => server.stop());
  return server.address;
}

test.each([
  ["behind", "Wed, 04 Feb 2026 17:02:00 GMT", -120_500],
  ["ahead", "Wed, 04 Feb 2026 16:58:00 GMT", 119_500],
])("a clock that is %s is told by any answer's Date header, a header being half a second old on average", async (_, date, ahead) => {
  expect(await clockAheadOf({ reach: { http: await answering(date) } }, () => noon, never)).toBe(ahead);
});

test("half of the round trip counts as the way back", async () => {
  const times = [noon, new Date(noon.getTime() + 4_000)];
  const http = await answering("Wed, 04 Feb 2026 17:00:00 GMT");
  expect(await clockAheadOf({ reach: { http } }, () => times.shift() ?? noon, never)).toBe(1_500);
});

test("no credential goes with the question", async () => {
  const heard: IncomingHttpHeaders[] = [];
  await clockAheadOf({ reach: { http: await answering("Wed, 04 Feb 2026 17:00:00 GMT", heard) } }, () => noon, never);
  expect(heard).toHaveLength(1);
  expect(heard[0]?.authorization).toBeUndefined();
});

test.each([[undefined], ["yesterday"]])("with the Date header %j nothing is known, rather than that the clocks agree", async (date) => {
  await expect(clockAheadOf({ reach: { http: await answering(date) } }, () => noon, never)).rejects.toThrow("no time");
});

test("where nobody listens, or the asker has gone away, nothing is known", async () => {
  const gone = AbortSignal.abort();
  const http = await answering("Wed, 04 Feb 2026 17:00:00 GMT");
  await expect(clockAheadOf({ reach: { http } }, () => noon, gone)).rejects.toThrow("aborted");
  for (const stop of stops.splice(0)) stop();
  await expect(clockAheadOf({ reach: { http } }, () => noon, never)).rejects.toThrow("fetch failed");
});

test("where gRPC is led elsewhere than to Google, Google isn't asked", async () => {
  await expect(clockAheadOf({ reach: { grpc: {} } }, () => noon, never)).rejects.toThrow("no address");
});
