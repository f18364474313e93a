import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { CalendarDate } from "../../pipeline/dates.ts";
import { addDays, midnight } from "../../pipeline/dates.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Call } from "../../ports/call.ts";
import type { DocumentSnapshot, Documents, FieldValue } from "../../ports/documents.ts";
import type { LogEntry, LogPage } from "../../ports/logs.ts";
import type { Look } from "../evidence.ts";
import { collectionByHand, documentByHand, logsByHand } from "./by-hand.ts";
import { instant, nothingThere, textIn } from "./documents.ts";

export type LockRules = NonNullable<Rules["locks"]>[string];

const lockDocument = z.object({
  id: z.string(),
  /** ISO 8601, UTC: pins the state that was read. */
  updateTime: z.string(),
  /** Null where there is none. */
  owner: z.string().nullable(),
  /** ISO 8601, UTC; null if it is missing or names no time. */
  acquiredAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
  status: z.string().nullable(),
  /** All fields as they are stored. */
  fields: z.record(z.string(), z.json()),
});

const lockFacts = z.object({
  documents: z.array(lockDocument),
  /** Whether the collection holds more than were read. */
  more: z.boolean(),
});

export type LockDocument = z.output<typeof lockDocument>;
export type LockFacts = z.output<typeof lockFacts>;

/** Locks are deleted when they are given back: where more are left over than this, the ids that the pipeline file knows are read. */
const mostDocuments = 100;

/**
 * Every lock of a kind that is there. None is the usual answer, and one that a misspelt collection gives as well; so the
 * tracker's own collection must hold something, and the judge asks for what the lock's users logged.
 */
export function lockDocuments(
  { locks = {}, completion }: Pick<Rules, "locks" | "completion">,
  kind: string,
  { ids, after = [] }: { readonly ids: readonly string[]; readonly after?: readonly string[] },
): Look<LockFacts> {
  const rules = locks[kind];
  if (rules === undefined) throw new Error(`The pipeline file declares no lock ${kind}.`);
  const { collection } = rules;
  return {
    id: `locks ${kind}`,
    port: "documents",
    asked: `locks in ${collection}`,
    byHand: collectionByHand(collection, mostDocuments),
    after,
    whenEmpty: {
      mayBeEmpty: true,
      witness: "a document of the tracker's collection in the same database, and what the lock's users logged",
    },
    async run({ documents }, call) {
      const listed = await documents.list({ collection, limit: mostDocuments + 1 }, call);
      if (listed.length === 0) await refuseSilence(documents, completion.collection, call, neitherThere(collection, completion.collection));
      const more = listed.length > mostDocuments;
      const wanted = more ? [...new Set([...ids, ...listed.slice(0, mostDocuments)])] : listed;
      const found = wanted.length === 0 ? [] : await documents.getMany({ collection, ids: wanted }, call);
      const there = found.flatMap((each) => (each === undefined ? [] : [readLock(each, rules)]));
      return { facts: { documents: there, more }, examined: there.length };
    },
    parse: (saved) => lockFacts.parse(saved),
  };
}

function neitherThere(collection: string, witness: string): BackendError {
  return new BackendError(
    "no_such_place",
    `neither ${collection} nor ${witness} holds a document, so that there is no lock proves nothing`,
    "Check the project, the database and the names of both collections in the pipeline file.",
  );
}

/** One lock alone; no document: nobody holds it. It is taken back after the run, so its absence now says little of then. */
export function lockNamed({ completion }: Pick<Rules, "completion">, rules: LockRules, id: string): Look<LockFacts> {
  const { collection } = rules;
  return {
    id: `${collection}/${id}`,
    port: "documents",
    asked: `document ${collection}/${id}`,
    byHand: documentByHand(collection, id),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "any document of the tracker's own collection" },
    async run({ documents }, call) {
      const found = await documents.get({ collection, id }, call);
      if (found === undefined)
        await refuseSilence(documents, completion.collection, call, nothingThere(completion.collection, `a lock in ${collection}`));
      return { facts: { documents: found === undefined ? [] : [readLock(found, rules)], more: false }, examined: 1 };
    },
    parse: (saved) => lockFacts.parse(saved),
  };
}

async function refuseSilence(documents: Documents, witness: string, call: Call, refusal: BackendError): Promise<void> {
  const others = await documents.list({ collection: witness, limit: 1 }, call);
  if (others.length === 0) throw refusal;
}

function readLock({ id, fields, updateTime }: DocumentSnapshot, { fields: named }: LockRules): LockDocument {
  return {
    id,
    updateTime,
    owner: nameIn(fields[named.owner]),
    acquiredAt: instant(fields[named.acquired_at]),
    expiresAt: named.expires_at === undefined ? null : instant(fields[named.expires_at]),
    status: named.status === undefined ? null : nameIn(fields[named.status]),
    fields: z.record(z.string(), z.json()).parse(fields),
  };
}

