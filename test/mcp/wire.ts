import type { Child } from "./child.ts";

/** One line of the protocol, as it is on the wire. */
export interface Message {
  readonly jsonrpc: string;
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: unknown;
}

/** Every complete line of what a server wrote to standard output. Throws where one is no message: nothing else may be there. */
export function messagesIn(stdout: string): readonly Message[] {
  const lines = stdout.slice(0, stdout.lastIndexOf("\n") + 1).split("\n");
  return lines.slice(0, -1).map((line) => {
    const message = JSON.parse(line) as Message;
    if (message.jsonrpc !== "2.0") throw new Error(`Not a message of the protocol: ${line}`);
    return message;
  });
}

export function answersTo(id: number, stdout: string): readonly Message[] {
  return messagesIn(stdout).filter((message) => message.id === id && message.method === undefined);
}

/** The handshake of 2025-11-25, by hand. */
export async function initialize(child: Child): Promise<void> {
  const clientInfo = { name: "test", version: "0.0.0" };
  await request(child, 1, "initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
  send(child, { method: "notifications/initialized" });
}

/** What every request of 2026-07-28 carries; there is no handshake. */
export const modernMeta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "0.0.0" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

export function send({ process: { stdin } }: Child, message: Omit<Message, "jsonrpc">): void {
  stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

export async function request(child: Child, id: number, method: string, params: Message["params"] = {}): Promise<Message> {
  send(child, { id, method, params });
  return answer(child, id);
}

/** Waits for the answer to a request that was sent before. */
export async function answer(child: Child, id: number): Promise<Message> {
  const [message] = answersTo(id, await child.saying("stdout", new RegExp(`"id":${id}\\b.*\\n`, "u")));
  if (message === undefined) throw new Error(`No answer to request ${id}`);
  return message;
}
