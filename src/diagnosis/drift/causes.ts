import type { DeployedUnit } from "../../evidence/looks/units.ts";
import { quoted } from "../../outside-text.ts";
import type { CauseRule, Clue, Holds } from "../cause.ts";
import type { Examined, Wanted } from "./examined.ts";
import { deployedOf, newestOf, servingOf, shareOf } from "./examined.ts";

/** What tells why a unit does not serve what it should. */
export interface StuckFacts {
  readonly unit: string;
  /** The newest revision, already as a text of ours. */
  readonly newest: string;
  readonly isServing: boolean;
  readonly isReady: boolean;
  /** Percent of the traffic. */
  readonly share: number;
  /** Whether the newest revision's code holds what is missed; undefined where no commit was asked for. */
  readonly newestHolds: Holds | undefined;
  /** An older revision, in words, that shows it was built all the same: it holds the commit, or an older build was deployed again over it. */
  readonly overtaken: { readonly holds: Holds; readonly said: string };
  /** Whether the branch holds something that what serves lacks. */
  readonly branchHasMore: Holds;
}

/** Undefined where the unit was not seen or nothing of it is deployed. */
export function stuckFactsOf(examined: Examined, { commit }: Wanted): StuckFacts | undefined {
  const unit = deployedOf(examined);
  const newest = unit === undefined ? undefined : newestOf(unit);
  if (unit === undefined || newest === undefined) return undefined;
  const { held, compared, subject } = examined;
  const told = held?.seen === true ? held.facts.revisions.find(({ revision }) => revision === newest.name)?.holds : undefined;
  const drift = compared?.drift.seen === true ? compared.drift.facts : undefined;
  const counted = drift?.compared === "commit" || drift?.compared === "time" ? drift.own.total > 0 : undefined;
  const onBranch = commit?.known.seen === true ? commit.known.facts.onBranch : null;
  const yesOrNo = (holds: boolean | null | undefined): Holds => (holds === true ? "yes" : holds === false ? "no" : "unknown");
  return {
    unit: subject.id,
    newest: quoted(newest.name),
    isServing: servingOf(unit).some(({ name }) => name === newest.name),
    isReady: newest.ready,
    share: shareOf(unit, newest.name),
    newestHolds: commit === undefined ? undefined : told === "yes" || told === "no" ? told : "unknown",
    overtaken: overtakenIn(unit, commit === undefined ? undefined : held),
    branchHasMore: commit === undefined ? yesOrNo(counted) : yesOrNo(onBranch),
  };
}

/** With a commit by what was asked of every revision; without one by labels: the newest bears that of an older one than others. */
function overtakenIn({ revisions, latestCreated }: DeployedUnit, held: Examined["held"]): StuckFacts["overtaken"] {
  if (held !== undefined) {
    if (!held.seen) return { holds: "unknown", said: "which revisions hold it could not be looked at" };
    const others = held.facts.revisions.filter(({ revision }) => revision !== latestCreated);
    const holder = others.find(({ holds }) => holds === "yes");
    if (holder !== undefined) return { holds: "yes", said: `${quoted(holder.revision)} held it, and was replaced` };
    return others.every(({ holds }) => holds === "no")
      ? { holds: "no", said: "no other revision holds it" }
      : { holds: "unknown", said: "of an older revision nobody can tell whether it holds it" };
  }
  const newestFirst = revisions.toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
  const [newest, ...older] = newestFirst.slice(newestFirst.findIndex(({ name }) => name === latestCreated));
  const between = older.findIndex(({ commit }) => commit !== newest?.commit);
  const again =
    between < 0 || newest?.commit === undefined ? undefined : older.slice(between).find(({ commit }) => commit === newest.commit);
  return again === undefined
    ? { holds: "no", said: "no older build was deployed again" }
    : { holds: "yes", said: `it is of the same commit as ${quoted(again.name)}, and other code was deployed between them` };
}

const isNewer: Clue<StuckFacts> = {
  says: ({ newest, isServing }) =>
    isServing ? `${newest} is the newest revision and serves` : `${newest} is newer than what serves, so something was built`,
  holds: ({ isServing }) => (isServing ? "no" : "yes"),
};

/** Where a commit is asked for, a revision that lacks it would not help even if it served. */
const newestLacks: Clue<StuckFacts> = {
  says: ({ newest }) => `${newest} lacks the commit too`,
  holds: ({ newestHolds }) => (newestHolds === undefined ? "no" : newestHolds === "yes" ? "no" : newestHolds === "no" ? "yes" : "unknown"),
};

const settle = ({ unit }: StuckFacts): string => `which commit the newest revision of ${unit} was built from: its label, or its build`;

/** Why code that should be live is not: each rules out the others. */
export const stuckRules: readonly CauseRule<StuckFacts>[] = [
  {
    id: "not_built",
    says: ({ unit }) => `${unit} was not built since: what it lacks is on the branch, and no revision holds it`,
    requires: [
      {
        says: ({ branchHasMore }) =>
          branchHasMore === "yes" ? "the branch holds what is lacking" : "nothing is known on the branch that is lacking",
        holds: ({ branchHasMore }) => branchHasMore,
      },
    ],
    forbids: [
      {
        says: ({ newest }) => `${newest} was built and may hold it`,
        holds: ({ share, newestHolds }) => newestHolds ?? (share >= 100 ? "no" : "yes"),
      },
      { says: ({ overtaken }) => overtaken.said, holds: ({ overtaken }) => overtaken.holds },
    ],
    settle,
  },
  {
    id: "failed_to_start",
    says: ({ newest }) => `${newest} was built and never became ready, so the older one went on serving`,
    requires: [
      isNewer,
      {
        says: ({ newest, isReady }) => `${newest} is ${isReady ? "ready" : "not ready"}`,
        holds: ({ isReady }) => (isReady ? "no" : "yes"),
      },
    ],
    forbids: [newestLacks],
    settle,
  },
  {
    id: "no_traffic",
    says: ({ newest, share }) => `${newest} is ready and has ${share} % of the traffic`,
    requires: [
      {
        says: ({ newest, isReady }) => `${newest} is ${isReady ? "ready" : "not ready"}`,
        holds: ({ isReady }) => (isReady ? "yes" : "no"),
      },
      {
        says: ({ newest, share }) => `${newest} has ${share} % of the traffic`,
        holds: ({ share }) => (share < 100 ? "yes" : "no"),
      },
    ],
    forbids: [newestLacks],
    settle,
  },
];
