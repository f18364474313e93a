import type { StoredSubscription } from "../../world.ts";
import type { Plot } from "../plot.ts";
import { addressOf, infrastructureOf, isInForce } from "./declared.ts";

/** Subscriptions at a moment, in order of name. */
export function subscriptionsOf(plot: Plot): (moment: number) => readonly StoredSubscription[] {
  const told = plot.scenario.changes
    .filter((change) => change.verb === "subscription")
    .toSorted((a, b) => a.from.getTime() - b.from.getTime());
  return (moment) => {
    const there = new Map(usual(plot, moment).map((each) => [each.name, each]));
    for (const { name, topic, from, undelivered, push, delete: gone } of told) {
      if (from.getTime() > moment) break;
      const before = there.get(name);
      const pushEndpoint = push ?? before?.pushEndpoint;
      if (gone) there.delete(name);
      else
        there.set(name, {
          name,
          topic: topic ?? before?.topic,
          pushEndpoint,
          deadLetterTopic: before?.deadLetterTopic,
          undelivered: undelivered ?? before?.undelivered ?? 0,
        });
    }
    return [...there.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  };
}

/** Topics at a moment, in order: those that are declared, where their dead letters go, and what the scenario adds. */
export function topicsOf(plot: Plot): (moment: number) => readonly string[] {
  const added = plot.scenario.changes.flatMap((change) =>
    change.verb === "subscription" && change.topic !== undefined ? [{ name: change.topic, from: change.from.getTime() }] : [],
  );
  return (moment) => {
    const declared = Object.entries(infrastructureOf(plot.pipeline).topics ?? {}).filter(([, topic]) =>
      isInForce(topic, plot.pipeline, moment),
    );
    const names = declared.flatMap(([name, { dead_letter: dead }]) => (dead === undefined ? [name] : [name, deadTopic(name)]));
    return [...new Set([...names, ...added.filter(({ from }) => from <= moment).map(({ name }) => name)])].toSorted();
  };
}

/** What the pipeline file declares: as many push subscriptions as are meant (a phase's after its receiver), and one that collects dead letters, empty. */
export function usual(plot: Plot, moment: number): readonly StoredSubscription[] {
  const topics = Object.entries(infrastructureOf(plot.pipeline).topics ?? {}).filter(([, topic]) =>
    isInForce(topic, plot.pipeline, moment),
  );
  return topics.flatMap(([topic, { kind, subscribers = 1, to = [], dead_letter: dead }]) => [
    ...Array.from({ length: subscribers }, (_, index) => {
      const receiver = to[index] ?? to[0];
      const named = kind === "completion" && index === 0 && receiver !== undefined ? receiver.replace(/-processors$/u, "") : topic;
      const name = index === 0 ? `${named}-sub` : `${topic}-sub-${index + 1}`;
      const deadLetterTopic = dead === undefined ? undefined : deadTopic(topic);
      return { name, topic, pushEndpoint: addressOf(plot.pipeline, receiver ?? topic), deadLetterTopic, undelivered: 0 };
    }),
    ...(dead === undefined ? [] : [{ name: dead, topic: deadTopic(topic), undelivered: 0 }]),
  ]);
}

/** What a topic's dead letters are published to. */
function deadTopic(topic: string): string {
  return `${topic}-dlq`;
}
