import * as grpc from "@grpc/grpc-js";
import type { ServerResponse } from "node:http";
import type { World } from "../../src/adapters/embedded/world.ts";
import type { AlertCondition, AlertPolicy, Incident } from "../../src/ports/alerts.ts";
import type { FakeService } from "./grpc.ts";
import { played, serviceOf, status } from "./grpc.ts";
import type { HttpRequest, HttpRoutes } from "./http.ts";
import { sendJson } from "./http.ts";
import { pageOf } from "./pages.ts";
import { failureOf } from "./failures.ts";

const protos = "@google-cloud/monitoring/build/protos/protos.json";
const api = "monitoring.googleapis.com";

interface ListRequest {
  readonly name: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

/** Cloud Monitoring's alert policies over a world, as far as they are read. */
export function alertPolicyService(at: () => World): FakeService {
  const invalid = (details: string): grpc.ServiceError => status(grpc.status.INVALID_ARGUMENT, details);
  return {
    definition: serviceOf(protos, "google.monitoring.v3.AlertPolicyService"),
    implementation: {
      listAlertPolicies: ({ request, metadata }: grpc.ServerUnaryCall<ListRequest, unknown>, answer: grpc.sendUnaryData<unknown>) => {
        const world = at();
        const failing = played(world.failures, "alerts", ["policies"], api);
        if (failing === "hang") return;
        if (failing instanceof Error) return answer(failing);
        if (failing === "garbage") return answer(null, { alertPolicies: [{ name: "nowhere", displayName: "nothing" }] });
        if (!/^projects\/[^/]+$/u.test(request.name)) return answer(invalid(`Field name had an invalid value: ${request.name}`));
        if (metadata.get("x-goog-request-params")[0] !== `name=${encodeURIComponent(request.name)}`)
          return answer(invalid("No routing header."));
        const policies = world.policies();
        const all = failing === "empty" || "notSupplied" in policies ? [] : policies.map((each) => policyOf(each, request.name));
        const page = pageOf(all, request);
        if (page === undefined) return answer(invalid("The page size or token is not one of this service."));
        return answer(null, { alertPolicies: page.items, nextPageToken: page.next, totalSize: all.length });
      },
    },
  };
}

function policyOf({ name, title, enabled, channels, conditions }: AlertPolicy, project: string): object {
  return {
    name: `${project}/alertPolicies/${name}`,
    displayName: title,
    enabled: { value: enabled },
    combiner: "OR",
    notificationChannels: Array.from({ length: channels }, (_, index) => `${project}/notificationChannels/${index}`),
    conditions: conditions.map((each, index) => ({
      name: `${project}/alertPolicies/${name}/conditions/${index}`,
      displayName: each.title,
      ...kindOf(each),
    })),
  };
}

/** Which of the three query languages is the title's to say: the port does not tell them apart. */
function kindOf({ kind, filter, title }: AlertCondition): object {
  switch (kind) {
    case "log":
      return { conditionMatchedLog: { filter }, condition: "conditionMatchedLog" };
    case "metric":
      return { conditionThreshold: { filter, comparison: "COMPARISON_GT", thresholdValue: 0 }, condition: "conditionThreshold" };
    case "absence":
      return { conditionAbsent: { filter }, condition: "conditionAbsent" };
    case "query": {
      const language =
        ["conditionPrometheusQueryLanguage", "conditionSql"].find((each) => each === title) ?? "conditionMonitoringQueryLanguage";
      return { [language]: { query: filter }, condition: language };
    }
  }
}

/**
 * What policies fired, by the REST method that no client library has. Its form is taken from its documentation alone:
 * https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alerts/list
 */
export function alertsRoutes(at: () => World): HttpRoutes {
  return async (request, response) => {
    const project = /^\/v3\/projects\/([^/]+)\/alerts$/u.exec(request.url.pathname)?.[1];
    if (project === undefined || request.method !== "GET") return false;
    const world = at();
    const failing = failureOf(world.failures, "alerts", ["incidents"])?.with;
    if (failing === "deadline") return true;
    if (failing === "garbage") sendJson(response, 200, { alerts: "many" });
    else if (failing !== undefined && failing !== "empty") sendError(response, failing);
    else sendAlerts(request, response, failing === "empty" ? { ...world, incidents: () => [] } : world, project);
    return true;
  };
}

function sendAlerts({ url }: HttpRequest, response: ServerResponse, world: World, project: string): void {
  const incidents = world.incidents();
  const order = url.searchParams.get("orderBy") ?? "";
  if (!["", "open_time desc", "open_time"].includes(order)) return sendError(response, "malformed");
  const sign = order === "open_time" ? 1 : -1;
  const all = "notSupplied" in incidents ? [] : incidents.toSorted((a, b) => sign * (Date.parse(a.openedAt) - Date.parse(b.openedAt)));
  const asked = { pageSize: Number(url.searchParams.get("pageSize") ?? 0), pageToken: url.searchParams.get("pageToken") ?? "" };
  const page = pageOf(all, asked);
  if (page === undefined) return sendError(response, "malformed");
  // What is empty is left out, as JSON made from protos leaves it out.
  sendJson(response, 200, {
    ...(page.items.length === 0 ? {} : { alerts: page.items.map((each, index) => alertOf(each, index, project)) }),
    ...(page.next === "" ? {} : { nextPageToken: page.next }),
    ...(all.length === 0 ? {} : { totalSize: all.length }),
  });
}

function alertOf({ policy, title, openedAt, closedAt }: Incident, index: number, project: string): object {
  return {
    name: `projects/${project}/alerts/0.${index}`,
    state: closedAt === undefined ? "OPEN" : "CLOSED",
    openTime: openedAt.replace(/\.000Z$/u, "Z"),
    ...(closedAt === undefined ? {} : { closeTime: closedAt.replace(/\.000Z$/u, "Z") }),
    resource: { type: "cloud_run_revision", labels: { project_id: project } },
    metadata: {},
    log: { extractedLabels: {} },
    policy: { name: `projects/${project}/alertPolicies/${policy}`, displayName: title, severity: "ERROR" },
  };
}

const httpErrors: Readonly<Record<string, readonly [code: number, status: string, message: string]>> = {
  denied: [403, "PERMISSION_DENIED", "Permission monitoring.alerts.list denied (or the resource may not exist)."],
  unauthenticated: [401, "UNAUTHENTICATED", "Request had invalid authentication credentials."],
  not_enabled: [403, "PERMISSION_DENIED", "Cloud Monitoring API has not been used in project acme before or it is disabled."],
  throttled: [429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Read requests'."],
  unavailable: [503, "UNAVAILABLE", "The service is currently unavailable."],
  conflict: [409, "ABORTED", "The operation was aborted."],
  malformed: [400, "INVALID_ARGUMENT", "Request contains an invalid argument."],
};

/** https://cloud.google.com/apis/design/errors#http_mapping */
function sendError(response: ServerResponse, refusal: string): void {
  const [code, name, message] = httpErrors[refusal] ?? [];
  if (code === undefined) throw new Error(`No REST service answers ${refusal}.`);
  const details =
    refusal === "not_enabled"
      ? [
          {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            reason: "SERVICE_DISABLED",
            domain: "googleapis.com",
            metadata: { service: api },
          },
        ]
      : [];
  sendJson(response, code, { error: { code, message, status: name, details } });
}
