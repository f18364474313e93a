import type { Group, Scope, Words } from "../check.ts";
import { severityOf } from "../finding.ts";
import { at, listNames } from "../words.ts";
import type { Fault } from "./job.ts";

/** Of several jobs with one trouble: which and when, those that the night rests on first. */
export function sayJobs({ reason, findings, of, sums }: Group, scope: Scope): Words | undefined {
  const several = isFault(reason) ? together[reason] : undefined;
  if (findings.length < 2 || several === undefined) return undefined;
  const worstFirst = findings.toSorted((a, b) => rank(a.finding) - rank(b.finding));
  const each = worstFirst.map(({ subject, finding }) => {
    const attempt = finding.figures?.["attempt"];
    return attempt === undefined ? subject : `${subject} (${at(new Date(attempt), scope)})`;
  });
  const failing = worstFirst.filter(({ finding }) => severityOf(finding) === "P1").map(({ subject }) => subject);
  const broken = failing.length === 0 ? "" : `; of ${listNames(failing)} the output is missing or wrong`;
  // One subject stands for all jobs that the pipeline file doesn't name; who was judged counts itself.
  const jobs = sums?.["jobs"] ?? of;
  const none =
    reason === "missing" && findings.length === jobs ? "; where none of them is there, the region or the project is the first suspect" : "";
  return { observed: `${findings.length} of ${jobs} jobs ${several.said}: ${listNames(each)}${broken}${none}`, next: several.next };
}

function rank(finding: Parameters<typeof severityOf>[0]): number {
  return Number(severityOf(finding)?.slice(1) ?? 9);
}

function isFault(reason: string): reason is Fault["reason"] {
  return Object.hasOwn(together, reason);
}

/** What is said of several at once, of each of which the status is that of its last attempt. */
const together: Readonly<Record<Fault["reason"], { said: string; next: string }>> = {
  auth: {
    said: "were not allowed to call their targets at their last attempts",
    next: "Give each call an identity token, and its account the right to invoke what it calls.",
  },
  internal: {
    said: "ended in an internal error at their last attempts, as a call of a wrong address does too",
    next: "See that each calls the address of what runs now, with an identity token; then read the errors of what it calls.",
  },
  deadline: {
    said: "were given up after their deadlines at their last attempts, while the work may have gone on",
    next: "Look at their outputs before running any again; raise each deadline above what the work takes.",
  },
  target: { said: "did not find their targets at their last attempts", next: "Correct the addresses, or deploy what should answer there." },
  request: { said: "were refused as bad requests at their last attempts", next: "Compare what each sends with what its target takes." },
  failed: { said: "failed at their last attempts", next: "Read what their targets logged at those times; then run them by hand." },
  never_ran: {
    said: "are enabled and have never run",
    next: "Run them by hand and see what they answer: an identity token, or the right to invoke, may be lacking.",
  },
  not_fired: {
    said: "are enabled and did not fire at their last times",
    next: "See whether they were paused until now or their times were changed; else run them by hand.",
  },
  disabled: {
    said: "were disabled by the scheduler itself",
    next: "Read the scheduler's log of them, put that right and enable them again.",
  },
  paused: {
    said: "are paused, and the pipeline file gives no reason",
    next: "Resume them; or, where it is meant, say why in the pipeline file (schedule, `paused`).",
  },
  missing: {
    said: "are not there",
    next: "Look for them under other names or in another region first; then make them again, or take them out of the pipeline file.",
  },
};
