import { judgedWithout } from "../../checks/check.ts";
import type { Finding } from "../../checks/finding.ts";
import { note, problem, unknown } from "../../checks/finding.ts";
import { listNames } from "../../checks/words.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import type { ReceiverFacts } from "../../evidence/looks/drift.ts";
import type { Rules } from "../../pipeline/load.ts";

type Topic = NonNullable<Rules["topics"]>[string];

/** Whether every topic that is to call the unit has a subscription that delivers to it. Says nothing where all have. */
export function judgeTriggers(unit: string, receivers: Evidence<ReceiverFacts> | undefined, { topics = {} }: Rules): readonly Finding[] {
  const calling = topicsCalling(unit, { topics });
  if (calling.length === 0 || receivers === undefined) return [];
  // Wanted only: what serves is told all the same.
  if (!receivers.seen) return [judgedWithout(receivers)];
  const { subscriptions } = receivers.facts;
  if (subscriptions.length === 0)
    return [
      unknown("no_subscriptions", `the project holds no subscription at all, so what calls ${unit} can't be told`, "Check the project."),
    ];
  return calling.flatMap(([topic, declared]) => triggered(unit, topic, declared, subscriptions));
}

/** Topics that are meant to deliver to the unit. */
export function topicsCalling(unit: string, { topics = {} }: Pick<Rules, "topics">): readonly (readonly [string, Topic])[] {
  return Object.entries(topics).filter(([, { to = [], subscribers = 1 }]) => to.includes(unit) && subscribers > 0);
}

function triggered(unit: string, topic: string, declared: Topic, all: ReceiverFacts["subscriptions"]): readonly Finding[] {
  const own = all.filter((each) => each.topic === topic);
  if (own.some((each) => each.unit === unit)) return [];
  const isDeduced = declared.inferred?.some((key) => key !== "dead_letter") === true;
  const others = own.flatMap((each) => each.unit ?? []);
  if (own.length === 0) {
    const observed = `nothing subscribes to ${topic}, which is to call ${unit}`;
    if (isDeduced) return [note("trigger_deduced", `${observed}; the topic is only deduced`)];
    const next = `Subscribe ${unit} to ${topic}, then publish again what was lost.`;
    return [problem("P1", { reason: "no_subscription", observed, expected: `a subscription of ${topic} that delivers to ${unit}`, next })];
  }
  if (own.some((each) => each.push && each.unit === null))
    return [note("receiver_not_told", `whom the subscriptions of ${topic} call can't be told by their addresses`)];
  const observed = `${topic} is to call ${unit}, and its subscriptions ${others.length === 0 ? "call nobody: they are pulled from" : `deliver to ${listNames(others)}`}`;
  if (isDeduced) return [note("trigger_deduced", `${observed}; the topic is only deduced`)];
  const next = `See whether ${unit} is still to be called by ${topic}; if so, subscribe it.`;
  return [problem("P3", { reason: "trigger_elsewhere", observed, expected: `a subscription of ${topic} that delivers to ${unit}`, next })];
}
