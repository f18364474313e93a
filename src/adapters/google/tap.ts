/** One request to a service, and what came back, as the wire has it. Bodies of HTTP requests are not among it. */
export type Exchange = GrpcExchange | HttpExchange;

export interface GrpcExchange {
  readonly wire: "grpc";
  /** `google.pubsub.v1.Publisher` */
  readonly service: string;
  readonly method: string;
  readonly request: unknown;
  /** Every message that came; of a call that failed, those before it did. */
  readonly replies: readonly unknown[];
  readonly failed?: Failed;
}

interface Failed {
  readonly code: number;
  readonly message: string;
  /** Whatever the service said besides its words, as text. */
  readonly details?: string;
}

export interface HttpExchange {
  readonly wire: "http";
  readonly service: HttpService;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Absent: no answer arrived. */
  readonly status?: number;
  /** What the body says; of a body that is no JSON its text, of an object's content nothing. */
  readonly reply?: unknown;
  /** The body is an object's content, and whether it arrived packed. */
  readonly content?: "plain" | "gzip";
}

export type HttpService = "bigquery" | "monitoring" | "storage";

/**
 * Hears every exchange with the services: called when a request is sent, and what it answers when that has ended, which may
 * be after whoever asked has gone on.
 */
export type Tap = () => (exchange: Exchange) => void;

/** A gRPC client's call, as far as it is touched here. https://grpc.github.io/grpc/node/grpc.Client.html */
interface CallProperties {
  readonly argument?: unknown;
  readonly call: { on(event: "status", listener: (status: Status) => void): unknown };
  readonly methodDefinition: { readonly path: string; readonly responseDeserialize: (bytes: Buffer) => unknown };
}

interface Status {
  readonly code: number;
  readonly details: string;
  readonly metadata?: { get(key: string): readonly (string | Buffer)[] };
}

/** An option of every gRPC client that lets a tap hear its calls, below all that the library makes of them. */
export function tappedGrpc(tap: Tap): Readonly<Record<string, unknown>> {
  return {
    "grpc.callInvocationTransformer": (properties: CallProperties): CallProperties => {
      const { argument: request, call, methodDefinition } = properties;
      const [, service = "", method = ""] = methodDefinition.path.split("/");
      const replies: unknown[] = [];
      const heard = tap();
      call.on("status", (status) => {
        heard({ wire: "grpc", service, method, request, replies, ...(status.code === 0 ? {} : { failed: failedWith(status) }) });
      });
      const responseDeserialize = (bytes: Buffer): unknown => {
        const reply = methodDefinition.responseDeserialize(bytes);
        replies.push(reply);
        return reply;
      };
      return { ...properties, methodDefinition: { ...methodDefinition, responseDeserialize } };
    },
  };
}

function failedWith({ code, details: message, metadata }: Status): Failed {
  const details = (metadata?.get("grpc-status-details-bin") ?? []).map((each) => each.toString("latin1")).join(" ");
  return { code, message, ...(details === "" ? {} : { details }) };
}
