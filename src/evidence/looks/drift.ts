import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { Rules } from "../../pipeline/load.ts";
import { declaredUnit, othersBelow } from "../../pipeline/names.ts";
import type { Call } from "../../ports/call.ts";
import type { LogEntry } from "../../ports/logs.ts";
import type { Source } from "../../ports/source.ts";
import type { Look } from "../evidence.ts";
import { shellQuoted } from "../../shell.ts";
import { logsByHand } from "./by-hand.ts";
import { secondWitness, textFields } from "./logs.ts";
import { isIdle } from "./orchestrators.ts";

const requested = z.object({
  /** Null if this copy of the repository holds no such commit, or several that begin so. */
  commit: z.object({ sha: z.string(), at: z.string(), subject: z.string() }).nullable(),
  /** Whether it is part of the branch, as far as it was fetched; null where that can't be told. */
  onBranch: z.boolean().nullable(),
  /** Of the units asked for, those whose folders it changed; null where that can't be told. */
  touches: z.array(z.string()).nullable(),
});

/** Whether a revision's code holds a commit; what keeps it from being told. */
const holdings = ["yes", "no", "no_label", "unknown_label", "history_ends"] as const;
const held = z.object({
  revisions: z.array(z.object({ revision: z.string(), label: z.string().nullable(), holds: z.enum(holdings) })),
});

const line = z.object({ at: z.string(), revision: z.string().nullable() });
const work = z.object({
  /** The newest line of its own, where lines were read. */
  line: line.nullable(),
  /** Lines of any kind, as the platform counted them; null where it told nothing. */
  counted: z.int().nullable(),
  /** Lines of the platform's own were read, and none of its own among them. */
  idle: z.boolean(),
  /** Older lines were not read. */
  more: z.boolean(),
});

const proof = z.object({
  /** The newest line that holds the text. */
  found: line.nullable(),
  /** The newest line of its own, whatever it holds. */
  any: line.nullable(),
});

const receivers = z.object({
  subscriptions: z.array(
    z.object({
      name: z.string(),
      topic: z.string().nullable(),
      push: z.boolean(),
      /** The declared unit that it delivers to, by its address or name; null if that names none. Addresses may hold secrets and are not kept. */
      unit: z.string().nullable(),
    }),
  ),
});

export type RequestedFacts = z.output<typeof requested>;
export type HeldFacts = z.output<typeof held>;
export type WorkFacts = z.output<typeof work>;
export type ProofFacts = z.output<typeof proof>;
export type ReceiverFacts = z.output<typeof receivers>;

/** A commit that somebody asks for: whether it is there, on the branch, and whose code it changed. */
export function requestedCommit(rules: Rules, sha: string, units: readonly string[]): Look<RequestedFacts> {
  const { remote = "origin", branch = "main" } = rules.repository ?? {};
  return {
    id: `commit ${sha}`,
    port: "source",
    asked: `commit ${sha} and whether ${remote}/${branch} holds it`,
    byHand: `git merge-base --is-ancestor ${shellQuoted(sha)} ${shellQuoted(`${remote}/${branch}`)}`,
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "the branch's own tip, which the same copy must know" },
    async run({ source }, call) {
      const { head } = await source.tip(call);
      const commit = await source.commit({ sha }, call);
      if (commit === undefined) return { facts: { commit: null, onBranch: null, touches: null }, examined: 0 };
      const onBranch = await unlessEnded(() => source.contains({ commit: commit.sha, within: head.sha }, call));
      const touches = await unlessEnded(() => unitsTouched(source, commit.sha, { rules, units }, call));
      return { facts: { commit, onBranch, touches }, examined: 1 };
    },
    parse: (saved) => requested.parse(saved),
  };
}

interface Touching {
  readonly rules: Rules;
  readonly units: readonly string[];
}

