import * as grpc from "@grpc/grpc-js";
import { status } from "./grpc.ts";

type Answer = object | grpc.ServiceError | "hang";

/** A method that answers one request with one reply, an error, or never. */
export function unary<Request>(answerOf: (request: Request, metadata: grpc.Metadata) => Answer): grpc.handleUnaryCall<Request, unknown> {
  return (call, answer) => {
    const found = answerOf(call.request, call.metadata);
    if (found === "hang") return;
    if (found instanceof Error) answer(found);
    else answer(null, found);
  };
}

interface Asked {
  readonly pageSize: number;
  readonly pageToken: string;
}

/**
 * One page of a list. Services may answer fewer than were asked for; these have few on the first page, so that whoever stops
 * after it is found out. A token that this list never gave is refused.
 */
export function paged<T>(
  all: readonly T[],
  { pageSize, pageToken }: Asked,
  { most, few = 2 }: { readonly most: number; readonly few?: number },
  reply: (page: readonly T[], nextPageToken: string) => object,
): object | grpc.ServiceError {
  if (pageSize < 0 || pageSize > most) return status(grpc.status.INVALID_ARGUMENT, `Page size must be between 0 and ${most}.`);
  const from = pageToken === "" ? 0 : Number(/^after-(\d+)$/u.exec(pageToken)?.[1] ?? Number.NaN);
  if (Number.isNaN(from)) return status(grpc.status.INVALID_ARGUMENT, "Invalid page token.");
  const size = Math.min(from === 0 ? few : most, pageSize === 0 ? most : pageSize);
  return reply(all.slice(from, from + size), from + size < all.length ? `after-${from + size}` : "");
}

/** google.protobuf.Timestamp of ISO 8601; null where there is none. */
export function wireTime(iso: string | undefined): { readonly seconds: string; readonly nanos: number } | null {
  if (iso === undefined) return null;
  const ms = Date.parse(iso);
  return { seconds: String(Math.floor(ms / 1000)), nanos: (ms - Math.floor(ms / 1000) * 1000) * 1_000_000 };
}
