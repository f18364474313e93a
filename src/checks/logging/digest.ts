import type { LoggedLine, LogSeverity } from "../../evidence/looks/logs.ts";
import { isAtLeast, logSeverities } from "../../evidence/looks/logs.ts";
import type { Rules } from "../../pipeline/load.ts";
import { redact } from "../../redact.ts";
import { folded } from "./fold.ts";
import { grouped } from "./group.ts";
import { masked, varies } from "./mask.ts";

type KnownText = NonNullable<Rules["log_texts"]>[number];

/** Lines that are alike but for what varies in them. */
export interface LinePattern {
  readonly pattern: string;
  readonly severity: LogSeverity;
  readonly count: number;
  readonly first: Date;
  readonly last: Date;
  /** In order of name; empty where the platform names none. */
  readonly revisions: readonly string[];
  /** How many there were in the window that it is compared with; undefined if it is compared with none. */
  readonly before?: number;
  /** What the pipeline file knows of it. */
  readonly known?: Pick<KnownText, "means" | "kind">;
  /** The newest of them: the line that says what happened. */
  readonly example: string;
  /** Frames of the stack that were left out of it. */
  readonly frames: number;
}

export interface DigestOptions {
  readonly unit: string;
  readonly known: Rules["log_texts"];
  /** Lines of an earlier window to compare with; undefined: there is none to compare with. */
  readonly before?: readonly LoggedLine[] | undefined;
}

/** Longer lines are alike or not by their beginning. */
const mostSignature = 300;

interface Signed {
  /** What it says, without secrets. */
  readonly line: string;
  readonly signature: string;
  readonly frames: number;
  readonly known: KnownText | undefined;
  /** What is never put together with anything else: a harmless line must not hide one that is none. */
  readonly kind: string;
}

/** Lines put together by what they say, worst first. The same lines make the same digest in whatever order they come. */
export function digestOf(lines: readonly LoggedLine[], { unit, known, before }: DigestOptions): readonly LinePattern[] {
  const signed = signer(unit, known ?? []);
  const read = (line: LoggedLine): Member => ({ line, time: Date.parse(line.at), signed: signed(line) });
  const [now, then] = [lines.map(read), (before ?? []).map(read)];
  const byKind = Map.groupBy([...now, ...then], (each) => each.signed.kind);
  const patternOf = new Map<string, string>();
  for (const [kind, all] of byKind) {
    for (const { tokens, members } of grouped(all.map((each) => each.signed.signature))) {
      const pattern = joined(tokens);
      for (const member of members) patternOf.set(`${kind}\n${member}`, pattern);
    }
  }
  const keyOf = (each: { readonly signed: Signed }): string =>
    `${each.signed.kind}\n${patternOf.get(`${each.signed.kind}\n${each.signed.signature}`) ?? ""}`;
  const earlier = Map.groupBy(then, keyOf);
  return [...Map.groupBy(now, keyOf)]
    .map(([key, members]) => patternFrom(members, before === undefined ? undefined : (earlier.get(key)?.length ?? 0)))
    .toSorted(worstFirst);
}

/** Each different text is read once: of ten thousand lines most say the same. */
function signer(unit: string, known: readonly KnownText[]): (line: LoggedLine) => Signed {
  const read = new Map<string, Signed>();
  // Upper and lower case alike; the first one that holds decides.
  const texts = known.flatMap((each, index) =>
    each.unit === undefined || each.unit === unit ? [{ index, part: each.text.toLowerCase() }] : [],
  );
  return ({ text, severity }) => {
    const key = `${severity}\n${text}`;
    const found = read.get(key);
    if (found !== undefined) return found;
    const { line, frames } = folded(text);
    const plain = redact(line).replaceAll(/\s+/gu, " ").trim();
    const lower = text.toLowerCase();
    const held = texts.filter(({ part }) => lower.includes(part));
    // What may have lost rows is not made harmless by another text beside it, only by one that says more of the same.
    const grave = held.find(({ index, part }) => known[index]?.kind === "destructive" && held[0]?.part.includes(part) !== true);
    const index = (grave ?? held[0])?.index ?? -1;
    const made = {
      line: plain,
      signature: masked(plain.slice(0, mostSignature)),
      frames,
      known: known[index],
      kind: `${severity} ${index}`,
    };
    read.set(key, made);
    return made;
  };
}

/** What varies in a row varies as one. */
function joined(tokens: readonly string[]): string {
  return tokens.filter((token, index) => token !== varies || tokens[index - 1] !== varies).join(" ");
}

interface Member {
  readonly line: LoggedLine;
  readonly time: number;
  readonly signed: Signed;
}

function patternFrom(members: readonly Member[], before: number | undefined): LinePattern {
  const newest = members.reduce((a, b) => (a.time > b.time || (a.time === b.time && a.signed.line <= b.signed.line) ? a : b));
  const times = members.map(({ time }) => time);
  const { known, line: example, frames } = newest.signed;
  return {
    pattern: patternText(members),
    severity: newest.line.severity,
    count: members.length,
    first: new Date(times.reduce((a, b) => Math.min(a, b))),
    last: new Date(times.reduce((a, b) => Math.max(a, b))),
    revisions: [...new Set(members.flatMap(({ line }) => line.revision ?? []))].toSorted(),
    ...(before === undefined ? {} : { before }),
    ...(known === undefined ? {} : { known: { means: known.means, kind: known.kind } }),
    example,
    frames,
  };
}

/** Of these lines alone: what only the earlier window varies is no part of it. */
function patternText(members: readonly Member[]): string {
  const texts = [...new Set(members.map(({ signed }) => signed.signature))].map((text) => text.split(/\s+/u));
  const [first = []] = texts;
  return joined(first.map((token, index) => (texts.every((tokens) => tokens[index] === token) ? token : varies)));
}

/** How many lines patterns stand for. */
export function linesIn(patterns: readonly Pick<LinePattern, "count">[]): number {
  return patterns.reduce((all, { count }) => all + count, 0);
}

export function isSevere(severity: LogSeverity): boolean {
  return isAtLeast(severity, "ERROR");
}

export function isHarmless({ known }: Pick<LinePattern, "known">): boolean {
  return known?.kind === "harmless";
}

export function isNew({ before }: Pick<LinePattern, "before">): boolean {
  return before === 0;
}

/** ERROR and above first, of these what may have cost rows, then what is new, then what is frequent. */
function worstFirst(a: LinePattern, b: LinePattern): number {
  const rank = (each: LinePattern): readonly number[] => [
    isHarmless(each) ? 1 : 0,
    isSevere(each.severity) ? 0 : 1,
    each.known?.kind === "destructive" ? 0 : 1,
    isSevere(each.severity) && isNew(each) ? 0 : 1,
    isSevere(each.severity) ? 0 : -logSeverities.indexOf(each.severity),
    -each.count,
    -logSeverities.indexOf(each.severity),
    each.first.getTime(),
  ];
  const [one, other] = [rank(a), rank(b)];
  const differing = one.findIndex((value, index) => value !== other[index]);
  return differing < 0 ? (a.pattern < b.pattern ? -1 : 1) : (one[differing] ?? 0) - (other[differing] ?? 0);
}
