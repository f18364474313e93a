import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, start } from "../mcp/child.ts";

test("the suite runs on a Node that runs the source unbuilt", () => {
  expect(process.features.typescript).toBe("strip");
});

describe("a scenario by its name", () => {
  test("is played, and its verdict is the exit code", async () => {
    const { code, stdout, stderr } = await run("validate_daily", "--scenario", "feb-03", "--json");
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      tool: "validate_daily",
      verdict: "fail",
      summary: expect.stringMatching(/^SCENARIO feb-03 /u),
    });
  });

  test("is judged as of the clock that is given, in the pipeline's zone or ISO 8601", async () => {
    const args = ["validate_daily", "--scenario", "feb-03", "--game-date", "2026-02-03", "--json"];
    const local = await run(...args, "--clock", "2026-02-04 06:45");
    const iso = await run(...args, "--clock", "2026-02-04T11:45:00Z");
    expect(local.code).toBe(1);
    expect(factsIn(iso.stdout)).toEqual(factsIn(local.stdout));
  });

  test.each([
    [["--scenario", "fb-03"], /^No scenario "fb-03"\. Did you mean "feb-03"\? Known: /u],
    [["--scenario", "./no/such.yaml"], "The scenario file ./no/such.yaml: there is no such file."],
    [["--scenario", "feb-03", "--pipeline", "nab"], /^No pipeline "nab"; known: nba\. Did you mean "nba"\?/u],
    [
      ["--scenario", "feb-03", "--clock", "25:00"],
      /^--clock: "25:00" is no moment; write "18:00" \(the morning after the night, America\/New_York\), "2026-02-04 18:00" or ISO 8601/u,
    ],
    [["--clock", "2026-02-04 18:00"], /^--clock needs a scenario/u],
    [["--backend", "embedded"], /^The embedded backend plays a scenario/u],
    [["--backend", "gogle"], 'No backend "gogle"; known: embedded, google. Did you mean "google"?'],
    [["--project", "Acme"], /^--project "Acme" is no project id/u],
    [["--project", "acme-nba", "--scenario", "feb-03"], /^--project reads a real project and --scenario plays an invented night/u],
  ])("%j is refused in one sentence", async (args, sentence) => {
    const { code, stdout, stderr } = await run("validate_daily", ...args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr.trimEnd()).toMatch(sentence);
  });
});

test("nothing configured is unknown, exit 3, and says both ways forward", async () => {
  const { code, stdout } = await run("validate_daily");
  expect(code).toBe(3);
  expect(stdout).toContain("nothing is configured");
});

test("scenarios lists what is shipped", async () => {
  const { code, stdout } = await run("scenarios", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toContainEqual({ name: "feb-03", date: "2026-02-03", about: expect.any(String) });
});

test("a reader that goes away early is no error: the verdict is still the exit code", async () => {
  const child = start(["validate_daily", "--scenario", "feb-03"]);
  child.process.stdout.destroy();
  expect(await child.ended).toMatchObject({ code: 2, signal: null, stderr: "" });
});

test("colour is for terminals only: what is piped is plain", async () => {
  const { stdout } = await run("demo");
  expect(stdout).toContain("validate_daily would exit 2");
  expect(stdout).not.toContain("\u001b");
});

/** Loads what is not needed for listing only when it is needed: it costs more than all the rest. */
test("neither DuckDB nor the embedded backend is loaded before the first call", async () => {
  const hook = `import{registerHooks}from"node:module";registerHooks({load(u,c,n){console.error("loads",u);return n(u,c)}})`;
  const child = start(["serve", "--scenario", "feb-03"], process.execPath, {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`,
  });
  child.process.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} })}\n`);
  await child.saying("stdout", /"id":1\b.*\n/u);
  child.process.stdin.end();
  const { stderr } = await child.ended;
  expect(stderr).toContain("src/mcp/server.ts");
  expect(stderr).not.toMatch(/duckdb|adapters\/embedded/u);
});

const broughtAlong = nodeBroughtAlong();

describe.skipIf(broughtAlong === undefined)("started with a Node that can't run the source", () => {
  let folder: string;
  let other: string;

  // A copy, since the Node brought along may be the one that runs this suite.
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "postgame-node-"));
    other = join(folder, "node");
    await copyFile(process.execPath, other);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("it hands over to the one brought along, with arguments, output and exit code", async () => {
    const child = start(["validate_daily", "--scenario", "feb-03", "--json"], other, {}, ["--no-strip-types"]);
    const { code, stdout, stderr } = await child.ended;
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "fail" });
  });

  test.each(["SIGTERM", "SIGINT"] as const)("it hands %s on, so that the server ends cleanly", async (signal) => {
    const child = start(["serve"], other, {}, ["--no-strip-types"]);
    child.process.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} })}\n`);
    await child.saying("stdout", /"id":1\b.*\n/u);
    child.process.kill(signal);
    expect(await child.ended).toMatchObject({ code: 0, signal: null });
  });

  test("without a Node to hand over to it says in one line which version it needs, and exits 64", async () => {
    const child = start(["--version"], other, { NODE_OPTIONS: "--no-strip-types" });
    const { code, stdout, stderr } = await child.ended;
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toMatch(/^Postgame needs Node 22\.18 or later; this is v.*\n$/u);
  });
});

function factsIn(stdout: string): unknown {
  return { ...(JSON.parse(stdout) as object), cost: undefined };
}

function nodeBroughtAlong(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/package.json`);
  } catch {
    return undefined;
  }
}
