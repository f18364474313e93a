import type { AlertPolicyServiceClient } from "@google-cloud/monitoring";
import { z } from "zod";
import type { AlertCondition, AlertPolicy, Alerts } from "../../ports/alerts.ts";
import { inOrder } from "../in-order.ts";
import { readAs } from "../read-as.ts";
import { whileWanted } from "../while-wanted.ts";
import { clientOf } from "./clients.ts";
import type { Cloud } from "./cloud.ts";
import { grpcOptions } from "./cloud.ts";
import { explained } from "./errors.ts";
import { incidentReader } from "./monitoring-incidents.ts";
import { allPages, pageOptions, pageSize } from "./pages.ts";

/** What would alert somebody, by Cloud Monitoring's policies, and what did. */
export function googleAlerts(cloud: Cloud): Alerts {
  const client = clientOf(() => openClient(cloud));
  const incidents = incidentReader(cloud);
  return {
    policies: (call) =>
      whileWanted(call, async (over) => {
        return explained({ service: "alerts", place: "policies", permission: "monitoring.alertPolicies.list" }, cloud, async () => {
          const policies = await client();
          const found = await allPages("policies", call, async (pageToken) => {
            const asked = { name: `projects/${cloud.project}`, pageSize: pageSize(call), pageToken };
            const [, , reply] = await policies.listAlertPolicies(asked, pageOptions(call, over));
            const page = readAs(policiesPage, reply, "policies", "list of alert policies");
            return { items: page.alertPolicies.map(policyOf), next: page.nextPageToken };
          });
          return inOrder(found, "title", "name");
        });
      }),
    incidents: (ask, call) => whileWanted(call, (over) => incidents(ask, call, over)),
  };
}

async function openClient(cloud: Cloud): Promise<AlertPolicyServiceClient> {
  const { AlertPolicyServiceClient: Client } = await import("@google-cloud/monitoring");
  return new Client(grpcOptions(cloud));
}

const filtered = z.object({ filter: z.string() }).nullish();
const queried = z.object({ query: z.string() }).nullish();
const condition = z.object({
  displayName: z.string(),
  conditionMatchedLog: filtered,
  conditionThreshold: filtered,
  conditionAbsent: filtered,
  conditionMonitoringQueryLanguage: queried,
  conditionPrometheusQueryLanguage: queried,
  conditionSql: queried,
});
const policy = z.object({
  name: z.string().regex(/^projects\/[^/]+\/alertPolicies\/[^/]+$/u),
  displayName: z.string(),
  // A policy that does not say whether it is on must not be taken for either.
  enabled: z.object({ value: z.boolean() }),
  notificationChannels: z.array(z.string()),
  conditions: z.array(condition),
});
const policiesPage = z.object({ alertPolicies: z.array(policy), nextPageToken: z.string() });

function policyOf({ name, displayName, enabled, notificationChannels, conditions }: z.output<typeof policy>): AlertPolicy {
  return {
    name: name.split("/").at(-1) ?? name,
    title: displayName,
    enabled: enabled.value,
    channels: notificationChannels.length,
    conditions: conditions.map(conditionOf),
  };
}

function conditionOf(given: z.output<typeof condition>): AlertCondition {
  const title = given.displayName;
  const { conditionMatchedLog: log, conditionThreshold: threshold, conditionAbsent: absent } = given;
  if (log) return { title, kind: "log", filter: log.filter };
  if (threshold) return { title, kind: "metric", filter: threshold.filter };
  if (absent) return { title, kind: "absence", filter: absent.filter };
  const query = given.conditionMonitoringQueryLanguage ?? given.conditionPrometheusQueryLanguage ?? given.conditionSql;
  // A kind that is newer than the client has no text here: whoever reads it can't tell what it sees.
  return { title, kind: "query", filter: query?.query ?? "" };
}
