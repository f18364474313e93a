import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { onTestFinished } from "vitest";
import type { ServerOptions } from "../../src/mcp/server.ts";
import { createServer } from "../../src/mcp/server.ts";
import { fakeSession, fakeTool } from "./fake-tools.ts";

/** Protocol revisions a host may speak: `legacy` is 2025-11-25, `auto` negotiates 2026-07-28. */
export const eras = ["legacy", "auto"] as const;

export interface Connected {
  readonly client: Client;
  /** Methods of all notifications that the server sent, in order. */
  readonly notified: string[];
}

/** A client connected to a server in this process, by the same entry that standard input and output use. */
export async function connect(era: (typeof eras)[number], options: Partial<ServerOptions> = {}): Promise<Connected> {
  const { transport, notified } = serveLinked(options);
  const client = new Client({ name: "test", version: "0.0.0" }, { versionNegotiation: { mode: era } });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return { client, notified };
}

/** A server in this process, and the end of a linked pair that a client of any make can be connected to. */
export function serveLinked(options: Partial<ServerOptions> = {}): Pick<Connected, "notified"> & { readonly transport: InMemoryTransport } {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const notified: string[] = [];
  const send = ours.send.bind(ours);
  ours.send = (message, ...rest) => {
    if ("method" in message && !("id" in message)) notified.push(message.method);
    return send(message, ...rest);
  };
  const complete: ServerOptions = {
    version: "0.0.0",
    tools: [fakeTool()],
    session: async () => fakeSession,
    onBug: () => {},
    ...options,
  };
  const handle = serveStdio(() => createServer(complete), { transport: ours });
  onTestFinished(() => handle.close());
  return { transport: theirs, notified };
}
