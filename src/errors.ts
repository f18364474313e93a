import { closest, distance } from "fastest-levenshtein";

/** Why nobody could look. Closed: a new kind must be given words and a test wherever this union is switched over. */
export const refusals = [
  "denied",
  "unauthenticated",
  "not_enabled",
  "no_such_place",
  "wrong_location",
  "throttled",
  "deadline",
  "unavailable",
  "malformed",
  "partial",
  "conflict",
  "over_budget",
  "not_supplied",
] as const;

export type Refusal = (typeof refusals)[number];

/** The caller can put it right: bad input, an unknown name, a file that does not parse. Exit code 64. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** Nobody could look. Adapters throw it, gathering turns it into `Unseen`; it never means "nothing there". */
export class BackendError extends Error {
  override readonly name = "BackendError";
  readonly refusal: Refusal;
  /** What to do about it, as one imperative sentence. */
  readonly next: string;

  constructor(refusal: Refusal, reason: string, next: string, options?: ErrorOptions) {
    super(reason, options);
    this.refusal = refusal;
    this.next = next;
  }
}

/** The caller went away. Not an answer about the pipeline: no report is made of it. */
export class CancelledError extends Error {
  override readonly name = "CancelledError";

  constructor() {
    super("Cancelled by the caller.");
  }
}

/** The known name nearest to a mistyped one; undefined if nothing is near enough to be worth suggesting. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const folded = new Map(known.map((candidate) => [candidate.toLowerCase(), candidate]));
  const found = closest(name.toLowerCase(), [...folded.keys()]);
  const allowed = Math.max(2, Math.floor(Math.max(name.length, found.length) * 0.4));
  return distance(name.toLowerCase(), found) <= allowed ? folded.get(found) : undefined;
}

/** Of a longer list the end is not read, or is cut away by who shows it. */
const longList = 300;

/** For a name that is not known: the value, what is allowed, and the nearest known; before a long list that comes first. */
export function unknownName(what: string, value: string, known: readonly string[]): string {
  const near = nearest(value, known);
  const [said, hint] = [`No ${what} "${short(value)}"`, near === undefined ? "" : ` Did you mean "${near}"?`];
  if (known.length === 0) return `${said}; none are known.`;
  const names = known.join(", ");
  return near !== undefined && names.length > longList ? `${said}.${hint} Known: ${names}.` : `${said}; known: ${names}.${hint}`;
}

/** Caller-supplied text for an error sentence: one line, at most 80 characters. */
export function short(value: string): string {
  const line = value.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/gu, " ");
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
