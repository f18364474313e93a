import type { Ports } from "../../src/ports/ports.ts";

/** Ports of which nobody should be asked anything, but for those given: they answer that there is nothing. */
export function silentPorts(given: Partial<Ports> = {}): Ports {
  return {
    warehouse: { query: async () => ({ rows: [] }), describe: async () => ({ columns: {} }) },
    documents: { get: async () => undefined, list: async () => [] },
    logs: { entries: async () => ({ entries: [], more: false }) },
    units: { get: async () => undefined },
    schedules: { get: async () => undefined, list: async () => [] },
    objects: { get: async () => undefined },
    ...given,
  };
}
