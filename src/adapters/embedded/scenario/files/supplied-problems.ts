import { unknownName } from "../../../../errors.ts";
import type { CalendarDate } from "../../../../pipeline/dates.ts";
import type { Pipeline } from "../../../../pipeline/load.ts";
import { processorsOf } from "../generate/processors.ts";
import type { Plot } from "../plot.ts";
import { plotOf } from "../plot.ts";
import type { Problem } from "../problems.ts";
import { failProblems, setProblems } from "../problems.ts";
import { rowProblems } from "../row-problems.ts";
import type { Change, Duplicate, GameChoice, GivenFile, Remove, Scenario, SetDocument, Values } from "../scenario.ts";
import type { Supplied, SuppliedTable } from "./supplied.ts";

type RowChange = Duplicate | Remove | Values;
type Path = Problem["path"];

/** What is wrong with a scenario of files, before any of them is read. */
export function suppliedProblems(scenario: Scenario, pipeline: Pipeline): readonly Problem[] {
  const { night, nights, files, changes } = scenario;
  const invented = Object.keys(night).filter((key) => key !== "date" && key !== "days");
  return [
    ...invented.map((key) => ({
      message: `\`${key}\` is for a night that is invented; with \`base: nothing\` give its date alone`,
      path: ["night", key],
    })),
    ...(nights.length > 0 ? [{ message: "with `base: nothing` there are only the nights of the files", path: ["nights"] }] : []),
    ...(files.length === 0 ? [{ message: "`base: nothing` needs `files`: without one there is nothing to look at", path: ["base"] }] : []),
    ...files.flatMap((file, index) => fileProblems(file, files.slice(0, index), pipeline, ["files", index])),
    ...changes.flatMap((change, index) => changeProblems(scenario, pipeline, change, ["changes", index])),
  ];
}

function fileProblems({ holds, name, file, covers }: GivenFile, earlier: readonly GivenFile[], pipeline: Pipeline, path: Path): Problem[] {
  const known = Object.keys(holds === "table" ? pipeline.file.tables : pipeline.file.collections);
  const twice = earlier.some((other) => other.holds === holds && other.name === name);
  return [
    ...(known.includes(name) ? [] : [{ message: unknownName(holds, name, known), path: [...path, holds] }]),
    ...(twice ? [{ message: `${name} has a file already; put both into one`, path: [...path, holds] }] : []),
    ...(holds === "collection" && /\.(?:csv|parquet)$/iu.test(file)
      ? [{ message: "documents come from .ndjson (one a line) or .json (a list)", path: [...path, "file"] }]
      : []),
    ...(holds === "collection" && covers !== undefined
      ? [{ message: "is for tables; a collection's file holds all its documents", path: [...path, "covers"] }]
      : []),
    ...(covers !== undefined && covers.to < covers.from ? [{ message: "ends before it begins", path: [...path, "covers"] }] : []),
  ];
}

function changeProblems(scenario: Scenario, pipeline: Pipeline, change: Change, path: Path): Problem[] {
  const filed = (holds: GivenFile["holds"]): string[] => scenario.files.filter((file) => file.holds === holds).map(({ name }) => name);
  const unfiled = (holds: GivenFile["holds"], name: string, key: string): Problem[] =>
    filed(holds).includes(name) ? [] : [{ message: `${name} has no file, so there is nothing to change`, path: [...path, key] }];
  switch (change.verb) {
    case "duplicate":
    case "remove":
    case "values":
      return [
        ...unfiled("table", change.table, change.verb),
        ...(change.verb === "duplicate" ? [] : rowProblems(change, path)),
        ...choiceProblems(change.games, [...path, "games"]),
      ];
    case "set": {
      const problems = setProblems(plotOf(scenario, pipeline), change, path);
      return problems.length > 0 ? problems : unfiled("collection", change.collection, "set");
    }
    case "fail":
      return failProblems(plotOf(scenario, pipeline), change, path);
    case "arrive":
    case "run":
    case "totals":
    case "log":
    case "revision":
    case "commit":
    case "job":
    case "subscription":
    case "alert":
    case "object":
      return [
        {
          message: `\`${change.verb}\` adds to a normal night, which \`base: nothing\` has not; there are duplicate, remove, values, set and fail`,
          path: [...path, change.verb],
        },
      ];
  }
}

function choiceProblems(choice: GameChoice, path: Path): Problem[] {
  return typeof choice === "number"
    ? [{ message: "with `base: nothing` name the games as AWAY@HOME: files have no order of games", path }]
    : [];
}

/** What is wrong with the changes once it is known what the files hold. */
export function unsuppliedProblems(plot: Plot, supplied: Supplied): readonly Problem[] {
  return plot.scenario.changes.flatMap((change, index): readonly Problem[] => {
    const path = ["changes", index];
    switch (change.verb) {
      case "duplicate":
      case "remove":
      case "values": {
        const table = supplied.tables.get(change.table);
        return table === undefined ? [] : rowChangeProblems(plot, change, table, path);
      }
      case "set":
        return entryProblems(plot, supplied, change, path);
      case "fail":
      case "arrive":
      case "run":
      case "totals":
      case "log":
      case "revision":
      case "commit":
      case "job":
      case "subscription":
      case "alert":
      case "object":
        return [];
    }
  });
}

function rowChangeProblems(plot: Plot, change: RowChange, table: SuppliedTable, path: Path): Problem[] {
  const night = change.night === "all" ? undefined : (change.night ?? plot.season.nightInFocus);
  if (night !== undefined && !isCovered(table, night))
    return [{ message: notCovered(change.table, night, table), path: [...path, change.verb] }];
  const of = night === undefined ? [...table.rows.values()].flat() : (table.rows.get(night) ?? []);
  const games = [...new Set(of.map(({ game }) => game))].filter((game) => game !== "");
  const named = typeof change.games === "object" ? change.games : [];
  const columns = change.verb === "values" ? Object.keys({ ...change.where, ...change.set }) : [];
  return [
    ...named.flatMap((name, place) =>
      games.includes(name) ? [] : [{ message: unknownName("game", name, games), path: [...path, "games", place] }],
    ),
    ...columns
      .filter((column) => !Object.hasOwn(table.columns, column))
      .map((column) => ({ message: `the file of ${change.table} has no column ${column}`, path: [...path, change.verb] })),
  ];
}

/** An entry that is given by its time counts the rows of its table, which must be there to be counted. */
function entryProblems({ pipeline }: Plot, { tables }: Supplied, { id, fields }: SetDocument, path: Path): Problem[] {
  return Object.entries(fields).flatMap(([name, value]): Problem[] => {
    if (!("entryAt" in value)) return [];
    const table = tables.get(processorsOf(pipeline).find((processor) => processor.name === name)?.table ?? "");
    if (table !== undefined && isCovered(table, id)) return [];
    return [
      {
        message: "counts the rows of a table that no file supplies for that date; give the entry as a map",
        path: [...path, "fields", name],
      },
    ];
  });
}

function isCovered({ covers }: SuppliedTable, date: string): boolean {
  return covers.from <= date && date <= covers.to;
}

function notCovered(name: string, night: CalendarDate, { covers }: SuppliedTable): string {
  return `the file of ${name} does not cover ${night}, only ${covers.from} to ${covers.to}`;
}
