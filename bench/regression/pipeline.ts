import { readFileSync } from "node:fs";
import { loadPipeline } from "../../src/pipeline/load.ts";
import { rememberingRules } from "./settled.ts";

const name = "pipelines/nba.yaml";

/** The shipped pipeline file. */
export const nba = rememberingRules(loadPipeline({ name, text: readFileSync(new URL(`../../${name}`, import.meta.url), "utf8") }));
