import type { Rules } from "../../pipeline/load.ts";
import type { Subscription } from "../../ports/topics.ts";
import type { Comparison, Difference } from "../difference.ts";
import type { Patch } from "../patch.ts";
import { removed } from "../patch.ts";

/** Topics, who listens to them, and where their dead letters are collected. */
export function topicComparison({ topics: declared }: Rules): Comparison {
  const known = Object.entries(declared ?? {});
  return {
    port: "topics",
    asked: "topics and subscriptions",
    ask: async ({ topics }, call) => {
      const [there, subscriptions] = await Promise.all([topics.topics(call), topics.subscriptions(call)]);
      const collecting = new Set(known.flatMap(([, { dead_letter: subscription }]) => subscription ?? []));
      const deadLetters = new Set(
        subscriptions.flatMap(({ name, topic, deadLetterTopic }) =>
          [deadLetterTopic ?? [], collecting.has(name) ? (topic ?? []) : []].flat(),
        ),
      );
      const others = there.filter((name) => !known.some(([each]) => each === name) && !deadLetters.has(name));
      return [
        ...known.flatMap(([name, entry]) => (there.includes(name) ? declaredTopic(name, entry, subscriptions) : [missing(name, entry)])),
        ...others.map((name) => undeclared(name, pushedTo(name, subscriptions))),
      ];
    },
  };
}

type Declared = NonNullable<Rules["topics"]>[string];

function pushedTo(topic: string, subscriptions: readonly Subscription[]): number {
  return subscriptions.filter((each) => each.topic === topic && each.pushEndpoint !== undefined).length;
}

function missing(name: string, { inferred = [] }: Declared): Difference {
  const how = inferred.includes("name") ? "the file deduces this name" : "the file declares it";
  return { about: `topic ${name}`, said: `${how}, the project has no such topic`, patch: { topics: { [name]: removed } } };
}

function declaredTopic(name: string, entry: Declared, subscriptions: readonly Subscription[]): readonly Difference[] {
  const { subscribers = 1, dead_letter: dead } = entry;
  const found = pushedTo(name, subscriptions);
  const count: Difference[] =
    found === subscribers
      ? []
      : [
          {
            about: `topic ${name}`,
            said: `the file means ${subscribers} push subscriptions, there are ${found}`,
            patch: changed(name, entry, { subscribers: `${found}` }),
          },
        ];
  if (dead === undefined || subscriptions.some((each) => each.name === dead)) return count;
  const said = `the file names ${dead} for its dead letters, there is no such subscription`;
  return [...count, { about: `topic ${name}`, said, patch: changed(name, entry, { dead_letter: removed }) }];
}

/** What a person has accepted is no longer inferred. */
function changed(name: string, { inferred }: Declared, change: Patch): Patch {
  const left = inferred?.filter((key) => !Object.hasOwn(change, key));
  if (left === undefined || left.length === inferred?.length) return { topics: { [name]: change } };
  return { topics: { [name]: { ...change, inferred: left.length === 0 ? removed : left } } };
}

function undeclared(name: string, subscribers: number): Difference {
  const about = `topic ${name}`;
  const kind = name.endsWith("-complete") ? "completion" : name.endsWith("-trigger") ? "trigger" : undefined;
  const said = `it has ${subscribers} push subscriptions, and the file doesn't know it`;
  return kind === undefined ? { about, said } : { about, said, patch: { topics: { [name]: { kind, subscribers: `${subscribers}` } } } };
}
