import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, onTestFinished, test } from "vitest";
import { ownScenario } from "../support/own-scenario.ts";
import { bin, cleanEnv, start } from "./child.ts";
import { appending, preloaded } from "./preloaded.ts";
import { initialize, messagesIn, request, send } from "./wire.ts";
import { catalogue } from "../../tools/index.ts";

const asked = { name: "validate_daily", arguments: { game_date: "2026-02-03" } };

/** An error or a stack. */
const noise = /error|\n\s+at /iu;

test("a call leaves nothing behind: asked again, the same clock gives the same answer", async () => {
  const client = await connected("serve", "--scenario", "feb-03");
  const answers = [await client.callTool(asked), await client.callTool(asked)].map(({ structuredContent }) => ({
    ...(structuredContent as object),
    cost: undefined,
  }));
  expect(answers[1]).toEqual(answers[0]);
});

test("calls at the same time don't disturb each other", async () => {
  const client = await connected("serve", "--scenario", "feb-03");
  const answers = await Promise.all([1, 2, 3].map(() => client.callTool(asked)));
  expect(new Set(answers.map(({ structuredContent }) => (structuredContent as { summary: string }).summary)).size).toBe(1);
});

test("with nothing configured the tools are listed, and a call answers unknown", async () => {
  const client = await connected("serve");
  expect((await client.listTools()).tools).not.toEqual([]);
  const result = await client.callTool(asked);
  expect(result.structuredContent).toMatchObject({ verdict: "unknown", summary: expect.stringContaining("nothing is configured") });
});

test("a scenario that isn't there is said on standard error and answered to every call, and the server lives on", async () => {
  const child = start(["serve", "--scenario", "fb-03"]);
  expect(await child.saying("stderr", /No scenario/u)).toMatch(/^postgame: No scenario "fb-03"\. Did you mean "feb-03"\? Known: /mu);
  await initialize(child);
  for (const id of [2, 3]) {
    const { result } = await request(child, id, "tools/call", asked);
    expect(result).toMatchObject({ isError: true });
    expect(JSON.stringify(result)).toContain('Did you mean \\\\\\"feb-03\\\\\\"?');
  }
  expect((await request(child, 4, "tools/list")).result).toMatchObject({ tools: catalogue.map(({ name }) => ({ name })) });
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
  expect(messagesIn(stdout).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
});

test("a store that answers garbage is told inside the protocol, and nowhere else", async () => {
  const failing = await ownScenario(
    "garbled",
    "  - { fail: warehouse, with: garbage, from: 00:00 }\n  - { fail: documents, with: denied, from: 00:00 }",
  );
  const child = start(["serve", "--scenario", failing]);
  await initialize(child);
  expect((await request(child, 2, "tools/call", asked)).result).toMatchObject({ structuredContent: { verdict: "unknown" } });
  child.process.stdin.end();
  const { stdout, stderr } = await child.ended;
  expect(messagesIn(stdout).map(({ id }) => id)).toEqual([1, 2]);
  expect(stderr).not.toMatch(noise);
});

test("a name that holds line breaks and a message of the protocol stays text within one message", async () => {
  const forged = JSON.stringify({ jsonrpc: "2.0", id: 3, result: {} });
  const runs = ["06", "24"].map(
    (second) =>
      `  - { run: PlayerGameSummaryProcessor, from: "15:00:${second}", id: ${JSON.stringify(`a\n${forged}\n\u2028\u001b[2J${second}`)} }`,
  );
  const copies = '  - { duplicate: nba_analytics.player_game_summary, rows: 72, stamped: "15:00:06", from: "15:00:24" }';
  const hostile = await ownScenario(
    "hostile",
    ['  - { arrive: nba_analytics.player_game_summary, from: "15:00:24" }', ...runs, copies].join("\n"),
  );
  const child = start(["serve", "--scenario", hostile]);
  await initialize(child);
  const { result } = await request(child, 2, "tools/call", asked);
  expect(result).toMatchObject({ structuredContent: { verdict: "fail" } });
  expect(JSON.stringify(result)).toContain("jsonrpc");
  child.process.stdin.end();
  const { stdout } = await child.ended;
  expect(messagesIn(stdout).map(({ id }) => id)).toEqual([1, 2]);
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u);
});

test("what a dependency prints by whichever console or stream is heard on standard error only", async () => {
  const chatter = `import chat from "node:console"; console.log("by the console"); chat.info("by its module"); process.stdout.write("by the stream\\n");`;
  const child = start(["serve", "--scenario", "feb-03"], process.execPath, preloaded(appending("/src/checks/catalogue.ts", chatter)));
  await initialize(child);
  expect((await request(child, 2, "tools/call", asked)).result).toMatchObject({ structuredContent: { verdict: "fail" } });
  child.process.stdin.end();
  const { stdout, stderr } = await child.ended;
  expect(messagesIn(stdout).map(({ id }) => id)).toEqual([1, 2]);
  expect(stderr.match(/by the \w+|by its module/gu)).toEqual(["by the console", "by its module", "by the stream"]);
});

test("a bug in a tool is one answer without its words, a stack on standard error, and the server lives on", async () => {
  const child = start(
    ["serve"],
    process.execPath,
    preloaded(appending("/src/checks/catalogue.ts", `throw new TypeError("secret words");`)),
  );
  await initialize(child);
  for (const id of [2, 3]) {
    const { result } = await request(child, id, "tools/call", asked);
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("a bug of Postgame's (TypeError)") }] });
  }
  child.process.stdin.end();
  const { code, stdout, stderr } = await child.ended;
  expect(code).toBe(0);
  expect(messagesIn(stdout).map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(stdout).not.toContain("secret words");
  expect(stderr).toMatch(/TypeError: secret words\n\s+at .*catalogue\.ts/u);
});

test("an error that nobody catches ends the server, told on standard error and not on standard output", async () => {
  const fatal = `queueMicrotask(() => { throw new RangeError("nobody's") });`;
  const child = start(["serve"], process.execPath, preloaded(appending("/src/checks/catalogue.ts", fatal)));
  await initialize(child);
  send(child, { id: 2, method: "tools/call", params: asked });
  const { code, signal, stdout, stderr } = await child.ended;
  expect({ code, signal }).toEqual({ code: 1, signal: null });
  expect(stderr).toContain("RangeError: nobody's");
  expect(messagesIn(stdout).map(({ id }) => id)).toEqual([1]);
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

async function connected(...args: string[]): Promise<Client> {
  const client = new Client({ name: "test", version: "0.0.0" });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [bin, ...args], env: cleanEnv }));
  onTestFinished(() => client.close());
  return client;
}
