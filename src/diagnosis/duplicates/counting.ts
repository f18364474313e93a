import type { Gather, Unseen } from "../../evidence/evidence.ts";
import type { Window } from "../../evidence/looks/duplicates.ts";
import { copyCounts, onceKey } from "../../evidence/looks/duplicates.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays } from "../../pipeline/dates.ts";
import type { Pipeline, Rules, TableRules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import { sourcesOf } from "./graph.ts";
import type { Tally } from "./tally.ts";
import { tallyOf } from "./tally.ts";

/** A table that was counted. */
export interface CountedTable {
  readonly table: string;
  readonly declared: TableRules;
  readonly tally: Tally;
  /** Ids of the looks it rests on. */
  readonly evidence: readonly string[];
}

export interface Counter {
  /** Counts each table at most once. */
  readonly count: (tables: readonly string[]) => Promise<void>;
  readonly counted: ReadonlyMap<string, CountedTable>;
  /** Tables that nobody could count. */
  readonly lost: ReadonlyMap<string, Unseen>;
}

/** What counting, and judging what was counted, is done with. */
export interface Counting {
  readonly pipeline: Pipeline;
  readonly asOf: Date;
  readonly gather: Gather;
  readonly window: Window;
}

export function counter({ pipeline, asOf, gather, window }: Counting): Counter {
  const counted = new Map<string, CountedTable>();
  const lost = new Map<string, Unseen>();
  return {
    counted,
    lost,
    async count(tables) {
      const asked = tables.filter((table) => !counted.has(table) && !lost.has(table));
      await Promise.all(
        asked.map(async (table) => {
          const parts = partsOf(pipeline, table, window, asOf);
          const looks = await Promise.all(parts.map((part) => gather(copyCounts(part.rules, table, part))));
          const unseen = looks.find((look) => !look.seen);
          if (unseen !== undefined && !unseen.seen) lost.set(table, unseen);
          else
            counted.set(table, {
              ...declaredIn(parts, table),
              table,
              tally: tallyOf(looks.flatMap((look) => (look.seen ? [look.facts] : []))),
              evidence: looks.map(({ id }) => id),
            });
        }),
      );
    },
  };
}

/** With the tables that affected ones are computed from, and so on up. */
export async function withSources(rules: Rules, tables: readonly string[], counting: Counter): Promise<readonly string[]> {
  const asked = [...tables];
  for (let index = 0; index < asked.length; index += 1) {
    const table = asked[index] ?? "";
    if ((counting.counted.get(table)?.tally.surplus ?? 0) === 0) continue;
    const sources = sourcesOf(rules, table).filter((source) => !asked.includes(source));
    // Each step of the chain is known only when the one before it was counted.
    // oxlint-disable-next-line no-await-in-loop
    await counting.count(sources);
    asked.push(...sources.filter((source) => hasSomething(counting, source)));
  }
  return asked;
}

/** A source that wasn't asked for is judged where it has rows or could not be counted; an empty one is nobody's. */
function hasSomething({ counted, lost }: Counter, table: string): boolean {
  return lost.has(table) || (counted.get(table)?.tally.rows ?? 0) > 0;
}

export function tablesWith({ counted }: Counter, judged: readonly string[], has: (tally: Tally) => boolean): readonly CountedTable[] {
  return judged.flatMap((table) => {
    const found = counted.get(table);
    return found !== undefined && has(found.tally) ? [found] : [];
  });
}

interface Part extends Window {
  readonly rules: Rules;
}

/** By the rules of the newest date: what changed before is said with the key. */
function declaredIn(parts: readonly Part[], table: string): Pick<CountedTable, "declared"> {
  const last = parts.at(-1);
  if (last === undefined) throw new Error("A window has a part.");
  return { declared: tableRules(last.rules, table) };
}

/** The window, parted where another key begins to hold. */
function partsOf(pipeline: Pipeline, table: string, { from, to }: Window, asOf: Date): readonly Part[] {
  const changes = (pipeline.file.tables[table]?.key.dated ?? []).flatMap(({ since }) =>
    since !== undefined && since > from && since <= to ? [since] : [],
  );
  const starts: readonly CalendarDate[] = [from, ...changes];
  const parts = starts.map((start, index): Part => {
    const next = starts[index + 1];
    return { from: start, to: next === undefined ? to : addDays(next, -1), rules: pipeline.rulesOn(start, asOf) };
  });
  const keys = new Set(parts.map(({ rules }) => onceKey(tableRules(rules, table)).join()));
  const [last] = parts.slice(-1);
  return keys.size === 1 && last !== undefined ? [{ ...last, from }] : parts;
}
