import { UserError, unknownName } from "../errors.ts";
import type { Rules } from "./load.ts";

/** The declared name of a unit that goes by this one, also as an alias; undefined if none does. */
export function declaredUnit({ units = {} }: Pick<Rules, "units">, given: string): string | undefined {
  return Object.entries(units).find(([name, { aliases = [] }]) => [name, ...aliases].includes(given))?.[0];
}

/** The same, or a `UserError` with the nearest name. */
export function unitNamed(rules: Pick<Rules, "units">, given: string): string {
  const found = declaredUnit(rules, given);
  if (found !== undefined) return found;
  const known = Object.entries(rules.units ?? {}).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
  throw new UserError(unknownName("unit", given, known));
}

/** Folders of other units below this unit's own: what is changed there is theirs. */
export function othersBelow({ units = {} }: Pick<Rules, "units">, name: string): readonly string[] {
  const own = units[name]?.folders ?? [];
  const others = Object.values(units).flatMap(({ folders }) => folders.filter((folder) => !own.includes(folder)));
  return [...new Set(others)].filter((folder) => own.some((mine) => folder.startsWith(`${mine}/`)));
}
