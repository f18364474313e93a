import { readFileSync } from "node:fs";
import { loadPipeline } from "../../src/pipeline/load.ts";

const file = new URL("../../pipelines/nba.yaml", import.meta.url);

/** The shipped pipeline file, loaded as the product loads it. */
export const nba = loadPipeline({ name: "pipelines/nba.yaml", text: readFileSync(file, "utf8") });
