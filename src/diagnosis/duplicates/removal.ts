import { keepText } from "../../checks/keep.ts";
import { counted } from "../../checks/words.ts";
import { onceKey } from "../../evidence/looks/duplicates.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import type { Rules, TableRules } from "../../pipeline/load.ts";
import type { Proposal } from "../proposal.ts";
import { digestOf, proposalOf, rowText } from "../proposal.ts";
import type { ReadDay } from "./rows-read.ts";

interface Removing {
  readonly rules: Rules;
  /** Partitions with surplus in all, also those that nobody read. */
  readonly partitions: number;
}

/** Superseded rows of these tables are switched off, never deleted. */
export function isSwitchedOff({ once_where: only }: Pick<TableRules, "once_where">): boolean {
  return only !== undefined;
}

/** Whether some of the rows are alike in every column that the pipeline file declares, so that no condition tells them apart. */
export function hasTwins({ rows }: Pick<ReadDay, "rows">): boolean {
  return new Set(rows.map(rowText)).size < rows.length;
}

/** The class of the processor that writes a table, where the pipeline file says which. */
export function processorClass(rules: Rules, table: string): string | undefined {
  return lockingClass(rules, table) ?? rules.names?.find((entry) => entry.table === table)?.processor;
}

/** The same of those that a phase tracks: only they take a lock of their own. */
function lockingClass({ completion, other_phases: others = {} }: Rules, table: string): string | undefined {
  const tracked = [completion, ...Object.values(others)].flatMap(({ processors }) => Object.values(processors));
  const recorded = tracked.find((processor) => processor.table === table)?.class;
  const next = Object.entries(completion.next_phase?.processors ?? {}).find(([, output]) => output === table)?.[0];
  return recorded ?? next;
}

/** The document that a processor's lock of a date is; undefined where none is declared. */
export function lockDocument(rules: Rules, table: string, date: CalendarDate): string | undefined {
  const processor = lockingClass(rules, table);
  const id = rules.locks?.["processing"]?.ids[0];
  return processor === undefined || id === undefined ? undefined : id.replace("{class}", processor).replace("{date}", date);
}

/** Whether its surplus may be removed: which of two rows is the copy, nobody can say without a key, or without what the keep rule goes by. */
export function isRemovable({ declared, surplus, unkept }: ReadDay): boolean {
  return !isSwitchedOff(declared) && surplus.rows > 0 && surplus.keyless === 0 && unkept.length === 0;
}

/** One for all dates: which rows of which partitions stay, and what must still hold when the others go. Undefined where nothing may be removed. */
export function removalOf(days: readonly ReadDay[], { rules, partitions }: Removing): Proposal | undefined {
  const removable = days.filter(isRemovable);
  if (removable.length === 0) return undefined;
  const targets = removable.map(targetOf);
  const requires = removable.flatMap((day) => requirementsOf(rules, day));
  const left = partitions - removable.length;
  return proposalOf({
    kind: "remove_surplus",
    said: saidOf(removable, left),
    partitions: targets,
    ...(requires.length === 0 ? {} : { requires }),
    ...(left > 0 ? { left_out: left } : {}),
  });
}

type Target = NonNullable<Proposal["partitions"]>[number];

function targetOf({ table, declared, date, rows, surplus }: ReadDay): Target {
  const texts = rows.map(rowText).toSorted();
  return {
    table,
    partition: `${declared.partition}=${date}`,
    key: [...onceKey(declared)],
    keep: keepText(declared),
    rows: rows.length,
    surplus: surplus.rows,
    stay: surplus.unique,
    digest: digestOf(texts),
    ...(hasTwins({ rows }) ? { replace: true as const } : {}),
  };
}

function requirementsOf(rules: Rules, { table, date }: ReadDay): NonNullable<Proposal["requires"]> {
  const minutes = rules.thresholds.duplicates?.removal.quiet_minutes ?? 0;
  const processor = processorClass(rules, table);
  const lock = lockDocument(rules, table, date);
  const collection = rules.locks?.["processing"]?.collection;
  return [
    ...(processor === undefined ? [] : [{ what: "no_run_within" as const, processor, game_date: date, minutes }]),
    ...(lock === undefined || collection === undefined ? [] : [{ what: "no_lock" as const, document: `${collection}/${lock}` }]),
  ];
}

/** Most tables that are named with what stays; of the others each target says it. */
const mostTold = 2;

function saidOf(days: readonly ReadDay[], left: number): string {
  const tables = [...Map.groupBy(days, ({ table }) => table)].flatMap(([table, of]) => {
    const [first] = of;
    if (first === undefined) return [];
    const surplus = of.reduce((sum, { surplus: { rows } }) => sum + rows, 0);
    const dates = of.length === 1 ? first.date : `${of.length} dates`;
    return [`${surplus} of ${table.slice(table.indexOf(".") + 1)} (${dates}), keeping the ${keepText(first.declared)}`];
  });
  const more = tables.length > mostTold ? `; and of ${counted(tables.length - mostTold, "more table")}, each by its keep rule` : "";
  return `Remove surplus rows: ${tables.slice(0, mostTold).join("; ")}${more}${left > 0 ? `; ${left} more partitions were not read and are no part of it` : ""}.`;
}

/** As an answer shows it: of more targets than that none in a short answer, else the first; the id stands for all of them. */
export function briefly(proposal: Proposal, most: number): Proposal {
  const { partitions = [], requires = [], ...rest } = proposal;
  if (partitions.length <= most) return proposal;
  const shown = most === 1 ? [] : partitions.slice(0, most);
  if (shown.length === 0) return { ...rest, more: partitions.length };
  const dates = new Set(shown.map(({ partition }) => partition.slice(partition.indexOf("=") + 1)));
  const needed = requires.filter((one) => !("game_date" in one) || dates.has(one.game_date));
  return { ...rest, partitions: shown, requires: needed.slice(0, 2 * most), more: partitions.length - most };
}
