import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { Look } from "../evidence.ts";
import { shellQuoted } from "../../shell.ts";

const topicFacts = z.object({ topics: z.array(z.string()) });
const subscriptionFacts = z.object({
  subscriptions: z.array(
    z.object({
      name: z.string(),
      /** Null once its topic was deleted. */
      topic: z.string().nullable(),
      /** Whether it pushes: an address may hold a secret. */
      push: z.boolean(),
    }),
  ),
});
const backlogFacts = z.object({
  /** Of those that were measured; of any other nothing is known. */
  backlogs: z.array(z.object({ subscription: z.string(), undelivered: z.int().min(0), at: z.string() })),
});

export type TopicFacts = z.output<typeof topicFacts>;
export type SubscriptionFacts = z.output<typeof subscriptionFacts>;
export type BacklogFacts = z.output<typeof backlogFacts>;

/** Every topic of the project. A project without any is another than meant: it proves nothing of the topics that are missing there. */
export function allTopics(): Look<TopicFacts> {
  return {
    id: "topics",
    port: "topics",
    asked: "every topic",
    byHand: "gcloud pubsub topics list --format='value(name)'",
    after: [],
    whenEmpty: "must-have",
    async run(ports, call) {
      const topics = await ports.topics.topics(call);
      if (topics.length === 0) throw noTopics();
      return { facts: { topics: [...topics] }, examined: topics.length };
    },
    parse: (saved) => topicFacts.parse(saved),
  };
}

/** Every subscription of the project, and whether it is pushed to. */
export function allSubscriptions(): Look<SubscriptionFacts> {
  return {
    id: "subscriptions",
    port: "topics",
    asked: "every subscription",
    byHand: "gcloud pubsub subscriptions list --format='table(name, topic, pushConfig.pushEndpoint)'",
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "the project's topics, which are asked for too and without which nothing is judged" },
    async run(ports, call) {
      const all = await ports.topics.subscriptions(call);
      const subscriptions = all.map(({ name, topic, pushEndpoint }) => ({ name, topic: topic ?? null, push: pushEndpoint !== undefined }));
      return { facts: { subscriptions }, examined: all.length };
    },
    parse: (saved) => subscriptionFacts.parse(saved),
  };
}

/** How much waits in each subscription, by the newest measurement of the last minutes. */
export function backlogs(asOf: Date, minutes: number): Look<BacklogFacts> {
  const [since, until] = [new Date(asOf.getTime() - minutes * 60_000).toISOString(), asOf.toISOString()];
  return {
    id: "backlogs",
    port: "topics",
    asked: `what waited in subscriptions in the last ${minutes} min`,
    byHand: seriesByHand(since, until),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "a measurement of any other subscription" },
    async run(ports, call) {
      const found = await ports.topics.backlogs({ since, until }, call);
      return { facts: { backlogs: [...found] }, examined: found.length };
    },
    parse: (saved) => backlogFacts.parse(saved),
  };
}

/** Time series have no command of their own in gcloud: the REST API answers the same. PROJECT stands for the project's id. */
function seriesByHand(from: string, to: string): string {
  const filter = 'metric.type="pubsub.googleapis.com/subscription/num_undelivered_messages"';
  const query = new URLSearchParams({ filter, "interval.startTime": from, "interval.endTime": to });
  const url = `https://monitoring.googleapis.com/v3/projects/PROJECT/timeSeries?${query.toString()}`;
  return `curl -H "Authorization: Bearer $(gcloud auth print-access-token)" ${shellQuoted(url)}`;
}

function noTopics(): BackendError {
  return new BackendError(
    "no_such_place",
    "the project holds no topic at all, so the absence of one proves nothing",
    "Check the project that is read.",
  );
}
