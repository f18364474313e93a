import type { TableName } from "../../ports/warehouse.ts";
import type { Database, Place } from "./duckdb.ts";
import { definitionOf, identifierOf } from "./duckdb.ts";
import type { StoredTable } from "./world.ts";

export interface LoadedTables {
  /** Hands over the identifier of the table as it is stored, loaded unless it already was, and keeps it for as long as it is in use. */
  holding<T>(name: TableName, stored: StoredTable, use: (identifier: string) => Promise<T>): Promise<T>;
}

/** One state of a stored table in DuckDB. */
interface Loaded {
  readonly place: Place;
  readonly stored: StoredTable;
  readonly ready: Promise<void>;
  holders: number;
}

/**
 * Each state of a table is loaded under a name of its own: who reads an earlier state goes on reading that one while a later
 * one is loaded. A state is dropped once another has been asked for and nobody holds it any more.
 */
export function loadedTables(database: Database): LoadedTables {
  const current = new Map<TableName, Loaded>();
  const inTurn = queue();
  let loads = 0;

  function load(name: TableName, stored: StoredTable): Loaded {
    loads += 1;
    const [schema = "", table = ""] = name.split(".");
    const place = { schema, table: `${table}#${loads}` };
    return { place, stored, holders: 0, ready: inTurn(() => database.create(place, stored)) };
  }

  async function dropUnused(name: TableName, loaded: Loaded): Promise<void> {
    if (loaded.holders > 0 || current.get(name) === loaded) return;
    await inTurn(() => database.drop(loaded.place));
  }

  return {
    async holding(name, stored, use) {
      const before = current.get(name);
      const loaded = before !== undefined && isSame(before.stored, stored) ? before : load(name, stored);
      current.set(name, loaded);
      loaded.holders += 1;
      try {
        if (before !== undefined) await dropUnused(name, before);
        await loaded.ready;
        return await use(identifierOf(loaded.place));
      } finally {
        loaded.holders -= 1;
        await dropUnused(name, loaded);
      }
    },
  };
}

/** The world's promise: as long as nothing changed, the rows are the same array. */
function isSame(one: StoredTable, other: StoredTable): boolean {
  return one.rows === other.rows && definitionOf(one) === definitionOf(other);
}

/** Runs work one after the other: two transactions that create the same schema would collide. */
function queue(): (work: () => Promise<void>) => Promise<void> {
  let last = Promise.resolve();
  return (work) => {
    const begun = last.then(work);
    last = begun.catch(() => {}); // Whoever began it hears of it; the next in turn doesn't care.
    return begun;
  };
}
