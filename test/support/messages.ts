import type { AlertPolicyFacts } from "../../src/evidence/looks/alerts.ts";
import type { BacklogFacts, SubscriptionFacts } from "../../src/evidence/looks/topics.ts";
import { at } from "./instants.ts";
import { nba } from "./pipeline.ts";

const declared = Object.entries(nba.file.topics ?? {});

/** Every declared topic, those of dead letters, and one of somebody else's. */
export function healthyTopics(): string[] {
  return [
    ...declared.map(([name]) => name),
    ...declared.flatMap(([name, { dead_letter: dead }]) => (dead === undefined ? [] : [`${name}-dlq`])),
    "other",
  ];
}

/** As many push subscriptions as are meant, and those that collect dead letters. */
export function healthySubscriptions(): SubscriptionFacts["subscriptions"] {
  return declared.flatMap(([topic, { subscribers = 1, dead_letter: dead }]) => [
    ...Array.from({ length: subscribers }, (_, index) => ({ name: `${topic}-sub-${index + 1}`, topic, push: true })),
    ...(dead === undefined ? [] : [{ name: dead, topic: `${topic}-dlq`, push: false }]),
  ]);
}

/** Of every subscription a measurement of 08:57, with nothing waiting. */
export function healthyBacklogs(): BacklogFacts["backlogs"] {
  return healthySubscriptions().map(({ name }) => ({ subscription: name, undelivered: 0, at: at("08:57").toISOString() }));
}

/** A policy for each declared alert, on the errors of its units as they really log. */
export function healthyPolicies(): AlertPolicyFacts[] {
  return (nba.file.monitoring?.alerts ?? []).map(({ about, units }, index) => ({
    name: `${index + 1}`,
    title: about,
    enabled: true,
    channels: 1,
    conditions: [{ kind: "log", filter: errorsOf(...units) }],
  }));
}

export function errorsOf(...units: readonly string[]): string {
  return `resource.type="cloud_run_revision" AND resource.labels.service_name=(${units.map((unit) => `"${unit}"`).join(" OR ")}) AND severity>=ERROR`;
}
