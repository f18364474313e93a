import { z } from "zod";
import { verdicts } from "../checks/finding.ts";
import type { JudgedCheck, Judgement } from "../checks/runner.ts";
import { totalsOf } from "../checks/totals.ts";

const verdict = z.enum(verdicts);

const findingSchema = z.object({
  /** `<check>/<subject>`, never collapsed. */
  id: z.string(),
  reason: z.string(),
  verdict,
});

/** What was judged, before anything of it was collapsed or cut for a report. */
export const judgedSchema = z.object({
  checks: z.record(z.string(), verdict),
  /** Every finding of every subject, passes too: what is gone must have been looked at. */
  findings: z.array(findingSchema),
  /** Sums of the figures that judges attached, per check: absent in reports of earlier versions. */
  figures: z.record(z.string(), z.record(z.string(), z.number())).default({}),
});

export type Judged = z.output<typeof judgedSchema>;

/** All that was judged: of the first night under its plain ids, of another under ids that begin with its date. */
export function judgedIn(nights: readonly Judgement[]): Judged {
  // What is accepted is not gone: history compares what was found.
  const all = nights.flatMap(({ found, scope, ...night }, index) => {
    const { checks } = found ?? night;
    const prefix = index === 0 ? "" : `${scope.date} `;
    return checks.map((judged) => ({ judged, name: `${prefix}${judged.check.id}` }));
  });
  return {
    checks: Object.fromEntries(all.map(({ judged, name }) => [name, judged.verdict])),
    figures: Object.fromEntries(all.flatMap(({ judged, name }) => figuresOf(name, judged))),
    findings: all.flatMap(({ judged: { subjects }, name }) =>
      subjects.flatMap(({ subject, findings }) =>
        findings.map(({ reason, verdict: own }) => ({ id: `${name}/${subject}`, reason, verdict: own })),
      ),
    ),
  };
}

function figuresOf(name: string, judged: JudgedCheck): [string, Record<string, number>][] {
  const { sums, unknown } = totalsOf(judged);
  const all = { ...sums, ...(unknown === 0 ? {} : { unknown }) };
  return Object.keys(all).length === 0 ? [] : [[name, all]];
}
