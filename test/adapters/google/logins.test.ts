import { expect, test } from "vitest";
import { googleAlerts } from "../../../src/adapters/google/monitoring.ts";
import { googleTopics } from "../../../src/adapters/google/pubsub.ts";
import type { Call } from "../../../src/ports/call.ts";
import { asking, refusalOf } from "../../contracts/asking.ts";
import { acme } from "./on-the-wire.ts";

/** As the login library words it where there is nothing to log in with. */
const auth = {
  getUniverseDomain: async () => "googleapis.com",
  getClient: async () => {
    throw new Error(
      "Could not load the default credentials. Browse to https://cloud.google.com/docs/authentication/getting-started for more.",
    );
  },
};

const [topics, alerts] = [googleTopics(acme({ auth })), googleAlerts(acme({ auth }))];
const questions: [string, (call: Call) => Promise<unknown>][] = [
  ["topics", (call) => topics.topics(call)],
  ["subscriptions", (call) => topics.subscriptions(call)],
  ["backlogs", (call) => topics.backlogs({ since: "2026-02-04T00:00:00Z", until: "2026-02-04T01:00:00Z" }, call)],
  ["policies", (call) => alerts.policies(call)],
];

// A rejection that nobody can catch fails the run; in the product it would end the process.
test.each(questions)("without a login nobody is asked for %s, again and again, and the process lives on", async (_, ask) => {
  for (const refused of [await refusalOf(ask(asking())), await refusalOf(ask(asking()))]) expect(refused.refusal).toBe("unauthenticated");
});
