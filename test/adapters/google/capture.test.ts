import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { Capture } from "../../../src/adapters/google/capture.ts";
import { readCapture } from "../../../src/adapters/google/capture.ts";
import type { Exchange } from "../../../src/adapters/google/tap.ts";
import { portNames } from "../../../src/ports/ports.ts";
import { postgame } from "../../cli/fake-terminal.ts";
import { fakeSession } from "../../mcp/fake-tools.ts";
import { startReplaying } from "../../fakes/replaying.ts";
import { heardOver, outcomeOf, recordedOver, smallWorld } from "./capture-stage.ts";

const folder = await mkdtemp(join(tmpdir(), "capture-"));
afterAll(() => rm(folder, { recursive: true }));
const stopped: (() => void)[] = [];
afterEach(() => {
  for (const stop of stopped.splice(0)) stop();
});

/**
 * Of each question what came of it when it was recorded, and what the adapters make of the capture now. Nothing that was
 * given may be left unread; after a refusal whoever asked has gone, and something may.
 */
async function replayed(capture: Capture): Promise<{ readonly now: readonly unknown[]; readonly recorded: readonly unknown[] }> {
  const replaying = await startReplaying(capture);
  stopped.push(() => replaying.stop());
  const all: { now: object; recorded: object }[] = [];
  // What nobody answered can't be answered again.
  for (const asked of capture.asked.filter(({ exchanges }) => exchanges.length > 0)) {
    const question = `${asked.port}.${asked.method} ${JSON.stringify(asked.ask)}`;
    const outcome = await outcomeOf(asked, capture, replaying);
    const left = "seen" in outcome ? replaying.left().filter(isGiven).length : 0;
    all.push({ now: { question, left, ...outcome }, recorded: { question, left: 0, ...asked.answered } });
  }
  return { now: all.map(({ now }) => now), recorded: all.map(({ recorded }) => recorded) };
}

function isGiven(exchange: Exchange): boolean {
  return exchange.wire === "grpc" ? exchange.failed === undefined : exchange.status === 200;
}

const loopbackFile = new URL("../../captures/loopback.json", import.meta.url);
const loopback = readCapture(await readFile(loopbackFile, "utf8"));

describe("a capture of what the services answered", () => {
  test("is read by the adapters as it was when it was recorded", async () => {
    const { now, recorded } = await replayed(loopback);
    expect(now).toEqual(recorded);
  });

  test("holds an answer of every port that asks a service, and none of them is a refusal", () => {
    expect([...new Set(loopback.asked.map(({ port }) => port))].toSorted()).toEqual([
      "alerts",
      "documents",
      "logs",
      "objects",
      "schedules",
      "topics",
      "units",
      "warehouse",
    ]);
    expect(loopback.asked.filter(({ answered }) => "refused" in answered)).toEqual([]);
  });

  // After a change of what is asked or kept; read the difference as prose.
  test.skipIf(process.env["POSTGAME_RENEW_CAPTURE"] === undefined)("is taken anew from loopback services", async () => {
    const { text } = await recordedOver(await smallWorld(), await mkdtemp(join(folder, "renewed-")));
    expect(readCapture(text).asked.length).toBeGreaterThan(20);
    await writeFile(loopbackFile, text);
  });

  const named = process.env["POSTGAME_CAPTURE"];
  const how = "set POSTGAME_CAPTURE to a file of `postgame doctor --project ID --record FILE`";
  test.skipIf(named === undefined)(`of a real project is read as it was when it was recorded (${how})`, async () => {
    const { now, recorded } = await replayed(readCapture(await readFile(named ?? "", "utf8")));
    expect(now).toEqual(recorded);
  });
});

describe("what services refuse", () => {
  test.each(["denied", "not_enabled", "unauthenticated", "throttled", "malformed", "garbage", "empty"] as const)(
    "with %s is recorded, and refused again by what is left of their words",
    async (kind) => {
      const capture = await heardOver(await smallWorld({ failures: portNames.map((port) => ({ port, with: kind })) }));
      const refused = capture.asked.flatMap(({ answered }) => ("refused" in answered ? [answered.refused] : []));
      if (kind !== "empty") expect(new Set(refused)).toEqual(new Set([kind === "garbage" ? "malformed" : kind]));
      const { now, recorded } = await replayed(capture);
      expect(now).toEqual(recorded);
      const ofScheduler = capture.asked.filter(({ port }) => port === "schedules").flatMap(({ exchanges }) => exchanges);
      // What comes late, since nobody waits for it once a question is refused, belongs to the question that asked.
      expect(new Set(ofScheduler.map(({ service }) => service))).toEqual(new Set(["google.cloud.scheduler.v1.CloudScheduler"]));
    },
  );

  test("for a missing database, dataset or bucket is told apart from a missing document, table or object", async () => {
    const world = await smallWorld({
      tableNames: () => [],
      table: () => undefined,
      object: () => "no such bucket",
      document: () => undefined,
    });
    const capture = await heardOver(world);
    const outcomes = new Map(capture.asked.map(({ port, method, answered }) => [`${port}.${method}`, answered]));
    expect(outcomes.get("warehouse.tables")).toEqual({ refused: "no_such_place" });
    expect(outcomes.get("objects.get")).toEqual({ refused: "no_such_place" });
    expect(outcomes.get("documents.get")).toEqual({ seen: "absent" });
    const { now, recorded } = await replayed(capture);
    expect(now).toEqual(recorded);
  });
});

describe("doctor --record", () => {
  test("writes a file for its owner alone, which replays to the answers that were seen", async () => {
    const { code, out, file, text } = await recordedOver(await smallWorld(), await mkdtemp(join(folder, "new-")));
    expect(out).toMatch(/Recorded: \d+ exchanges of \d+ questions, content replaced by placeholders, in /u);
    expect(code).toBe(3); // The repository's folder was not given.
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { now, recorded } = await replayed(readCapture(text));
    expect(now).toEqual(recorded);
  });

  test("leaves a file that is there as it is, and asks nobody", async () => {
    const file = join(folder, "mine.json");
    await writeFile(file, "mine\n");
    const record = async (): Promise<never> => Promise.reject(new Error("somebody was asked"));
    const session = { ...fakeSession, real: { project: "acme-nba", record } };
    const { code, err } = await postgame(["doctor", "--state", folder, "--record", file], { open: async () => session });
    expect([code, err]).toEqual([64, expect.stringContaining("it is there already")]);
    expect(await readFile(file, "utf8")).toBe("mine\n");
  });

  test("of an invented night is refused: it would prove nothing", async () => {
    const file = join(folder, "invented.json");
    const { code, err } = await postgame(["doctor", "--state", folder, "--record", file], { open: async () => fakeSession });
    expect([code, err]).toEqual([64, expect.stringContaining("a real project's services")]);
    await expect(stat(file)).rejects.toThrow("ENOENT");
  });
});
