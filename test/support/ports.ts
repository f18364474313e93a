import { BackendError } from "../../src/errors.ts";
import type { Ports } from "../../src/ports/ports.ts";

/** Ports of which nobody should be asked anything, but for those given: they answer that there is nothing. */
export function silentPorts(given: Partial<Ports> = {}): Ports {
  return {
    warehouse: {
      query: async () => ({ rows: [] }),
      estimate: async () => ({}),
      tables: async () => [],
      describe: async () => ({ columns: {} }),
    },
    documents: {
      get: async () => undefined,
      getMany: async ({ ids }) => ids.map(() => undefined),
      count: async () => 0,
      greatest: async () => undefined,
      list: async () => [],
    },
    logs: { entries: async () => ({ entries: [], more: false }), counted: async () => undefined },
    units: { get: async () => undefined, list: async () => [] },
    schedules: { get: async () => undefined, list: async () => [] },
    objects: { get: async () => undefined },
    topics: { topics: async () => [], subscriptions: async () => [], backlogs: async () => [] },
    alerts: { policies: async () => [], incidents: async () => [] },
    source: {
      tip: async () => {
        throw new BackendError("not_supplied", "no repository was named", "Name one.");
      },
      commit: async () => undefined,
      behind: async () => ({ commits: [], total: 0 }),
      since: async () => ({ commits: [], total: 0 }),
      contains: async () => false,
      touched: async () => [],
      existing: async () => [],
    },
    ...given,
  };
}
