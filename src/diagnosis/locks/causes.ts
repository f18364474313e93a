import type { CauseRule, Holds, Weighed } from "../cause.ts";
import { weigh } from "../cause.ts";

/** What is known of locks and of the runs that they are for, as far as causes rest on it. Texts are parts of sentences. */
export interface LockCase {
  /** Two runs of one processor and date that overlapped. */
  readonly twins?: {
    readonly said: string;
    /** Whether both are known to have been at work. */
    readonly bothWorked: Holds;
    readonly workedSaid: string;
    /** Whether either of them asked for a lock. */
    readonly asked: Holds;
    readonly settle: string;
  };
  /** A lock that was taken over while its holder was at work. */
  readonly lost?: { readonly said: string; readonly gaveBack: Holds; readonly gaveBackSaid: string };
  /** A lock whose batch is done, past its time. */
  readonly terminal?: { readonly said: string; readonly asked: Holds; readonly askedSaid: string };
  /** A unit whose runs left no sign of a lock, though it should take one. */
  readonly silent?: {
    readonly said: string;
    readonly olderServes: Holds;
    readonly servesSaid: string;
    /** Whether a run was at work while its lock was looked for and not found. */
    readonly atWork: Holds;
  };
}

type About = keyof LockCase;

/** Causes by what they are about: where that isn't there, they are not weighed at all. */
const rulesAbout: Readonly<Record<About, readonly CauseRule<LockCase>[]>> = {
  twins: [
    {
      id: "twins_without_lock",
      says: ({ twins }) => `${twins?.said}, and no lock kept them apart`,
      requires: [
        { says: ({ twins }) => twins?.said ?? "", holds: () => "yes" },
        { says: ({ twins }) => twins?.workedSaid ?? "", holds: ({ twins }) => twins?.bothWorked ?? "no" },
      ],
      forbids: [{ says: () => "they asked for a lock", holds: ({ twins }) => twins?.asked ?? "unknown" }],
      settle: ({ twins }) => twins?.settle ?? "",
    },
  ],
  lost: [
    {
      id: "lock_expired_under_long_run",
      says: ({ lost }) => `${lost?.said}: from then on two runs wrote`,
      requires: [{ says: ({ lost }) => lost?.said ?? "", holds: () => "yes" }],
      supports: [{ says: ({ lost }) => lost?.gaveBackSaid ?? "", holds: ({ lost }) => lost?.gaveBack ?? "no" }],
      settle: () => "",
    },
  ],
  terminal: [
    {
      id: "terminal_lock_blocks_reload",
      says: ({ terminal }) => `${terminal?.said}, so every reload of its batch is refused`,
      requires: [
        { says: ({ terminal }) => terminal?.said ?? "", holds: () => "yes" },
        { says: ({ terminal }) => terminal?.askedSaid ?? "", holds: ({ terminal }) => terminal?.asked ?? "unknown" },
      ],
      settle: () => "whether anybody asked for it since: the log of its loader",
    },
  ],
  silent: [
    {
      id: "older_code_serves",
      says: ({ silent }) => `${silent?.servesSaid}, older than the lock`,
      requires: [
        { says: ({ silent }) => silent?.said ?? "", holds: () => "yes" },
        { says: ({ silent }) => silent?.servesSaid ?? "", holds: ({ silent }) => silent?.olderServes ?? "unknown" },
      ],
      settle: () => "whether the revision that brought the lock serves: check_drift",
    },
    {
      id: "deployed_never_called",
      says: ({ silent }) => `${silent?.servesSaid}, and what it serves doesn't call the lock`,
      requires: [
        { says: ({ silent }) => silent?.said ?? "", holds: () => "yes" },
        { says: () => "a run is at work and its lock is not there", holds: ({ silent }) => silent?.atWork ?? "unknown" },
      ],
      forbids: [{ says: () => "what serves is older than the lock", holds: ({ silent }) => silent?.olderServes ?? "unknown" }],
      settle: () => "asking while a run is at work, when its lock must be there; or the code, from the start of a run on",
    },
  ],
};

/** Undefined where there is nothing to explain. */
export function causesOf(facts: LockCase): readonly Weighed[] | undefined {
  const rules = (["twins", "lost", "terminal", "silent"] as const).flatMap((about) =>
    facts[about] === undefined ? [] : rulesAbout[about],
  );
  return rules.length === 0 ? undefined : weigh(facts, rules);
}
