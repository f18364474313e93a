import type { TableShape, Warehouse } from "../ports/warehouse.ts";

/** A warehouse for the length of one call: what a table's columns are is asked once, by whichever look asks first. */
export function describingOnce(warehouse: Warehouse): Warehouse {
  const known = new Map<string, Promise<TableShape>>();
  return {
    ...warehouse,
    describe: async (table, call) => {
      const begun = known.get(table);
      if (begun !== undefined) {
        const shared = await begun.catch(() => undefined); // Refused to another, whose deadline may have been nearer.
        if (shared !== undefined) return shared;
      }
      const own = warehouse.describe(table, call);
      known.set(table, own);
      return own;
    },
  };
}