/** Those whose folders it changed, but for what lies in them and is another's. */
async function unitsTouched(source: Source, sha: string, { rules, units }: Touching, call: Call): Promise<string[]> {
  const foldersOf = (unit: string): readonly string[] => rules.units?.[unit]?.folders ?? [];
  const touched = await source.touched({ sha, paths: [...new Set(units.flatMap(foldersOf))] }, call);
  const found: string[] = [];
  for (const unit of units) {
    const paths = foldersOf(unit).filter((folder) => touched.includes(folder));
    const except = othersBelow(rules, unit);
    const isTheirs = paths.length > 0 && except.length > 0 && (await source.touched({ sha, paths, except }, call)).length === 0;
    if (paths.length > 0 && !isTheirs) found.push(unit);
  }
  return found;
}

interface Labelled {
  readonly name: string;
  readonly commit?: string | undefined;
}

/** Whether the code of a unit's revisions holds a commit: by ancestry of what they are labelled with, never by date. */
export function commitIn(sha: string, unit: string, revisions: readonly Labelled[]): Look<HeldFacts> {
  return {
    id: `${sha} in ${unit}`,
    port: "source",
    asked: `whether the code of ${unit} holds commit ${sha}`,
    byHand: `git merge-base --is-ancestor ${shellQuoted(sha)} LABEL`,
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "each revision is answered for, also where nothing can be told of it" },
    async run({ source }, call) {
      const found: HeldFacts["revisions"] = [];
      for (const { name, commit: label } of revisions) {
        found.push({ revision: name, label: label ?? null, holds: await holdsCommit(source, sha, label, call) });
      }
      return { facts: { revisions: found }, examined: found.length };
    },
    parse: (saved) => held.parse(saved),
  };
}

async function holdsCommit(source: Source, sha: string, label: string | undefined, call: Call): Promise<(typeof holdings)[number]> {
  if (label === undefined) return "no_label";
  const within = await source.commit({ sha: label }, call);
  if (within === undefined) return "unknown_label";
  const holds = await unlessEnded(() => source.contains({ commit: sha, within: within.sha }, call));
  return holds === null ? "history_ends" : holds ? "yes" : "no";
}

/** Null where this copy's history ends too early to tell. */
async function unlessEnded<T>(asked: () => Promise<T>): Promise<T | null> {
  try {
    return await asked();
  } catch (error) {
    if (error instanceof BackendError && error.refusal === "partial") return null;
    throw error;
  }
}

export interface Window {
  /** As it is deployed, which may be an alias. */
  readonly logsAs: string;
  /** ISO 8601, the end not included. */
  readonly since: string;
  readonly until: string;
  /** Only lines of these revisions; of any if absent, as of a Run job, whose lines name none. */
  readonly revisions?: readonly string[] | undefined;
}

const mostLines = 200;

/**
 * Whether what serves was called. A revision that has run for a day logs only when it is, so the platform's count of its lines
 * will do, which costs no reading; a new one logs that it started, and is read.
 */
export function workOf(unit: string, { logsAs, since, until, revisions }: Window, isNew: boolean): Look<WorkFacts> {
  return {
    id: `work of ${unit}`,
    port: "logs",
    asked: `what ${unit} logged since ${since}`,
    byHand: logsByHand(logsAs, since, until),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "the platform's own count of its lines, and the lines themselves where that is none" },
    async run({ logs }, call) {
      // Where it refuses, the lines themselves are read.
      const counted = await secondWitness(async () => (await logs.counted({ unit: logsAs, since, until }, call))?.entries);
      if (!isNew && counted !== null && counted > 0) return { facts: { line: null, counted, idle: false, more: false }, examined: 0 };
      const { entries, more } = await logs.entries({ unit: logsAs, since, until, limit: mostLines }, call);
      const ofThese = entries.filter(({ revision }) => revision === undefined || revisions?.includes(revision) !== false);
      const own = newest(ofThese.filter((entry) => !isIdle(entry)));
      // What was read is more than a count: that holds the lines of other revisions too.
      const rest = entries.length > 0 ? null : counted;
      return { facts: { line: own, counted: rest, idle: own === null && ofThese.length > 0, more }, examined: entries.length };
    },
    parse: (saved) => work.parse(saved),
  };
}

