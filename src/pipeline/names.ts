import { UserError, short, unknownName } from "../errors.ts";
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

/** The declared table of this name, or of this part after the dataset where only one has it. Throws `UserError`. */
export function tableNamed(rules: Rules, given: string): string {
  const known = Object.keys(rules.tables);
  const isMeant = (table: string): boolean => table === given || (!given.includes(".") && table.split(".")[1] === given);
  const matching = known.filter(isMeant);
  const [only, another] = matching;
  if (only !== undefined && another === undefined) return only;
  if (another !== undefined)
    throw new UserError(`${short(given)} is the name of several tables: ${matching.join(", ")}. Name one with its dataset.`);
  const mistaken = (rules.not_there ?? []).find(({ what, name: wrong }) => what === "table" && isMeant(wrong));
  if (mistaken !== undefined) throw new UserError(`No table "${short(given)}" is there; what is meant is ${mistaken.instead}.`);
  throw new UserError(unknownName("table", given, known));
}

/** The class that goes by this name: its own, the key in its phase's record, or the table that it fills. Throws `UserError`. */
export function processorNamed({ completion, other_phases: others = {}, names = [] }: Rules, given: string): string {
  const known = new Map<string, string>([
    ...[completion, ...Object.values(others)]
      .flatMap(({ processors }) => Object.entries(processors))
      .flatMap(([key, { class: own, table }]) => goesBy(own, table, key)),
    ...Object.entries(completion.next_phase.processors ?? {}).flatMap(([own, table]) => goesBy(own, table)),
    ...names.flatMap(({ processor, table, completion_key: key, mistaken = [] }) =>
      processor === undefined ? [] : [...goesBy(processor, table, key), ...mistaken.map((wrong): [string, string] => [wrong, processor])],
    ),
  ]);
  const found = known.get(given);
  if (found === undefined) throw new UserError(unknownName("processor", given, [...known.keys()]));
  return found;
}

function goesBy(own: string, table?: string, key?: string): [string, string][] {
  const plain = table?.split(".").at(-1);
  return [own, key, table, plain].flatMap((each): [string, string][] => (each === undefined ? [] : [[each, own]]));
}

/** Folders of other units below this unit's own: what is changed there is theirs. */
export function othersBelow({ units = {} }: Pick<Rules, "units">, name: string): readonly string[] {
  const own = units[name]?.folders ?? [];
  const others = Object.values(units).flatMap(({ folders }) => folders.filter((folder) => !own.includes(folder)));
  return [...new Set(others)].filter((folder) => own.some((mine) => folder.startsWith(`${mine}/`)));
}
