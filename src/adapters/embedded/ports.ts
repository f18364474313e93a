import type { Ports } from "../../ports/ports.ts";
import { embeddedAlerts } from "./alerts.ts";
import { embeddedDocuments } from "./documents.ts";
import { embeddedLogs } from "./logs.ts";
import { embeddedObjects } from "./objects.ts";
import { embeddedSchedules } from "./schedules.ts";
import { embeddedSource } from "./source.ts";
import { embeddedTopics } from "./topics.ts";
import { embeddedUnits } from "./units.ts";
import type { Engine } from "./warehouse.ts";
import { embeddedWarehouse } from "./warehouse.ts";
import type { StoreClock, Stores } from "./world.ts";

/** Everything that may be asked of a scenario's stores, at one clock. */
export function embeddedPorts(stores: Stores, clock: StoreClock, engine: Engine): Ports {
  return {
    warehouse: embeddedWarehouse(stores, clock, engine),
    documents: embeddedDocuments(stores, clock),
    logs: embeddedLogs(stores, clock),
    units: embeddedUnits(stores, clock),
    schedules: embeddedSchedules(stores, clock),
    objects: embeddedObjects(stores, clock),
    topics: embeddedTopics(stores, clock),
    alerts: embeddedAlerts(stores, clock),
    source: embeddedSource(stores, clock),
  };
}
