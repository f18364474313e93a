import type { protos } from "@google-cloud/monitoring";
import { z } from "zod";
import type { Call } from "../../ports/call.ts";
import type { LogAsk, LogCount } from "../../ports/logs.ts";
import { onceMore } from "./clients.ts";
import type { Cloud } from "./cloud.ts";
import { explained } from "./errors.ts";
import type { LogSource } from "./logging-filter.ts";
import { instantOf, quote } from "./logging-filter.ts";
import type { Page } from "./pages.ts";
import { allPages, pageOptions } from "./pages.ts";
import { metricsClient, pageOfSeries, point, pointsAPage } from "./time-series.ts";
import { timestampOf } from "./wire-values.ts";

type Window = Pick<LogAsk, "unit" | "since" | "until">;
type Count = (ask: Window, call: Call, over: AbortSignal) => Promise<LogCount | undefined>;

/** What Cloud Logging counted of its own entries, by the metric that it keeps for six weeks. */
export function entryCounter(cloud: Cloud, sources: readonly LogSource[]): Count {
  const client = metricsClient(cloud);
  return async (ask, call, over) => {
    const [from, to] = [Math.ceil(instantOf(ask.since) / minuteMs) * minuteMs, Math.floor(instantOf(ask.until) / minuteMs) * minuteMs];
    if (from >= to) return undefined; // There is no whole minute, so there can be no point.
    const place = `the entry count of ${ask.unit}`;
    return explained({ service: "metrics", place, permission: "monitoring.timeSeries.list" }, cloud, async () => {
      const metrics = await client();
      const ofSource = (source: LogSource): Promise<readonly Point[]> =>
        allPages(place, withRoomFor(call, from, to), async (pageToken) => {
          const request = {
            ...question(cloud, source, ask.unit),
            interval: { startTime: timestampOf(from), endTime: timestampOf(to) },
            pageToken,
          };
          const [, , reply] = await onceMore(over, () => metrics.listTimeSeries(request, pageOptions(call, over)));
          return pointsOf(reply, place);
        });
      // A filter takes one resource type.
      return countOf((await Promise.all(sources.map(ofSource))).flat());
    });
  };
}

/** The metric's own rhythm, and the shortest period that it can be summed over. */
const minuteMs = 60_000;

/** Points are no rows of an answer: there is one a minute at most, and their sum is one figure. */
function withRoomFor(call: Call, from: number, to: number): Call {
  return { ...call, budget: { ...call.budget, maxRows: (to - from) / minuteMs + 1 } };
}

/** A sum over every severity and revision of one unit, minute by minute: so the last point tells up to where was counted. */
function question({ project }: Cloud, { type, label }: LogSource, unit: string): protos.google.monitoring.v3.IListTimeSeriesRequest {
  return {
    name: `projects/${project}`,
    filter: [
      'metric.type="logging.googleapis.com/log_entry_count"',
      `resource.type=${quote(type)}`,
      `resource.labels.project_id=${quote(project)}`,
      `resource.labels.${label}=${quote(unit)}`,
    ].join(" AND "),
    aggregation: { alignmentPeriod: { seconds: minuteMs / 1000 }, perSeriesAligner: "ALIGN_SUM", crossSeriesReducer: "REDUCE_SUM" },
    view: "FULL",
    pageSize: pointsAPage,
  };
}

type Point = z.output<typeof point>;

const seriesPoints = z.object({ points: z.array(point) }).transform(({ points }) => points);

function pointsOf(reply: unknown, place: string): Page<Point> {
  const { items, next } = pageOfSeries(seriesPoints, reply, place);
  return { items: items.flat(), next };
}

/** No point is no zero. */
function countOf(points: readonly Point[]): LogCount | undefined {
  const last = points.reduce<string | undefined>((latest, { at }) => (latest === undefined || latest < at ? at : latest), undefined);
  return last === undefined ? undefined : { entries: points.reduce((sum, { count }) => sum + count, 0), until: last };
}
