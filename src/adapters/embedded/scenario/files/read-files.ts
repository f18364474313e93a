import { UserError } from "../../../../errors.ts";
import type { Pipeline } from "../../../../pipeline/load.ts";
import type { Row, TableName, Value } from "../../../../ports/warehouse.ts";
import type { Scenario } from "../scenario.ts";
import { findFile } from "./find-file.ts";
import { readDocuments } from "./read-documents.ts";
import { readTable } from "./read-table.ts";
import type { Supplied, SuppliedCollection, SuppliedTable } from "./supplied.ts";

/** Reads all that the scenario names, one file after the other. What can't be read whole is refused, never read in part. */
export async function readFiles(scenario: Scenario, pipeline: Pipeline, folder: string): Promise<Supplied> {
  const tables = new Map<TableName, SuppliedTable<Row>>();
  const collections = new Map<string, SuppliedCollection>();
  const problems: string[] = [];
  for (const given of scenario.files) {
    try {
      const file = await findFile(folder, given.file);
      if (given.holds === "table") tables.set(given.name, await readTable(file, given, pipeline));
      else collections.set(given.name, await readDocuments(file, given, pipeline));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(...error.message.split("\n"));
    }
  }
  if (problems.length > 0) throw new UserError(problems.map((problem) => `${scenario.name}: ${problem}`).join("\n"));
  const nameOf = gameNames(tables.get(pipeline.file.games.schedule));
  return { tables: new Map([...tables].map(([name, table]) => [name, withGames(table, nameOf)])), collections };
}

function withGames(table: SuppliedTable<Row>, nameOf: (row: Row) => string): SuppliedTable {
  const dates = [...table.rows].map(([date, rows]) => [date, rows.map((row) => ({ game: nameOf(row), row }))] as const);
  return { ...table, rows: new Map(dates) };
}

/** A row's game as AWAY@HOME, by its id or by the schedule's row of that id; empty where neither says. */
function gameNames(schedule: SuppliedTable<Row> | undefined): (row: Row) => string {
  const known = new Map<Value, string>();
  for (const row of [...(schedule?.rows.values() ?? [])].flat()) {
    const [away, home] = [row["away_team_tricode"], row["home_team_tricode"]];
    if (typeof away === "string" && typeof home === "string") known.set(row["game_id"] ?? null, `${away}@${home}`);
  }
  return (row) => {
    const id = row["game_id"] ?? null;
    const [, away, home] = (typeof id === "string" && /^\d{8}_([A-Z]{3})_([A-Z]{3})$/u.exec(id)) || [];
    return away === undefined || home === undefined ? (known.get(id) ?? "") : `${away}@${home}`;
  };
}
