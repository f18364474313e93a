import { setTimeout as sleep } from "node:timers/promises";
import type { BigQuery } from "@google-cloud/bigquery";
import { z } from "zod";
import { BackendError } from "../../errors.ts";
import { readAs } from "../read-as.ts";
import type { About } from "./bigquery-errors.ts";
import { datasetIn, elsewhere, isElsewhere, warehouseError, wireErrorOf } from "./bigquery-errors.ts";
import type { Cloud } from "./cloud.ts";
import type { Lasting } from "./lasting.ts";
import { lasting } from "./lasting.ts";
import { loggingIn } from "./logging-in.ts";

export interface Request {
  readonly method?: "GET" | "POST";
  /** Below `projects/PROJECT`. */
  readonly uri: string;
  readonly qs?: Readonly<Record<string, string | number | undefined>>;
  readonly json?: unknown;
}

/** One request of BigQuery's REST API, made by its own client: it knows the login, the addresses and how errors look. */
export interface Wire {
  readonly cloud: Cloud;
  /** The reply's body, not yet parsed. Anything else is thrown as the port throws it. */
  send(request: Request, about: About, over: AbortSignal): Promise<unknown>;
}

/** In place of a reply: an earlier attempt to make the same job got through. */
export const alreadyThere = Symbol("already there");

export function bigqueryWire(cloud: Cloud): Wire {
  const wire: Wire = {
    cloud,
    async send(request, about, over) {
      try {
        return await retried(cloud, request, over);
      } catch (error) {
        if (isElsewhere(error)) throw await whereItIs(wire, about, error, over);
        throw warehouseError(error, about, cloud);
      }
    },
  };
  return wire;
}

const address = "https://bigquery.googleapis.com";

/** Wires are made call by call; what they send through is not. */
const clients = new WeakMap<Cloud, Lasting<BigQuery>>();

function clientFor(cloud: Cloud): Lasting<BigQuery> {
  const client =
    clients.get(cloud) ??
    lasting(
      () => openClient(cloud),
      (error) => isLoginRefused(error, cloud),
    );
  clients.set(cloud, client);
  return client;
}

async function openClient({ project, location, reach, authClient }: Cloud): Promise<BigQuery> {
  const { BigQuery } = await import("@google-cloud/bigquery");
  const apiEndpoint = reach?.http ?? address;
  const client = new BigQuery({
    projectId: project,
    location,
    apiEndpoint,
    autoRetry: false,
    ...(authClient === undefined ? {} : { authClient }),
  });
  // BIGQUERY_EMULATOR_HOST in the environment would lead a real project's questions to whatever answers there.
  client.baseUrl = `${apiEndpoint}/bigquery/v2`;
  // Here, where nothing else can fail: later a credential file that does not parse looks like an answer that does not.
  await loggingIn(() => client.authClient.getClient());
  return client;
}

/** Before the second and third attempt; a service that is overloaded for longer is not there. */
const retryDelaysMs = [250, 1000];

async function retried(cloud: Cloud, request: Request, over: AbortSignal): Promise<unknown> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await clientFor(cloud).use((client) => {
        over.throwIfAborted();
        return heard(cloud, request, once(client, request));
      });
    } catch (error) {
      const said = wireErrorOf(error);
      if (said === undefined) throw error;
      // The job of a first attempt that got through although it was answered 503 is the one that was meant.
      if (attempt > 0 && said.code === 409 && request.uri === "/jobs") return alreadyThere;
      const delay = retryDelaysMs[attempt];
      if (said.code !== 503 || delay === undefined || over.aborted) throw said;
      await sleep(delay, undefined, { signal: over }).catch(() => {}); // Aborted: who asked knows already.
      if (over.aborted) throw said;
    }
  }
}

function once(client: BigQuery, request: Request): Promise<unknown> {
  return new Promise((resolve, reject) => {
    client.request({ ...request, json: request.json }, (error: Error | null, body: unknown) =>
      error === null ? resolve(body) : reject(error),
    );
  });
}

/** Tells what came back to whoever taps; a refusal in the form in which the service says it. */
async function heard({ tap, project }: Cloud, { method = "GET", uri, qs = {} }: Request, sent: Promise<unknown>): Promise<unknown> {
  const hears = tap?.();
  if (hears === undefined) return sent;
  const query = Object.fromEntries(Object.entries(qs).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])));
  const asked = { wire: "http", service: "bigquery", method, path: `/bigquery/v2/projects/${project}${uri}`, query } as const;
  try {
    const reply = await sent;
    hears({ ...asked, status: 200, reply });
    return reply;
  } catch (error) {
    const { code, message, errors } = wireErrorOf(error) ?? { code: undefined, message: "", errors: [] };
    const status = Number(code);
    hears(Number.isInteger(status) ? { ...asked, status, reply: { error: { code: status, message, errors } } } : asked);
    throw error;
  }
}

function isLoginRefused(error: unknown, cloud: Cloud): boolean {
  const said = wireErrorOf(error);
  if (said === undefined) return false;
  const told = warehouseError(said, { place: "" }, cloud);
  return said.code === 401 || (told instanceof BackendError && told.refusal === "unauthenticated");
}

const dataset = z.object({ location: z.string().min(1) });

async function whereItIs(wire: Wire, about: About, cause: unknown, over: AbortSignal): Promise<unknown> {
  const asked = wire.cloud.location;
  try {
    const found = await wire.send({ uri: `/datasets/${datasetIn(about.place)}` }, { place: about.place }, over);
    const { location } = readAs(dataset, found, about.place, "dataset");
    return location.toLowerCase() === asked.toLowerCase()
      ? warehouseError(cause, about, wire.cloud)
      : elsewhere(about, location, asked, cause);
  } catch (error) {
    if (error instanceof BackendError && error.refusal === "no_such_place") return error;
    return warehouseError(cause, about, wire.cloud);
  }
}
