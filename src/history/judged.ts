import { z } from "zod";
import { verdicts } from "../checks/finding.ts";
import type { Judgement } from "../checks/runner.ts";

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
});

export type Judged = z.output<typeof judgedSchema>;

export function judgedIn({ checks }: Judgement): Judged {
  return {
    checks: Object.fromEntries(checks.map(({ check, verdict: overall }) => [check.id, overall])),
    findings: checks.flatMap(({ check, subjects }) =>
      subjects.flatMap(({ subject, findings }) =>
        findings.map(({ reason, verdict: own }) => ({ id: `${check.id}/${subject}`, reason, verdict: own })),
      ),
    ),
  };
}
