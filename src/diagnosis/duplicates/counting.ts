import type { Gather, Unseen } from "../../evidence/evidence.ts";
import type { Window } from "../../evidence/looks/duplicates.ts";
import { copyCounts, onceKey } from "../../evidence/looks/duplicates.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays } from "../../pipeline/dates.ts";
import type { Pipeline, Rules } from "../../pipeline/load.ts";
import { tableRules } from "../../pipeline/load.ts";
import type { CountedTable } from "./lines.ts";
import { tallyOf } from "./tally.ts";

/** A table that nobody could count. */
export interface LostTable {
  readonly table: string;
  readonly look: Unseen;
}

export interface Counter {
  /** Counts each table at most once. */
  readonly count: (tables: readonly string[]) => Promise<void>;
  readonly counted: ReadonlyMap<string, CountedTable>;
  readonly lost: ReadonlyMap<string, LostTable>;
}

interface Counting {
  readonly pipeline: Pipeline;
  readonly asOf: Date;
  readonly gather: Gather;
  readonly window: Window;
}

export function counter({ pipeline, asOf, gather, window }: Counting): Counter {
  const counted = new Map<string, CountedTable>();
  const lost = new Map<string, LostTable>();
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
          if (unseen !== undefined && !unseen.seen) lost.set(table, { table, look: unseen });
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
