import { z } from "zod";
import type { Look } from "../evidence.ts";
import { shellQuoted } from "../../shell.ts";

const policyFacts = z.object({
  policies: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      enabled: z.boolean(),
      channels: z.int().min(0),
      conditions: z.array(z.object({ kind: z.enum(["log", "metric", "absence", "query"]), filter: z.string() })),
    }),
  ),
});
const incidentFacts = z.object({
  incidents: z.array(z.object({ policy: z.string(), openedAt: z.string(), open: z.boolean() })),
});

export type PolicyFacts = z.output<typeof policyFacts>;
export type AlertPolicyFacts = PolicyFacts["policies"][number];
export type IncidentFacts = z.output<typeof incidentFacts>;

/** Every alert policy of the project. None at all is an answer that no declared alert passes on. */
export function alertPolicies(): Look<PolicyFacts> {
  return {
    id: "policies",
    port: "alerts",
    asked: "every alert policy",
    byHand: "gcloud monitoring policies list",
    after: [],
    whenEmpty: "must-have",
    async run({ alerts }, call) {
      const found = await alerts.policies(call);
      const policies = found.map(({ name, title, enabled, channels, conditions }) => ({
        name,
        title,
        enabled,
        channels,
        conditions: conditions.map(({ kind, filter }) => ({ kind, filter })),
      }));
      return { facts: { policies }, examined: found.length };
    },
    parse: (saved) => policyFacts.parse(saved),
  };
}

/** What alerts fired in the hours before. */
export function alertIncidents(asOf: Date, hours: number): Look<IncidentFacts> {
  const since = new Date(asOf.getTime() - hours * 3_600_000).toISOString();
  return {
    id: "incidents",
    port: "alerts",
    asked: `what alerts fired in the last ${hours} h`,
    byHand: incidentsByHand(),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "only told, never judged: that none fired proves nothing" },
    async run({ alerts }, call) {
      const found = await alerts.incidents({ since }, call);
      const incidents = found.map(({ policy, openedAt, closedAt }) => ({ policy, openedAt, open: closedAt === undefined }));
      return { facts: { incidents }, examined: found.length };
    },
    parse: (saved) => incidentFacts.parse(saved),
  };
}

/** Incidents have no command of their own in gcloud: the REST API answers the same. PROJECT stands for the project's id. */
function incidentsByHand(): string {
  const url = "https://monitoring.googleapis.com/v3/projects/PROJECT/alerts?orderBy=open_time%20desc";
  return `curl -H "Authorization: Bearer $(gcloud auth print-access-token)" ${shellQuoted(url)}`;
}
