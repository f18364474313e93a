import type { Totals } from "./check.ts";
import type { JudgedCheck } from "./runner.ts";

/** What judges counted on the way, summed over the check's subjects. */
export function totalsOf({ subjects }: JudgedCheck): Totals {
  const sums: Record<string, number> = {};
  for (const finding of subjects.flatMap((subject) => subject.findings)) {
    for (const [name, amount] of Object.entries(finding.figures ?? {})) sums[name] = (sums[name] ?? 0) + amount;
  }
  return { sums, subjects: subjects.length, unknown: subjects.filter(({ verdict }) => verdict === "unknown").length };
}
