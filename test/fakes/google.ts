import type * as grpc from "@grpc/grpc-js";
import type { OAuth2Client } from "google-auth-library";
import type { Engine } from "../../src/adapters/embedded/warehouse.ts";
import type { World } from "../../src/adapters/embedded/world.ts";
import type { Cloud, Reach } from "../../src/adapters/google/cloud.ts";
import type { FakeJob } from "./bigquery.ts";
import { bigqueryRoutes } from "./bigquery.ts";
import { firestoreService } from "./firestore.ts";
import type { FakeService } from "./grpc.ts";
import { startGrpcServer } from "./grpc.ts";
import type { HttpRoutes } from "./http.ts";
import { startHttpServer } from "./http.ts";
import { loggingService } from "./logging.ts";
import { metricsService } from "./metrics.ts";
import { alertPolicyService, alertsRoutes } from "./monitoring.ts";
import { pubsubServices } from "./pubsub.ts";
import { runServices } from "./run.ts";
import { schedulerService } from "./scheduler.ts";
import { storageRoutes } from "./storage.ts";
import { acmeProject, loginWith } from "../support/cloud.ts";

export interface FakeGoogle {
  readonly project: string;
  readonly reach: Reach;
  /** The same with a login. */
  readonly cloud: Cloud;
  /** Filled with every BigQuery job. */
  readonly jobs: FakeJob[];
  login(): OAuth2Client;
  stop(): void;
}

interface Options {
  readonly project?: string;
  readonly engine?: Engine;
  /** Awaited before each answer. */
  readonly delay?: () => Promise<void>;
}

/** Every Google service that is read, on two loopback ports, over one world. */
export async function startFakeGoogle(
  at: () => World,
  { project = "acme-nba", engine, delay = async () => {} }: Options = {},
): Promise<FakeGoogle> {
  const { region } = acmeProject;
  const jobs: FakeJob[] = [];
  const services = [
    firestoreService(at),
    loggingService(at, undefined, project),
    metricsService(at),
    alertPolicyService(at),
    ...pubsubServices(at),
    ...runServices(at, project, region),
    schedulerService(at, project, region),
  ];
  const http: HttpRoutes[] = [
    async () => (await delay(), false),
    bigqueryRoutes(at, { project, location: region, jobs, ...(engine === undefined ? {} : { engine }) }),
    alertsRoutes(at),
    storageRoutes(at),
  ];
  const [grpcServer, httpServer] = await Promise.all([
    startGrpcServer(services.map((service) => slowed(service, delay))),
    startHttpServer(http),
  ]);
  const reach = { grpc: grpcServer.reach, http: httpServer.address };
  const login = (): OAuth2Client => loginWith("loopback-token");
  return {
    project,
    reach,
    cloud: { ...acmeProject, project, reach, authClient: login() },
    jobs,
    login,
    stop: () => {
      grpcServer.stop();
      httpServer.stop();
    },
  };
}

type Handler = (call: object, ...rest: unknown[]) => unknown;

function slowed({ definition, implementation }: FakeService, delay: () => Promise<void>): FakeService {
  const wrapped = Object.fromEntries(
    Object.entries(implementation).map(([name, handle]) => [
      name,
      (...given: Parameters<Handler>) => void delay().then(() => (handle as Handler)(...given)), // all handlers take a call and, unless they stream, a callback
    ]),
  );
  return { definition, implementation: wrapped as grpc.UntypedServiceImplementation };
}
