import type { MetricServiceClient, protos } from "@google-cloud/monitoring";
import { z } from "zod";
import type { Call } from "../../ports/call.ts";
import type { Backlog } from "../../ports/topics.ts";
import { readAs } from "../read-as.ts";
import { clientOf } from "./clients.ts";
import type { Cloud } from "./cloud.ts";
import { grpcOptions } from "./cloud.ts";
import { backendErrorOf } from "./errors.ts";
import { allPages, executionErrors, pageOptions, tooMany, wholePage } from "./pages.ts";

type Read = (ask: { readonly since: string; readonly until: string }, call: Call, over: AbortSignal) => Promise<readonly Backlog[]>;

/** Points asked for in one page; a series that does not fit goes on in the next. */
const pointsAPage = 10_000;

/** Most points that are read for one that is wanted: the metric has one a minute. */
const pointsEach = 60;

/**
 * How much waits in every subscription, by the platform's metric: pulling would count as a delivery. It is measured once a
 * minute and shows some minutes later. https://cloud.google.com/monitoring/api/metrics_gcp_p_z
 */
export function backlogReader(cloud: Cloud): Read {
  const client = clientOf(() => openClient(cloud));
  return async ({ since, until }, call, over) => {
    try {
      const newest = new Map<string, Backlog>();
      const metrics = await client();
      const many = { ...call, budget: { ...call.budget, maxRows: call.budget.maxRows * pointsEach } };
      const points = await allPages("backlogs", many, async (pageToken) => {
        const [, , reply] = await metrics.listTimeSeries({ ...question(cloud, since, until), pageToken }, pageOptions(call, over));
        const page = wholePage(readAs(seriesPage, reply, "backlogs", "list of measurements"), "backlogs");
        return { items: page.timeSeries.flatMap((series) => backlogsIn(series, cloud)), next: page.nextPageToken };
      });
      for (const each of points) {
        const known = newest.get(each.subscription);
        if (each.at >= new Date(since).toISOString() && (known === undefined || known.at < each.at)) newest.set(each.subscription, each);
      }
      if (newest.size > call.budget.maxRows) throw tooMany("backlogs", call.budget.maxRows);
      return [...newest.values()].toSorted((a, b) => (a.subscription < b.subscription ? -1 : 1));
    } catch (error) {
      throw backendErrorOf(error, { service: "metrics", place: "backlogs", permission: "monitoring.timeSeries.list" }, cloud);
    }
  };
}

async function openClient(cloud: Cloud): Promise<MetricServiceClient> {
  const { MetricServiceClient: Client } = await import("@google-cloud/monitoring");
  return new Client(grpcOptions(cloud));
}

function question({ project }: Cloud, since: string, until: string): protos.google.monitoring.v3.IListTimeSeriesRequest {
  return {
    name: `projects/${project}`,
    filter: 'metric.type="pubsub.googleapis.com/subscription/num_undelivered_messages" AND resource.type="pubsub_subscription"',
    // The beginning of an interval is not part of it.
    interval: { startTime: timestampOf(Date.parse(since) - 1), endTime: timestampOf(Date.parse(until)) },
    view: "FULL",
    pageSize: pointsAPage,
  };
}

function timestampOf(ms: number): { readonly seconds: number; readonly nanos: number } {
  return { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 };
}

const wholeNumber = z.union([z.string().regex(/^\d{1,15}$/u), z.int().min(0)]).transform(Number);
const point = z.object({
  interval: z.object({ endTime: z.object({ seconds: wholeNumber, nanos: z.int() }) }),
  value: z.object({ int64Value: wholeNumber }),
});
const series = z.object({
  resource: z.object({ labels: z.object({ project_id: z.string().optional(), subscription_id: z.string() }) }),
  points: z.array(point),
});
const seriesPage = z.object({ timeSeries: z.array(series), nextPageToken: z.string(), executionErrors });

/** A project's metrics may be shown together with those of others, whose subscriptions may have the same names. */
function backlogsIn({ resource, points }: z.output<typeof series>, { project }: Cloud): readonly Backlog[] {
  const { project_id: owner = project, subscription_id: subscription } = resource.labels;
  if (owner !== project) return [];
  return points.map(({ interval: { endTime }, value }) => ({
    subscription,
    undelivered: value.int64Value,
    at: new Date(endTime.seconds * 1000 + Math.floor(endTime.nanos / 1_000_000)).toISOString(),
  }));
}