/** An empty text names nobody. */
function nameIn(value: FieldValue | undefined): string | null {
  const text = textIn(value);
  return text === "" ? null : text;
}

const holderFacts = z.object({
  /** One per class that has a heartbeat of its own; what old runs left behind under other ids is not read. */
  beats: z.array(z.object({ id: z.string(), run: z.string().nullable(), beat: z.string().nullable(), status: z.string().nullable() })),
});

export type HolderFacts = z.output<typeof holderFacts>;

/** The heartbeats of those who may hold a lock, by their class, in one read. */
export function holderBeats({ collection, fields }: NonNullable<Rules["heartbeats"]>, classes: readonly string[]): Look<HolderFacts> {
  return {
    id: "lock-holders",
    port: "documents",
    asked: `heartbeats of ${classes.length} processors in ${collection}`,
    byHand: documentByHand(collection, classes[0] ?? ""),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "none: that a processor has no heartbeat is never taken for its death" },
    async run({ documents }, call) {
      const found = await documents.getMany({ collection, ids: classes }, call);
      const there = found.flatMap((each) => (each === undefined ? [] : [each]));
      const beats = there.map(({ id, fields: stored }) => ({
        id,
        run: nameIn(stored[fields.run]),
        beat: instant(stored[fields.beat]),
        status: nameIn(stored[fields.status]),
      }));
      return { facts: { beats }, examined: beats.length };
    },
    parse: (saved) => holderFacts.parse(saved),
  };
}

const logFacts = z.object({
  /** Lines that may be about a lock, newest first. */
  lines: z.array(z.object({ at: z.string(), revision: z.string().nullable(), text: z.string() })),
  /** Whether older ones were not read. */
  more: z.boolean(),
  /** The newest line of any kind: without one, silence proves nothing. */
  any: z.string().nullable(),
});

export type LockLogFacts = z.output<typeof logFacts>;

/** More lines about locks than this in a few days come of a fault, and then the newest tell it. */
const mostLines = 1000;
/** Enough of a line for the names in it. */
const longestText = 240;

interface LockLog {
  readonly unit: string;
  readonly texts: readonly string[];
  readonly from: CalendarDate;
  readonly to: CalendarDate;
}

/** What a unit logged about locks, from the first date's midnight to the end of the day after the last. */
export function lockLog({ zone }: Pick<Rules, "zone">, { unit, texts, from, to }: LockLog): Look<LockLogFacts> {
  const window = { unit, since: midnight(from, zone).toISOString(), until: midnight(addDays(to, 2), zone).toISOString() };
  const asked = textsAsked(texts);
  return {
    id: `lock-lines ${unit} ${from === to ? from : `${from}/${to}`}`,
    port: "logs",
    asked: `what ${unit} logged about locks since ${window.since}`,
    byHand: logsByHand(unit, window.since, window.until, asked[0]),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "any line of the unit in the same window" },
    async run({ logs }, call) {
      const [any, ...pages] = await Promise.all([
        logs.entries({ ...window, limit: 1 }, call),
        ...asked.map((contains) => logs.entries({ ...window, contains, limit: mostLines }, call)),
      ]);
      const lines = onlyOnce(pages);
      return {
        facts: {
          lines: lines.map(({ at, revision, text }) => ({ at, revision: revision ?? null, text: text.slice(0, longestText) })),
          more: pages.some((page) => page.more),
          any: any?.entries[0]?.at ?? null,
        },
        examined: lines.length,
      };
    },
    parse: (saved) => logFacts.parse(saved),
  };
}

/** One line may hold several of the texts that were asked for; asked once, lines alike are several. */
function onlyOnce(pages: readonly LogPage[]): readonly LogEntry[] {
  const entries = pages.flatMap((page) => page.entries);
  const different = new Map(entries.map((entry) => [`${entry.at} ${entry.revision} ${entry.text}`, entry]));
  const kept = pages.length === 1 ? entries : [...different.values()];
  return kept.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** A shorter text than this is in every other line. */
const shortestText = 4;

/** The part that all texts have in common, so that one question does for all of them; else each. */
function textsAsked(texts: readonly string[]): readonly string[] {
  const folded = texts.map((each) => each.toLowerCase());
  const [first = ""] = folded;
  for (let length = first.length; length >= shortestText; length -= 1) {
    for (let start = 0; start + length <= first.length; start += 1) {
      const part = first.slice(start, start + length);
      if (folded.every((each) => each.includes(part))) return [part];
    }
  }
  return [...new Set(texts)];
}
