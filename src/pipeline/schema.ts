import { z } from "zod";
import { unknownName } from "../errors.ts";
import { calendarDate, dated, inForce } from "./dated.ts";
import { infrastructureParts, infrastructureReferences } from "./infrastructure.ts";
import {
  collecting,
  collection,
  competition,
  dayTime,
  identifier,
  knownStage,
  mode,
  name,
  pipelineName,
  scrapeChain,
  scrapeSigns,
  stage,
  table,
  tableName,
  zone,
} from "./parts.ts";
import { acceptedProblems, ownCheckProblems } from "./own-check-problems.ts";
import { acceptance, ownCheck, switchedOff } from "./own-checks.ts";
import { completed, neverDue, plainShape } from "./plain.ts";
import { namesIn, thresholds } from "./thresholds.ts";
import type { Problem } from "./yaml-file.ts";
import { either, flag, integer, keyed, record, text } from "./yaml-file.ts";

export type { Column, ColumnKind, FieldKind, KeepOrder, KnownStage, StageName } from "./parts.ts";
export { stageNames } from "./parts.ts";

/** What a phase records of itself, and what shows that the next one ran. */
const tracking = {
  phase: text,
  /** The unit that keeps the record and starts the next phase. */
  orchestrator: name,
  collection: name,
  /** The unit that runs the processors. */
  unit: name.optional(),
  /** `also`: another name under which a completion is recorded. */
  processors: keyed(name, record({ ...inForce, table: tableName, class: text, eats_games: flag, also: name.optional() })),
  modes: record({ overnight: mode, same_day: mode, tomorrow: mode }),
  next_phase: record({
    name: text,
    outputs: z.array(tableName).min(1),
    /** Its processors by class, with the table that each fills. */
    processors: keyed(name, tableName).optional(),
    /** False: its output is made once, so that it only has to exist, however new the rows are. */
    follows_rows: flag.optional(),
    run_again: text,
    /** The scheduler job that runs it. */
    job: name.optional(),
  }),
};

/** The file of a pipeline with games, before names are checked against each other. */
const shape = record({
  pipeline: pipelineName,
  title: text,
  zone,
  games: record({
    schedule: tableName,
    postponements: tableName,
    competitions: keyed(competition, record({ name: text, owes: z.array(knownStage) })),
    status: record({ final: z.array(integer), unplayed: z.array(integer), in_progress: z.array(integer), not_played: z.array(integer) }),
    not_played_text: z.array(text),
    witness_days: integer,
    tip_off: identifier,
    season: record({ name: text, ends: calendarDate, next_begins: calendarDate.optional() }).optional(),
  }),
  moments: record({ post_game_from: dayTime, pre_game_until: dayTime }),
  stages: record({
    games: stage,
    "box-scores": stage,
    analytics: stage,
    completion: stage,
    "same-day": stage,
    features: stage,
    predictions: stage,
    grading: stage,
  }),
  jobs: keyed(name, record({ ...inForce, at: dated(dayTime), does: text })),
  box_scores: record({ sources: z.array(record({ ...inForce, table: tableName, preferred: flag, expected: dayTime })).min(1) }),
  analytics: record({ players: tableName, offense: tableName, defense: tableName }),
  run_history: tableName,
  precompute: record({ cache: tableName }),
  features: record({
    table: tableName,
    /** Players and teams as prepared before the games. */
    players: tableName,
    processor: text,
    /** Where a feature row keeps its betting line: an element of a list, or a column of its own. */
    line: record({ column: identifier, index: integer, instead: identifier }),
  }),
  predictions: record({
    table: tableName,
    graded: tableName,
    /** What `line_source` says of a real line. */
    real_line: text,
    /** Systems that must predict; those active on the last game dates if absent. */
    systems: z.array(text).min(1).optional(),
    halt_state: tableName,
    /** What the state in that table says while predictions are stopped on purpose. */
    halted: z.array(text),
    halts: z.array(record({ system: text.optional(), from: calendarDate, until: calendarDate.optional(), reason: text })).optional(),
  }),
  scraping: record({
    executions: tableName,
    expected: tableName,
    decisions: tableName,
    /** Workflows that collect after the games, by when their window opens. */
    windows: keyed(name, dayTime),
    for_the_night_before: z.array(text),
    /** Names under which a run's summary may say how many records it brought. */
    records_as: z.array(text).min(1),
    /** What drives it: without this nobody can tell at which step a collection broke off. */
    chain: scrapeChain.optional(),
    signs: scrapeSigns.optional(),
    collections: keyed(name, collecting),
  }),
  tables: keyed(tableName, table),
  collections: keyed(name, collection),
  completion: record(tracking),
  /** Records of other phases, as far as they can be reconciled like the tracked one's. */
  other_phases: keyed(name, record({ ...tracking, due: knownStage })).optional(),
  /** The record of what was loaded, which decides nothing. */
  loaded: record({ phase: text, collection: name, expected: z.array(text).min(1) }).optional(),
  core: z
    .array(text)
    .refine(
      (ids) => ids.some((id) => id !== "games"),
      "name at least one check besides games: games alone prove nothing of the night's output",
    ),
  core_pre_game: z.array(text).min(1),
  ...infrastructureParts,
  thresholds,
  checks: z.array(ownCheck).default([]),
  accepted: z.array(acceptance).default([]),
  ports: switchedOff.default({}),
});

