import { lasting } from "./lasting.ts";
import { loggingIn } from "./logging-in.ts";

interface GrpcClient {
  initialize(): Promise<unknown>;
}

/**
 * A gRPC client, made and logged in when first asked for. The login is awaited here because the clients' own methods throw a
 * failed one where nobody can catch it, which ends the process; after a failure the next question tries anew.
 */
export function clientOf<C extends GrpcClient>(open: () => Promise<C>): () => Promise<C> {
  const opening = lasting(async () => {
    const client = await open();
    await loggingIn(() => client.initialize());
    return client;
  });
  return () => opening.get();
}

/** One more try where a service was unavailable: so answers, once, a connection that was idle until the other side closed it. */
export async function onceMore<T>(over: AbortSignal, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (over.aborted || !hasCode(error, 14)) throw error;
    return ask();
  }
}

/**
 * Undefined where the service knows no such resource, which is an answer. That it knows no such project or location is none,
 * and only its words, which may name both anyway, tell what is missing.
 */
export async function unlessAbsent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && hasCode(error, 5) && !isOfPlace(error.message)) return undefined;
    throw error;
  }
}

function isOfPlace(message: string): boolean {
  return /^(?:\d+ [A-Z_]+: )?\W*(?:the |requested )?(?:project|location|region)\b/iu.test(message);
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** The last part of a resource's name: `projects/acme/locations/us-west2/services/NAME`. */
export function shortName(resource: string): string {
  return resource.slice(resource.lastIndexOf("/") + 1);
}
