import { z } from "zod";
import type { AlertPolicy, Alerts, Incident } from "../../ports/alerts.ts";
import { inOrder } from "../in-order.ts";
import { listingOf } from "./listing.ts";
import { supplied } from "./supplied.ts";
import type { StoreClock, Stores, World } from "./world.ts";

/** What may be read of a project's alerts, as failures and errors name it. */
export const alertPlaces = ["policies", "incidents"] as const;

/** A scenario's alert policies and what they fired, as they are at its clock's time. */
export function embeddedAlerts(stores: Stores, clock: StoreClock): Alerts {
  const list = listingOf(stores, clock);
  const garbage = { name: 17, title: {}, openedAt: "yesterday" };
  const about = { port: "alerts", garbage } as const;
  return {
    policies: (call) => {
      const read = (world: World) => inOrder(supplied(world.policies()), "title", "name");
      return list({ ...about, place: "policies", noun: "alert policy", one: policy, read }, call);
    },
    incidents: ({ since }, call) => {
      const read = (world: World) => openedSince(supplied(world.incidents()), Date.parse(since), clock.now());
      return list({ ...about, place: "incidents", noun: "incident", one: incident, read }, call);
    },
  };
}

const policy: z.ZodType<AlertPolicy> = z.object({
  name: z.string(),
  title: z.string(),
  enabled: z.boolean(),
  channels: z.int().min(0),
  conditions: z.array(z.object({ title: z.string(), kind: z.enum(["log", "metric", "absence", "query"]), filter: z.string() })),
});

const incident: z.ZodType<Incident> = z.object({
  policy: z.string(),
  title: z.string(),
  openedAt: z.iso.datetime(),
  closedAt: z.iso.datetime().optional(),
});

/** Newest first; a time that can't be read stays in, to be refused. */
function openedSince(all: readonly Incident[], since: number, now: Date): readonly Incident[] {
  const opened = (each: Incident): number => Date.parse(each.openedAt);
  return all.filter((each) => !(opened(each) < since || opened(each) > now.getTime())).toSorted((a, b) => opened(b) - opened(a));
}
