import type { TableName } from "../../ports/warehouse.ts";
import type { Database, Place } from "./duckdb.ts";
import { definitionOf, identifierOf } from "./duckdb.ts";
import type { StoredTable } from "./world.ts";

export interface LoadedTables {
  /** Hands over the identifier of the table as it is stored, loaded unless it already was, and keeps it for as long as it is in use. */
  holding<T>(name: TableName, stored: StoredTable, use: (identifier: string) => Promise<T>): Promise<T>;
}

/** One state of a stored table, or of a part of one, in DuckDB. */
interface Loaded {
  readonly place: Place;
  readonly stored: StoredTable;
  readonly ready: Promise<void>;
  holders: number;
}

/** A night asks for some thirty tables, each in one part or two; more nights' parts than these are loaded again when needed. */
const mostLoaded = 120;

/**
 * Each state of a table or part is loaded under a name of its own: who reads an earlier state goes on reading that one while
 * a later one is loaded. A state is dropped once nobody holds it any more and another has been asked for, or many others.
 */
export function loadedTables(database: Database, most = mostLoaded): LoadedTables {
  /** In order of use, the latest last. */
  const current = new Map<string, Loaded>();
  const inTurn = queue();
  let loads = 0;

  function load(name: TableName, stored: StoredTable): Loaded {
    loads += 1;
    const [schema = "", table = ""] = name.split(".");
    const place = { schema, table: `${table}#${loads}` };
    return { place, stored, holders: 0, ready: inTurn(() => database.create(place, stored)) };
  }

  async function dropUnused(part: string, loaded: Loaded): Promise<void> {
    if (loaded.holders > 0 || current.get(part) === loaded) return;
    await inTurn(() => database.drop(loaded.place));
  }

  async function dropOldest(): Promise<void> {
    for (const [part, loaded] of current) {
      if (current.size <= most) return;
      if (loaded.holders > 0) continue;
      current.delete(part);
      await dropUnused(part, loaded);
    }
  }

  return {
    async holding(name, stored, use) {
      const part = partOf(name, stored);
      const before = current.get(part);
      const loaded = before !== undefined && isSame(before.stored, stored) ? before : load(name, stored);
      current.delete(part);
      current.set(part, loaded);
      loaded.holders += 1;
      try {
        if (before !== undefined) await dropUnused(part, before);
        await dropOldest();
        await loaded.ready;
        return await use(identifierOf(loaded.place));
      } finally {
        loaded.holders -= 1;
        await dropUnused(part, loaded);
      }
    },
  };
}

function partOf(name: TableName, { span }: StoredTable): string {
  return span === undefined ? name : `${name} ${span.column} ${span.from} ${span.to}`;
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
