import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

interface HttpServer {
  /** `http://127.0.0.1:PORT`. */
  readonly address: string;
  stop(): void;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** Unpacked; empty if there is none. */
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
  /** Aborted when the client has gone away. */
  readonly gone: AbortSignal;
}

/** Answers a request, or leaves it to the next by answering false. */
export type HttpRoutes = (request: HttpRequest, response: ServerResponse) => Promise<boolean>;

/** Listens on a loopback port of its own until it is stopped. */
export async function startHttpServer(routes: readonly HttpRoutes[]): Promise<HttpServer> {
  const server = createServer((incoming, response) => {
    answer(routes, incoming, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // listening on a port, so neither a pipe nor null
  return {
    address: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(routes: readonly HttpRoutes[], incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer); // without an encoding set a request yields buffers
  const raw = Buffer.concat(chunks);
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const request: HttpRequest = {
    method: incoming.method ?? "GET",
    url: new URL(incoming.url ?? "/", "http://127.0.0.1"),
    body: (incoming.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw).toString("utf8"),
    headers: incoming.headers,
    gone: gone.signal,
  };
  for (const route of routes) if (await route(request, response)) return;
  sendJson(response, 404, { error: { code: 404, message: `Nothing answers ${request.method} ${request.url.pathname}.`, errors: [] } });
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8" }).end(JSON.stringify(body));
}
