import { z } from "zod";
import { BackendError } from "../../errors.ts";
import type { Rules } from "../../pipeline/load.ts";
import type { Call } from "../../ports/call.ts";
import type { Unit, Units } from "../../ports/units.ts";
import type { Look } from "../evidence.ts";
import { shellQuoted } from "../../shell.ts";

const revision = z.object({
  name: z.string(),
  createdAt: z.string(),
  ready: z.boolean(),
  problem: z.string().optional(),
  commit: z.string().optional(),
});

const unit = z.object({
  /** As it is deployed: the declared name or one of its aliases. */
  name: z.string(),
  kind: z.enum(["service", "function", "job"]),
  /** Newest first: the ten newest, and whatever serves or was the last to be ready. */
  revisions: z.array(revision),
  latestCreated: z.string(),
  latestReady: z.string().optional(),
  traffic: z.array(z.object({ revision: z.string(), percent: z.number() })),
  minInstances: z.number(),
  variables: z.array(z.string()),
});

/** Null: nothing of the region goes by the unit's name or one of its aliases, while other units are there. */
const facts = z.object({ unit: unit.nullable() });

export type UnitFacts = z.output<typeof facts>;
export type DeployedUnit = z.output<typeof unit>;

/** More revisions than these say nothing about what runs. */
const mostRevisions = 10;

/** A unit of the pipeline file as it is deployed, under whichever of its names. */
export function deployedUnit(rules: Pick<Rules, "units" | "region">, name: string): Look<UnitFacts> {
  const declared = rules.units?.[name];
  return {
    id: `unit ${name}`,
    port: "units",
    asked: `deployed unit ${name}`,
    byHand: `gcloud run ${declared?.kind === "job" ? "jobs" : "services"} describe ${shellQuoted(name)} --region=${rules.region ?? "REGION"}`,
    after: [],
    whenEmpty: { mayBeEmpty: true, witness: "the region's other units, which are listed then" },
    async run({ units }, call) {
      const found = await findUnit(units, { name, kind: declared?.kind, aliases: declared?.aliases ?? [] }, call);
      return { facts: { unit: found === undefined ? null : brief(found) }, examined: found === undefined ? 0 : 1 };
    },
    parse: (saved) => facts.parse(saved),
  };
}

interface Shared<R> {
  readonly revisions: readonly R[];
  readonly traffic: readonly { readonly revision: string; readonly percent: number }[];
}

/** The revision that answers most requests. */
export function mostServing<R extends { readonly name: string }>({ revisions, traffic }: Shared<R>): R | undefined {
  const most = traffic.toSorted((a, b) => b.percent - a.percent)[0];
  return revisions.find(({ name }) => name === most?.revision);
}

/** A revision's name without the unit's own before it. */
export function shortRevision(name: string, unit: string): string {
  return name.startsWith(`${unit}-`) ? name.slice(unit.length + 1) : name;
}

interface Sought {
  readonly name: string;
  readonly kind?: Unit["kind"] | undefined;
  readonly aliases: readonly string[];
}

/** By its name, then its aliases. Absence is believed only of a region that holds units, none of them so named. */
export async function findUnit(units: Units, { name, kind, aliases }: Sought, call: Call): Promise<Unit | undefined> {
  const names = [name, ...aliases];
  for (const each of names) {
    const found = await units.get({ name: each, kind }, call);
    if (found !== undefined) return found;
  }
  const all = await units.list(call);
  const other = all.find((each) => names.includes(each.name));
  if (other !== undefined) return units.get({ name: other.name, kind: other.kind }, call);
  if (all.length > 0) return undefined;
  throw new BackendError(
    "no_such_place",
    `nothing at all is deployed where ${name} was looked for, so its absence proves nothing`,
    "Check the project and the region.",
  );
}

function brief(found: Unit): DeployedUnit {
  const kept = new Set([...found.traffic.map((each) => each.revision), found.latestReady, found.latestCreated]);
  const revisions = found.revisions.filter((each, index) => index < mostRevisions || kept.has(each.name));
  // Through JSON: what is not there is left out, as in saved evidence.
  return unit.parse(JSON.parse(JSON.stringify({ ...found, revisions })));
}
