/**
 * Real hosts against this checkout: installs each from npm into a temporary folder, with a home of its own and no login, and
 * lets it connect. Not part of the gate, since it downloads some 500 MB. A host that can't be had here is SKIPPED, with why.
 */
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = fileURLToPath(new URL("../../bin/postgame.mjs", import.meta.url));
const recorder = fileURLToPath(new URL("recorder.ts", import.meta.url));
const serving = [bin, "serve", "--scenario", "feb-03"];

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** An installed host: runs its program with a home of its own, in a folder of its own. Rejects where it exits with an error. */
interface Installed {
  readonly home: string;
  readonly project: string;
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Output>;
}

interface Host {
  readonly name: string;
  /** As npm names it; whatever version is newest. */
  readonly package: string;
  readonly program: string;
  /** Resolves to what was seen; rejects where it isn't as it must be. */
  meet(host: Installed): Promise<readonly string[]>;
}

const claudeCode: Host = {
  name: "Claude Code",
  package: "@anthropic-ai/claude-code",
  program: "claude",
  async meet(host) {
    await host.run(["mcp", "add", "postgame", "--", "node", ...serving]);
    demand(await host.run(["mcp", "list"]), /^postgame: .*Connected$/mu);
    demand(await host.run(["mcp", "get", "postgame"]), /^\s*Status: .*Connected$/mu);
    await host.run(["mcp", "remove", "postgame"]);
    return [
      "claude mcp add, list, get: Connected",
      `as it comes: ${await spokenBy(host)}`,
      `with MCP_PROTOCOL_NEGOTIATION=legacy: ${await spokenBy(host, { MCP_PROTOCOL_NEGOTIATION: "legacy" })}`,
      await ownConfiguration(host),
    ];
  },
};

/** The protocol revision that host and server agree on and the host's requests, seen through a recorder between them. */
async function spokenBy(host: Installed, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const log = join(await mkdtemp(join(host.home, "spoken-")), "log");
  await host.run(["mcp", "add", "recorded", "--", "node", recorder, log, ...serving]);
  demand(await host.run(["mcp", "list"], env), /^recorded: .*Connected$/mu);
  await host.run(["mcp", "remove", "recorded"]);
  const [fromHost, fromServer] = await Promise.all([messagesIn(`${log}.host`), messagesIn(`${log}.server`)]);
  // Up to 2025-11-25 the server's answer to the handshake says it, since then each request; asking what is spoken is no agreement.
  const agreed = [
    ...fromServer.map(({ result }) => result?.protocolVersion),
    ...fromHost.map(({ method, params }) =>
      method === "server/discover" ? undefined : params?._meta?.["io.modelcontextprotocol/protocolVersion"],
    ),
  ];
  const revisions = new Set(agreed.filter((revision) => revision !== undefined).map(String));
  return `${[...revisions].join(", ")} (${fromHost.map(({ method }) => method ?? "an answer").join(", ")})`;
}

interface Message {
  readonly method?: string;
  readonly params?: { readonly _meta?: Readonly<Record<string, unknown>> };
  readonly result?: { readonly protocolVersion?: string };
}

async function messagesIn(file: string): Promise<readonly Message[]> {
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Message);
}

/** The checkout's own .mcp.json, with the program where a checkout has it, approved as a person would. */
async function ownConfiguration(host: Installed): Promise<string> {
  await copyFile(join(root, ".mcp.json"), join(host.project, ".mcp.json"));
  await symlink(dirname(bin), join(host.project, "bin"));
  demand(await host.run(["mcp", "list"]), /^postgame: .*Pending approval/mu);
  await mkdir(join(host.home, ".claude"), { recursive: true });
  await writeFile(join(host.home, ".claude", "settings.json"), JSON.stringify({ enableAllProjectMcpServers: true }));
  demand(await host.run(["mcp", "list"]), /^postgame: .*Connected$/mu);
  return "this checkout's .mcp.json: pending approval; once approved, Connected";
}

const codex: Host = {
  name: "Codex",
  package: "@openai/codex",
  program: "codex",
  async meet(host) {
    const configuration = `[mcp_servers.postgame]\ncommand = "node"\nargs = ${JSON.stringify(serving)}\nenv = { POSTGAME_JSON = "true" }\n`;
    await mkdir(join(host.home, ".codex"), { recursive: true });
    await writeFile(join(host.home, ".codex", "config.toml"), configuration);
    const { stdout } = await host.run(["mcp", "list", "--json"]);
    const [server] = JSON.parse(stdout) as [
      { name: string; enabled: boolean; transport: { type: string; command: string; args: string[] } },
    ];
    const { name, enabled, transport } = server;
    const read = { name, enabled, type: transport.type, command: transport.command, args: transport.args };
    const meant = { name: "postgame", enabled: true, type: "stdio", command: "node", args: serving };
    if (!isDeepStrictEqual(read, meant)) throw new Error(`Codex read ${JSON.stringify(read)}`);
    return ["config.toml is read as it is meant; without a login it connects to nothing"];
  },
};

