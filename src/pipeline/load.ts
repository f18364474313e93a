import { createHash } from "node:crypto";
import type { OnDate } from "./dated.ts";
import { onDate } from "./dated.ts";
import type { CalendarDate } from "./dates.ts";
import { dateAt } from "./dates.ts";
import type { PipelineFile } from "./schema.ts";
import { pipelineSchema } from "./schema.ts";
import type { SourceFile } from "./yaml-file.ts";
import { parseYamlFile } from "./yaml-file.ts";

/** The rules that hold for one game date at one clock: what judges and looks are given. */
export type Rules = OnDate<PipelineFile>;
export type TableRules = Rules["tables"][string];

/** A pipeline file as loaded: rules are asked of it per date, since they changed over time. */
export interface Pipeline {
  readonly name: string;
  readonly title: string;
  readonly zone: string;
  /** Twelve hexadecimal digits over everything the file says: another version judges otherwise. */
  readonly version: string;
  readonly file: PipelineFile;
  /** Data rules go by the game date, infrastructure (`jobs`) by the clock. */
  rulesOn(date: CalendarDate, asOf: Date): Rules;
}

export function loadPipeline(source: SourceFile): Pipeline {
  const file = parseYamlFile(source, pipelineSchema);
  return {
    name: file.pipeline,
    title: file.title,
    zone: file.zone,
    version: createHash("sha256").update(JSON.stringify(file)).digest("hex").slice(0, 12),
    file,
    rulesOn: (date, asOf) => ({ ...onDate(file, date), jobs: onDate(file.jobs, dateAt(asOf, file.zone)) }),
  };
}

/** The rules of a table that the pipeline file declares; names in rules are checked when the file is loaded. */
export function tableRules(rules: Rules, table: string): TableRules {
  const found = rules.tables[table];
  if (found === undefined) throw new Error(`The pipeline file declares no table ${table}.`);
  return found;
}
