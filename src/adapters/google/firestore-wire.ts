import type { FirestoreClient } from "@google-cloud/firestore-api/client_v1";
import type { Call } from "../../ports/call.ts";
import type { Cloud } from "./cloud.ts";
import { grpcOptions } from "./cloud.ts";
import { lasting } from "./lasting.ts";
import { loggingIn } from "./logging-in.ts";

/** The reading calls of Firestore that answer with a stream. */
type Reading = "batchGetDocuments" | "runQuery" | "runAggregationQuery";
type RequestOf<M extends Reading> = NonNullable<Parameters<FirestoreClient[M]>[0]>;

export interface FirestoreWire {
  /** `projects/…/databases/…`. */
  readonly database: string;
  /** Every message of the stream. One that breaks off, is cancelled or takes too long rejects: no part of an answer is given. */
  read<M extends Reading>(method: M, request: RequestOf<M>, call: Call, over: AbortSignal): Promise<readonly unknown[]>;
}

/**
 * Firestore's own client, not the library around it: that one takes no time limit, tries again for more than 20 seconds
 * and reads integers above 2^53 as others.
 */
export function firestoreWire(cloud: Cloud): FirestoreWire {
  const database = `projects/${cloud.project}/databases/${cloud.database}`;
  const connection = lasting(() => connect(cloud));
  return {
    database,
    // A client keeps its login for good.
    read: (method, request, call, over) =>
      connection.use((client) => {
        over.throwIfAborted();
        return messagesOf(client[method](request, optionsFor(call, database)), over);
      }),
  };
}

async function connect(cloud: Cloud): Promise<FirestoreClient> {
  const { FirestoreClient: Client } = await import("@google-cloud/firestore-api/client_v1");
  const client = new Client(grpcOptions(cloud));
  // Each method begins with this and leaves its failure unhandled, which would end the process where nobody has logged in.
  await loggingIn(() => client.initialize());
  return client;
}

/** Longest that the client is told to wait; the call itself ends earlier, as a rule. */
const longestMs = 600_000;

function optionsFor({ deadlineAt }: Call, database: string) {
  return {
    timeout: Math.min(Math.max(deadlineAt - Date.now(), 1), longestMs),
    retry: null,
    // What began no answer would be tried again, whatever was said: denied, throttled.
    retryRequestOptions: { retries: 0, noResponseRetries: 0 },
    // Says where the request belongs; without it a database with a name of its own is not found.
    otherArgs: { headers: { "google-cloud-resource-prefix": database } },
  };
}

interface Messages {
  cancel(): void;
  on(event: "data", listener: (message: unknown) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
}

async function messagesOf(stream: Messages, over: AbortSignal): Promise<readonly unknown[]> {
  const cancel = (): void => stream.cancel();
  over.addEventListener("abort", cancel, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      const messages: unknown[] = [];
      stream.on("data", (message) => messages.push(message));
      stream.on("error", reject);
      stream.on("end", () => resolve(messages));
    });
  } finally {
    over.removeEventListener("abort", cancel);
  }
}
