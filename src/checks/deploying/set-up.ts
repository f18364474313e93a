import type { DeployedUnit, UnitFacts } from "../../evidence/looks/units.ts";
import type { Finding } from "../finding.ts";
import { problem } from "../finding.ts";
import { counted, listNames } from "../words.ts";
import type { UnitSubject } from "./comparing.ts";

/** What a deploy may have lost beside the code: declared environment variables, by their names, and instances kept warm. */
export function judgeSetUp({ unit }: UnitFacts, subject: UnitSubject): readonly Finding[] {
  return unit === null ? [] : [...variables(unit, subject), ...instances(unit, subject)];
}

function variables(unit: DeployedUnit, { id, declared: { variables: declared = [] } }: UnitSubject): readonly Finding[] {
  const missing = declared.filter((name) => !unit.variables.includes(name));
  if (missing.length === 0) return [];
  // A warning: the code may do without, and where it can't the unit's own output says so with full severity.
  return [
    problem("P3", {
      reason: "variables_missing",
      observed: `${id} lacks ${missing.length} of ${counted(declared.length, "environment variable")} that it is declared with: ${listNames(missing, 5)}`,
      expected: "every declared environment variable is set, whatever its value",
      next: `Set ${listNames(missing, 5)} of ${id} by updating its variables: a deploy that sets a list replaces all others.`,
      figures: { variables_missing: missing.length },
    }),
  ];
}

function instances(unit: DeployedUnit, { id, declared: { min_instances: declared = 0 } }: UnitSubject): readonly Finding[] {
  if (unit.minInstances >= declared) return [];
  return [
    problem("P4", {
      reason: "few_instances",
      observed: `${id} keeps ${counted(unit.minInstances, "instance")} warm, ${declared} declared`,
      expected: `${counted(declared, "instance")} kept warm`,
      next: `Set the minimum of instances of ${id} to ${declared}, or correct the pipeline file.`,
    }),
  ];
}
