import type { protos } from "@google-cloud/monitoring";
import { z } from "zod";
import type { Call } from "../../ports/call.ts";
import type { Backlog } from "../../ports/topics.ts";
import { inOrder } from "../in-order.ts";
import { tooMany } from "../too-many.ts";
import type { Cloud } from "./cloud.ts";
import { explained } from "./errors.ts";
import { allPages, pageOptions } from "./pages.ts";
import { metricsClient, pageOfSeries, point, pointsAPage } from "./time-series.ts";
import { timestampOf } from "./wire-values.ts";

type Read = (ask: { readonly since: string; readonly until: string }, call: Call, over: AbortSignal) => Promise<readonly Backlog[]>;

/** Most points that are read for one that is wanted: the metric has one a minute. */
const pointsEach = 60;

/**
 * How much waits in every subscription, by the platform's metric: pulling would count as a delivery. It is measured once a
 * minute and shows some minutes later. https://cloud.google.com/monitoring/api/metrics_gcp_p_z
 */
export function backlogReader(cloud: Cloud): Read {
  const client = metricsClient(cloud);
  return async ({ since, until }, call, over) => {
    return explained({ service: "metrics", place: "backlogs", permission: "monitoring.timeSeries.list" }, cloud, async () => {
      const newest = new Map<string, Backlog>();
      const metrics = await client();
      const many = { ...call, budget: { ...call.budget, maxRows: call.budget.maxRows * pointsEach } };
      const points = await allPages("backlogs", many, async (pageToken) => {
        const [, , reply] = await metrics.listTimeSeries({ ...question(cloud, since, until), pageToken }, pageOptions(call, over));
        const { items, next } = pageOfSeries(series, reply, "backlogs");
        return { items: items.flatMap((each) => backlogsIn(each, cloud)), next };
      });
      for (const each of points) {
        const known = newest.get(each.subscription);
        if (each.at >= new Date(since).toISOString() && (known === undefined || known.at < each.at)) newest.set(each.subscription, each);
      }
      if (newest.size > call.budget.maxRows) throw tooMany("backlogs", call.budget.maxRows);
      return inOrder([...newest.values()], "subscription");
    });
  };
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

const series = z.object({
  resource: z.object({ labels: z.object({ project_id: z.string().optional(), subscription_id: z.string() }) }),
  points: z.array(point),
});
/** A project's metrics may be shown together with those of others, whose subscriptions may have the same names. */
function backlogsIn({ resource, points }: z.output<typeof series>, { project }: Cloud): readonly Backlog[] {
  const { project_id: owner = project, subscription_id: subscription } = resource.labels;
  if (owner !== project) return [];
  return points.map(({ at, count }) => ({ subscription, undelivered: count, at }));
}
