import type { AlertPolicyServiceClient } from "@google-cloud/monitoring";
import type { AuthClient } from "google-auth-library";
import type { Tap } from "./tap.ts";
import { tappedGrpc } from "./tap.ts";

type GrpcClientOptions = NonNullable<ConstructorParameters<typeof AlertPolicyServiceClient>[0]>;

/** Which project is read, and how its services are reached. */
export interface Cloud {
  readonly project: string;
  /** Of Cloud Run, Scheduler and functions, e.g. `us-west2`. */
  readonly region: string;
  /** Of the BigQuery datasets; a query is sent there and nowhere else. */
  readonly location: string;
  /** Firestore's database id. */
  readonly database: string;
  /** Options of the client libraries' constructors that lead them elsewhere than to Google; none in the product. */
  readonly reach?: Reach | undefined;
  /** Who asks; application default credentials if absent. */
  readonly authClient?: AuthClient;
  /** As `--member` takes it; for words only. */
  readonly member?: string | undefined;
  /** Hears what is asked and answered. */
  readonly tap?: Tap;
}

export interface Reach {
  /** Of every gRPC client: Firestore, Run, Scheduler, Monitoring, Logging, Pub/Sub. */
  readonly grpc?: Readonly<Record<string, unknown>>;
  /** Of `BigQuery` and `Storage`: the address that stands for `https://bigquery.googleapis.com`. */
  readonly http?: string;
}

/** What the constructors of the gRPC clients are given; they share their options. */
export function grpcOptions({ project, reach, authClient, tap }: Cloud): GrpcClientOptions {
  const tapped = tap === undefined ? {} : tappedGrpc(tap);
  const options = { projectId: project, ...(authClient === undefined ? {} : { authClient }), ...reach?.grpc, ...tapped };
  return options as GrpcClientOptions; // `reach` is whatever a constructor takes, and set by tests alone
}
