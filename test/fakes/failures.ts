import type { Failure } from "../../src/adapters/embedded/world.ts";
import type { Port } from "../../src/ports/ports.ts";

/** Of a world's failures the first that concerns one of the names, or the whole port. */
export function failureOf(failures: readonly Failure[], port: Port, names: readonly string[]): Failure | undefined {
  return failures.find((each) => each.port === port && (each.target === undefined || names.includes(each.target)));
}
