import type { SeriesFace } from "./metrics-filter.ts";

export const minuteMs = 60_000;

/** Milliseconds since the epoch; a gauge's point begins when it ends. */
export interface Point {
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

export interface Series extends SeriesFace {
  readonly kind: "DELTA" | "GAUGE";
  /** Newest first, as they are answered. */
  readonly points: readonly Point[];
}

export interface Aggregation {
  readonly alignmentPeriod: { readonly seconds: string } | null;
  readonly perSeriesAligner: string;
  readonly crossSeriesReducer: string;
  readonly groupByFields: readonly string[];
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Aggregation; what this fake lacks it refuses. */
export function aggregated(series: readonly Series[], aggregation: Aggregation | null, end: number): readonly Series[] {
  if (aggregation === null) return series.filter(({ points }) => points.length > 0);
  const { alignmentPeriod, perSeriesAligner: aligner, crossSeriesReducer: reducer, groupByFields } = aggregation;
  const periodMs = Number(alignmentPeriod?.seconds ?? 0) * 1000;
  const grouped = reducer !== "REDUCE_NONE";
  if (aligner === "ALIGN_NONE") {
    if (grouped) throw new SyntaxError("A reducer needs an aligner.");
    return series.filter(({ points }) => points.length > 0);
  }
  if (periodMs < minuteMs) throw new SyntaxError("Field aggregation.alignment_period must be at least 60 seconds.");
  const aligned = series.map((each) => ({ ...each, points: inPeriods(each.points, { combine: combining(aligner), periodMs, end }) }));
  const there = aligned.filter(({ points }) => points.length > 0);
  if (!grouped) return there;
  const combine = combining(reducer);
  const groups = Map.groupBy(there, (each) => JSON.stringify(groupByFields.map((field) => labelOf(each, field))));
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const points = [first, ...others].flatMap((each) => each.points);
    return [{ ...kept(first, groupByFields), points: inPeriods(points, { combine, periodMs, end }) }];
  });
}

interface Periods {
  readonly combine: (values: readonly number[]) => number;
  readonly periodMs: number;
  readonly end: number;
}

/** Periods are counted back from the interval's end; each includes its end. */
function inPeriods(points: readonly Point[], { combine, periodMs, end }: Periods): readonly Point[] {
  const periods = Map.groupBy(points, (point) => end - Math.floor((end - point.end) / periodMs) * periodMs);
  return [...periods]
    .map(([at, within]): Point => ({ start: at - periodMs, end: at, value: combine(within.map(({ value }) => value)) }))
    .toSorted((a, b) => b.end - a.end);
}

function combining(name: string): Periods["combine"] {
  switch (name) {
    case "ALIGN_SUM":
    case "ALIGN_DELTA":
    case "REDUCE_SUM":
      return (values) => values.reduce((sum, value) => sum + value, 0);
    case "ALIGN_MAX":
    case "REDUCE_MAX":
      return (values) => Math.max(...values);
    case "ALIGN_NEXT_OLDER":
      return ([newest = 0]) => newest;
    default:
      throw new SyntaxError(`This fake knows no ${name}.`);
  }
}

function labelOf({ metric, resource }: SeriesFace, field: string): string | undefined {
  const [of, , key = ""] = field.split(".");
  return (of === "metric" ? metric : resource).labels[key];
}

/** What is reduced over loses the labels by which it was not grouped. */
function kept(series: Series, fields: readonly string[]): Series {
  const only = (of: string, labels: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(labels).filter(
        ([key]) => key === "project_id" || fields.some((field) => field.startsWith(of) && field.endsWith(`.${key}`)),
      ),
    );
  return {
    ...series,
    metric: { ...series.metric, labels: only("metric.", series.metric.labels) },
    resource: { ...series.resource, labels: only("resource.", series.resource.labels) },
  };
}

const mostPoints = 100_000;

interface PageRequest {
  readonly view: "FULL" | "HEADERS";
  readonly pageSize: number;
  readonly pageToken: string;
}

/** A page counts points, so a series may go on on the next. */
export function pageOf(series: readonly Series[], { view, pageSize, pageToken }: PageRequest): object {
  const all = series.flatMap((of) => of.points.map((point) => ({ of, point })));
  const size = pageSize > 0 ? Math.min(pageSize, mostPoints) : mostPoints;
  const from = pageToken === "" ? 0 : Number(/^after-(\d+)$/u.exec(pageToken)?.[1] ?? Number.NaN);
  if (Number.isNaN(from)) throw new SyntaxError(`Field pageToken had an invalid value: ${pageToken}`);
  const groups = Map.groupBy(all.slice(from, from + size), ({ of }) => of);
  return {
    timeSeries: [...groups].map(([{ metric, resource, kind }, points]) => ({
      metric,
      resource,
      metricKind: kind,
      valueType: "INT64",
      points: view === "HEADERS" ? [] : points.map(({ point }) => wirePoint(point)),
    })),
    nextPageToken: from + size < all.length ? `after-${from + size}` : "",
  };
}

function wirePoint({ start, end, value }: Point): object {
  const time = (ms: number): object => ({ seconds: String(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1e6 });
  return { interval: { startTime: time(start), endTime: time(end) }, value: { int64Value: String(value), value: "int64Value" } };
}
