import type { AuthClient } from "google-auth-library";
import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { Incident } from "../../ports/alerts.ts";
import type { Call } from "../../ports/call.ts";
import { jsonOf } from "../json-of.ts";
import { readAs } from "../read-as.ts";
import { authOf } from "./auth.ts";
import type { Cloud } from "./cloud.ts";
import { explained } from "./errors.ts";
import { allPages, pageSize } from "./pages.ts";

type Read = (ask: { readonly since: string }, call: Call, over: AbortSignal) => Promise<readonly Incident[]>;

/**
 * What policies fired. The client library has no method for it, so its REST form is asked, as documented:
 * https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alerts/list
 */
export function incidentReader(cloud: Cloud): Read {
  const login = authOf(cloud, "https://www.googleapis.com/auth/cloud-platform");
  return async ({ since }, call, over) => {
    const from = Date.parse(since);
    return explained({ service: "alerts", place: "incidents", permission: "monitoring.alerts.list" }, cloud, async () => {
      const auth = await login.get();
      let earliest = Infinity;
      return await allPages("incidents", call, async (pageToken) => {
        const { alerts, nextPageToken: next } = await pageOf(cloud, auth, { pageSize: `${pageSize(call)}`, pageToken }, over);
        const read = alerts.map(incidentOf);
        for (const { openedAt } of read) {
          // What was opened before `since` ends the reading, so the order must be what was asked for.
          if (Date.parse(openedAt) > earliest) throw outOfOrder();
          earliest = Date.parse(openedAt);
        }
        return { items: read.filter(({ openedAt }) => Date.parse(openedAt) >= from), next: earliest < from ? undefined : next };
      });
    });
  };
}

async function pageOf(cloud: Cloud, auth: AuthClient, asked: Readonly<Record<string, string>>, over: AbortSignal) {
  const base = cloud.reach?.http ?? "https://monitoring.googleapis.com";
  const query = new URLSearchParams({ orderBy: "open_time desc", ...asked });
  if (asked["pageToken"] === "") query.delete("pageToken");
  const path = `/v3/projects/${encodeURIComponent(cloud.project)}/alerts`;
  const url = `${base}${path}?${query.toString()}`;
  const heard = cloud.tap?.();
  const reply = await auth.request<string>({ url, signal: over, retry: false, responseType: "text", validateStatus: () => true });
  const sent = { wire: "http", service: "monitoring", method: "GET", path, query: Object.fromEntries(query) } as const;
  heard?.({ ...sent, status: reply.status, reply: jsonOf(reply.data) ?? reply.data });
  if (reply.status !== 200) throw refusedWith(reply.status, reply.data);
  return readAs(alertsPage, jsonOf(reply.data), "incidents", "list of alerts");
}

const alert = z.object({
  openTime: z.iso.datetime({ offset: true }),
  closeTime: z.iso.datetime({ offset: true }).optional(),
  policy: z.object({ name: z.string(), displayName: z.string() }),
});
/** An empty list is left out, as in every JSON of these services. */
const alertsPage = z.strictObject({
  alerts: z.array(alert).default([]),
  nextPageToken: z.string().optional(),
  totalSize: z.int().optional(),
});

function incidentOf({ openTime, closeTime, policy }: z.output<typeof alert>): Incident {
  return {
    policy: policy.name.split("/").at(-1) ?? policy.name,
    title: policy.displayName,
    openedAt: new Date(openTime).toISOString(),
    ...(closeTime === undefined ? {} : { closedAt: new Date(closeTime).toISOString() }),
  };
}

const errorBody = z.object({
  error: z.object({ message: z.string(), details: z.array(z.looseObject({ reason: z.string().optional() })).optional() }),
});

/** The service's no, in the form in which errors of all clients are told apart. */
function refusedWith(status: number, body: string): Error {
  const told = errorBody.safeParse(jsonOf(body));
  const message = told.success ? told.data.error.message : `HTTP status ${status}`;
  const reason = told.success ? told.data.error.details?.find((each) => each.reason !== undefined)?.reason : undefined;
  return Object.assign(new Error(message), { code: status, ...(reason === undefined ? {} : { reason }) });
}

function outOfOrder(): BackendError {
  return new BackendError("malformed", "incidents were not answered newest first, as they were asked for", "Look at incidents by hand.");
}
