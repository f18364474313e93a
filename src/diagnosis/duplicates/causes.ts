import { listNames } from "../../checks/words.ts";
import { durationText } from "../../pipeline/dates.ts";
import type { CauseRule, Holds, Weighed } from "../cause.ts";
import { weigh } from "../cause.ts";
import type { Tally } from "./tally.ts";
import { nameIn } from "./lines.ts";
import { factorText, timesText } from "./tally.ts";

export interface Limits {
  /** How far the expected surplus of a join may be from the real one, as a part of it. */
  readonly tolerance: number;
  /** Part of the doubled keys that must be there equally often. */
  readonly uniform: number;
  readonly togetherMs: number;
  readonly apartMs: number;
}

export interface SourceFact {
  readonly table: string;
  readonly key: readonly string[];
  /** Undefined where nobody could count it. */
  readonly tally: Tally | undefined;
}

/** What is known of one table's surplus. */
export interface CauseFacts {
  readonly table: string;
  readonly tally: Tally;
  readonly limits: Limits;
  /** Tables that it is computed from. */
  readonly sources: readonly SourceFact[];
  /** Two runs of its processor that overlapped and stamped the copies, in words; unknown where the history wasn't read. */
  readonly runs: { readonly overlap: Holds; readonly said: string };
  /** Whether the ids under which a key stands name the same two teams in the other order. */
  readonly reordered: Holds;
  /** What logs and locks say of two writers, in words. */
  readonly signs: readonly { readonly holds: Holds; readonly said: string }[];
  /** When the copies were written, in words. */
  readonly when: string;
}

type Rule = CauseRule<CauseFacts>;
type Sign = Rule["requires"][number];

const both = (a: Holds, b: Holds): Holds => (a === "no" || b === "no" ? "no" : a === "yes" && b === "yes" ? "yes" : "unknown");
const holdsIf = (condition: boolean): Holds => (condition ? "yes" : "no");

const oneStamp: Sign = {
  says: ({ tally }) =>
    tally.stamping === "one"
      ? "copies of a key have the same stamp: one batch, not two runs"
      : `copies of a key have different stamps${tally.stamping === "mixed" ? ", of some keys" : ""}`,
  holds: ({ tally: { stamping } }) => (stamping === "unknown" ? "unknown" : holdsIf(stamping === "one")),
};

const severalStamps: Sign = {
  says: oneStamp.says,
  holds: ({ tally: { stamping } }) => (stamping === "unknown" ? "unknown" : holdsIf(stamping === "several")),
};

/** All surplus stands under a second id of the same game. */
const otherIds: Sign = {
  says: ({ tally }) => `${tally.across} of ${tally.surplus} surplus rows stand under another game id`,
  holds: ({ tally }) => holdsIf(tally.across > 0),
};

/** Whether the gaps between a key's stamps are of a kind, on the dates of nearly all doubled keys; a date that may be either is neither. */
function gapsAre({ tally, limits }: CauseFacts, sure: (gap: Gap) => boolean, excluded: (gap: Gap) => boolean): Holds {
  const days = tally.days.flatMap(({ gap, groups }) => (gap === undefined ? [] : [{ gap, groups }]));
  if (days.length === 0) return tally.stamping === "one" ? "no" : "unknown";
  const share = (of: (gap: Gap) => boolean): number =>
    days.reduce((sum, { gap, groups }) => sum + (of(gap) ? groups : 0), 0) / days.reduce((sum, { groups }) => sum + groups, 0);
  if (share(sure) >= limits.uniform) return "yes";
  return share(excluded) === 1 ? "no" : "unknown";
}

type Gap = NonNullable<Tally["days"][number]["gap"]>;

/** Between five minutes and an hour, say, it may be either: a run may have been slow. */
function together(facts: CauseFacts): Holds {
  return gapsAre(facts, isTogether(facts), isApart(facts));
}

function apart(facts: CauseFacts): Holds {
  return gapsAre(facts, isApart(facts), isTogether(facts));
}

function isTogether({ limits }: CauseFacts): (gap: Gap) => boolean {
  return ({ mostMs }) => mostMs <= limits.togetherMs;
}

function isApart({ limits }: CauseFacts): (gap: Gap) => boolean {
  return ({ leastMs }) => leastMs >= limits.apartMs;
}

function gapText({ tally }: CauseFacts): string {
  return durationText(tally.days.reduce((most, { gap }) => Math.max(most, gap?.mostMs ?? 0), 0));
}

