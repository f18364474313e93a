import { UserError } from "../../../errors.ts";
import type { Pipeline } from "../../../pipeline/load.ts";
import type { Failure, Stores } from "../world.ts";
import { documentsOf } from "./documents.ts";
import { plotOf } from "./plot.ts";
import { problemsOf } from "./problems.ts";
import type { Fail, Scenario } from "./scenario.ts";
import { tablesOf } from "./tables.ts";

/** What the embedded backend holds at every moment of the scenario. A pure function of the scenario, the pipeline and the moment. */
export function buildStores(scenario: Scenario, pipeline: Pipeline): Stores {
  const problems = problemsOf(scenario, pipeline);
  if (problems.length > 0)
    throw new UserError(problems.map(({ message, path }) => `${scenario.name}: ${path.join(".")}: ${message}`).join("\n"));
  const plot = plotOf(scenario, pipeline);
  const tables = tablesOf(plot);
  const documents = documentsOf(plot, tables.count);
  for (const change of scenario.changes) {
    // A copy of rows that are not there is refused now, not in the middle of somebody's question.
    if (change.verb === "duplicate") tables.count(change.table, change.night ?? scenario.night.date, change.from.getTime());
  }
  const { processed } = plot.season;
  const covers = { from: processed[0] ?? scenario.night.date, to: processed.at(-1) ?? scenario.night.date };
  const fails = scenario.changes.filter((change) => change.verb === "fail");
  return {
    at(instant) {
      const moment = instant.getTime();
      return {
        table: (name) => tables.at(name, moment),
        document: (collection, id) => documents.at(collection, id, moment),
        covers,
        documentIds: (collection) => documents.ids(collection, moment),
        failures: fails.filter(({ from, until }) => from <= instant && (until === undefined || instant < until)).map(failure),
      };
    },
  };
}

function failure({ port, target, with: kind }: Fail): Failure {
  return { port, with: kind, ...(target === undefined ? {} : { target }) };
}
