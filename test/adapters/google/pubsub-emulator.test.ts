import * as grpc from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cloud } from "../../../src/adapters/google/cloud.ts";
import { googleTopics } from "../../../src/adapters/google/pubsub.ts";
import type { StoredSubscription } from "../../../src/adapters/embedded/world.ts";
import { BackendError } from "../../../src/errors.ts";
import type { Topics } from "../../../src/ports/topics.ts";
import { asking } from "../../contracts/asking.ts";
import type { TopicsContent, TopicsSubject } from "../../contracts/topics-contract.ts";
import { topicsContract } from "../../contracts/topics-contract.ts";
import { startGrpcServer } from "../../fakes/grpc.ts";
import { pubsubServices } from "../../fakes/pubsub.ts";
import { worldOf } from "../embedded/world-of.ts";
import { cloudAt } from "./cloud-at.ts";
import type { Emulator, Project } from "./pubsub-emulator.ts";
import { emulatorJar, projectOf, startEmulator } from "./pubsub-emulator.ts";

const oracle = emulatorJar();
const absent = "absent" in oracle ? `: skipped, ${oracle.absent}` : "";

describe.skipIf("absent" in oracle)(`over the official Pub/Sub emulator${absent}`, () => {
  let emulator: Emulator;
  let projects = 0;
  beforeAll(async () => {
    if ("jar" in oracle) emulator = await startEmulator(oracle.jar);
  }, 30_000);
  afterAll(() => emulator.stop());

  /** A project of its own in the emulator, empty. */
  const nextProject = (): Cloud => {
    projects += 1;
    const reach = { ...emulator.reach, sslCreds: grpc.credentials.createInsecure() };
    return { ...cloudAt({ grpc: reach }), project: `acme-${projects}` };
  };

  topicsContract("google topics", (content) => filledProject(nextProject(), content), { contentOnly: true });

  const steps = Number(process.env["POSTGAME_FUZZ_STEPS"] ?? 300);
  const seed = Number(process.env["POSTGAME_FUZZ_SEED"] ?? 20260203);
  test(`the fake answers the same lists after each of ${steps} random changes, seed ${seed}`, async () => {
    const cloud = nextProject();
    const project = await projectOf(cloud);
    const held = new Held();
    const server = await startGrpcServer(pubsubServices(() => worldOf(held.content())));
    const [theirs, ours] = [googleTopics(cloud), googleTopics({ ...cloudAt({ grpc: server.reach }), project: cloud.project })];
    const random = mulberry32(seed);
    const met = new Set<string>();
    for (let step = 0; step < steps; step += 1) {
      await change(random, held, project);
      const maxRows = random() < 0.5 ? 1000 : Math.floor(random() * 40);
      const [expected, found] = await Promise.all([theirs, ours].map((topics) => lists(topics, maxRows)));
      expect(found, `step ${step}`).toEqual(expected);
      for (const answer of expected ?? []) met.add(typeof answer === "string" ? answer : "a list");
    }
    expect(met).toEqual(new Set(["a list", "partial"]));
    server.stop();
    await project.close();
  }, 60_000);
});

async function filledProject(cloud: Cloud, content: TopicsContent): Promise<TopicsSubject> {
  const project = await projectOf(cloud);
  const topics = googleTopics(cloud);
  await fill(project, content);
  const become = async (next: TopicsContent): Promise<void> => {
    for (const { name } of await topics.subscriptions(asking())) await project.deleteSubscription(name);
    for (const name of await topics.topics(asking())) await project.deleteTopic(name);
    await fill(project, next);
  };
  return { topics, become, dispose: () => project.close() };
}

async function fill(project: Project, { topics, subscriptions }: TopicsContent): Promise<void> {
  for (const name of topics) await project.createTopic(name);
  const doomed = "to-be-deleted";
  const orphans = subscriptions.filter(({ topic }) => topic === undefined);
  if (orphans.length > 0) await project.createTopic(doomed);
  await Promise.all(subscriptions.map((each) => project.createSubscription({ ...each, topic: each.topic ?? doomed })));
  if (orphans.length > 0) await project.deleteTopic(doomed);
}

/** What the emulator holds, as the stores hold it. */
class Held {
  readonly topics = new Set<string>();
  readonly subscriptions = new Map<string, StoredSubscription>();

  content(): TopicsContent {
    return { topics: [...this.topics], subscriptions: [...this.subscriptions.values()] };
  }
}

/** One change, of the stores and of the emulator. */
async function change(random: () => number, held: Held, project: Project): Promise<void> {
  const name = (kind: string): string => `${kind}-${Math.floor(random() * 60)}`;
  const [topic, other, subscription] = [name("topic"), name("topic"), name("sub")];
  const choice = random();
  if (choice < 0.35 && !held.topics.has(topic)) {
    held.topics.add(topic);
    await project.createTopic(topic);
  } else if (choice < 0.8 && held.topics.has(topic) && !held.subscriptions.has(subscription)) {
    const pushEndpoint = random() < 0.5 ? `https://${subscription}.example/` : undefined;
    const deadLetterTopic = random() < 0.5 && held.topics.has(other) ? other : undefined;
    const made = { name: subscription, topic, pushEndpoint, deadLetterTopic };
    held.subscriptions.set(subscription, made);
    await project.createSubscription(made);
  } else if (choice < 0.9 && held.subscriptions.delete(subscription)) {
    await project.deleteSubscription(subscription);
  } else if (choice >= 0.9 && held.topics.delete(topic)) {
    for (const each of held.subscriptions.values())
      if (each.topic === topic) held.subscriptions.set(each.name, { ...each, topic: undefined });
    await project.deleteTopic(topic);
  }
}

async function lists(topics: Topics, maxRows: number): Promise<readonly unknown[]> {
  const call = asking({ budget: { maxRows, maxBytes: 2 ** 30 } });
  const refusal = (error: unknown): string => {
    if (error instanceof BackendError) return error.refusal;
    throw error;
  };
  return Promise.all([topics.topics(call).catch(refusal), topics.subscriptions(call).catch(refusal)]);
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