export type PipelineFile = z.output<typeof shape> & {
  /** Whether its dates have games; a plain one expects every date. */
  readonly kind: "games" | "plain";
};

/** Keys that say that a file means games; one that has none of them is plain. */
const ofGames = Object.keys(shape.shape).filter((key) => !Object.hasOwn(plainShape.shape, key));

/** The pipeline file: every name of a table, job, processor or column in it is one that it declares. */
export const pipelineSchema: z.ZodType<PipelineFile, unknown> = either<PipelineFile>((input) =>
  typeof input === "object" && input !== null && !ofGames.some((key) => Object.hasOwn(input, key))
    ? plainShape.transform(completed).transform(checked)
    : shape.transform((file): PipelineFile => ({ ...file, kind: "games" })).transform(checked),
);

function checked(file: PipelineFile, context: z.RefinementCtx): PipelineFile {
  if (context.issues.length > 0) return file; // An unknown key somewhere: zod goes on, but parts of the file have no value.
  const whole = withOwnCore(file);
  for (const { message, path } of problemsOf(whole)) context.addIssue({ code: "custom", message, path: [...path] });
  return whole;
}

/** Own checks that are core stand with the others of their half. */
function withOwnCore(file: PipelineFile): PipelineFile {
  const withOwn = (core: readonly string[], half: "pre_game" | "post_game"): string[] => {
    const own = file.checks.filter((check) => check.core === true && (check.half ?? "post_game") === half);
    return [...new Set([...core, ...own.map(({ id }) => id)])];
  };
  return { ...file, core: withOwn(file.core, "post_game"), core_pre_game: withOwn(file.core_pre_game, "pre_game") };
}

function problemsOf(file: PipelineFile): readonly Problem[] {
  const around = { ...file, stages: stagesOf(file), units: unitsOf(file) };
  const nothingCore = "name at least one check, or mark one of `checks` with `core`: else nothing could pass";
  return [
    ...references(file).flatMap(({ what, name, known, path }) =>
      known.includes(name) ? [] : [{ message: unknownName(what, name, known), path }],
    ),
    ...ownCheckProblems(file.checks, around),
    ...acceptedProblems(file.accepted, around),
    ...(file.kind === "games" ? competitionProblems(file) : []),
    ...(file.core.length === 0 ? [{ message: nothingCore, path: ["core"] }] : []),
  ];
}

/** Where no game owes them, every core check but `games` stays not applicable on all nights. */
function competitionProblems({ games }: PipelineFile): readonly Problem[] {
  const judged = Object.values(games.competitions).some(({ owes }) => owes.includes("box-scores") && owes.includes("analytics"));
  const message =
    "none of them owes both box-scores and analytics, so no night could ever be judged; say it in `owes` of the one that is played most";
  return judged ? [] : [{ message, path: ["games", "competitions"] }];
}

/** Stages that the file itself declares. */
function stagesOf({ stages }: PipelineFile): readonly string[] {
  const all: Readonly<Record<string, unknown>> = stages;
  return Object.keys(all).filter((name) => all[name] !== neverDue);
}

function unitsOf({ units = {} }: PipelineFile): readonly string[] {
  return Object.entries(units).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
}

interface Reference {
  readonly what: string;
  readonly name: string;
  readonly known: readonly string[];
  readonly path: readonly string[];
}

function references(file: PipelineFile): Reference[] {
  return [
    ...(file.kind === "games" ? referencesOfGames(file) : []),
    ...infrastructureReferences(file),
    ...Object.entries(file.stages).flatMap(([name, entry]) =>
      (entry.deadline_reader?.dated ?? []).map(({ value }) => ({
        what: "job",
        name: value,
        known: Object.keys(file.jobs),
        path: ["stages", name, "deadline_reader"],
      })),
    ),
    ...Object.entries(file.tables).flatMap(([name, entry]) => tableReferences(name, entry, file)),
  ];
}