type Doubled = SourceFact & { readonly tally: Tally };

function doubledSources({ sources }: CauseFacts): readonly Doubled[] {
  return sources.flatMap(({ tally, ...source }) => (tally !== undefined && tally.surplus > 0 ? [{ ...source, tally }] : []));
}

/**
 * How far the rows that joining the source to itself makes (or joining it to another table, `power` 1) are from those there are, date
 * by date, as a part of the surplus. Of dates that the source doesn't hold nothing follows; most of the surplus must stand on the others.
 */
function deviation({ tally }: CauseFacts, source: Tally, power: 1 | 2): number {
  const factors = new Map(source.days.map(({ date, rows, distinct }) => [date, distinct === 0 ? 1 : rows / distinct]));
  const common = tally.days.filter(({ date }) => factors.has(date));
  const surplus = common.reduce((sum, day) => sum + day.surplus, 0);
  const expected = common.reduce((sum, { date, distinct }) => sum + distinct * ((factors.get(date) ?? 1) ** power - 1), 0);
  return 2 * surplus > tally.surplus ? Math.abs(expected - surplus) / surplus : Number.POSITIVE_INFINITY;
}

/** The doubled source whose factor, or its square, comes nearest to the table's own, if near enough. */
function likelySource(facts: CauseFacts): (Doubled & { readonly power: 1 | 2 }) | undefined {
  const [nearest] = doubledSources(facts)
    .flatMap((source) => ([2, 1] as const).map((power) => ({ ...source, power, off: deviation(facts, source.tally, power) })))
    .toSorted((a, b) => a.off - b.off);
  return nearest !== undefined && nearest.off <= facts.limits.tolerance ? nearest : undefined;
}

function fanOutText(facts: CauseFacts): string {
  const source = likelySource(facts);
  const own = factorText(facts.tally);
  if (source === undefined) return "a join of doubled rows made the copies";
  const factor = factorText(source.tally);
  const { rows, distinct } = source.tally;
  const squared =
    source.power === 2 ? `joined to itself that gives ${factor}² = ${timesText((rows / distinct) ** 2)}` : "a join hands that on";
  return `${nameIn(source.table)} is doubled itself (${rows} rows over ${distinct} keys, factor ${factor}); ${squared}, about the ${own} there; until a run takes one row per (${source.key.join(", ")}) it makes them again`;
}

const fanOut: Rule = {
  id: "join_fan_out",
  says: fanOutText,
  requires: [
    oneStamp,
    {
      // A source that is clean now may have been cleaned since: that rules nothing out.
      holds: (facts) => (doubledSources(facts).length > 0 ? "yes" : "unknown"),
      says: (facts) =>
        `${listNames(doubledSources(facts).map(({ table, tally }) => `${nameIn(table)} holds ${tally.surplus} surplus rows`))} itself`,
    },
    {
      holds: (facts) =>
        doubledSources(facts).length === 0
          ? "unknown"
          : likelySource(facts) !== undefined
            ? "yes"
            : facts.sources.some(({ tally }) => tally === undefined)
              ? "unknown"
              : "no",
      says: (facts) =>
        likelySource(facts) === undefined
          ? `no join of ${listNames(doubledSources(facts).map(({ table }) => nameIn(table)))} gives factor ${factorText(facts.tally)}`
          : "its factor explains the surplus, date by date",
    },
  ],
  forbids: [otherIds, { holds: ({ runs }) => (runs.overlap === "yes" ? "yes" : "no"), says: ({ runs }) => runs.said }],
  settle: ({ sources }) =>
    sources.length === 0
      ? "name the tables it is computed from with read_by in the pipeline file"
      : `whether ${listNames(sources.map(({ table }) => table))} held its rows twice when the batch read it: count the whole tables with whole: true`,
};

