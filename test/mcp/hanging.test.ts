import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { CancelledError } from "../../src/errors.ts";
import type { Call } from "../../src/ports/call.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { Tool } from "../../src/tool.ts";
import { catalogue } from "../../tools/index.ts";
import { ownScenario, ownScenarioText } from "../support/own-scenario.ts";
import { nba } from "../support/pipeline.ts";
import { sessionOver } from "../support/scenarios.ts";
import type { Child } from "./child.ts";
import { bin, cleanEnv, start } from "./child.ts";
import { connect, eras } from "./connect.ts";
import { preloaded } from "./preloaded.ts";
import { answer, answersTo, initialize, messagesIn, modernMeta, request, send } from "./wire.ts";

/** The warehouse never answers about one night's player rows; a look gives up after 10 s. */
const hanging = "  - { fail: warehouse, target: player-rows 2026-02-03, with: deadline, from: 00:00 }";
const hungNight = { name: "validate_daily", arguments: { game_date: "2026-02-03" } };
const otherNight = { name: "validate_daily", arguments: { game_date: "2026-02-02" } };
const otherNightJudged = { structuredContent: { verdict: "pass", asked: { game_date: "2026-02-02" } } };

test("while one call waits for a store that never answers, other requests are answered; then it is unknown, at its own deadline", async () => {
  const child = await serving();
  await initialize(child);
  send(child, { id: 2, method: "tools/call", params: hungNight });
  expect((await request(child, 3, "tools/list")).result).toMatchObject({ tools: catalogue.map(({ name }) => ({ name })) });
  expect((await request(child, 4, "tools/call", otherNight)).result).toMatchObject(otherNightJudged);
  const { result } = await answer(child, 2);
  expect(result).toMatchObject({ structuredContent: { verdict: "unknown", asked: { game_date: "2026-02-03" } } });
  child.process.stdin.end();
  expect(messagesIn((await child.ended).stdout).map(({ id }) => id)).toEqual([1, 3, 4, 2]);
});

describe.each([
  ["2025-11-25", {}],
  ["2026-07-28", modernMeta],
])("a call cancelled by a client that speaks %s", (revision, meta) => {
  test("ends with its looks before their deadline, is never answered, and leaves the server usable", async () => {
    const child = await serving(countingTimers);
    if (revision === "2025-11-25") await initialize(child);
    expect((await request(child, 2, "tools/list", { _meta: meta })).result).toHaveProperty("tools");
    const idle = await timersIn(child, 1);

    send(child, { id: 3, method: "tools/call", params: { ...hungNight, _meta: { ...meta, progressToken: "hung" } } });
    await child.saying("stdout", /notifications\/progress/u);
    expect(await timersIn(child, 2)).toBeGreaterThan(idle);

    const cancelledAt = performance.now();
    send(child, { method: "notifications/cancelled", params: { requestId: 3, reason: "enough", _meta: meta } });
    expect((await request(child, 4, "tools/call", { ...otherNight, _meta: meta })).result).toMatchObject(otherNightJudged);
    expect(await timersIn(child, 3)).toBe(idle);
    expect(performance.now() - cancelledAt).toBeLessThan(9_000); // Or the timers had ended by themselves.

    child.process.stdin.end();
    const { code, stdout, stderr } = await child.ended;
    expect(answersTo(3, stdout)).toEqual([]);
    expect({ code, bugs: /error|\n\s+at /iu.test(stderr) }).toEqual({ code: 0, bugs: false });
  });
});

test.each(["2025-11-25", "2026-07-28"] as const)("a host on %s that aborts its call can go on with the same server", async (revision) => {
  const args = [bin, "serve", "--scenario", await ownScenario("hanging", hanging)];
  const client = new Client(
    { name: "test", version: "0.0.0" },
    { versionNegotiation: { mode: revision === "2026-07-28" ? "auto" : "legacy" } },
  );
  const errors: Error[] = [];
  client.onerror = (error) => errors.push(error);
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env: cleanEnv }));
  onTestFinished(() => client.close());
  expect(client.getNegotiatedProtocolVersion()).toBe(revision);
  const caller = new AbortController();
  const underWay = Promise.withResolvers<void>();
  const call = client.callTool(hungNight, { signal: caller.signal, onprogress: () => underWay.resolve() });
  await Promise.race([underWay.promise, call]);
  caller.abort("enough");
  await expect(call).rejects.toThrow("enough");
  expect(await client.callTool(otherNight)).toMatchObject(otherNightJudged);
  expect(errors.filter(({ message }) => !message.startsWith("Received a progress notification"))).toEqual([]); // One may have crossed.
});

