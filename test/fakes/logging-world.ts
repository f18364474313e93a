import type { World } from "../../src/adapters/embedded/world.ts";
import type { LogsAs } from "./logging-sources.ts";

/** The resource under which something of this name logs; what the world doesn't know as deployed or scheduled is taken for a service. */
export function logSourceOf(world: World, name: string, logsAs: LogsAs): LogsAs[keyof LogsAs] {
  const unit = world.unit(name);
  if (unit !== undefined && "kind" in unit) return logsAs[unit.kind];
  const job = world.job(name);
  return job !== undefined && "name" in job ? logsAs.scheduled : logsAs.service;
}

/** Everything that may log. */
export function loggersOf(world: World): readonly string[] {
  return [world.units(), world.jobs()].flatMap((found) => ("notSupplied" in found ? [] : found.map(({ name }) => name)));
}