const repeatedLoad: Rule = {
  id: "repeated_load",
  says: ({ tally, when }) =>
    `loaded ${tally.usual?.copies === 2 || tally.usual === undefined ? "twice" : `${tally.usual.copies} times`}${when === "" ? "" : `; the copies came ${when}`}`,
  requires: [
    severalStamps,
    {
      // Part of a load may have come again: less than all of it excludes nothing.
      holds: ({ tally, limits }) => (tally.usual !== undefined && tally.usual.share >= limits.uniform ? "yes" : "unknown"),
      says: ({ tally }) =>
        `${Math.floor((tally.usual?.share ?? 0) * 100)} % of the keys of these dates are there ${tally.usual?.copies ?? 0} times`,
    },
    {
      holds: apart,
      says: (facts) =>
        apart(facts) === "yes" ? `copies were written up to ${gapText(facts)} apart` : `at most ${gapText(facts)} lie between copies`,
    },
  ],
  forbids: [otherIds, { holds: ({ runs }) => (runs.overlap === "yes" ? "yes" : "no"), says: ({ runs }) => runs.said }],
  settle: ({ table }) => `which runs wrote ${table} at the times of its stamps: the run history, and the log of its loader`,
};

const concurrentRuns: Rule = {
  id: "concurrent_runs",
  says: (facts) =>
    `two runs wrote it at once${together(facts) === "yes" ? `, ${gapText(facts)} apart` : ""}${facts.runs.overlap === "yes" ? `: ${facts.runs.said}` : ""}`,
  requires: [
    severalStamps,
    {
      holds: together,
      says: (facts) =>
        together(facts) === "yes" ? `copies are stamped ${gapText(facts)} apart` : `stamps of copies lie up to ${gapText(facts)} apart`,
    },
    { holds: ({ runs }) => runs.overlap, says: ({ runs }) => runs.said },
  ],
  forbids: [otherIds],
  supports: [0, 1, 2, 3].map((index) => ({
    holds: ({ signs }: CauseFacts): Holds => signs[index]?.holds ?? "unknown",
    says: ({ signs }: CauseFacts): string => signs[index]?.said ?? "",
  })),
  settle: ({ table }) => `two runs of the processor of ${table} that overlap at these times, in the run history or its log`,
};

const idOrder: Rule = {
  id: "id_order",
  says: () => "one game went in under two ids, its teams in the other order",
  requires: [
    { holds: ({ tally }) => holdsIf(tally.surplus > 0 && tally.across === tally.surplus), says: otherIds.says },
    {
      holds: ({ reordered }) => reordered,
      says: ({ reordered }) => `the two ids ${reordered === "yes" ? "" : "do not "}name the same teams in the other order`,
    },
  ],
  // The same batch of a doubled source would leave the ids alike.
  forbids: [
    {
      holds: (facts) => both(oneStamp.holds(facts), holdsIf(likelySource(facts) !== undefined)),
      says: () => "a doubled source explains it",
    },
  ],
  settle: () => "the game ids of the copies: AWAY_HOME beside HOME_AWAY",
};

const rules: readonly Rule[] = [fanOut, repeatedLoad, concurrentRuns, idOrder];

/** Weighs the causes of each table's surplus; what came to the same of several tables is one. */
export function causesOf(all: readonly CauseFacts[]): readonly Weighed[] {
  const weighed = all.flatMap((facts) => weigh(facts, rules).map((cause) => ({ table: facts.table, cause })));
  const merged = [...Map.groupBy(weighed, ({ cause: { id, standing } }) => `${standing} ${id}`).values()].flatMap(mergedOf);
  const order = ["established", "open", "ruled_out"];
  // Where it was established of one table and excluded of another, the first is what matters.
  return merged
    .filter(({ id, standing }) => standing !== "ruled_out" || !merged.some((other) => other.id === id && other.standing !== standing))
    .toSorted((a, b) => order.indexOf(a.standing) - order.indexOf(b.standing) || b.for.length - a.for.length);
}

/** Most tables of which one cause is told, each in its own words, and most signs of it. */
const mostTold = 2;
const mostSigns = 4;

function mergedOf(same: readonly { readonly table: string; readonly cause: Weighed }[]): readonly Weighed[] {
  const [first] = same;
  if (first === undefined) return [];
  const bySaid = Map.groupBy(same, ({ cause }) => cause.said);
  const told = [...bySaid].map(([text, of]) => `${listNames(of.map(({ table }) => nameIn(table)))}: ${text}`);
  const more = told.length > mostTold ? [`and ${told.length - mostTold} more tables`] : [];
  const said = [...told.slice(0, mostTold), ...more].join("; ");
  const all = (of: (cause: Weighed) => readonly string[]): string[] =>
    [...new Set(same.flatMap(({ cause }) => of(cause)))].slice(0, mostSigns);
  return [{ ...first.cause, said, for: all((cause) => cause.for), against: all((cause) => cause.against) }];
}
