import { dirname } from "node:path";
import type { Pipeline } from "../../../pipeline/load.ts";
import type { Stores } from "../world.ts";
import { buildStores } from "./build.ts";
import { readFiles } from "./files/read-files.ts";
import { suppliedStores } from "./files/supplied-stores.ts";
import type { Scenario } from "./scenario.ts";

/** What a scenario's stores hold, its files read: they lie beside the scenario file or below. */
export async function openStores(scenario: Scenario, pipeline: Pipeline, path: string): Promise<Stores> {
  if (scenario.base === "healthy") return buildStores(scenario, pipeline);
  return suppliedStores(scenario, pipeline, await readFiles(scenario, pipeline, dirname(path)));
}