function newest(entries: readonly LogEntry[]): z.output<typeof line> | null {
  const found = entries.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
  return found === undefined ? null : { at: found.at, revision: found.revision ?? null };
}

/** Whether a unit logged a text since it serves what it serves, and whether it logged anything of its own at all. */
export function proofIn(unit: string, { logsAs, since, until, revisions }: Window, contains: string): Look<ProofFacts> {
  const revision = revisions?.length === 1 ? revisions[0] : undefined;
  return {
    id: `proof in ${unit}`,
    port: "logs",
    asked: `the text in what ${unit} logged since ${since}`,
    byHand: logsByHand(logsAs, since, until, contains, revision),
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "any other line of its own in the same window" },
    async run({ logs }, call) {
      // One by one: what others logged between them, retired since, proves nothing of these.
      const windows = (revisions ?? [undefined]).map((each) => ({
        unit: logsAs,
        since,
        until,
        limit: mostLines,
        ...(each === undefined ? {} : { revision: each }),
      }));
      const [found, any] = await Promise.all([
        Promise.all(windows.map((window) => logs.entries({ ...window, contains, fields: textFields }, call))),
        Promise.all(windows.map((window) => logs.entries(window, call))),
      ]);
      const [holding, all] = [found, any].map((pages) => pages.flatMap(({ entries }) => entries)) as [LogEntry[], LogEntry[]]; // two in, two out
      return {
        facts: { found: newest(holding), any: newest(all.filter((entry) => !isIdle(entry))) },
        examined: holding.length + all.length,
      };
    },
    parse: (saved) => proof.parse(saved),
  };
}

/** Every subscription and the declared unit that it delivers to. */
export function allReceivers(rules: Pick<Rules, "units">): Look<ReceiverFacts> {
  return {
    id: "receivers",
    port: "topics",
    asked: "which unit each subscription delivers to",
    byHand: "gcloud pubsub subscriptions list --format='table(name, topic, pushConfig.pushEndpoint)'",
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "a topic's receiver is only missed beside subscriptions that are there" },
    async run({ topics }, call) {
      const all = await topics.subscriptions(call);
      const subscriptions = all.map(({ name, topic, pushEndpoint }) => ({
        name,
        topic: topic ?? null,
        push: pushEndpoint !== undefined,
        unit: pushEndpoint === undefined ? null : receiverOf(rules, name, pushEndpoint),
      }));
      return { facts: { subscriptions }, examined: all.length };
    },
    parse: (saved) => receivers.parse(saved),
  };
}

/**
 * By the host `UNIT-HASH-REGION.a.run.app` or `UNIT-NUMBER.REGION.run.app`, by the path of a function's former address, or by the
 * name that Eventarc gives a function's subscription, `eventarc-REGION-UNIT-…`.
 */
function receiverOf(rules: Pick<Rules, "units">, name: string, address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { hostname, pathname } = new URL(address);
  const service = /^(?:.+---)?(.+?)-(?:\d{6,}\.[a-z0-9-]+|[a-z0-9]{8,12}-[a-z]{2})(?:\.a)?\.run\.app$/u.exec(hostname)?.[1];
  const path = hostname.endsWith(".cloudfunctions.net") ? pathname.split("/")[1] : undefined;
  const named = [service, path].flatMap((each) => (each === undefined ? [] : (declaredUnit(rules, each) ?? [])))[0];
  if (named !== undefined) return named;
  const known = Object.keys(rules.units ?? {}).filter((unit) => name.startsWith("eventarc-") && name.includes(`-${unit}-`));
  return known.toSorted((a, b) => b.length - a.length)[0] ?? null;
}
