import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import { loadScenario } from "../../src/adapters/embedded/scenario/load.ts";
import { openStores } from "../../src/adapters/embedded/scenario/open.ts";
import type { Scenario } from "../../src/adapters/embedded/scenario/scenario.ts";
import { embeddedPorts } from "../../src/adapters/embedded/ports.ts";
import type { Engine } from "../../src/adapters/embedded/warehouse.ts";
import { embeddedEngine } from "../../src/adapters/embedded/warehouse.ts";
import { storeClock } from "../../src/adapters/embedded/clock.ts";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import type { Evidence, Look } from "../../src/evidence/evidence.ts";
import { live } from "../../src/evidence/gather.ts";
import type { Pipeline } from "../../src/pipeline/load.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { Session } from "../../src/session.ts";
import { nba } from "./pipeline.ts";

const folder = new URL("../../scenarios/", import.meta.url);

export const shippedScenarios = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.replace(/\.yaml$/u, ""))
  .toSorted();

export function shippedScenario(name: string): Scenario {
  return loadScenario({ name: `${name}.yaml`, text: readFileSync(new URL(`${name}.yaml`, folder), "utf8") }, nba);
}

/** What a shipped scenario's stores hold, its files read where it has some. */
export function shippedStores(scenario: Scenario): Promise<Stores> {
  return openStores(scenario, nba, fileURLToPath(new URL(`${scenario.name}.yaml`, folder)));
}

/** One DuckDB per stores, as in the product: several sessions over the same stores share it. */
const engines = new WeakMap<Stores, Engine>();

interface Over {
  /** The shipped one if absent. */
  readonly pipeline?: Pipeline;
  readonly clock?: Date;
  readonly stores?: Stores;
  readonly wrap?: (ports: Ports) => Ports;
  /** Milliseconds that one look may take. */
  readonly patienceMs?: number;
  /** Told the stores' clock when a call begins, and whenever it is moved. */
  readonly onClock?: (now: Date) => void;
}

/** A session over a scenario's stores as the product builds it, at any clock; ports may be wrapped on the way. */
export function sessionOver(scenario: Scenario, options: Over = {}): Session {
  const stores = options.stores ?? buildStores(scenario, nba);
  const engine = engines.get(stores) ?? embeddedEngine();
  engines.set(stores, engine);
  const { patienceMs = 20_000 } = options;
  return {
    pipeline: options.pipeline ?? nba,
    backend: "embedded",
    scenario: scenario.name,
    ...(scenario.base === "nothing" ? { supplied: true as const } : {}),
    begin: ({ signal }) => {
      const clock = storeClock(options.clock ?? scenario.clock);
      const ports = embeddedPorts(stores, clock, engine);
      options.onClock?.(clock.now());
      return {
        now: () => clock.now(),
        pass: async (ms) => {
          clock.advance(ms);
          options.onClock?.(clock.now());
        },
        gather: live({
          ports: options.wrap?.(ports) ?? ports,
          now: () => clock.now(),
          signal,
          deadlineAt: Date.now() + 2.25 * patienceMs,
          lookTimeoutMs: patienceMs,
          budget: { maxRows: 20_000, maxBytes: 2 ** 30 },
        }),
      };
    },
  };
}

/** The same session, each look made once per clock: for asking one question in several ways, where the stores are not what is tested. */
export function remembering(session: Session): Session {
  const known = new Map<string, Promise<Evidence<unknown>>>();
  return {
    ...session,
    begin: (call) => {
      const begun = session.begin(call);
      return {
        ...begun,
        gather: <F>(look: Look<F>) => {
          const key = `${look.id} ${begun.now().toISOString()}`;
          const made = known.get(key) ?? begun.gather(look);
          known.set(key, made);
          return made as Promise<Evidence<F>>; // a look's id determines its type of facts
        },
      };
    },
  };
}
