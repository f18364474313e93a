import type { Call } from "../ports/call.ts";
import type { Units } from "../ports/units.ts";
import type { Warehouse } from "../ports/warehouse.ts";

/** A warehouse for the length of one call: what a table's columns are is asked once, by whichever look asks first. */
export function describingOnce(warehouse: Warehouse): Warehouse {
  return {
    ...warehouse,
    describe: once(
      (table) => table,
      (table, call) => warehouse.describe(table, call),
    ),
  };
}

/** Units for the length of one call: each is asked about once. */
export function gettingOnce(units: Units): Units {
  return {
    ...units,
    get: once(
      ({ name, kind }) => `${kind ?? ""} ${name}`,
      (asked, call) => units.get(asked, call),
    ),
  };
}

/** One answer for every look that asks the same. A refusal is not shared: the deadline that ended one look may not be the other's. */
function once<A, T>(keyOf: (asked: A) => string, ask: (asked: A, call: Call) => Promise<T>): typeof ask {
  const known = new Map<string, Promise<T>>();
  return async (asked, call) => {
    const key = keyOf(asked);
    const begun = known.get(key);
    if (begun !== undefined) {
      const shared = await begun.then(
        (answer) => ({ answer }),
        () => undefined,
      );
      if (shared !== undefined) return shared.answer;
    }
    const own = ask(asked, call);
    known.set(key, own);
    return own;
  };
}
