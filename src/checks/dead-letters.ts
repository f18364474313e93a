import type { BacklogFacts, SubscriptionFacts, TopicFacts } from "../evidence/looks/topics.ts";
import { allSubscriptions, allTopics, backlogs } from "../evidence/looks/topics.ts";
import type { Rules } from "../pipeline/load.ts";
import type { Scope } from "./check.ts";
import { defineCheck } from "./check.ts";
import type { Finding } from "./finding.ts";
import { note, pass, problem, unknown } from "./finding.ts";
import { at, counted } from "./words.ts";

type Declared = NonNullable<Rules["topics"]>[string];

interface MessageSubject {
  /** A topic, or the subscription that collects its dead letters. */
  readonly id: string;
  readonly is: "topic" | "dead letters";
  readonly topic: string;
  readonly declared: Declared;
}

interface Facts {
  readonly topics: TopicFacts;
  readonly subscriptions: SubscriptionFacts;
  readonly waiting: BacklogFacts;
}

/** Are messages stuck or going nowhere? Depth comes from the platform's metric: pulling would count as a delivery. */
export const deadLetters = defineCheck({
  id: "dead-letters",
  question: "Are messages stuck or going nowhere?",
  depth: "standard",
  halves: ["pre_game", "post_game"],
  ofState: true,
  about: {
    why: "A worker that crashed on every message left its requests in the dead letters for days, where only the next morning's empty predictions showed it. A subscription too many delivers everything twice.",
    rule: "Undelivered dead letters: P2; P3 in a subscription whose name is only deduced. A topic that somebody must hear without any subscription, or not there: P1. More push subscriptions than are meant, or fewer: P3. A collecting subscription that is not there, has lost its topic or of which nothing is measured while nothing else is either: unknown, never quiet. What else is seen under names, or of numbers, that are only deduced is told, never judged.",
    todo: "Read the receiver's errors, not the message: every pull counts as a delivery. Mend what failed, then publish the message again; a completion that is repeated is harmless.",
  },
  subjects: ({ rules }): MessageSubject[] =>
    Object.entries(rules.topics ?? {}).flatMap(([topic, declared]): MessageSubject[] => [
      { id: topic, is: "topic", topic, declared },
      ...(declared.dead_letter === undefined ? [] : [{ id: declared.dead_letter, is: "dead letters" as const, topic, declared }]),
    ]),
  needs: ({ is }, scope) => ({
    topics: allTopics(),
    subscriptions: allSubscriptions(),
    // A topic is judged by its subscriptions alone.
    ...(is === "topic" ? {} : { waiting: backlogs(scope.asOf, scope.rules.thresholds["dead-letters"].measured.minutes) }),
  }),
  judge: (facts, { subject, scope }) => {
    const { topics, subscriptions } = facts;
    if (subject.is === "topic") return [judgeTopic(subject, topics, subscriptions)];
    return facts.waiting === undefined ? [] : [judgeDeadLetters(subject, { topics, subscriptions, waiting: facts.waiting }, scope)];
  },
});

function judgeTopic({ id, declared }: MessageSubject, { topics }: TopicFacts, { subscriptions }: SubscriptionFacts): Finding {
  const { subscribers: meant = 1, inferred = [] } = declared;
  const told = inferred.includes("name") || inferred.includes("subscribers");
  const own = subscriptions.filter(({ topic }) => topic === id);
  const pushed = own.filter(({ push }) => push).length;
  const observed = `${id} has ${counted(pushed, "push subscription")} of ${meant} meant${own.length > pushed ? `, and ${own.length - pushed} to pull from` : ""}`;
  const expected = `${counted(meant, "push subscription")} of ${id}`;
  if (!topics.includes(id)) {
    if (told || meant === 0)
      return note(
        "no_such_topic",
        `there is no topic ${id}${meant === 0 ? ", which nobody needs to hear" : ", whose name or receivers are only deduced"}`,
      );
    const next = `Create the topic ${id} with its subscription, or correct its name in the pipeline file: what is published to it is refused.`;
    return problem("P1", { reason: "no_such_topic", observed: `there is no topic ${id}`, expected, next });
  }
  if (pushed === meant) return pass(observed);
  if (told) return note("other_subscribers", `${observed}; how many are meant is only deduced`);
  if (own.length === 0) {
    const observedNone = `nothing subscribes to ${id}: what is published there is lost`;
    return problem("P1", {
      reason: "no_subscriber",
      observed: observedNone,
      expected,
      next: `Subscribe ${receivers(declared)} to ${id}, then publish again what was lost.`,
    });
  }
  if (pushed > meant) {
    const next = `Find the subscription of ${id} that is one too many: everything is delivered ${pushed === meant + 1 ? "once" : `${pushed - meant} times`} more than meant.`;
    return problem("P3", { reason: "many_subscribers", observed, expected, next });
  }
  return problem("P3", {
    reason: "few_subscribers",
    observed,
    expected,
    next: `Find out which receiver of ${id} is no longer subscribed.`,
  });
}

function receivers({ to = [] }: Declared): string {
  return to.length === 0 ? "its receiver" : to.join(", ");
}

function judgeDeadLetters(subject: MessageSubject, { topics, subscriptions, waiting }: Facts, scope: Scope): Finding {
  const { id, topic, declared } = subject;
  const found = deadLettersIn(subject, { topics, subscriptions, waiting }, scope);
  // A name that is only deduced may be another's: that it is not there proves nothing, but what waits in it waits.
  if (!isDeduced(declared) || found.reason === "ok" || found.reason === "dead_letters") return found;
  return note(found.reason, `${found.observed}; that ${id} collects the dead letters of ${topic} is only deduced`);
}

function isDeduced({ inferred }: Declared): boolean {
  return inferred?.includes("dead_letter") === true;
}

function deadLettersIn({ id, topic, declared }: MessageSubject, { subscriptions: all, waiting }: Facts, scope: Scope): Finding {
  const own = all.subscriptions.find(({ name }) => name === id);
  const measured = waiting.backlogs.find(({ subscription }) => subscription === id);
  const { minutes } = scope.rules.thresholds["dead-letters"].measured;
  if (own === undefined) {
    const observed = `there is no subscription ${id}, so nothing tells whether messages of ${topic} could not be delivered`;
    return unknown("not_there", observed, `Create the subscription ${id}, or correct its name in the pipeline file.`);
  }
  if (measured !== undefined && measured.undelivered > 0) {
    return problem(isDeduced(declared) ? "P3" : "P2", {
      reason: "dead_letters",
      observed: `${counted(measured.undelivered, "dead letter")} in ${id} at ${at(new Date(measured.at), scope)}`,
      expected: `no message of ${topic} that could not be delivered`,
      next: `Read the errors that ${receivers(declared)} logged, without pulling from ${id}, which counts as a delivery; mend what failed, then publish what waits again.`,
    });
  }
  if (own.topic === null) {
    const observed = `the topic that ${id} collects from was deleted: no dead letter arrives there any more`;
    return unknown("topic_deleted", observed, `Create the dead-letter topic of ${topic} again and subscribe ${id} to it.`);
  }
  if (measured !== undefined) return pass(`nothing waits in ${id}, measured at ${at(new Date(measured.at), scope)}`);
  const others = waiting.backlogs.length;
  if (others > 0)
    return pass(`${id} has shown nothing in ${minutes} min, in which ${others} other${others === 1 ? " was" : "s were"} measured`);
  return unknown(
    "not_measured",
    `no subscription was measured in the last ${minutes} min, so the silence of ${id} proves nothing`,
    "Ask again in some minutes; see that Cloud Monitoring has measurements of the project.",
  );
}
