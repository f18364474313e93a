import type { Finding } from "../checks/finding.ts";
import type { Weighed } from "./cause.ts";
import type { Proposal } from "./proposal.ts";

/** One thing that a diagnosing tool says. */
export interface Line {
  /** `<topic>/<subject>`; the topic alone where several subjects share it. */
  readonly id: string;
  readonly subjects?: readonly string[];
  readonly finding: Finding;
  /** Ids of the looks it rests on. */
  readonly evidence: readonly string[];
}

/** Something that happened, or should have, at a known time. */
export interface Happening {
  readonly at: Date;
  readonly said: string;
  /** The look that tells it. */
  readonly from: string;
}

/** A call that exists and helps. */
export interface NextCall {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A figure or name in the list that a tool gives: a date, a table, a unit, a lock. */
export type ListRow = Readonly<Record<string, string | number>>;

/** Lines of a log that are alike but for what varies in them. */
export interface Pattern {
  readonly pattern: string;
  readonly severity: string;
  readonly count: number;
  readonly first: Date;
  readonly last: Date;
  readonly revisions?: readonly string[];
  /** Absent on the last good day. */
  readonly isNew?: boolean;
  /** What the pipeline file knows of it. */
  readonly means?: string;
  readonly example?: string;
}

export interface Entry {
  readonly at: Date;
  readonly severity: string;
  readonly revision?: string;
  readonly text: string;
}

/** What a diagnosing tool came to. Pure data: the report is made of it, and the verdict follows from its lines. */
export interface Inquiry {
  /** At least one. */
  readonly lines: readonly Line[];
  readonly numbers: Readonly<Record<string, string>>;
  /** What was asked about, as parts of the report's `asked`. */
  readonly asked: Readonly<Record<string, string>>;
  /** The first words of the summary where the worst finding alone would not tell what this is about. */
  readonly headline?: string;
  /** Weighed causes; undefined where none was looked for. */
  readonly causes?: readonly Weighed[];
  /** In any order. */
  readonly timeline?: readonly Happening[];
  readonly proposals?: readonly Proposal[];
  readonly rows?: readonly ListRow[];
  readonly patterns?: readonly Pattern[];
  readonly entries?: readonly Entry[];
  /** Where to go on reading. */
  readonly cursor?: string;
  /** A text in Markdown for whoever writes the incident down; only in detailed answers. */
  readonly text?: string;
  readonly askAgain?: Date;
  readonly next?: readonly NextCall[];
}
