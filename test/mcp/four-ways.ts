import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as OldStdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { Transport as OldTransport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { onTestFinished } from "vitest";
import type { Session } from "../../src/session.ts";
import { catalogue } from "../../tools/index.ts";
import { postgame } from "../cli/fake-terminal.ts";
import { bin, cleanEnv, run } from "./child.ts";
import { serveLinked } from "./connect.ts";

export interface Question {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Answer {
  /** The report; undefined where the call was refused. */
  readonly structured: unknown;
  /** What the text says, parsed: the same report, or the refusal. */
  readonly text: unknown;
  /** The protocol revision that was agreed on, or the exit code. */
  readonly by: string | number;
}

/** Asks one server, started for this question alone. */
type Ask = (question: Question) => Promise<Answer>;

/** The clients that speak to us, oldest last, and the command line. */
export const ways = ["2026-07-28", "2025-11-25", "the v1 client", "the command line"] as const;
export type Way = (typeof ways)[number];
type Ways = Readonly<Record<Way, Ask>>;

/** Through the real program, one process each (the newer client starts a second to ask which protocol it speaks). */
export function overProcesses(settings: readonly string[]): Ways {
  const server = { command: process.execPath, args: [bin, "serve", ...settings], env: cleanEnv };
  return {
    "2026-07-28": (question) => newClient("auto", new StdioClientTransport(server), question),
    "2025-11-25": (question) => newClient("legacy", new StdioClientTransport(server), question),
    "the v1 client": (question) => oldClient(new OldStdioClientTransport(server), question),
    "the command line": async (question) => {
      const { code, stdout, stderr } = await run(...commandOf(question), ...settings);
      return printed(code ?? Number.NaN, stdout, stderr);
    },
  };
}

/** Through the same code in this process. */
export function inProcess(session: Session | undefined): Ways {
  const options = { tools: catalogue, session: async () => session };
  return {
    "2026-07-28": (question) => newClient("auto", serveLinked(options).transport, question),
    "2025-11-25": (question) => newClient("legacy", serveLinked(options).transport, question),
    // The two kits' transports differ in optional members only, which none of them uses here.
    "the v1 client": (question) => oldClient(serveLinked(options).transport as OldTransport, question),
    "the command line": async (question) => {
      const { code, out, err } = await postgame(commandOf(question), { tools: catalogue, open: async () => session });
      return printed(code, out, err);
    },
  };
}

/** Asks every way at once. */
export async function askAll(all: Ways, question: Question): Promise<ReadonlyMap<Way, Answer>> {
  return new Map(await Promise.all(ways.map(async (way) => [way, await all[way](question)] as const)));
}

async function newClient(mode: "auto" | "legacy", transport: Parameters<Client["connect"]>[0], { tool, input }: Question): Promise<Answer> {
  const client = new Client({ name: "test", version: "0.0.0" }, { versionNegotiation: { mode } });
  onTestFinished(() => client.close());
  await client.connect(transport);
  const result = await client.callTool({ name: tool, arguments: input });
  return { ...told(result), by: client.getNegotiatedProtocolVersion() ?? "none" };
}

async function oldClient(transport: OldTransport, { tool, input }: Question): Promise<Answer> {
  const client = new OldClient({ name: "test", version: "0.0.0" });
  onTestFinished(() => client.close());
  let revision = "none";
  transport.setProtocolVersion = (version) => void (revision = version);
  await client.connect(transport);
  const result = await client.callTool({ name: tool, arguments: input });
  return { ...told(result), by: revision };
}

function told(result: object): Omit<Answer, "by"> {
  const { structuredContent, content } = result as { structuredContent?: unknown; content: [{ text: string }] }; // Ours has one text.
  return { structured: structuredContent, text: JSON.parse(content[0].text) };
}

function printed(code: number, out: string, err: string): Answer {
  if (out === "") return { structured: undefined, text: { error: { message: err.trimEnd() } }, by: code };
  const report: unknown = JSON.parse(out);
  return { structured: report, text: report, by: code };
}

function commandOf({ tool, input }: Question): string[] {
  return [tool, ...Object.entries(input).flatMap(([name, value]) => [`--${name}=${String(value)}`]), "--json"];
}