test.each(eras)(
  "cancelling a call of a client that negotiates %s aborts the look that hangs, and the tool is done at once",
  async (era) => {
    const hung = Promise.withResolvers<AbortSignal>();
    const heard = ({ look, signal }: Call): void => {
      if (look === "player-rows 2026-02-03") hung.resolve(signal);
    };
    const wrap = ({ warehouse, ...ports }: Ports): Ports => ({
      ...ports,
      warehouse: {
        query: (ask, call) => (heard(call), warehouse.query(ask, call)),
        describe: (table, call) => (heard(call), warehouse.describe(table, call)),
        estimate: (ask, call) => (heard(call), warehouse.estimate(ask, call)),
        tables: (dataset, call) => (heard(call), warehouse.tables(dataset, call)),
      },
    });
    const session = sessionOver(loadScenario({ name: "hanging.yaml", text: ownScenarioText("hanging", hanging) }, nba), { wrap });
    const { tools, outcome } = watched(catalogue);
    const { client } = await connect(era, { tools, session: async () => session });

    const caller = new AbortController();
    const call = client.callTool(hungNight, { signal: caller.signal });
    const signal = await hung.promise;
    expect(signal.aborted).toBe(false);
    const cancelledAt = performance.now();
    caller.abort("enough");
    await expect(call).rejects.toThrow("enough");
    await expect(outcome).rejects.toThrow(CancelledError);
    expect(signal.aborted).toBe(true);
    expect(performance.now() - cancelledAt).toBeLessThan(9_000); // The look's own deadline is 20 s away.
  },
);

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s ends the server cleanly also while a store hangs, and the call stays unanswered",
  async (signal) => {
    const child = await serving();
    await initialize(child);
    await hungIn(child);
    const told = performance.now();
    child.process.kill(signal);
    const { code, signal: endedBy, stdout, stderr } = await child.ended;
    expect({ code, endedBy, stderr }).toEqual({ code: 0, endedBy: null, stderr: "" });
    expect(answersTo(2, stdout)).toEqual([]);
    expect(performance.now() - told).toBeLessThan(9_000);
  },
);

/** What a host does that is killed: the server's pipes close. Our own stream closes only when the server, too, has let go of it. */
test("a client that is killed in the middle of a call leaves no server behind", async () => {
  const host = `
    const { spawn } = require("node:child_process");
    const server = spawn(process.execPath, process.argv.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
    console.error("server " + server.pid);
    process.stdin.pipe(server.stdin);
    server.stdout.pipe(process.stdout);`;
  const child = start(["serve", "--scenario", await ownScenario("hanging", hanging)], process.execPath, {}, ["-e", host, "--"]);
  const pid = Number(/^server (\d+)$/mu.exec(await child.saying("stderr", /^server \d+$/mu))?.[1]);
  onTestFinished(() => endIfAlive(pid));
  await initialize(child);
  await hungIn(child);
  const killedAt = performance.now();
  child.process.kill("SIGKILL");
  const { signal, stderr } = await child.ended;
  expect({ signal, stacks: /\n\s+at /u.test(stderr) }).toEqual({ signal: "SIGKILL", stacks: false }); // One line may say EPIPE.
  expect(performance.now() - killedAt).toBeLessThan(9_000);
});

async function serving(env?: Readonly<Record<string, string>>): Promise<Child> {
  return start(["serve", "--scenario", await ownScenario("hanging", hanging)], process.execPath, env);
}

/** Calls about the night that hangs, and resolves once other looks of that call are done. */
async function hungIn(child: Child): Promise<void> {
  send(child, { id: 2, method: "tools/call", params: { ...hungNight, _meta: { progressToken: "hung" } } });
  await child.saying("stdout", /notifications\/progress/u);
}

/** Every look holds a timer until it ends; asked by a signal, the server's process says how many there are. */
const countingTimers = preloaded(`let asked = 0;
process.on("SIGUSR2", () => {
  const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  process.stderr.write(\`timers \${(asked += 1)}: \${timers}\\n\`);
});`);

async function timersIn(child: Child, time: number): Promise<number> {
  child.process.kill("SIGUSR2");
  const count = new RegExp(`^timers ${time}: (\\d+)$`, "mu");
  return Number(count.exec(await child.saying("stderr", count))?.[1]);
}

/** The tools, and how the first call to one of them ends, whether or not anybody is told. */
function watched(tools: readonly Tool[]): { readonly tools: readonly Tool[]; readonly outcome: Promise<unknown> } {
  const first = Promise.withResolvers<unknown>();
  const call = (tool: Tool): Tool["call"] => {
    return (raw, context) => {
      const running = tool.call(raw, context);
      first.resolve(running);
      return running;
    };
  };
  return { tools: tools.map((tool) => ({ ...tool, call: call(tool) })), outcome: first.promise };
}

function endIfAlive(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended, as it should.
  }
}
