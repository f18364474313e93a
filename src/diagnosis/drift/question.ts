import type { UnitSubject } from "../../checks/deploying/comparing.ts";
import { orchestratorsOf } from "../../checks/orchestrators.ts";
import { isPlain } from "../../checks/watch.ts";
import { UserError, short } from "../../errors.ts";
import type { Rules } from "../../pipeline/load.ts";
import { unitNamed } from "../../pipeline/names.ts";
import type { Wanted } from "./examined.ts";

/** What a caller may ask; `contains` and `proof` as they were given. */
export interface DriftQuestion {
  readonly scope: "all" | "services" | "functions" | "jobs" | "orchestrators";
  readonly units?: readonly string[] | undefined;
  readonly contains?: string | undefined;
  readonly proof?: string | undefined;
}

/** Before anybody is asked. */
export function refuse({ scope, units, contains, proof }: DriftQuestion, rules: Rules): void {
  if (units !== undefined && scope !== "all") throw new UserError(`units names them: leave out scope ${scope}.`);
  for (const unit of units ?? []) unitNamed(rules, unit);
  if (contains !== undefined && !/^[0-9a-f]{7,40}$/iu.test(contains))
    throw new UserError(`contains "${short(contains)}" is no commit: give 7 to 40 hexadecimal digits, e.g. 6fa80f19.`);
  if (proof === undefined) return;
  if (!isPlain(proof)) throw new UserError("proof has a control or direction character in it.");
  if (proof.trim() === "") throw new UserError("proof is empty: give a text that only the new code logs.");
  const named = new Set(units).size;
  if (named === 0 || named > mostProven)
    throw new UserError(`proof is looked for in the logs of 1 to ${mostProven} units: name them with units.`);
}

/** Each is a reading of a log. */
const mostProven = 3;

/** The units that are meant, as the pipeline file declares them. */
export function subjectsOf({ scope, units }: DriftQuestion, rules: Rules): readonly UnitSubject[] {
  const all = Object.entries(rules.units ?? {}).map(([id, declared]) => ({ id, declared }));
  if (units !== undefined) {
    const named = new Set(units.map((unit) => unitNamed(rules, unit)));
    return all.filter(({ id }) => named.has(id));
  }
  switch (scope) {
    case "all":
      return all;
    case "services":
      return all.filter(({ declared }) => declared.kind === "service");
    case "functions":
      return all.filter(({ declared }) => declared.kind === "function");
    case "jobs":
      return all.filter(({ declared }) => declared.kind === "job");
    case "orchestrators": {
      const own = new Set(orchestratorsOf(rules).map(({ id }) => id));
      return all.filter(({ id }) => own.has(id));
    }
  }
}

/** Without names only units are meant whose code the commit changed; all of them where that can't be told. */
export function concerned(all: readonly UnitSubject[], commit: Wanted["commit"], { units }: DriftQuestion): readonly UnitSubject[] {
  const touches = commit?.known.seen === true ? commit.known.facts.touches : null;
  if (units !== undefined || touches === null) return all;
  return all.filter(({ id }) => touches.includes(id));
}

/** The question as the answer repeats it. */
export function askedOf({ scope, units, contains, proof }: DriftQuestion): Readonly<Record<string, string>> {
  return {
    units: units?.join(", ") ?? scope,
    ...(contains === undefined ? {} : { contains: contains.toLowerCase() }),
    ...(proof === undefined ? {} : { proof }),
  };
}
