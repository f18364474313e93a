import type { Gather } from "../evidence/evidence.ts";
import type { CalendarDate } from "../pipeline/dates.ts";
import type { Pipeline } from "../pipeline/load.ts";
import { askedOnce, refusedAnswer } from "./asking.ts";
import type { Difference } from "./difference.ts";
import { jobComparison } from "./differences/jobs.ts";
import { tableComparisons } from "./differences/tables.ts";
import { topicComparison } from "./differences/topics.ts";
import { unitComparison } from "./differences/units.ts";
import type { Answered } from "./question.ts";

export interface Compared {
  readonly differences: readonly Difference[];
  /** What could not be compared, since nobody could look. */
  readonly unseen: readonly Answered[];
}

/** Where the pipeline file and the project don't agree: what is declared and not there, and what is there otherwise. */
export async function compare(pipeline: Pipeline, date: CalendarDate, asOf: Date, gather: Gather): Promise<Compared> {
  const rules = pipeline.rulesOn(date, asOf);
  const parts = [...tableComparisons(rules), unitComparison(rules), jobComparison(rules), topicComparison(rules)];
  const compared = await Promise.all(parts.map((part) => askedOnce(part, gather)));
  const named = Object.entries(rules.buckets ?? {}).flatMap(([part, { name, holds }]): Difference[] =>
    name === undefined
      ? [{ about: `bucket ${part}`, said: `the file gives no name for the bucket that holds ${holds}: buckets.${part}.name` }]
      : [],
  );
  return {
    differences: [...compared.flatMap((evidence) => (evidence.seen ? evidence.facts : [])), ...named],
    unseen: compared.flatMap((evidence) => (evidence.seen ? [] : [refusedAnswer(evidence)])),
  };
}
