import type { v1 } from "@google-cloud/pubsub";
import { z } from "zod";
import type { Call } from "../../ports/call.ts";
import type { Subscription, Topics } from "../../ports/topics.ts";
import { inOrder } from "../in-order.ts";
import { readAs } from "../read-as.ts";
import { whileWanted } from "../while-wanted.ts";
import { clientOf } from "./clients.ts";
import type { Cloud } from "./cloud.ts";
import { grpcOptions } from "./cloud.ts";
import { explained } from "./errors.ts";
import { allPages, pageOptions, pageSize } from "./pages.ts";
import { backlogReader } from "./pubsub-backlogs.ts";

/** What is published to whom, by Pub/Sub's own lists; what waits there, by Cloud Monitoring. */
export function googleTopics(cloud: Cloud): Topics {
  const clients = clientOf(() => openClients(cloud));
  const backlogs = backlogReader(cloud);
  const inProject = `projects/${cloud.project}`;
  return {
    topics: (call) =>
      whileWanted(call, async (over) => {
        const names = await explained(asked("topics"), cloud, async () => {
          const { publisher } = await clients();
          return allPages("topics", call, async (pageToken) => {
            const request = { project: inProject, pageSize: pageSize(call), pageToken };
            const [, , reply] = await publisher.listTopics(request, pageOptions(call, over));
            const page = readAs(topicsPage, reply, "topics", "list of topics");
            return { items: page.topics.map(({ name }) => short(name, cloud)), next: page.nextPageToken };
          });
        });
        return names.toSorted();
      }),
    subscriptions: (call) =>
      whileWanted(call, async (over) => {
        const found = await explained(asked("subscriptions"), cloud, async () => {
          const { subscriber } = await clients();
          return allPages("subscriptions", call, async (pageToken) => {
            const request = { project: inProject, pageSize: pageSize(call), pageToken };
            const [, , reply] = await subscriber.listSubscriptions(request, pageOptions(call, over));
            const page = readAs(subscriptionsPage, reply, "subscriptions", "list of subscriptions");
            return { items: page.subscriptions.map((each) => subscriptionOf(each, cloud)), next: page.nextPageToken };
          });
        });
        return inOrder(found, "name");
      }),
    backlogs: (ask, call: Call) => whileWanted(call, (over) => backlogs(ask, call, over)),
  };
}

function asked(place: "topics" | "subscriptions") {
  return { service: "topics", place, permission: `pubsub.${place}.list` } as const;
}

interface Clients {
  readonly publisher: InstanceType<typeof v1.PublisherClient>;
  readonly subscriber: InstanceType<typeof v1.SubscriberClient>;
  initialize(): Promise<unknown>;
}

async function openClients(cloud: Cloud): Promise<Clients> {
  const { v1: clients } = await import("@google-cloud/pubsub");
  const publisher = new clients.PublisherClient(grpcOptions(cloud));
  const subscriber = new clients.SubscriberClient(grpcOptions(cloud));
  return { publisher, subscriber, initialize: () => Promise.all([publisher.initialize(), subscriber.initialize()]) };
}

const topicName = z.string().regex(/^projects\/[^/]+\/topics\/[^/]+$/u);
const subscriptionName = z.string().regex(/^projects\/[^/]+\/subscriptions\/[^/]+$/u);

/** What stands in place of a topic that was deleted. */
const deletedTopic = "_deleted-topic_";

const topicsPage = z.object({ topics: z.array(z.object({ name: topicName })), nextPageToken: z.string() });

const stored = z.object({
  name: subscriptionName,
  topic: z.union([topicName, z.literal(deletedTopic)]),
  /** Detached, it gets nothing of its topic any more. */
  detached: z.boolean(),
  pushConfig: z.object({ pushEndpoint: z.string() }).nullable(),
  deadLetterPolicy: z.object({ deadLetterTopic: z.union([topicName, z.literal(deletedTopic), z.literal("")]) }).nullable(),
});
const subscriptionsPage = z.object({ subscriptions: z.array(stored), nextPageToken: z.string() });

function subscriptionOf({ name, topic, detached, pushConfig, deadLetterPolicy }: z.output<typeof stored>, cloud: Cloud): Subscription {
  const push = pushConfig?.pushEndpoint ?? "";
  const dead = deadLetterPolicy?.deadLetterTopic ?? "";
  return {
    name: short(name, cloud),
    ...(topic === deletedTopic || detached ? {} : { topic: short(topic, cloud) }),
    ...(push === "" ? {} : { pushEndpoint: push }),
    ...(dead === "" || dead === deletedTopic ? {} : { deadLetterTopic: short(dead, cloud) }),
  };
}

/** The last part of a resource's name; another project's keeps its whole name, for it is not ours. */
function short(resource: string, { project }: Cloud): string {
  return resource.startsWith(`projects/${project}/`) ? (resource.split("/").at(-1) ?? resource) : resource;
}
