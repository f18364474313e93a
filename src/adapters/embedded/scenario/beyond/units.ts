import { instantOf } from "../../../../pipeline/dates.ts";
import type { Revision, Unit } from "../../../../ports/units.ts";
import { random } from "../generate/random.ts";
import type { Plot } from "../plot.ts";
import type { Step, Timeline } from "../timeline.ts";
import { timeline } from "../timeline.ts";
import type { RevisionChange } from "./changes.ts";
import type { DeclaredUnit } from "./declared.ts";
import { entryOf, infrastructureOf, isInForce, unitNames } from "./declared.ts";
import { releaseOf } from "./release.ts";

/** Every deployed unit through time. */
export interface StoredUnits {
  /** Undefined: no such unit. */
  at(name: string, moment: number): Unit | undefined;
  /** In order. */
  names(moment: number): readonly string[];
  serving(name: string, moment: number): string | undefined;
}

const known = new WeakMap<Plot, StoredUnits>();

export function unitsOf(plot: Plot): StoredUnits {
  const units = known.get(plot) ?? storedUnits(plot);
  known.set(plot, units);
  return units;
}

/** `00192-nn7` and `UNIT-00192-nn7` are one revision. */
export function revisionName(unit: string, revision: string): string {
  return revision.startsWith(`${unit}-`) ? revision : `${unit}-${revision}`;
}

function storedUnits(plot: Plot): StoredUnits {
  const histories = new Map<string, Timeline<Unit | undefined>>();
  const historyOf = (name: string): Timeline<Unit | undefined> => {
    const made = histories.get(name) ?? history(plot, name);
    histories.set(name, made);
    return made;
  };
  const at = (name: string, moment: number): Unit | undefined => (isRetired(plot, name, moment) ? undefined : historyOf(name).at(moment));
  const all = [...new Set([...(unitNames(plot.pipeline) ?? []), ...deployments(plot)])].toSorted();
  return {
    at,
    names: (moment) => all.filter((name) => at(name, moment) !== undefined),
    serving: (name, moment) => servingOf(at(name, moment)),
  };
}

/** Whatever the scenario deploys something of. */
function deployments({ scenario }: Plot): readonly string[] {
  return scenario.changes.flatMap((change) => (change.verb === "revision" ? [change.unit] : []));
}

/** The revision that answers most requests; undefined if none does. */
export function servingOf(unit: Unit | undefined): string | undefined {
  return unit?.traffic.toSorted((a, b) => b.percent - a.percent)[0]?.revision;
}

function isRetired(plot: Plot, name: string, moment: number): boolean {
  const declared = entryOf(infrastructureOf(plot.pipeline).units, name);
  return declared !== undefined && !isInForce(declared, plot.pipeline, moment);
}

function history(plot: Plot, name: string): Timeline<Unit | undefined> {
  const { units } = infrastructureOf(plot.pipeline);
  const declared = entryOf(units, name);
  const changes = plot.scenario.changes.filter((change) => change.verb === "revision").filter((change) => change.unit === name);
  // An alias is a name of its own here: it answers only where the scenario deploys something under it.
  const origin = declared ?? Object.values(units ?? {}).find(({ aliases = [] }) => aliases.includes(name));
  const first = declared === undefined ? [] : [deployed(plot, name, declared)];
  return timeline<Unit | undefined>(undefined, [
    ...first,
    ...changes.map((change) => ({
      at: change.from.getTime(),
      apply: (before: Unit | undefined) => revised(before ?? bare(name, origin, change.kind), change),
    })),
  ]);
}

/** The one revision of a unit to which nothing has happened, of the release that everything runs on. */
function deployed(plot: Plot, name: string, declared: DeclaredUnit): Step<Unit | undefined> {
  const { at: released, sha } = releaseOf(plot);
  const dice = random(plot.scenario.seed, "revision", name);
  const since = declared.since === undefined ? 0 : instantOf(declared.since, { day: 0, hour: 0, minute: 0 }, plot.pipeline.zone).getTime();
  const at = Math.max(released + dice.whole(10, 90) * 60_000, since);
  const letters = Array.from({ length: 3 }, () => "abcdefghijklmnopqrstuvwxyz".charAt(dice.whole(0, 25))).join("");
  const revision: RevisionChange = {
    verb: "revision",
    unit: name,
    name: `${String(dice.whole(20, 180)).padStart(5, "0")}-${letters}`,
    from: new Date(at),
    commit: sha,
  };
  return { at, apply: () => revised(bare(name, declared, undefined), revision) };
}

function bare(name: string, declared: DeclaredUnit | undefined, kind: Unit["kind"] | undefined): Unit {
  return {
    name,
    kind: kind ?? declared?.kind ?? "service",
    revisions: [],
    latestCreated: "",
    traffic: [],
    minInstances: declared?.min_instances ?? 0,
    variables: declared?.variables ?? [],
  };
}

/** As Cloud Run does it: a revision that is not ready is created and serves nothing; what served before goes on serving. */
function revised(before: Unit, change: RevisionChange): Unit {
  const name = revisionName(before.name, change.name);
  const there = before.revisions.find((candidate) => candidate.name === name);
  const ready = change.ready ?? there?.ready ?? true;
  const problem = ready ? undefined : (change.problem ?? there?.problem ?? neverListened);
  const commit = change.commit ?? there?.commit;
  const revision: Revision = { name, createdAt: there?.createdAt ?? change.from.toISOString(), ready, problem, commit };
  const revisions =
    there === undefined ? [revision, ...before.revisions] : before.revisions.map((each) => (each === there ? revision : each));
  const traffic = change.traffic ?? (ready && there?.ready !== true ? "latest" : "none");
  return {
    ...before,
    revisions,
    latestCreated: revisions[0]?.name ?? name,
    latestReady: revisions.find((each) => each.ready)?.name,
    variables: change.variables ?? before.variables,
    traffic: ready ? shifted(before.traffic, name, traffic) : before.traffic,
  };
}

const neverListened =
  "The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable within the allocated timeout.";

function shifted(before: Unit["traffic"], name: string, share: "latest" | "none" | number): Unit["traffic"] {
  if (share === "none") return before;
  const others = before.filter(({ revision }) => revision !== name);
  const held = others.reduce((sum, { percent }) => sum + percent, 0);
  const percent = share === "latest" || held === 0 ? 100 : share;
  const rest = 100 - percent;
  const kept = others.map((other) => ({ ...other, percent: Math.floor((rest * other.percent) / held) }));
  const missing = rest - kept.reduce((sum, other) => sum + other.percent, 0);
  const whole = kept.map((other, index) => (index === 0 ? { ...other, percent: other.percent + missing } : other));
  return [{ revision: name, percent }, ...whole].filter((each) => each.percent > 0);
}
