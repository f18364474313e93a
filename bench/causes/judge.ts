import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import type { Scenario } from "../../src/adapters/embedded/scenario/scenario.ts";
import type { Stores } from "../../src/adapters/embedded/world.ts";
import type { Pipeline } from "../../src/pipeline/load.ts";
import type { Warehouse } from "../../src/ports/warehouse.ts";
import type { Report } from "../../src/report/schema.ts";
import type { Session } from "../../src/session.ts";
import { sessionOver } from "../../test/support/scenarios.ts";
import { catalogue } from "../../tools/index.ts";
import { memoryWarehouse } from "../regression/memory-warehouse.ts";

/** Asks a tool about a scenario's stores at its clock, as the product does; statements of plain form are answered from memory. */
export async function askAbout(
  scenario: Scenario,
  pipeline: Pipeline,
  tool: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Report> {
  const found = catalogue.find(({ name }) => name === tool);
  if (found === undefined) throw new Error(`No tool ${tool}.`);
  const session = sessionOn(scenario, pipeline, buildStores(scenario, pipeline));
  return found.call(input, { session, signal: new AbortController().signal, progress: () => {} });
}

function sessionOn(scenario: Scenario, pipeline: Pipeline, stores: Stores): Session {
  let now = scenario.clock;
  return sessionOver(scenario, {
    pipeline,
    stores,
    patienceMs: 60_000,
    onClock: (at) => (now = at),
    wrap: (ports) => ({
      ...ports,
      warehouse: quick(
        memoryWarehouse(() => stores.at(now)),
        ports.warehouse,
      ),
    }),
  });
}

/** From memory where it knows the form of the statement, else from DuckDB. */
function quick(memory: Warehouse, engine: Warehouse): Warehouse {
  return {
    ...memory,
    query: (ask, call) => (/^SELECT [^()]*(?:\((?:\*|\w+)\)[^()]*)* FROM \{/u.test(ask.sql) ? memory : engine).query(ask, call),
  };
}

export interface Verdict {
  readonly outcome: "right" | "not established" | "wrong";
  readonly established: readonly string[];
}

/** Right: the own cause is named, and none that is not there. Wrong: one is named that is not there. */
export function verdictOn({ causes = [] }: Report, right: readonly (readonly string[])[]): Verdict {
  const established = causes.filter(({ standing }) => standing === "established").map(({ id }) => id);
  const strange = established.filter((id) => !right.flat().includes(id));
  const own = established.some((id) => right[0]?.includes(id) === true);
  return { outcome: strange.length > 0 ? "wrong" : own ? "right" : "not established", established };
}
