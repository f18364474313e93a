import type { Pipeline } from "../../../pipeline/load.ts";
import { calendarDateOf } from "../../../pipeline/dates.ts";
import type { SourceFile } from "../../../pipeline/yaml-file.ts";
import { parseYamlFile } from "../../../pipeline/yaml-file.ts";
import type { Scenario } from "./scenario.ts";
import { nightDate, scenarioSchema } from "./schema.ts";

/** Reads a scenario file. Every problem is told at once, with file, line, key and what would have been allowed. */
export function loadScenario(source: SourceFile, pipeline: Pipeline): Scenario {
  // The stand-in is never used: without a date of its night the file is refused.
  const night = parseYamlFile(source, nightDate) ?? calendarDateOf("2026-01-01");
  const fileName = source.name.replace(/^.*[/\\]/u, "").replace(/\.ya?ml$/u, "");
  return parseYamlFile(source, scenarioSchema({ pipeline, night, fileName }));
}
