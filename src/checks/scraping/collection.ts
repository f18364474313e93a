import type { Rules } from "../../pipeline/load.ts";
import { stageRules } from "../../pipeline/load.ts";
import type { Scope } from "../check.ts";

export type Collecting = Rules["scraping"]["collections"][string];

/** One collection on this date: in force, or why not. */
export interface CollectionSubject {
  readonly id: string;
  readonly collection?: Collecting;
  /** Retired by the operator, or not begun yet, as a sentence. */
  readonly outOfForce?: string;
}

/**
 * Every collection of the pipeline file that this half of the night is asked about: before the games those that
 * predictions eat, afterwards all. One that is retired on this date is said to be, not left out.
 */
export function collectionsOf({ rules, file, date, half }: Scope): readonly CollectionSubject[] {
  return Object.entries(file.scraping.collections)
    .filter(([, { owed_by: stage }]) => half === "post_game" || stageRules(rules, stage).due.day === 0)
    .map(([id, { since, until }]): CollectionSubject => {
      const collection = rules.scraping.collections[id];
      if (collection !== undefined) return { id, collection };
      if (until !== undefined && until <= date) return { id, outOfForce: `retired since ${until}: no rows from then on are right` };
      return { id, outOfForce: `collected only since ${since ?? "another date"}` };
    });
}

/** The source of box scores that the collection fills, if it is one: then it matters which games it covers. */
export function boxSource({ table }: Collecting, rules: Rules): Rules["box_scores"]["sources"][number] | undefined {
  return rules.box_scores.sources.find((source) => source.table === table);
}
