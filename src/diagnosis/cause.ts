/** Whether something holds, as far as the facts tell; what nobody could look at is unknown. */
export type Holds = "yes" | "no" | "unknown";

/** One sign for or against a cause. */
export interface Clue<F> {
  /** What was found, as part of a sentence; asked only where the sign holds (or, of a required one, where it doesn't). */
  readonly says: (facts: F) => string;
  readonly holds: (facts: F) => Holds;
}

/**
 * A cause as data: what must be there, what rules it out, what speaks for it. It is established only where every required
 * sign was seen and none that forbids it could be: a plausible cause has been wrong before.
 */
export interface CauseRule<F> {
  /** Public and closed, in snake case. */
  readonly id: string;
  /** The cause in words, with what was observed. */
  readonly says: (facts: F) => string;
  readonly requires: readonly Clue<F>[];
  readonly forbids?: readonly Clue<F>[];
  readonly supports?: readonly Clue<F>[];
  /** The fact that would settle it, and where to look. */
  readonly settle: (facts: F) => string;
}

export interface Weighed {
  readonly id: string;
  readonly standing: "established" | "open" | "ruled_out";
  readonly said: string;
  /** Signs that were seen. */
  readonly for: readonly string[];
  /** What rules it out, or speaks against it. */
  readonly against: readonly string[];
  /** Only of an open one. */
  readonly settle?: string;
}

/** Weighs every cause on its own: established first, then the open ones with most signs, then what is ruled out. */
export function weigh<F>(facts: F, rules: readonly CauseRule<F>[]): readonly Weighed[] {
  const order = ["established", "open", "ruled_out"];
  return rules
    .map((rule) => weighed(facts, rule))
    .toSorted((a, b) => order.indexOf(a.standing) - order.indexOf(b.standing) || b.for.length - a.for.length);
}

function weighed<F>(facts: F, { id, says, requires, forbids = [], supports = [], settle }: CauseRule<F>): Weighed {
  const said = (clues: readonly Clue<F>[], wanted: Holds): string[] =>
    clues.filter((clue) => clue.holds(facts) === wanted).map((clue) => clue.says(facts));
  const missing = said(requires, "no");
  const forbidding = said(forbids, "yes");
  const isSure = requires.every((clue) => clue.holds(facts) === "yes") && forbids.every((clue) => clue.holds(facts) === "no");
  const standing = missing.length + forbidding.length > 0 ? "ruled_out" : isSure ? "established" : "open";
  return {
    id,
    standing,
    said: says(facts),
    for: [...said(requires, "yes"), ...said(supports, "yes")],
    against: [...missing, ...forbidding, ...(standing === "ruled_out" ? [] : said(supports, "no"))],
    ...(standing === "open" ? { settle: settle(facts) } : {}),
  };
}
