import { embeddedAlerts } from "../../src/adapters/embedded/alerts.ts";
import { embeddedDocuments } from "../../src/adapters/embedded/documents.ts";
import { embeddedLogs } from "../../src/adapters/embedded/logs.ts";
import { embeddedObjects } from "../../src/adapters/embedded/objects.ts";
import { embeddedSchedules } from "../../src/adapters/embedded/schedules.ts";
import { embeddedSource } from "../../src/adapters/embedded/source.ts";
import { embeddedTopics } from "../../src/adapters/embedded/topics.ts";
import { embeddedUnits } from "../../src/adapters/embedded/units.ts";
import type { Span, StoreClock, StoredTable, Stores, World } from "../../src/adapters/embedded/world.ts";
import type { Evidence, Gather, Look } from "../../src/evidence/evidence.ts";
import { live } from "../../src/evidence/gather.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { memoryWarehouse } from "./memory-warehouse.ts";

/** What looks found, by their id, with all that they read on the way. */
export type Memory = Map<string, Made[]>;

interface Made {
  readonly evidence: Evidence<unknown>;
  /** Whether another world answers what was read in the same way. */
  readonly reads: readonly ((world: World) => boolean)[];
}

/** What these answer depends on the clock too, which nobody compares. */
const fleeting: readonly string[] = ["alerts", "logs", "source", "topics"];

/**
 * Makes looks against the stores, each by itself, and remembers them: a look is made anew only where anything that it read
 * the last time has changed. A fault in one table so costs the looks at that table, and no other.
 */
export function rememberingGather(stores: Stores, clock: StoreClock, memory: Memory): Gather {
  return async <F>(look: Look<F>) => {
    if (fleeting.includes(look.port)) return gatherOver(stores, clock)(look);
    const name = look.id.replace(/ \((?:second|third) look\)$/u, "");
    const world = stores.at(clock.now());
    const all = memory.get(name) ?? [];
    memory.set(name, all);
    const known = all.find(({ reads }) => reads.every((same) => same(world)));
    if (known !== undefined) {
      const { evidence } = known;
      return { ...evidence, id: look.id, observedAt: clock.now().toISOString() } as Evidence<F>; // made by the same look
    }
    const reads: ((world: World) => boolean)[] = [];
    const evidence = await gatherOver({ at: (moment) => tracked(stores.at(moment), reads) }, clock)(look);
    all.push({ evidence, reads });
    return evidence;
  };
}

/** Looks made against the stores with nothing remembered. */
export function gatherOver(stores: Stores, clock: StoreClock, order: "as stored" | "reversed" = "as stored"): Gather {
  const ports: Ports = {
    warehouse: memoryWarehouse(() => stores.at(clock.now()), order),
    documents: embeddedDocuments(stores, clock),
    logs: embeddedLogs(stores, clock),
    units: embeddedUnits(stores, clock),
    schedules: embeddedSchedules(stores, clock),
    objects: embeddedObjects(stores, clock),
    topics: embeddedTopics(stores, clock),
    alerts: embeddedAlerts(stores, clock),
    source: embeddedSource(stores, clock),
  };
  return liveGather(ports, clock);
}

export function liveGather(ports: Ports, clock: StoreClock): Gather {
  return live({
    ports,
    now: () => clock.now(),
    signal: new AbortController().signal,
    deadlineAt: Date.now() + 600_000,
    lookTimeoutMs: 600_000,
    budget: { maxRows: 20_000, maxBytes: 2 ** 30 },
  });
}

function tracked(world: World, reads: ((world: World) => boolean)[]): World {
  const read = <T>(ask: (from: World) => T): T => {
    const answer = ask(world);
    reads.push((other) => isSame(answer, ask(other)));
    return answer;
  };
  return {
    table: (name, span) => {
      const stored = world.table(name, span);
      if (stored === undefined) {
        reads.push((other) => other.table(name, span) === undefined);
        return undefined;
      }
      return trackedTable(stored, name, span, reads);
    },
    tableNames: () => read((from) => from.tableNames()),
    document: (collection, id) => read((from) => from.document(collection, id)),
    documentIds: (collection) => read((from) => from.documentIds(collection)),
    log: (window) => read((from) => from.log(window)),
    unit: (name) => read((from) => from.unit(name)),
    units: () => read((from) => from.units()),
    job: (name) => read((from) => from.job(name)),
    jobs: () => read((from) => from.jobs()),
    object: (path) => read((from) => from.object(path)),
    topics: () => read((from) => from.topics()),
    subscriptions: () => read((from) => from.subscriptions()),
    policies: () => read((from) => from.policies()),
    incidents: () => read((from) => from.incidents()),
    commits: () => read((from) => from.commits()),
    failures: read((from) => from.failures),
    ...(world.covers === undefined ? {} : { covers: world.covers }),
  };
}

/** Rows that were not asked for are not compared: who describes a table waits for no row of it. */
function trackedTable(stored: StoredTable, name: string, span: Span | undefined, reads: ((world: World) => boolean)[]): StoredTable {
  reads.push((other) => {
    const again = other.table(name, span);
    return again !== undefined && isSame(again.columns, stored.columns);
  });
  return {
    columns: stored.columns,
    span: stored.span,
    covers: stored.covers,
    get rows() {
      const { rows } = stored;
      reads.push((other) => {
        const again = other.table(name, span)?.rows;
        return again === rows || (again?.length === rows.length && rows.every((row, index) => row === again[index]));
      });
      return rows;
    },
  };
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
