import { createRequire } from "node:module";
import * as grpc from "@grpc/grpc-js";
import type { PackageDefinition, ServiceDefinition } from "@grpc/proto-loader";
import { fromJSON } from "@grpc/proto-loader";
import type { Failure } from "../../src/adapters/embedded/world.ts";
import type { Port } from "../../src/ports/ports.ts";
import { failureOf } from "./failures.ts";

/** One service of Google's, by its own protos, and what answers for it. */
export interface FakeService {
  readonly definition: ServiceDefinition;
  readonly implementation: grpc.UntypedServiceImplementation;
}

interface GrpcServer {
  /** Options for the clients' constructors: they lead here. */
  readonly reach: {
    readonly servicePath: string;
    readonly port: number;
    readonly sslCreds: grpc.ChannelCredentials;
    /** Else a client of a server that was stopped leaves its failed connection to the next one, whose port may be the same. */
    readonly "grpc.use_local_subchannel_pool": 1;
  };
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  stop(): void;
}

const require = createRequire(import.meta.url);

/** A service by its full name (`google.logging.v2.LoggingServiceV2`) out of a package's own protos.json. */
export function serviceOf(protosJson: string, fullName: string, { defaults = true } = {}): ServiceDefinition {
  const found = definitionsIn(protosJson, defaults)[fullName];
  if (found === undefined || "format" in found) throw new Error(`No service ${fullName} in ${protosJson}.`);
  return found;
}

/** A package's protos take a tenth of a second to read, so each is read once. */
const loaded = new Map<string, PackageDefinition>();

function definitionsIn(protosJson: string, defaults: boolean): PackageDefinition {
  const key = `${protosJson} ${defaults}`;
  const definitions = loaded.get(key) ?? fromJSON(require(protosJson) as object, { longs: String, enums: String, oneofs: true, defaults });
  loaded.set(key, definitions);
  return definitions;
}

/** Listens on a loopback port of its own until it is stopped. */
export async function startGrpcServer(services: readonly FakeService[]): Promise<GrpcServer> {
  const server = new grpc.Server();
  for (const { definition, implementation } of services) server.addService(definition, implementation);
  const credentials = grpc.ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  return {
    reach: { servicePath: "127.0.0.1", port, sslCreds: grpc.credentials.createInsecure(), "grpc.use_local_subchannel_pool": 1 },
    address: `127.0.0.1:${port}`,
    stop: () => server.forceShutdown(),
  };
}

/** What a call is answered where its place fails; undefined: it doesn't. `empty`, `garbage` and a hang are the fake's own to play. */
export type Played = "empty" | "garbage" | "hang" | grpc.ServiceError;

/** Of a world's failures the first that concerns one of the names, or all of the port, as the wire says it. */
export function played(failures: readonly Failure[], port: Port, names: readonly string[], api: string): Played | undefined {
  const failure = failureOf(failures, port, names);
  switch (failure?.with) {
    case undefined:
      return undefined;
    case "empty":
    case "garbage":
      return failure.with;
    case "deadline":
      return "hang";
    case "denied":
      return status(grpc.status.PERMISSION_DENIED, `Permission denied on resource ${names[0]} (or it may not exist).`);
    case "unauthenticated":
      return status(grpc.status.UNAUTHENTICATED, "Request had invalid authentication credentials. Expected OAuth 2 access token.");
    case "not_enabled":
      return status(
        grpc.status.PERMISSION_DENIED,
        `${api} has not been used in project acme before or it is disabled. Enable it, then retry.`,
      );
    case "no_such_place":
      return status(grpc.status.NOT_FOUND, `${names[0]} was not found.`);
    case "throttled":
      return status(grpc.status.RESOURCE_EXHAUSTED, "Quota exceeded for quota metric 'Read requests' and limit 'per minute'.");
    case "unavailable":
      return status(grpc.status.UNAVAILABLE, "The service is currently unavailable.");
    case "partial":
      return status(grpc.status.DATA_LOSS, "The stream ended before all was sent.");
    case "conflict":
      return status(grpc.status.ABORTED, "Too much contention on these datastore entities. Try again.");
    case "malformed":
      return status(grpc.status.INVALID_ARGUMENT, "The request is not one that this service takes.");
    case "wrong_location":
    case "over_budget":
    case "not_supplied":
      throw new Error(`No gRPC service answers ${failure.with}.`);
  }
}

/** Refusals that a gRPC service can answer a read with. */
export const grpcRefusals = [
  "denied",
  "unauthenticated",
  "not_enabled",
  "throttled",
  "unavailable",
  "partial",
  "conflict",
  "malformed",
] as const;

export function status(code: grpc.status, details: string, metadata = new grpc.Metadata()): grpc.ServiceError {
  return Object.assign(new Error(details), { code, details, metadata });
}
