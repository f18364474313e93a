import { UserError } from "../../../errors.ts";
import type { Pipeline } from "../../../pipeline/load.ts";
import type { Stores } from "../world.ts";
import { beyondOf } from "./beyond/beyond.ts";
import { documentsOf } from "./documents.ts";
import { plotOf } from "./plot.ts";
import { problemsOf } from "./problems.ts";
import type { Scenario } from "./scenario.ts";
import { tablesOf } from "./tables.ts";
import { failuresAt, refuseUnmet } from "./unmet.ts";

/** What the embedded backend holds at every moment of the scenario. A pure function of the scenario, the pipeline and the moment. */
export function buildStores(scenario: Scenario, pipeline: Pipeline): Stores {
  if (scenario.base === "nothing") throw new Error(`${scenario.name} holds what its files hold: openStores reads them.`);
  const problems = problemsOf(scenario, pipeline);
  if (problems.length > 0)
    throw new UserError(problems.map(({ message, path }) => `${scenario.name}: ${path.join(".")}: ${message}`).join("\n"));
  const plot = plotOf(scenario, pipeline);
  const tables = tablesOf(plot);
  const documents = documentsOf(plot, tables.count);
  const beyond = beyondOf(plot, tables.count);
  refuseUnmet(plot, tables.count);
  const { processed } = plot.season;
  const covers = { from: processed[0] ?? scenario.night.date, to: processed.at(-1) ?? scenario.night.date };
  const fails = scenario.changes.filter((change) => change.verb === "fail");
  return {
    at(instant) {
      const moment = instant.getTime();
      return {
        table: (name, span) => tables.at(name, moment, span),
        tableNames: () => tables.names,
        document: (collection, id) => documents.at(collection, id, moment),
        covers,
        documentIds: (collection) => documents.ids(collection, moment),
        ...beyond(moment),
        failures: failuresAt(fails, instant),
      };
    },
  };
}
