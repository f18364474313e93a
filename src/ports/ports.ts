import type { Alerts } from "./alerts.ts";
import type { Documents } from "./documents.ts";
import type { Logs } from "./logs.ts";
import type { Objects } from "./objects.ts";
import type { Schedules } from "./schedules.ts";
import type { Source } from "./source.ts";
import type { Topics } from "./topics.ts";
import type { Units } from "./units.ts";
import type { Warehouse } from "./warehouse.ts";

/** The reading halves: all that evidence may ask. */
export interface Ports {
  readonly warehouse: Warehouse;
  readonly documents: Documents;
  readonly logs: Logs;
  readonly units: Units;
  readonly schedules: Schedules;
  readonly objects: Objects;
  readonly topics: Topics;
  readonly alerts: Alerts;
  readonly source: Source;
}

export const portNames = ["warehouse", "documents", "logs", "units", "schedules", "objects", "topics", "alerts", "source"] as const;
export type Port = (typeof portNames)[number];
