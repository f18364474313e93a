import type { Call } from "./call.ts";

export interface Revision {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly ready: boolean;
  /** Why it is not ready, as the platform says it. */
  readonly problem?: string | undefined;
  /** The deployed commit by its label, or by the build's environment variable; absent if neither is set. */
  readonly commit?: string | undefined;
}

/** A deployed service, second-generation function or Run job; of a job, its current template is the one revision, with all traffic. */
export interface Unit {
  readonly name: string;
  readonly kind: "service" | "function" | "job";
  /** Newest first. */
  readonly revisions: readonly Revision[];
  readonly latestCreated: string;
  /** The newest one that is ready; absent if none ever was. What serves is said by `traffic` alone. */
  readonly latestReady?: string | undefined;
  /** Revisions that answer requests, a hundred percent in all; empty if none does. */
  readonly traffic: readonly { readonly revision: string; readonly percent: number }[];
  readonly minInstances: number;
  /** Names only: values may be secrets. */
  readonly variables: readonly string[];
}

export interface Units {
  /** Undefined if no unit has this name, which is an answer. With a kind, only one of that kind is looked for; a function is a service too. */
  get(ask: { readonly name: string; readonly kind?: Unit["kind"] | undefined }, call: Call): Promise<Unit | undefined>;
  /** Every service, function and job of the region, in order of name; more than the budget allows throws `partial`. */
  list(call: Call): Promise<readonly Pick<Unit, "name" | "kind">[]>;
}
