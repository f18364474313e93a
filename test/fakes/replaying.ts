import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import * as grpc from "@grpc/grpc-js";
import type { Asked, Capture } from "../../src/adapters/google/capture.ts";
import type { Reach } from "../../src/adapters/google/cloud.ts";
import { crc32c } from "../../src/adapters/google/storage-content.ts";
import type { Exchange, GrpcExchange, HttpExchange } from "../../src/adapters/google/tap.ts";
import { descriptionOf } from "../../src/adapters/google/wire-shapes.ts";
import type { FakeService } from "./grpc.ts";
import { serviceOf, startGrpcServer, status } from "./grpc.ts";
import type { HttpRoutes } from "./http.ts";
import { sendJson, startHttpServer } from "./http.ts";

export interface Replaying {
  readonly reach: Reach;
  /** From now on the services answer what they answered to this question, in its order, and nothing else. */
  answerAs(asked: Asked): void;
  /** Exchanges of that question that nobody has asked for again. */
  left(): readonly Exchange[];
  stop(): void;
}

/** The services of a capture, each on the wire that it really uses. */
export async function startReplaying(capture: Capture): Promise<Replaying> {
  let left: Exchange[] = [];
  const take = <E extends Exchange>(fits: (exchange: Exchange) => exchange is E, token: string): E | undefined => {
    const fitting = left.filter(fits);
    const taken = fitting.find((exchange) => tokenOf(exchange) === token) ?? fitting[0];
    left = left.filter((exchange) => exchange !== taken);
    return taken;
  };
  const exchanges = capture.asked.flatMap((asked) => asked.exchanges);
  const services = new Set(exchanges.flatMap((exchange) => (exchange.wire === "grpc" ? [exchange.service] : [])));
  const [grpcServer, httpServer] = await Promise.all([
    startGrpcServer([...services].map((name) => replayed(name, take))),
    startHttpServer([replayedRoutes(take, () => left)]),
  ]);
  return {
    reach: { grpc: grpcServer.reach, http: httpServer.address },
    answerAs: (asked) => void (left = [...asked.exchanges]),
    left: () => left,
    stop: () => {
      grpcServer.stop();
      httpServer.stop();
    },
  };
}

type Take = <E extends Exchange>(fits: (exchange: Exchange) => exchange is E, token: string) => E | undefined;

/** Which page was asked for: the one thing in which requests of one method differ that run side by side. */
function tokenOf(exchange: Exchange): string {
  if (exchange.wire === "http") return exchange.query["pageToken"] ?? "";
  return tokenIn(exchange.request);
}

function tokenIn(request: unknown): string {
  return (request as { pageToken?: string }).pageToken ?? ""; // as every list method's
}

function replayed(service: string, take: Take): FakeService {
  const description = descriptionOf(service);
  if (description === undefined) throw new Error(`Nobody describes ${service}.`);
  const definition = serviceOf(description, service);
  const handlers = Object.entries(definition).map(([method, { responseStream }]) => {
    const fits = (each: Exchange): each is GrpcExchange => each.wire === "grpc" && each.service === service && each.method === method;
    const answerOf = (request: unknown) => {
      const taken = take(fits, tokenIn(request));
      if (taken === undefined) throw status(grpc.status.UNIMPLEMENTED, `The capture holds no further answer of ${service}/${method}.`);
      return taken;
    };
    return [method, responseStream ? streamed(answerOf) : single(answerOf)] as const;
  });
  return { definition, implementation: Object.fromEntries(handlers) as grpc.UntypedServiceImplementation };
}

type AnswerOf = (request: unknown) => GrpcExchange;

function single(answerOf: AnswerOf): grpc.handleUnaryCall<unknown, unknown> {
  return ({ request }, answer) => {
    try {
      const { replies, failed } = answerOf(request);
      if (failed === undefined) answer(null, replies[0]);
      else answer(failure(failed));
    } catch (error) {
      answer(error as grpc.ServiceError); // `answerOf` throws nothing else
    }
  };
}

function streamed(answerOf: AnswerOf): grpc.handleServerStreamingCall<unknown, unknown> {
  return (call) => {
    try {
      const { replies, failed } = answerOf(call.request);
      for (const reply of replies) call.write(reply);
      if (failed === undefined) call.end();
      else call.emit("error", failure(failed));
    } catch (error) {
      call.emit("error", error);
    }
  };
}

function failure({ code, message, details }: NonNullable<GrpcExchange["failed"]>): grpc.ServiceError {
  return status(code, details === undefined ? message : `${message} (${details})`);
}

/** An object's content is not captured: some of the announced length stands for it, and its hashes for its own. */
function replayedRoutes(take: Take, left: () => readonly Exchange[]): HttpRoutes {
  const objects = new Map<string, Buffer>();
  return async ({ method, url }, response) => {
    const path = decodeURIComponent(url.pathname);
    const fits = (each: Exchange): each is HttpExchange =>
      each.wire === "http" &&
      each.method === method &&
      decodeURIComponent(each.path) === path &&
      (each.content !== undefined) === isContent;
    const isContent = url.searchParams.get("alt") === "media" && left().some((each) => each.wire === "http" && each.content !== undefined);
    const taken = take(fits, url.searchParams.get("pageToken") ?? "");
    if (taken === undefined) return false;
    if (taken.status === undefined) response.destroy();
    else if (taken.content !== undefined) {
      response.writeHead(200, taken.content === "gzip" ? { "content-encoding": "gzip" } : {}).end(objects.get(path));
    } else if (typeof taken.reply === "string") response.writeHead(taken.status).end(taken.reply);
    else {
      const isFollowed = left().some(
        (each) => each.wire === "http" && each.content !== undefined && decodeURIComponent(each.path) === path,
      );
      sendJson(response, taken.status, isFollowed ? withContent(taken.reply, path, objects) : taken.reply);
    }
    return true;
  };
}

function withContent(reply: unknown, path: string, objects: Map<string, Buffer>): object {
  const about = reply as Readonly<Record<string, string>>; // whatever it is: it is said again
  const bytes = about["contentEncoding"] === "gzip" ? gzipSync("{}") : Buffer.alloc(Number(about["size"]) || 0, "x");
  objects.set(path, bytes);
  const own = { size: String(bytes.length), crc32c: crc32c(bytes), md5Hash: createHash("md5").update(bytes).digest("base64") };
  return { ...about, ...Object.fromEntries(Object.entries(own).filter(([key]) => Object.hasOwn(about, key))) };
}
