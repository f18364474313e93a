import { UserError } from "../../../../errors.ts";
import { instantOf } from "../../../../pipeline/dates.ts";
import type { Pipeline } from "../../../../pipeline/load.ts";
import type { Port } from "../../../../ports/ports.ts";
import type { NotSupplied, Stores, World } from "../../world.ts";
import { documentsOf } from "../documents.ts";
import { planSeason } from "../generate/plan.ts";
import type { Plot } from "../plot.ts";
import type { Scenario } from "../scenario.ts";
import { tablesOf } from "../tables.ts";
import { failuresAt, refuseUnmet } from "../unmet.ts";
import { suppliedProblems, unsuppliedProblems } from "./supplied-problems.ts";
import type { Supplied } from "./supplied.ts";

/** The files' tables and documents with the scenario's changes, and nothing else: what no file holds was not supplied. */
export function suppliedStores(scenario: Scenario, pipeline: Pipeline, supplied: Supplied): Stores {
  const plot = suppliedPlot(scenario, pipeline, supplied);
  const problems = [...suppliedProblems(scenario, pipeline), ...unsuppliedProblems(plot, supplied)];
  if (problems.length > 0)
    throw new UserError(problems.map(({ message, path }) => `${scenario.name}: ${path.join(".")}: ${message}`).join("\n"));
  const tables = tablesOf(plot);
  const documents = documentsOf(plot, tables.count);
  refuseUnmet(plot, tables.count);
  const fails = scenario.changes.filter((change) => change.verb === "fail");
  return {
    at(instant) {
      const moment = instant.getTime();
      return {
        ...beyondFiles(supplied),
        table: (name, span) => tables.at(name, moment, span),
        document: (collection, id) => documents.at(collection, id, moment),
        documentIds: (collection) => documents.ids(collection, moment),
        failures: failuresAt(fails, instant),
      };
    },
  };
}

/** A plot without anything invented: no nights, and no source that could fill a table. */
function suppliedPlot(scenario: Scenario, pipeline: Pipeline, supplied: Supplied): Plot {
  const season: Plot["season"] = {
    ...planSeason(scenario, pipeline),
    scheduled: [],
    processed: [],
    night: (date) => ({ date, games: [], time: (day, hour, minute) => instantOf(date, { day, hour, minute }, pipeline.zone) }),
  };
  return { scenario, pipeline, season, sources: new Map(), supplied };
}

type BeyondFiles = Omit<World, "table" | "document" | "documentIds" | "failures">;

function beyondFiles(supplied: Supplied): BeyondFiles {
  const no = (what: string) => (): NotSupplied => notSupplied(what);
  return {
    tableNames: no("the names of tables"),
    unsupplied: (port, name) => (isFiled(supplied, port, name) ? undefined : notSupplied(name)),
    log: ({ unit }) => notSupplied(`the log of ${unit}`),
    unit: (name) => notSupplied(name),
    units: no("deployed units"),
    job: (name) => notSupplied(name),
    jobs: no("scheduler jobs"),
    object: (path) => notSupplied(path),
    topics: no("topics"),
    subscriptions: no("subscriptions"),
    policies: no("alert policies"),
    incidents: no("incidents"),
    commits: no("commits"),
  };
}

function isFiled({ tables, collections }: Supplied, port: Port, name: string): boolean {
  switch (port) {
    case "warehouse":
      return tables.has(name);
    case "documents":
      return collections.has(name.split("/")[0] ?? name);
    case "logs":
    case "units":
    case "schedules":
    case "objects":
    case "topics":
    case "alerts":
    case "source":
      return false;
  }
}

function notSupplied(what: string): NotSupplied {
  return {
    notSupplied: `not supplied: no file of the scenario holds ${what}`,
    next: `Export ${what} and name the file under \`files\`, or look at it by hand.`,
  };
}
