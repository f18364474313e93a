import { z } from "zod";
import type { Call } from "../../ports/call.ts";
import type { Port } from "../../ports/ports.ts";
import { readAs } from "../read-as.ts";
import { tooMany } from "../too-many.ts";
import { whileWanted } from "../while-wanted.ts";
import { disturbance } from "./failing.ts";
import type { StoreClock, Stores, World } from "./world.ts";

interface Listed<T> {
  readonly port: Port;
  /** As failures and errors name it, and what one of it is called. */
  readonly place: string;
  readonly noun: string;
  readonly one: z.ZodType<T>;
  readonly read: (world: World) => readonly T[];
  /** What no such service answers. */
  readonly garbage: unknown;
  /** What to do where there are too many; the usual if absent. */
  readonly next?: string;
}

/** Answers what a scenario holds of one kind at its clock's time: all of it or, where that is more than the budget allows, nothing. */
export function listingOf(stores: Stores, clock: StoreClock): <T>(listed: Listed<T>, call: Call) => Promise<readonly T[]> {
  return ({ port, place, noun, one, read, garbage, next }, call) =>
    whileWanted(call, async () => {
      const world = stores.at(clock.now());
      const disturbed = await disturbance(world, { port, names: [place] }, call);
      if (disturbed === "empty") return [];
      const found = readAs(z.array(one), disturbed === "garbage" ? [garbage] : read(world), place, noun);
      if (found.length > call.budget.maxRows) throw tooMany(place, call.budget.maxRows, next);
      return found;
    });
}
