import { z } from "zod";
import type { Backlog, Subscription, Topics } from "../../ports/topics.ts";
import { inOrder } from "../in-order.ts";
import { listingOf } from "./listing.ts";
import { supplied } from "./supplied.ts";
import type { StoreClock, Stores, World } from "./world.ts";

/** What may be read of a project's messages, as failures and errors name it. */
export const topicPlaces = ["topics", "subscriptions", "backlogs"] as const;

/** A scenario's topics and their subscriptions, as they are at its clock's time. */
export function embeddedTopics(stores: Stores, clock: StoreClock): Topics {
  const list = listingOf(stores, clock);
  const garbage = { name: 17, topic: { is: "a map" }, undelivered: "many" };
  const about = { port: "topics", garbage } as const;
  return {
    topics: (call) =>
      list({ ...about, place: "topics", noun: "topic", one: z.string(), read: (world) => supplied(world.topics()).toSorted() }, call),
    subscriptions: (call) => {
      const read = (world: World) => inOrder(supplied(world.subscriptions()), "name");
      return list({ ...about, place: "subscriptions", noun: "subscription", one: subscription, read }, call);
    },
    backlogs: ({ since, until }, call) => {
      const read = (world: World) => measured(world, Date.parse(since), Math.min(Date.parse(until), clock.now().getTime()));
      return list({ ...about, place: "backlogs", noun: "backlog", one: backlog, read }, call);
    },
  };
}

const subscription: z.ZodType<Subscription> = z.object({
  name: z.string(),
  topic: z.string().optional(),
  pushEndpoint: z.string().optional(),
  deadLetterTopic: z.string().optional(),
});

const backlog: z.ZodType<Backlog> = z.object({ subscription: z.string(), undelivered: z.int().min(0), at: z.iso.datetime() });

/** What the metric would show: a point a minute of every subscription that is measured at all. */
function measured(world: World, since: number, until: number): readonly Backlog[] {
  const lastMinute = new Date(Math.floor(until / 60_000) * 60_000).toISOString();
  const all = supplied(world.subscriptions()).flatMap(({ name, undelivered, measuredAt = lastMinute }) =>
    undelivered === undefined ? [] : [{ subscription: name, undelivered, at: measuredAt }],
  );
  // A time that can't be read stays in, to be refused.
  const wanted = all.filter(({ at }) => !(Date.parse(at) < since || Date.parse(at) > until));
  return inOrder(wanted, "subscription");
}
