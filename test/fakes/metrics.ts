import * as grpc from "@grpc/grpc-js";
import type { NotSupplied, World } from "../../src/adapters/embedded/world.ts";
import type { Played } from "./grpc.ts";
import { type FakeService, played, serviceOf, status } from "./grpc.ts";
import { type LogsAs, platformLogsAs } from "./logging-sources.ts";
import type { SeriesFace, SeriesFilter } from "./metrics-filter.ts";
import { readSeriesFilter } from "./metrics-filter.ts";
import type { Aggregation, Point, Series } from "./metrics-series.ts";
import { aggregated, minuteMs, pageOf } from "./metrics-series.ts";
import { logSourceOf, loggersOf } from "./logging-world.ts";

const entryCount = "logging.googleapis.com/log_entry_count";
const undelivered = "pubsub.googleapis.com/subscription/num_undelivered_messages";
const protos = "@google-cloud/monitoring/build/protos/protos.json";

interface ListRequest {
  readonly name: string;
  readonly filter: string;
  readonly interval: { readonly startTime: Timestamp | null; readonly endTime: Timestamp | null } | null;
  readonly aggregation: Aggregation | null;
  readonly view: "FULL" | "HEADERS";
  readonly pageSize: number;
  readonly pageToken: string;
}

interface Timestamp {
  readonly seconds: string;
  readonly nanos: number;
}

/** `from` is not included, `to` is. */
interface Interval {
  readonly from: number;
  readonly to: number;
}

/**
 * Cloud Monitoring's time series over a world: how much was logged, and how much waits in subscriptions. Failures of the port
 * `logs` (by unit) are the first one's, those of `topics` (by `backlogs` or a subscription) the other's.
 */
export function metricsService(at: () => World, logsAs: LogsAs = platformLogsAs): FakeService {
  return {
    definition: serviceOf(protos, "google.monitoring.v3.MetricService"),
    implementation: {
      listTimeSeries: (call: grpc.ServerUnaryCall<ListRequest, unknown>, answer: grpc.sendUnaryData<unknown>) => {
        const found = answerOf(at(), call.request, call.metadata, logsAs);
        if (found === "hang") return;
        if (found instanceof Error) answer(found);
        else answer(null, found);
      },
    },
  };
}

function answerOf(world: World, request: ListRequest, metadata: grpc.Metadata, logsAs: LogsAs): grpc.ServiceError | "hang" | object {
  const invalid = (why: string): grpc.ServiceError => status(grpc.status.INVALID_ARGUMENT, why);
  if (!/^projects\/[^/]+$/u.test(request.name)) return invalid(`Field name had an invalid value: ${request.name}`);
  const [routing] = metadata.get("x-goog-request-params");
  if (routing !== `name=${encodeURIComponent(request.name)}`) return invalid("Missing routing header.");
  const interval = intervalOf(request);
  if (interval === undefined) return invalid("Field interval had an invalid value: it must end, and after it begins.");
  try {
    const filter = readSeriesFilter(request.filter);
    const failing = failureOf(world, filter, logsAs);
    if (failing === "hang" || failing instanceof Error) return failing;
    if (failing === "garbage") return { timeSeries: [{ points: [{ value: { boolValue: true, value: "boolValue" } }] }] };
    const asked: Asked = { world, filter, interval, logsAs, project: request.name.slice("projects/".length) };
    const series = failing === "empty" ? [] : seriesOf(asked).filter((each) => filter.holds(each));
    return pageOf(aggregated(series, request.aggregation, interval.to), request);
  } catch (error) {
    if (error instanceof SyntaxError) return invalid(error.message);
    if (error instanceof NotHeld) return status(grpc.status.UNAVAILABLE, error.message);
    throw error;
  }
}

/** What a world was not supplied with, nobody can measure. */
class NotHeld extends Error {
  override readonly name = "NotHeld";
}

