import { BackendError } from "../../errors.ts";
import type { NotSupplied } from "./world.ts";

/** What was supplied; of what was not, nobody can say whether it is there. */
export function supplied<T>(found: T | NotSupplied): T {
  if (typeof found !== "object" || found === null || !("notSupplied" in found)) return found as T; // no stored thing has that key
  throw new BackendError("not_supplied", found.notSupplied, found.next);
}
