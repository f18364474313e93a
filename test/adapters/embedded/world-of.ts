import type { NotSupplied, Stores, World } from "../../../src/adapters/embedded/world.ts";
import type { AlertsContent } from "../../contracts/alerts-contract.ts";
import type { DocumentsContent } from "../../contracts/documents-contract.ts";
import type { LogsContent } from "../../contracts/logs-contract.ts";
import type { ObjectsContent } from "../../contracts/objects-contract.ts";
import type { SchedulesContent } from "../../contracts/schedules-contract.ts";
import type { TopicsContent } from "../../contracts/topics-contract.ts";
import type { UnitsContent } from "../../contracts/units-contract.ts";
import type { WarehouseContent } from "../../contracts/warehouse-contract.ts";

type Content = Partial<
  WarehouseContent & DocumentsContent & LogsContent & UnitsContent & SchedulesContent & ObjectsContent & TopicsContent & AlertsContent
>;

/** A world that holds the content, its rows the same arrays for as long as the content is the same. */
export function worldOf({ tables = {}, collections = {}, failures = [], ...beyond }: Content): World {
  const stored = new Map(
    Object.entries(tables).map(([name, { columns, rows }]) => [
      name,
      { rows, columns: Object.fromEntries(Object.entries(columns).map(([column, kind]) => [column, { kind, inferred: false }])) },
    ]),
  );
  return {
    ...worldBeyond(beyond),
    table: (name) => stored.get(name),
    tableNames: () => [...stored.keys()],
    document: (collection, id) => collections[collection]?.find((document) => document.id === id),
    documentIds: (collection) => (collections[collection] ?? []).map((document) => document.id),
    failures,
  };
}

function worldBeyond(content: Content) {
  const { entries = [], units = [], jobs = [], objects = {} } = content;
  const { topics = [], subscriptions = [], policies = [], incidents = [] } = content;
  const bucketOf = (path: string): string => path.split("/")[0] ?? "";
  return {
    log: ({ unit, since, until }) =>
      entries
        .filter((entry) => entry.unit === unit && Date.parse(entry.at) >= since.getTime() && Date.parse(entry.at) < until.getTime())
        .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    unit: (name) => units.find((unit) => unit.name === name),
    units: () => units.map(({ name, kind }) => ({ name, kind })).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    job: (name) => jobs.find((job) => job.name === name),
    jobs: () => jobs,
    object: (path) =>
      Object.hasOwn(objects, bucketOf(path)) ? objects[bucketOf(path)]?.find((each) => each.path === path) : "no such bucket",
    topics: () => topics,
    subscriptions: () => subscriptions,
    policies: () => policies,
    incidents: () => incidents,
    commits: () => [],
  } satisfies Partial<World>;
}

/** Stores of which nothing was supplied beyond tables and documents. */
export function unsuppliedStores(): Stores {
  const nothing: NotSupplied = { notSupplied: "the scenario supplies nothing of it", next: "Add it to the scenario." };
  const world: World = {
    ...worldOf({}),
    log: () => nothing,
    unit: () => nothing,
    units: () => nothing,
    job: () => nothing,
    jobs: () => nothing,
    object: () => nothing,
    topics: () => nothing,
    subscriptions: () => nothing,
    policies: () => nothing,
    incidents: () => nothing,
  };
  return { at: () => world };
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