function held<T>(found: T | NotSupplied): T {
  if (typeof found === "object" && found !== null && "notSupplied" in found) throw new NotHeld(found.notSupplied);
  return found as T; // no stored thing has that key
}

interface Asked {
  readonly world: World;
  readonly filter: SeriesFilter;
  readonly interval: Interval;
  readonly logsAs: LogsAs;
  readonly project: string;
}

function intervalOf({ interval }: ListRequest): Interval | undefined {
  const ms = (given: Timestamp): number => Number(given.seconds) * 1000 + given.nanos / 1e6;
  if (interval?.endTime === null || interval?.endTime === undefined) return undefined;
  const to = ms(interval.endTime);
  const from = interval.startTime === null ? to : ms(interval.startTime);
  return from <= to ? { from, to } : undefined;
}

function failureOf({ failures }: World, filter: SeriesFilter, logsAs: LogsAs): Played | undefined {
  const api = "monitoring.googleapis.com";
  if (filter.metricType === entryCount) {
    const named = Object.values(logsAs).flatMap(({ label }) => filter.labelOf(label) ?? []);
    return played(failures, "logs", named, api);
  }
  return played(failures, "topics", ["backlogs", ...[filter.labelOf("subscription_id") ?? []].flat()], api);
}

function seriesOf(asked: Asked): readonly Series[] {
  const { filter } = asked;
  if (filter.metricType === entryCount) return entryCounts(asked);
  if (filter.metricType === undelivered) return backlogs(asked);
  throw new SyntaxError(`Cannot find metric(s) that match type = "${filter.metricType}".`);
}

/** One series per unit and severity, with a point for each minute in which something was logged: the platform makes none of nothing. */
function entryCounts({ world, filter, interval: { from, to }, logsAs, project }: Asked): readonly Series[] {
  const asked = Object.values(logsAs).flatMap(({ label }) => filter.labelOf(label) ?? []);
  return (asked.length > 0 ? [...new Set(asked)] : loggersOf(world)).flatMap((unit) => {
    const logged = held(world.log({ unit, since: new Date(Math.floor(from / minuteMs) * minuteMs), until: new Date(to) }));
    const { type, label } = logSourceOf(world, unit, logsAs);
    const bySeverity = Map.groupBy(logged, ({ severity }) => severity);
    return [...bySeverity].map(([severity, entries]) => {
      const minutes = Map.groupBy(entries, ({ at }) => Math.floor(Date.parse(at) / minuteMs) * minuteMs + minuteMs);
      const points = [...minutes].map(([end, { length }]): Point => ({ start: end - minuteMs, end, value: length }));
      return series(
        { type: entryCount, labels: { severity, log: "run.googleapis.com/stderr" } },
        { type, labels: { project_id: project, location: "us-west2", [label]: unit } },
        "DELTA",
        points.filter(({ end }) => end > from && end <= to),
      );
    });
  });
}

/** Measured every minute, and seen three minutes later unless the world says when; what is not measured has no series. */
function backlogs({ world, interval: { from, to }, project }: Asked): readonly Series[] {
  const visible = Math.floor(to / minuteMs) * minuteMs - 3 * minuteMs;
  return held(world.subscriptions()).flatMap(({ name, undelivered: waiting, measuredAt }) => {
    if (waiting === undefined) return [];
    const newest = measuredAt === undefined ? visible : Date.parse(measuredAt);
    return series(
      { type: undelivered, labels: {} },
      { type: "pubsub_subscription", labels: { project_id: project, subscription_id: name } },
      "GAUGE",
      // More waited before, so that who takes another point than the newest is found out.
      [0, 1, 2]
        .map((back): Point => ({ start: newest - back * minuteMs, end: newest - back * minuteMs, value: waiting + back * 7 }))
        .filter(({ end }) => end > from && end <= to),
    );
  });
}

function series(metric: SeriesFace["metric"], resource: SeriesFace["resource"], kind: Series["kind"], points: readonly Point[]): Series {
  return { metric, resource, kind, points: points.toSorted((a, b) => b.end - a.end) };
}
