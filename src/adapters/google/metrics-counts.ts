import type { MetricServiceClient, protos } from "@google-cloud/monitoring";
import { z } from "zod";
import type { Call } from "../../ports/call.ts";
import type { LogAsk, LogCount } from "../../ports/logs.ts";
import { readAs } from "../read-as.ts";
import { clientOf, onceMore } from "./clients.ts";
import type { Cloud } from "./cloud.ts";
import { grpcOptions } from "./cloud.ts";
import { backendErrorOf } from "./errors.ts";
import type { LogSource } from "./logging-filter.ts";
import { instantOf, quote } from "./logging-filter.ts";
import type { Page } from "./pages.ts";
import { allPages, executionErrors, pageOptions, wholePage } from "./pages.ts";
import { isoOf, timestamp, timestampOf } from "./wire-values.ts";

type Window = Pick<LogAsk, "unit" | "since" | "until">;
type Count = (ask: Window, call: Call, over: AbortSignal) => Promise<LogCount | undefined>;

/** What Cloud Logging counted of its own entries, by the metric that it keeps for six weeks. */
export function entryCounter(cloud: Cloud, sources: readonly LogSource[]): Count {
  const client = clientOf(() => openClient(cloud));
  return async (ask, call, over) => {
    const [from, to] = [Math.ceil(instantOf(ask.since) / minuteMs) * minuteMs, Math.floor(instantOf(ask.until) / minuteMs) * minuteMs];
    if (from >= to) return undefined; // There is no whole minute, so there can be no point.
    const place = `the entry count of ${ask.unit}`;
    try {
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
    } catch (error) {
      throw backendErrorOf(error, { service: "metrics", place, permission: "monitoring.timeSeries.list" }, cloud);
    }
  };
}

/** The metric's own rhythm, and the shortest period that it can be summed over. */
const minuteMs = 60_000;
const pointsAPage = 10_000;

async function openClient(cloud: Cloud): Promise<MetricServiceClient> {
  const { MetricServiceClient: Client } = await import("@google-cloud/monitoring");
  return new Client(grpcOptions(cloud));
}

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

interface Point {
  readonly entries: number;
  readonly at: string;
}

const count = z.union([z.string().regex(/^\d{1,15}$/u), z.int().min(0)]).transform(Number);
const point = z
  .object({ interval: z.object({ endTime: timestamp }), value: z.object({ int64Value: count }) })
  .transform(({ interval, value }): Point => ({ entries: value.int64Value, at: isoOf(interval.endTime) }));
const seriesPage = z.object({
  timeSeries: z.array(z.object({ points: z.array(point) })),
  nextPageToken: z.string(),
  executionErrors,
});

function pointsOf(reply: unknown, place: string): Page<Point> {
  const page = wholePage(readAs(seriesPage, reply, place, "list of measurements"), place);
  return { items: page.timeSeries.flatMap(({ points }) => points), next: page.nextPageToken };
}

/** No point is no zero. */
function countOf(points: readonly Point[]): LogCount | undefined {
  const last = points.reduce<string | undefined>((latest, { at }) => (latest === undefined || latest < at ? at : latest), undefined);
  return last === undefined ? undefined : { entries: points.reduce((sum, { entries }) => sum + entries, 0), until: last };
}
