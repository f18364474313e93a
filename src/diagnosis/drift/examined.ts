import type { Compared, Standing, UnitSubject } from "../../checks/deploying/comparing.ts";
import type { Finding } from "../../checks/finding.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import type { HeldFacts, ProofFacts, ReceiverFacts, RequestedFacts, WorkFacts } from "../../evidence/looks/drift.ts";
import type { DeployedUnit, UnitFacts } from "../../evidence/looks/units.ts";

/** What is asked about units beside how they stand. */
export interface Wanted {
  /** A commit, and what the repository knows of it. */
  readonly commit?: { readonly sha: string; readonly known: Evidence<RequestedFacts> } | undefined;
  readonly proof?: string | undefined;
}

/** A unit and everything that was looked at for it. */
export interface Examined {
  readonly subject: UnitSubject;
  readonly unit: Evidence<UnitFacts>;
  /** Absent where the pipeline file names no repository. */
  readonly compared?: Compared | undefined;
  /** What follows was only asked of a unit that is deployed. */
  readonly held?: Evidence<HeldFacts> | undefined;
  readonly proof?: Evidence<ProofFacts> | undefined;
  readonly work?: Evidence<WorkFacts> | undefined;
  /** Absent where no topic is to call any of the units asked about. */
  readonly receivers?: Evidence<ReceiverFacts> | undefined;
}

/** Something said of one unit. */
export interface Told {
  /** First part of the finding's id. */
  readonly topic: "serving" | "drift" | "set-up" | "trigger" | "called" | "contains" | "proof";
  readonly unit: string;
  readonly finding: Finding;
  readonly evidence: readonly string[];
  /** What is said of it where several units share one line. */
  readonly brief?: string | undefined;
}

export type Judging = Standing;

export function deployedOf({ unit }: Examined): DeployedUnit | undefined {
  return unit.seen && unit.facts.unit !== null ? unit.facts.unit : undefined;
}

/** Revisions that answer requests, most of them first. */
export function servingOf(unit: DeployedUnit): readonly DeployedUnit["revisions"][number][] {
  const shares = unit.traffic.filter(({ percent }) => percent > 0).toSorted((a, b) => b.percent - a.percent);
  return shares.flatMap(({ revision }) => unit.revisions.filter(({ name }) => name === revision));
}

export function newestOf(unit: DeployedUnit): DeployedUnit["revisions"][number] | undefined {
  return unit.revisions.find(({ name }) => name === unit.latestCreated);
}

export function shareOf(unit: DeployedUnit, revision: string): number {
  return unit.traffic.find((each) => each.revision === revision)?.percent ?? 0;
}
