import type { Finding } from "../checks/finding.ts";
import { note } from "../checks/finding.ts";
import type { Unseen } from "../evidence/evidence.ts";
import type { Line } from "./inquiry.ts";

/** A line about these subjects: one stands in its id, several beside it. */
export function lineAbout(topic: string, subjects: readonly string[], finding: Finding, evidence: readonly string[]): Line {
  const [only, another] = subjects;
  if (only !== undefined && another === undefined) return { id: `${topic}/${only}`, finding, evidence };
  return { id: topic, subjects, finding, evidence };
}

/** That less is said for want of a look that was only wanted. */
export function withoutLine(id: string, look: Unseen): Line {
  return { id, finding: note("judged_without", `judged without ${look.id}: ${look.reason}`), evidence: [look.id] };
}
