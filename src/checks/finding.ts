/** P0 (worst) to P5 (known or expected). The verdict follows from it: P0-P2 fail, P3-P4 warn, P5 is a note on a pass. */
export type Severity = "P0" | "P1" | "P2" | "P3" | "P4" | "P5";
export const verdicts = ["fail", "unknown", "warn", "not_due", "pass", "not_applicable"] as const;
export type Verdict = (typeof verdicts)[number];

/** Counts a judge made on the way, summed over subjects for the report's `numbers`. */
export type Figures = Readonly<Record<string, number>>;

/** What the miss breaks: who reads the output next, and when (or that it has read already). */
export interface BreaksFact {
  readonly what: string;
  readonly at: Date;
}

interface Said {
  /** Closed per check; findings of one check and reason are reported as one line. */
  readonly reason: string;
  readonly observed: string;
  readonly figures?: Figures;
  /** What it is about, where only the facts tell which subjects there are (systems, say); the unit's own subject if absent. */
  readonly subject?: string;
}

interface Problem extends Said {
  readonly expected: string;
  /** What to do now, in words. */
  readonly next: string;
  readonly breaks?: BreaksFact;
  /** While it is still in its grace: when that ends and the severity rises. */
  readonly graceUntil?: Date;
  /** Rests on two stores disagreeing: to be said only after a second look. */
  readonly confirm?: true;
}

/** A fail without observation and next step, or an unknown without reason, can't be built. */
export type Finding =
  | (Said & { readonly verdict: "pass" })
  | (Said & { readonly verdict: "pass"; readonly severity: "P5" })
  | (Problem & { readonly verdict: "warn"; readonly severity: "P3" | "P4" })
  | (Problem & { readonly verdict: "fail"; readonly severity: "P0" | "P1" | "P2" })
  | (Said & { readonly verdict: "unknown"; readonly next: string })
  | (Said & {
      readonly verdict: "not_due";
      readonly from?: Date;
      readonly waitsFor?: string;
      /** Its stage's time has come; only the judgement is put off. A core check put off is no part of a pass. */
      readonly putOff?: true;
    })
  | (Said & { readonly verdict: "not_applicable" });

export function pass(observed: string, figures: Figures = {}): Finding {
  return { verdict: "pass", reason: "ok", observed, figures };
}

/** Worth knowing, nothing to do. */
export function note(reason: string, observed: string, figures: Figures = {}): Finding {
  return { verdict: "pass", severity: "P5", reason, observed, figures };
}

export function problem(severity: Exclude<Severity, "P5">, said: Problem): Finding {
  switch (severity) {
    case "P0":
    case "P1":
    case "P2":
      return { ...said, verdict: "fail", severity };
    case "P3":
    case "P4":
      return { ...said, verdict: "warn", severity };
  }
}

export function unknown(reason: string, observed: string, next: string, figures: Figures = {}): Finding {
  return { verdict: "unknown", reason, observed, next, figures };
}

export function notDue(observed: string, from: Date, figures: Figures = {}): Finding {
  return { verdict: "not_due", reason: "not_due", observed, from, figures };
}

/** Due, but not to be judged before that moment: something is being written, or the next phase still has its time. */
export function putOff(observed: string, until: Date, figures: Figures = {}): Finding {
  return { verdict: "not_due", reason: "put_off", observed, from: until, figures, putOff: true };
}

/** The earliest stage still missing carries the finding; this one waits for it. */
export function waitsFor(check: string, figures: Figures = {}): Finding {
  return { verdict: "not_due", reason: "waits", observed: `waits for ${check}`, waitsFor: check, figures, putOff: true };
}

export function notApplicable(reason: string, observed: string, figures: Figures = {}): Finding {
  return { verdict: "not_applicable", reason, observed, figures };
}

/** The same finding, said of a subject that the facts have named. */
export function saidOf(subject: string, finding: Finding): Finding {
  return { ...finding, subject };
}

export function severityOf(finding: Finding): Severity | undefined {
  return "severity" in finding ? finding.severity : undefined;
}

/** The verdict of several findings or subjects: any fail, else unknown, warn, not_due, pass, not_applicable. */
export function worst(all: readonly Verdict[]): Verdict {
  return verdicts.find((verdict) => all.includes(verdict)) ?? "unknown";
}
