import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { v1 } from "@google-cloud/pubsub";
import type { StoredSubscription } from "../../../src/adapters/embedded/world.ts";
import type { Cloud } from "../../../src/adapters/google/cloud.ts";
import { grpcOptions } from "../../../src/adapters/google/cloud.ts";
import { freePort, sdkFolders } from "../../fakes/gcloud-sdk.ts";

const variable = "POSTGAME_PUBSUB_EMULATOR_JAR";

/** Google's own Pub/Sub emulator, where it is installed; otherwise why it can't be asked. */
export function emulatorJar(): { readonly jar: string } | { readonly absent: string } {
  const named = process.env[variable];
  const found = named === undefined ? usualJars() : existsSync(named) ? [named] : [];
  const [jar] = found;
  if (jar === undefined) return { absent: `no emulator at ${named ?? "the gcloud SDK's usual places"}; give its jar by ${variable}` };
  if (spawnSync("java", ["-version"]).status !== 0) return { absent: "no java to run the emulator with" };
  return { jar };
}

function usualJars(): readonly string[] {
  return sdkFolders(process.env)
    .map((sdk) => join(sdk, "platform", "pubsub-emulator", "lib"))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => /^cloud-pubsub-emulator-.*-all\.jar$/u.test(file))
        .map((file) => join(folder, file)),
    );
}

export interface Emulator {
  readonly reach: { readonly servicePath: string; readonly port: number };
  stop(): void;
}

const longestStartMs = 25_000;

/** Starts it on a free port and asks until it listens: it says so itself. */
export async function startEmulator(jar: string): Promise<Emulator> {
  const port = await freePort();
  const child: ChildProcess = spawn("java", ["-jar", jar, "--host=127.0.0.1", `--port=${port}`], { stdio: ["ignore", "pipe", "pipe"] });
  await new Promise<void>((resolve, reject) => {
    let said = "";
    const late = setTimeout(() => child.kill("SIGKILL"), longestStartMs);
    const listen = (chunk: Buffer): void => {
      said += chunk.toString("utf8");
      if (!said.includes("Server started")) return;
      clearTimeout(late);
      resolve();
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("exit", (code) => reject(new Error(`The emulator ended with ${code}: ${said}`)));
    child.once("error", reject);
  });
  return { reach: { servicePath: "127.0.0.1", port }, stop: () => child.kill("SIGKILL") };
}

/** Changes a project's topics and subscriptions by the client's own writes. */
export interface Project {
  createTopic(name: string): Promise<void>;
  createSubscription(subscription: StoredSubscription): Promise<void>;
  deleteTopic(name: string): Promise<void>;
  deleteSubscription(name: string): Promise<void>;
}

export async function projectOf(cloud: Cloud): Promise<Project & { close(): Promise<void> }> {
  const { v1: clients } = await import("@google-cloud/pubsub");
  const publisher: InstanceType<typeof v1.PublisherClient> = new clients.PublisherClient(grpcOptions(cloud));
  const subscriber: InstanceType<typeof v1.SubscriberClient> = new clients.SubscriberClient(grpcOptions(cloud));
  const topicName = (name: string): string => `projects/${cloud.project}/topics/${name}`;
  const subscriptionName = (name: string): string => `projects/${cloud.project}/subscriptions/${name}`;
  return {
    createTopic: async (name) => void (await publisher.createTopic({ name: topicName(name) })),
    createSubscription: async ({ name, topic = "", pushEndpoint, deadLetterTopic }) => {
      await subscriber.createSubscription({
        name: subscriptionName(name),
        topic: topicName(topic),
        ...(pushEndpoint === undefined ? {} : { pushConfig: { pushEndpoint } }),
        ...(deadLetterTopic === undefined
          ? {}
          : { deadLetterPolicy: { deadLetterTopic: topicName(deadLetterTopic), maxDeliveryAttempts: 5 } }),
      });
    },
    deleteTopic: async (name) => void (await publisher.deleteTopic({ topic: topicName(name) })),
    deleteSubscription: async (name) => void (await subscriber.deleteSubscription({ subscription: subscriptionName(name) })),
    close: async () => {
      await Promise.all([publisher.close(), subscriber.close()]);
    },
  };
}
