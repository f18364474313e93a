import type { Stores, World } from "../../../src/adapters/embedded/world.ts";
import type { DocumentsContent } from "../../contracts/documents-contract.ts";
import type { WarehouseContent } from "../../contracts/warehouse-contract.ts";

type Content = Partial<WarehouseContent> & Partial<DocumentsContent>;

/** A world that holds the content, its rows the same arrays for as long as the content is the same. */
export function worldOf({ tables = {}, collections = {}, failures = [] }: Content): World {
  const stored = new Map(
    Object.entries(tables).map(([name, { columns, rows }]) => [
      name,
      { rows, columns: Object.fromEntries(Object.entries(columns).map(([column, kind]) => [column, { kind, inferred: false }])) },
    ]),
  );
  return {
    table: (name) => stored.get(name),
    document: (collection, id) => collections[collection]?.find((document) => document.id === id),
    documentIds: (collection) => (collections[collection] ?? []).map((document) => document.id),
    failures,
  };
}

/** Stores that hold one world at any time, until they become another. */
export function changeableStores(content: Content): Stores & { readonly become: (content: Content) => Promise<void> } {
  let world = worldOf(content);
  return {
    at: () => world,
    become: async (next) => {
      world = worldOf(next);
    },
  };
}
