import * as grpc from "@grpc/grpc-js";
import type { StoredSubscription, World } from "../../src/adapters/embedded/world.ts";
import type { FakeService } from "./grpc.ts";
import { played, serviceOf, status } from "./grpc.ts";
import { pageOf } from "./pages.ts";

const protos = "@google-cloud/pubsub/build/protos/protos.json";
const api = "pubsub.googleapis.com";

interface ListRequest {
  readonly project: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

type Call = grpc.ServerUnaryCall<ListRequest, unknown>;

/** Pub/Sub's two services over a world, as far as they are read: lists, a few at a time and in no order. */
export function pubsubServices(at: () => World): readonly FakeService[] {
  return [
    {
      definition: serviceOf(protos, "google.pubsub.v1.Publisher"),
      implementation: {
        listTopics: lister(at, "topics", (world, project) => {
          const topics = world.topics();
          return "notSupplied" in topics ? [] : topics.map((name) => ({ name: `${project}/topics/${name}` }));
        }),
      },
    },
    {
      definition: serviceOf(protos, "google.pubsub.v1.Subscriber"),
      implementation: {
        listSubscriptions: lister(at, "subscriptions", (world, project) => {
          const subscriptions = world.subscriptions();
          return "notSupplied" in subscriptions ? [] : subscriptions.map((each) => subscriptionOf(each, project));
        }),
      },
    },
  ];
}

type ReadAll = (world: World, project: string) => readonly object[];

function lister(at: () => World, place: "topics" | "subscriptions", read: ReadAll): grpc.handleUnaryCall<ListRequest, unknown> {
  return (call: Call, answer) => {
    const world = at();
    const failing = played(world.failures, "topics", [place], api);
    if (failing === "hang") return;
    if (failing instanceof Error) answer(failing);
    else if (failing === "garbage") answer(null, { [place]: [{ name: "neither here nor there" }] });
    else {
      const page = pageAsked(call, failing === "empty" ? [] : read(world, call.request.project));
      if (page instanceof Error) answer(page);
      else answer(null, { [place]: page.items, nextPageToken: page.next });
    }
  };
}

function pageAsked({ request, metadata }: Call, all: readonly object[]) {
  const invalid = (details: string): grpc.ServiceError => status(grpc.status.INVALID_ARGUMENT, details);
  if (!/^projects\/[a-z][a-z0-9:.-]*$/u.test(request.project)) return invalid(`Invalid [projects] name: (name=${request.project})`);
  if (metadata.get("x-goog-request-params")[0] !== `project=${encodeURIComponent(request.project)}`) return invalid("No routing header.");
  return pageOf(all, request) ?? invalid("The page size or token is not one of this service.");
}

function subscriptionOf({ name, topic, pushEndpoint, deadLetterTopic }: StoredSubscription, project: string): object {
  return {
    name: `${project}/subscriptions/${name}`,
    topic: topic === undefined ? "_deleted-topic_" : `${project}/topics/${topic}`,
    // Said even of those that are pulled from: an empty push configuration means that.
    pushConfig: pushEndpoint === undefined ? {} : { pushEndpoint },
    ackDeadlineSeconds: 600,
    ...(deadLetterTopic === undefined
      ? {}
      : { deadLetterPolicy: { deadLetterTopic: `${project}/topics/${deadLetterTopic}`, maxDeliveryAttempts: 5 } }),
    state: "ACTIVE",
  };
}
