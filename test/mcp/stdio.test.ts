import { Client as NewClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as NewTransport } from "@modelcontextprotocol/client/stdio";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as OldTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, onTestFinished, test } from "vitest";
import type { Child } from "./child.ts";
import { bin, cleanEnv, start } from "./child.ts";

const asked = { name: "validate_daily", arguments: { game_date: "2026-02-03" } };

/** An error or a stack. */
const noise = /error|\n\s+at /iu;

test("the old SDK's client lists the tools and gets a report", async () => {
  const client = await oldClient("serve", "--scenario", "feb-03");
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain("validate_daily");
  const result = await client.callTool(asked);
  expect(result.structuredContent).toMatchObject({
    tool: "validate_daily",
    verdict: "fail",
    summary: expect.stringMatching(/^SCENARIO feb-03 /u),
  });
});

test("the new SDK's client negotiates the newer protocol and gets the same report", async () => {
  const transport = new NewTransport({ command: process.execPath, args: [bin, "serve", "--scenario", "feb-03"], env: cleanEnv });
  const client = new NewClient({ name: "test", version: "0.0.0" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(transport);
  onTestFinished(() => client.close());
  expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
  expect((await client.callTool(asked)).structuredContent).toMatchObject({ verdict: "fail" });
});

test("a call leaves nothing behind: asked again, the same clock gives the same answer", async () => {
  const client = await oldClient("serve", "--scenario", "feb-03");
  const answers = [await client.callTool(asked), await client.callTool(asked)].map(({ structuredContent }) => ({
    ...(structuredContent as object),
    cost: undefined,
  }));
  expect(answers[1]).toEqual(answers[0]);
});

test("calls at the same time don't disturb each other", async () => {
  const client = await oldClient("serve", "--scenario", "feb-03");
  const answers = await Promise.all([1, 2, 3].map(() => client.callTool(asked)));
  expect(new Set(answers.map(({ structuredContent }) => (structuredContent as { summary: string }).summary)).size).toBe(1);
});

test("with nothing configured the tools are listed, and a call answers unknown", async () => {
  const client = await oldClient("serve");
  expect((await client.listTools()).tools).not.toEqual([]);
  const result = await client.callTool(asked);
  expect(result.structuredContent).toMatchObject({ verdict: "unknown", summary: expect.stringContaining("nothing is configured") });
});

test("a scenario that isn't there is said on standard error and answered to every call, and the server lives on", async () => {
  const child = start(["serve", "--scenario", "fb-03"]);
  expect(await child.saying("stderr", /No scenario/u)).toMatch(/^postgame: No scenario "fb-03"; known: .*Did you mean "feb-03"\?/mu);
  await initialize(child);
  for (const id of [2, 3]) {
    const { result } = await request(child, id, "tools/call", asked);
    expect(result).toMatchObject({ isError: true });
    expect(JSON.stringify(result)).toContain('Did you mean \\\\\\"feb-03\\\\\\"?');
  }
  expect((await request(child, 4, "tools/list")).result).toMatchObject({ tools: [{ name: "validate_daily" }] });
});

test("nothing but protocol messages is written to standard output, through a call and to the end", async () => {
  const child = start(["serve", "--scenario", "feb-03"], process.execPath, { NODE_DEBUG: "net" });
  await initialize(child);
  await request(child, 2, "tools/list");
  await request(child, 3, "tools/call", asked);
  child.process.stdin.write("this is no message\n");
  await request(child, 4, "tools/call", { name: "validate_daily", arguments: { depth: "quik" } });
  child.process.stdin.end();
  const { stdout } = await child.ended;
  const lines = stdout.trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { jsonrpc: string }).jsonrpc)).toEqual(lines.map(() => "2.0"));
});

test.each(["SIGTERM", "SIGINT"] as const)("%s ends the server cleanly", async (signal) => {
  const child = start(["serve"]);
  await initialize(child);
  child.process.kill(signal);
  expect(await child.ended).toMatchObject({ code: 0, signal: null, stderr: expect.not.stringMatching(noise) });
});

test("the end of standard input ends the server cleanly", async () => {
  const child = start(["serve"]);
  await initialize(child);
  child.process.stdin.end();
  expect(await child.ended).toMatchObject({ code: 0, signal: null, stderr: expect.not.stringMatching(noise) });
});

test("the end of standard input ends the server also while a call is running", async () => {
  const child = start(["serve", "--scenario", "feb-03"]);
  await initialize(child);
  send(child, { id: 2, method: "tools/call", params: asked });
  child.process.stdin.end();
  expect(await child.ended).toMatchObject({ code: 0, signal: null });
});

test("a client that stops reading ends the server without a stack", async () => {
  const child = start(["serve"]);
  await initialize(child);
  child.process.stdout.destroy();
  send(child, { id: 2, method: "tools/list" });
  const { code, stderr } = await child.ended;
  expect(code).toBe(0);
  expect(stderr).not.toMatch(/\n\s+at /u);
});

async function oldClient(...args: string[]): Promise<OldClient> {
  const client = new OldClient({ name: "test", version: "0.0.0" });
  await client.connect(new OldTransport({ command: process.execPath, args: [bin, ...args], env: cleanEnv }));
  onTestFinished(() => client.close());
  return client;
}

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
}

async function initialize(child: Child): Promise<void> {
  const clientInfo = { name: "test", version: "0.0.0" };
  await request(child, 1, "initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
  send(child, { method: "notifications/initialized" });
}

async function request(child: Child, id: number, method: string, params: object = {}): Promise<Reply> {
  send(child, { id, method, params });
  const said = await child.saying("stdout", new RegExp(`"id":${id}\\b.*\\n`, "u"));
  const replies = said
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Reply);
  return replies.find((reply) => reply.id === id) ?? {};
}

function send({ process: { stdin } }: Child, message: object): void {
  stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}
