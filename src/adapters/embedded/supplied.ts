import { BackendError } from "../../errors.ts";
import type { NotSupplied, World } from "./world.ts";

/** What was supplied; of what was not, nobody can say whether it is there. */
export function supplied<T>(found: T | NotSupplied): T {
  if (typeof found !== "object" || found === null || !("notSupplied" in found)) return found as T; // no stored thing has that key
  throw new BackendError("not_supplied", found.notSupplied, found.next);
}

/** Refuses a date of which the stores hold nothing: there it would look absent. */
export function refuseUncoveredDate(date: string, covers: World["covers"]): void {
  if (covers === undefined || (covers.from <= date && date <= covers.to)) return;
  const reason = `the scenario holds no data for ${date}, only from ${covers.from} to ${covers.to}`;
  throw new BackendError("not_supplied", reason, "Ask for a date within, or give the scenario more days (`days`).");
}
