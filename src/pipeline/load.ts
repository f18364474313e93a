import { createHash } from "node:crypto";
import type { OnDate } from "./dated.ts";
import { onDate } from "./dated.ts";
import type { CalendarDate } from "./dates.ts";
import { dateAt } from "./dates.ts";
import { UserError } from "../errors.ts";
import { infrastructureParts } from "./infrastructure.ts";
import { layOver } from "./merge.ts";
import { isStatementName } from "./own-checks.ts";
import type { PipelineFile, StageName } from "./schema.ts";
import { pipelineSchema } from "./schema.ts";
import type { Layers, Problem, SourceFile, YamlFile } from "./yaml-file.ts";
import { parseYaml, plainValue, readYaml, refuse, told } from "./yaml-file.ts";

/** The rules that hold for one game date at one clock: what judges and looks are given. */
export type Rules = OnDate<PipelineFile>;
export type TableRules = Rules["tables"][string];
export type StageRules = Rules["stages"]["games"];

/** A pipeline file with all that it names: the files it extends, nearest first, and the statements of its own checks. */
export interface PipelineSource extends SourceFile {
  readonly bases?: readonly SourceFile[];
  /** By the name that a check gives it. */
  readonly statements?: Readonly<Record<string, Statement>>;
}

export type Statement = { readonly text: string } | { readonly problem: string };

/** A pipeline file as loaded: rules are asked of it per date, since they changed over time. */
export interface Pipeline {
  readonly name: string;
  readonly title: string;
  readonly zone: string;
  /** Twelve hexadecimal digits over everything the file says, with what it extends and its statements: another version judges otherwise. */
  readonly version: string;
  readonly file: PipelineFile;
  /** Texts of the statements of own checks, by the name that the check gives. */
  readonly statements: Readonly<Record<string, string>>;
  /** Data rules go by the game date, infrastructure (`jobs`, units, topics …) by the clock. */
  rulesOn(date: CalendarDate, asOf: Date): Rules;
  /** `mine.yaml:12: checks.0.id: …`, for what is found to be wrong only later. */
  readonly tell: (path: readonly PropertyKey[], message: string) => string;
}

export function loadPipeline(source: PipelineSource): Pipeline {
  const layers: Layers = [readYaml(source), ...(source.bases ?? []).map(readYaml)];
  const file = parseYaml(layers, merged(layers), pipelineSchema);
  const statements = statementsOf(file, source, layers);
  return {
    name: file.pipeline,
    title: file.title,
    zone: file.zone,
    version: createHash("sha256")
      .update(JSON.stringify([file, statements]))
      .digest("hex")
      .slice(0, 12),
    file,
    statements,
    rulesOn: (date, asOf) => ({ ...onDate(file, date), ...onDate(byTheClock(file), dateAt(asOf, file.zone)) }),
    tell: (path, message) => told(layers, { path, message }),
  };
}

type ByTheClock = Pick<PipelineFile, "jobs" | keyof typeof infrastructureParts>;

function byTheClock(file: PipelineFile): ByTheClock {
  const names: readonly string[] = ["jobs", ...Object.keys(infrastructureParts)];
  return Object.fromEntries(Object.entries(file).filter(([name]) => names.includes(name))) as ByTheClock; // exactly those keys
}

/** What the file says together with those it extends, from the furthest base on. */
function merged(layers: Layers): unknown {
  return layers.toReversed().reduce<unknown>((base, layer, index) => {
    const own = withoutExtends(layer);
    if (index === 0) return own;
    const { value, problems } = layOver(base, own);
    refuse([layer], [...problems, ...nameProblems(base, own)]);
    return value;
  }, undefined);
}

/** The file that this one says it extends, and how to tell what is wrong with it; undefined if it extends none. */
export function extendedBy(source: SourceFile): { readonly value: string; readonly tell: (problem: string) => string } | undefined {
  if (!source.text.includes("extends")) return undefined; // Parsing a long file only to see that costs more than all else here.
  const layer = readYaml(source);
  const value = plainValue(layer);
  const named = typeof value === "object" && value !== null && "extends" in value ? value.extends : undefined;
  if (named === undefined) return undefined;
  const tell = (problem: string): string => told([layer], { message: problem, path: ["extends"] });
  if (typeof named !== "string" || named.trim() === "") throw new UserError(tell("expected the name of a shipped file, or a path"));
  return { value: named, tell };
}

/** The statements that the file's checks name; undefined if it names none. */
export function statementsNamed(source: SourceFile): readonly string[] | undefined {
  if (!source.text.includes("sql")) return undefined;
  const value = plainValue(readYaml(source));
  const checks: unknown = typeof value === "object" && value !== null && "checks" in value ? value.checks : undefined;
  if (!Array.isArray(checks)) return undefined;
  return checks.flatMap((check: unknown) => {
    const named = typeof check === "object" && check !== null && "sql" in check ? check.sql : undefined;
    return typeof named === "string" && isStatementName(named) ? [named] : [];
  });
}

function withoutExtends(layer: YamlFile): unknown {
  const value = plainValue(layer);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "extends"));
}

/** Reports name the pipeline: under the base's name nobody would see that other rules judged. */
function nameProblems(base: unknown, own: unknown): readonly Problem[] {
  const nameIn = (value: unknown): unknown =>
    typeof value === "object" && value !== null && "pipeline" in value ? value.pipeline : undefined;
  const [name, taken] = [nameIn(own), nameIn(base)];
  if (name !== undefined && name !== taken) return [];
  return [{ message: `give this file a name of its own, another than "${String(taken)}"`, path: ["pipeline"] }];
}

function statementsOf({ checks }: PipelineFile, { statements = {} }: PipelineSource, layers: Layers): Readonly<Record<string, string>> {
  const used = checks.flatMap((check, index) => {
    const name = "sql" in check ? check.sql : undefined;
    return name === undefined
      ? []
      : [{ name, path: ["checks", index, "sql"], found: statements[name] ?? { problem: `${name} was not read` } }];
  });
  refuse(
    layers,
    used.flatMap(({ path, found }) => ("problem" in found ? [{ message: found.problem, path }] : [])),
  );
  return Object.fromEntries(used.flatMap(({ name, found }) => ("text" in found ? [[name, found.text]] : [])));
}

/** The rules of a stage that the pipeline file declares; names in rules are checked when the file is loaded. */
export function stageRules(rules: Rules, stage: StageName): StageRules {
  const all: Readonly<Record<string, StageRules>> = rules.stages;
  const found = all[stage];
  if (found === undefined) throw new Error(`The pipeline file declares no stage ${stage}.`);
  return found;
}

/** The rules of a table that the pipeline file declares; names in rules are checked when the file is loaded. */
export function tableRules(rules: Pick<Rules, "tables">, table: string): TableRules {
  const found = rules.tables[table];
  if (found === undefined) throw new Error(`The pipeline file declares no table ${table}.`);
  return found;
}