const inspector: Host = {
  name: "MCP Inspector",
  package: "@modelcontextprotocol/inspector",
  program: "mcp-inspector",
  async meet(host) {
    const seen: string[] = [];
    for (const era of ["modern", "legacy"]) {
      const to = ["--cli", "node", ...serving, "--protocol-era", era];
      const listed = await host.run([...to, "--method", "tools/list", "--strict"]);
      demand(listed, /"name": "validate_daily"/u);
      const call = ["--method", "tools/call", "--tool-name", "validate_daily", "--tool-args-json", '{"game_date":"2026-02-03"}'];
      const { stdout } = await host.run([...to, ...call, "--format", "json", "-q"]);
      const { result } = JSON.parse(stdout) as { result: { structuredContent: { verdict: string } } };
      const { verdict } = result.structuredContent;
      if (verdict !== "fail") throw new Error(`The ${era} call answered ${verdict}, not fail: ${stdout}`);
      const problems = /^\d+ errors?, .*$/mu.exec(listed.stderr)?.[0] ?? "it says nothing against it";
      seen.push(`${era}: tools/list --strict exits 0 (${problems}); tools/call answers ${verdict}`);
    }
    return seen;
  },
};

await main([claudeCode, inspector, codex]);

async function main(hosts: readonly Host[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "postgame-hosts-"));
  try {
    for (const host of hosts) await introduce(host, join(folder, host.program));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function introduce(host: Host, folder: string): Promise<void> {
  let installed: Installed & { readonly version: string };
  try {
    installed = await install(host, folder);
  } catch (error) {
    console.log(`SKIPPED  ${host.name}: ${reason(error)}`);
    return;
  }
  const title = `${host.name} ${installed.version}`;
  try {
    const seen = await host.meet(installed);
    console.log([`OK       ${title}`, ...seen.map((line) => `           ${line}`)].join("\n"));
  } catch (error) {
    console.log(`FAILED   ${title}: ${reason(error)}`);
    process.exitCode = 1;
  }
}

/** Rejects where npm has no such package for us, or what it installed does not start here. */
async function install(host: Host, folder: string): Promise<Installed & { readonly version: string }> {
  const [home, project] = [join(folder, "home"), join(folder, "project")];
  await Promise.all([home, project].map((path) => mkdir(path, { recursive: true })));
  const npm = process.env["npm_execpath"];
  const [command, first] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  const options = ["--no-audit", "--no-fund", "--loglevel=error", "--prefix", folder];
  await promisify(execFile)(command, [...first, "install", ...options, host.package], { env: withOurNode(process.env), timeout: 300_000 });
  const manifest = await readFile(join(folder, "node_modules", host.package, "package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const program = join(folder, "node_modules", ".bin", host.program);
  const run: Installed["run"] = (args, env = {}) =>
    promisify(execFile)(program, args, { cwd: project, env: { ...alone(home), ...env }, timeout: 90_000, maxBuffer: 2 ** 24 });
  await run(["--help"]);
  return { home, project, run, version };
}

/** Nothing of the person who runs this reaches a host: no home, no login, no settings. */
function alone(home: string): Record<string, string> {
  return {
    ...withOurNode({ PATH: process.env["PATH"] }),
    HOME: home,
    USERPROFILE: home,
    XDG_STATE_HOME: join(home, "state"),
    DISABLE_AUTOUPDATER: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  };
}

/** The Node that runs this comes first, for hosts that look for one. */
function withOurNode(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(defined), PATH: `${dirname(process.execPath)}${delimiter}${env["PATH"] ?? ""}` };
}

function demand({ stdout, stderr }: Output, pattern: RegExp): void {
  if (!pattern.test(stdout)) throw new Error(`${String(pattern)} is not in what it said: ${stdout}${stderr}`);
}

/** The error's first words, and the first of what a command said that failed. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = "stderr" in error && typeof error.stderr === "string" ? error.stderr.trim().split("\n").slice(0, 5).join("\n") : "";
  return `${error.message.split("\n")[0] ?? ""}${said === "" ? "" : `\n${said}`}`;
}