function referencesOfGames(file: PipelineFile): Reference[] {
  const tables = Object.keys(file.tables);
  const table = (name: string, ...path: string[]): Reference => ({ what: "table", name, known: tables, path });
  return [
    table(file.games.schedule, "games", "schedule"),
    table(file.games.postponements, "games", "postponements"),
    table(file.analytics.players, "analytics", "players"),
    table(file.analytics.offense, "analytics", "offense"),
    table(file.analytics.defense, "analytics", "defense"),
    table(file.run_history, "run_history"),
    table(file.precompute.cache, "precompute", "cache"),
    table(file.features.table, "features", "table"),
    table(file.features.players, "features", "players"),
    table(file.predictions.table, "predictions", "table"),
    table(file.predictions.graded, "predictions", "graded"),
    table(file.predictions.halt_state, "predictions", "halt_state"),
    table(file.scraping.executions, "scraping", "executions"),
    table(file.scraping.expected, "scraping", "expected"),
    table(file.scraping.decisions, "scraping", "decisions"),
    ...(file.scraping.chain === undefined ? [] : [table(file.scraping.chain.runs, "scraping", "chain", "runs")]),
    ...Object.entries(file.scraping.collections).flatMap(([name, entry]) =>
      [entry.table, ...(entry.read_by ?? [])].map((used) => table(used, "scraping", "collections", name, "table")),
    ),
    ...file.box_scores.sources.map((source, index) => table(source.table, "box_scores", "sources", `${index}`, "table")),
    ...trackingReferences(file.completion, file, ["completion"]),
    ...Object.entries(file.other_phases ?? {}).flatMap(([key, phase]) => trackingReferences(phase, file, ["other_phases", key])),
    ...(file.loaded === undefined ? [] : [collectionReference(file.loaded.collection, file, ["loaded"])]),
    ...file.thresholds.fields.columns.dated.flatMap(({ value }) =>
      namesIn(value.names).map((column) => ({
        what: "column",
        name: column,
        known: Object.keys(file.tables[file.analytics.players]?.columns ?? {}),
        path: ["thresholds", "fields", "columns", "names"],
      })),
    ),
  ];
}

function trackingReferences(phase: PipelineFile["completion"], file: PipelineFile, path: readonly string[]): Reference[] {
  const { processors, modes, next_phase: next, unit } = phase;
  const table = (name: string, ...rest: string[]): Reference => ({
    what: "table",
    name,
    known: Object.keys(file.tables),
    path: [...path, ...rest],
  });
  return [
    ...next.outputs.map((name, index) => table(name, "next_phase", "outputs", `${index}`)),
    ...Object.entries(next.processors ?? {}).map(([key, name]) => table(name, "next_phase", "processors", key)),
    ...Object.entries(processors).map(([key, entry]) => table(entry.table, "processors", key, "table")),
    ...Object.entries(modes).flatMap(([name, { expected, critical }]) =>
      [...expected, ...critical].map((processor) => ({
        what: "processor",
        name: processor,
        known: Object.keys(processors),
        path: [...path, "modes", name],
      })),
    ),
    collectionReference(phase.collection, file, path),
    ...(unit === undefined ? [] : [{ what: "unit", name: unit, known: Object.keys(file.units ?? {}), path: [...path, "unit"] }]),
    ...(next.job === undefined
      ? []
      : [{ what: "job", name: next.job, known: Object.keys(file.schedule ?? {}), path: [...path, "next_phase", "job"] }]),
  ];
}

function collectionReference(name: string, { collections }: PipelineFile, path: readonly string[]): Reference {
  return { what: "collection", name, known: Object.keys(collections), path: [...path, "collection"] };
}

function tableReferences(name: string, entry: PipelineFile["tables"][string], file: PipelineFile): Reference[] {
  const tables = Object.keys(file.tables);
  const columns = Object.keys(entry.columns);
  const named: [string, readonly string[]][] = [
    ["partition", [entry.partition]],
    ["key", entry.key.dated.flatMap(({ value }) => value)],
    ["also_once", entry.also_once ?? []],
    ["keep", entry.keep.map((order) => order.column)],
    ["written_at", entry.written_at === undefined ? [] : [entry.written_at]],
    ["created_at", entry.created_at === undefined ? [] : [entry.created_at]],
    ["team", entry.team === undefined ? [] : [entry.team]],
    ["once_where", entry.once_where === undefined ? [] : [entry.once_where]],
  ];
  return [
    { what: "stage", name: entry.stage, known: stagesOf(file), path: ["tables", name, "stage"] },
    ...named.flatMap(([key, names]) =>
      names.map((column) => ({ what: "column", name: column, known: columns, path: ["tables", name, key] })),
    ),
    ...(entry.read_by ?? []).map((reader) => ({ what: "table", name: reader, known: tables, path: ["tables", name, "read_by"] })),
  ];
}
