import type { MetricServiceClient } from "@google-cloud/monitoring";
import { z } from "zod";
import { BackendError } from "../../errors.ts";
import { readAs } from "../read-as.ts";
import { clientOf } from "./clients.ts";
import type { Cloud } from "./cloud.ts";
import { grpcOptions } from "./cloud.ts";
import type { Page } from "./pages.ts";
import { isoOf, timestamp } from "./wire-values.ts";

/** Points asked for in one page; a series that does not fit goes on in the next. */
export const pointsAPage = 10_000;

export function metricsClient(cloud: Cloud): () => Promise<MetricServiceClient> {
  return clientOf(async () => new (await import("@google-cloud/monitoring")).MetricServiceClient(grpcOptions(cloud)));
}

const count = z.union([z.string().regex(/^\d{1,15}$/u), z.int().min(0)]).transform(Number);

/** How many at a time (ISO 8601, UTC). */
export const point = z
  .object({ interval: z.object({ endTime: timestamp }), value: z.object({ int64Value: count }) })
  .transform(({ interval, value }) => ({ at: isoOf(interval.endTime), count: value.int64Value }));

/** A page of series. One that came with errors may lack some of them: it is refused. */
export function pageOfSeries<T>(series: z.ZodType<T>, reply: unknown, place: string): Page<T> {
  const page = z.object({ timeSeries: z.array(series), nextPageToken: z.string(), executionErrors: z.array(z.unknown()) });
  const { timeSeries: items, nextPageToken: next, executionErrors } = readAs(page, reply, place, "list of measurements");
  if (executionErrors.length === 0) return { items, next };
  throw new BackendError("partial", `Cloud Monitoring left out a part of ${place}; the rest of it would prove nothing`, "Ask again.");
}
