import { BackendError } from "../../errors.ts";
import type { Call } from "../../ports/call.ts";
import type { Port } from "../../ports/ports.ts";
import { refusalWords } from "../refusal-words.ts";
import type { Failure, World } from "./world.ts";

/** What is read, under every name that a failure may give it; the first is the one said in errors. */
export interface Places {
  readonly port: Port;
  readonly names: readonly [string, ...string[]];
}

/**
 * Fails as the scenario wants this question to fail. `empty` and `garbage` are for the adapter to answer with; a backend
 * that hangs never answers, so its caller must hold the deadline.
 */
export async function disturbance(world: World, places: Places, call: Call): Promise<"empty" | "garbage" | undefined> {
  const failure = world.failures.find((candidate) => concerns(candidate, places, call.look));
  switch (failure?.with) {
    case undefined:
    case "empty":
    case "garbage":
      refuseUnsupplied(world, places);
      return failure?.with;
    case "deadline":
      return new Promise(() => {});
    case "denied":
    case "unauthenticated":
    case "not_enabled":
    case "no_such_place":
    case "wrong_location":
    case "throttled":
    case "unavailable":
    case "malformed":
    case "partial":
    case "conflict":
    case "over_budget":
    case "not_supplied": {
      const { reason, next } = refusalWords(failure.with, { service: places.port, place: places.names[0], maxBytes: call.budget.maxBytes });
      throw new BackendError(failure.with, reason, next);
    }
  }
}

/** Before a wanted `empty`: what nobody supplied must not be said to be empty either. */
function refuseUnsupplied(world: World, { port, names }: Places): void {
  const unsupplied = world.unsupplied?.(port, names[0]);
  if (unsupplied !== undefined) throw new BackendError("not_supplied", unsupplied.notSupplied, unsupplied.next);
}

function concerns({ port, target }: Failure, places: Places, look: string): boolean {
  if (port !== places.port) return false;
  return target === undefined || places.names.includes(target) || look === target || look.startsWith(`${target} `);
}
