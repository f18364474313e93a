import { z } from "zod";
import type { Rules } from "../../pipeline/load.ts";
import { othersBelow } from "../../pipeline/names.ts";
import type { Call } from "../../ports/call.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Paths, Source } from "../../ports/source.ts";
import type { Unit } from "../../ports/units.ts";
import type { Look } from "../evidence.ts";
import { shellQuoted } from "../../shell.ts";
import { deployedUnit, findUnit, mostServing } from "./units.ts";

const commit = z.object({ sha: z.string(), at: z.string(), subject: z.string() });
const behind = z.object({ total: z.number(), commits: z.array(commit) });

const tipFacts = z.object({
  branch: z.string(),
  head: commit,
  /** Null if this copy never heard from its remote. */
  fetchedAt: z.string().nullable(),
  shallow: z.boolean(),
});
export type TipFacts = z.output<typeof tipFacts>;

const drift = z.discriminatedUnion("compared", [
  /** Nothing of the unit answers requests, so there is no code to compare. */
  z.object({ compared: z.literal("nothing") }),
  /** The repository holds no commit of the revision's label. */
  z.object({ compared: z.literal("unknown_commit"), revision: z.string(), commit: z.string() }),
  z.object({
    /** By the revision's commit; by the time at which it was made, where it bears no label. */
    compared: z.enum(["commit", "time"]),
    revision: z.string(),
    commit: z.string().nullable(),
    createdAt: z.string(),
    /** When its commit was made; null without one, absent in evidence that was saved before this was asked. */
    committedAt: z.string().nullable().optional(),
    /** Of the unit's folders, those that the branch doesn't have. */
    missing: z.array(z.string()),
    /** Commits of the branch that are not in it: those that touch the unit's own folders, and those to shared ones. */
    own: behind,
    shared: behind,
  }),
]);
export type DriftFacts = z.output<typeof drift>;

/** Where the watched branch stands in the copy of the repository that was named. */
export function branchTip(rules: Rules): Look<TipFacts> {
  const { remote = "origin", branch = "main" } = rules.repository ?? {};
  return {
    id: "repository tip",
    port: "source",
    asked: `the tip of ${remote}/${branch}`,
    byHand: `git log -1 ${shellQuoted(`${remote}/${branch}`)}`,
    after: [],
    whenEmpty: "must-have",
    async run({ source }, call) {
      const { fetchedAt, ...tip } = await source.tip(call);
      return { facts: { ...tip, fetchedAt: fetchedAt ?? null }, examined: 1 };
    },
    parse: (saved) => tipFacts.parse(saved),
  };
}

/** Commits shown of those that a unit lacks. */
const mostCommits = 3;

/** What the branch has that a unit's serving code lacks, as far as it touches the unit's folders. */
export function unitDrift(rules: Rules, name: string): Look<DriftFacts> {
  const { folders = [], kind, aliases = [] } = rules.units?.[name] ?? {};
  const { remote = "origin", branch = "main" } = rules.repository ?? {};
  return {
    id: `drift of ${name}`,
    port: "source",
    asked: `commits of ${remote}/${branch} that ${name} lacks`,
    byHand: `git log --oneline ${shellQuoted(`COMMIT..${remote}/${branch}`)} -- ${folders.map(shellQuoted).join(" ")}${othersBelow(rules, name).length > 0 ? " # but for the folders of other units in them" : ""}`,
    after: [deployedUnit(rules, name).id, branchTip(rules).id],
    whenEmpty: { mayBeEmpty: true, witness: "the commit itself and the folders, which the repository must know" },
    async run({ units, source }: Ports, call) {
      // The repository first: without one nobody else need be asked.
      const there = await source.existing({ paths: folders }, call);
      const unit = await findUnit(units, { name, kind, aliases }, call);
      const serving = unit === undefined ? undefined : mostServing(unit);
      if (serving === undefined) return { facts: { compared: "nothing" }, examined: 0 };
      const { name: revision, commit: label, createdAt } = serving;
      const made = label === undefined ? undefined : await source.commit({ sha: label }, call);
      if (label !== undefined && made === undefined) return { facts: { compared: "unknown_commit", revision, commit: label }, examined: 0 };
      const shares = rules.repository?.shared_folders ?? [];
      const except = othersBelow(rules, name);
      const lacked = (isShared: boolean) => {
        const paths = there.filter((folder) => shares.includes(folder) === isShared);
        return lacking(source, serving, { paths, ...(except.length === 0 || isShared ? {} : { except }) }, call);
      };
      const [own, shared] = [await lacked(false), await lacked(true)];
      const missing = folders.filter((folder) => !there.includes(folder));
      const compared = label === undefined ? ("time" as const) : ("commit" as const);
      const facts = { compared, revision, commit: label ?? null, createdAt, committedAt: made?.at ?? null, missing, own, shared };
      return { facts, examined: own.total + shared.total };
    },
    parse: (saved) => drift.parse(saved),
  };
}

type Serving = Unit["revisions"][number];

async function lacking(
  source: Source,
  { commit: sha, createdAt: at }: Serving,
  where: Paths,
  call: Call,
): Promise<z.output<typeof behind>> {
  if (where.paths.length === 0) return { total: 0, commits: [] };
  const asked = { ...where, limit: mostCommits };
  const found = sha === undefined ? await source.since({ ...asked, at }, call) : await source.behind({ ...asked, sha }, call);
  return { total: found.total, commits: [...found.commits] };
}
